"""A trial is the real road: what it chooses, sends, raises and writes down is what any call would."""

from __future__ import annotations

from dataclasses import replace

import pytest

from applinks.errors import AccessRefused, ActedAsSomeoneElse, CredentialsRequired, FarSideError, TransportFailed
from applinks.links import Level
from applinks.outgoing import ActsFor, trial
from applinks.people import Person
from applinks.wire import problems
from applinks.wire.messages import Response
from in_memory import InMemory, connect, linked

ALICE = ActsFor(Person("alice"), Person("ops"), "looking")


@pytest.fixture
def pair() -> tuple[InMemory, InMemory]:
    front, wiki = InMemory("Front"), InMemory("Wiki", type="bitbucket")
    linked(front, wiki)
    connect(front, wiki)
    return front, wiki


def tried(front: InMemory, who: ActsFor = ALICE):
    return front.run(trial(front.link("Wiki").id, who, front.mechanisms))


def answering(front: InMemory, *answers):
    left = list(answers)
    front.network = lambda request: left.pop(0)


def test_it_tells_as_whom_it_was_answered_and_by_which_way(pair):
    ended = tried(pair[0])
    assert (ended.name, ended.explanation.mechanism, ended.failure) == ("alice", "2LOi", None)
    assert [answer.status for answer in ended.answers] == [200]


def test_it_is_written_down_as_a_call_with_whoever_caused_it(pair):
    tried(pair[0])
    (entry,) = pair[0].entries
    assert (entry.kind, entry.subject, entry.actor, entry.reason, entry.outcome) == (
        "call",
        "alice",
        "ops",
        "looking",
        "answered",
    )


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Response(500), FarSideError),
        (problems.refusal("x", "consumer_key_unknown"), AccessRefused),
        (Response(200, (("x-ausername", "bob"),), b"bob"), ActedAsSomeoneElse),
    ],
)
def test_what_a_caller_would_get_is_kept(pair, answer, kind):
    answering(pair[0], answer)
    ended = tried(pair[0])
    assert type(ended.failure) is kind
    assert ended.answers == (answer,)
    assert ended.name is None


def test_a_failure_on_the_way_is_kept_and_written_down(pair):
    def nobody(request):
        raise TransportFailed("no way", reason="refused")

    pair[0].network = nobody
    ended = tried(pair[0])
    assert ended.failure.reason == "refused"
    assert ended.answers == ()
    assert pair[0].outcomes("call") == ["transport-failed"]


def test_what_is_refused_before_the_call_sends_nothing(pair):
    front, _ = pair
    link = front.link("Wiki")
    front.links[link.id] = replace(link, outgoing=replace(link.outgoing, level=Level.OAUTH))
    ended = tried(front)
    assert type(ended.failure) is CredentialsRequired
    assert ended.answers == ()
    assert front.entries == []


def test_a_complaint_about_our_clock_is_learnt_as_ever(pair):
    front, wiki = pair
    front.now += 600
    ended = tried(front)
    assert [answer.status for answer in ended.answers] == [400, 200]
    assert ended.name == "alice"
    assert front.skews
    assert wiki.now != front.now
