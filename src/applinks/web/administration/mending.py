"""The forms by which a link is mended: its name, its address, the other application's key, and its end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from applinks import links
from applinks.errors import ConfigurationError, CredentialsRequired
from applinks.links import Changes, Link, LinkSettings, Moved, moving, signing_keys
from applinks.mechanisms import names_of
from applinks.outgoing import ActsFor, telling
from applinks.people import Person
from applinks.questions import Flow
from applinks.web import answers, look
from applinks.web.administration.changing import ChangePage
from applinks.web.administration.links import done, path_of
from applinks.web.administration.trust import Result
from applinks.web.administration.views import Fact, Field
from applinks.web.administration.wizard import Said
from applinks.web.shown import moment
from applinks.web.visit import LINKS, START, PageVisit
from applinks.wire.keys import PublicKey
from applinks.wire.messages import Response

DAY = 24 * 3600
NAMED = 20
"""People who are named on a page; of more, how many."""


# ---- its name, and where people are sent


def _names(link: Link) -> tuple[Field, ...]:
    return (
        Field("new_name", "Name", "text", link.name, "Scripts that name the link must be changed with it."),
        Field("display_url", "Address for people", "url", link.display_url, "Calls go on to where they went."),
    )


def _rename(visit: PageVisit, person: Person, link: Link) -> Flow[Response]:
    wanted = {name: visit.form.get(name, "").strip() for name in ("new_name", "display_url")}
    changes = Changes.read(cast("LinkSettings", wanted))
    yield from links.change(link, changes, by=person.name, loaded=names_of(visit.mechanisms))
    return done(visit, link, "changed")


# ---- where calls go


def _address(link: Link) -> tuple[Field, ...]:
    return (
        Field("url", "Its new address", "url", link.application_url, "Like https://wiki.example.com/base."),
        Field("unproven", "I am sure that it is the same application, although it cannot prove it", "check"),
    )


def _move(visit: PageVisit, person: Person, link: Link) -> Flow[Response]:
    url, sure = visit.form.get("url", "").strip(), visit.form.get("unproven") == "yes"
    moved = yield from moving.move(link, url, unproven=sure, by=person.name)
    if moved.link.application_url == moved.before:
        return done(visit, moved.link, "there")
    return look.page(_moved(visit, moved))


def _moved(visit: PageVisit, moved: Moved) -> Result:
    name, path = moved.link.name, visit.own(path_of(moved.link))
    facts = [Fact("Was at", moved.before, code=True), Fact("Is at", moved.link.application_url, code=True)]
    if moved.old_id:
        facts += [Fact("Its id was", moved.old_id, code=True), Fact("Its id is", moved.link.id, code=True)]
    remarks = []
    if moved.secret_needed:
        remarks.append(Said("Its secret was for the old address, and is not sent to another one.", "Enter it again."))
    if moved.dropped:
        remarks.append(
            Said(f"These people have to agree again: {named(moved.dropped)}.", "They are asked when they next need it.")
        )
    proof = (
        "It has proven that it is the same application." if moved.proven else "That it is the same was not proven: you said so."
    )
    go = (f"{path}/secret", "Enter the secret") if moved.secret_needed else ("", "")
    return Result(visit.frame(), f"{name} has moved", proof, tuple(facts), tuple(remarks), path, name, *go)


def named(people: tuple[str, ...]) -> str:
    """Their names, as many as a page has room for."""
    more = f", and {len(people) - NAMED} more" if len(people) > NAMED else ""
    return ", ".join(people[:NAMED]) + more


# ---- the key by which it is known


def _their_key(_: Link) -> tuple[Field, ...]:
    return (
        Field("key", "Its new public key", "lines", help="As text that begins with -----BEGIN PUBLIC KEY-----."),
        Field(
            "overlap", "Days for which the old one holds, too", "text", "3", "0 if the old one is not to be trusted any more."
        ),
    )


def _change_key(visit: PageVisit, person: Person, link: Link) -> Flow[Response]:
    overlap = _days(visit.form.get("overlap", "")) * DAY
    changed = yield from signing_keys.change_public_key(link, visit.form.get("key", ""), overlap=overlap, by=person.name)
    setting, path = changed.incoming, visit.own(path_of(changed))
    fresh = PublicKey.read(setting.public_key or "").fingerprint
    facts = [Fact("Fingerprint", fresh, "The other side must show the same.", code=True)]
    if setting.previous_key_until:
        facts.append(Fact("The old one", f"holds until {moment(setting.previous_key_until)} (UTC)"))
    else:
        facts.append(Fact("The old one", "does not hold any more"))
    lead = "Requests are checked by this key from now on, on every node."
    return look.page(Result(visit.frame(), f"The key of {link.name}", lead, tuple(facts), (), path, link.name))


def _days(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ConfigurationError(f"{text[:50]!a} is no number of days.", remedy="Say 0, or how many, like 3.") from None


# ---- its end


def _ends(_: Link) -> tuple[Field, ...]:
    return (Field("both", "Delete the other end, too. Where that cannot be done, neither is deleted", "check"),)


def _delete(visit: PageVisit, person: Person, link: Link) -> Flow[Response]:
    both, acts = visit.form.get("both") == "yes", ActsFor(person, person, None)
    try:
        deleted = yield from telling.delete(link, both=both, by=person.name, acting=acts, mechanisms=visit.mechanisms)
    except CredentialsRequired as missing:
        return _ask_first(visit, link, missing)
    if deleted.status is None:
        return answers.redirect(visit.own(f"{LINKS}?done=deleted"))
    answered = Fact("It answered", str(deleted.status))
    heading, lead = f"Both ends of the link to {link.name} are deleted", "All that was kept for it is gone, here and there."
    return look.page(Result(visit.frame(), heading, lead, (answered,), (), visit.own(LINKS), "all links"))


def _ask_first(visit: PageVisit, link: Link, missing: CredentialsRequired) -> Response:
    """It is deleted over there as this person, who must have allowed that."""
    path = visit.own(path_of(link))
    back = missing.returning_to(f"{path}/delete")
    if back is None:
        raise missing
    go = f"{visit.own(START)}?{back.partition('?')[2]}"
    lead = "Nothing was deleted. It is deleted over there in your name, and you have not allowed that yet."
    view = Result(visit.frame(), f"Ask {link.name} first", lead, (), (), path, link.name, go, f"Ask {link.name}")
    return look.page(view)


MENDING: Iterable[ChangePage] = (
    ChangePage(
        "rename",
        "Name and address of {}",
        "What people see of it. Grants and settings stay.",
        "Save",
        _names,
        _rename,
    ),
    ChangePage(
        "move",
        "Has {} moved?",
        "Calls go to the new address from now on. Grants, consents and policy stay. It is asked there to prove that it has the "
        "key by which it is known; products cannot do that.",
        "Move",
        _address,
        _move,
    ),
    ChangePage(
        "key",
        "Another key for {}",
        "If it has a new key and could not announce it itself. Compare fingerprints with somebody over there.",
        "Take this key",
        _their_key,
        _change_key,
    ),
    ChangePage(
        "delete",
        "Delete the link to {}?",
        "All grants, consents and secrets of this link go with it. It cannot be taken back.",
        "Delete",
        _ends,
        _delete,
        danger=True,
    ),
)
"""The forms that mend a link, each at the path of the link and its own name."""
