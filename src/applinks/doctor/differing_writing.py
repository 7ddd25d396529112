"""Classes of difference in how names and values are written (RFC 5849, 3.6; protocol.md 1.3)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Literal
from urllib.parse import quote, quote_from_bytes, unquote_to_bytes

from applinks.doctor.differences import WRITING, Difference
from applinks.doctor.signed_text import BODY, HEADER, QUERY, Parameter, SignedText, Surroundings, as_it_is, decoded, encoded

MOST_CHANGED = 40
"""Parameters that are changed one at a time."""

Write = Callable[[str], str]
Shape = Literal["NFC", "NFD"]


def plus_kept(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """`+` in the query or the form signed as a plus, while it is a blank."""
    for place in ((QUERY,), (BODY,), (QUERY, BODY)):
        kept = tuple(_plus_kept(each) if each.place in place and "+" in each.raw else each for each in text.parameters)
        yield replace(text, parameters=kept)


def plus_for_blank(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """A blank signed as `+`, or, in the header, sent as `+`."""
    yield _written(text, lambda canonical: canonical.replace("%20", "+"))
    yield from _both(text, lambda canonical: canonical.replace("%20", "%2B"))
    in_header = tuple(
        replace(each, value=each.value.replace("%2B", "%20")) if each.place == HEADER else each for each in text.parameters
    )
    yield replace(text, parameters=in_header)


def escapes_in_small_letters(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """`%2f` for `%2F`."""
    yield from _both(text, lambda canonical: re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), canonical))


def marks_not_encoded(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """`! * ' ( )` left as they are, as JavaScript's `encodeURIComponent` does."""
    for marks in ("!*'()", "!'()", "*", "!", "'", "()"):
        yield from _both(text, partial(_left, marks=marks))


