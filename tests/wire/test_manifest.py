"""Manifests of every product, written and read (protocol.md 4)."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.errors import MalformedAnswer
from applinks.wire import manifest
from applinks.wire.documents import BLANKS
from applinks.wire.manifest import AuthenticationKind, Manifest

VECTORS = Path(__file__).parents[2] / "vectors" / "manifests"
EXPECTED = json.loads((VECTORS / "expected.json").read_text())

OURS = Manifest(
    id="1f0c6a52-6b1e-3d4f-9a77-2c5d9f3a1b60",
    name="R&D <Links>",
    type="generic",
    url="http://links.example.test:8000",
    version="0.1.0",
    build_number=100,
    applinks_version="9.2.2",
    incoming=(AuthenticationKind.THREE_LEGGED, AuthenticationKind.TWO_LEGGED_IMPERSONATING),
    outgoing=(AuthenticationKind.TWO_LEGGED,),
    icon_url="http://links.example.test:8000/icon.png",
)


def test_every_sample_says_what_is_expected_of_it():
    samples = {path.name for path in VECTORS.iterdir()} - {"expected.json", "README.md"}
    assert samples == set(EXPECTED)


@pytest.mark.parametrize("sample", [name for name, said in EXPECTED.items() if "refused" not in said])
def test_a_sample_is_read_as_expected(sample):
    expected = {name: tuple(said) if isinstance(said, list) else said for name, said in EXPECTED[sample].items()}
    assert asdict(manifest.read((VECTORS / sample).read_bytes())) == expected


@pytest.mark.parametrize("sample", [name for name, said in EXPECTED.items() if "refused" in said])
def test_a_sample_that_is_no_manifest_is_refused_with_its_reason(sample):
    with pytest.raises(MalformedAnswer, match=re.escape(EXPECTED[sample]["refused"])):
        manifest.read((VECTORS / sample).read_bytes())


def test_content_decides_whatever_the_declared_type_says():
    """T-36."""
    for declared in (None, "", "text/html", "application/json", "application/xml", "image/svg+xml"):
        assert manifest.read(manifest.write_xml(OURS), declared) == OURS
        assert manifest.read(manifest.write_json(OURS), declared) == OURS


def test_the_elements_are_written_in_the_order_of_the_products():
    written = manifest.write_xml(OURS).decode()
    assert written.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<manifest>\n  <id>1f0c')
    assert re.findall(r"<(\w+)>[^\n]", written) == [
        "id", "name", "typeId", "version", "buildNumber", "applinksVersion", "inboundAuthenticationTypes",
        "inboundAuthenticationTypes", "outboundAuthenticationTypes", "publicSignup", "url", "iconUrl", "iconUri",
    ]  # fmt: skip
    assert "<name>R&amp;D &lt;Links&gt;</name>" in written


def test_json_has_arrays_a_number_and_a_boolean():
    said = json.loads(manifest.write_json(OURS))
    assert said["inboundAuthenticationTypes"] == list(OURS.incoming)
    assert said["buildNumber"] == 100
    assert said["publicSignup"] is False
    assert said["iconUrl"] == said["iconUri"] == OURS.icon_url


def test_without_an_icon_neither_spelling_is_written():
    plain = replace(OURS, icon_url=None)
    assert b"icon" not in manifest.write_xml(plain)
    assert b"icon" not in manifest.write_json(plain)


def test_kinds_are_known_by_their_class_names():
    """protocol.md 4.3."""
    read = manifest.read((VECTORS / "unknown-kinds.xml").read_bytes())
    assert AuthenticationKind.THREE_LEGGED in read.incoming
    assert AuthenticationKind.TWO_LEGGED not in read.incoming
    prefix = "com.atlassian.applinks.api.auth.types."
    assert {kind.removeprefix(prefix) for kind in AuthenticationKind} == {
        "OAuthAuthenticationProvider",
        "TwoLeggedOAuthAuthenticationProvider",
        "TwoLeggedOAuthWithImpersonationAuthenticationProvider",
        "TrustedAppsAuthenticationProvider",
        "BasicAuthenticationProvider",
        "CorsAuthenticationProvider",
    }


def test_the_new_spelling_of_the_icon_goes_before_the_old():
    body = manifest.write_xml(OURS).replace(b"icon.png</iconUri>", b"new.png</iconUri>")
    assert manifest.read(body).icon_url == "http://links.example.test:8000/new.png"


@pytest.mark.parametrize("icon", ["javascript:alert(1)", "data:image/svg+xml,x", "http://u@a.test/i", "/i.png", ""])
def test_an_icon_that_cannot_be_used_is_no_icon(icon):
    """T-47."""
    assert manifest.read(manifest.write_json(replace(OURS, icon_url=icon))).icon_url is None


@pytest.mark.parametrize("member", ["id", "name", "typeId", "url"])
@pytest.mark.parametrize("said", [None, "", " \n"])
def test_four_members_must_be_there(member, said):
    body = json.loads(manifest.write_json(OURS)) | {member: said}
    with pytest.raises(MalformedAnswer, match=f"has no {member}"):
        manifest.read(json.dumps(body).encode())


@pytest.mark.parametrize(
    "id_",
    ["1", "jira:123", "1f0c6a526b1e3d4f9a772c5d9f3a1b60", "{1f0c6a52-6b1e-3d4f-9a77-2c5d9f3a1b60}", "1f0c6a52-6b1e-3d4f-9a77-2c5d9f3a1b6g",
     "urn:uuid:1f0c6a52-6b1e-3d4f-9a77-2c5d9f3a1b60", "1f0c6a52-6b1e-3d4f-9a77-2c5d9f3a1b6٠"],
)  # fmt: skip
def test_an_id_is_a_uuid_in_its_one_spelling(id_):
    with pytest.raises(MalformedAnswer, match="no UUID"):
        manifest.read(manifest.write_xml(replace(OURS, id=id_)))


@pytest.mark.parametrize("url", ["https://a.test/?x=", "https://a.test#", "https://a.test/x?"])
def test_a_base_address_has_neither_query_nor_fragment(url):
    """T-32: a path put behind it would change its meaning."""
    with pytest.raises(MalformedAnswer, match="query or fragment"):
        manifest.read(manifest.write_xml(replace(OURS, url=url)))


WRONG = [1, -1, 1.5, True, [], ["x", 1], [["x"]], {}, {"a": "b"}]
RIGHT = {
    ("buildNumber", "1"),
    ("publicSignup", "true"),
    ("inboundAuthenticationTypes", "[]"),
    ("outboundAuthenticationTypes", "[]"),
}


@pytest.mark.parametrize(
    ("member", "wrong"),
    [
        pytest.param(member, wrong, id=f"{member} {json.dumps(wrong)}")
        for member in json.loads(manifest.write_json(OURS))
        for wrong in WRONG
        if (member, json.dumps(wrong)) not in RIGHT
    ],
)
def test_json_of_the_wrong_type_is_refused_member_by_member(member, wrong):
    body = json.loads(manifest.write_json(OURS)) | {member: wrong}
    with pytest.raises(MalformedAnswer, match=member):
        manifest.read(json.dumps(body).encode())


@pytest.mark.parametrize("member", ["buildNumber", "publicSignup"])
@pytest.mark.parametrize("said", ["yes", "1e3", "-1", "٣", "True", "9" * 19])
def test_number_and_boolean_have_one_spelling(member, said):
    body = json.loads(manifest.write_json(OURS)) | {member: said}
    with pytest.raises(MalformedAnswer, match=member):
        manifest.read(json.dumps(body).encode())


@pytest.mark.parametrize("body", ["[]", '["id"]', "{", "{}{}", '{"id": }', "{'id': 1}", '{"id": NaN}', "[" * 50_000])
def test_json_that_is_no_manifest_is_refused(body):
    with pytest.raises(MalformedAnswer):
        manifest.read(body.encode())


def test_json_that_says_a_member_twice_is_refused():
    body = manifest.write_json(OURS).replace(b'{"id"', b'{"name": "Other", "id"')
    with pytest.raises(MalformedAnswer, match="one member twice"):
        manifest.read(body)


@pytest.mark.parametrize("unfit", ["\ud800", "\ufffe", "\uffff", "\x00"])
def test_what_only_json_can_say_is_no_part_of_a_name(unfit):
    """Lone surrogates and non-characters could never be written again, as XML or into a database."""
    with pytest.raises(MalformedAnswer, match="in its name"):
        manifest.read(manifest.write_json(replace(OURS, name=f"a{unfit}b")))


def test_unfit_characters_are_refused_in_every_text():
    """T-48: versions and kinds are shown too."""
    for other in (
        replace(OURS, version="1\u202e"),
        replace(OURS, applinks_version="1\u202e"),
        replace(OURS, type="ji\u202era"),
        replace(OURS, incoming=("a\u202eb",)),
    ):
        with pytest.raises(MalformedAnswer, match="direction characters"):
            manifest.read(manifest.write_xml(other))


lines = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters="\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufffe\uffff"),
    min_size=1, max_size=50,
).filter(lambda text: text == text.strip(BLANKS))  # fmt: skip
kinds = st.lists(st.sampled_from(AuthenticationKind) | lines, max_size=5).map(tuple)
manifests = st.builds(
    Manifest,
    id=st.uuids().map(str),
    name=lines,
    type=lines.filter(lambda name: name != "stash"),
    url=st.sampled_from(["https://a.test", "http://a.test:8080/jira", "http://[::1]/"]),
    version=st.just("") | lines,
    build_number=st.integers(0, 10**18 - 1),
    applinks_version=st.just("") | lines,
    incoming=kinds,
    outgoing=kinds,
    public_signup=st.booleans(),
    icon_url=st.none() | st.just("https://a.test/i?x=1&y=2"),
)


@given(manifests)
def test_what_is_written_is_read_again(written):
    assert manifest.read(manifest.write_xml(written)) == written
    assert manifest.read(manifest.write_json(written)) == written


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
MEMBERS = st.dictionaries(st.sampled_from(list(json.loads(manifest.write_json(OURS)))), JSON, min_size=1)


@given(MEMBERS)
def test_json_with_anything_in_its_members_is_a_manifest_or_malformed(members):
    body = json.loads(manifest.write_json(OURS)) | members
    try:
        read = manifest.read(json.dumps(body).encode())
    except MalformedAnswer:
        return
    assert manifest.read(manifest.write_xml(read)) == read


@given(st.data())
def test_a_damaged_manifest_is_a_manifest_or_malformed(data):
    body = bytearray(data.draw(st.sampled_from([manifest.write_xml(OURS), manifest.write_json(OURS)])))
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    try:
        read = manifest.read(bytes(body))
    except MalformedAnswer:
        return
    assert manifest.read(manifest.write_xml(read)) == read
