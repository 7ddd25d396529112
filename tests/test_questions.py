"""Flows and their drivers: every rule exists once and works in both worlds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from applinks.questions import (
    Ask,
    Done,
    FreshSecrets,
    Now,
    Question,
    Wait,
    answered,
    answered_async,
    drive,
    drive_async,
    resume,
)
from applinks.wire.messages import Request


def asks_twice():
    first = yield "first"
    second = yield "second"
    return [first, second]


def ends_at_once():
    return "nothing was asked"
    yield


def mends():
    try:
        yield "difficult"
    except LookupError as trouble:
        reply = yield f"instead of {trouble.args[0]}"
        return f"mended with {reply}"


def cannot_mend():
    yield "difficult"


def says_it_better():
    try:
        yield "difficult"
    except LookupError as trouble:
        raise ValueError("said better") from trouble


def failing(error: BaseException) -> Callable[[Any], Any]:
    """Answers every question with itself, and the difficult one with this error."""

    def answer(question: Any) -> Any:
        if question == "difficult":
            raise error
        return question

    return answer


def drive_in_a_loop(flow, answer):
    return asyncio.run(drive_async(flow, answer))


def drive_with_awaitable_answers(flow, answer):
    async def later(question):
        await asyncio.sleep(0)
        return answer(question)

    return asyncio.run(drive_async(flow, later))


@pytest.fixture(params=[drive, drive_in_a_loop, drive_with_awaitable_answers], ids=["sync", "async", "awaitable"])
def driven(request):
    """Runs a flow to its end in one of the worlds."""
    return request.param


def test_each_thing_a_flow_yields_is_answered_in_order_and_its_result_comes_back(driven):
    asked = []
    assert driven(asks_twice(), lambda question: asked.append(question) or len(asked)) == [1, 2]
    assert asked == ["first", "second"]


def test_a_flow_that_ends_at_once_asks_nothing(driven):
    assert driven(ends_at_once(), lambda question: pytest.fail(f"asked {question!r}")) == "nothing was asked"


@pytest.mark.parametrize("nothing", [None, False, 0, "", ()])
def test_an_answer_or_a_result_that_is_nothing_is_one_all_the_same(driven, nothing):
    assert driven(asks_twice(), lambda _: nothing) == [nothing, nothing]


def test_the_error_of_an_answer_is_raised_inside_the_flow_which_may_go_on(driven):
    assert driven(mends(), failing(KeyError("key"))) == "mended with instead of key"


def test_an_error_that_a_flow_does_not_handle_is_the_drivers(driven):
    error = LookupError("gone")
    with pytest.raises(LookupError) as raised:
        driven(cannot_mend(), failing(error))
    assert raised.value is error


def test_a_flow_may_raise_another_error_in_its_place(driven):
    error = LookupError("gone")
    with pytest.raises(ValueError, match="said better") as raised:
        driven(says_it_better(), failing(error))
    assert raised.value.__cause__ is error


def test_an_answer_that_ends_by_stop_iteration_does_not_end_the_flow_with_a_result(driven):
    with pytest.raises(RuntimeError):
        driven(cannot_mend(), failing(StopIteration("not a result")))


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit, asyncio.CancelledError])
def test_what_stops_a_program_is_no_answer_and_no_flow_can_swallow_it(stop):
    def swallows():
        try:
            yield "difficult"
        except BaseException:  # noqa: BLE001
            return "swallowed"

    with pytest.raises(stop):
        drive(swallows(), failing(stop()))


def test_a_task_that_is_cancelled_while_an_answer_is_awaited_ends():
    async def story():
        begun = asyncio.Event()

        async def never(_):
            begun.set()
            await asyncio.Event().wait()

        task = asyncio.create_task(drive_async(asks_twice(), never))
        await begun.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return task.cancelled()

    assert asyncio.run(story())


def test_flows_are_made_of_flows(driven):
    def outer():
        inner = yield from asks_twice()
        mended = yield from mends()
        return inner, mended

    assert driven(outer(), failing(LookupError("key"))) == (["first", "second"], "mended with instead of key")


# ---- step by step


def test_a_flow_is_resumed_step_by_step_until_it_is_done():
    flow = asks_twice()
    assert [resume(flow), resume(flow, 1), resume(flow, 2)] == ["first", "second", Done([1, 2])]


def test_a_flow_is_resumed_with_an_error_in_place_of_an_answer():
    flow = mends()
    resume(flow)
    assert resume(flow, error=LookupError("key")) == "instead of key"
    assert resume(flow, "glue") == Done("mended with glue")


def test_what_is_done_is_told_apart_from_a_question_that_says_the_same():
    def asks_what_it_returns():
        yield "question"
        return "question"

    flow = asks_what_it_returns()
    assert resume(flow) == "question"
    assert resume(flow) == Done("question")


def test_one_question_is_answered_and_the_next_thing_comes_back():
    flow = asks_twice()
    assert answered(flow, resume(flow), str.upper) == "second"
    assert answered(flow, "second", str.upper) == Done(["FIRST", "SECOND"])


@pytest.mark.parametrize("answer", [str.upper, lambda question: _later(question.upper())], ids=["at once", "awaited"])
def test_in_asynchronous_code_an_answer_may_come_at_once_or_be_awaited(answer):
    flow = asks_twice()
    assert asyncio.run(answered_async(flow, resume(flow), answer)) == "second"


async def _later(value):
    return value


# ---- what every room may ask


@pytest.mark.parametrize("question", [Now(), FreshSecrets(2), Wait(1.5), Ask(Request("GET", "https://example.com"))])
def test_a_question_is_a_value_and_durable_unless_it_says_otherwise(question):
    assert isinstance(question, Question)
    assert question.durable
    assert question == type(question)(*(getattr(question, name) for name in question.__dataclass_fields__))
    assert hash(question) == hash(question)


def test_a_request_to_be_asked_shows_neither_its_headers_nor_its_body():
    """T-66"""
    asking = Ask(Request("POST", "https://example.com", (("authorization", "OAuth s3cret"),), b"s3cret"))
    assert "s3cret" not in repr(asking)
