"""A look at an address: who is there, what stands against a link, and nothing that stays behind."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.errors import (
    LinkExists,
    PairingRefused,
    RedirectedElsewhere,
    TimedOut,
    TlsFailed,
    TransportFailed,
)
from applinks.links import Found, Kind, Provider, look, register
from applinks.wire import consumer_info, manifest
from applinks.wire.manifest import AuthenticationKind, Manifest
from applinks.wire.messages import Request, Response
from in_memory import InMemory, connect, key_of, link_to

JIRA = "https://jira.example.com/jira"
ABOUT = Manifest(
    id="2f0c6a52-6b1e-3d4f-9a77-2c5d9f3a1b60",
    name="Tickets",
    type="jira",
    url=JIRA,
    version="9.12.5",
    applinks_version="9.2.2",
    incoming=(AuthenticationKind.THREE_LEGGED, AuthenticationKind.TWO_LEGGED, "placeholder.to.ensure.backwards.compatibility"),
    outgoing=(AuthenticationKind.TWO_LEGGED_IMPERSONATING, AuthenticationKind.CORS),
)
KEY = key_of("Tickets").public


class There:
    """An address where something answers; `asked` are the requests."""

    def __init__(self, about: Manifest | None = ABOUT, base: str = JIRA) -> None:
        info = consumer_info.ConsumerInfo("jira:4711", "Tickets", KEY.text)
        self.answers: dict[str, Any] = {
            f"{base}/plugins/servlet/oauth/consumer-info": Response(200, (), consumer_info.write(info))
        }
        if about is not None:
            self.answers[f"{base}/rest/applinks/1.0/manifest"] = Response(200, (), manifest.write_xml(about))
        self.asked: list[Request] = []

    def __call__(self, request: Request) -> Response:
        self.asked.append(request)
        answer = self.answers.get(request.url, Response(404))
        if isinstance(answer, Exception):
            raise answer
        return answer

    def says(self, answer: Any) -> There:
        """Whatever is asked for."""
        self.answers = dict.fromkeys(self.answers, answer) | {f"{JIRA}/rest/applinks/1.0/manifest": answer}
        return self


@pytest.fixture
def us() -> InMemory:
    return InMemory("Front", type="bitbucket")


def looked(us: InMemory, there: There | None = None, url: str = JIRA) -> Found:
    if there is not None:
        us.network = there
    return us.run(look(url))


def codes(found: Found) -> list[str]:
    return [remark.code for remark in found.remarks]


# ---- who is there


def test_a_product_is_told_by_name_version_and_key(us):
    found = looked(us, There())
    assert found == Found(
        JIRA, Kind.PRODUCT, ABOUT.id, "Tickets", "jira", "9.12.5", JIRA, "9.2.2",
        ("3LO", "2LO", "compatibility"), ("2LOi", "CorsAuthenticationProvider"), "jira:4711", KEY.text, KEY.fingerprint,
    )  # fmt: skip
    assert found.obstacle is None
    found.check()
    assert found.lines[0] == f"Tickets (jira 9.12.5) at {JIRA}"


def test_an_application_of_this_kind_says_that_it_can_be_paired(us):
    wiki = InMemory("Wiki", type="confluence")
    connect(us, wiki)
    found = looked(us, url=wiki.identity.url)
    assert (found.kind, found.id, found.type) == (Kind.APPLICATION, wiki.identity.id, "confluence")
    assert found.accepts == found.sends == ("2LOi", "3LO", "2LO")
    assert found.fingerprint == wiki.key.public.fingerprint
    assert found.remarks == ()


@pytest.mark.parametrize(
    ("type", "kind"),
    [("jira", "product"), ("stash", "product"), ("bamboo", "product"), ("fecru", "peer"), ("generic", "peer")],
)
def test_what_it_is_decides_how_it_is_linked(us, type, kind):  # noqa: A002
    assert looked(us, There(replace(ABOUT, type=type))).kind == kind


def test_whoever_has_no_manifest_may_be_any_provider_or_the_wrong_address(us):
    found = looked(us, There(None))
    assert (found.kind, codes(found), found.obstacle) == (Kind.GENERIC, ["no-manifest"], None)
    assert found.id == found.type == ""


def test_this_application_is_recognised(us):
    connect(us)
    found = looked(us, url=us.identity.url)
    assert found.ourselves
    with pytest.raises(PairingRefused, match="this application itself"):
        found.check()


@pytest.mark.parametrize(
    "written", ["jira.example.com/jira", f" {JIRA}/ ", f"{JIRA}/?x=1", f"{JIRA}#top", f"{JIRA}/secure/Dashboard.jspa"]
)
def test_an_address_is_taken_as_people_paste_it(us, written):
    assert looked(us, There(), written).url == JIRA


def test_of_a_long_path_only_a_few_places_are_tried(us):
    there = There(None)
    looked(us, there, f"{JIRA}/a/b/c/d/e/f/g")
    assert len(there.asked) == 4


def test_where_nothing_is_found_above_either_the_first_place_is_told(us):
    assert looked(us, There(None), f"{JIRA}/a/b").url == f"{JIRA}/a/b"


# ---- what stands against it


@pytest.mark.parametrize(
    ("url", "part"),
    [
        ("https://jira.inner.example.com/jira", "host"),
        ("http://jira.example.com/jira", "scheme"),
        ("https://jira.example.com:8443/jira", "port"),
        ("https://jira.example.com", "context-path"),
    ],
)
def test_another_address_than_its_own_is_explained_by_the_part_that_differs(us, url, part):
    """protocol.md 13: BASE_URL_MISMATCH"""
    found = looked(us, There(replace(ABOUT, url=url)))
    assert codes(found) == [f"address-differs-{part}"]
    with pytest.raises(PairingRefused, match=url):
        found.check()


def test_a_default_port_that_is_written_out_is_no_other_port(us):
    found = looked(us, There(replace(ABOUT, url="https://jira.example.com:443/jira")))
    assert "address-differs-port" not in codes(found)


FAILURES = [(TransportFailed, "transport-failed"), (TlsFailed, "tls-failed"), (TimedOut, "timed-out")]


@pytest.mark.parametrize(("kind", "code"), FAILURES)
def test_what_keeps_us_from_reaching_it_is_told_apart(us, kind, code):
    found = looked(us, There().says(kind("It is away.", remedy="Wait.")))
    assert (found.kind, codes(found)) == (Kind.UNKNOWN, [code])
    with pytest.raises(kind, match=r"It is away\. Wait\."):
        found.check()


HTML = (("content-type", "text/html"),)
ANSWERS = [
    (Response(200, HTML, b"<!doctype html><html>Log in</html>"), "login-wall", Kind.GENERIC),
    (Response(401), "login-wall", Kind.GENERIC),
    (Response(403), "login-wall", Kind.GENERIC),
    (Response(302, (("location", "https://sso.example.com/in?secret=x"),)), "redirected-elsewhere", Kind.UNKNOWN),
    (Response(301), "redirected-elsewhere", Kind.UNKNOWN),
    (Response(404), "no-manifest", Kind.GENERIC),
    (Response(503), "manifest-failed", Kind.UNKNOWN),
    (Response(400), "manifest-failed", Kind.GENERIC),
    (Response(200, (), b"<rss/>"), "malformed-answer", Kind.GENERIC),
    (Response(200, (), b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><manifest>&e;</manifest>'), "malformed-answer", Kind.GENERIC),
    (Response(200, (), b"<a>" * 40), "malformed-answer", Kind.GENERIC),
    (Response(200, (), b"x" * 300_000), "malformed-answer", Kind.GENERIC),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "code", "kind"), ANSWERS)
def test_an_answer_that_is_no_manifest_is_told_by_what_it_is(us, answer, code, kind):
    """T-34, T-36"""
    found = looked(us, There().says(answer), "https://jira.example.com")
    us.network = There().says(answer)
    found = us.run(look(JIRA))
    assert (found.kind, codes(found)) == (kind, [code])


def test_a_redirect_is_told_and_not_followed_and_its_query_is_not_shown(us):
    """T-30"""
    there = There().says(ANSWERS[3][0])
    found = looked(us, there)
    assert len(there.asked) == 1
    assert "https://sso.example.com/in" in found.remarks[0].words
    assert "secret" not in str(found)
    with pytest.raises(RedirectedElsewhere):
        found.check()


@pytest.mark.parametrize(
    "url",
    ["https://root:pass@jira.example.com", "ftp://jira.example.com", "https://jira.example.com/../x", "https://jira.example.com\\@x",
     "http://localhost:8080", "https://127.0.0.1", "http://jira.example.com", "https://", "javascript:alert(1)", ""],
)  # fmt: skip
def test_an_address_that_no_link_may_have_is_refused_before_anything_is_asked(us, url):
    """T-29, T-32, S-09"""
    there = There()
    found = looked(us, there, url)
    assert (found.kind, codes(found), there.asked) == (Kind.UNKNOWN, ["address-refused"], [])


def test_plain_http_is_flagged_where_the_settings_allow_it(us):
    us.plain_http = True
    plain = JIRA.replace("https", "http")
    found = looked(us, There(replace(ABOUT, url=plain), plain), plain)
    assert found.plain_http
    assert codes(found) == ["plain-http"]
    assert found.obstacle is None


def test_a_link_that_there_is_already_is_named(us):
    us.network = There()
    link = us.save(replace(link_to(InMemory("Tickets")), id=ABOUT.id, application_url=JIRA))
    found = looked(us)
    assert (found.linked, codes(found), found.obstacle) == (link.name, ["linked"], None)


def test_so_is_one_by_hand_to_that_address(us):
    us.run(register("By hand", JIRA, type="jira", provider=Provider(), by="root"))
    assert looked(us, There()).linked == "By hand"
    assert looked(us, There(None)).linked == "By hand"


def test_an_id_that_leads_elsewhere_already_is_an_obstacle(us):
    us.save(replace(link_to(InMemory("Tickets")), id=ABOUT.id))
    found = looked(us, There())
    assert codes(found) == ["id-elsewhere"]
    with pytest.raises(LinkExists):
        found.check()


@pytest.mark.parametrize("answer", [Response(404), Response(200, (), b"<consumer/>"), TransportFailed("gone")])
def test_without_its_key_a_link_can_be_made_and_its_key_is_missing(us, answer):
    there = There()
    there.answers[f"{JIRA}/plugins/servlet/oauth/consumer-info"] = answer
    found = looked(us, there)
    assert (codes(found), found.consumer_key, found.fingerprint) == (["no-consumer-info"], "", "")
    assert found.obstacle is None


def test_where_anybody_may_sign_up_the_users_are_not_the_same(us):
    assert codes(looked(us, There(replace(ABOUT, public_signup=True)))) == ["public-signup"]


# ---- nothing stays behind


def test_a_look_changes_nothing_and_shows_nobody_anything_of_ours(us):
    there = There()
    looked(us, there)
    asked = set(us.kinds()) - {"Ask", "WhoWeAre", "LinkById", "PlainHttpAllowed"}
    assert not asked
    assert (us.links, us.entries) == ({}, [])
    for request in there.asked:
        assert (request.method, request.body) == ("GET", b"")
        assert {name for name, _ in request.headers} == {"accept"}


@given(body=st.binary(max_size=300), status=st.sampled_from([200, 204, 301, 400, 404, 500]))
def test_no_answer_whatever_makes_a_look_fail(body, status):
    us = InMemory("Front")
    us.network = lambda request: Response(status, (), body)
    assert us.run(look(JIRA)).url.startswith("https://jira.example.com")


def test_what_a_stranger_says_cannot_write_lines_of_its_own(us):
    """T-67"""
    found = looked(us, There().says(Response(302, (("location", "https://x/\r\n\x1b[2J"),))))
    assert all(line.isprintable() for line in found.lines)
