"""Applications whose records are dictionaries: everything that the rooms ask is answered here, strictly, without a database.

Several of them may know one another through a `network`; what one asks of an address is then answered by the endpoints of the
application that has it.
"""

from __future__ import annotations

import hmac
import math
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from threading import RLock
from typing import Any

from applinks import clock
from applinks.announcements import Announce, Fact
from applinks.audit import AuditHead, AuditSpan, AuditTrail, AuditVerdict, Entry, Head, VerifyAudit, WriteDown, Written
from applinks.doctor import Examined, LastExamined, NoteExamined
from applinks.errors import LinkExists, TransportFailed
from applinks.incoming import (
    AutomationToken,
    AutomationTokenOf,
    AutomationTokens,
    KeepAutomationToken,
    KeepRefusal,
    NoteUse,
    Refusal,
    RefusalOf,
    Refusals,
    RememberRefusal,
    RevokeAutomationToken,
    SpendNonce,
    receive,
    remember,
)
from applinks.links import (
    AccessToken,
    BecomeAnother,
    ChangeLinkId,
    ClockSkew,
    ComparisonOf,
    Consent,
    ConsentsHeld,
    CountWrongVerifier,
    Dance,
    DanceOf,
    Decide,
    Decision,
    EndDance,
    EntityLink,
    EntityLinks,
    Facts,
    FactsFor,
    ForgetToken,
    FormerUrl,
    FreshKey,
    Grant,
    GrantOfToken,
    GrantsGiven,
    HoldsSecret,
    Identity,
    Incoming,
    IsOurStamp,
    KeepComparison,
    KeepDance,
    KeepRequestToken,
    KeepSecret,
    KeepToken,
    LearnSkew,
    Level,
    Link,
    LinkById,
    LinkByName,
    LinkOfAccount,
    LinkOfConsumer,
    Links,
    NotePlace,
    OurKey,
    OurKeys,
    Outgoing,
    PlainHttpAllowed,
    RememberParameter,
    RemoveEntityLink,
    RemoveLink,
    RenewGrant,
    RequestToken,
    RequestTokenOf,
    RetireKeys,
    RevokeGrant,
    RotateKey,
    SameUsers,
    SaveEntityLink,
    SaveLink,
    SealFor,
    SecretOf,
    SecretUse,
    SigningKey,
    SpendRequestToken,
    Stamp,
    TakeTurn,
    VerdictOf,
    WhoWeAre,
    new_key,
    seal,
    signing_keys,
)
from applinks.mechanisms import MECHANISMS, Mechanism
from applinks.people import (
    ActingAs,
    Comparison,
    Everybody,
    FindPerson,
    KeepsPeople,
    KnowsPeople,
    MayRunAs,
    Person,
    Policy,
    SignIn,
    Verdict,
    folded,
    may_run_as,
)
from applinks.questions import Ask, Calculate, Flow, FreshSecrets, Moment, Now, Wait, drive, drive_async
from applinks.scripts import (
    ChangeSource,
    Event,
    EventOf,
    Events,
    KeepEvent,
    KeepSource,
    KeptEvent,
    OurWords,
    PastedAllowed,
    RemoveSource,
    Source,
    SourceOf,
    Sources,
    UnreadCount,
    load_catalogue,
)
from applinks.store import Sealing, Store
from applinks.wire.keys import PrivateKey
from applinks.wire.messages import Request, Response
from applinks.wire.oauth1 import SignatureMethod

NOW = 1_800_000_000.0
EVERYBODY = (
    Person("alice", "Alice Adams", groups=frozenset({"staff"})),
    Person("bob", groups=frozenset({"staff", "releasers"})),
    Person("dave", active=False),
    Person("root", administrator=True, groups=frozenset({"staff"})),
    Person("deployment"),
)


@cache
def key_of(name: str) -> PrivateKey:
    """A key pair for each name; made once, since that is slow."""
    return new_key()


