from __future__ import annotations

import pytest

from applinks.demo.wiki.storage_format import Node, NotStorageFormat, parse


def test_listed_elements_become_nodes_and_headings_go_below_the_title():
    assert parse("<h1>A</h1><p>b <strong>c</strong> d</p>") == (
        Node("h2", ("A",)),
        Node("p", ("b ", Node("strong", ("c",)), " d")),
    )


def test_what_is_not_listed_is_replaced_by_what_stands_in_it():
    assert parse("<div>a<script>b</script>c</div>") == ("a", "b", "c")


def test_attributes_are_dropped_but_for_addresses_that_may_be_shown():
    """T-46, T-47."""
    assert parse('<p onclick="x" style="y">a</p>') == (Node("p", ("a",)),)
    assert parse('<a href="https://a.example/">a</a>') == (Node("a", ("a",), "https://a.example/"),)
    assert parse('<a href="javascript:x">a</a>') == (Node("a", ("a",), None),)


def test_macros_of_the_original_are_known_by_their_prefix_and_shown_as_text():
    assert parse('<ac:structured-macro ac:name="jira"><ac:parameter ac:name="key">OPS-1</ac:parameter></ac:structured-macro>')


@pytest.mark.parametrize(
    "value",
    [
        "<p>",
        "</page><page>",
        "a & b",
        "&nbsp;",
        "\x00",
        '<!DOCTYPE a [<!ENTITY b "c">]>',
        "<p>" * 60 + "</p>" * 60,
        "<p>" * 20_000 + "</p>" * 20_000,
    ],
    ids=range(8),
)
def test_what_is_not_well_formed_or_too_deep_is_refused(value):
    with pytest.raises(NotStorageFormat):
        parse(value)
