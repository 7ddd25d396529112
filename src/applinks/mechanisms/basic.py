"""Basic: one account for everybody's calls, by its name and password (protocol.md 3). Legacy.

The password goes only to the link's own origin, over TLS unless that is this machine, and is never tried twice. On the
receiving side it is a secret that was made for the link, not anybody's password; and the account is never an administrator's.
It is not loaded unless an application names it among its mechanisms.
"""

from __future__ import annotations

from hmac import compare_digest

from applinks.errors import BadProof, ConfigurationError, NotAdmitted
from applinks.links import (
    Facts,
    Identity,
    Level,
    Link,
    LinkOfAccount,
    SecretOf,
    SecretUse,
    WhoWeAre,
    dialect_of,
    is_safe_way,
)
from applinks.mechanisms.mechanism import Candidate, Objection, Presented, Proof
from applinks.people import Person
from applinks.questions import Flow
from applinks.wire import basic
from applinks.wire.manifest import AuthenticationKind
from applinks.wire.messages import Request, Response
from applinks.wire.problems import Problem

NAME = "Basic"
KIND = AuthenticationKind.BASIC
SHARES_ITS_HEADER = True
SPEAKS_FOR_OTHERS = False


def objection(facts: Facts, user: str) -> Objection | None:  # noqa: ARG001 it is one account for all
    """An account and its password must be there, and a way on which nobody can read them (security.md T-27)."""
    link = facts.link
    if link.outgoing.level is not Level.BASIC:
        return Objection(f"the outgoing level of the link is {link.outgoing.level}")
    if not is_safe_way(link.application_url):
        return Objection("its address is plain http, where anybody could read the password")
    if not link.outgoing.account or not facts.secret:
        return Objection(f"no account and password are set for {link.origin}")
    return None


def incoming_objection(link: Link) -> str | None:
    """The link must be by Basic."""
    return None if link.incoming.level is Level.BASIC else f"the incoming level of the link is {link.incoming.level}"


def person_objection(person: Person, link: Link, method: str, path: str) -> str | None:
    """Never a disabled person, never an administrator (security.md T-20); and only what the link's policy allows to be done."""
    return link.incoming.policy.fixed_user_objection(person, method, path)


def witness(facts: Facts, user: str) -> str | None:  # noqa: ARG001 it is one account for all
    """The account acts there, whoever acts here."""
    return facts.link.outgoing.account


# ---- sending


def prove(request: Request, facts: Facts, user: str) -> Flow[Proof]:  # noqa: ARG001 it is one account for all
    """Add the header; and, for products that would answer as nobody, the wish to be refused instead."""
    yield from ()
    account, password = facts.link.outgoing.account, facts.secret
    if not request.url.startswith(f"{facts.link.origin}/") or not account or not password:
        raise ConfigurationError("The password goes nowhere but to the link's own address.", link=facts.link.name)
    proven = _asking(request, dialect_of(facts.link.type).basic_query)
    return Proof(proven.with_header("authorization", basic.credentials(account, password)), f"Basic as {account}")


def _asking(request: Request, query: str) -> Request:
    if not query or query in request.url.partition("?")[2].split("&"):
        return request
    joint = "&" if "?" in request.url else "?"
    return Request(request.method, f"{request.url}{joint}{query}", request.headers, request.body)


def refusal(response: Response) -> Problem | None:
    """A wrong password, or a puzzle that a person has to solve first."""
    return basic.refusal_in(response)


# ---- receiving


def recognise(presented: Presented) -> bool:
    """A request with a user name and a password that can be read."""
    return presented.oauth is None and basic.read(presented.request.header("authorization")) is not None


def sender(presented: Presented) -> LinkOfAccount:
    """The link that has this account; the host application's own users have none."""
    user, _ = _credentials(presented)
    return LinkOfAccount(user)


def accept(presented: Presented, link: Link | None, now: float) -> Flow[Candidate]:  # noqa: ARG001 it has no time
    """Compare the secret, in constant time; under an address where nobody could have read it (T-27)."""
    user, password = _credentials(presented)
    us: Identity = yield WhoWeAre()
    secret: str | None = yield SecretOf(link.id if link else "", SecretUse.INCOMING_BASIC, "")
    holds = secret is not None and compare_digest(secret.encode(), password.encode("utf-8", "surrogatepass"))
    refused = None if holds else BadProof(f"The password of {user!a} is wrong.", problem="authentication_denied")
    if not is_safe_way(us.url):
        refused = BadProof("Passwords are not accepted over plain http.", problem="authentication_denied")
    return Candidate(user, user, NAME, 0, "", (("password", "ok" if holds else "wrong"),), refused)


def _credentials(presented: Presented) -> tuple[str, str]:
    found = basic.read(presented.request.header("authorization"))
    assert found is not None, "recognise() comes first"  # noqa: S101
    return found


def refuse(realm: str, refusal: NotAdmitted) -> Response:  # noqa: ARG001 one answer for every reason
    """A challenge, and nothing about the reason."""
    headers = (
        ("www-authenticate", f'Basic realm="{realm}", charset="UTF-8"'),
        ("content-type", "text/plain;charset=UTF-8"),
        ("cache-control", "no-store"),
    )
    return Response(401, headers, b"This application does not accept that name and password.")