class InMemory:
    """One application. `asked` holds every question and `entries` all that was written down, in order.

    `told` are the facts that were announced; nobody waits, but `waited` says how long somebody would have.
    """

    def __init__(
        self,
        name: str,
        *,
        url: str | None = None,
        type: str = "jira",  # noqa: A002
        people: tuple[Person, ...] = EVERYBODY,
        run_as: Any = None,
        mechanisms: Sequence[Mechanism] = MECHANISMS,
    ) -> None:
        number = str(uuid.uuid5(uuid.NAMESPACE_URL, name))
        self.identity = Identity(number, name, type, url or f"https://{name.lower()}.example.com", f"{name}:{number}")
        self.keys = [SigningKey("first", NOW, key_of(name))]
        self.people = {person.name: person for person in people}
        self.run_as = run_as or {}
        self.plain_http = False
        self.mechanisms = mechanisms
        self.links: dict[str, Link] = {}
        self.nonces: set[Any] = set()
        self.secrets: dict[tuple[str, SecretUse, str], str] = {}
        self.tokens: dict[tuple[str, str], AccessToken] = {}
        self.dances: dict[str, Dance] = {}
        self.turns: dict[str, int] = {}
        self.request_tokens: dict[str, RequestToken] = {}
        self.wrong_verifiers: dict[str, int] = {}
        self.grants: dict[str, Grant] = {}
        self.comparisons: dict[str, Comparison] = {}
        self.verdicts: dict[tuple[str, str], Verdict] = {}
        self.lists_people = True
        self.automation: dict[str, AutomationToken] = {}
        self.refusals: list[Refusal] = []
        self.examined: dict[str, Examined] = {}
        self.entities: dict[str, EntityLink] = {}
        self.skews: dict[str, float] = {}
        self.sources: dict[str, Source] = {}
        self.events: list[Event] = []
        self.told: list[Fact] = []
        self.waited: list[float] = []
        self.entries: list[Entry] = []
        self.asked: list[Any] = []
        self.now = NOW
        self._one_at_a_time = RLock()
        self.network: Callable[[Request], Response] = _nobody_there
        self.failing: dict[type, Exception] = {}
        self.former_url: str | None = None
        self.pasted_allowed = False
        self._scripted: Store | None = None

    @property
    def key(self) -> PrivateKey:
        """The current one."""
        return self.keys[0].key

    @key.setter
    def key(self, key: PrivateKey) -> None:
        self.keys[0] = SigningKey("other", self.now, key)

    # ---- the host of flows, as the roads and the middleware know it

    def run(self, flow: Flow[Any]) -> Any:
        return drive(flow, self.answer)

    async def run_async(self, flow: Flow[Any]) -> Any:
        return await drive_async(flow, self.answer)

    def acting_as(self, user: str | Person) -> ActingAs:
        return ActingAs(user, self)

    async def answer_async(self, question: Any) -> Any:
        return self.answer(question)

    def answer(self, question: Any) -> Any:
        self.asked.append(question)
        if type(question) in self.failing:
            raise self.failing[type(question)]
        if isinstance(question, Ask):
            return self.network(question.request)
        with self._one_at_a_time:
            answer = _ANSWERS.get(type(question), InMemory.of_scripts)
            return answer(self, question)

    def of_scripts(self, question: Any) -> Any:
        """What is asked about scripts and their runs is answered by a store, whose promises are proven elsewhere."""
        if self._scripted is None:
            self._scripted = Store.open("sqlite://", sealing=Sealing.fresh(), clock=lambda: self.now)
        return self._scripted.answer(question)

    def unread(self, question: UnreadCount) -> int:
        """Every page asks; most tests have no messages, and need no store."""
        return 0 if self._scripted is None else self._scripted.answer(question)

    # ---- for tests to look at

    def kinds(self) -> list[str]:
        """The types of what was asked, in order."""
        return [type(question).__name__ for question in self.asked]

    def trail(self, question: AuditTrail) -> tuple[Written, ...]:
        found = [Written(number, self.now, entry) for number, entry in enumerate(self.entries, 1)]
        wanted = [one for one in found if _is_wanted(one, question)]
        return tuple(wanted[::-1][: question.limit])

    def span(self, question: AuditSpan) -> tuple[Written, ...]:
        since, until = question.since or 0, math.inf if question.until is None else question.until
        last = len(self.entries) if question.upto is None else question.upto
        found = [Written(number, self.now, entry) for number, entry in enumerate(self.entries, 1)]
        return tuple(one for one in found if question.after < one.sequence <= last and since <= one.time <= until)[
            : question.limit
        ]

    def head(self) -> Head | None:
        return Head(len(self.entries), "d" * 64) if self.entries else None

    def verified(self, noted: Head | None) -> AuditVerdict:
        """All holds, unless another digest was noted."""
        broken = noted is not None and noted != self.head()
        return AuditVerdict(self.head(), len(self.entries) if broken else None, "it is another one" if broken else None)

    def outcomes(self, kind: str) -> list[str]:
        """How each act of that kind ended, in order."""
        return [entry.outcome for entry in self.entries if entry.kind == kind]

    def link(self, name: str) -> Link:
        return next(link for link in self.links.values() if link.name == name)

    def save(self, link: Link) -> Link:
        """Store a link under the promises of `SaveLink`."""
        for other in self.links.values():
            if other.id != link.id and other.name.casefold() == link.name.casefold():
                raise LinkExists(f"There is a link named {other.name!r} already.")
            if other.id != link.id and other.incoming.consumer_key == link.incoming.consumer_key is not None:
                raise LinkExists(f"{other.name!r} has that consumer key already.")
            if other.id != link.id and _account(other) == _account(link) is not None:
                raise LinkExists(f"{other.name!r} has that account already.")
        peers = [other for other in self.links.values() if other.type == link.type and other.id != link.id]
        before = self.links.get(link.id)
        for name in before.names.changed(link.names) if before else ():
            self.verdicts.pop((link.id, name), None)
        primary = link.primary or (before is not None and before.primary) or not any(peer.primary for peer in peers)
        if primary:
            self.links |= {peer.id: replace(peer, primary=False) for peer in peers}
        self.links[link.id] = replace(link, primary=primary)
        return self.links[link.id]

    def remove(self, id: str) -> str | None:  # noqa: A002
        """Forget a link and all that belongs to it; the name of whichever took over as primary."""
        self.secrets = {key: secret for key, secret in self.secrets.items() if key[0] != id}
        for belongings in (self.tokens, self.dances, self.request_tokens, self.grants):
            for key in [key for key, belonging in belongings.items() if belonging.link_id == id]:
                del belongings[key]
        self.comparisons.pop(id, None)
        self.verdicts = {key: verdict for key, verdict in self.verdicts.items() if key[0] != id}
        gone = self.links.pop(id, None)
        heirs = sorted((link for link in self.links.values() if gone and link.type == gone.type), key=lambda link: link.name)
        if not gone or not gone.primary or not heirs:
            return None
        self.links[heirs[0].id] = replace(heirs[0], primary=True)
        return heirs[0].name

    def remember_refusal(self, question: RememberRefusal) -> None:
        """Somebody nobody waits for; what he asks is not among what was asked here."""
        drive(remember(question), lambda asked: _ANSWERS[type(asked)](self, asked))

    def refused(self, question: Refusals) -> tuple[Refusal, ...]:
        return tuple(kept for kept in reversed(self.refusals) if question.link_id in {None, kept.link_id})

    def spend(self, question: SpendNonce) -> bool:
        spent = (question.consumer_key, question.token, question.timestamp, question.nonce)
        first_time = spent not in self.nonces
        self.nonces.add(spent)
        return first_time

    def all_links(self, question: Links) -> tuple[Link, ...]:
        found = [link for link in self.links.values() if question.type in {None, link.type}]
        return tuple(sorted(found, key=lambda link: (not link.primary, link.name)))[: question.limit]

    def facts(self, question: FactsFor) -> Facts | None:
        link = self.links.get(question.link_id)
        if link is None:
            return None
        use = SecretUse.OUTGOING_BASIC if link.outgoing.level is Level.BASIC else SecretUse.OUTGOING_OAUTH
        token = self.tokens.get((link.id, question.user)) if question.user is not None else None
        verdict = self.verdict(VerdictOf(link.id, question.user)) if link.only_proven and question.user else None
        key = next((key.key for key in self.keys if key.id == link.outgoing.key_id), self.key)
        return Facts(link, self.identity, key, token, self.secrets.get((link.id, use, link.origin)), verdict)

    def keep_comparison(self, question: KeepComparison) -> bool:
        link = self.links.get(question.link_id)
        if link is None or link.names != question.names:
            return False
        self.verdicts = {key: verdict for key, verdict in self.verdicts.items() if key[0] != link.id}
        self.verdicts |= {(link.id, folded(person.name)): person.verdict for person in question.comparison.people}
        self.comparisons[link.id] = question.comparison
        return True

    def comparison(self, question: ComparisonOf) -> Comparison | None:
        found = self.comparisons.get(question.link_id)
        if found is None:
            return None
        people = (person for person in found.people if (question.link_id, folded(person.name)) in self.verdicts)
        return replace(found, people=tuple(sorted(people, key=lambda person: folded(person.name))))

    def verdict(self, question: VerdictOf) -> Verdict | None:
        return self.verdicts.get((question.link_id, folded(question.name)))

    def remember(self, question: RememberParameter) -> None:
        link = self.links[question.link_id]
        outgoing = replace(link.outgoing, impersonation_parameter=question.parameter)
        self.links[link.id] = replace(link, outgoing=outgoing)

    # ---- secrets, and what we hold on the calling side

    def keep_source(self, question: KeepSource) -> bool:
        taken = any(source.name == question.source.name for source in self.sources.values())
        return not taken and self.sources.setdefault(question.source.id, question.source) is question.source

    def change_source(self, question: ChangeSource) -> bool:
        others = {source.name for source in self.sources.values() if source.id != question.before.id}
        if self.sources.get(question.before.id) != question.before or question.after.name in others:
            return False
        self.sources[question.after.id] = question.after
        return True

    def keep_event(self, question: KeepEvent) -> KeptEvent:
        event = question.event
        told = [one for one in self.events if (one.source, one.delivery) == (event.source, event.delivery)]
        if told:
            return KeptEvent(told[0].number, new=False)
        self.events.append(replace(event, number=len(self.events) + 1))
        return KeptEvent(len(self.events), new=True)

    def listed_events(self, question: Events) -> tuple[Event, ...]:
        found = [event for event in reversed(self.events) if question.state in {None, event.state}]
        return tuple(event for event in found if question.before is None or event.number < question.before)[: question.limit]

    def keep_secret(self, question: KeepSecret) -> None:
        others = {key: kept for key, kept in self.secrets.items() if key[:2] != (question.link_id, question.use)}
        fresh = {(question.link_id, question.use, question.origin): question.secret} if question.secret is not None else {}
        self.secrets = others | fresh

    def keep_token(self, question: KeepToken) -> None:
        assert question.token.link_id in self.links, "a token of no link"
        self.tokens[question.token.link_id, question.token.user] = question.token

    def forget_token(self, question: ForgetToken) -> bool:
        held = self.tokens.get((question.link_id, question.user))
        if held is None or question.token not in {None, held.token}:
            return False
        del self.tokens[question.link_id, question.user]
        return True

    def consents_held(self, question: ConsentsHeld) -> tuple[Consent, ...]:
        found = [
            Consent(t.link_id, t.user, t.made_at, t.expires_at, t.ends_at) for t in self.tokens.values() if _is_of(t, question)
        ]
        return tuple(sorted(found, key=lambda consent: -consent.made_at))

    def take_turn(self, question: TakeTurn) -> bool:
        taken = self.turns.get(question.name, 0) >= self.now
        if not taken:
            self.turns[question.name] = question.keep_until
        return not taken

    def keep_dance(self, question: KeepDance) -> None:
        assert question.dance.state not in self.dances, "a state is never used twice"
        self.dances = {state: dance for state, dance in self.dances.items() if dance.until >= self.now}
        self.dances[question.dance.state] = question.dance

    # ---- what was given on the called side

    def keep_request_token(self, question: KeepRequestToken) -> None:
        assert question.token.digest not in self.request_tokens, "a token is never given twice"
        self.request_tokens[question.token.digest] = question.token

    def decide(self, question: Decide) -> bool:
        wish = self.request_tokens.get(question.digest)
        if wish is None or wish.decision is not Decision.NONE:
            return False
        decided = replace(wish, decision=question.decision, user=question.user, verifier=question.verifier)
        self.request_tokens[question.digest] = decided
        return True

    def count_wrong_verifier(self, question: CountWrongVerifier) -> None:
        self.wrong_verifiers[question.digest] = self.wrong_verifiers.get(question.digest, 0) + 1
        if self.wrong_verifiers[question.digest] >= 5:
            self.request_tokens.pop(question.digest, None)

    def spend_request_token(self, question: SpendRequestToken) -> bool:
        if self.request_tokens.pop(question.digest, None) is None:
            return False
        if question.grant is not None:
            assert question.grant.id not in self.grants, "a grant's id is never used twice"
            self.grants[question.grant.id] = question.grant
        return True

    def grant_of_token(self, question: GrantOfToken) -> Grant | None:
        return next((grant for grant in self.grants.values() if grant.token == question.digest), None)

    def renew_grant(self, question: RenewGrant) -> bool:
        stands = self.grants.get(question.grant.id)
        if stands is None or stands.token != question.instead_of:
            return False
        self.grants[stands.id] = question.grant
        return True

    def grants_given(self, question: GrantsGiven) -> tuple[Grant, ...]:
        found = [grant for grant in self.grants.values() if _is_of(grant, question) and grant.ends_at > self.now]
        return tuple(sorted(found, key=lambda grant: -grant.made_at))

    def revoke_grant(self, question: RevokeGrant) -> Grant | None:
        stands = self.grants.get(question.id)
        if stands is None or question.user not in {None, stands.user}:
            return None
        return self.grants.pop(question.id)

    # ---- our keys, and a link's id

    def rotate(self, question: RotateKey) -> SigningKey:
        before = self.keys[0]
        for link in self.links.values():
            if link.outgoing.key_id is None and signing_keys.signs(link):
                self.links[link.id] = replace(link, outgoing=replace(link.outgoing, key_id=before.id))
        self.keys.insert(0, SigningKey(f"key {len(self.keys)} of {self.now}", self.now, question.key))
        return self.keys[0]

    def retire(self, _question: RetireKeys) -> tuple[str, ...]:
        signing = [one.outgoing for one in self.links.values() if signing_keys.signs(one) and one.outgoing.level != "disabled"]
        used = {self.keys[0].id, *(outgoing.key_id for outgoing in signing)}
        gone = tuple(key.id for key in self.keys if key.id not in used)
        self.keys = [key for key in self.keys if key.id in used]
        for link in self.links.values():
            if link.outgoing.key_id in gone:
                self.links[link.id] = replace(link, outgoing=replace(link.outgoing, key_id=None))
        return gone

    def change_id(self, question: ChangeLinkId) -> Link | None:
        link = self.links.pop(question.old, None)
        if link is None:
            return None
        assert question.new not in self.links, "checked before"
        self.links[question.new] = replace(link, id=question.new)
        self.secrets = {(question.new, *k[1:]) if k[0] == question.old else k: secret for k, secret in self.secrets.items()}
        for belongings in (self.tokens, self.dances, self.request_tokens, self.grants, self.entities):
            for key, one in list(belongings.items()):
                if one.link_id == question.old:
                    del belongings[key]
                    moved = replace(one, link_id=question.new)
                    belongings[(question.new, one.user) if isinstance(one, AccessToken) else key] = moved
        return self.links[question.new]

    # ---- who we are

    def note_place(self, _question: NotePlace) -> Identity:
        self.identity = replace(self.identity, suspension=None)
        return self.identity

    def become_another(self, _question: BecomeAnother) -> Identity | None:
        if any({link.outgoing.level, link.incoming.level} != {Level.DISABLED} for link in self.links.values()):
            return None
        number = str(uuid.uuid4())
        us = replace(self.identity, id=number, consumer_key=f"{self.identity.name}:{number}", suspension=None)
        self.identity, self.keys = us, [SigningKey("another", self.now, key_of(number))]
        for belongings in (self.tokens, self.dances, self.request_tokens, self.grants, self.secrets):
            belongings.clear()
        return us

    # ---- tokens for automation, by their digests

    def keep_automation_token(self, question: KeepAutomationToken) -> bool:
        holding = {digest: token for digest, token in self.automation.items() if token.expires_at > self.now}
        if len([token for token in holding.values() if token.user == question.token.user]) >= question.most:
            return False
        self.automation = {**holding, question.digest: question.token}
        return True

    def automation_tokens(self, question: AutomationTokens) -> tuple[AutomationToken, ...]:
        found = [token for token in self.automation.values() if question.user in {None, token.user}]
        return tuple(sorted(found, key=lambda token: -token.made_at))

    def revoke_automation_token(self, question: RevokeAutomationToken) -> AutomationToken | None:
        digest = next((digest for digest, token in self.automation.items() if token.id == question.id), "")
        return self.automation.pop(digest, None)

    def note_use(self, question: NoteUse) -> None:
        used = {
            digest: replace(token, used_at=question.at) for digest, token in self.automation.items() if token.id == question.id
        }
        self.automation |= used

    def stamp(self, question: Stamp) -> str:
        return hmac.digest(self.identity.id.encode(), question.text.encode(), "sha256").hex()


