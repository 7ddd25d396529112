"""`applinks link`: make, show, try, change and delete links."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from applinks import AppLinks, Person
from applinks.cli import link as link_commands
from applinks.frameworks import WSGIMiddleware
from applinks.links import AccessToken, KeepToken
from applinks.links.dialects import WhoAmI
from applinks.outgoing import trying
from applinks.outgoing.call import Acts, Answered
from applinks.questions import Flow
from applinks.wire import trusted_apps
from applinks.wire.messages import Request, Response
from in_memory import InMemory, link_to
from journeys.serving import address_of, listen, wsgi
from putting import put

MEMBERS = ["id", "name", "type", "primary", "display_url", "application_url", "outgoing", "incoming", "same_users"]
OUTGOING = [
    "level", "signature_method", "impersonation_parameter", "consumer_key", "endpoints", "fixed_user", "account",
]  # fmt: skip
INCOMING = ["level", "consumer_key", "signature_method", "policy", "callback", "execute_as", "limits", "previous_key_until"]
PASSWORD = "canary pässword"
POLICY = ("--user", "alice", "--user", "bob", "--exclude-group", "interns", "--method", "get", "--path", "/rest")
OTHER_POLICY = ("--group", "staff", "--exclude-user", "bob", "--administrator", "deployment")
WORDS = """\
Wiki (confluence, primary) at https://wiki.example.com
  outgoing    oauth_impersonation, signed with RSA-SHA256
  incoming    oauth_impersonation, verified by RSA-SHA256
  same users  yes, said root
  policy      everybody but administrators
