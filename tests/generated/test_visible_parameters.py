"""What a view sees of an admitted request, its signature covers: parameters, path and method (T-01, T-03, T-04)."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import product
from random import Random
from urllib.parse import quote, unquote

import pytest

from generated.callee import Callee
from generated.forging import CONSUMERS, FORM, Draft, draft, valid
from generated.raw import Outcome, Raw

SEED = 1849
CASES = 700


def covered(right: Draft) -> Counter[tuple[str, str]]:
    """The parameters in the text that was signed, and the signature itself."""
    joined = unquote(right.base_string(right.proof[:-1]).rpartition("&")[2])
    pairs = (piece.partition("=") for piece in joined.split("&"))
    return Counter([*((unquote(name), unquote(value)) for name, _, value in pairs), right.proof[-1]])


def visible(outcome: Outcome) -> Counter[tuple[str, str]]:
    assert outcome.seen is not None
    return Counter((name, value) for name, value in (*outcome.seen["query"], *outcome.seen["form"]))


def test_every_parameter_that_a_view_sees_is_in_the_text_that_was_signed_t01(callee: Callee) -> None:
    random = Random(SEED)
    for _ in range(CASES):
        right = valid(random, callee.url)
        outcome = callee.send(right.raw())
        assert outcome.seen is not None, (right, outcome)
        assert outcome.seen["user"] == "alice"
        assert visible(outcome) <= covered(right), (right, outcome)
        assert outcome.seen["method"] == right.method
        assert quote(outcome.seen["path"], safe="/").endswith(right.path)


def test_it_does_not_matter_how_the_parameters_are_written_t01(callee: Callee) -> None:
    """As a browser writes them, over-encoded, under-encoded: view and signature read the same."""
    random = Random(SEED + 1)
    spellings = {
        " ": ["+", "%20"],
        "=": ["=", "%3D", "%3d"],
        ";": [";", "%3B"],
        "/": ["/", "%2F", "%2f"],
        "a": ["a", "%61"],
        "~": ["~", "%7E"],
    }
    for _ in range(CASES // 2):
        right = replace(draft(random, callee.url), place="header", form=None, content_type=None, body=b"")
        right = replace(
            right, query=[("user_id", "alice"), ("".join(random.choices("a;~/ ", k=4)), "".join(random.choices(" =;/a~", k=6)))]
        )
        right = right.signed(CONSUMERS["front"], random)
        raw = right.raw()
        name, value = right.query[1]
        spelled = "=".join(
            "".join(random.choice([way for way in spellings[letter] if plain or way != "="]) for letter in word)
            for word, plain in ((name, False), (value, True))
        )
        path = raw.target.partition(b"?")[0]
        outcome = callee.send(replace(raw, target=path + f"?user_id=alice&{spelled}".encode()))
        assert outcome.seen is not None, (right, spelled, outcome)
        assert visible(outcome) == Counter(right.query)


TYPES = (
    *(
        FORM,
        f"{FORM};charset=utf-8",
        f"{FORM} ; x=y",
        f" {FORM}",
        FORM.upper(),
        f"{FORM};",
        f"\t{FORM}\t",
        f"{FORM}; boundary=x",
    ),
    *(
        f"{FORM}=1; a",
        f"{FORM},text/plain",
        f"text/plain,{FORM}",
        f"text/plain;{FORM}",
        f"{FORM} x",
        f"{FORM}\x85",
        f"{FORM}\xa0",
    ),
    *(f'"{FORM}"', f"{FORM}*", f"{FORM}*=utf-8''x", f"{FORM}+json", "application/x-url-encoded", "application/*", "*/*", "x"),
    *(
        f"{FORM};charset=utf-16",
        f"{FORM};charset=utf-7",
        "multipart/mixed",
        "text/plain",
        "application/json",
        "",
        ";",
        f";{FORM}",
    ),
)


@pytest.mark.parametrize("kind", TYPES, ids=map(ascii, TYPES))
def test_no_odd_content_type_smuggles_a_form_past_the_signature_t04(callee: Callee, kind: str) -> None:
    """A signed request without a form is given one on its way."""
    random = Random(f"{SEED} {kind}")  # each its own nonces
    admitted = 0
    for method, body in product(("GET", "POST", "PUT", "DELETE"), (b"evil=1", b"user_id=admin&evil=1", b"+AGEAPQ-b&evil=1")):
        right = replace(draft(random, callee.url), place="header", method=method, form=None, content_type=None, body=b"")
        right = replace(right, query=[("user_id", "alice")]).signed(CONSUMERS["front"], random)
        raw = right.raw()
        outcome = callee.send(replace(raw, headers=(*raw.headers, (b"content-type", kind.encode("latin-1"))), body=body))
        assert outcome.status < 500
        if outcome.seen is not None:
            admitted += 1
            assert outcome.seen["user"] == "alice"
            assert visible(outcome) <= covered(right), (kind, outcome)
        else:
            assert outcome.problem
    assert admitted in {0, 12}  # what a content type means does not depend on the method


@pytest.mark.parametrize("names", [(b"content-type", b"Content_Type"), (b"Content_Type", b"content-type")])
def test_no_second_content_type_smuggles_a_form_past_the_signature_t04(callee: Callee, names: tuple[bytes, bytes]) -> None:
    random = Random(f"{SEED} {names}")
    for kinds in ((FORM, "text/plain"), ("text/plain", FORM)):
        right = replace(draft(random, callee.url), place="header", method="POST", form=None, content_type=None, body=b"")
        right = replace(right, query=[("user_id", "alice")]).signed(CONSUMERS["front"], random)
        raw = right.raw()
        more = tuple((name, kind.encode()) for name, kind in zip(names, kinds, strict=True))
        outcome = callee.send(Raw(raw.method, raw.target, (*raw.headers, *more), b"evil=1"))
        assert outcome.status < 500
        assert outcome.seen is None or visible(outcome) <= covered(right)


@pytest.mark.parametrize("separator", [b";", b"&amp;", b"\n", b"%26", b"&&", b"&;"])
def test_only_an_ampersand_parts_parameters_for_both_t03(callee: Callee, separator: bytes) -> None:
    random = Random(f"{SEED} {separator!r}")
    right = replace(draft(random, callee.url), place="header", form=None, content_type=None, body=b"")
    right = replace(right, query=[("user_id", "alice"), ("a", "b")]).signed(CONSUMERS["front"], random)
    raw = right.raw()
    path = raw.target.partition(b"?")[0]
    outcome = callee.send(replace(raw, target=path + b"?user_id=alice" + separator + b"a=b"))
    assert outcome.status < 500
    assert outcome.seen is None or visible(outcome) == Counter(right.query)
