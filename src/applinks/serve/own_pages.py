"""The pages of the application itself, beside those that any host application mounts; the same rules hold for them."""

from __future__ import annotations

from applinks.frameworks import ASGIPages
from applinks.questions import Flow
from applinks.serve import home, setting_up, signing_in
from applinks.web import PageVisit, Route, Who, serve_from
from applinks.wire.messages import Response

OWN_PAGES = (
    Route("GET", "/", home.show),
    Route("GET", signing_in.SIGN_IN, signing_in.ask, Who.ANYBODY),
    Route("POST", signing_in.SIGN_IN, signing_in.enter, Who.ANYBODY),
    Route("GET", signing_in.SIGN_OUT, signing_in.ask_to_leave),
    Route("POST", signing_in.SIGN_OUT, signing_in.leave),
    Route("GET", signing_in.PASSWORD, signing_in.ask_for_password),
    Route("POST", signing_in.PASSWORD, signing_in.change_password),
    Route("GET", setting_up.PATH, setting_up.ask, Who.ANYBODY),
    Route("POST", setting_up.PATH, setting_up.set_up, Who.ANYBODY),
)


class OwnPages(ASGIPages):
    """They as an ASGI application, for everything that nobody else serves."""

    def served(self, visit: PageVisit) -> Flow[Response]:
        """The one that is asked for."""
        return (yield from serve_from(OWN_PAGES, visit))
