"""The judgements about a request that was refused, in the order in which they are made.

What is checked comes from the road that admits requests; nothing of it is decided a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from urllib.parse import unquote

from applinks.doctor.cases import MOST_LINKS, Case, keys_of
from applinks.doctor.comparing import BaseString, differing_names
from applinks.doctor.differing_proof import Keys
from applinks.doctor.searching import Found, Search, search, ways_to_verify
from applinks.errors import NotAdmitted
from applinks.links import Level, Link, Links
from applinks.mechanisms import WINDOW, Mechanism, Presented, examine
from applinks.people import FindPerson, KnowsPeople, Person
from applinks.questions import Calculate, Flow
from applinks.wire import oauth1
from applinks.wire.oauth1 import SignatureMethod

MILLISECONDS = 12  # digits, from which on a timestamp counts them


@dataclass(frozen=True, slots=True)
class Verdict:
    """One judgement: the class, what its words are filled with, and what was signed, if that came to light."""

    name: str
    facts: Mapping[str, str] = field(default_factory=dict)
    certain: bool = True
    theirs: BaseString | None = None
    also: tuple[str, ...] = ()


def _proof_there(case: Case, _: str | None) -> Flow[Verdict | None]:
    yield from ()
    if not case.proof:
        return Verdict("not signed")
    if case.told is not None and not case.told.whole:
        return Verdict("too large")
    return None


def _sender(case: Case, _: str | None) -> Flow[Verdict | None]:
    """Who it claims to be; and what can be said of a proof that names nobody."""
    if case.link is not None:
        if case.link.incoming.level is Level.DISABLED:
            case.checks.append(("sender", "the link is disabled"))
            return Verdict("link disabled")
        case.checks.append(("sender", "ok"))
        return None
    if not case.consumer_key and case.unread is not None:
        return _unread(case.unread)
    case.checks.append(("sender", "unknown"))
    links: tuple[Link, ...] = yield Links(None, MOST_LINKS)
    known = [link.incoming.consumer_key for link in links if link.incoming.consumer_key]
    nearest = next((key for key in known if _same_key(key, case.consumer_key)), None)
    facts = {
        "consumer_key": repr(case.consumer_key),
        "known": ", ".join(map(repr, known[:10])) or "none",
        "nearest": repr(nearest),
    }
    return Verdict("consumer key written otherwise" if nearest else "consumer unknown", facts)


def _same_key(known: str, sent: str) -> bool:
    spellings = {sent, unquote(sent), unquote(unquote(sent)), sent.replace("+", " "), sent.strip('"')}
    return known.strip().casefold() in {spelling.strip().casefold() for spelling in spellings}


def _time(case: Case, _: str | None) -> Flow[Verdict | None]:
    yield from ()
    stamp = case.proof.get("oauth_timestamp", "")
    if len(stamp) > MILLISECONDS and stamp.isascii() and stamp.isdecimal():
        return Verdict("timestamp in milliseconds")
    if case.claim is None:
        return None
    if case.at is None:
        case.checks.append(("time", f"{_ago(case.now - case.claim.timestamp)}; nobody knows when it arrived"))
        return None
    try:
        oauth1.check_window(case.claim.timestamp, case.at, past=WINDOW, future=WINDOW)
    except NotAdmitted as outside:
        case.checks.append(("time", outside.message))
        return Verdict("clock", {"skew": _ago(case.at - case.claim.timestamp)})
    case.checks.append(("time", "ok"))
    return None


def _ago(seconds: float) -> str:
    return f"{abs(seconds):.0f} seconds {'before' if seconds >= 0 else 'after'}"


def _signature(case: Case, base_string: str | None) -> Flow[Verdict | None]:
    """Whether it holds; and else, for what it does."""
    link = _link_of(case)
    named, pinned = case.proof.get("oauth_signature_method", ""), link.incoming.signature_method
    unread = case.unread
    if unread is not None and (
        named not in set(SignatureMethod) or unread.companions or unread.problem != "parameter_rejected"
    ):
        return _unread(unread, named, pinned)
    keys = yield from keys_of(case, SignatureMethod(named))
    signature = case.proof.get("oauth_signature", "")
    verdict = yield from _by_search(case, Search(case.text, case.around, signature, keys), base_string)
    if verdict is None and unread is not None:
        return _unread(unread)
    if case.claim is not None:
        checks, _ = yield from examine(case.claim, link, case.at or case.now, token_secret=keys.token_secret)
        case.checks += [(name, outcome) for name, outcome in checks if name in {"method", "signature"}]
    return verdict


def _by_search(case: Case, wanted: Search, base_string: str | None) -> Flow[Verdict | None]:
    if base_string is None:
        return (yield from _by_signature(case, wanted))
    theirs = BaseString.read(base_string)
    if theirs is None:
        return Verdict("not a base string")
    found: Found | None
    found, case.tried = yield Calculate(partial(search, replace(wanted, theirs=theirs.text)))
    if found is not None and not found.differences:
        case.checks.append(("base string", "the same as ours"))
        return (yield from _by_signature(case, wanted))
    signed = _holds_over(wanted, theirs)
    said = "the signature holds over it" if signed else "the signature does not hold over it: this is not what was signed"
    case.checks.append(("base string", said))
    if found is not None:
        return replace(_of_found(case, found), theirs=theirs, certain=signed)
    return Verdict(_by_its_parts(case.ours, theirs), _facts_of(case, theirs), certain=signed, theirs=theirs)


def _holds_over(wanted: Search, theirs: BaseString) -> bool:
    written = theirs.text.encode(errors="replace")
    return any(holds(raw, written) for _, holds, raw in ways_to_verify(wanted.signature, wanted.keys))


def _by_signature(case: Case, wanted: Search) -> Flow[Verdict | None]:
    pinned = _link_of(case).incoming.signature_method
    found: Found | None
    found, case.tried = yield Calculate(partial(search, wanted))
    if found is None:
        return _unfound(wanted.signature, wanted.keys, pinned)
    if found.differences:
        return _of_found(case, found)
    if wanted.keys.method is not pinned:
        return Verdict("method not pinned", {"named": wanted.keys.method, "pinned": pinned})
    return None


def _of_found(case: Case, found: Found) -> Verdict:
    first, *also = (difference.name for difference in found.differences)
    theirs = BaseString.of(found.text)
    return Verdict(first, _facts_of(case, theirs), theirs=theirs, also=tuple(also))


def _unfound(signature: str, keys: Keys, pinned: SignatureMethod) -> Verdict:
    if keys.main() is None:
        return Verdict("no secret", {"named": keys.method, "pinned": pinned})
    if keys.method.shares_a_secret or keys.public is None:
        return Verdict("key or text unknown", {"fingerprint": "the secret itself is not shown"}, certain=False)
    length = len(signature.rstrip("=")) * 3 // 4
    facts = {"fingerprint": keys.public.fingerprint, "length": str(length), "wanted": str(keys.public.size)}
    return Verdict("key or text unknown" if length == keys.public.size else "signature cut off", facts, certain=False)


def _by_its_parts(ours: BaseString, theirs: BaseString) -> str:
    """The class of a difference that none of the table makes: by where it lies."""
    if ours.method != theirs.method:
        return "method"
    for name, mine, other in zip(
        ("scheme", "host", "port", "path"), ours.address_parts(), theirs.address_parts(), strict=False
    ):
        if mine != other:
            return name
    if ours.address != theirs.address:
        return "fragment" if "#" in theirs.address else "query in the address"
    missing = {name for name, _ in theirs.parameters} - {name for name, _ in ours.parameters}
    extra = {name for name, _ in ours.parameters} - {name for name, _ in theirs.parameters}
    if missing and not extra:
        return "parameter lost"
    return "parameter added" if extra and not missing else "value differs"


def _unread(unread: NotAdmitted, named: str = "", pinned: str = "") -> Verdict:
    """A request that cannot be read, by what reading said."""
    facts = {"why": unread.message, "named": repr(named), "pinned_to": f", {pinned}" if pinned else ""}
    names = {
        "parameter_absent": "incomplete",
        "version_rejected": "version",
        "signature_method_rejected": "method unknown",
    }
    twice = unread.problem == "parameter_rejected" and "twice" in unread.message
    return Verdict("proof given twice" if twice else names.get(unread.problem, "unreadable"), facts)


def _once(case: Case, _: str | None) -> Flow[Verdict | None]:
    """There is no question whether a nonce is spent: what was told is all there is."""
    yield from ()
    return Verdict("sent twice") if case.told is not None and case.told.problem == "nonce_used" else None


def _token(case: Case, _: str | None) -> Flow[Verdict | None]:
    yield from ()
    token, told = case.proof.get("oauth_token", ""), case.told.problem if case.told is not None else None
    if told == "token_expired" or (case.grant is not None and case.now >= case.grant.expires_at):
        return Verdict("token expired")
    ours = case.grant is not None and case.grant.link_id == _link_of(case).id
    unknown = bool(token) and not ours and not case.asks_for_a_token
    return Verdict("token") if told == "token_rejected" or unknown else None


def _way(case: Case, _: str | None) -> Flow[Verdict | None]:
    """Whether the link takes this way, and the person may do that: as the road would decide now."""
    link = _link_of(case)
    if case.claim is None or case.asks_for_a_token:
        return None
    presented = Presented(case.request, case.claim)
    mechanism = next((each for each in case.mechanisms if each.recognise(presented)), None)
    if mechanism is None:
        return Verdict("level", {"why": "it is not loaded here"})
    if objection := mechanism.incoming_objection(link):
        return Verdict("level", {"why": objection})
    candidate = yield from mechanism.accept(presented, link, case.at or case.now)
    if candidate.refusal is not None and candidate.refusal.problem == "parameter_rejected":
        return Verdict("user named twice", {"why": candidate.refusal.message})
    if case.told is not None and case.told.step == "find_person":
        return Verdict("person", {"why": case.told.why})
    return (yield from _person(case, mechanism, candidate.claimed_user))


def _person(case: Case, mechanism: Mechanism, name: str) -> Flow[Verdict | None]:
    link = _link_of(case)
    knows: bool = yield KnowsPeople()
    if not knows:
        told = case.told
        return Verdict("policy", {"why": told.why}) if told is not None and told.step == "apply_policy" else None
    person: Person | None = yield FindPerson(name)
    if person is None:
        return Verdict("person", {"why": f"there is no {name!r}."})
    objection = mechanism.person_objection(person, link, case.request.method, case.identity.below(case.request.url))
    return Verdict("policy", {"why": objection}) if objection else None


def last(case: Case) -> Verdict:
    """Nothing speaks against it now."""
    told = case.told
    if told is None or told.problem in {"signature_invalid", "timestamp_refused"}:
        return Verdict("holds")
    return Verdict("other refusal", {"why": told.why, "problem": told.problem}, certain=False)


JUDGEMENTS: tuple[Callable[[Case, str | None], Flow[Verdict | None]], ...] = (
    _proof_there,
    _sender,
    _time,
    _signature,
    _once,
    _token,
    _way,
)
ENDING = frozenset({_proof_there, _sender})
"""After one of these, nothing more can be judged."""


def _link_of(case: Case) -> Link:
    assert case.link is not None, "_sender ends where there is none"  # noqa: S101
    return case.link


def _facts_of(case: Case, theirs: BaseString) -> dict[str, str]:
    """What causes and remedies are filled with, besides what a verdict brings."""
    ours = case.ours
    scheme, host, port, path, _ = theirs.address_parts()
    prefix = case.around.prefix
    added = path.removesuffix(case.text.path.removeprefix(prefix)) if path.endswith(case.text.path.removeprefix(prefix)) else ""
    named = differing_names(ours, theirs)
    return {
        "signed": theirs.address,
        "origin": f"{scheme}://{host}{':' if port else ''}{port}{added.rstrip('/')}",
        "signed_method": theirs.method,
        "names": ", ".join(named) or "none by itself",
    }