"""


# ---- list and show


def test_all_links_are_listed_in_columns_the_primary_ones_first(run, files):
    assert run("link", "list").out.splitlines() == [
        "name     type        primary  outgoing             incoming             address",
        "Tracker  jira        primary  oauth_impersonation  oauth_impersonation  https://tracker.example.com",
        "Wiki     confluence  primary  oauth_impersonation  oauth_impersonation  https://wiki.example.com",
        "Archive  jira                 oauth_impersonation  oauth_impersonation  https://archive.example.com",
    ]


def test_as_data_each_link_has_the_same_members_and_no_key(run, files):
    data = run("link", "list", "--json").data
    assert [link["name"] for link in data] == ["Tracker", "Wiki", "Archive"]
    for link in data:
        assert list(link) == MEMBERS
        assert list(link["outgoing"]) == OUTGOING
        assert list(link["incoming"]) == INCOMING
        assert link["same_users"] == {
            "answer": True,
            "said_by": "root",
            "said_at": 1_800_000_000,
            "excluded": [],
            "mapping": {},
            "only_proven": False,
        }
    assert data[1] == run("link", "show", "Wiki", "--json").data


def test_where_there_are_no_links_it_says_how_to_make_one(run):
    run("init", "--url", "https://forge.example.com")
    assert run("link", "list").out == "There are no links yet: `applinks link create URL` makes one.\n"
    assert run("link", "list", "--json").data == []


def test_one_link_is_shown_in_words_under_its_name_in_any_case(run, files):
    assert run("link", "show", "wiki").out == WORDS


def test_a_link_about_whose_users_nobody_has_said_anything_says_so(run, applinks):
    put(applinks, replace(applinks.link("Wiki").link, same_users=None))
    assert "  same users  nobody has said\n" in run("link", "show", "Wiki").out
    assert run("link", "show", "Wiki", "--json").data["same_users"] is None


def test_a_link_that_does_not_exist_is_an_error_that_lists_what_there_is(run, files):
    ran = run("link", "show", "Wikipedia", status=1)
    assert ran.err.splitlines() == [
        "applinks: There is no link named 'Wikipedia'.",
        "  → There are: 'Tracker' (jira), 'Wiki' (confluence), 'Archive' (jira).",
    ]
    assert ran.out == ""


# ---- changes


def test_a_policy_is_said_anew_and_shown(run, applinks):
    ran = run("link", "policy", "Wiki", *POLICY)
    assert ran.out.endswith("  policy      users: alice, bob; excluded_groups: interns; methods: GET; paths: /rest\n")
    data = run("link", "policy", "Wiki", *OTHER_POLICY, "--json").data
    assert data["incoming"]["policy"] == {"groups": ["staff"], "excluded_users": ["bob"], "administrators": ["deployment"]}
    assert applinks.link("Wiki").link.incoming.policy.as_data() == data["incoming"]["policy"]


def test_another_link_becomes_the_primary_one_of_its_type(run, applinks):
    """R-03"""
    assert run("link", "primary", "Archive").out.startswith("Archive (jira, primary) at")
    assert run("link", "primary", "Archive", "--json").data["primary"] is True
    assert applinks.primary("jira").name == "Archive"


def test_a_deleted_link_is_gone_and_its_other_end_is_remembered(run, applinks):
    ran = run("link", "delete", "Wiki", "--yes")
    assert ran.out == "Deleted here. Delete the other end over there, too: it still trusts this application.\n"
    assert run("link", "delete", "Tracker", "-y", "--json").data == {"deleted": "Tracker"}
    assert [linked.name for linked in applinks.links()] == ["Archive"]


@pytest.mark.parametrize(("answer", "left", "status"), [("y\n", 2, 0), ("n\n", 3, 1), ("", 3, 1)])
def test_nothing_is_deleted_unless_the_question_is_answered_yes(run, applinks, answer, left, status):
    ran = run("link", "delete", "Wiki", stdin=answer, status=status)
    assert "Delete the link 'Wiki'?" in ran.out
    assert len(applinks.links()) == left


@pytest.mark.parametrize(
    "words",
    ["link policy Wiki --user alice", "link primary Archive", "link delete Wiki --yes"],
)
@pytest.mark.parametrize(("by", "who"), [((), "ops"), (("--by", "ada"), "ada")])
def test_each_change_is_on_record_under_the_name_that_was_said_or_of_whoever_runs_the_command(run, applinks, words, by, who):
    run(*words.split(), *by)
    newest = applinks.audit(1)[0].entry
    assert (newest.actor, newest.subject, newest.link, newest.outcome) == (who, who, words.split()[2], "done")


# ---- what is stored came from outside


def test_no_stored_value_reaches_the_terminal_as_it_is(run, applinks):
    """T-67"""
    evil = "\x1b]0;owned\x07\r\nForged  jira  primary\x9b2J\u202e"
    link = link_to(InMemory("Evil"), parameter=f"user_id{evil}")
    put(applinks, replace(link, name=f"Evil{evil}", type=f"jira{evil}", display_url=evil, application_url=f"https://e{evil}"))
    rows = len(applinks.links()) + 1
    for words, lines in ((("link", "list"), rows), (("link", "show", f"Evil{evil}"), 5)):
        out = run(*words).out
        assert all(line.isprintable() for line in out.splitlines()), out
        assert len(out.splitlines()) == lines, "a stored value began a line"
        assert r"Evil\x1b]0;owned\x07\r\nForged" in out
        raw = run(*words, "--json").out
        assert raw.removesuffix("\n").isprintable()
        data = json.loads(raw)
        assert f"Evil{evil}" in {link["name"] for link in (data if isinstance(data, list) else [data])}


# ---- test: asks the other application


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The other application answers with the name at the end of this list; who asked is put before it."""
    names = ["alice"]

    def call(request: Request, link_id: str, who: Acts | None, *rest: object) -> Flow[Answered]:
        yield from ()
        names.insert(0, who.user.name if who else "nobody")
        return Answered(Response(200), None)

    monkeypatch.setattr(trying, "call", call)
    monkeypatch.setattr(trying, "who_am_i", lambda _: WhoAmI("who", lambda _: names[-1]))
    return names


def test_a_link_that_answers_with_the_user_asked_for_is_good(run, files, answering):
    assert run("link", "test", "Wiki", "--as", "Alice").out == "Wiki answered as alice, by 2LOi.\n"
    assert answering == ["Alice", "alice"]
    data = run("link", "test", "Wiki", "--as", "alice", "--json").data
    assert data == {
        "link": "Wiki",
        "asked": "alice",
        "expected": "alice",
        "answered": "alice",
        "mechanism": "2LOi",
    }


