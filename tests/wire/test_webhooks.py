"""Signatures of events: written as others write them, and never believed by halves."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from base64 import b64decode, b64encode
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.errors import ConfigurationError
from applinks.wire import webhooks
from applinks.wire.webhooks import (
    HUB_SIGNATURE,
    ID,
    SIGNATURE,
    TIMESTAMP,
    TOLERANCE,
    Unproven,
    hub_headers,
    hub_signed_by,
    standard_headers,
    standard_secret,
    standard_signed_by,
)

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "webhooks.json").read_text())
HUB = [vector for vector in VECTORS if vector["kind"] == "hub"]
STANDARD = [vector for vector in VECTORS if vector["kind"] == "standard"]

CANARY = "canary-7d1f"
BODY = b'{"webhookEvent":"jira:issue_updated"}'
OLD, NEW = standard_secret(b"o" * 24), standard_secret(b"n" * 64)
SECOND = 1_700_000_000

KEYS = st.binary(min_size=24, max_size=64)
IDS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters="."), min_size=1, max_size=255)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=255)


def independent_hmac(key: bytes, text: bytes) -> bytes:
    """RFC 2104 from the hash alone."""
    key = (hashlib.sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key) + text).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in key) + inner).digest()


def hub(value: str) -> tuple[tuple[str, str], ...]:
    return ((HUB_SIGNATURE, value),)


def genuine(body: bytes = BODY, secret: str = "secret") -> str:
    return hub_headers(body, secret)[0][1]


def changed(headers, **instead):
    """Headers with some replaced, or left out where None is given."""
    new = {"id": ID, "timestamp": TIMESTAMP, "signature": SIGNATURE}
    by_name = {new[name]: value for name, value in instead.items()}
    kept = [(name, by_name.get(name, value)) for name, value in headers]
    return tuple((name, value) for name, value in kept if value is not None)


# ---- the products


@pytest.mark.parametrize("vector", HUB, ids=lambda vector: vector["id"])
def test_a_product_signs_as_published(vector):
    secret, body = vector["inputs"]["secret"], vector["inputs"]["body"].encode()
    assert hub_headers(body, secret) == ((HUB_SIGNATURE, vector["expected"][HUB_SIGNATURE]),)
    assert hub_signed_by(hub_headers(body, secret), body, [secret]) == 0


@given(TEXTS, st.binary(max_size=300))
def test_a_product_signs_as_the_hash_alone_would(secret, body):
    expected = f"sha256={independent_hmac(secret.encode(), body).hex()}"
    assert genuine(body, secret) == expected
    assert hub_signed_by(hub(expected), body, [secret]) == 0


def test_while_a_secret_is_changed_either_one_proves_and_it_is_known_which():
    """T-78"""
    assert hub_signed_by(hub(genuine(secret="new")), BODY, ["new", "old"]) == 0
    assert hub_signed_by(hub(genuine(secret="old")), BODY, ["new", "old"]) == 1
    with pytest.raises(Unproven, match="none of our secrets"):
        hub_signed_by(hub(genuine(secret="older")), BODY, ["new", "old"])


def test_a_signature_of_each_shorter_or_longer_length_is_refused():
    """T-78: the whole signature is compared."""
    value = genuine()
    for length in range(len(value)):
        with pytest.raises(Unproven):
            hub_signed_by(hub(value[:length]), BODY, ["secret"])
    for more in ("0", " ", "\n", ",", "\0", f", {value}"):
        with pytest.raises(Unproven):
            hub_signed_by(hub(value + more), BODY, ["secret"])


@pytest.mark.parametrize(
    "value",
    [
        "",
        f"sha1={'a' * 40}",
        genuine().replace("sha256=", "sha1="),
        genuine().replace("sha256=", ""),
        genuine().replace("sha256=", "SHA256="),
        genuine().replace("sha256=", "sha256:"),
        genuine().replace("sha256=", "sha256= "),
        genuine().removeprefix("sha256=").upper().join(["sha256=", ""]),
        "sha256=" + b64encode(bytes.fromhex(genuine().removeprefix("sha256="))).decode(),
        "sha256=" + "\u0661" * 64,
        "sha256=" + "\ud800" * 64,
        "sha256=" + "0" * 64,
    ],
    ids=range(12),
)
def test_a_signature_in_another_writing_is_refused(value):
    """protocol.md 10: SHA-1 and capital letters among them."""
    with pytest.raises(Unproven):
        hub_signed_by(hub(value), BODY, ["secret"])


def test_sha1_is_refused_although_its_digest_is_right():
    value = f"sha1={hmac.digest(b'secret', BODY, 'sha1').hex()}"
    with pytest.raises(Unproven, match="sha256="):
        hub_signed_by(hub(value), BODY, ["secret"])


def test_an_event_without_signature_or_with_two_proves_nothing():
    with pytest.raises(Unproven, match="no x-hub-signature"):
        hub_signed_by((("x-hub-signature-256", genuine()),), BODY, ["secret"])
    with pytest.raises(Unproven, match="2 times"):
        hub_signed_by(hub(genuine()) * 2, BODY, ["secret"])


def test_without_a_secret_nothing_is_proven():
    """T-07"""
    with pytest.raises(Unproven, match="no secret"):
        hub_signed_by(hub(genuine()), BODY, [])
    with pytest.raises(Unproven, match="no secret"):
        standard_signed_by(standard_headers("a", SECOND, BODY, [NEW]), BODY, [], now=SECOND)


@pytest.mark.parametrize("secret", ["", "x" * 256, f"{CANARY}\ud800"])
def test_a_secret_that_no_product_would_take_is_said_to_be_none(secret):
    """T-07, T-66"""
    with pytest.raises(ConfigurationError, match="secret of a webhook") as refused:
        hub_signed_by(hub(genuine()), BODY, ["good", secret])
    assert CANARY not in str(refused.value)


@given(TEXTS, st.binary(max_size=100), st.data())
def test_no_other_body_has_the_same_signature(secret, body, data):
    other = data.draw(st.binary(max_size=100).filter(lambda other: other != body))
    with pytest.raises(Unproven):
        hub_signed_by(hub_headers(body, secret), other, [secret])


# ---- Standard Webhooks


@pytest.mark.parametrize("vector", STANDARD, ids=lambda vector: vector["id"])
def test_we_sign_as_published(vector):
    inputs, body = vector["inputs"], vector["inputs"]["body"].encode()
    headers = standard_headers(inputs[ID], int(inputs[TIMESTAMP]), body, [inputs["secret"]])
    assert dict(headers) == {ID: inputs[ID], TIMESTAMP: inputs[TIMESTAMP], SIGNATURE: vector["expected"][SIGNATURE]}
    assert standard_signed_by(headers, body, [inputs["secret"]], now=int(inputs[TIMESTAMP])) == 0


@given(KEYS, IDS, st.integers(0, 10**10 - 1), st.binary(max_size=300))
def test_we_sign_as_the_hash_alone_would(key, id, second, body):  # noqa: A002
    expected = "v1," + b64encode(independent_hmac(key, f"{id}.{second}.".encode() + body)).decode()
    headers = standard_headers(id, second, body, [standard_secret(key)])
    assert headers == ((ID, id), (TIMESTAMP, str(second)), (SIGNATURE, expected))
    assert standard_signed_by(headers, body, [standard_secret(key)], now=second) == 0


@given(KEYS)
def test_a_secret_is_the_base64_of_its_key(key):
    assert b64decode(standard_secret(key).removeprefix("whsec_")) == key


@pytest.mark.parametrize(
    ("ours", "theirs", "place"),
    [([NEW], [NEW], 0), ([OLD, NEW], [NEW], 0), ([OLD], [NEW, OLD], 1), ([OLD, NEW], [NEW, OLD], 0)],
)
def test_while_secrets_are_changed_one_in_common_is_enough(ours, theirs, place):
    """T-78: at both ends, in any order."""
    assert standard_signed_by(standard_headers("a", SECOND, BODY, ours), BODY, theirs, now=SECOND) == place


def test_signatures_of_other_versions_stand_beside_ours():
    headers = standard_headers("a", SECOND, BODY, [NEW])
    value = f"v1a,{'A' * 88} {headers[2][1]} v2,x"
    assert standard_signed_by(changed(headers, signature=value), BODY, [NEW], now=SECOND) == 0
    with pytest.raises(Unproven):
        standard_signed_by(changed(headers, signature=value.replace("v1,", "v2,")), BODY, [NEW], now=SECOND)


@pytest.mark.parametrize("off", [-TOLERANCE, 0, TOLERANCE, TOLERANCE - 0.5])
def test_what_was_signed_within_five_minutes_is_taken(off):
    headers = standard_headers("a", SECOND, BODY, [NEW])
    assert standard_signed_by(headers, BODY, [NEW], now=SECOND + off) == 0


@pytest.mark.parametrize(("off", "words"), [(TOLERANCE + 1, "301 seconds ago"), (-TOLERANCE - 1, "301 seconds in the future")])
def test_what_was_signed_before_or_after_is_refused(off, words):
    """T-78: replayed later, or made for later."""
    headers = standard_headers("a", SECOND, BODY, [NEW])
    with pytest.raises(Unproven, match=words):
        standard_signed_by(headers, BODY, [NEW], now=SECOND + off)


def test_the_tolerance_is_the_receivers():
    headers = standard_headers("a", SECOND, BODY, [NEW])
    assert standard_signed_by(headers, BODY, [NEW], now=SECOND + 900, tolerance=900) == 0
    with pytest.raises(Unproven, match="10 are allowed"):
        standard_signed_by(headers, BODY, [NEW], now=SECOND + 11, tolerance=10)


def test_a_forged_event_is_not_told_that_it_is_too_old():
    """The time is judged after the signature: what nobody signed says nothing about clocks."""
    headers = standard_headers("a", SECOND, BODY, [OLD])
    with pytest.raises(Unproven, match="none of our secrets"):
        standard_signed_by(headers, BODY, [NEW], now=0)


def test_a_signature_of_each_shorter_length_is_refused():
    """T-78"""
    headers = standard_headers("a", SECOND, BODY, [NEW])
    value = headers[2][1]
    for other in [value[:length] for length in range(len(value))] + [value.lower(), value.upper(), f"{value},", f"{value}\n"]:
        with pytest.raises(Unproven):
            standard_signed_by(changed(headers, signature=other), BODY, [NEW], now=SECOND)


def test_id_and_time_are_signed():
    """T-78"""
    headers = standard_headers("a", SECOND, BODY, [NEW])
    for other in (
        changed(headers, id="b"),
        changed(headers, timestamp=str(SECOND + 1)),
        changed(headers, timestamp=f"0{SECOND}"[:10]),
    ):
        with pytest.raises(Unproven, match="none of our secrets"):
            standard_signed_by(other, BODY, [NEW], now=SECOND)


def test_the_same_signed_text_cannot_be_cut_elsewhere():
    """An id with a full stop could take the time, and the time the beginning of the body."""
    body = b"1700000000.x"
    headers = standard_headers("a", SECOND, body, [NEW])
    with pytest.raises(Unproven, match="full stop"):
        standard_signed_by(changed(headers, id=f"a.{SECOND}"), b"x", [NEW], now=SECOND)


@pytest.mark.parametrize("id", ["", ".", "a.b", "a b", "a\n", "é", "x" * 256, "\0", "\ud800"])
def test_an_id_that_two_could_read_differently_is_neither_sent_nor_taken(id):  # noqa: A002
    with pytest.raises(ConfigurationError):
        standard_headers(id, SECOND, BODY, [NEW])
    with pytest.raises(Unproven, match=ID):
        standard_signed_by(changed(standard_headers("a", SECOND, BODY, [NEW]), id=id), BODY, [NEW], now=SECOND)


@pytest.mark.parametrize("second", ["", "-1", "+1", "1.5", "1e9", " 1", "1\n", "١٢٣", "9" * 11, "soon"])
def test_a_time_that_is_no_number_of_seconds_is_refused(second):
    """T-12"""
    with pytest.raises(Unproven, match=TIMESTAMP):
        standard_signed_by(changed(standard_headers("a", SECOND, BODY, [NEW]), timestamp=second), BODY, [NEW], now=SECOND)


@pytest.mark.parametrize("second", [-1, 10**10])
def test_a_time_that_nobody_would_take_is_not_sent(second):
    with pytest.raises(ConfigurationError):
        standard_headers("a", second, BODY, [NEW])


def test_nothing_is_sent_without_a_secret():
    with pytest.raises(ConfigurationError):
        standard_headers("a", SECOND, BODY, [])


@pytest.mark.parametrize("name", ["id", "timestamp", "signature"])
def test_a_header_that_is_missing_or_twice_there_proves_nothing(name):
    headers = standard_headers("a", SECOND, BODY, [NEW])
    with pytest.raises(Unproven, match=f"no webhook-{name}"):
        standard_signed_by(changed(headers, **{name: None}), BODY, [NEW], now=SECOND)
    with pytest.raises(Unproven, match=f"webhook-{name} 4 times"):
        standard_signed_by(headers + tuple((f"webhook-{name}", "x") for _ in range(3)), BODY, [NEW], now=SECOND)


def test_there_is_an_end_to_the_signatures_that_are_compared():
    """T-73"""
    headers = standard_headers("a", SECOND, BODY, [NEW])
    value = headers[2][1]
    assert standard_signed_by(changed(headers, signature="v1,x " * 15 + value), BODY, [NEW], now=SECOND) == 0
    with pytest.raises(Unproven, match="more than 16"):
        standard_signed_by(changed(headers, signature="v1,x " * 16 + value), BODY, [NEW], now=SECOND)


@pytest.mark.parametrize(
    "secret",
    [
        "",
        CANARY,
        "whsec_",
        f"whsec_{CANARY}!",
        OLD.removeprefix("whsec_"),
        OLD.replace("whsec_", "WHSEC_"),
        OLD.replace("whsec_", "whsk_"),
        "whsec_" + b64encode(b"x" * 23).decode(),
        "whsec_" + b64encode(b"x" * 65).decode(),
        f"{OLD}\n",
        "whsec_é",
    ],
)
def test_what_is_no_secret_of_standard_webhooks_is_told_so_and_not_repeated(secret):
    """T-07, T-66"""
    for use in (
        lambda: standard_headers("a", SECOND, BODY, [secret]),
        lambda: standard_signed_by(standard_headers("a", SECOND, BODY, [NEW]), BODY, [secret], now=SECOND),
    ):
        with pytest.raises(ConfigurationError, match="whsec_") as refused:
            use()
        assert CANARY not in str(refused.value)


@pytest.mark.parametrize("length", [0, 23, 65])
def test_a_key_of_another_length_makes_no_secret(length):
    with pytest.raises(ConfigurationError):
        standard_secret(b"x" * length)


# ---- both


HEADERS = st.lists(
    st.tuples(st.sampled_from([HUB_SIGNATURE, ID, TIMESTAMP, SIGNATURE, "other"]), st.text(max_size=80) | st.just(str(SECOND))),
    max_size=6,
).map(tuple)


@given(HEADERS, st.binary(max_size=50))
def test_no_headers_whatever_prove_anything_or_fail_otherwise(headers, body):
    for ask in (
        lambda: hub_signed_by(headers, body, ["secret"]),
        lambda: standard_signed_by(headers, body, [NEW], now=SECOND),
    ):
        with pytest.raises(Unproven):
            ask()


@given(HEADERS)
def test_what_came_is_not_repeated(headers):
    """T-66, T-67: the reason goes into a log."""
    marked = tuple((name, f"{CANARY}{value}") for name, value in headers)
    for ask in (
        lambda: hub_signed_by(marked, BODY, [CANARY]),
        lambda: standard_signed_by(marked, BODY, [NEW], now=SECOND),
    ):
        with pytest.raises(Unproven) as refused:
            ask()
        assert CANARY not in str(refused.value)


def test_every_secret_is_tried_in_constant_time_whatever_was_found(monkeypatch):
    """T-08: as many comparisons for the first secret as for none."""
    compared = []
    real = webhooks.compare_digest
    monkeypatch.setattr(webhooks, "compare_digest", lambda one, other: compared.append(1) or real(one, other))
    secrets = ["one", "two", "three"]
    for secret in (*secrets, "other"):
        with suppress(Unproven):
            hub_signed_by(hub(genuine(secret=secret)), BODY, secrets)
    assert len(compared) == 12


def test_nothing_but_the_constant_time_comparison_compares_signatures():
    """T-08"""
    text = Path(webhooks.__file__).read_text()
    assert not re.search(r"(signature|mac|given|expected)\w* [!=]= ", text)
