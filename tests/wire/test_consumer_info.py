"""Consumer info, written and read (protocol.md 5)."""

from __future__ import annotations

import base64
import re
import textwrap
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.errors import MalformedAnswer
from applinks.wire import consumer_info
from applinks.wire.consumer_info import ConsumerInfo

KEY = "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKq0Zm9yIHRlc3RzIG9ubHksIG5vIGtleSBhdCBhbGwhIEp1c3QgYnl0ZXMCAwEAAQ=="
OURS = ConsumerInfo(
    key="links-for-python:7c0d1b2e",
    name="R&D <Links>",
    public_key=KEY,
    description="Links at http://links.example.test:8000",
    callback="http://links.example.test:8000/callback",
)


def test_the_document_has_exactly_the_shape_that_clients_expect():
    assert consumer_info.write(OURS).decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        "<consumer>\n"
        "  <key>links-for-python:7c0d1b2e</key>\n"
        "  <name>R&amp;D &lt;Links&gt;</name>\n"
        f"  <publicKey>{KEY}</publicKey>\n"
        "  <description>Links at http://links.example.test:8000</description>\n"
        "  <callback>http://links.example.test:8000/callback</callback>\n"
        "</consumer>\n"
    )


def test_clients_that_read_with_regular_expressions_find_key_and_public_key():
    written = consumer_info.write(OURS).decode()
    assert re.search(r"<key>(.*)</key>", written)[1] == OURS.key
    assert re.search(r"<publicKey>(.*)</publicKey>", written)[1] == KEY


def test_optional_elements_are_left_out_rather_than_empty():
    written = consumer_info.write(replace(OURS, description=None, callback=None))
    assert b"description" not in written
    assert b"callback" not in written


def test_order_does_not_matter():
    body = f"<consumer><publicKey>{KEY}</publicKey><callback/><name>N</name><key>jira:1234</key></consumer>"
    assert consumer_info.read(body.encode()) == ConsumerInfo("jira:1234", "N", KEY)


def test_a_consumer_without_a_name_is_called_by_its_key():
    body = f"<consumer><key>Confluence:99</key><publicKey>{KEY}</publicKey></consumer>"
    assert consumer_info.read(body.encode()).name == "Confluence:99"


WRAPPED = "\n".join(textwrap.wrap(KEY, 64))


@pytest.mark.parametrize(
    "spelling",
    [
        KEY,
        f"\n    {KEY}\n  ",
        WRAPPED,
        WRAPPED.replace("\n", "\r\n"),
        f"-----BEGIN PUBLIC KEY-----\n{WRAPPED}\n-----END PUBLIC KEY-----\n",
        f"-----BEGIN PUBLIC KEY-----{KEY}-----END PUBLIC KEY-----",
        f"<![CDATA[{KEY}]]>",
    ],
)
def test_a_key_is_read_from_every_spelling_of_it(spelling):
    body = f"<consumer><key>k</key><publicKey>{spelling}</publicKey></consumer>"
    assert consumer_info.read(body.encode()).public_key == KEY


@pytest.mark.parametrize(
    "spelling",
    [
        "not base64!",
        KEY[:-1],
        KEY[:-4] + "====",
        KEY.replace("K", "-"),
        KEY + "ü",
        f"-----BEGIN RSA PUBLIC KEY-----{KEY}-----END RSA PUBLIC KEY-----",
        f"-----BEGIN CERTIFICATE-----{KEY}-----END CERTIFICATE-----",
        f"-----BEGIN PRIVATE KEY-----{KEY}-----END PRIVATE KEY-----",
    ],
)
def test_what_is_no_base64_of_a_public_key_is_refused_and_not_repeated(spelling):
    body = f"<consumer><key>k</key><publicKey>{spelling}</publicKey></consumer>"
    with pytest.raises(MalformedAnswer, match="not the base64 text") as refusal:
        consumer_info.read(body.encode())
    assert KEY[:12] not in str(refusal.value)


@pytest.mark.parametrize("spelling", ["", " \n", "-----BEGIN PUBLIC KEY----------END PUBLIC KEY-----"])
def test_an_empty_key_is_none(spelling):
    with pytest.raises(MalformedAnswer, match="has no publicKey"):
        consumer_info.read(f"<consumer><key>k</key><publicKey>{spelling}</publicKey></consumer>".encode())


def test_key_and_public_key_must_be_there():
    with pytest.raises(MalformedAnswer, match="has no key"):
        consumer_info.read(f"<consumer><publicKey>{KEY}</publicKey></consumer>".encode())
    with pytest.raises(MalformedAnswer, match="has no publicKey"):
        consumer_info.read(b"<consumer><key>k</key></consumer>")


@pytest.mark.parametrize("member", ["key", "publicKey", "name", "description", "callback"])
def test_no_member_is_said_twice(member):
    """Two readers would disagree on the key that they trust."""
    body = consumer_info.write(OURS).replace(b"</consumer>", f"<{member}>x</{member}></consumer>".encode())
    with pytest.raises(MalformedAnswer, match=f"says its {member} 2 times"):
        consumer_info.read(body)


@pytest.mark.parametrize("callback", ["javascript:alert(1)", "data:,x", "http://u:p@a.test/", "java\tscript:x", "oob"])
def test_a_callback_is_a_web_address(callback):
    """T-47."""
    with pytest.raises(MalformedAnswer):
        consumer_info.read(consumer_info.write(replace(OURS, callback=callback)))


def test_a_description_over_several_lines_is_folded_into_one():
    body = consumer_info.write(replace(OURS, description="First line\n\n   second\tline "))
    assert consumer_info.read(body).description == "First line second line"


@pytest.mark.parametrize("member", ["key", "name", "description"])
def test_direction_characters_are_refused_in_every_text(member):
    """T-48."""
    with pytest.raises(MalformedAnswer, match=f"direction characters in its {member}"):
        consumer_info.read(consumer_info.write(replace(OURS, **{member: "a\u202eb"})))


def test_json_is_no_consumer_info():
    with pytest.raises(MalformedAnswer, match="not well-formed XML"):
        consumer_info.read(b'{"key": "k", "publicKey": "MIIB"}')


words = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=30)
consumers = st.builds(
    ConsumerInfo,
    key=words,
    name=words,
    public_key=st.binary(min_size=1, max_size=600).map(lambda raw: base64.b64encode(raw).decode()),
    description=st.none() | st.lists(words, min_size=1, max_size=4).map(" ".join),
    callback=st.none() | st.sampled_from(["https://a.test/c", "http://[::1]:1/c?x=1&y=2"]),
)


@given(consumers)
def test_what_is_written_is_read_again(written):
    assert consumer_info.read(consumer_info.write(written)) == written


@given(st.data())
def test_a_damaged_document_is_a_consumer_or_malformed(data):
    body = bytearray(consumer_info.write(OURS))
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    try:
        read = consumer_info.read(bytes(body))
    except MalformedAnswer:
        return
    assert consumer_info.read(consumer_info.write(read)) == read
