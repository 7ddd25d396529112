"""What another application answers to an operation, as its caller gets it."""

from __future__ import annotations

import httpx2
import pytest

from applinks.errors import MalformedAnswer, NotDoneYet
from applinks.outgoing.operations import path_of, result_of


def test_a_name_is_one_part_of_the_path():
    assert path_of("create_space") == "plugins/servlet/applinks/operations/create_space"
    assert path_of("a/../b") == "plugins/servlet/applinks/operations/a%2F..%2Fb"


@pytest.mark.parametrize("result", [None, 1, "x", {"key": "OPS"}])
def test_the_result_is_what_the_script_returned(result: object):
    assert result_of(httpx2.Response(200, json={"run": 7, "result": result}), "create_space", "Wiki") == result


def test_what_is_not_done_yet_says_by_which_number_it_goes_on():
    with pytest.raises(NotDoneYet, match="run 7 there") as waiting:
        result_of(httpx2.Response(202, json={"run": 7, "state": "parked"}), "create_space", "Wiki")
    assert (waiting.value.run, waiting.value.link) == (7, "Wiki")


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"run": "7"}'])
def test_anything_else_is_no_answer(body: bytes):
    with pytest.raises(MalformedAnswer, match="'Wiki'"):
        result_of(httpx2.Response(200, content=body), "create_space", "Wiki")
