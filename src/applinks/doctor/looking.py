"""The probes that need no proof: what the other application says to anybody, and what it says to us, sealed.

Each is a flow that notes what it sees, and returns whether there is a point in going on.
"""

from __future__ import annotations

from collections.abc import Sequence

from applinks.audit import ADMISSION, AuditTrail, Written, as_word, quoted
from applinks.doctor import answers
from applinks.doctor.answers import Sign
from applinks.doctor.causes import CLOCK, CONFIGURATION, CONSUMER, MANIFEST, RECENT, STATE
from applinks.doctor.notes import Notes
from applinks.errors import AppLinksError, TransportFailed
from applinks.links import (
    OAUTH_LEVELS,
    STATE_PATH,
    Facts,
    Level,
    Link,
    LinkById,
    OurKeys,
    SigningKey,
    State,
    id_of,
    pairing,
    unseal,
)
from applinks.mechanisms import Mechanism
from applinks.outgoing import facts_of
from applinks.questions import Ask, Flow, Moment, Now, Wait
from applinks.wire import consumer_info
from applinks.wire.keys import PublicKey
from applinks.wire.manifest import AuthenticationKind, Manifest
from applinks.wire.messages import Request, Response
from applinks.wire.oauth1 import SignatureMethod

MOST_AHEAD = 60
"""Seconds by which two clocks may differ before it is said."""
OLDEST = 5
"""The first version of the plug-in that can tell how its end of a link stands (protocol.md 13, row 16)."""
RECENTLY = 20
_OAUTH = frozenset({AuthenticationKind.THREE_LEGGED, AuthenticationKind.TWO_LEGGED})
KINDS = {
    Level.OAUTH: _OAUTH,
    Level.OAUTH_IMPERSONATION: _OAUTH | {AuthenticationKind.TWO_LEGGED_IMPERSONATING},
    Level.TRUSTED: frozenset({AuthenticationKind.TRUSTED_APPS}),
    Level.BASIC: frozenset({AuthenticationKind.BASIC}),
}
"""What goes over the wire at each level."""
_WEAK = frozenset({SignatureMethod.RSA_SHA1, SignatureMethod.HMAC_SHA1})
_LEGACY = frozenset({Level.TRUSTED, Level.BASIC})


def look_at_configuration(notes: Notes) -> Flow[bool]:
    """What is set here, without any traffic."""
    yield from ()
    link, suspension = notes.link, notes.us.suspension
    if suspension is not None:
        notes.find("SUSPENDED", suspension.why)
        notes.check(CONFIGURATION, "outgoing trust is suspended", good=False)
        return False
    if (link.outgoing.level, link.incoming.level) == (Level.DISABLED, Level.DISABLED):
        notes.find("DISABLED", "both directions are disabled")
        notes.check(CONFIGURATION, "both directions are disabled", good=False)
        return False
    notes.check(CONFIGURATION, f"outgoing {link.outgoing.level}, incoming {link.incoming.level}")
    if not link.application_url:
        notes.check(MANIFEST, "not asked for: the link has no address, it only calls us", good=None)
    return bool(link.application_url)


def look_at_manifest(notes: Notes) -> Flow[bool]:
    """Whether it can be reached, answers as an application does, and tells the right time."""
    request = pairing.document_at(notes.base, pairing.MANIFEST_PATH)
    response = yield from ask(notes, MANIFEST, request)
    if response is None:
        return False
    yield from _compare_clocks(notes, response)
    found = answers.of_manifest(response, request.url)
    if isinstance(found, Manifest):
        notes.manifest = found
        notes.check(MANIFEST, f"{found.name} ({found.type} {found.version})")
        return True
    if found.cause == "NOT_AN_APPLINKS_PEER" and notes.by_hand:
        notes.check(MANIFEST, "none: it does not speak application links", good=None)
        return True
    notes.check(MANIFEST, found.evidence, good=False)
    put(notes, found)
    return False


def look_at_identity(notes: Notes) -> Flow[bool]:
    """Whether it is the application that was linked, at the address that it believes to have."""
    they, link = notes.manifest, notes.link
    if they is None:
        return True
    if they.id != link.id:
        other: Link | None = yield LinkById(they.id)
        if other is not None:
            name = f"`applinks link delete {quoted(other.name)}`"
            notes.find("DUPLICATE_ID", f"it has the id of the link {other.name!r}, {they.id}", found=name)
        if not notes.by_hand:
            notes.find("WRONG_APPLICATION", f"it has the id {they.id} ({they.name}); the link has {link.id}")
    if _plain(they.url) != _plain(notes.base):
        words = f"it says {they.url}, and the link says {notes.base}"
        notes.find("BASE_URL_MISMATCH", words, found=words)
    major = they.applinks_version.partition(".")[0]
    if major.isdecimal() and len(major) < 9 and int(major) < OLDEST:
        notes.find("VERSION_INCOMPATIBLE", f"applinksVersion {they.applinks_version}")
    return True


