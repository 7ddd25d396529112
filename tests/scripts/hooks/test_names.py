"""What a hook may name, by its kind and its application."""

from __future__ import annotations

import pytest

from applinks.people import Person
from applinks.scripts import ALWAYS, Hook, HookKind, RequestTold, names_of
from applinks.scripts.events.beans import Issue, Page, Transition

JIRA = Hook(HookKind.LISTENER, application="jira", events=("*",))


@pytest.mark.parametrize(
    ("hook", "has", "has_not"),
    [
        (JIRA, {"issue": Issue, "transition": Transition, "user": Person}, {"page", "request", "nonsense"}),
        (Hook(HookKind.LISTENER, application="confluence", events=("*",)), {"page": Page}, {"issue"}),
        (Hook(HookKind.LISTENER, events=("*",)), {"issue": Issue, "page": Page}, {"request"}),
        (Hook(HookKind.LISTENER, application="shop", events=("*",)), {"event": None}, {"issue"}),
        (Hook(HookKind.VALIDATOR, application="jira", transition="*"), {"issue": Issue}, {"request"}),
        (Hook(HookKind.BY_HAND), {"issue": Issue}, {"request"}),
        (Hook(HookKind.JOB, cron="* * * * *"), {"user": Person, "jira": None}, {"issue", "request"}),
        (Hook(HookKind.ENDPOINT, method="GET", path="x"), {"request": RequestTold}, {"issue"}),
        (Hook(HookKind.OPERATION), {"run": None}, {"issue", "request"}),
    ],
)
def test_a_hook_may_name_what_its_kind_and_its_application_have(hook: Hook, has: dict[str, object], has_not: set[str]) -> None:
    names = names_of(hook)
    assert {name: names[name] for name in has} == has
    assert not has_not & names.keys()
    assert ALWAYS.keys() <= names.keys()
    assert {"jira", "confluence", "bitbucket"} <= names.keys()
