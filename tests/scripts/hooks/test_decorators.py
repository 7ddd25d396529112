"""What the decorators note about a function."""

from __future__ import annotations

import pytest

from applinks.errors import ConfigurationError
from applinks.scripts.hooks.decorators import (
    NO_RETRIES,
    HookKind,
    Limits,
    Refuse,
    Retries,
    by_hand,
    condition,
    endpoint,
    job,
    listener,
    noted,
    operation,
    post_function,
    validator,
)


def function() -> str:
    return "called"


def hook_of(decorator):
    ((one),) = noted(decorator(lambda: None))
    return one.hook


def test_a_decorated_function_is_what_it_was() -> None:
    decorated = listener("order")(function)
    assert decorated is function
    assert decorated() == "called"


def test_several_decorators_note_several_hooks() -> None:
    def both() -> None: ...

    listener("one")(listener("two")(both))
    assert [one.hook.events for one in noted(both)] == [("two",), ("one",)]
    assert noted(object()) == ()


def test_each_decorator_notes_its_kind_and_what_it_says() -> None:
    assert hook_of(listener("a", "b", application="jira")).events == ("a", "b")
    assert hook_of(condition("jira", transition="Done")).kind is HookKind.CONDITION
    assert hook_of(validator("jira", transition="Done")).transition == "Done"
    assert hook_of(post_function("jira", transition="*")).application == "jira"
    assert hook_of(by_hand()).kind is HookKind.BY_HAND
    daily = hook_of(job("0 7 * * *", user="robot", zone="Europe/Berlin"))
    assert (daily.cron, daily.user, daily.zone) == ("0 7 * * *", "robot", "Europe/Berlin")
    orders = hook_of(endpoint("post", "/orders/", groups={"sales"}))
    assert (orders.method, orders.path, orders.groups) == ("POST", "orders", {"sales"})
    assert hook_of(operation(groups=["sales"])).groups == {"sales"}


def test_conditions_stand_beside_the_hook() -> None:
    def when() -> bool:
        return True

    (one,) = noted(listener("a", when=when)(lambda: None))
    assert one.when is when


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: listener(),
        lambda: job("0 7 * * *", user=""),
        lambda: listener("a", run_as="robot"),
        lambda: post_function("jira", transition="Done", reason="why"),
        lambda: endpoint("GET", "orders", groups="sales"),
        lambda: operation(groups="sales"),
    ],
)
def test_what_is_forgotten_is_said_with_a_remedy(wrong) -> None:
    with pytest.raises(ConfigurationError) as caught:
        wrong()
    assert caught.value.remedy


def test_retries_wait_twice_as_long_each_time_up_to_a_longest() -> None:
    retries = Retries(5, first=10.0, longest=50.0)
    assert [retries.wait(tried) for tried in range(4)] == [10.0, 20.0, 40.0, 50.0]
    assert retries.wait(10_000) == 50.0
    assert hook_of(listener("a", retries=2)).retries == Retries(times=2)
    assert hook_of(listener("a", retries=retries)).retries is retries
    assert hook_of(listener("a")).retries is NO_RETRIES


def test_a_refusal_says_why_and_for_which_field() -> None:
    assert (str(Refuse("No.")), Refuse("No.").field) == ("No.", None)
    assert Refuse("No.", field="summary").field == "summary"
    assert hook_of(listener("a", limits=Limits(seconds=5))).limits.seconds == 5
