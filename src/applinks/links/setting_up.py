"""Makes both ends of a link with a product: what its REST allows is done, the rest is told with exact values.

Rules of this file:
- The password of their administrator goes to the product alone, over TLS or within this machine, and is never kept (T-27).
- Their end is made first, ours last. What breaks on the way is undone: the link that was made there is deleted again, and where
  that fails too, the error says what was left. What stood there before is renewed and never deleted.
- What the product refuses or does not have (an older version, a second sign-in for administrators) is no failure once it is
  known who signs in: it stays on the list of what is left to be entered by hand.
- Saying it again repairs or renews. Names, policies and primary flags that an administrator has set stay.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from applinks.errors import AppLinksError, PairingRefused
from applinks.links import changes, pairing, products, their_end
from applinks.links.dialects import id_of
from applinks.links.looking import Found, Kind, Remark, look_at
from applinks.links.model import Level, Link, Outgoing, SameUsers
from applinks.links.pairing import Administrator
from applinks.links.products import Guide
from applinks.links.registry import LinkById, LinkByName
from applinks.links.their_end import TheirEnd
from applinks.links.whereabouts import is_safe_way
from applinks.questions import Flow, Moment, Now
from applinks.wire.oauth1 import SignatureMethod


@dataclass(frozen=True, slots=True)
class SetUp:
    """What came of it: our end, what was done over there, and what is left to be entered there, with exact values.

    `refused` says why the product did not do the rest itself.
    """

    link: Link
    done: tuple[str, ...]
    left: Guide
    refused: tuple[Remark, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """It in words, for people."""
        done = [f"  ✓ {words}" for words in self.done]
        for remark in self.refused:
            done += [f"  ! {remark.words}", *([f"    → {remark.remedy}"] if remark.remedy else [])]
        return (*done, "", *self.left.lines) if self.left.steps else (*done, *self.left.lines)


def create_link(
    url: str, administrator: Administrator | None, *, same_users: bool, by: str, name: str | None = None
) -> Flow[Link]:
    """Link this application and the one at `url`, in the way that fits what is found there.

    Raises `PairingRefused` where that needs an administrator of the other side and none was named; else as `pairing.create` and
    `set_up_product`.
    """
    found = yield from look_at(url.rstrip("/"))
    if found.kind is Kind.PRODUCT:
        return (yield from _set_up(found, administrator, same_users=same_users, by=by, name=name, execute_as=None)).link
    if administrator is None:
        found.check_introduced()
        raise PairingRefused(
            f"{found.name or found.url!r} is linked in one operation, for which an administrator of it signs in.",
            remedy="Name one; or register it by hand: `applinks link register`.",
        )
    return (yield from pairing.create(url, administrator, same_users=same_users, by=by, name=name))


def set_up_product(
    url: str,
    administrator: Administrator | None = None,
    *,
    same_users: bool,
    by: str,
    name: str | None = None,
    execute_as: str | None = None,
) -> Flow[SetUp]:
    """Link this application and the product at `url`.

    With an `administrator` of theirs, what its REST allows is done there too; `execute_as` is the user over there of calls that
    name nobody, never an administrator. Raises `PairingRefused`, `LinkExists`, `AccessRefused` for the sign-in, `FarSideError`,
    `TransportFailed`, `MalformedAnswer`; then neither end was changed, unless the message says so.
    """
    found = yield from look_at(url.rstrip("/"))
    return (yield from _set_up(found, administrator, same_users=same_users, by=by, name=name, execute_as=execute_as))


def _set_up(
    found: Found, administrator: Administrator | None, *, same_users: bool, by: str, name: str | None, execute_as: str | None
) -> Flow[SetUp]:
    _check_usable(found, administrator)
    stored = yield from _check_free(found, name)
    there = TheirEnd(found.url, administrator or Administrator("", ""))
    try:
        if administrator is not None:
            yield from their_end.make(there, found, same_users=same_users, execute_as=execute_as)
        link = yield from _our_end(found, stored, same_users, by, name, execute_as)
    except AppLinksError as failure:
        yield from their_end.undo(there, failure)
        raise
    left = yield from products.guide(link, execute_as=execute_as, found=found)
    steps = tuple(step for step in left.steps if step.id not in there.steps)
    return SetUp(link, (*there.done, f"Our end was made: {link.name!r}."), replace(left, steps=steps), tuple(there.refused))


def _check_usable(found: Found, administrator: Administrator | None) -> None:
    found.check()
    if found.kind is not Kind.PRODUCT:
        raise PairingRefused(
            f"{found.name or found.url!r} is no product whose dialogs are known ({found.kind}).",
            remedy="Another application of this kind is paired: `applinks link create`. All others: `applinks link register`.",
        )
    if administrator is not None and not is_safe_way(found.url):
        raise PairingRefused(
            f"{found.url} is plain http: the password of its administrator could be read on the way.",
            remedy="Use https; or leave the administrator out, and enter by hand over there what you are told.",
        )


def _check_free(found: Found, name: str | None) -> Flow[Link | None]:
    """The link that stands for it already; `LinkExists` if the name is another one's. Said before any password is sent."""
    stored: Link | None = (yield LinkById(found.id)) or (yield LinkById(id_of(found.url)))
    wanted = name or (stored.name if stored else found.name)
    namesake: Link | None = yield LinkByName(wanted)
    if namesake is not None and (stored is None or namesake.id != stored.id):
        raise changes.name_taken(namesake)
    return stored


# ---- our end


def _our_end(
    found: Found, stored: Link | None, same_users: bool, by: str, name: str | None, execute_as: str | None
) -> Flow[Link]:
    """What an administrator has set on a link that stands stays. RSA-SHA1 is what products know (protocol.md 1.2)."""
    moment: Moment = yield Now()
    level = Level.OAUTH_IMPERSONATION if same_users else Level.OAUTH
    method = SignatureMethod.RSA_SHA1

    def make(now: Link | None) -> Link:
        before = now or Link(found.id, "", found.type, found.url, found.url)
        incoming, outgoing = before.incoming, before.outgoing
        if found.public_key:
            incoming = replace(
                incoming, level=level, consumer_key=found.consumer_key, public_key=found.public_key, signature_method=method
            )
        statement = before.same_users or SameUsers(same_users, by, int(moment.now))
        return replace(
            before,
            name=name or (before.name or found.name),
            type=found.type,
            display_url=found.url,
            application_url=found.url,
            outgoing=Outgoing(
                level,
                method,
                outgoing.impersonation_parameter,
                endpoints=outgoing.endpoints,
                fixed_user=outgoing.fixed_user or bool(execute_as),
            ),
            incoming=incoming,
            same_users=statement.said_again(same_users, by, int(moment.now)),
        )

    return (yield from changes.alter(stored.id if stored else found.id, make, by=by, kind="link made"))