@pytest.mark.parametrize(("answer", "shown"), [("bob", "bob"), ("", "nobody"), ("alice\x1b[2J", r"alice\x1b[2J")])
def test_a_link_that_answers_with_anybody_else_ends_with_1(run, files, answering, answer, shown):
    """T-67"""
    answering.append(answer)
    said = f"Wiki answered as {shown}, by 2LOi, and should have as alice.\n"
    assert run("link", "test", "Wiki", "--as", "alice", status=1).out == said
    assert run("link", "test", "Wiki", "--as", "alice", "--json", status=1).data["answered"] == answer


@pytest.fixture
def by(run, applinks, monkeypatch: pytest.MonkeyPatch):
    """The link to the wiki carries calls by this mechanism and no other."""

    def by(mechanism: str) -> str:
        monkeypatch.setenv("APPLINKS_MECHANISMS", "2LOi,3LO,2LO,Trusted,Basic")
        level = {"Trusted": "trusted", "Basic": "basic", "2LOi": "oauth_impersonation"}.get(mechanism, "oauth")
        run("link", "change", "Wiki", "--outgoing", level, "--account", "service", "--fixed-user")
        if mechanism == "Basic":
            run("link", "secret", "Wiki", "--outgoing", "--stdin", stdin="service's\n")
        if mechanism == "3LO":
            applinks.answer(KeepToken(AccessToken(applinks.link("Wiki").id, "alice", "token", "secret", 1)))
        return mechanism

    return by


SHOULD = [
    ("2LOi", "alice", "alice", ["bob", ""]),
    ("Trusted", "alice", "alice", ["bob", ""]),
    ("3LO", None, "a.adams", [""]),
    ("2LO", None, "jira-bot", [""]),
    ("Basic", "service", "SERVICE", ["alice", ""]),
    ("anonymous", "", "", ["alice"]),
]


@pytest.mark.parametrize(("mechanism", "expected", "right", "wrong"), SHOULD, ids=[case[0] for case in SHOULD])
def test_who_should_answer_depends_on_the_mechanism(run, by, answering, mechanism, expected, right, wrong):
    """R-46: another name after a dance is right, an account's name for Basic, and nobody only if nobody was asked for."""
    using = ("--using", mechanism) if by(mechanism) == "anonymous" else ()
    answering.append(right)
    data = run("link", "test", "Wiki", "--as", "alice", *using, "--json").data
    assert data == {
        "link": "Wiki",
        "asked": "alice",
        "expected": expected,
        "answered": right,
        "mechanism": mechanism,
    }
    should = {None: "somebody", "": "nobody"}.get(expected, expected)
    for answer in wrong:
        answering.append(answer)
        ran = run("link", "test", "Wiki", "--as", "alice", *using, status=1)
        assert ran.out == f"Wiki answered as {answer or 'nobody'}, by {mechanism}, and should have as {should}.\n"


def test_one_mechanism_can_be_tried_though_a_stronger_one_would_be_taken(run, files, answering):
    run("link", "change", "Wiki", "--fixed-user")
    assert run("link", "test", "Wiki", "--as", "alice").out == "Wiki answered as alice, by 2LOi.\n"
    assert run("link", "test", "Wiki", "--as", "alice", "--using", "2LO").out == "Wiki answered as alice, by 2LO.\n"


# ---- explain: tells what a call would do


@pytest.mark.parametrize("mechanism", [case[0] for case in SHOULD])
def test_it_is_explained_by_which_way_a_call_would_go_and_why_not_by_a_stronger_one(run, by, applinks, mechanism, monkeypatch):
    """R-19, R-20: the very data that the road uses."""
    using = ("--using", mechanism) if by(mechanism) == "anonymous" else ()
    with AppLinks(mechanisms=["2LOi", "3LO", "2LO", "Trusted", "Basic"]) as loaded:
        linked = loaded.link("Wiki").using(mechanism) if using else loaded.link("Wiki")
        known = linked.explain("alice")
    assert known.mechanism == mechanism
    data = run("link", "explain", "Wiki", "--as", "alice", *using, "--json").data
    assert data == {
        "link": "Wiki",
        "user": known.user,
        "mechanism": mechanism,
        "consent_helps": False,
        "rungs": [asdict(rung) for rung in known.rungs],
    }
    assert run("link", "explain", "Wiki", "--as", "alice", *using).out == f"{known}\n"


