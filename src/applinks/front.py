"""The two faces of an application's links: `AppLinks` for synchronous code, `AsyncAppLinks` for asynchronous code.

Each method looks something up or runs one flow. The two classes say the same; what they say is in the flows.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Iterator, Mapping
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, Self, TypeVar, Unpack, overload

from applinks import doctor, links, scripts
from applinks.assembly import Application
from applinks.audit import AuditFilters, AuditTrail, AuditVerdict, Export, Head, VerifyAudit, Written
from applinks.incoming import AutomationToken, Refusal, Refusals, TokenMade, automation, consent
from applinks.links import (
    GENERIC,
    OVERLAP,
    Administrator,
    ComparisonOf,
    Consent,
    ConsentsHeld,
    Consumer,
    Entity,
    EntityLink,
    EntityLinks,
    Found,
    Guide,
    Identity,
    KeyStatus,
    Link,
    LinkSettings,
    Moved,
    Provider,
    SetUp,
    moving,
    signing_keys,
)
from applinks.mechanisms import names_of
from applinks.outgoing import (
    AddressTold,
    AsyncLinkedApplication,
    Checked,
    Deleted,
    LinkedApplication,
    LinkedEntity,
    Tried,
    check_entered,
    compare,
    dance,
    telling,
    trying,
)
from applinks.people import (
    Acting,
    AllStaff,
    Comparison,
    Member,
    MemberSettings,
    Policy,
    RunnersOf,
    acting,
    current_user,
    staff,
)
from applinks.questions import Flow
from applinks.scripts import (
    DAY,
    Event,
    Events,
    MarkRead,
    PastedScript,
    PastedScripts,
    Run,
    RunFilters,
    Runs,
    Source,
    Sources,
)

if TYPE_CHECKING:
    from applinks.scripts import Hook, KnownHook, PastedPlace, RunRecord, SourceMade, SourceSettings

T = TypeVar("T")


P = ParamSpec("P")


class both(Generic[P, T]):  # noqa: N801 it is written as a decorator
    """A method that is one flow, written once for both faces: run at once in the one, awaited in the other."""

    def __init__(self, flow: Callable[Concatenate[Any, P], Flow[T]]) -> None:
        @wraps(flow)
        def at_once(self: Face, *args: P.args, **named: P.kwargs) -> T:
            return self.run(flow(self, *args, **named))

        @wraps(flow)
        async def awaited(self: Face, *args: P.args, **named: P.kwargs) -> T:
            return await self.run_async(flow(self, *args, **named))

        self._at_once: Any = at_once
        self._awaited: Any = awaited

    @overload
    def __get__(self, face: AppLinks, kind: type[AppLinks]) -> Callable[P, T]: ...
    @overload
    def __get__(self, face: AsyncAppLinks, kind: type[AsyncAppLinks]) -> Callable[P, Coroutine[Any, Any, T]]: ...
    @overload
    def __get__(self, face: None, kind: type[Face]) -> Callable[..., Any]: ...
    def __get__(self, face: Face | None, kind: type[Face]) -> Any:
        method = self._awaited if issubclass(kind, AsyncAppLinks) else self._at_once
        return method if face is None else method.__get__(face, kind)


class Face(Application):
    """What both faces offer in the same words."""

    @both
    def look(self, url: str) -> Flow[Found]:
        """Look at an address before a link is made: who is there, and what stands against a link. Writes nothing."""
        return (yield from links.look(url))

    @both
    def set_up_product(
        self,
        url: str,
        administrator: Administrator | None = None,
        *,
        same_users: bool,
        execute_as: str | None = None,
        name: str | None = None,
        by: str | None = None,
    ) -> Flow[SetUp]:
        """Link this application and the Jira, Confluence, Bitbucket or Bamboo at `url`; tells what was done and what is left.

        With an `administrator` of theirs, what its REST allows is done there too; `execute_as` is their user for calls that
        name nobody. What is left stands in the result, by the dialogs of its version. Saying it again repairs.
        """
        by = self.administrator(by)
        flow = links.set_up_product(url, administrator, same_users=same_users, by=by, name=name, execute_as=execute_as)
        return (yield from flow)

    @both
    def link_steps(self, name: str) -> Flow[Guide]:
        """What is to be entered on the far side of a link, by the dialogs of its product and version, with exact values."""
        return (yield from _then(name, links.guide))

    @both
    def check_entered(self, name: str, user: str | None = None, *, by: str | None = None) -> Flow[Checked]:
        """Check live what was entered on the far side of a link, one thing at a time; `user` is impersonated for it once."""
        by = self.administrator(by)
        return (yield from _then(name, lambda link: check_entered(link, user, by=by, mechanisms=self.mechanisms)))

    @both
    def change_policy(self, name: str, policy: Policy, *, by: str | None = None) -> Flow[Link]:
        """Replace the rules for whom a linked application may impersonate here, and for what."""
        by = self.administrator(by)
        return (yield from _then(name, lambda link: links.change_policy(link, policy, by=by)))

    @both
    def change_link(self, name: str, *, by: str | None = None, **settings: Unpack[LinkSettings]) -> Flow[Link]:
        """Set levels, signature method and all else that `LinkSettings` names; what is not named stays."""
        by, changes = self.administrator(by), links.Changes.read(settings)
        loaded = names_of(self.mechanisms)
        return (yield from _then(name, lambda link: links.change(link, changes, by=by, loaded=loaded)))

    @both
    def compare_people(self, name: str, *, by: str | None = None) -> Flow[Comparison]:
        """Find out which of our people a linked application has, too, without showing it who they are; and keep it.

        Both directories must offer `everyone()`. The other side learns the same about its own people. Raises `CannotCompare`.
        """
        by = self.administrator(by)
        return (yield from _then(name, lambda link: compare(link, by=by)))

    @both
    def comparison(self, name: str) -> Flow[Comparison | None]:
        """What the last comparison of people over that link has found, whichever side asked for it; None if there was none."""
        found: Comparison | None = yield ComparisonOf((yield from links.link_named(name)).id)
        return found

    @both
    def trust(self, name: str, *, by: str | None = None) -> Flow[Link]:
        """Read its certificate at the far side, and accept what it vouches for from now on (Trusted Applications, legacy)."""
        by = self.administrator(by)
        loaded = names_of(self.mechanisms)
        return (yield from _then(name, lambda link: links.trust(link, by=by, loaded=loaded)))

    @both
    def set_secret(self, name: str, direction: str, secret: str, *, by: str | None = None) -> Flow[None]:
        """Keep the secret of a link's "outgoing" or "incoming" side: of HMAC, or our password for Basic. Never shown again."""
        by = self.administrator(by)
        yield from _then(name, lambda link: links.set_secret(link, direction, secret, by=by))

    @both
    def new_secret(self, name: str, *, by: str | None = None) -> Flow[str]:
        """Make the secret by which the other application proves itself here, for HMAC or Basic; shown this once."""
        by = self.administrator(by)
        return (yield from _then(name, lambda link: links.new_secret(link, by=by)))

    @both
    def make_primary(self, name: str, *, by: str | None = None) -> Flow[Link]:
        """Make this link the one that is used for its type when none is named."""
        by = self.administrator(by)
        return (yield from _then(name, lambda link: links.make_primary(link, by=by)))

    @both
    def rotate_key(self, *, announce: bool = True, by: str | None = None) -> Flow[KeyStatus]:
        """A new key pair to sign with, told to all who understand that; every link goes on with a key that is known there."""
        return (yield from telling.rotate_key(announce=announce, by=self.administrator(by)))

    @both
    def key_status(self) -> Flow[KeyStatus]:
        """Which of our keys each link signs with, and what came of telling the current one."""
        return (yield from signing_keys.status())

    @both
    def announce_key(self, name: str | None = None, *, by: str | None = None) -> Flow[KeyStatus]:
        """Tell our current key again: to the application of one link, or to all that know another one."""
        by = self.administrator(by)
        return (yield from _perhaps(name, lambda link: telling.announce_key(link, by=by)))

    @both
    def use_new_key(self, name: str, *, by: str | None = None) -> Flow[Link]:
        """Sign with our current key over this link from now on: it was entered over there."""
        by = self.administrator(by)
        return (yield from _then(name, lambda link: signing_keys.use_new_key(link, by=by)))

    @both
    def retire_keys(self, *, by: str | None = None) -> Flow[tuple[str, ...]]:
        """Delete those of our keys that no link signs with any more; their fingerprints."""
        return (yield from signing_keys.retire(by=self.administrator(by)))

    @both
    def change_public_key(self, name: str, key: str, *, overlap: float = OVERLAP, by: str | None = None) -> Flow[Link]:
        """Know the other application by another public key; the old one holds for `overlap` seconds more, 0 for none."""
        by = self.administrator(by)
        return (yield from _then(name, lambda link: signing_keys.change_public_key(link, key, overlap=overlap, by=by)))

    @both
    def move_link(self, name: str, url: str, *, unproven: bool = False, by: str | None = None) -> Flow[Moved]:
        """Let a link follow the other application to another address; `unproven` where that cannot prove to be the same."""
        by = self.administrator(by)
        return (yield from _then(name, lambda link: moving.move(link, url, unproven=unproven, by=by)))

    @both
    def announce_address(self, name: str | None = None, *, by: str | None = None) -> Flow[tuple[AddressTold, ...]]:
        """Tell our present address to the application of one link, or to all; each asks us for a proof there, and follows."""
        by = self.administrator(by)
        return (yield from _perhaps(name, lambda link: telling.announce_address(link, by=by)))

    @both
    def delete_link(self, name: str, *, both: bool = False, by: str | None = None) -> Flow[Deleted]:
        """Delete our end of a link; or `both`, and then neither where the other one cannot be."""
        by, mechanisms, who = self.administrator(by), self.mechanisms, _whoever_acts()
        deleting = _then(name, lambda link: telling.delete(link, both=both, by=by, acting=who, mechanisms=mechanisms))
        return (yield from deleting)

    @both
    def test_link(self, name: str, user: str, *, using: str | None = None, by: str | None = None) -> Flow[Tried]:
        """Ask the other application who is calling, as that user, by one harmless call on the record (R-46).

        `using` demands a mechanism. Raises what any call raises, and `PersonUnknown` where the directory does not know them.
        """
        by = self.administrator(by)
        return (yield from _then(name, lambda link: trying.tried(link, user, using, self.mechanisms, by=by)))

    @both
    def diagnose(
        self, name: str, user: str | None = None, *, by: str | None = None, strict: bool = False
    ) -> Flow[doctor.Diagnosis]:
        """Examine a link, live: how it is, why, and what to do; see `applinks.doctor`.

        As `user`, one harmless call is made, caused by the administrator `by`; without one, a call that names nobody.
        """
        examine = partial(doctor.examine, user=user, by=by, mechanisms=self.mechanisms, strict=strict)
        return (yield from _then(name, examine))

    @both
    def diagnose_all(
        self, user: str | None = None, *, by: str | None = None, strict: bool = False
    ) -> Flow[tuple[doctor.Diagnosis, ...]]:
        """Examine all links, one after the other; see `diagnose`."""
        return (yield from doctor.examine_all(user=user, by=by, mechanisms=self.mechanisms, strict=strict))

    @both
    def link_entities(
        self, name: str, ours: Entity, theirs: Entity, *, primary: bool = False, by: str | None = None
    ) -> Flow[EntityLink]:
        """Link a thing of this application (a project) with one of a linked application (a space); see `Entity`."""
        by = self.administrator(by)
        return (yield from _then(name, lambda link: links.link_entities(link, ours, theirs, primary=primary, by=by)))

    @both
    def unlink_entities(self, id: str, *, by: str | None = None) -> Flow[EntityLink]:  # noqa: A002
        """Take such a link away."""
        return (yield from links.unlink_entities(id, by=self.administrator(by)))

    @both
    def entity_links(self, ours: Entity | None = None, *, link: str | None = None) -> Flow[tuple[EntityLink, ...]]:
        """What is linked with a thing of ours, over one link, or at all; primary ones first."""
        linked: tuple[EntityLink, ...] = yield EntityLinks(ours, (yield from _id_of(link)))
        return linked

    @both
    def grants(self, user: str | None = None, *, link: str | None = None) -> Flow[tuple[consent.Given, ...]]:
        """What one person, or everybody, has allowed other applications to do as them here; or one application."""
        return (yield from consent.given(user, (yield from _id_of(link))))

    @both
    def revoke_grant(self, id: str, *, by: str | None = None) -> Flow[consent.Given]:  # noqa: A002
        """Take back what somebody allowed, as an administrator; it is refused from the next request on, on every node."""
        return (yield from consent.revoke(id, self.administrator(by), administrator=True))

    @both
    def consents(self, user: str | None = None, *, link: str | None = None) -> Flow[tuple[Consent, ...]]:
        """The consents of one person, or of everybody, by which this application may act over there."""
        held: tuple[Consent, ...] = yield ConsentsHeld(user, (yield from _id_of(link)))
        return held

    @both
    def forget_consent(self, link: str, user: str, *, by: str | None = None) -> Flow[bool]:
        """Drop the consent of a person; the next call as them asks for it again. False if there was none."""
        by = self.administrator(by)
        return (yield from _then(link, lambda found: dance.forget(found, user, why="consent forgotten", by=by)))

    @both
    def make_token(
        self, label: str, *, user: str | None = None, read_only: bool = False, days: int | None = None, by: str | None = None
    ) -> Flow[TokenMade]:
        """Make a token with which a program administers this application over HTTP, as `user` or whoever has it made.

        `label` says what it is for; it holds for 90 `days` if nothing is said. Its `secret` is shown this once.
        """
        by = self.administrator(by)
        flow = automation.make_token(label, user or by, by=by, may_change=not read_only, days=days)
        return (yield from flow)

    @both
    def script_runs(self, limit: int = 100, **only: Unpack[RunFilters]) -> Flow[tuple[Run, ...]]:
        """The newest runs of scripts, newest first; only those that `RunFilters` lets pass."""
        runs: tuple[Run, ...] = yield Runs(only, limit)
        return runs

    @both
    def script_run(self, number: int) -> Flow[RunRecord]:
        """One run with its calls, its log and its event; `RunNotFound` if there is none of that number."""
        return (yield from scripts.record_for(number, "", administrator=True))

    @both
    def cancel_run(self, number: int, *, by: str | None = None) -> Flow[Run]:
        """End a run that has not ended. One that runs makes no further call, and its process is ended soon."""
        return (yield from scripts.cancel_run(number, self.administrator(by), administrator=True))

    @both
    def retry_run(self, number: int, *, by: str | None = None) -> Flow[Run]:
        """Try a run that waits for a consent again now."""
        return (yield from scripts.retry_run(number, self.administrator(by), administrator=True))

    @both
    def repeat_run(self, number: int, *, by: str | None = None) -> Flow[int]:
        """Queue a new run like one that has ended, for the same people; its number. What that one did is done once more."""
        return (yield from scripts.run_again(number, self.administrator(by)))

    @both
    def settle_call(self, number: int, place: str, *, status: int | None, answer: str = "", by: str | None = None) -> Flow[Run]:
        """Say what became of a call that a run has sent and that was never answered; the run goes on with that.

        With a `status` it happened, and `answer` is what was answered, as JSON; with None it did not, and is sent again.
        """
        said = None if status is None else scripts.answer_said(status, answer)
        return (yield from scripts.settle_call(number, place, said, self.administrator(by), administrator=True))

    @both
    def known_hooks(self) -> Flow[tuple[KnownHook, ...]]:
        """The hooks of scripts that have run or are set, by their ids; `Scripts.hooks` has those that are loaded."""
        return tuple((yield from scripts.known_hooks()).values())

    @both
    def switch_hook(self, hook: str, on: bool, *, loaded: Collection[str] = (), by: str | None = None) -> Flow[KnownHook]:
        """Set a hook on or off, from the next event on, on every node. One that never ran must be among `loaded` ids."""
        yield from scripts.switch_hook(hook, on, self.administrator(by), loaded=loaded)
        return (yield from scripts.known_hook(hook))

    @both
    def set_parameters(self, hook: Hook, parameters: Mapping[str, Any], *, by: str | None = None) -> Flow[KnownHook]:
        """Set parameters of a hook, from the next run on; those that are not given stay. Raises `ParametersWrong`."""
        yield from scripts.set_parameters(hook, parameters, self.administrator(by))
        return (yield from scripts.known_hook(hook.id))

    @both
    def tokens(self, user: str | None = None) -> Flow[tuple[AutomationToken, ...]]:
        """The tokens of one person, or all, the newest first; never what proves them."""
        return (yield from automation.tokens_of(user))

    @both
    def revoke_token(self, id: str, *, by: str | None = None) -> Flow[AutomationToken]:  # noqa: A002
        """End a token: it is refused from the next request on, on every node."""
        return (yield from automation.revoke_token(id, by=self.administrator(by)))

    @both
    def staff(self, limit: int = 100, *, after: str | None = None) -> Flow[tuple[Member, ...]]:
        """The people whom this application keeps itself (`people=Staff()`), by their names; those after a name."""
        members: tuple[Member, ...] = yield AllStaff(limit, after)
        return members

    @both
    def member(self, name: str) -> Flow[Member]:
        """One of them, in any case of letters; `PersonUnknown` if there is nobody of that name."""
        return (yield from staff.member_named(name))

    @both
    def runners_of(self, name: str) -> Flow[tuple[str, ...]]:
        """Who may run as one of them, by what was kept: names, and "group:x"."""
        runners: tuple[str, ...] = yield RunnersOf((yield from staff.member_named(name)).name)
        return runners

    @both
    def add_member(
        self, name: str, *, password: str | None = None, by: str | None = None, **said: Unpack[MemberSettings]
    ) -> Flow[Member]:
        """Keep somebody new, by a name that is theirs for ever. Without a password nobody signs in as them."""
        return (yield from staff.add(name, password=password, by=self.administrator(by), **said))

    @both
    def change_member(self, name: str, *, by: str | None = None, **said: Unpack[MemberSettings]) -> Flow[Member]:
        """Change what is said of somebody; what is not named stays."""
        return (yield from staff.change(name, by=self.administrator(by), **said))

    @both
    def disable_member(self, name: str, *, by: str | None = None) -> Flow[Member]:
        """Let somebody in no more: signed out everywhere, and refused from the next request on, on every node."""
        return (yield from staff.disable(name, by=self.administrator(by)))

    @both
    def enable_member(self, name: str, *, by: str | None = None) -> Flow[Member]:
        """Let somebody in again."""
        return (yield from staff.enable(name, by=self.administrator(by)))

    @both
    def set_password(self, name: str, password: str | None, *, by: str | None = None) -> Flow[Member]:
        """Set the password of somebody, or take it away (None); they are signed out everywhere."""
        return (yield from staff.set_password(name, password, by=self.administrator(by)))

    @both
    def allow_run_as(self, user: str, runner: str, *, by: str | None = None) -> Flow[tuple[str, ...]]:
        """Let a person, or "group:x", run as that user; tells who may from now on."""
        return (yield from staff.allow_running(user, runner, by=self.administrator(by)))

    @both
    def forbid_run_as(self, user: str, runner: str, *, by: str | None = None) -> Flow[tuple[str, ...]]:
        """Let them run as that user no more; tells who still may. What the `run_as` setting allows stays allowed."""
        return (yield from staff.allow_running(user, runner, by=self.administrator(by), allowed=False))

    @both
    def messages(self, *, limit: int = 3) -> Flow[tuple[scripts.Written, ...]]:
        """What whoever acts is told and has not read yet, in their language, the newest first: for a page to show."""
        return (yield from scripts.banner.read(current_user(), limit=limit))

    @both
    def mark_read(self, *numbers: int) -> Flow[int]:
        """Whoever acts has read these messages of theirs; how many of them were new."""
        read: int = yield MarkRead(current_user().name, numbers)
        return read

    @both
    def identity_moved(self, *, by: str | None = None) -> Flow[Identity]:
        """Say that this is the original, which lies elsewhere or has another address now: calls go out again (G-06)."""
        return (yield from links.moved(by=self.administrator(by)))

    @both
    def identity_copied(self, *, by: str | None = None) -> Flow[Identity]:
        """Say that this is a copy: it becomes an application of its own, with a new id and key and no working link.

        Tokens, grants and secrets are dropped, here only; names and policies stay, so that links can be made again.
        """
        return (yield from links.copied(by=self.administrator(by)))

    @both
    def add_source(
        self,
        name: str,
        application: str | None = None,
        *,
        link: str | None = None,
        signed: bool = True,
        secret: str | None = None,
        believes_user: bool | None = None,
        asks_as: str | None = None,
        by: str | None = None,
    ) -> Flow[SourceMade]:
        """Take events from a webhook: what is to be entered over there is told once. See `applinks.scripts.Source`.

        `application` is the type of the application that sends them, that of the `link` through which its people are known if
        it is not said. Without `signed`, a secret part of its address proves it, and it is not believed about people, unless
        that is said.
        """
        by = self.administrator(by)
        flow = scripts.add_source(
            name, application, by=by, link=link, signed=signed, secret=secret, believes_user=believes_user, asks_as=asks_as
        )
        return (yield from flow)

    @both
    def change_source(self, source: str, *, by: str | None = None, **settings: Unpack[SourceSettings]) -> Flow[Source]:
        """Set what `SourceSettings` names on a webhook, by its name or id; what is not named stays."""
        return (yield from scripts.change_source(source, by=self.administrator(by), **settings))

    @both
    def renew_source(
        self, source: str, *, secret: str | None = None, overlap: float = DAY, by: str | None = None
    ) -> Flow[SourceMade]:
        """Give a webhook another proof, which is told once; the former one holds for `overlap` seconds more."""
        return (yield from scripts.renew_source(source, by=self.administrator(by), secret=secret, overlap=overlap))

    @both
    def remove_source(self, source: str, *, by: str | None = None) -> Flow[Source]:
        """Take no events from a webhook any more; those that came stay."""
        return (yield from scripts.remove_source(source, by=self.administrator(by)))

    @both
    def source(self, name: str) -> Flow[Source]:
        """The webhook of that name or id."""
        return (yield from scripts.source_named(name))

    @both
    def sources(self) -> Flow[tuple[Source, ...]]:
        """The webhooks from which events are taken, by their names."""
        found: tuple[Source, ...] = yield Sources()
        return found

    @both
    def paste_script(self, name: str, text: str, *, by: str | None = None, **place: Unpack[PastedPlace]) -> Flow[PastedScript]:
        """Keep a script that runs in a sandbox, new or in place of the one of its name; `place` says what it hooks into.

        Raises `ScriptWrong` with line and column where the text cannot be read, and `ConfigurationError` where scripts may not
        be pasted (`pasted_scripts=True`) or it hooks into nothing.
        """
        return (yield from scripts.paste_script(name, text, by=self.administrator(by), **place))

    @both
    def check_script(self, text: str, *, name: str = "script") -> Flow[None]:
        """Read a text that could be pasted, without running or keeping it. Raises `ScriptWrong` with line and column."""
        yield from scripts.check_pasted(name, text)

    @both
    def unpaste_script(self, name: str, *, by: str | None = None) -> Flow[PastedScript]:
        """Forget a pasted script; its runs stay."""
        return (yield from scripts.unpaste_script(name, by=self.administrator(by)))

    @both
    def pasted_script(self, name: str) -> Flow[PastedScript]:
        """The pasted script of that name, with its text."""
        return (yield from scripts.pasted_script(name))

    @both
    def pasted_scripts(self) -> Flow[tuple[PastedScript, ...]]:
        """All pasted scripts, by their names."""
        found: tuple[PastedScript, ...] = yield PastedScripts()
        return found

    @both
    def events(self, limit: int = 100, *, before: int | None = None, state: str | None = None) -> Flow[tuple[Event, ...]]:
        """What has happened, the newest first, without what was told of it; only those below a number, or in one state."""
        found: tuple[Event, ...] = yield Events(limit, before, scripts.state_named(state))
        return found

    @both
    def event(self, number: int) -> Flow[Event]:
        """What has happened, with all that was told of it."""
        return (yield from scripts.event_numbered(number))

    @both
    def replay_event(self, number: int, *, by: str | None = None) -> Flow[int]:
        """Let an event happen once more, as another event with runs of its own; its number."""
        return (yield from scripts.replay_event(number, by=self.administrator(by)))

    @both
    def audit(self, limit: int = 100, **only: Unpack[AuditFilters]) -> Flow[tuple[Written, ...]]:
        """The newest records of what was done, newest first; only those that `AuditFilters` lets pass."""
        records: tuple[Written, ...] = yield AuditTrail(limit, **only)
        return records

    @both
    def verify_audit(self, noted: Head | None = None) -> Flow[AuditVerdict]:
        """Check the chain of the records; tells the first one that does not fit. `noted` is a head that was kept elsewhere."""
        verdict: AuditVerdict = yield VerifyAudit(noted)
        return verdict

    @both
    def explain_refusal(self, id: str) -> Flow[doctor.Explained]:  # noqa: A002
        """Why one of `refusals` was refused, and what mends it."""
        return (yield from doctor.explain_refusal(id, mechanisms=self.mechanisms))

    @both
    def explain_request(self, text: str, *, base_string: str | None = None) -> Flow[doctor.Explained]:
        """The same of a request that is pasted: as it goes over the wire (request line, headers, body), or as a curl command.

        `base_string` is the one that the sender says to have signed. Raises `ConfigurationError` for what is no request.
        """
        return (yield from doctor.explain_pasted(text, base_string=base_string, mechanisms=self.mechanisms))