def _account(link: Link) -> str | None:
    """The user name by which a link by Basic comes in."""
    return link.incoming.execute_as if link.incoming.level is Level.BASIC else None


def _is_wanted(one: Written, question: AuditTrail) -> bool:
    entry, before, until = one.entry, question.before, question.until
    return (
        question.link in {None, entry.link}
        and question.kind in {None, entry.kind}
        and question.user in {None, entry.subject, entry.actor}
        and one.sequence < (math.inf if before is None else before)
        and (question.since or 0) <= one.time <= (math.inf if until is None else until)
    )


def _is_of(kept: AccessToken | Grant, question: ConsentsHeld | GrantsGiven) -> bool:
    return question.user in {None, kept.user} and question.link_id in {None, kept.link_id}


_ANSWERS: dict[type, Callable[[InMemory, Any], Any]] = {
    WhoWeAre: lambda us, _: us.identity,
    AuditTrail: lambda us, question: us.trail(question),
    AuditSpan: lambda us, question: us.span(question),
    AuditHead: lambda us, _: us.head(),
    VerifyAudit: lambda us, question: us.verified(question.noted),
    OurKey: lambda us, _: us.key,
    OurKeys: lambda us, _: tuple(us.keys),
    FreshKey: lambda us, _: key_of(f"{us.identity.name} {len(us.keys)}"),
    RotateKey: InMemory.rotate,
    RetireKeys: InMemory.retire,
    ChangeLinkId: InMemory.change_id,
    PastedAllowed: lambda us, _: us.pasted_allowed,
    FormerUrl: lambda us, _: us.former_url,
    Now: lambda us, _: Moment(us.now, clock.fresh_nonce()),
    NotePlace: InMemory.note_place,
    BecomeAnother: InMemory.become_another,
    LinkById: lambda us, question: us.links.get(question.id),
    LinkByName: lambda us, question: next(
        (link for link in us.links.values() if link.name.casefold() == question.name.casefold()), None
    ),
    LinkOfConsumer: lambda us, question: next(
        (link for link in us.links.values() if link.incoming.consumer_key == question.consumer_key), None
    ),
    Links: InMemory.all_links,
    LinkOfAccount: lambda us, question: next((link for link in us.links.values() if _account(link) == question.account), None),
    FactsFor: InMemory.facts,
    SaveLink: lambda us, question: us.save(question.link) if us.links.get(question.link.id) == question.instead_of else None,
    RemoveLink: lambda us, question: us.remove(question.id),
    RememberParameter: InMemory.remember,
    PlainHttpAllowed: lambda us, _: us.plain_http,
    SealFor: lambda _us, question: seal(question.public_key, question.content),
    FindPerson: lambda us, question: us.people.get(question.name),
    SignIn: lambda us, question: us.people.get(question.name) if question.password == f"{question.name}'s" else None,
    MayRunAs: lambda us, question: may_run_as(us.run_as, question.actor, question.user),
    SpendNonce: InMemory.spend,
    WriteDown: lambda us, question: us.entries.append(question.entry),
    Everybody: lambda us, question: tuple(us.people.values())[: question.limit] if us.lists_people else None,
    Calculate: lambda _us, question: question.work(),
    KeepComparison: InMemory.keep_comparison,
    ComparisonOf: InMemory.comparison,
    VerdictOf: InMemory.verdict,
    KnowsPeople: lambda _us, _: True,
    KeepsPeople: lambda _us, _: False,
    FreshSecrets: lambda _, question: tuple(clock.fresh_secret() for _ in range(question.count)),
    Wait: lambda us, question: us.waited.append(question.seconds),
    Stamp: InMemory.stamp,
    IsOurStamp: lambda us, question: question.stamp == us.stamp(Stamp(question.text)),
    ClockSkew: lambda us, question: us.skews.get(question.link_id, 0.0),
    LearnSkew: lambda us, question: us.skews.update({question.link_id: question.seconds}),
    Sources: lambda us, _: tuple(sorted(us.sources.values(), key=lambda source: source.name)),
    SourceOf: lambda us, question: us.sources.get(question.id),
    KeepSource: InMemory.keep_source,
    ChangeSource: InMemory.change_source,
    RemoveSource: lambda us, question: us.sources.pop(question.id, None),
    KeepEvent: InMemory.keep_event,
    EventOf: lambda us, question: next((event for event in us.events if event.number == question.number), None),
    Events: InMemory.listed_events,
    Announce: lambda us, question: us.told.append(question.fact),
    KeepSecret: InMemory.keep_secret,
    HoldsSecret: lambda us, question: us.secrets.get((question.link_id, question.use, question.origin)) == question.secret,
    SecretOf: lambda us, question: us.secrets.get((question.link_id, question.use, question.origin)),
    KeepToken: InMemory.keep_token,
    ForgetToken: InMemory.forget_token,
    ConsentsHeld: InMemory.consents_held,
    TakeTurn: InMemory.take_turn,
    LastExamined: lambda us, _: dict(us.examined),
    NoteExamined: lambda us, question: us.examined.update({question.examined.diagnosis.link.id: question.examined}),
    EntityLinks: lambda us, question: tuple(one for one in us.entities.values() if question.link_id in {None, one.link_id}),
    SaveEntityLink: lambda us, question: us.entities.setdefault(question.entity_link.id, question.entity_link),
    RemoveEntityLink: lambda us, question: us.entities.pop(question.id, None),
    KeepDance: InMemory.keep_dance,
    DanceOf: lambda us, question: us.dances.get(question.state),
    EndDance: lambda us, question: us.dances.pop(question.state, None) is not None,
    KeepRequestToken: InMemory.keep_request_token,
    RequestTokenOf: lambda us, question: us.request_tokens.get(question.digest),
    Decide: InMemory.decide,
    CountWrongVerifier: InMemory.count_wrong_verifier,
    SpendRequestToken: InMemory.spend_request_token,
    GrantOfToken: InMemory.grant_of_token,
    RenewGrant: InMemory.renew_grant,
    GrantsGiven: InMemory.grants_given,
    RevokeGrant: InMemory.revoke_grant,
    KeepAutomationToken: InMemory.keep_automation_token,
    AutomationTokenOf: lambda us, question: us.automation.get(question.digest),
    AutomationTokens: InMemory.automation_tokens,
    RevokeAutomationToken: InMemory.revoke_automation_token,
    NoteUse: InMemory.note_use,
    RememberRefusal: InMemory.remember_refusal,
    KeepRefusal: lambda self, question: self.refusals.append(question.refusal),
    RefusalOf: lambda self, question: next((kept for kept in self.refusals if kept.id == question.id), None),
    Refusals: InMemory.refused,
    UnreadCount: InMemory.unread,
    OurWords: lambda _us, _question: load_catalogue(),
}


