"""One view of each kind, with every optional part, for tests that change one thing."""

from __future__ import annotations

from applinks.web import Consent, FarSide, Frame, Given, Grants, Held, Kind, Notice, Outcome, Reader, Verifier

NOW = 1_764_037_706  # 25 November 2025
FIVE_YEARS = 5 * 365 * 24 * 3600
ADA = Reader("ada", "Ada Lovelace")
FRAME = Frame("Tracker", "/static", "/allowed", ADA, sign_out_path="/logout")
WIKI = FarSide("Wiki", "https://wiki.example.com/base", "wiki-key")
CALLBACK = "https://wiki.example.com/plugins/servlet/callback?state=1"
GIVEN = Given("grant-1", WIKI, ADA, NOW, NOW + FIVE_YEARS)
HELD = Held("forge-id", "Forge", "https://forge.example.com", NOW)

CONSENT = Consent(FRAME, WIKI, CALLBACK, NOW, NOW + FIVE_YEARS, "/authorize", "request-token", "form-token")
VERIFIER = Verifier(FRAME, WIKI, "x7Kp2Q")
GRANTS = Grants(FRAME, "form-token", (GIVEN,), (HELD,), (GIVEN,), Outcome.REVOKED)
NOTICE = Notice(FRAME, Kind.REFUSED, "Wiki", "permission_denied", "/back?x=1")
NOTICES = tuple(Notice(FRAME, kind, "Wiki", continue_path="/back") for kind in Kind)
SIGHTS = (CONSENT, VERIFIER, GRANTS, NOTICE)
