"""Two base strings side by side."""

from __future__ import annotations

import pytest

from applinks.doctor.comparing import BaseString, FirstDifference, differing_names, first_difference, rows

OURS = "GET&https%3A%2F%2Fw.test%2Fwiki%2Fx&a%3Db%26oauth_consumer_key%3Dfront%26oauth_token%3Dcanary%26q%3Dx%252Fy"


def base(text: str) -> BaseString:
    found = BaseString.read(text)
    assert found is not None
    return found


def test_it_is_read_into_its_parts():
    read = base(OURS)
    assert (read.method, read.address) == ("GET", "https://w.test/wiki/x")
    assert read.parameters == (("a", "b"), ("oauth_consumer_key", "front"), ("oauth_token", "canary"), ("q", "x%2Fy"))
    assert read.address_parts() == ("https", "w.test", "", "/wiki/x", "")


@pytest.mark.parametrize("text", ["", "GET", "GET&https%3A%2F%2Fw.test", "&a&b"])
def test_what_is_no_base_string_is_none(text):
    assert BaseString.read(text) is None


@pytest.mark.parametrize(
    ("theirs", "part", "characters"),
    [
        (OURS.replace("GET", "get"), "method", ("G", "g")),
        (OURS.replace("https", "http"), "scheme", ("s", "%3A")),
        (OURS.replace("w.test", "w.test%3A8443"), "port", ("%2F", "%3A")),
        (OURS.replace("%2Fwiki", ""), "path", ("w", "x")),
        (OURS.replace("a%3Db", "a%3Dc"), "parameter a", ("b", "c")),
        (OURS.replace("%252F", "%252f"), "parameter q", ("F", "f")),
        (OURS + "%26z%3D", "parameter z", ("", "%26")),
    ],
)
def test_the_first_difference_is_told_by_place_part_and_characters(theirs, part, characters):
    found = first_difference(base(OURS), base(theirs))
    assert (found.part, (found.ours, found.theirs)) == (part, characters)
    assert OURS[found.position : found.position + 1] != theirs[found.position : found.position + 1]
    assert OURS[: found.position] == theirs[: found.position]


def test_the_same_has_no_difference():
    assert first_difference(base(OURS), base(OURS)) is None


def test_another_order_and_another_encoding_are_told_apart():
    swapped = "GET&https%3A%2F%2Fw.test%2F&b%3D1%26a%3D1"
    assert (
        first_difference(base(swapped.replace("b%3D1%26a%3D1", "a%3D1%26b%3D1")), base(swapped)).part
        == "order of the parameters"
    )
    small = FirstDifference(9, "encoding", "%3A", "%3a")
    assert first_difference(base("GET&https%3A%2F%2Fw.test%2F&a%3D1"), base("GET&https%3a%2F%2Fw.test%2F&a%3D1")) is not None
    assert (
        first_difference(base("GET&https%3A%2F%2Fw.test%2F&a%3D1"), base("GET&https%3a%2F%2Fw.test%2F&a%3D1")).part
        == small.part
    )


def test_rows_show_both_sides_and_which_parts_differ():
    theirs = base(OURS.replace("https", "http").replace("a%3Db%26", ""))
    found = {row.part: (row.ours, row.theirs) for row in rows(base(OURS), theirs, show_values=True) if not row.same}
    assert found == {"scheme": ("https", "http"), "parameter a": ("b", None)}
    assert differing_names(base(OURS), theirs) == ("a",)


def test_values_that_may_be_private_are_masked_and_differences_stay_visible():
    """T-66"""
    theirs = base(OURS.replace("x%252Fy", "x%252Fz"))
    shown = {row.part: row for row in rows(base(OURS), theirs)}
    assert shown["parameter oauth_consumer_key"].ours == "front"
    assert (shown["parameter q"].ours, shown["parameter q"].theirs) == (
        "••• (5 characters)",
        "••• (5 characters) (another one)",
    )
    assert not shown["parameter q"].same
    assert "canary" not in str([(row.ours, row.theirs) for row in shown.values()])
    assert "canary" not in repr(base(OURS)) + repr(tuple(shown.values()))


def test_repeated_names_are_laid_side_by_side_by_what_both_have():
    ours, theirs = (base(f"GET&https%3A%2F%2Fw.test%2F&{pairs}") for pairs in ("l%3Da%26l%3Db%26l%3Dc", "l%3Db"))
    cells = [(row.ours, row.theirs) for row in rows(ours, theirs, show_values=True) if row.part == "parameter l"]
    assert cells == [("b", "b"), ("a", None), ("c", None)]
