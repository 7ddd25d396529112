"""One view of each kind of the application's own pages, with every optional part."""

from __future__ import annotations

from dataclasses import replace

from applinks.serve.views import Home, OwnPassword, SetUp, SignIn, SignOut, Waiting, Way
from web.sights import FRAME, NOW

NOBODY = replace(FRAME, reader=None, sign_out_path=None)
TROUBLE = {"trouble": "Name or password is wrong.", "remedy": "Try again."}
WAITING = (
    Waiting("publish", "issue OPS-7", "Wiki", NOW, "/plugins/servlet/applinks/oauth/login-dance/authorize?x=1"),
    Waiting("tidy up", "", "Forge", NOW),
)
WAYS = (Way("What I have allowed", "here and elsewhere", "/allowed"), Way("My password", "take a new one", "/password"))

SIGHTS = (
    SignIn(NOBODY, "token", "/sign-in", "/next", "ada", **TROUBLE),
    SignIn(NOBODY, "token", "/sign-in", "/", outcome="Your password is changed."),
    SignOut(FRAME, "token", "/sign-out"),
    SetUp(NOBODY, "token", "/set-up?invitation=secret", True, "ada", "Ada Adams", **TROUBLE),
    SetUp(NOBODY, "token", "/set-up?invitation=secret", False, **TROUBLE),
    OwnPassword(FRAME, "token", "/password", "/", **TROUBLE),
    OwnPassword(FRAME, "token", "/password", "/"),
    Home(FRAME, WAITING, True, WAYS),
    Home(FRAME, (), False, WAYS),
)
