"""What a pasted text is given, and what it may ask for."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import pytest

from applinks.errors import CredentialsRequired, StoreUnavailable, TimedOut
from applinks.scripts import Event, Hook, HookKind, Severity
from applinks.scripts.events.beans import Issue, ShortIssue
from applinks.scripts.pasted.granted import FUNCTIONS, MOST_TOLD, VALUES, Granted, as_plain, told_names, values

NOBODY: dict[str, Any] = {"applinks": None, "log": None, "messages": None, "progress": None}


@dataclass
class Links:
    """Stands for the links of a run; each call has that outcome."""

    outcome: Exception
    asked: list[Any] = field(default_factory=list)

    def link(self, name: str) -> Links:
        self.asked.append(name)
        return self

    def request(self, *asked: Any, **_options: Any) -> Any:
        self.asked.append(asked)
        raise self.outcome


def granted(outcome: Exception, kind: HookKind = HookKind.BY_HAND) -> Granted:
    return Granted({**NOBODY, "applinks": Links(outcome)}, kind)


def test_beans_are_plain_values_all_the_way_down():
    issue = Issue("OPS-7", parent=ShortIssue("OPS-1"), labels=("a", "b"), fields=MappingProxyType({"x": [{"y": (1, None)}]}))
    plain = as_plain(issue)
    assert (plain["key"], plain["parent"]["key"], plain["labels"]) == ("OPS-7", "OPS-1", ["a", "b"])
    assert plain["fields"] == {"x": [{"y": [1, None]}]}
    assert type(as_plain(Severity.INFO)) is str


def test_without_an_event_there_is_none():
    bound = {"event": None, "user": None, "actor": None}
    assert values(bound, (), {}) == {"event": None, "user": None, "actor": None, "parameters": {}}


def test_of_an_event_it_is_told_what_happened_and_not_how_it_came_here():
    event = Event("webhook 7", "jira", "x", "delivery", {}, 1.0)
    told = values({"event": event, "user": None, "actor": None}, (), {})["event"]
    assert told == {"kind": "x", "application": "jira", "payload": {}, "item": None, "user": None}


def test_the_names_of_what_is_told_are_those_of_its_application():
    assert told_names(Hook(HookKind.LISTENER, application="confluence")) == ("page", "comment")
    assert {"issue", "page", "pull_request"} <= {*told_names(Hook(HookKind.LISTENER))}


def test_only_a_validator_refuses():
    assert {*granted(ValueError()).functions} == {*FUNCTIONS} - {"refuse"}
    assert {*granted(ValueError(), HookKind.VALIDATOR).functions} == {*FUNCTIONS}
    assert not {*FUNCTIONS} & {*VALUES}


def test_what_the_far_side_has_done_is_told_and_kept_for_whoever_runs_the_text():
    late = TimedOut("No answer in time.")
    offered = granted(late)
    assert offered.reply("call", ("Shop", "GET", "x"), {}) == {"exc_type": "RuntimeError", "message": "No answer in time."}
    assert offered.raised == {"No answer in time.": late}


@pytest.mark.parametrize(
    "end",
    [CredentialsRequired("x", user="alice", link="Bank", direction="outgoing"), StoreUnavailable("x"), ZeroDivisionError()],
)
def test_what_ends_the_pass_is_not_told(end: Exception):
    with pytest.raises(type(end)):
        granted(end).reply("call", ("Shop", "GET", "x"), {})


def test_a_name_that_is_not_there_is_told_as_python_does():
    assert granted(ValueError()).reply("open", ("x",), {}) == {"exc_type": "NameError", "message": "name 'open' is not defined"}
    assert granted(ValueError()).reply("reply", (), {})["exc_type"] == "NameError"
    assert granted(ValueError()).reply("call", (), {})["exc_type"] == "TypeError"


@pytest.mark.parametrize("asked", [("info", 1), (["info"], "x"), ("", "x"), ("info", "x" * 5000)])
def test_a_message_that_is_none_is_not_told(asked: tuple[Any, Any]):
    assert granted(ValueError()).reply("tell", asked, {})["exc_type"] == "ValueError"


def test_so_many_messages_are_told_and_no_more():
    told: list[str] = []
    messages = type("Told", (), {"info": staticmethod(told.append)})
    offered = Granted({**NOBODY, "messages": messages}, HookKind.BY_HAND)
    replies = [offered.reply("tell", ("info", "x"), {}) for _ in range(MOST_TOLD + 1)]
    assert len(told) == MOST_TOLD
    assert replies[-2:] == [
        {"return_value": None},
        {"exc_type": "ValueError", "message": "tell(): it has told 20 messages already"},
    ]


def test_it_says_how_far_it_is():
    said = []
    one = Granted({**NOBODY, "progress": lambda *told: said.append(told)}, HookKind.BY_HAND)
    assert one.reply("progress", (7, 120), {"text": "page 7"}) == {"return_value": None}
    assert said == [(7, 120, "page 7")]


@pytest.mark.parametrize("counts", [(3, 2), (-1, 2), ("1", 2), (0.5, 1), (10**5000, 10**5000), (1, None)])
def test_how_far_it_is_is_said_in_whole_numbers(counts):
    told = granted(TimedOut("x")).reply("progress", counts, {})
    assert (told["exc_type"], "whole numbers" in told["message"]) == ("ValueError", True)