def look_at_consumer(notes: Notes) -> Flow[bool]:
    """Whether the key and the consumer key by which we know it are those that it has now."""
    incoming = notes.link.incoming
    if notes.manifest is None or incoming.public_key is None or incoming.level not in OAUTH_LEVELS:
        return True
    response = yield from ask(notes, CONSUMER, pairing.document_at(notes.base, pairing.CONSUMER_INFO_PATH))
    if response is None:
        return False
    try:
        if response.status != 200:
            notes.check(CONSUMER, f"status {response.status}", good=None)
            return True
        they = consumer_info.read(response.body, response.header("content-type"))
        key = PublicKey.read(they.public_key)
    except AppLinksError as wrong:
        notes.check(CONSUMER, wrong.message, good=None)
        return True
    used = notes.theirs.signs_with if notes.theirs else key.fingerprint
    known = PublicKey.read(incoming.public_key).fingerprint
    notes.check(CONSUMER, f"{they.key}, {key.fingerprint}", good=(they.key, used) == (incoming.consumer_key, known))
    if they.key != incoming.consumer_key:
        words = f"it calls itself {they.key!r}, and is known here as {incoming.consumer_key!r}"
        notes.find("STALE_CONSUMER_KEY", words, found=they.key)
    if used != known:
        notes.find("PUBLIC_KEY_CHANGED", f"it has the key {used}, and is known here by {known}")
    return True


def look_at_state(notes: Notes) -> Flow[bool]:
    """What it says to us alone about its end of the link (decision 0018)."""
    if notes.manifest is None:
        return True
    facts: Facts = yield from facts_of(notes.link.id, None)
    ours: tuple[SigningKey, ...] = yield OurKeys()
    keys = [facts.key, *(one.key for one in ours if one.key.public != facts.key.public)]
    ids = [notes.us.id, *([id_of(notes.us.url)] if notes.by_hand else [])]
    for id in ids:  # noqa: A001
        sealed = yield from _ask_for_state(notes, id)
        if sealed is None:
            return True
        for key in keys:
            content = unseal(sealed, key)
            if content is not None:
                _read_state(notes, content, key.public, facts)
                return True
    _note_unreadable(notes)
    return True


def _ask_for_state(notes: Notes, id: str) -> Flow[bytes | None]:  # noqa: A002
    request = Request("GET", f"{notes.base}/{STATE_PATH}?id={id}", (("accept", "application/jose"),))
    response = yield from ask(notes, STATE, request)
    if response is not None and response.status == 429:
        yield Wait(1)
        response = yield from ask(notes, STATE, request)
    if response is None or response.status != 200 or response.header("content-type") != "application/jose":
        notes.check(STATE, "it does not tell", good=None)
        return None
    return response.body


def _note_unreadable(notes: Notes) -> None:
    outgoing = notes.link.outgoing
    by_key = outgoing.level in OAUTH_LEVELS and not outgoing.signature_method.shares_a_secret
    if not by_key or notes.by_hand:
        notes.check(STATE, "sealed for none of our keys; this link needs none", good=None)
        return
    notes.check(STATE, "sealed for none of our keys", good=False)
    notes.find("NO_REVERSE_LINK", "what it says about us is sealed for none of our keys")


def _read_state(notes: Notes, content: bytes, key: PublicKey, facts: Facts) -> None:
    they = State.from_json(content)
    if they is None:
        notes.check(STATE, "it cannot be read", good=None)
        return
    notes.theirs = they
    notes.check(STATE, f"{they.name!r} there: incoming {they.incoming}, outgoing {they.outgoing} (applinks {they.version})")
    if key != facts.key.public:
        words = f"it knows us by {key.fingerprint}, and we sign with {facts.key.public.fingerprint}"
        notes.find("PUBLIC_KEY_CHANGED", words, certain=True)
    if facts.link.outgoing.level in OAUTH_LEVELS and they.consumer_key != facts.consumer_key:
        words = f"it knows us as {they.consumer_key!r}, and we call ourselves {facts.consumer_key!r}"
        notes.find("STALE_CONSUMER_KEY", words, found=facts.consumer_key, certain=True)
    if _plain(they.known_url) != _plain(notes.us.url):
        words = f"it knows us at {they.known_url or 'no address'}, and we are at {notes.us.url}"
        notes.find("BASE_URL_MISMATCH", words, found=words)
    _compare_levels(notes, they)
    _compare_methods(notes, they)


