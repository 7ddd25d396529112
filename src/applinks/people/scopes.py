"""The two ways to say who acts: `acting_as` by the host application, `run_as` by whoever may, on the record."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final

from applinks.audit import Entry, WriteDown, as_word
from applinks.errors import ConfigurationError, PersonUnknown, RunAsRefused
from applinks.people.acting import Acting, Scope, acting
from applinks.people.person import KeepsPeople, Person, active_person
from applinks.questions import Application, Flow, Question


class _Everyone:
    def __repr__(self) -> str:
        return "EVERYONE"


EVERYONE: Final = _Everyone()
"""Says in a `run_as` setting that everybody may run as that user."""

Runners = Collection[str] | _Everyone
RunAsSetting = Mapping[str, Runners]
"""Who may run as whom: `{"deployment": {"alice", "group:releasers"}}`."""


@dataclass(frozen=True, slots=True)
class MayRunAs(Question):
    """Whether the actor may run as that user, by this application's own setting: True or False."""

    actor: Person
    user: str


def checked_run_as(setting: RunAsSetting) -> RunAsSetting:
    """The setting, or `ConfigurationError` where one name stands in place of several (a text holds many shorter names)."""
    for user, runners in setting.items():
        if isinstance(runners, str):
            raise ConfigurationError(
                f"run_as says {runners!r} for {user!r}; it must say a set of names.",
                remedy=f"Write run_as={{{user!r}: {{{runners!r}}}}}.",
            )
    return setting


def may_run_as(setting: RunAsSetting, actor: Person, user: str) -> bool:
    """The rule: a user that is not listed can be nobody's disguise."""
    runners = setting.get(user, ())
    if isinstance(runners, _Everyone):
        return True
    return actor.name in runners or any(f"group:{group}" in runners for group in actor.groups)


class ActingAs(Scope):
    """The host application's word that this person acts: after its own sign-in, in a job, in a shell."""

    def __init__(self, user: str | Person, application: Application) -> None:
        super().__init__(application)
        self._user = user

    def begin(self) -> Flow[Acting]:
        """Find the person, unless the caller just has."""
        user = self._user if isinstance(self._user, Person) else (yield from active_person(self._user))
        if not user.active:
            raise PersonUnknown(f"The user {user.name!r} is disabled in this application.", remedy="Name an active user.")
        return Acting(user=user, actor=user, reason=None, application=self._where())


class run_as(Scope):  # noqa: N801 it reads as the verb that it is: `with run_as("deployment", reason=…):`
    """Act as another, named user for the length of the block, on the record.

    `user` must exist and be active in this application; the person who really acts must be allowed to run as them (the
    `run_as` setting of `AppLinks`); `reason` is written down at the start, and the end is written down too. Scopes nest, and
    the actor stays the person at the outermost one. Works with `with` and with `async with`.

    Raises `NobodyActing`, `RunAsRefused`, `PersonUnknown`.
    """

    def __init__(self, user: str, *, reason: str) -> None:
        super().__init__(None)
        if not reason.strip():
            raise RunAsRefused("Running as another user needs a reason.", remedy="Say why: run_as(…, reason='…').")
        self._user = user
        self._reason = reason

    def begin(self) -> Flow[Acting]:
        """Check the permission, then the person, and write down who becomes whom and why."""
        outer = acting()
        if not (yield MayRunAs(outer.actor, self._user)):
            yield WriteDown(self._entry(outer.actor, "refused"))
            raise (yield from self._refused(outer.actor))
        user = yield from active_person(self._user)
        yield WriteDown(self._entry(outer.actor, "begun"))
        return replace(outer, user=user, reason=self._reason, span=outer.span.within())

    def _refused(self, actor: Person) -> Flow[RunAsRefused]:
        allow = f"AppLinks(…, run_as={{{self._user!r}: {{{actor.name!r}}}}})"
        where = f"Allow it where the application is set up: {allow}."
        if (yield KeepsPeople()):
            where = f"Allow it: `applinks person may-run-as {as_word(self._user)} {as_word(actor.name)}`."
        return RunAsRefused(f"{actor.name!r} may not run as {self._user!r}.", remedy=where)

    def end(self, acting: Acting) -> Flow[None]:
        """Write down that it is over."""
        yield WriteDown(self._entry(acting.actor, "ended"))

    def _entry(self, actor: Person, outcome: str) -> Entry:
        return Entry(kind="run_as", subject=self._user, actor=actor.name, reason=self._reason, outcome=outcome)
