"""The REST of the products' links plug-in: what is sent, and whatever may come back."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.errors import MalformedAnswer
from applinks.wire import applinks_rest
from applinks.wire.applinks_rest import Known, Level, NewConsumer, NewLink
from applinks.wire.messages import Response

ONE = Known("1f0c6a52-6b1e-3d4f-9a77-2c5d9f3a1b60", "Front", "https://front.example.com")
ENTRY = {
    "id": ONE.id,
    "name": ONE.name,
    "rpcUrl": ONE.url,
    "displayUrl": "https://x",
    "primary": True,
    "data": {"configUrl": None},
}
XML = f"<applicationLinks><id>{ONE.id}</id><name>{ONE.name}</name><rpcUrl>{ONE.url}</rpcUrl></applicationLinks>"


def answer(body: object, status: int = 200) -> Response:
    return Response(
        status, (), body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    )


@pytest.mark.parametrize(
    "body",
    [[ENTRY], {"applicationLinks": [ENTRY]}, f"<?xml version='1.0'?><applicationLinks>{XML}</applicationLinks>"],
    ids=["a bare array", "an object", "XML"],
)
def test_links_are_read_in_every_shape_that_products_tell_them_in(body):
    """protocol.md 6.1"""
    assert applinks_rest.links_in(answer(body)) == (ONE,)


@pytest.mark.parametrize("body", ["[]", '{"applicationLinks": []}', "<applicationLinks/>"])
def test_no_links_are_none(body):
    assert applinks_rest.links_in(answer(body)) == ()


@pytest.mark.parametrize(
    "body", ["{}", "[", "", "<html><body>in</body></html>", "<!doctype html><html/>", '{"applicationLinks": 1}', b"\xff"]
)
def test_what_is_no_list_of_links_is_malformed(body):
    """T-36"""
    with pytest.raises(MalformedAnswer):
        applinks_rest.links_in(answer(body))


@pytest.mark.parametrize("id", ["../../admin", "a/b", "", "x" * 65, "a?b", "é", None, 7])
def test_an_id_that_could_lead_elsewhere_is_left_out(id):  # noqa: A002
    """T-32: ids go into addresses."""
    assert applinks_rest.links_in(answer([{**ENTRY, "id": id}])) == ()
    assert applinks_rest.created_id(answer({"resources-created": [{"href": f"https://x/applicationlink/{id}?x"}]})) is None


@pytest.mark.parametrize(
    "body",
    [
        {
            "status-code": 201,
            "resources-created": [{"href": f"https://x/rest/applinks/3.0/applicationlink/{ONE.id}", "rel": "self"}],
        },
        f"<status><resources-created><link href='https://x/{ONE.id}' rel='self'/></resources-created></status>",
    ],
    ids=["JSON", "XML"],
)
def test_what_was_made_is_told_by_its_address(body):
    assert applinks_rest.created_id(answer(body, 201)) == ONE.id


@pytest.mark.parametrize("body", ["", "{}", '{"resources-created": 1}', "<a/>", "{", b"\xff"])
def test_an_answer_that_tells_no_address_tells_none(body):
    assert applinks_rest.created_id(answer(body, 201)) is None


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"status-code": 401, "message": "Client must be\nauthenticated."}, "Client must be authenticated."),
        ("<status><status-code>401</status-code><message>No.</message></status>", "No."),
        ("<html><message>No.</message></html>", ""),
        ("nothing", ""),
        ("{", ""),
        ({"message": 7}, ""),
        ({"message": "\x1b[2J"}, ""),
        ("<status>", ""),
    ],
)
def test_a_refusal_is_told_in_its_own_words_on_one_line(body, words):
    """T-67"""
    assert applinks_rest.message_in(answer(body, 401)) == words


def test_what_is_sent_has_the_names_of_the_wire():
    new = NewLink(ONE.id, "Front", ONE.url, ONE.url, "generic")
    assert json.loads(applinks_rest.body(new)) == {
        "id": ONE.id, "name": "Front", "rpcUrl": ONE.url, "displayUrl": ONE.url, "typeId": "generic",
    }  # fmt: skip
    consumer = json.loads(applinks_rest.body(NewConsumer("k", "n", "d", "p", True, False)))
    assert consumer == {
        "key": "k", "name": "n", "description": "d", "publicKey": "p", "outgoing": False, "twoLOAllowed": True,
        "twoLOImpersonationAllowed": False,
    }  # fmt: skip
    assert json.loads(applinks_rest.body(NewConsumer("k", "n", "d", "p", True, True, "bot")))["executingTwoLOUser"] == "bot"
    levels = json.loads(applinks_rest.levels(Level(True, True, False), Level(False, False, False)))
    assert levels["incoming"] == {"enabled": True, "twoLoEnabled": True, "twoLoImpersonationEnabled": False}
    assert json.loads(applinks_rest.provider("x.Y")) == {"provider": "x.Y", "config": {}}


def test_each_resource_has_its_path():
    assert applinks_rest.link_at("7") == "rest/applinks/3.0/applicationlink/7"
    assert applinks_rest.consumer_of("7") == "rest/applinks-oauth/1.0/applicationlink/7/authentication/consumer"
    assert applinks_rest.levels_of("7") == "rest/applinks/3.0/status/7/oauth"
    assert applinks_rest.provider_of("7") == "rest/applinks/3.0/applicationlink/7/authentication/provider"


@given(body=st.binary(max_size=200) | st.text(alphabet="[]{}<>\"':,a/ ", max_size=60).map(str.encode))
def test_no_bytes_whatever_break_the_reading(body):
    response = Response(200, (), body)
    applinks_rest.created_id(response)
    applinks_rest.message_in(response)
    with suppress(MalformedAnswer):
        applinks_rest.links_in(response)