class AppLinks(Face):
    """Application links, for synchronous code: finds links, makes and changes them."""

    def primary(self, type: str) -> LinkedApplication:  # noqa: A002
        """The application that is called for a type when none is named; `LinkNotFound` if there is none."""
        return LinkedApplication(self.run(links.primary_link(type)), self)

    def link(self, name: str | None = None, *, id: str | None = None) -> LinkedApplication:  # noqa: A002
        """The linked application of that name or id; `LinkNotFound` lists what there is."""
        return LinkedApplication(self.run(links.one_link(name, id)), self)

    def links(self, type: str | None = None) -> tuple[LinkedApplication, ...]:  # noqa: A002
        """All linked applications, or all of a type; the primary one first."""
        return tuple(LinkedApplication(link, self) for link in self.run(links.links_of(type)))

    def create_link(
        self,
        url: str,
        administrator: Administrator | None = None,
        *,
        same_users: bool,
        name: str | None = None,
        by: str | None = None,
    ) -> LinkedApplication:
        """Link this application and the one at `url`, both ways, in the way that fits what is found there.

        `administrator` is one of theirs and signs in there for this; without one, only our end is made, and that only with a
        product: see `set_up_product`, which tells what is left. `same_users` is the answer whether a user name means the same
        person on both sides, said by `by` (the acting administrator, if nobody is named). Saying it again repairs.
        """
        flow = links.create_link(url, administrator, same_users=same_users, by=self.administrator(by), name=name)
        return LinkedApplication(self.run(flow), self)

    def register_link(
        self,
        name: str,
        url: str | None,
        *,
        type: str = GENERIC,  # noqa: A002
        consumer: Consumer | None = None,
        provider: Provider | None = None,
        same_users: bool = False,
        by: str | None = None,
    ) -> LinkedApplication:
        """Make a link by hand, with a far side that knows no pairing: any OAuth 1.0a consumer or provider.

        `consumer` is how it proves itself to us, `provider` how we reach it; saying it again renews the link.
        """
        by = self.administrator(by)
        flow = links.register(name, url, type=type, consumer=consumer, provider=provider, same_users=same_users, by=by)
        return LinkedApplication(self.run(flow), self)

    def linked_entity(self, ours: Entity, type: str) -> LinkedEntity[LinkedApplication]:  # noqa: A002
        """The thing of that type that is used for a thing of ours when none is named, and the application that has it."""
        link, found = self.run(_linked_entity(ours, type))
        return LinkedEntity(LinkedApplication(link, self), found.remote)

    def export_audit(self, format: str = "json", *, since: float | None = None, until: float | None = None) -> Iterator[str]:  # noqa: A002
        """The records as text in pieces, the oldest first, in "json" or "csv"; see `applinks.audit.Export`."""
        export = Export(format, since, until)
        while (piece := self.run(export.next_piece())) is not None:
            yield piece

    def export_runs(self, format: str = "json", **only: Unpack[RunFilters]) -> Iterator[str]:  # noqa: A002
        """Runs of scripts as text in pieces, the newest first: as "json" lines with calls and logs, or as "csv"."""
        export = scripts.RunsExport(format, only)
        while (piece := self.run(export.next_piece())) is not None:
            yield piece

    def refusals(self, link: str | None = None) -> tuple[Refusal, ...]:
        """The requests over links, or over one, that were refused lately, the newest first. Few of each link are kept."""
        self._afterwards.settle()
        return self.run(_refusals(link))

    def close(self) -> None:
        """Give back the connections."""
        self._afterwards.settle()
        self.connections.close()
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncAppLinks(Face):
    """Application links, for asynchronous code: the methods of `AppLinks`, awaited."""

    async def primary(self, type: str) -> AsyncLinkedApplication:  # noqa: A002
        """The application that is called for a type when none is named; `LinkNotFound` if there is none."""
        return AsyncLinkedApplication(await self.run_async(links.primary_link(type)), self)

    async def link(self, name: str | None = None, *, id: str | None = None) -> AsyncLinkedApplication:  # noqa: A002
        """The linked application of that name or id; `LinkNotFound` lists what there is."""
        return AsyncLinkedApplication(await self.run_async(links.one_link(name, id)), self)

    async def links(self, type: str | None = None) -> tuple[AsyncLinkedApplication, ...]:  # noqa: A002
        """All linked applications, or all of a type; the primary one first."""
        return tuple(AsyncLinkedApplication(link, self) for link in await self.run_async(links.links_of(type)))

    async def create_link(
        self,
        url: str,
        administrator: Administrator | None = None,
        *,
        same_users: bool,
        name: str | None = None,
        by: str | None = None,
    ) -> AsyncLinkedApplication:
        """Link this application and the one at `url`, both ways, in the way that fits; see `AppLinks.create_link`."""
        flow = links.create_link(url, administrator, same_users=same_users, by=self.administrator(by), name=name)
        return AsyncLinkedApplication(await self.run_async(flow), self)

    async def register_link(
        self,
        name: str,
        url: str | None,
        *,
        type: str = GENERIC,  # noqa: A002
        consumer: Consumer | None = None,
        provider: Provider | None = None,
        same_users: bool = False,
        by: str | None = None,
    ) -> AsyncLinkedApplication:
        """Make a link by hand, with a far side that knows no pairing; see `AppLinks.register_link`."""
        by = self.administrator(by)
        flow = links.register(name, url, type=type, consumer=consumer, provider=provider, same_users=same_users, by=by)
        return AsyncLinkedApplication(await self.run_async(flow), self)

    async def linked_entity(self, ours: Entity, type: str) -> LinkedEntity[AsyncLinkedApplication]:  # noqa: A002
        """The thing of that type that is used for a thing of ours when none is named, and the application that has it."""
        link, found = await self.run_async(_linked_entity(ours, type))
        return LinkedEntity(AsyncLinkedApplication(link, self), found.remote)

    async def export_audit(
        self,
        format: str = "json",  # noqa: A002
        *,
        since: float | None = None,
        until: float | None = None,
    ) -> AsyncIterator[str]:
        """The records as text in pieces, for `async for`; see `AppLinks.export_audit`."""
        export = Export(format, since, until)
        while (piece := await self.run_async(export.next_piece())) is not None:
            yield piece

    async def export_runs(self, format: str = "json", **only: Unpack[RunFilters]) -> AsyncIterator[str]:  # noqa: A002
        """Runs of scripts as text in pieces, for `async for`; see `AppLinks.export_runs`."""
        export = scripts.RunsExport(format, only)
        while (piece := await self.run_async(export.next_piece())) is not None:
            yield piece

    async def refusals(self, link: str | None = None) -> tuple[Refusal, ...]:
        """The requests that were refused lately; see `AppLinks.refusals`."""
        await asyncio.to_thread(self._afterwards.settle)
        return await self.run_async(_refusals(link))

    async def close(self) -> None:
        """Give back the connections of this event loop, and those to the store."""
        await asyncio.to_thread(self._afterwards.settle)
        await self.connections.close_of_this_loop()
        await self._store.close_of_this_loop()
        self._store.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def _then(name: str, change: Callable[[Link], Flow[T]]) -> Flow[T]:
    link = yield from links.link_named(name)
    return (yield from change(link))


def _whoever_acts() -> Acting | None:
    return acting() if current_user(default=None) is not None else None


def _perhaps(name: str | None, act: Callable[[Link | None], Flow[T]]) -> Flow[T]:
    link = (yield from links.link_named(name)) if name is not None else None
    return (yield from act(link))


def _id_of(name: str | None) -> Flow[str | None]:
    """The id of the link that is named; None where none is."""
    return (yield from links.link_named(name)).id if name is not None else None


def _refusals(link: str | None) -> Flow[tuple[Refusal, ...]]:
    kept: tuple[Refusal, ...] = yield Refusals((yield from _id_of(link)))
    return kept


def _linked_entity(ours: Entity, type: str) -> Flow[tuple[Link, EntityLink]]:  # noqa: A002
    found = yield from links.primary_entity(ours, type)
    return (yield from links.link_with_id(found.link_id)), found
