"""`applinks link compare`: what it prints of a comparison, and where the people come from."""

from __future__ import annotations

import pytest

from applinks.demo.servers import running
from applinks.links import KeepComparison, LinkByName
from applinks.people import By, Compared, Comparison, Names, Verdict

FOUND = Comparison(
    (
        Compared("alice", Verdict.PROVEN),
        Compared("bob o'hara", Verdict.ANOTHER),
        Compared("carol", Verdict.MISSING),
    ),
    7,
    5,
    By.FULL_NAME,
    1_800_000_000,
)
IN_WORDS = """\
3 people here, 7 in Wiki, told apart by full name, 2027-01-15 08:00:00
  the same on both sides  1
  not there               1
  disabled there          0
  another person there    1
  nothing to tell by      0
  several here            0
  5 of theirs have a name that nobody has here
To decide:
  bob o'hara  that name is another person's over there
  carol       nobody goes by that name over there
Only the proven:   applinks link change Wiki --only-proven
Not these:         applinks link change Wiki --exclude 'bob o'"'"'hara' --exclude carol
Another name:      applinks link change Wiki --map OURS=THEIRS
"""


@pytest.fixture
def kept(applinks):
    link = applinks.answer(LinkByName("Wiki"))
    assert applinks.answer(KeepComparison(link.id, FOUND, Names()))


def test_the_last_one_is_shown_with_what_is_to_decide_and_how(run, kept):
    """Behind an equal name there is another person: that is a warning for whoever reads the status only."""
    assert run("link", "compare", "Wiki", "--last", status=1).out == IN_WORDS


def test_the_commands_that_it_shows_say_all_that_shall_hold(run, kept):
    run("link", "change", "Wiki", "--exclude", "zed", "--map", "alice=al", "--only-proven")
    out = run("link", "compare", "Wiki", "--last", status=1).out
    assert "Only the proven:" not in out
    assert "--exclude 'bob o'\"'\"'hara' --exclude carol --exclude zed\n" in out
    assert "change Wiki --map alice=al --map OURS=THEIRS\n" in out


def test_as_data_nobody_is_left_out(run, kept):
    data = run("link", "compare", "Wiki", "--last", "--json", status=1).data
    assert data["people"] == [
        {"name": "alice", "verdict": "proven"},
        {"name": "bob o'hara", "verdict": "another"},
        {"name": "carol", "verdict": "missing"},
    ]
    assert (data["here"], data["there"], data["unmatched_there"], data["by"], data["only_proven"]) == (
        3,
        7,
        5,
        "full_name",
        False,
    )
    assert data["counts"]["another"] == 1


def test_where_there_was_none_it_says_so(run, files):
    ran = run("link", "compare", "Wiki", "--last", status=1)
    assert ran.err.splitlines() == [
        "applinks: The people over the link 'Wiki' were never compared.",
        "  → Compare them: without --last.",
    ]


def test_the_command_line_has_no_people_of_its_own(run, files):
    ran = run("link", "compare", "Wiki", status=1)
    assert "cannot list its people" in ran.err
    assert "--people MODULE:NAME" in ran.err


@pytest.mark.parametrize("where", ["nowhere:People", "applinks.demo.people:Nobody", "applinks.demo.people", ":People", ""])
def test_a_directory_that_is_not_there_is_an_error_that_names_it(run, files, where):
    ran = run("link", "compare", "Wiki", "--people", where, status=1)
    assert ran.err.splitlines()[-1].startswith("  → ")
    assert "Traceback" not in ran.err


def test_a_directory_may_lie_where_the_command_is_run(run, files, tmp_path):
    (tmp_path / "of_ours.py").write_text("class All:\n    def everyone(self):\n        return []\n\nall = All()\n")
    ran = run("link", "compare", "Wiki", "--people", "of_ours:all", status=1)
    assert "wiki.example.com" in ran.err, "it went on to ask the other side, who is not there"


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    """The applications of the demo, of which only the one that is asked must run for this."""
    from applinks import Administrator

    folder = tmp_path_factory.mktemp("three")
    with running(folder) as three:
        admin = Administrator("admin", "admin")
        three.forge.applinks.create_link(three.addresses()["Wiki"], admin, same_users=True, by="admin")
        yield three, f"sqlite:///{folder}/applinks-forge.db"


def test_people_are_compared_with_an_application_that_runs(run, three, tmp_path):
    """Carol is cclark in the wiki: she is missing, until that is said."""
    _, database = three
    (tmp_path / "forge_people.py").write_text(
        "from applinks.demo.people import People\n\npeople = People(without={'cclark'})\n"
    )
    words = ("link", "compare", "Wiki", "--people", "forge_people:people", "-d", database)
    out = run(*words).out
    assert "8 people here, 8 in Wiki, told apart by full name, " in out
    assert "  the same on both sides  6\n  not there               1\n  disabled there          1\n" in out
    assert "  carol  nobody goes by that name over there\n" in out
    run("link", "change", "Wiki", "--map", "carol=cclark", "-d", database)
    data = run(*words, "--json").data
    assert {"name": "carol", "verdict": "proven"} in data["people"]
    assert data["unmatched_there"] == 0
    assert run("link", "compare", "Wiki", "--last", "-d", database, "--json").data == data
