"""Cause by cause: how a link that works is broken in exactly that way, and how it is mended by what the remedy says.

A row is a cause, what it is tried on, what breaks it, and what mends it: a function of the rig and the finding. `says` is
what the remedy must say for that to be following it.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from applinks.doctor import Finding
from applinks.links import Level
from applinks.questions import Moment, Now
from applinks.wire import manifest
from applinks.wire.manifest import AuthenticationKind
from doctor.imitation import KEY, MANIFEST, OAUTH, WHO, Answer, Imitation
from doctor.rigs import HOST, Jam, OneWithImitation, Two, resolve
from journeys.people import PASSWORD, Directory
from putting import put

Breaks = Callable[[Any], Any]
Mends = Callable[[Any, Finding], Any]


@dataclass(frozen=True)
class Row:
    """`user` is who is tried; `certain` whether the cause can be told from all others here; `also` what is found with it."""

    cause: str
    rig: str
    breaks: Breaks
    mends: Mends
    says: str
    user: str | None = "alice"
    certain: bool = True
    prepare: Breaks | None = None


def _json(status: int, body: str = "{}", **headers: str) -> Answer:
    return status, {"content-type": "application/json", **headers}, body.encode()


def _says(path: str, answer: Answer) -> Breaks:
    """The imitation answers so from now on."""
    return lambda rig: rig.far.answers.update({path: answer})


def _as_ever(path: str) -> Mends:
    return lambda rig, _: rig.far.answers.pop(path)


def _manifest(**members: Any) -> Breaks:
    def set_members(rig: OneWithImitation) -> None:
        rig.far.manifest = replace(rig.far.manifest, **members)

    return set_members


def _manifest_again(**members: Any) -> Mends:
    return lambda rig, _: _manifest(**members)(rig)


# ---- network


def _name_is_known(rig: OneWithImitation, _: Finding) -> None:
    resolve(rig.patch, HOST)


def _at_a_name(rig: OneWithImitation) -> None:
    rig.address(f"http://{HOST}:{rig.far.port}")


def _jammed(rig: OneWithImitation) -> None:
    rig.far.stop()
    rig.jam = Jam(rig.far.port)  # type: ignore[attr-defined]
    rig.patience(connect=0.3)


def _unjammed(rig: OneWithImitation, _: Finding) -> None:
    rig.jam.close()  # type: ignore[attr-defined]
    rig.far.start()
    rig.patience()


def _silent(rig: OneWithImitation) -> None:
    rig.far.answers["silent"] = (200, {}, b"")
    rig.patience(read=0.3)


def _restarted(rig: OneWithImitation, _: Finding) -> None:
    rig.far.stop()
    del rig.far.answers["silent"]
    rig.far.start()
    rig.patience()


def _expired(rig: OneWithImitation) -> None:
    rig.certificate(HOST, not_after=datetime.now(UTC) - timedelta(days=1))


def _plain_at_the_tls_port(rig: OneWithImitation) -> None:
    rig.far.tls = None
    rig.applinks.connections.close()


def _through_a_proxy(rig: OneWithImitation) -> None:
    rig.proxy = Imitation()  # type: ignore[attr-defined]
    rig.proxy.answers = {f"{rig.far.url}{path}": (407, {}, b"") for path in (MANIFEST, WHO)}  # type: ignore[attr-defined]
    rig.proxy.start()  # type: ignore[attr-defined]
    rig.environment(HTTP_PROXY=rig.proxy.url)  # type: ignore[attr-defined]


def _around_the_proxy(rig: OneWithImitation, finding: Finding) -> None:
    (host,) = re.findall(r"NO_PROXY=([^ ,]+)", finding.remedy)
    rig.environment(NO_PROXY=host)
    rig.proxy.stop()  # type: ignore[attr-defined]


def _rude(rude: bool) -> Callable[..., None]:
    def be(rig: OneWithImitation, *_: Any) -> None:
        rig.far.rude = rude
        rig.applinks.connections.close()

    return be


NETWORK = (
    Row("UNKNOWN_HOST", "imitation", lambda rig: resolve(rig.patch), _name_is_known, f"Make {HOST}", prepare=_at_a_name),
    Row("CONNECTION_REFUSED", "imitation", lambda rig: rig.far.stop(), lambda rig, _: rig.far.start(), "Start the other"),
    Row("CONNECT_TIMEOUT", "imitation", _jammed, _unjammed, "Open the way"),
    Row("READ_TIMEOUT", "imitation", _silent, _restarted, "restart it"),
    Row(
        "TLS_UNTRUSTED",
        "imitation",
        lambda rig: rig.environment(SSL_CERT_FILE=""),
        lambda rig, _: rig.environment(SSL_CERT_FILE=str(rig.trusted)),
        "SSL_CERT_FILE",
        prepare=lambda rig: rig.over_tls(),
    ),
    Row(
        "TLS_HOST_MISMATCH",
        "imitation",
        lambda rig: rig.certificate("other.test"),
        lambda rig, _: rig.certificate(HOST),
        f"Install a certificate for {HOST}",
        prepare=lambda rig: rig.over_tls(),
    ),
    Row(
        "TLS_EXPIRED",
        "imitation",
        _expired,
        lambda rig, _: rig.certificate(HOST),
        "Renew the certificate",
        prepare=lambda rig: rig.over_tls(),
    ),
    Row(
        "TLS_PROTOCOL",
        "imitation",
        _plain_at_the_tls_port,
        lambda rig, _: rig.certificate(HOST),
        "offer TLS 1.2",
        prepare=lambda rig: rig.over_tls(),
    ),
    Row("PROXY_REFUSED", "imitation", _through_a_proxy, _around_the_proxy, "NO_PROXY="),
    Row("BROKEN_OFF", "imitation", _rude(True), _rude(False), "whatever listens"),
)

# ---- what comes back

_ELSEWHERE = (301, {"location": f"http://other.test{MANIFEST}"}, b"")
_LOGIN = (302, {"location": "/login.jsp?os_destination=x"}, b"")

SHAPE = (
    Row("REDIRECTED_ELSEWHERE", "imitation", _says(MANIFEST, _ELSEWHERE), _as_ever(MANIFEST), "answer by itself"),
    Row("LOGIN_WALL", "imitation", _says(MANIFEST, _LOGIN), _as_ever(MANIFEST), "Exempt /rest/"),
    Row("NOT_AN_APPLINKS_PEER", "imitation", _says(MANIFEST, _json(404)), _as_ever(MANIFEST), "Correct the address"),
    Row("UNEXPECTED_STATUS", "imitation", _says(WHO, _json(500)), _as_ever(WHO), "Look into the log"),
    Row(
        "UNEXPECTED_BODY",
        "imitation",
        lambda rig: _says(MANIFEST, (200, {"content-type": "application/xml"}, _twice(rig)))(rig),
        _as_ever(MANIFEST),
        "Look what answers",
    ),
    Row("RATE_LIMITED", "imitation", _says(WHO, (429, {"retry-after": "3600"}, b"")), _as_ever(WHO), "Wait (3600"),
)


def _twice(rig: OneWithImitation) -> bytes:
    return manifest.write_xml(rig.far.manifest).replace(b"<id>", b"<id>x</id><id>", 1)


# ---- identity


def _second_link(rig: OneWithImitation) -> None:
    rig.applinks.register_link("Copy", f"http://localhost:{rig.far.port}", provider=_provider(), by="ops")
    rig.name = "Copy"


def _provider() -> Any:
    from applinks import Provider

    return Provider()


def _one_deleted(rig: OneWithImitation, finding: Finding) -> None:
    rig.follow(finding, 0, "--yes")
    rig.name = "Wiki"


def _by_another_name(rig: Two) -> None:
    """The link leads to an address that works, and is not the one that the other side believes to have."""
    put(rig.applinks, replace(rig.link(), application_url=rig.tracker.url.replace("127.0.0.1", "localhost")))


def _made_anew(rig: Two, finding: Finding) -> None:
    (address,) = re.findall(r"make it anew with (\S+)\.$", finding.remedy)
    rig.say("link", "delete", "Tracker", "--yes")
    rig.say("link", "delete", "Front", "--yes", database=rig.tracker.database)
    rig.say(*("link", "create", address, "--administrator", "admin", "--password-stdin", "--same-users"), stdin=f"{PASSWORD}\n")


IDENTITY = (
    Row(
        "WRONG_APPLICATION",
        "imitation",
        _manifest(id="0d8f1c7b-0f11-4d0c-9c53-7c4b6a522f5d"),
        lambda rig, _: _manifest(id=rig.link().id)(rig),
        "Bring the application back",
    ),
    Row("DUPLICATE_ID", "imitation", _second_link, _one_deleted, "applinks link delete Copy", user=None),
    Row(
        "BASE_URL_MISMATCH",
        "imitation",
        _manifest(url="https://wiki.example.com"),
        lambda rig, _: _manifest(url=rig.far.url)(rig),
        "Correct the public address of the side",
    ),
    Row(
        "VERSION_INCOMPATIBLE",
        "imitation",
        _manifest(applinks_version="4.2.11"),
        _manifest_again(applinks_version="5.4.0"),
        "Update the application",
    ),
)

# ---- configuration


def _both_off(rig: Two) -> None:
    rig.applinks.change_link("Tracker", outgoing="disabled", incoming="disabled", by="admin")
    rig.tracker.applinks.change_link("Front", outgoing="disabled", incoming="disabled", by="admin")


def _both_on(rig: Two, finding: Finding) -> None:
    rig.follow(finding)
    rig.tracker.applinks.change_link("Front", outgoing="oauth", incoming="oauth", by="admin")


def _copied(rig: OneWithImitation) -> None:
    """All its files, to another folder; and examined there."""
    folder = rig.folder / "elsewhere"
    folder.mkdir()
    for file in [path for path in rig.folder.iterdir() if path.is_file()]:
        shutil.copy(file, folder)
    rig.open(f"sqlite:///{folder}/front.db")


def _secret_missing(rig: OneWithImitation) -> None:
    rig.applinks.change_link("Wiki", signature_method="HMAC-SHA256", by="ops")


def _old_method(rig: Two) -> None:
    rig.applinks.change_link("Tracker", signature_method="RSA-SHA1", by="ops")
    rig.tracker.applinks.change_link("Front", signature_method="RSA-SHA1", by="ops")


def _new_method(rig: Two, finding: Finding) -> None:
    (method,) = re.findall(r"to (RSA-\w+)", finding.remedy)
    rig.say("link", "change", "Tracker", "--signature-method", method)
    rig.say("link", "change", "Front", "--signature-method", method, database=rig.tracker.database)


CONFIGURATION = (
    Row("DISABLED", "two", _both_off, _both_on, "--outgoing oauth --incoming oauth", user=None),
    Row("SUSPENDED", "imitation", _copied, lambda rig, finding: rig.follow(finding), "applinks identity moved"),
    Row(
        "NO_OUTGOING_AUTH",
        "imitation",
        _secret_missing,
        lambda rig, finding: rig.follow(finding, 2, stdin="a long secret of both\n"),
        "applinks link secret Wiki --outgoing --stdin",
    ),
    Row(
        "NO_COMMON_AUTH",
        "imitation",
        _manifest(incoming=(AuthenticationKind.BASIC,)),
        _manifest_again(incoming=OAUTH),
        "Switch on OAuth",
    ),
    Row("DEPRECATED_AUTH", "two", _old_method, _new_method, "Change both ends to RSA-SHA256"),
)

# ---- proof


def _knows_us_as(rig: Two, **incoming: Any) -> None:
    theirs = rig.theirs()
    put(rig.tracker.applinks, replace(theirs, incoming=replace(theirs.incoming, **incoming)))


def _we_know_an_old_key(rig: Two) -> None:
    ours = rig.link()
    put(rig.applinks, replace(ours, incoming=replace(ours.incoming, public_key=KEY.public.text)))


async def _with_another_query(inner: Any, scope: Any, receive: Any, send: Any) -> None:
    more = b"&tracking=1" if scope["query_string"] else b"tracking=1"
    await inner({**scope, "query_string": scope["query_string"] + more}, receive, send)


async def _twice_on_the_way(inner: Any, scope: Any, receive: Any, send: Any) -> None:
    async def unheard(_: Any) -> None:
        """Nobody hears the first answer."""

    async def nothing() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    await inner(dict(scope), nothing, unheard)
    await inner(scope, receive, send)


def _meddling(how: Any) -> Callable[..., None]:
    def meddle(rig: Two, *_: Any) -> None:
        rig.way.meddle = how

    return meddle


def _clock_ahead(seconds: float) -> Callable[..., None]:
    """Of front, the one that is examined."""

    def set_clock(rig: Two, *_: Any) -> None:
        right = rig.tracker.applinks._answers[Now]

        def ahead(question: Now) -> Moment:
            moment: Moment = right(question)
            return replace(moment, now=moment.now + seconds)

        rig.applinks._answers[Now] = ahead if seconds else right

    return set_clock


def _levels_again(rig: Two, finding: Finding) -> None:
    rig.follow(finding, 0, database=rig.tracker.database)


def _method_again(rig: Two, finding: Finding) -> None:
    (method,) = re.findall(r"--signature-method (\S+)`", finding.remedy)
    rig.say("link", "change", "Tracker", "--signature-method", method)
    rig.say("link", "change", "Front", "--signature-method", method, database=rig.tracker.database)


def _agree(rig: Two, finding: Finding) -> None:
    (address,) = re.findall(r"open (\S+) and agree", finding.remedy)
    with rig.visitor() as alice:
        alice.consent(address)


def _has_agreed(rig: Two) -> None:
    rig.levels("oauth")
    (finding,) = rig.examine("alice").findings
    _agree(rig, finding)


def _taken_back(rig: Two) -> None:
    for given in rig.tracker.applinks.grants():
        rig.tracker.applinks.revoke_grant(given.grant.id, by="admin")


_again: Mends = lambda rig, finding: rig.create_again(finding)  # noqa: E731

PROOF = (
    Row("NO_REVERSE_LINK", "two", lambda rig: rig.tracker.applinks.delete_link("Front", by="admin"), _again, "link create"),
    Row("STALE_CONSUMER_KEY", "two", lambda rig: _knows_us_as(rig, consumer_key="front:before"), _again, "link create"),
    Row("PUBLIC_KEY_CHANGED", "two", _we_know_an_old_key, _again, "Compare the fingerprints"),
    Row(
        "SIGNATURE_URL_MISMATCH",
        "two",
        _by_another_name,
        _made_anew,
        "delete the link on both sides and make it anew with http://127.0.0.1",
    ),
    Row("SIGNATURE_OTHER", "two", _meddling(_with_another_query), _meddling(None), "pass path, query and body on"),
    Row(
        "METHOD_MISMATCH",
        "two",
        lambda rig: rig.tracker.applinks.change_link("Front", signature_method="RSA-SHA512", by="admin"),
        _method_again,
        "--signature-method RSA-SHA256",
    ),
    Row("CLOCK_SKEW", "two", _clock_ahead(7200), _clock_ahead(0), "Correct the clock that is wrong"),
    Row("NONCE_REPLAY", "two", _meddling(_twice_on_the_way), _meddling(None), "Switch off repetition"),
    Row(
        "LEVEL_MISMATCH",
        "two",
        lambda rig: rig.tracker.applinks.change_link("Front", incoming="oauth", by="admin"),
        _levels_again,
        "--incoming oauth_impersonation` there",
    ),
    Row("LOCAL_CONSENT_NEEDED", "two", lambda rig: rig.levels("oauth"), _agree, "Let alice open http"),
    Row("REMOTE_CONSENT_NEEDED", "two", _taken_back, _agree, "agree anew", prepare=_has_agreed),
)

# ---- as whom, rights, the rest


def _unknown_there(rig: Two) -> None:
    del rig.tracker.people["alice"]


def _known_there(rig: Two, _: Finding) -> None:
    rig.tracker.people["alice"] = Directory()["alice"]


def _by_basic(rig: OneWithImitation) -> None:
    put(rig.applinks, replace(rig.link(), outgoing=replace(rig.link().outgoing, level=Level.BASIC, account="wiki-bot")))
    rig.far.manifest = replace(rig.far.manifest, incoming=(AuthenticationKind.BASIC,))
    rig.far.password = "first"
    rig.applinks.set_secret("Wiki", "outgoing", "first", by="ops")


def _another_password(rig: OneWithImitation) -> None:
    rig.far.password = "second"


def _puzzle(rig: OneWithImitation) -> None:
    _another_password(rig)
    _says(WHO, (403, {"x-authentication-denied-reason": "CAPTCHA_CHALLENGE; login-url=http://x.test/login"}, b""))(rig)


def _puzzle_solved(rig: OneWithImitation, finding: Finding) -> None:
    """In a browser; then the password, anew."""
    rig.far.answers.pop(WHO)
    rig.follow(finding, 0, stdin="second\n")


def _by_trust(rig: Two) -> None:
    for applinks, name in ((rig.applinks, "Tracker"), (rig.tracker.applinks, "Front")):
        applinks.change_link(name, outgoing="trusted", incoming="trusted", by="ops")


def _from_elsewhere_only(rig: Two) -> None:
    rig.tracker.applinks.change_link("Front", addresses=["10.0.0.*"], by="admin")


def _from_here(rig: Two, _: Finding) -> None:
    rig.say("link", "change", "Front", "--address", "127.0.0.*", database=rig.tracker.database)


_SOMEBODY_ELSE = _json(200, '{"name": "service"}', **{"x-ausername": "service"})
_NOBODY = _json(200, "{}", **{"x-ausername": "anonymous"})
_FORBIDDEN = _json(403, '{"message": "no"}', **{"x-ausername": "alice"})

REST = (
    Row("IMPERSONATION_USER_UNKNOWN", "two", _unknown_there, _known_there, "Look for alice at the other application"),
    Row("IMPERSONATED_WRONG_USER", "imitation", _says(WHO, _SOMEBODY_ELSE), _as_ever(WHO), "Execute as"),
    Row("SILENT_ANONYMOUS", "imitation", _says(WHO, _NOBODY), _as_ever(WHO), "pass the Authorization header on"),
    Row("INSUFFICIENT_PERMISSION", "imitation", _says(WHO, _FORBIDDEN), _as_ever(WHO), "Give alice the right"),
    Row(
        "BASIC_REJECTED",
        "imitation",
        _another_password,
        lambda rig, finding: rig.follow(finding, 1, stdin="second\n"),
        "applinks link secret Wiki --outgoing --stdin",
        prepare=_by_basic,
    ),
    Row("CAPTCHA", "imitation", _puzzle, _puzzle_solved, "Sign in once", prepare=_by_basic),
    Row("TRUSTED_APP_RESTRICTED", "two", _from_elsewhere_only, _from_here, "--address", prepare=_by_trust),
)

TABLE = (*NETWORK, *SHAPE, *IDENTITY, *CONFIGURATION, *PROOF, *REST)
