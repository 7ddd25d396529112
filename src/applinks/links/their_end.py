"""The other end of a link with a product, made by its own REST for an administrator of it who signs in (protocol.md 6.1).

What breaks is undone: a link that was not there before is deleted again. What the product refuses or does not have, once it is
known who signs in, is kept as a remark and left to people.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from applinks.errors import AccessRefused, AppLinksError, FarSideError, MalformedAnswer, RedirectedElsewhere
from applinks.links.identity import Identity, OurKey, WhoWeAre
from applinks.links.looking import Found, Remark
from applinks.links.pairing import Administrator
from applinks.links.products import FORM, INCOMING, LEVELS, LINKS_PAGE, OPEN, TWO_LEGGED
from applinks.questions import Ask, Flow
from applinks.wire import applinks_rest, basic
from applinks.wire.keys import PrivateKey
from applinks.wire.manifest import AuthenticationKind
from applinks.wire.messages import Request, Response

MISSING = frozenset({404, 405, 410, 501})
NOT_ALLOWED = frozenset({401, 403})


@dataclass(slots=True)
class TheirEnd:
    """Their end while it is made: what was done, which steps of the dialogs that saves, and what was refused.

    `made` is the id of the link that was not there before, empty while there is nothing to undo.
    """

    base: str
    administrator: Administrator
    id: str = ""
    made: str = ""
    done: list[str] = field(default_factory=list)
    steps: set[str] = field(default_factory=set)
    refused: list[Remark] = field(default_factory=list)


def make(there: TheirEnd, found: Found, *, same_users: bool, execute_as: str | None) -> Flow[None]:
    """Take each step that can be taken; the first answer tells whether that administrator is one.

    Raises `AccessRefused` for the sign-in, else `FarSideError`, `TransportFailed`, `MalformedAnswer`, `RedirectedElsewhere`.
    """
    us: Identity = yield WhoWeAre()
    known = yield from _find(there, us)
    if known is None:
        return
    if not there.id:
        yield from _make_link(there, us)
    if there.id:
        yield from _make_consumer(there, us, same_users, execute_as)
        yield from _set_levels(there, found, same_users)


def _find(there: TheirEnd, us: Identity) -> Flow[bool | None]:
    """Whether there is a link to us already, whose id is then noted; None where the product does not let its links be seen."""
    for path in applinks_rest.LISTS:
        response = yield from _ask(there, "GET", path)
        if response.status in MISSING:
            continue
        if response.status in NOT_ALLOWED and _wants_sudo(response):
            _keep(there, _refusal(there, response, "show its links"))
            return None
        _check_signed_in(there, response)
        for link in applinks_rest.links_in(response):
            if link.id == us.id or link.url.rstrip("/") == us.url:
                there.id = link.id
                there.done.append(f"There was a link to this application already: {link.name or link.id!r}.")
                there.steps |= {OPEN, FORM}
                return True
        return False
    _keep(there, _refusal(there, response, "show its links"))
    return None


def _make_link(there: TheirEnd, us: Identity) -> Flow[None]:
    new = applinks_rest.NewLink(us.id, us.name, us.url, us.url, us.type)
    there.made = us.id  # where the answer is lost on the way, it may be there
    response = yield from _ask(there, "PUT", applinks_rest.LINK, applinks_rest.body(new))
    if _was_done(there, response, "make the link"):
        there.id = there.made = applinks_rest.created_id(response) or us.id
        there.done.append("It has a link to this application now.")
        there.steps |= {OPEN, FORM}
    else:
        there.made = ""


def _make_consumer(there: TheirEnd, us: Identity, same_users: bool, execute_as: str | None) -> Flow[None]:
    """Its incoming side: our key, and what our calls may do."""
    key: PrivateKey = yield OurKey()
    about = f"{us.name} at {us.url}"
    new = applinks_rest.NewConsumer(us.consumer_key, us.name, about, key.public.text, True, same_users, execute_as or None)
    response = yield from _ask(there, "PUT", applinks_rest.consumer_of(there.id), applinks_rest.body(new))
    if _was_done(there, response, "take our key"):
        there.done.append("It knows our key, and takes our calls.")
        there.steps |= {INCOMING, TWO_LEGGED}


def _set_levels(there: TheirEnd, found: Found, same_users: bool) -> Flow[None]:
    """Both directions, where it has levels; else what it sends, one kind after the other."""
    ours = applinks_rest.Level(True, True, same_users)
    theirs = ours if found.public_key else applinks_rest.Level(False, False, False)
    response = yield from _ask(there, "PUT", applinks_rest.levels_of(there.id), applinks_rest.levels(ours, theirs))
    if response.status in MISSING:
        yield from _set_providers(there, found, same_users)
    elif _was_done(there, response, "set the levels of the link"):
        there.done.append("The levels of both directions are set there.")
        there.steps |= {INCOMING, TWO_LEGGED, LEVELS}


def _set_providers(there: TheirEnd, found: Found, same_users: bool) -> Flow[None]:
    """What older ones send; what they accept, the consumer has said (protocol.md 6.1)."""
    kinds = [AuthenticationKind.THREE_LEGGED, AuthenticationKind.TWO_LEGGED]
    kinds += [AuthenticationKind.TWO_LEGGED_IMPERSONATING] if same_users else []
    for kind in kinds if found.public_key else []:
        response = yield from _ask(there, "PUT", applinks_rest.provider_of(there.id), applinks_rest.provider(kind))
        if not _was_done(there, response, "set what it sends"):
            return
    there.done.append("Its calls to this application are set there.")
    there.steps |= {LEVELS}


# ---- asking, and what answers mean


def _ask(there: TheirEnd, method: str, path: str, body: bytes = b"") -> Flow[Response]:
    headers = (
        ("authorization", basic.credentials(there.administrator.name, there.administrator.password)),
        ("accept", "application/json"),
        ("x-atlassian-token", "no-check"),
        *((("content-type", "application/json"),) if body else ()),
    )
    response: Response = yield Ask(Request(method, f"{there.base}/{path}", headers, body))
    return response


def _check_signed_in(there: TheirEnd, response: Response) -> None:
    """Raise unless the answer was made for an administrator; a wrong password has been answered 200 (protocol.md 9.1)."""
    nobody = (response.header("x-ausername") or "somebody").casefold() in {"", "anonymous"}
    if response.status != 200 or nobody or basic.refusal_in(response) is not None:
        raise _refusal(there, response, "show its links")


def _was_done(there: TheirEnd, response: Response, what: str) -> bool:
    """Whether it did that. What it does not have or does not allow is left to people; everything else is a failure."""
    if 200 <= response.status < 300 and basic.refusal_in(response) is None:
        return True
    failure = _refusal(there, response, what)
    if response.status in MISSING or response.status in NOT_ALLOWED:
        _keep(there, failure)
        return False
    raise failure


def _keep(there: TheirEnd, failure: AppLinksError) -> None:
    code = failure.problem if isinstance(failure, AccessRefused) else "not-offered"
    there.refused.append(Remark(code, failure.message, failure.remedy or ""))


def _wants_sudo(response: Response) -> bool:
    """Whether a second sign-in for administrators is asked for (unverified: protocol.md 6.1, 14)."""
    return "websudo" in applinks_rest.message_in(response).casefold().replace(" ", "")


def _refusal(there: TheirEnd, response: Response, what: str) -> AppLinksError:
    """The typed error for an answer that did not do what was asked; the product's own words are in it, and nothing of ours."""
    said = applinks_rest.message_in(response)
    words = f"{there.base} did not {what} ({response.status}){f': {said}' if said else '.'}"
    if 300 <= response.status < 400:
        return RedirectedElsewhere(
            words, remedy="Exempt /rest/applinks and /rest/applinks-oauth from the sign-in pages there. Nothing was sent on."
        )
    problem, remedy = _problem(response)
    if problem:
        return AccessRefused(words, problem=problem, status=response.status, body=said, remedy=remedy)
    if response.status < 300:
        return MalformedAnswer(words, remedy="Is that address the product itself?")
    return FarSideError(words, status=response.status, body=said, remedy=remedy)