def _compare_levels(notes: Notes, they: State) -> None:
    link, there = notes.link, f"`applinks link change {quoted(they.name)}"
    if they.incoming != link.outgoing.level:
        notes.find(
            "LEVEL_MISMATCH",
            f"we send {link.outgoing.level}, and it accepts {they.incoming}",
            found=f"{there} --incoming {link.outgoing.level}` there, or "
            f"`applinks link change {quoted(link.name)} --outgoing {as_word(they.incoming)}` here",
        )
    if they.outgoing != link.incoming.level:
        notes.find(
            "LEVEL_MISMATCH",
            f"it sends {they.outgoing}, and we accept {link.incoming.level}",
            found=f"{there} --outgoing {link.incoming.level}` there, or "
            f"`applinks link change {quoted(link.name)} --incoming {as_word(they.outgoing)}` here",
        )
    ours = link.same_users.answer if link.same_users else None
    if None not in {ours, they.same_users} and ours is not they.same_users:
        words = f"it says that the users are {'the same' if they.same_users else 'others'}, and we say the contrary"
        notes.find(
            "LEVEL_MISMATCH", words, found=f"`applinks link create {as_word(notes.base)}` again, with one answer for both"
        )


def _compare_methods(notes: Notes, they: State) -> None:
    link = notes.link
    if link.outgoing.level in OAUTH_LEVELS and they.incoming_method != link.outgoing.signature_method:
        words = f"we sign by {link.outgoing.signature_method}, and it verifies by {they.incoming_method}"
        notes.find("METHOD_MISMATCH", words, found=SignatureMethod.RSA_SHA256)
    if link.incoming.level in OAUTH_LEVELS and they.outgoing_method != link.incoming.signature_method:
        words = f"it signs by {they.outgoing_method}, and we verify by {link.incoming.signature_method}"
        notes.find("METHOD_MISMATCH", words, found=SignatureMethod.RSA_SHA256)


def look_at_ways(notes: Notes, mechanisms: Sequence[Mechanism]) -> Flow[bool]:
    """Whether there is a way that we send and it accepts; and whether there would be a better one."""
    yield from ()
    they, outgoing, incoming = notes.manifest, notes.link.outgoing, notes.link.incoming
    if they is None or outgoing.level is Level.DISABLED:
        return True
    ours = {str(mechanism.KIND) for mechanism in mechanisms} & {str(kind) for kind in KINDS[outgoing.level]}
    if they.incoming and not ours & set(they.incoming):
        accepted = ", ".join(kind.rpartition(".")[2].removesuffix("AuthenticationProvider") for kind in they.incoming)
        notes.find("NO_COMMON_AUTH", f"our outgoing level is {outgoing.level}, and it accepts {accepted}", found=accepted)
        return False
    if _LEGACY & {outgoing.level, incoming.level} and _OAUTH & set(they.incoming):
        notes.find(
            "DEPRECATED_AUTH", f"outgoing {outgoing.level}, incoming {incoming.level}, and it knows OAuth", found="OAuth"
        )
    methods = {
        way.signature_method for way in (outgoing, incoming) if way.level in OAUTH_LEVELS and way.signature_method in _WEAK
    }
    if notes.theirs is not None and methods:
        better = SignatureMethod.HMAC_SHA256 if SignatureMethod.HMAC_SHA1 in methods else SignatureMethod.RSA_SHA256
        notes.find("DEPRECATED_AUTH", f"{', '.join(sorted(methods))}, and both sides know {better}", found=better)
    return True


def look_at_recent_requests(notes: Notes) -> Flow[bool]:
    """What came over the link lately, and was refused here."""
    written: tuple[Written, ...] = yield AuditTrail(RECENTLY, link=notes.link.name, kind=ADMISSION)
    if not written:
        notes.check(RECENT, "none", good=None)
        return True
    refused = [record.entry.outcome.removeprefix("refused: ") for record in written if record.entry.outcome != "admitted"]
    words = f"{len(written) - len(refused)} admitted, {len(refused)} refused"
    good = True if written[0].entry.outcome == "admitted" else None
    notes.check(RECENT, f"{words}, the last because {refused[0]}" if refused else words, good=good)
    return True


def _compare_clocks(notes: Notes, response: Response) -> Flow[None]:
    moment: Moment = yield Now()
    seconds = answers.ahead(response, moment.now)
    if seconds is None:
        notes.check(CLOCK, "it does not say what time it is", good=None)
        return
    off = abs(seconds) > MOST_AHEAD
    words = f"ours is {abs(seconds):.0f} seconds {'ahead of' if seconds > 0 else 'behind'} theirs"
    notes.check(CLOCK, words if off else "they agree", good=not off)
    if off:
        notes.find("CLOCK_SKEW", words, found=words)


def _plain(url: str) -> str:
    """An address in one spelling: host in lower case, no default port, no slash at the end."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    default = ":443" if scheme.lower() == "https" else ":80"
    return f"{scheme.lower()}://{host.lower().removesuffix(default)}{slash}{path}".rstrip("/")


def ask(notes: Notes, check: str, request: Request) -> Flow[Response | None]:
    """One request of our own; None where it got no answer, which is noted."""
    try:
        response: Response = yield Ask(request)
    except TransportFailed as failure:
        notes.check(check, failure.message, good=False)
        put(notes, answers.of_failure(failure))
        return None
    return response


def put(notes: Notes, sign: Sign) -> None:
    """Note what fits."""
    notes.find(sign.cause, sign.evidence, found=sign.found, certain=sign.certain)
