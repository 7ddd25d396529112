"""What a person was told: their inbox, and the banners at the top of our pages."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from applinks.audit import LONGEST_NUMBER
from applinks.people import Person
from applinks.questions import Flow
from applinks.scripts import MarkRead, UnreadCount, Written, banner, inbox
from applinks.web import answers, forms, look
from applinks.web.scripts.views import Inbox, MessageRow
from applinks.web.scripts.words import DONE, MEANT
from applinks.web.views import Banner
from applinks.web.visit import INBOX, OWN_RUNS, PageVisit
from applinks.wire.messages import Response

AT_ONCE = 30
"""Messages on a page."""
ALL = "all"


def show(visit: PageVisit, person: Person) -> Flow[Response]:
    """The newest of them."""
    said = visit.query.get("before", "")
    before = int(said) if _is_number(said) else None
    found = yield from inbox.read(person, limit=AT_ONCE + 1, before=before)
    listed = found[:AT_ONCE]
    last = listed[-1].message.number if len(found) > AT_ONCE else None
    cookie, token = yield from forms.token_for(visit, person)
    view = Inbox(
        frame=replace(visit.frame(), banners=()),
        form_token=token,
        rows=tuple(_row(visit, written) for written in listed),
        unread=visit.unread > 0,
        newest_path=visit.own(INBOX) if before is not None else None,
        older_path=visit.own(f"{INBOX}?{urlencode({'before': last})}") if last is not None else None,
        outcome=DONE.get(visit.query.get("done", "")),
    )
    return forms.remembering(look.page(view), visit, cookie)


def act(visit: PageVisit, person: Person) -> Flow[Response]:
    """They have read one of them, or all."""
    said = visit.form.get("read", "")
    if said == ALL or _is_number(said):
        yield MarkRead(person.name, None if said == ALL else (int(said),))
    return answers.redirect(visit.own(f"{INBOX}?done=read"))


def with_messages(visit: PageVisit, person: Person) -> Flow[PageVisit]:
    """The visit, and what is still to be read by this person."""
    unread: int = yield UnreadCount(person.name)
    if not unread:
        return visit
    banners = tuple(_banner(visit, written) for written in (yield from banner.read(person)))
    return replace(visit, unread=unread, banners=banners)


def _is_number(said: str) -> bool:
    return said.isascii() and said.isdecimal() and len(said) <= LONGEST_NUMBER


def _banner(visit: PageVisit, written: Written) -> Banner:
    """Where nothing has to be done about it, it leads to the run."""
    tone, _, word = MEANT[written.message.severity]
    action, address = written.action, written.address
    if address is None and written.message.run is not None:
        action, address = "The run", visit.own(f"{OWN_RUNS}/{written.message.run}")
    return Banner(tone, word, _title(written), " ".join(written.text.split()), action, address)


def _title(written: Written) -> str:
    """What it is about. A script's own words have no title: that of their mail would only say once more how they are meant."""
    return written.title if written.message.words is not None else ""


def _row(visit: PageVisit, written: Written) -> MessageRow:
    message = written.message
    tone, sign, word = MEANT[message.severity]
    return MessageRow(
        number=message.number,
        tone=tone,
        sign=sign,
        word=word,
        title=_title(written),
        text=written.text,
        action=written.action,
        address=written.address if message.settled_at is None else None,
        run_path=visit.own(f"{OWN_RUNS}/{message.run}") if message.run is not None else None,
        item=message.item or "",
        time=int(message.made_at),
        open=message.is_open,
        settled=message.settled_at is not None,
    )
