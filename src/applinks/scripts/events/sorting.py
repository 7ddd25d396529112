"""From an event to the runs that it causes: whose event it is, which hooks want it, and whether it turns in a circle.

Rules of this file:
- An event without a person whom we know causes only runs that name a user themselves.
- Nobody is taken for somebody else: the name in an event is mapped as on the incoming road, and a webhook is believed only if
  an administrator said so (protocol.md 10).
- Runs that cause events that cause runs are cut at a depth, which travels with each call; where it cannot travel, at a number
  of runs of one hook for one item within a while (product.md R-35).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from applinks.audit import printable
from applinks.errors import MalformedEvent, StoreUnavailable
from applinks.links import Level, Link, LinkById, VerdictOf
from applinks.people import FindPerson, Person
from applinks.questions import Flow, Moment, Now
from applinks.scripts.events.beans import Transition
from applinks.scripts.events.bindings import bindings_of
from applinks.scripts.events.event import BY_HAND, HERE, Event, EventOf, EventState, PostponeEvent, SortEvent
from applinks.scripts.events.naming import CannotTell, NamesOfKeys, NotNow
from applinks.scripts.events.sources import LINKED, WEBHOOK, Source, SourceOf
from applinks.scripts.hooks.decorators import TRANSITIONS, Hook, HookKind
from applinks.scripts.hooks.settings import HookSetting, HookSettings, set_for
from applinks.scripts.runs.run import NewRun, RecentRuns
from applinks.wire.events import PATH

DEEPEST = 10
"""An event that so many runs have led to causes no more (security.md T-79)."""
MOST_RUNS, WITHIN = 10, 60.0
"""More runs of one hook for one item within so many seconds are taken for a circle."""

FIRST_WAIT, LONGEST_WAIT, GIVEN_UP_AFTER = 5.0, 3600.0, 86_400.0
"""Seconds until an event that could not be sorted is looked at again; the wait doubles each time, and ends after a day."""

log = logging.getLogger("applinks.scripts")


@dataclass(frozen=True, slots=True)
class Nobody:
    """No person of ours caused the event, and why."""

    why: str


def sort_event(
    number: int, hooks: Sequence[Hook], *, deepest: int = DEEPEST, names: NamesOfKeys | None = None
) -> Flow[tuple[int, ...]]:
    """Queue the runs that an event causes; their numbers. One that cannot be sorted now waits, and keeps no other waiting.

    `names` knows who has a key on the far side.
    """
    event: Event | None = yield EventOf(number)
    if event is None or event.state is not EventState.RECEIVED:
        return ()
    try:
        return (yield from _sorted(event, hooks, deepest, names or NamesOfKeys()))
    except NotNow as away:
        yield from _later(event, str(away))
        return ()
    except MalformedEvent as wrong:
        yield SortEvent(event.number, (), str(wrong), EventState.REFUSED)
        return ()
    except StoreUnavailable:
        raise
    except Exception as trouble:
        log.exception("event %d could not be sorted", event.number)
        yield from _later(event, f"It could not be sorted: {printable(trouble)}")
        return ()


def _sorted(event: Event, hooks: Sequence[Hook], deepest: int, names: NamesOfKeys) -> Flow[tuple[int, ...]]:
    why = cut_off(event, deepest)
    if why is not None:
        yield SortEvent(event.number, (), why, EventState.REFUSED)
        return ()
    settings: dict[str, HookSetting] = yield HookSettings()
    wanted = [hook for hook in hooks if set_for(hook.id, settings).enabled and wants(hook, event)]
    person = (yield from whose(event, names)) if wanted else Nobody("")
    runs: list[NewRun] = []
    notes: list[str] = []
    for hook in wanted:
        run, objection = yield from _run_for(hook, event, person, set_for(hook.id, settings))
        runs.extend(run)
        notes.extend(objection)
    note = " ".join(notes) or (None if wanted else "No script wants it.")
    queued: tuple[int, ...] = yield SortEvent(event.number, tuple(runs), note)
    return queued


def wants(hook: Hook, event: Event) -> bool:
    """Whether a hook is for events of this kind; conditions are asked later, by the run."""
    if hook.kind is HookKind.LISTENER:
        return hook.application in {None, event.application} and bool({event.kind, "*"} & {*hook.events})
    return hook.kind is HookKind.POST_FUNCTION and takes(hook, event)


def takes(hook: Hook, event: Event) -> bool:
    """Whether an event is, or asks for, the transition of a hook: by its name, or by the status to which it leads."""
    if hook.kind not in TRANSITIONS or hook.application != event.application:
        return False
    transition = bindings_of(event.application, event.payload).get("transition")
    return isinstance(transition, Transition) and hook.transition in {"*", transition.name, transition.after}


def whose(event: Event, names: NamesOfKeys) -> Flow[Person | Nobody]:
    """Whose event it is. Raises `NotNow` where the far side has to be asked and cannot be."""
    if event.source in {HERE, BY_HAND}:
        return (yield from _ours(event.user))
    if event.source.startswith(WEBHOOK):
        return (yield from _of_webhook(event, names))
    link: Link | None = yield LinkById(event.source.removeprefix(LINKED))
    if link is not None and link.incoming.level is not Level.OAUTH_IMPERSONATION:
        return Nobody(f"{link.name!r} may not speak for people here.")
    person = yield from _theirs(event.user, link)
    if link is None or isinstance(person, Nobody):
        return person
    objection = link.incoming.policy.objection(person, "POST", f"/{PATH}")
    return person if objection is None else Nobody(f"{person.name!r}: {objection}.")


def _of_webhook(event: Event, names: NamesOfKeys) -> Flow[Person | Nobody]:
    source: Source | None = yield SourceOf(event.source.removeprefix(WEBHOOK))
    if source is None or not source.believes_user:
        return Nobody("Its webhook is not believed about people.")
    if not source.of_link:
        return (yield from _ours(event.user))
    link: Link | None = (yield LinkById(source.link_id)) if source.link_id is not None else None
    name = event.user
    if name is None and event.user_key is not None and link is not None:
        if source.asks_as is None:
            return Nobody("It names people by a key only, and nobody is named to ask who has it.")
        try:
            name = yield from names.name_of(link, event.user_key, source.asks_as)
        except CannotTell as trouble:
            return Nobody(str(trouble))
    return (yield from _theirs(name, link))


def _ours(name: str | None) -> Flow[Person | Nobody]:
    if name is None:
        return Nobody("It names nobody.")
    person: Person | None = yield FindPerson(name)
    if person is None or not person.active:
        return Nobody(f"{name!r} is nobody here, or disabled.")
    if person.name.casefold() != name.casefold():
        return Nobody(f"The directory knows {name!r} as {person.name!r}.")
    return person


def _theirs(name: str | None, link: Link | None) -> Flow[Person | Nobody]:
    """A person of the other application, where names mean the same people."""
    if link is None or name is None:
        return Nobody("Its link is gone." if link is None else "It names nobody.")
    if link.same_users is None or not link.same_users.answer:
        return Nobody(f"Names of {link.name!r} do not mean the same people here.")
    here = link.names.here(name)
    if here is None:
        return Nobody(f"{name!r} is another person's name here.")
    person = yield from _ours(here)
    if isinstance(person, Nobody):
        return person
    verdict = (yield VerdictOf(link.id, person.name)) if link.only_proven else None
    objection = link.unshared(person.name, verdict)
    return person if not objection else Nobody(f"{person.name!r}: {objection}.")


def _run_for(
    hook: Hook, event: Event, person: Person | Nobody, setting: HookSetting
) -> Flow[tuple[Sequence[NewRun], Iterable[str]]]:
    """The run of a hook; or none, and why."""
    if isinstance(person, Nobody) and hook.run_as is None:
        return (), [f"{hook.id} did not start: {person.why}"]
    if (yield from _turns_in_a_circle(hook, event)):
        log.warning("%s was cut off: it ran %d times for %s within %g seconds", hook.id, MOST_RUNS, event.item, WITHIN)
        return (), [f"{hook.id} was cut off: it ran {MOST_RUNS} times for {event.item} within {WITHIN:g} seconds."]
    actor = hook.run_as if isinstance(person, Nobody) else person.name
    run = NewRun(
        key=f"event {event.number} {hook.id}",
        hook=hook.id,
        kind=hook.kind.value,
        user=hook.run_as or actor,
        actor=actor,
        reason=hook.reason,
        event=event.number,
        item=event.item,
        depth=event.depth,
        again=hook.retries.times,
        parameters=setting.parameters,
    )
    return (run,), ()


def _turns_in_a_circle(hook: Hook, event: Event) -> Flow[bool]:
    if event.item is None:
        return False
    moment: Moment = yield Now()
    recent: int = yield RecentRuns(hook.id, event.item, moment.now - WITHIN)
    return recent >= MOST_RUNS


def cut_off(event: Event, deepest: int) -> str | None:
    """Why an event causes no runs any more, which the log tells, too; None if so many runs may have led to it."""
    if event.depth < deepest:
        return None
    name = f"event {event.number}" if event.number else "what is asked before a transition"
    log.warning("%s (%s) was cut off at depth %d: scripts trigger each other", name, printable(event.kind), event.depth)
    return f"It was cut off: {event.depth} runs led to it, one after the other, so scripts trigger each other."


def _later(event: Event, why: str) -> Flow[None]:
    """Look at it again after a while, and not for ever."""
    moment: Moment = yield Now()
    if moment.now - event.received_at > GIVEN_UP_AFTER:
        yield SortEvent(event.number, (), why, EventState.REFUSED)
    else:
        yield PostponeEvent(event.number, moment.now + min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(event.tries, 30)), why)
