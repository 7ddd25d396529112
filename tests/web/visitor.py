"""Somebody at a browser, and the pages of an application without a server in between."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from applinks.links import AccessToken, Grant, RequestToken, digest_of
from applinks.outgoing import dance
from applinks.people import Person
from applinks.web import PageVisit, serve
from applinks.web.forms import COOKIE
from applinks.web.visit import AUTHORIZE, GRANTS
from applinks.wire.messages import FORM, Pairs, Request, Response
from in_memory import NOW, InMemory
from web.dom import Dom

TOKEN = "a-request-token"
CALLBACK = "https://wiki.example.com/base/plugins/servlet/applinks/oauth/login-dance/access?state=s"
WIKI_ADDRESS = "https://wiki.example.com/base"
CONFIRM = "/plugins/servlet/applinks/admin/confirm"
FORGED, NOT_YOURS, UNKNOWN = "Please try that again", "This was meant for somebody else", "Nobody is asking"
USED, EXPIRED = "This was decided already", "That took too long"
SENT_BY_A_PAGE = {"sec-fetch-site": "same-origin", "origin": "null"}
"""What a browser says of a form of ours: the origin is hidden, because our pages ask for no referrer."""


@dataclass
class Visitor:
    """Looks at one application. `person` is who is signed in there; cookies are kept from one page to the next."""

    application: InMemory
    person: Person | None
    sign_in: str | None = "/login?next={}"
    sign_out: str | None = None
    cookies: dict[str, str] = field(default_factory=dict)
    keeps_people: bool = True
    scripts: Any = None

    def get(self, path: str, query: Iterable[tuple[str, str]] | Mapping[str, str] | str = "", **headers: str) -> Response:
        """`path` is below the application's own address."""
        text = query if isinstance(query, str) else urlencode(query if isinstance(query, Mapping) else list(query))
        return self.ask("GET", f"{path}?{text}" if text else path, {"sec-fetch-site": "none", **headers})

    def open(self, address: str) -> Response:
        """An absolute address of the application."""
        assert address.startswith(f"{self.application.identity.url}/"), address
        return self.ask("GET", address.removeprefix(self.application.identity.url), {"sec-fetch-site": "cross-site"})

    def post(self, path: str, fields: Any, headers: Mapping[str, str | None] = SENT_BY_A_PAGE) -> Response:
        """A header whose value is None is not sent."""
        said = {"content-type": FORM, **{name: value for name, value in headers.items() if value is not None}}
        return self.ask("POST", path, said, fields if isinstance(fields, bytes) else urlencode(fields).encode())

    def press(self, page: Response, button: str, value: str, **fields: str) -> Response:
        """Send the form of a page by one of its buttons."""
        dom = Dom(page.body.decode())
        assert (button, value) in dom.buttons()
        action = (dom.all("form")[0]["action"] or "").removeprefix(urlsplit(self.application.identity.url).path)
        return self.post(action, {**dom.fields(), button: value, **fields})

    def ask(self, method: str, target: str, headers: Mapping[str, str] = {}, body: bytes = b"") -> Response:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent: Pairs = (*headers.items(), *([("cookie", cookie)] if cookie and "cookie" not in headers else []))
        request = Request(method, f"{self.application.identity.url}{target}", sent, body)
        path = self.application.identity.below(request.url)
        us, keeps = self.application.identity, self.keeps_people
        visit = PageVisit(request, path, us, self.person, self.sign_in, self.sign_out, keeps_people=keeps, scripts=self.scripts)
        answer: Response = self.application.run(serve(visit))
        self._keep(answer)
        return answer

    def _keep(self, answer: Response) -> None:
        for name, value in answer.headers:
            if name == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]


def heading(answer: Response) -> str:
    """The title of a page, without the application's name."""
    return Dom(answer.body.decode()).text.partition(" · ")[0]


def records(application: InMemory) -> Any:
    """All that an application holds, to be compared."""
    names = ("links", "tokens", "dances", "request_tokens", "grants", "secrets", "nonces", "told")
    return deepcopy([getattr(application, name) for name in names])


def wish(application: InMemory, link_id: str, token: str = TOKEN, callback: str | None = CALLBACK, **more: Any) -> None:
    """A linked application has asked for consent by this request token."""
    asked = RequestToken(digest_of(token), "secret", link_id, callback, **{"until": int(NOW) + 600, **more})
    application.request_tokens[asked.digest] = asked


def allowed(application: InMemory, link_id: str, user: str, id: str) -> Grant:  # noqa: A002
    """A grant that somebody gave."""
    grant = Grant(id, link_id, user, digest_of(id), "secret", "handle", int(NOW), int(NOW) + 1000, int(NOW) + 2000)
    application.grants[id] = grant
    return grant


def at(application: InMemory, name: str, **more: str | None) -> Visitor:
    """Somebody who is signed in there."""
    return Visitor(application, application.people[name], **more)


def in_one_browser(application: InMemory, name: str) -> Visitor:
    """Somebody who is signed in there, in the browser in which all dances of the tests begin and end."""
    return replace(at(application, name), cookies={f"__Host-{COOKIE}": "b" * 43})


def outcome(answer: Response) -> tuple[int, str]:
    """Status and title."""
    return answer.status, heading(answer)


def form_of(visitor: Visitor, kind: str) -> tuple[str, dict[str, str]]:
    """Path and fields of one of the forms, as the page that was just shown has them; there is something to do by it."""
    wiki = visitor.application.link("Wiki")
    if kind in {"allow", "deny"}:
        page = visitor.get(AUTHORIZE, {"oauth_token": TOKEN})
        return AUTHORIZE, {**Dom(page.body.decode()).fields(), "decision": kind}
    allowed(visitor.application, wiki.id, visitor.person.name, "grant")
    token = AccessToken(wiki.id, visitor.person.name, "token", "secret", int(NOW))
    visitor.application.tokens[wiki.id, visitor.person.name] = token
    page = visitor.get(GRANTS)
    fields = Dom(page.body.decode()).fields()
    return GRANTS, {**fields, **({"revoke": "grant"} if kind == "revoke" else {"forget": wiki.id})}


def start_of(wiki: InMemory, name: str, back: str | None = None) -> str:
    """The address that a person is given."""
    needed = wiki.run(dance.consent_needed(wiki.identity, wiki.link("Tracker"), name, "no consent yet"))
    return needed.authorization_url + ("" if back is None else f"&return_to={quote(back, safe='')}")


def danced(wiki: InMemory, tracker: InMemory, back: str | None = None, decision: str = "allow", by: str = "alice") -> str:
    """The address at which they come back to the wiki, after they decided in the tracker."""
    there = in_one_browser(wiki, "alice").open(start_of(wiki, "alice", back)).header("location") or ""
    visitor = at(tracker, by)
    return visitor.press(visitor.open(there), "decision", decision).header("location") or ""


def confirmed(visitor: Visitor) -> Visitor:
    """They have just confirmed that it is they."""
    assert visitor.person is not None
    page = visitor.get(CONFIRM)
    answer = visitor.post(CONFIRM, {**Dom(page.body.decode()).fields(), "password": f"{visitor.person.name}'s"})
    assert answer.status == 303
    return visitor


def followed(visitor: Visitor, answer: Response) -> Response:
    """The page to which an answer leads them, at their own application."""
    address = answer.header("location") or ""
    assert answer.status == 303
    base = visitor.application.identity.url
    return visitor.open(address if address.startswith(base) else f"{'/'.join(base.split('/')[:3])}{address}")


def said_by(answer: Response) -> str:
    """All that a page says."""
    return Dom(answer.body.decode()).text
