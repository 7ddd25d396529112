"""The search for what was signed: each class of difference by itself, then two at a time, within bounds."""

from __future__ import annotations

from binascii import Error, a2b_base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from hmac import compare_digest
from operator import eq

from applinks.doctor import differing_address, differing_otherwise, differing_parameters, differing_proof, differing_writing
from applinks.doctor.differences import Difference, Holds
from applinks.doctor.differing_proof import Keys
from applinks.doctor.signed_text import SignedText, Surroundings
from applinks.wire.oauth1 import spelled

TEXTS: tuple[Difference, ...] = (*differing_address.TABLE, *differing_parameters.TABLE, *differing_writing.TABLE)
TABLE: tuple[Difference, ...] = (*TEXTS, *differing_proof.TABLE, *differing_otherwise.TABLE)
"""Every class there is."""
BY_NAME = {difference.name: difference for difference in TABLE}

MOST_TRIED = 20_000
"""Texts that are tried for one request. A verification by RSA costs about 20 µs, and making a text as much again."""

MOST_WRITTEN = 128 * 1024 * 1024
"""Bytes of them, all together: whoever knows a consumer key can have a request kept that makes each of them long (T-73)."""

Way = tuple[tuple[Difference, ...], SignedText]


@dataclass(frozen=True, slots=True)
class Found:
    """What was signed: the text, and by which classes it differs from ours; none if it is ours."""

    differences: tuple[Difference, ...]
    text: SignedText
    tried: int


@dataclass(slots=True)
class _Trial:
    """Tries each text once, up to the bound."""

    fits: Callable[[bytes], bool]
    tried: int = 0
    written: int = 0
    seen: set[bytes] = field(default_factory=set)

    def __call__(self, text: SignedText) -> bool:
        if self.exhausted:
            return False
        written = text.text().encode(errors="surrogateescape")
        self.written += len(written)
        known = blake2b(written, digest_size=16).digest()
        if known in self.seen:
            return False
        self.seen.add(known)
        self.tried += 1
        return self.fits(written)

    @property
    def exhausted(self) -> bool:
        return self.tried >= MOST_TRIED or self.written >= MOST_WRITTEN


@dataclass(frozen=True, slots=True)
class Search:
    """What was signed, if it is not `text`: by its `signature`, or `theirs`, which the sender says to have signed."""

    text: SignedText
    around: Surroundings
    signature: str = field(repr=False)
    keys: Keys
    theirs: str | None = field(default=None, repr=False)


def search(wanted: Search) -> tuple[Found | None, int]:
    """What was found, or None, and how much was tried. It may take seconds: a flow has it calculated."""
    trial, found = (_for_signature if wanted.theirs is None else _for_theirs)(wanted)
    return (None if found is None else Found(*found, trial.tried)), trial.tried


def _for_signature(wanted: Search) -> tuple[_Trial, Way | None]:
    ways, text = tuple(ways_to_verify(wanted.signature, wanted.keys)), wanted.text
    trial = _Trial(_never)
    for differences, holds, raw in ways:
        trial = _Trial(partial(holds, raw), trial.tried, trial.written)
        if trial(text):
            return trial, (differences, text)
    for differences, holds, raw in ways:
        trial = _Trial(partial(holds, raw), trial.tried, trial.written)
        found = _first_way(trial, text, wanted.around, pairs=not differences)
        if found is not None:
            return trial, ((*found[0], *differences), found[1])
    return trial, None


def _for_theirs(wanted: Search) -> tuple[_Trial, Way | None]:
    trial = _Trial(partial(eq, (wanted.theirs or "").encode(errors="surrogateescape")))
    if trial(wanted.text):
        return trial, ((), wanted.text)
    return trial, _first_way(trial, wanted.text, wanted.around, pairs=True)


def _never(_: bytes) -> bool:
    return False


def _first_way(trial: _Trial, text: SignedText, around: Surroundings, *, pairs: bool) -> Way | None:
    ways = _one_difference(text, around)
    found = next((way for way in ways if trial(way[1])), None)
    if found is not None or not pairs:
        return found
    for way in _two_differences(text, around):
        if trial(way[1]):
            return way
        if trial.exhausted:
            return None
    return None


def _one_difference(text: SignedText, around: Surroundings) -> Iterator[Way]:
    for difference in TEXTS:
        if difference.texts is not None:
            yield from (((difference,), changed) for changed in difference.texts(text, around))


def _two_differences(text: SignedText, around: Surroundings) -> Iterator[Way]:
    """Both in the order of the table; those that stand alone are not tried with others."""
    joining = [difference for difference in TEXTS if not difference.alone]
    for number, first in enumerate(joining):
        changed = list(_distinct(first, text, around))
        for second in joining[number + 1 :]:
            for once in changed:
                assert second.texts is not None, "all in this table have them"  # noqa: S101
                yield from (((first, second), twice) for twice in second.texts(once, around))


def _distinct(difference: Difference, text: SignedText, around: Surroundings) -> Iterator[SignedText]:
    seen = {text.text()}
    assert difference.texts is not None, "all in this table have them"  # noqa: S101
    for changed in difference.texts(text, around):
        if (written := changed.text()) not in seen:
            seen.add(written)
            yield changed


def ways_to_verify(signature: str, keys: Keys) -> Iterator[tuple[tuple[Difference, ...], Holds, bytes]]:
    """The signature as it is, with the link's key; then spelled otherwise, and with other keys."""
    main, raw = keys.main(), _raw(signature)
    if main is not None:
        if raw is not None:
            yield (), main, raw
        for difference in differing_proof.SPELLINGS:
            assert difference.spellings is not None, "all in this table have them"  # noqa: S101
            for spelling in difference.spellings(signature):
                other = _raw(spelling)
                if other is not None and other != raw:
                    yield (difference,), main, other
    if raw is not None:
        for difference in differing_proof.LOCKS:
            assert difference.locks is not None, "all in this table have them"  # noqa: S101
            yield from (((difference,), holds, raw) for holds in difference.locks(keys))


def _raw(signature: str) -> bytes | None:
    """The bytes of a signature; None unless it is spelled as it should be."""
    try:
        raw = a2b_base64(signature.encode())
    except (Error, ValueError):
        return None
    return raw if compare_digest(spelled(raw).encode(), signature.encode()) else None