def _problem(response: Response) -> tuple[str, str]:
    """The name of what was refused, and what to do; no name for what is no refusal."""
    denied = basic.refusal_in(response)
    if denied is not None and denied.name == basic.CAPTCHA:
        return denied.name, "Sign in there once in a browser, to solve the puzzle; then say the same again."
    if _wants_sudo(response):
        return "websudo", "It wants administrators to sign in a second time, in a browser: enter the rest by hand."
    if response.status == 403:
        return "permission_denied", "Name an administrator of the whole product; or enter it by hand over there."
    nobody = (response.header("x-ausername") or "").casefold() == "anonymous"
    if denied is not None or response.status == 401 or (response.status == 200 and nobody):
        return basic.AUTHENTICATION_DENIED, "Check name and password; it may also take no passwords at all over its REST."
    if response.status in MISSING:
        return "", "This version does not offer it: enter it by hand over there."
    return "", "Look into its log; then say the same again."


def undo(there: TheirEnd, failure: AppLinksError) -> Flow[None]:
    """Delete what was made, and let the failure say what became of that."""
    if not there.made:
        if there.done:
            failure.message += " Over there, the link that was there before may have been renewed."
            failure.args = (failure.message,)
        return
    try:
        response = yield from _ask(there, "DELETE", applinks_rest.link_at(there.made))
        gone = response.status in {200, 202, 204, 404}
    except AppLinksError:
        gone = False
    left = f"the new link to this application was left there: delete it on {there.base}/{LINKS_PAGE}"
    failure.message += " Nothing of it is left over there." if gone else f" But {left}."
    failure.args = (failure.message,)
