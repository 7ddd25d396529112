"""One tree of errors, drawn as it is, each with a code of its own that the guide explains."""

from __future__ import annotations

import inspect
import re

from applinks import errors
from applinks.errors import AppLinksError
from house.source import DOCS, section

GUIDE = DOCS / "guide" / "errors.md"


def classes() -> list[type[AppLinksError]]:
    """In the order of their definition."""
    found = [found for _, found in inspect.getmembers(errors, inspect.isclass) if issubclass(found, AppLinksError)]
    return sorted(found, key=lambda kind: inspect.getsourcelines(kind)[1])


def test_the_drawing_shows_the_classes_in_their_order_below_their_parents():
    drawn = re.findall(r"^( *)([A-Z]\w+)(?:  .*)?$", errors.__doc__.partition("\n\n")[2], re.MULTILINE)
    depths = [(name, len(blanks) // 2) for blanks, name in drawn]
    assert depths == [(kind.__name__, len(kind.__mro__) - len(AppLinksError.__mro__)) for kind in classes()]
    parents: list[str] = []
    for name, depth in depths:
        parents[depth:] = [name]
        if depth:
            assert getattr(errors, name).__bases__[0].__name__ == parents[depth - 1]


def test_every_code_is_its_own_and_made_of_small_words():
    codes = [kind.__dict__["code"] for kind in classes()]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in codes)


def test_the_guide_says_what_to_do_for_each_code_in_the_order_of_the_tree():
    rows = re.findall(r"^\| `([a-z-]+)` \| `(\w+)` \| (.+) \|$", section(GUIDE, "What to do for each code"), re.MULTILINE)
    assert [row[:2] for row in rows] == [(kind.code, kind.__name__) for kind in classes()]


def test_every_error_explains_itself():
    assert all(kind.__doc__ and kind.__doc__.splitlines()[0].endswith(".") for kind in classes())


def test_a_message_is_followed_by_its_remedy():
    assert str(AppLinksError("It broke.", remedy="Mend it.")) == "It broke. Mend it."
    assert str(AppLinksError("It broke.")) == "It broke."
