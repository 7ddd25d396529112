"""Comments on issues, pages and pull requests of linked applications; answered by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from answering import Answers, run
from applinks.errors import (
    AppLinksError,
    CredentialsRequired,
    FarSideError,
    PersonUnknown,
    StoreUnavailable,
    Throttled,
    TimedOut,
)
from applinks.links import Link, LinkById, Links, SameUsers
from applinks.people import Names
from applinks.questions import drive
from applinks.scripts import (
    BY_HAND,
    HERE,
    Channels,
    Event,
    EventOf,
    Outcome,
    PostComment,
    RunOf,
    Sent,
    Source,
    SourceOf,
    comment,
)
from scripts.told import letter

CHANNELS = Channels(comment_as="robot")
SAME = SameUsers(True, "root", 1)


def link(kind: str = "jira", **more: Any) -> Link:
    return Link("id-1", "Tracker", kind, "https://jira.test", "https://jira.test", **{"same_users": SAME, **more})


def event(source: str) -> Event:
    return Event(source, "jira", "jira:issue_updated", "d", {}, 1.0, "issue OPS-7", number=3)


class _Run:
    event = 3


def commented(
    item: str | None = "issue OPS-7", *, links: tuple[Link, ...] = (link(),), source: str | None = None, **answers: Any
) -> tuple[Outcome, PostComment | None]:
    world = Answers(
        {
            RunOf: None if source is None else _Run(),
            EventOf: None if source is None else event(source),
            Links: links,
            LinkById: answers.get("told_by"),
            SourceOf: answers.get("webhook"),
            PostComment: answers.get("answer"),
        }
    )
    outcome = drive(comment.send(letter(item=item, run=7), CHANNELS), world)
    posted = [question for question in world.asked if isinstance(question, PostComment)]
    return outcome, posted[0] if posted else None


def test_it_is_set_up_with_a_user_who_writes() -> None:
    assert comment.is_set_up(CHANNELS)
    assert not comment.is_set_up(Channels())
    assert run(comment.send(letter(item="issue OPS-7"), Channels())).sent is Sent.NEVER


def test_an_issue_gets_a_comment_by_the_user_of_the_installation() -> None:
    outcome, posted = commented()
    assert outcome == Outcome(Sent.YES)
    assert posted == PostComment(link(), "robot", "rest/api/2/issue/OPS-7/comment", {"body": "[~alice]: The page is there."})


@pytest.mark.parametrize(("item", "kind"), [("page 65538", "page"), ("blog 65538", "blogpost")])
def test_a_page_gets_a_comment(item: str, kind: str) -> None:
    _, posted = commented(item, links=(link("confluence"),))
    assert posted is not None
    assert posted.path == "rest/api/content"
    assert posted.content == {
        "type": "comment",
        "container": {"id": "65538", "type": kind},
        "body": {"storage": {"value": "<p>Alice Adams: The page is there.</p>", "representation": "storage"}},
    }


@pytest.mark.parametrize(
    ("item", "path"),
    [
        ("pull request OPS/tools/3", "projects/OPS/repos/tools/pull-requests/3/comments"),
        ("pull request ~alice/my.tools/3", "projects/~alice/repos/my.tools/pull-requests/3/comments"),
    ],
)
def test_a_pull_request_gets_a_comment(item: str, path: str) -> None:
    _, posted = commented(item, links=(link("bitbucket"),))
    assert posted is not None
    assert posted.path == f"rest/api/1.0/{path}"
    assert posted.content == {"text": r"@alice: The page is there\."}


@pytest.mark.parametrize(
    "item",
    [
        None,
        "",
        "project OPS",
        "issue ops",
        "issue OPS-7/../../user",
        "issue OPS-7\n",
        "page ../1",
        "pull request OPS/../3",
        "pull request OPS/tools/3/merge",
        "pull request OPS/a%2Fb/3",
        "space DS",
    ],
)
def test_nothing_else_gets_one(item: str | None) -> None:
    assert commented(item) == (Outcome(Sent.NEVER, "it is about nothing that can be commented on"), None)


def test_the_link_that_told_of_the_item_is_the_one_that_has_it() -> None:
    other = replace(link(), id="id-2", name="Other")
    _, posted = commented(source="link id-2", told_by=other, links=(link(), other))
    assert posted is not None
    assert posted.link == other


@pytest.mark.parametrize("told_by", [None, link("confluence")])
def test_a_link_that_is_gone_or_of_another_type_is_not_replaced_by_another(told_by: Link | None) -> None:
    outcome, posted = commented(source="link id-2", told_by=told_by)
    assert (outcome.sent, posted) == (Sent.NEVER, None)


def webhook(link_id: str | None, *, of_link: bool = True) -> Source:
    return Source("1", "jira", "jira", of_link, link_id, False, None, 1.0, "root")


def test_a_webhook_of_a_link_tells_of_what_that_link_has() -> None:
    """However many there are of its type."""
    other = replace(link(), id="id-2", name="Other")
    _, posted = commented(source="webhook 1", webhook=webhook("id-2"), told_by=other, links=(link(), other))
    assert posted is not None
    assert posted.link == other


@pytest.mark.parametrize(
    ("told", "told_by"),
    [(webhook("id-2"), None), (webhook("id-2"), link("confluence")), (webhook(None), link()), (None, link())],
)
def test_a_webhook_whose_link_is_gone_or_that_is_gone_itself_is_not_replaced_by_another(
    told: Source | None, told_by: Link | None
) -> None:
    outcome, posted = commented(source="webhook 1", webhook=told, told_by=told_by)
    assert (outcome.sent, posted) == (Sent.NEVER, None)


@pytest.mark.parametrize("source", ["webhook 1", BY_HAND, None])
def test_where_no_link_told_of_it_the_only_one_of_its_type_has_it(source: str | None) -> None:
    free = webhook(None, of_link=False)
    assert commented(source=source, webhook=free)[1] is not None
    for several in ((), (link(), replace(link(), id="id-2"))):
        outcome, posted = commented(source=source, webhook=free, links=several)
        assert (outcome.sent, posted) == (Sent.NEVER, None)
        assert outcome.note == "it is not certain which jira has issue OPS-7"


def test_a_thing_of_our_own_is_not_looked_for_over_there() -> None:
    outcome, posted = commented(source=HERE)
    assert (outcome.sent, posted) == (Sent.NEVER, None)


@pytest.mark.parametrize(
    ("same_users", "mention"),
    [
        (SAME, "[~alice]"),
        (replace(SAME, names=Names((("alice", "aadams"),))), "[~aadams]"),
        (replace(SAME, names=Names((("bob", "alice"),))), "Alice Adams"),
        (replace(SAME, excluded=frozenset({"ALICE"})), "Alice Adams"),
        (replace(SAME, only_proven=True), "Alice Adams"),
        (replace(SAME, answer=False), "Alice Adams"),
        (None, "Alice Adams"),
    ],
)
def test_somebody_is_mentioned_only_where_that_name_is_certainly_theirs(same_users: SameUsers | None, mention: str) -> None:
    _, posted = commented(links=(link(same_users=same_users),))
    assert posted is not None
    assert posted.content["body"] == f"{mention}: The page is there."


@pytest.mark.parametrize(
    ("error", "sent"),
    [
        (TimedOut("No answer."), Sent.LATER),
        (StoreUnavailable("Busy."), Sent.LATER),
        (Throttled("Too often.", status=429, retry_after=5), Sent.LATER),
        (FarSideError("It broke.", status=503), Sent.LATER),
        (FarSideError("There is no such issue.", status=404), Sent.NEVER),
        (CredentialsRequired("They must agree.", user="robot"), Sent.NEVER),
        (PersonUnknown("The user 'robot' does not exist.\x1b"), Sent.NEVER),
    ],
)
def test_what_may_pass_is_tried_again_and_nothing_else_is(error: AppLinksError, sent: Sent) -> None:
    outcome, _ = commented(answer=error)
    assert outcome == Outcome(sent, str(error).removesuffix("\x1b"))