def test_a_call_that_only_consent_keeps_from_going_is_no_way_yet_and_says_so(run, files):
    """R-41"""
    run("link", "change", "Wiki", "--outgoing", "oauth")
    ran = run("link", "explain", "Wiki", "--as", "alice", status=1)
    assert ran.out == (
        "Wiki, as alice: consent is needed first\n"
        "  2LOi: the outgoing level of the link is oauth, not oauth_impersonation\n"
        "  3LO: 'alice' has not allowed it\n"
        "  2LO: the link does not let calls go as its fixed user\n"
    )
    data = run("link", "explain", "Wiki", "--as", "alice", "--json", status=1).data
    assert (data["mechanism"], data["consent_helps"]) == (None, True)
    assert [(rung["mechanism"], rung["consent"]) for rung in data["rungs"]] == [("2LOi", False), ("3LO", True), ("2LO", False)]


def test_a_disabled_link_offers_no_way_and_no_consent_would_help(run, files):
    run("link", "change", "Wiki", "--outgoing", "disabled")
    ran = run("link", "explain", "Wiki", "--as", "alice", "--json", status=1)
    assert (ran.data["mechanism"], ran.data["consent_helps"]) == (None, False)


def test_whoever_is_excluded_from_the_same_users_is_told_why(run, files):
    run("link", "change", "Wiki", "--exclude", "bob")
    assert "excluded" in run("link", "explain", "Wiki", "--as", "bob", status=1).out
    assert run("link", "explain", "Wiki", "--as", "alice").out.startswith("Wiki, as alice: 2LOi\n")


def test_nothing_is_sent_and_nothing_written_down_for_an_explanation(run, applinks, answering):
    before = applinks.audit()
    run("link", "explain", "Wiki", "--as", "alice")
    assert answering == ["alice"]
    assert applinks.audit() == before


def test_without_consent_the_test_tells_where_it_is_given(run, applinks):
    """R-40"""
    run("link", "change", "Wiki", "--outgoing", "oauth")
    ran = run("link", "test", "Wiki", "--as", "alice", status=1)
    address = ran.err.splitlines()[-1].removeprefix("  → ")
    assert address.startswith(
        f"{applinks.identity.url}/plugins/servlet/applinks/oauth/login-dance/authorize?applicationLinkID="
    )


def test_a_link_that_offers_no_way_is_an_error_and_no_answer(run, applinks):
    run("link", "change", "Wiki", "--outgoing", "disabled")
    ran = run("link", "test", "Wiki", "--as", "alice", status=1)
    assert "offers no way to call as 'alice'" in ran.err
    assert ran.out == ""


# ---- create: two applications that run


@dataclass(frozen=True)
class Far:
    url: str
    applinks: AppLinks


class Directory:
    """Knows one administrator, and everybody else as nobody special."""

    def find(self, name: str) -> Person | None:
        return Person(name, administrator=name == "ada")

    def sign_in(self, name: str, password: str) -> Person | None:
        return self.find(name) if password == PASSWORD else None


def nothing(environ: Any, start_response: Any) -> list[bytes]:
    start_response("404 Not Found", [])
    return []


@pytest.fixture
def far(run, files: Path, tmp_path: Path) -> Iterator[Far]:
    """A wiki that runs, as does the application whose command line this is; neither is linked with the other."""
    with ExitStack() as stack:
        opened: list[AppLinks] = []
        (tmp_path / "wiki").mkdir()
        for folder, more in ((files, {}), (tmp_path / "wiki", {"name": "Far wiki", "type": "confluence"})):
            listening = stack.enter_context(listen())
            one = AppLinks(f"sqlite:///{folder}/applinks.db", url=address_of(listening), people=Directory(), **more)
            opened.append(stack.enter_context(one))
            one.identity_moved(by="ada")
            stack.enter_context(wsgi(WSGIMiddleware(nothing, one), listening))
        yield Far(opened[1].identity.url, opened[1])


def create(run, far: Far, *more: str, password: str = PASSWORD, status: int = 0):
    words = ("link", "create", far.url, "--administrator", "ada", "--password-stdin", "--same-users", *more)
    return run(*words, stdin=f"{password}\n", status=status)


def test_one_command_makes_both_ends(run, far, applinks):
    """R-06"""
    ran = create(run, far)
    assert ran.out.startswith(f"Linked.\nFar wiki (confluence) at {far.url}\n  outgoing    oauth_impersonation, signed with")
    assert "  same users  yes, said ops\n" in ran.out
    assert applinks.link("Far wiki").link.application_url == far.url
    theirs = far.applinks.link("Forge").link
    assert (theirs.incoming.consumer_key, theirs.same_users.said_by) == (applinks.identity.consumer_key, "ada")