def slash_not_encoded(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """Other characters left as they are: the slash, as Python's `quote` does, or those that a query may hold."""
    for marks in ("/", ",", ":", "@", "/:,@", ":@$,/;?", "!*'();:@&=+$,/?#[]"):
        yield from _both(text, partial(_left, marks=marks))


def plain_encoded(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """Characters encoded that OAuth leaves as they are: `~`, or `- . _ ~`, or as a form writes them."""
    yield from _both(text, lambda canonical: canonical.replace("~", "%7E"))
    yield from _both(text, lambda canonical: re.sub(r"[-._~]", lambda found: f"%{ord(found[0]):02X}", canonical))
    yield from _both(text, lambda canonical: _left(canonical.replace("~", "%7E").replace("%20", "+"), "*"))
    yield from _both(text, lambda canonical: canonical.replace("~", "%7E").replace("%20", "+"))


def other_alphabet(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """Letters beyond ASCII in Latin-1 or UTF-8, whichever the request does not use."""
    yield _written(text, _latin1)
    yield _written(text, _utf8)


def letters_composed(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """Letters and their accents as one character or as two."""
    shapes: tuple[Shape, ...] = ("NFC", "NFD")
    for shape in shapes:
        yield _written(text, partial(_reshaped, shape=shape))


def not_encoded(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """Names and values not encoded before they are put together; or the whole not encoded after."""
    yield replace(text, inner=decoded)
    yield replace(text, outer_parameters=as_it_is)


def encoded_twice(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """Names and values encoded once more than they should be; all, those of a place, or any one."""
    yield _written(text, _once_more)
    yield from _one_by_one(text, _once_more)


def encoded_on_the_way(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """Values that were encoded once more after signing; those of a place, or any one."""
    yield from _one_by_one(text, _once_less)


def blanks_trimmed(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """Blanks at the ends of values left out, or line ends written otherwise."""
    yield _all_changed(text, lambda value: encoded(decoded(value).strip()))
    yield _all_changed(text, lambda value: value.replace("%0D%0A", "%0A"))
    yield _all_changed(text, lambda value: value.replace("%0D%0A", "%0A").replace("%0A", "%0D%0A"))


def _written(text: SignedText, write: Write) -> SignedText:
    return replace(text, inner=_then(text.inner, write))


def _both(text: SignedText, write: Write) -> Iterator[SignedText]:
    """With another encoder for names and values only, for the whole only, and for both."""
    inner = _written(text, write)
    yield inner
    for written in (inner, text):
        yield replace(written, outer=_then(text.outer, write))


def _then(first: Write, second: Write) -> Write:
    return lambda plain: second(first(plain))


def _one_by_one(text: SignedText, change: Write) -> Iterator[SignedText]:
    """The values of each place changed, then each value by itself."""
    for place in (HEADER, QUERY, BODY):
        yield _changed(text, [each.place == place for each in text.parameters], change)
    for number in range(len(text.parameters[:MOST_CHANGED])):
        yield _changed(text, [other == number for other in range(len(text.parameters))], change)


def _changed(text: SignedText, wanted: Iterable[bool], change: Write) -> SignedText:
    pairs = zip(text.parameters, wanted, strict=False)
    changed = tuple(replace(each, value=change(each.value)) if chosen else each for each, chosen in pairs)
    return replace(text, parameters=changed)


def _all_changed(text: SignedText, change: Write) -> SignedText:
    return _changed(text, [True] * len(text.parameters), change)


def _plus_kept(each: Parameter) -> Parameter:
    name, _, value = each.raw.partition("=")
    return replace(each, name=encoded(decoded(name)), value=encoded(decoded(value)))


def _left(canonical: str, marks: Iterable[str]) -> str:
    for mark in marks:
        canonical = canonical.replace(f"%{ord(mark):02X}", mark)
    return canonical


def _latin1(canonical: str) -> str:
    try:
        return quote(unquote_to_bytes(canonical).decode(), safe="+", encoding="latin-1")
    except UnicodeError:
        return canonical


def _utf8(canonical: str) -> str:
    raw = unquote_to_bytes(canonical)
    try:
        raw.decode()
    except UnicodeDecodeError:
        return quote(raw.decode("latin-1"), safe="")
    return canonical


def _reshaped(canonical: str, shape: Shape) -> str:
    raw = unquote_to_bytes(canonical)
    try:
        return quote(unicodedata.normalize(shape, raw.decode()), safe="")
    except UnicodeDecodeError:
        return canonical


def _once_more(canonical: str) -> str:
    return canonical.replace("%", "%25")


def _once_less(canonical: str) -> str:
    once = unquote_to_bytes(canonical)
    return quote_from_bytes(unquote_to_bytes(once), safe="")


_LIBRARY = "Use an OAuth 1.0a library there that follows RFC 5849"

TABLE = (
    Difference(
        "plus kept",
        WRITING,
        "A `+` in the query or the form, which is a blank there, was signed as a plus.",
        "On the calling side, write a blank as %20 and a plus as %2B.",
        texts=plus_kept,
    ),
    Difference(
        "plus for a blank",
        WRITING,
        "The sender signs a blank as `+`, or writes it so in the header; OAuth wants %20.",
        "On the calling side, write a blank as %20.",
        texts=plus_for_blank,
    ),
    Difference(
        "escapes in small letters",
        WRITING,
        "The sender signs escapes like `%2f`; OAuth wants them in capitals.",
        f"{_LIBRARY} (3.6).",
        texts=escapes_in_small_letters,
    ),
    Difference(
        "marks not encoded",
        WRITING,
        "The sender leaves `! * ' ( )` as they are, as JavaScript's encodeURIComponent does.",
        f"{_LIBRARY} (3.6): all but letters, digits and `- . _ ~` is encoded.",
        texts=marks_not_encoded,
    ),
    Difference(
        "other characters not encoded",
        WRITING,
        "The sender leaves characters such as `/` as they are, as Python's quote does.",
        f"{_LIBRARY} (3.6): all but letters, digits and `- . _ ~` is encoded.",
        texts=slash_not_encoded,
    ),
    Difference(
        "plain characters encoded",
        WRITING,
        "The sender encodes characters that OAuth leaves as they are, such as `~`, or writes as forms do.",
        f"{_LIBRARY} (3.6): letters, digits and `- . _ ~` stay.",
        texts=plain_encoded,
    ),
    Difference(
        "other alphabet",
        WRITING,
        "Letters beyond ASCII are in Latin-1 on one side and in UTF-8 on the other.",
        "On the calling side, encode text as UTF-8, in the address and for signing.",
        texts=other_alphabet,
    ),
    Difference(
        "accents composed otherwise",
        WRITING,
        "Letters with accents are one character on one side and two on the other.",
        "On the calling side, sign the text that is sent; something between the two normalises it.",
        texts=letters_composed,
    ),
    Difference(
        "not encoded",
        WRITING,
        "The sender encodes names and values once; OAuth encodes them twice, by themselves and in the whole.",
        f"{_LIBRARY} (3.4.1.1 and 3.4.1.3.2).",
        texts=not_encoded,
    ),
    Difference(
        "encoded twice",
        WRITING,
        "The sender encodes names or values once more than OAuth does: they were encoded when they came to what signs.",
        "On the calling side, hand plain values to what signs.",
        texts=encoded_twice,
    ),
    Difference(
        "encoded on the way",
        WRITING,
        "Values were encoded once more after they were signed.",
        "On the calling side, send the address that was signed, without letting the HTTP client encode it again.",
        texts=encoded_on_the_way,
    ),
    Difference(
        "blanks or line ends",
        WRITING,
        "Blanks at the end of values, or line ends, differ from what was signed.",
        "On the calling side, sign values as they are sent.",
        texts=blanks_trimmed,
    ),
)
