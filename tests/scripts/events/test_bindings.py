"""What a script may ask for by name, of each event."""

from __future__ import annotations

from contextlib import suppress
from typing import get_args, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.errors import MalformedEvent
from applinks.scripts.events.beans import Change, Comment, Issue, Page, PullRequest, RefChange, Repository, Transition
from applinks.scripts.events.bindings import BINDINGS, bindings_of
from scripts import payloads

EVENTS = {
    "jira": [
        payloads.issue_created(),
        payloads.issue_updated(),
        payloads.issue_updated_by_nobody(),
        payloads.issue_transitioned(),
        payloads.jira_comment_created(),
        {"webhookEvent": "user_created"},
    ],
    "confluence": [payloads.page_created(), payloads.wiki_comment_created(), {"event": "space_removed"}],
    "bitbucket": [payloads.pr_merged(), payloads.pr_comment_added(), payloads.refs_changed(), payloads.ping()],
}


@pytest.mark.parametrize(
    ("application", "payload", "names"),
    [
        ("jira", payloads.issue_created(), {"issue", "changes"}),
        ("jira", payloads.issue_updated(), {"issue", "changes", "transition"}),
        ("jira", payloads.issue_transitioned(), {"issue", "changes", "transition"}),
        ("jira", payloads.jira_comment_created(), {"issue", "changes", "comment"}),
        ("jira", {"webhookEvent": "user_created"}, {"changes"}),
        ("confluence", payloads.page_created(), {"page"}),
        ("confluence", payloads.wiki_comment_created(), {"page", "comment"}),
        ("confluence", {"event": "space_removed"}, set()),
        ("bitbucket", payloads.pr_merged(), {"pull_request", "repository", "changes"}),
        ("bitbucket", payloads.pr_comment_added(), {"pull_request", "repository", "changes", "comment"}),
        ("bitbucket", payloads.refs_changed(), {"repository", "changes"}),
        ("bitbucket", payloads.ping(), {"changes"}),
        ("standard", payloads.standard(), set()),
        ("contacts", payloads.standard(), set()),
    ],
)
def test_an_event_gives_what_it_tells_of(application, payload, names):
    assert set(bindings_of(application, payload)) == names


@pytest.mark.parametrize("application", EVENTS)
def test_each_thing_is_what_the_table_says_and_each_row_occurs(application):
    seen = set()
    for payload in EVENTS[application]:
        for name, value in bindings_of(application, payload).items():
            bean = BINDINGS[application][name]
            assert all(isinstance(each, get_args(bean)[0]) for each in value) if get_origin(bean) else isinstance(value, bean)
            seen.add(name)
    assert seen == set(BINDINGS[application])


def test_a_transition_has_its_name_where_the_workflow_tells_it():
    bound = bindings_of("jira", payloads.issue_transitioned(name="Finish"))
    assert bound["transition"] == Transition("Finish", "To Do", "Done")


def test_a_change_of_status_is_a_transition_whose_name_is_not_known():
    bound = bindings_of("jira", payloads.issue_updated(before="In Progress", after="Done"))
    assert bound["transition"] == Transition("", "In Progress", "Done")
    assert bound["changes"] == (Change("resolution", None, "Done"), Change("status", "In Progress", "Done"))


def test_a_change_of_another_field_is_no_transition():
    payload = payloads.issue_updated()
    payload["changelog"]["items"] = [payloads.change("summary", "a", "b")]
    assert "transition" not in bindings_of("jira", payload)


def test_a_pull_request_brings_its_repository():
    bound = bindings_of("bitbucket", payloads.pr_merged(number=9))
    assert bound["pull_request"].id == 9
    assert bound["repository"] == Repository("OPS", "launch-scripts", "launch scripts")


def test_changes_of_branches_are_bound_by_the_name_that_changes_of_issues_have():
    assert BINDINGS["bitbucket"]["changes"] == tuple[RefChange, ...]
    (change,) = bindings_of("bitbucket", payloads.refs_changed(branch="release/1"))["changes"]
    assert change.name == "release/1"


@pytest.mark.parametrize(
    ("application", "member"),
    [("jira", "issue"), ("jira", "transition"), ("confluence", "page"), ("confluence", "comment"), ("bitbucket", "pullRequest"),
     ("bitbucket", "repository"), ("bitbucket", "comment")],
)  # fmt: skip
@pytest.mark.parametrize("value", [7, "text", [], True])
def test_what_is_told_of_and_no_object_is_an_error(application, member, value):
    """A script must not take a thing that it cannot read for one that is absent."""
    with pytest.raises(MalformedEvent, match=f"{member} is no object"):
        bindings_of(application, {member: value})


@pytest.mark.parametrize("application", BINDINGS)
def test_what_is_null_is_absent(application):
    members = ("issue", "transition", "changelog", "comment", "page", "pullRequest", "repository", "changes")
    assert bindings_of(application, dict.fromkeys(members)) == bindings_of(application, {})


def test_the_mistake_in_an_event_is_named():
    with pytest.raises(MalformedEvent) as missing:
        bindings_of("jira", {"issue": {"fields": {}}})
    assert missing.value.member == "issue.key"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["key", "id", "fields", "items", "field", "ref", "toRef", "repository"]), inner, max_size=3
        )
    ),
)
MEMBERS = ["issue", "changelog", "transition", "comment", "page", "pullRequest", "repository", "changes"]


@given(st.sampled_from([*BINDINGS, "other"]), st.dictionaries(st.sampled_from(MEMBERS), JSON))
def test_no_event_whatever_makes_binding_fail_otherwise(application, payload):
    with suppress(MalformedEvent):
        bound = bindings_of(application, payload)
        assert set(bound) <= set(BINDINGS.get(application, ()))
        assert not {Issue, Page, PullRequest, Comment} & {type(value) for value in bound.values()} or payload