def test_as_data_it_is_the_link_under_the_name_it_was_given(run, far):
    data = create(run, far, "--name", "Handbook", "--by", "root", "--json").data
    assert list(data) == MEMBERS
    assert (data["name"], data["same_users"]["said_by"]) == ("Handbook", "root")
    assert data == run("link", "show", "Handbook", "--json").data


def test_saying_it_again_makes_a_half_made_link_whole_and_keeps_its_name_and_policy(run, far, applinks):
    create(run, far, "--name", "Handbook")
    run("link", "policy", "Handbook", "--user", "alice")
    far.applinks.delete_link("Forge", by="ada")
    data = create(run, far, "--different-users", "--json").data
    assert (data["name"], data["incoming"]["policy"], data["outgoing"]["level"]) == ("Handbook", {"users": ["alice"]}, "oauth")
    assert far.applinks.link("Forge").link.incoming.level == "oauth"


def test_what_is_not_said_is_asked_and_the_password_is_not_shown(run, far, monkeypatch):
    asked = []
    monkeypatch.setattr(link_commands.typer, "prompt", lambda text, *, hide_input: asked.append((text, hide_input)) or PASSWORD)
    ran = run("link", "create", far.url, "-a", "ada", stdin="n\n")
    assert "Does a user name mean the same person on both sides?" in ran.out
    assert asked == [("Their password", True)]
    assert "same users  no, said ops" in ran.out
    assert PASSWORD not in ran.out + ran.err


def test_a_wrong_password_is_an_error_that_does_not_repeat_it_and_makes_neither_end(run, far, applinks):
    """T-66"""
    ran = create(run, far, password="canary of a wrong password", status=1)
    assert len(ran.err.splitlines()) == 2
    assert "not the name and the password of an administrator" in ran.err
    assert "canary" not in ran.out + ran.err
    assert [linked.name for linked in far.applinks.links()] == []
    assert "Far wiki" not in [linked.name for linked in applinks.links()]


def test_no_output_and_no_file_holds_the_password_of_a_link_that_was_made(run, far, files):
    """T-66"""
    ran = create(run, far, "--json")
    assert PASSWORD not in ran.out + ran.err
    run("audit", "list", "--json")
    assert not [path.name for path in files.iterdir() if PASSWORD.encode() in path.read_bytes()]


def test_a_name_that_is_taken_is_refused_before_the_password_is_sent(run, far):
    ran = create(run, far, "--name", "Wiki", status=1)
    assert "There is a link named 'Wiki' already" in ran.err
    assert "--name" in ran.err
    assert far.applinks.links() == ()


def test_an_address_where_nobody_answers_is_two_lines(run, files):
    with AppLinks(url="http://127.0.0.1:1") as elsewhere:
        elsewhere.identity_moved(by="ada")
    with listen() as listening:
        nobody = address_of(listening)
    ran = run("link", "create", nobody, "-a", "ada", "--same-users", "--password-stdin", stdin="x\n", status=1)
    assert ran.err.startswith(f"applinks: {nobody}/rest/applinks/1.0/manifest cannot be reached")
    assert len(ran.err.splitlines()) == 2


# ---- trust


def test_the_certificate_of_the_other_end_is_read_and_its_fingerprint_shown(run, files, applinks, monkeypatch):
    """R-15"""
    monkeypatch.setenv("APPLINKS_MECHANISMS", "2LOi,Trusted")
    them = InMemory("Them")
    published = trusted_apps.publish(trusted_apps.TrustedApplication("them:1", them.key.public))

    def certificate(environ, start_response):
        start_response("200 OK", [("content-type", "text/plain")])
        return [published]

    with listen() as listening, wsgi(certificate, listening):
        put(applinks, replace(link_to(them), application_url=address_of(listening), name="Them"))
        ran = run("link", "trust", "Them", "--json")
    assert ran.data["fingerprint"] == them.key.public.fingerprint
    assert (ran.data["incoming"]["level"], ran.data["incoming"]["consumer_key"]) == ("trusted", "them:1")