def _nobody_there(request: Request) -> Response:
    raise TransportFailed(f"{request.url} cannot be reached.")


def connect(*applications: InMemory) -> None:
    """Each reaches all of them at their addresses."""

    def network(request: Request) -> Response:
        for one in applications:
            if request.url.startswith(f"{one.identity.url}/"):
                answer = one.run(receive(request, one.mechanisms))
                return answer if isinstance(answer, Response) else Response(404)
        return _nobody_there(request)

    for one in applications:
        one.network = network


def link_to(
    them: InMemory,
    *,
    level: Level = Level.OAUTH_IMPERSONATION,
    method: SignatureMethod = SignatureMethod.RSA_SHA256,
    parameter: str | None = "user_id",
    policy: Policy | None = None,
    **more: Any,
) -> Link:
    """A link to that application, as pairing would record it."""
    who = them.identity
    return Link(
        id=who.id,
        name=who.name,
        type=who.type,
        display_url=who.url,
        application_url=who.url,
        outgoing=Outgoing(level, method, parameter),
        incoming=Incoming(level, who.consumer_key, them.key.public.text, method, policy or Policy()),
        **{"same_users": SameUsers(True, "root", int(NOW)), **more},
    )


def linked(caller: InMemory, callee: InMemory, **terms: Any) -> tuple[Link, Link]:
    """Both ends of a link on the same terms; the caller's end first."""
    return caller.save(link_to(callee, **terms)), callee.save(link_to(caller, **terms))
