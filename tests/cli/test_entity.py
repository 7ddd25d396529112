"""`applinks entity`."""

from __future__ import annotations

import pytest

OPS = ("project:OPS", "space:OPS")


def test_things_are_linked_listed_and_unlinked(run, files):
    assert run("entity", "link", "Wiki", *OPS, "--title", "Operations").out == "Linked: project:OPS – space:OPS of Wiki.\n"
    (listed,) = run("entity", "list", "--json").data
    assert (listed["link"], listed["ours"]["key"], listed["theirs"]["name"], listed["primary"]) == (
        "Wiki",
        "OPS",
        "Operations",
        True,
    )
    assert run("entity", "unlink", listed["id"]).out == "No longer linked: project:OPS – space:OPS.\n"
    assert run("entity", "list").out == "Nothing is linked.\n"


def test_the_list_is_narrowed_by_thing_and_by_link(run, files):
    run("entity", "link", "Wiki", *OPS)
    run("entity", "link", "Wiki", "project:DEV", "space:DEV")
    (only,) = run("entity", "list", "--of", "project:DEV", "--link", "Wiki", "--json").data
    assert only["theirs"]["key"] == "DEV"


@pytest.mark.parametrize("written", ["OPS", "", "project"])
def test_a_thing_without_a_type_is_refused(run, files, written):
    assert "write it like project:OPS" in run("entity", "link", "Wiki", written, "space:OPS", status=2).err
