"""What scripts are given: read from what products send, with everything in its place, and nothing made up."""

from __future__ import annotations

import dataclasses
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.errors import MalformedEvent
from applinks.scripts.events import beans
from applinks.scripts.events.beans import (
    Change,
    Comment,
    Issue,
    Page,
    PullRequest,
    RefChange,
    Repository,
    ShortIssue,
    Transition,
)
from scripts import payloads

BEANS = [Change, Comment, Issue, Page, PullRequest, RefChange, Repository, ShortIssue, Transition]
SMALLEST: dict[type, dict[str, Any]] = {
    Change: {"field": "status"},
    Comment: {"id": "1"},
    Issue: {"key": "OPS-7"},
    Page: {"id": 1},
    PullRequest: {"id": 5, "toRef": {"repository": {"slug": "s", "project": {"key": "OPS"}}}},
    RefChange: {"ref": {"id": "refs/heads/main"}},
    Repository: {"slug": "s", "project": {"key": "OPS"}},
    ShortIssue: {"key": "OPS-7"},
    Transition: {},
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


def test_an_issue_has_what_people_see_of_it():
    issue = Issue.read(payloads.issue(assignee=payloads.jira_user("bob")))
    assert (issue.key, issue.id, issue.project, issue.type, issue.status) == ("OPS-7", "1007", "OPS", "Task", "To Do")
    assert (issue.summary, issue.description) == ("Prepare the launch", "As *agreed*.\r\n")
    assert (issue.reporter, issue.assignee) == ("carol", "bob")
    assert issue.labels == ("launch", "q4")
    assert (issue.subtask, issue.parent, issue.subtasks) == (False, None, ())
    assert issue.fields["customfield_10010"] == {"value": "high", "id": "10200"}


def test_an_issue_knows_its_subtasks_and_a_subtask_its_parent():
    """The page for each sub-task: product.md A.2.5."""
    issue = Issue.read(payloads.issue(subtasks=("OPS-8", "OPS-9")))
    assert [(each.key, each.summary, each.status, each.type) for each in issue.subtasks] == [
        ("OPS-8", "Book a room", "To Do", "Sub-task"),
        ("OPS-9", "Book a room", "To Do", "Sub-task"),
    ]
    subtask = Issue.read(payloads.issue("OPS-8", parent="OPS-7"))
    assert subtask.subtask
    assert subtask.parent == ShortIssue("OPS-7", "Launch", "To Do", "Sub-task")


def test_nobody_is_assigned_where_nobody_is():
    assert Issue.read(payloads.issue(assignee=None)).assignee is None
    assert Issue.read(payloads.issue(assignee={"displayName": "No Name"})).assignee is None


def test_an_issue_of_which_little_was_told_is_in_the_project_of_its_key():
    assert Issue.read({"key": "LAUNCH-OPS-12"}) == Issue("LAUNCH-OPS-12", project="LAUNCH-OPS")


def test_a_change_tells_what_people_saw_and_what_was_empty():
    assert Change.read(payloads.change("resolution", None, "Done")) == Change("resolution", None, "Done")
    item = {"field": "assignee", "from": "JIRAUSER1", "fromString": "Bob Brown", "to": "", "toString": None}
    assert Change.read(item) == Change("assignee", "Bob Brown", None)
    assert Change.read({"field": "Sprint", "from": "12", "to": "13"}) == Change("Sprint", "12", "13")


def test_a_transition_has_its_name_or_only_the_change_of_status():
    told = payloads.issue_transitioned()["transition"]
    assert Transition.read(told) == Transition("Finish", "To Do", "Done")
    assert Transition.between(Change("status", "To Do", None)) == Transition("", "To Do", "")


def test_comments_are_read_in_the_writing_of_each_product():
    assert Comment.read(payloads.jira_comment_created()["comment"]) == Comment("10500", "Looks good.", "bob")
    assert Comment.read(payloads.pr_comment_added()["comment"]) == Comment("62", "Why?", "bob")
    assert Comment.read(payloads.wiki_comment_created()["comment"]) == Comment("65700", "", None)


def test_a_page_is_read_from_an_event_and_from_a_resource():
    """protocol.md 9.3, 10"""
    url = "https://wiki.example.com/confluence/display/OPS/Launch+plan"
    assert Page.read(payloads.page()) == Page("65601", "Launch plan", "OPS", 1, url)
    resource = {
        "id": "65601",
        "type": "page",
        "title": "Launch plan",
        "space": {"key": "OPS"},
        "version": {"number": 3},
        "_links": {"base": "https://wiki.example.com/confluence", "webui": "/display/OPS/Launch+plan", "self": "https://x"},
    }
    assert Page.read(resource) == Page("65601", "Launch plan", "OPS", 3, url)


@pytest.mark.parametrize("address", ["javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "//evil.test", "/x", 7])
def test_an_address_that_is_none_of_the_web_is_left_out(address):
    """T-47"""
    assert Page.read({"id": 1, "self": address, "_links": {"base": address, "webui": "x"}}).url == ""
    assert PullRequest.read(SMALLEST[PullRequest] | {"links": {"self": [{"href": address}]}}).url == ""


def test_a_pull_request_goes_from_branch_to_branch():
    request = PullRequest.read(payloads.pull_request())
    assert request.repository == Repository("OPS", "launch-scripts", "launch scripts")
    assert request.repository.path == "OPS/launch-scripts"
    assert (request.id, request.title, request.description) == (5, "OPS-7 prepare the launch", "Ready.")
    assert (request.state, request.author, request.reviewers) == ("MERGED", "alice", ("bob", "carol"))
    assert (request.source, request.target) == ("feature/OPS-7", "main")
    assert request.url == "https://forge.example.com/projects/OPS/repos/launch-scripts/pull-requests/5"


@pytest.mark.parametrize(("action", "before", "after"), [("ADD", None, "b"), ("UPDATE", "a", "b"), ("DELETE", "a", None)])
def test_a_push_tells_the_commits_that_there_are(action, before, after):
    (change,) = payloads.refs_changed(action=action)["changes"]
    found = RefChange.read(change)
    assert found == RefChange("refs/heads/main", "main", "BRANCH", action, before and before * 40, after and after * 40)


@pytest.mark.parametrize("bean", BEANS, ids=lambda bean: bean.__name__)
def test_what_is_absent_is_empty_by_its_type(bean):
    made = bean.read(SMALLEST[bean])
    hints = get_type_hints(bean)
    for field in dataclasses.fields(bean):
        value = getattr(made, field.name)
        if field.default is not dataclasses.MISSING and field.name != "project":
            assert value == field.default, field.name
            assert value in ("", (), False) if "None" not in str(hints[field.name]) else value is None, field.name


@pytest.mark.parametrize("bean", BEANS, ids=lambda bean: bean.__name__)
def test_a_bean_cannot_be_changed_has_no_room_for_more_and_can_be_kept_in_a_set(bean):
    made = bean.read(SMALLEST[bean])
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(made, dataclasses.fields(bean)[0].name, "other")
    assert not hasattr(made, "__dict__")
    assert len({made, bean.read(SMALLEST[bean])}) == 1


def test_what_scripts_are_given_is_all_of_it_tried_here():
    made = {each for each in vars(beans).values() if dataclasses.is_dataclass(each) and each.__module__ == beans.__name__}
    assert made == set(BEANS)


@pytest.mark.parametrize(
    ("bean", "payload", "member"),
    [
        (Issue, {}, "issue.key"),
        (Issue, {"key": 1.5}, "issue.key"),
        (Issue, {"key": "OPS-7", "fields": {"subtasks": [{"id": "1"}]}}, "issue.fields.subtasks[0].key"),
        (Issue, {"key": "OPS-7", "fields": {"parent": {}}}, "issue.fields.parent.key"),
        (ShortIssue, {"key": ""}, "issue.key"),
        (Change, {"fromString": "a"}, "changelog.items.field"),
        (Comment, {"body": "a"}, "comment.id"),
        (Page, {"title": "a"}, "page.id"),
        (Repository, {"slug": "s"}, "repository.project.key"),
        (Repository, {"project": {"key": "OPS"}}, "repository.slug"),
        (PullRequest, SMALLEST[PullRequest] | {"id": "5"}, "pullRequest.id"),
        (PullRequest, {"id": 5}, "pullRequest.toRef.repository.project.key"),
        (RefChange, {"ref": {}}, "changes.ref.id"),
        (Transition, None, "transition"),
        *[(bean, payload, None) for bean in BEANS for payload in (None, [], "text", 7)],
    ],
)
def test_what_a_thing_cannot_be_without_is_named(bean, payload, member):
    with pytest.raises(MalformedEvent) as missing:
        bean.read(payload)
    assert member is None or missing.value.member == member
    assert missing.value.member in str(missing.value)


@pytest.mark.parametrize("bean", BEANS, ids=lambda bean: bean.__name__)
def test_no_payload_whatever_makes_reading_fail_otherwise(bean):
    names = sorted({"fields", "name", "ref", "user", "links", "self", "author", "project", "toRef", "repository", *vars(bean)})

    @given(st.dictionaries(st.sampled_from(names), JSON | st.dictionaries(st.sampled_from(names), JSON)))
    def read(foreign: dict[str, Any]) -> None:
        try:
            made = bean.read({**foreign, **SMALLEST[bean]} if len(foreign) % 2 else foreign)
        except MalformedEvent as missing:
            assert missing.member  # noqa: PT017
        else:
            assert isinstance(made, bean)

    read()
