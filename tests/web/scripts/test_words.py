"""What the pages of scripts call things."""

from __future__ import annotations

import pytest

from applinks.scripts import Hook, HookKind, RunState, Severity
from applinks.web.scripts.words import EXPLAINED, GROUPS, MEANT, STATES, as_whom, into, took


def test_every_state_has_a_word_a_sign_and_an_explanation():
    assert set(STATES) == set(EXPLAINED) == set(RunState)
    assert len({state.word for state in STATES.values()}) == len(RunState)
    assert all(state.sign for state in STATES.values())


def test_every_state_but_skipped_is_in_one_group_of_a_chart():
    grouped = [state for _, _, states in GROUPS for state in states]
    assert sorted([*grouped, RunState.SKIPPED]) == sorted(RunState)


def test_every_severity_has_a_tone_a_sign_and_a_word():
    assert set(MEANT) == set(Severity)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0, "0 ms"),
        (0.34, "340 ms"),
        (2.44, "2.4 s"),
        (59.9, "59.9 s"),
        (60, "1 min 0 s"),
        (200, "3 min 20 s"),
        (7265, "2 h 1 min"),
    ],
)
def test_a_length_of_time_is_told_shortly(seconds, words):
    assert took(seconds) == words


@pytest.mark.parametrize(
    ("hook", "words"),
    [
        (Hook(HookKind.LISTENER, events=("a", "b"), application="jira"), "When a or b has happened in jira."),
        (Hook(HookKind.LISTENER, events=("*",)), "When anything has happened."),
        (Hook(HookKind.CONDITION, transition="Done"), "Says whether the transition “Done” is offered."),
        (Hook(HookKind.VALIDATOR, transition="*", application="jira"), "Asked before any transition in jira."),
        (Hook(HookKind.POST_FUNCTION, transition="Done"), "After the transition “Done”."),
        (Hook(HookKind.JOB, cron="0 7 * * *", zone="UTC"), "By the clock: 0 7 * * * (UTC)."),
        (Hook(HookKind.BY_HAND), "When somebody runs it by hand."),
        (
            Hook(HookKind.ENDPOINT, method="GET", path="a", groups=frozenset({"y", "x"})),
            "When GET /a is asked for, by members of x, y.",
        ),
        (Hook(HookKind.OPERATION), "When a linked application asks for it."),
    ],
)
def test_each_hook_says_into_what_it_hooks(hook, words):
    assert into(hook) == words


@pytest.mark.parametrize(
    ("hook", "words"),
    [
        (Hook(HookKind.LISTENER), "whoever caused it"),
        (Hook(HookKind.LISTENER, run_as="deployment", reason="no rights"), "deployment (no rights)"),
        (Hook(HookKind.JOB, user="deployment"), "deployment"),
        (Hook(HookKind.BY_HAND), "whoever runs it"),
        (Hook(HookKind.ENDPOINT), "whoever is signed in"),
        (Hook(HookKind.OPERATION), "the person who is named"),
    ],
)
def test_each_hook_says_as_whom_it_runs(hook, words):
    assert as_whom(hook) == words
