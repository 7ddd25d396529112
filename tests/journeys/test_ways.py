"""Every journey of the page, by every way of proving a call that can make it: see the table in `ways.py`."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from applinks import AccessRefused, CredentialsRequired, FarSideError, Policy, current_user, run_as
from journeys.records import REFUSED_THERE, digest, piece
from journeys.visitor import PATIENCE, text_of
from journeys.ways import TABLE, VARIANTS, WAYS, Way, visitor
from journeys.world import admit_deployment

log = logging.getLogger("journey")
made: set[str] = set()
OURS = (["user_id", "alice"], ["os_authType", "basic"])
"""Parameters that a way adds to the query of a call by alice."""


def journey(name: str) -> Callable[[Any], Any]:
    """A test that is made by each way that can make this journey of the table."""
    made.add(name)
    ways = [way for way in WAYS if way not in TABLE[name]]
    parameters = [(way, *variant) for way in ways for variant in VARIANTS]
    return pytest.mark.parametrize("way", parameters, indirect=True, scope="module", ids="-".join)


def test_every_journey_of_the_table_is_made_here() -> None:
    assert made == set(TABLE)
    assert all(without.keys() < set(WAYS) for without in TABLE.values())


# ---- who it is


@journey("as the current user")
def test_example_1_a_call_is_made_as_the_current_user(way: Way, caplog: pytest.LogCaptureFixture) -> None:
    def steps():
        jira = yield way.applinks.primary("jira")
        me = (yield jira.get("rest/auth/1/session")).json()
        log.info("Making the request as: %s", me["name"])

    caplog.set_level(logging.INFO, "journey")
    with way.acting_as("alice"):
        way.play(steps())
    assert f"Making the request as: {way.account('alice')}" in caplog.messages


@journey("as another user, on the record")
def test_example_2_a_page_by_another_user_is_on_the_record_r29(way: Way) -> None:
    reason = "space for OPS-2, asked by alice"

    def steps():
        tracker = yield way.applinks.primary("jira")
        with run_as("deployment", reason=reason):
            made = yield tracker.post("rest/api/content", json={"title": "OPS-2"})
        assert current_user().name == "alice"
        return made.json()

    way.consent("deployment")
    with way.acting_as("alice"):
        assert way.play(steps())["author"] == way.account("deployment")
    call = way.world.front.entries("call")[-1]
    assert (call.subject, call.actor, call.reason, call.mechanism) == ("deployment", "alice", reason, way.name)
    assert [entry.outcome for entry in way.world.front.entries("run_as")[-2:]] == ["begun", "ended"]
    admission = way.world.tracker.entries("admission")[-1]
    assert (admission.subject, admission.link, admission.mechanism) == (way.account("deployment"), "Front", way.name)


@journey("a page from a transition")
def test_a_page_is_created_when_an_issue_moves_on(way: Way) -> None:
    def transition(issue: dict[str, str]):
        wiki = yield way.applinks.primary("jira")
        page = {"type": "page", "title": f"{issue['key']} {issue['summary']}", "space": {"key": "OPS"}}
        return (yield wiki.post("rest/api/content", json=page)).json()

    with way.acting_as("alice"):
        page = way.play(transition({"key": "OPS-1", "summary": "Launch"}))
    kept = {"id": page["id"], "title": "OPS-1 Launch", "author": way.account("alice")}
    assert kept in way.world.tracker.records.pages
    assert page["_links"]["webui"] == f"/pages/{page['id']}"


@journey("a name in any script")
def test_a_name_in_any_script_arrives(way: Way) -> None:
    name = "Émile Ångström"

    def steps():
        linked = yield way.applinks.link("Tracker")
        return (yield linked.get("echo")).json()["user"], (yield linked.who_am_i())

    with way.acting_as(name):
        assert way.play(steps()) == (way.account(name), way.account(name))
    assert way.world.front.entries("call")[-1].subject == name


@journey("who am I, and why")
def test_who_am_i_and_explain_say_what_then_happens_r19_r20(way: Way) -> None:
    def steps():
        linked = yield way.applinks.link("Tracker")
        free = yield linked.explain()
        by_name = yield linked.using(way.name).explain()
        by_others = {}
        for other in set(WAYS) - {way.name}:
            by_others[other] = (yield linked.using(other).explain()).mechanism
        return free, by_name, by_others, (yield linked.who_am_i()), (yield linked.using(way.name).get("echo")).json()["user"]

    with way.acting_as("alice"):
        free, by_name, by_others, told, seen = way.play(steps())
    assert (free.user, free.mechanism, by_name.mechanism) == ("alice", way.name, way.name)
    assert free.witness in {None, way.account("alice")}
    *passed_over, taken = free.rungs
    assert [rung.mechanism for rung in free.rungs] == list(WAYS[: WAYS.index(way.name) + 1])
    assert all(rung.objection for rung in passed_over)
    assert taken.objection is None
    assert set(by_others.values()) == {None}
    assert told == seen == way.account("alice")
    assert [entry.mechanism for entry in way.world.front.entries("call")[-2:]] == [way.name] * 2


# ---- what is sent and what comes back


@journey("parameters, forms, JSON")
def test_parameters_forms_and_json_arrive_as_they_were_sent(way: Way) -> None:
    form = {"one": "1 + 1 = 2", "ö": "a&b;c", "many": ["x", "", "y"]}

    def steps():
        linked = yield way.applinks.link("Tracker")
        query = yield linked.get("echo?a=1&a=2&b=%C3%A4+%2B", params={"c": "ü /?#"})
        posted = yield linked.post("echo?a=1", data=form)
        body = yield linked.put("deeper/down/echo", json={"ä": [1, None]})
        return query.json(), posted.json(), body.json()

    with way.acting_as("alice"):
        query, posted, body = way.play(steps())
    assert {seen["user"] for seen in (query, posted, body)} == {way.account("alice")}
    assert own(query) == [["a", "1"], ["a", "2"], ["b", "ä +"], ["c", "ü /?#"]]
    assert own(posted) == [["a", "1"]]
    assert posted["form"] == [["one", "1 + 1 = 2"], ["ö", "a&b;c"], ["many", "x"], ["many", ""], ["many", "y"]]
    assert (body["method"], body["path"]) == ("PUT", "/deeper/down/echo")
    assert body["body"] == digest(httpx2.Request("PUT", "http://x.test", json={"ä": [1, None]}).content)


def own(seen: dict[str, Any]) -> list[list[str]]:
    """The query without what the way has added."""
    return [pair for pair in seen["query"] if pair not in OURS]


@journey("multipart, streams")
def test_files_and_streams_arrive_in_both_directions(way: Way) -> None:
    content, whole = bytes(range(256)) * 1000, hashlib.sha256()
    pieces = [piece(number) for number in range(20)]
    for one in pieces:
        whole.update(one)

    def steps():
        linked = yield way.applinks.link("Tracker")
        files = {"file": ("ärger & co.bin", content, "application/octet-stream")}
        uploaded = (yield linked.post("upload", files=files, data={"comment": "a+b=c & d"})).json()
        streamed = (yield way.upload(linked, "swallow", iter(pieces))).json()
        return uploaded, streamed, (yield way.download(linked, "download/20"))

    with way.acting_as("alice"):
        uploaded, streamed, downloaded = way.play(steps())
    user = way.account("alice")
    assert uploaded == {"user": user, "name": "ärger & co.bin", "comment": "a+b=c & d", "digest": digest(content)}
    assert streamed == {"user": user, "digest": whole.hexdigest()}
    assert len(downloaded) > 1
    assert b"".join(downloaded) == b"".join(pieces)


@journey("an error of the far side")
def test_an_error_of_the_far_side_is_typed_and_carries_what_it_says_r23(way: Way) -> None:
    def steps():
        linked = yield way.applinks.link("Tracker")
        with pytest.raises(FarSideError, match="You may look, not touch") as caught:
            yield linked.get("forbidden")
        return caught.value

    with way.acting_as("alice"):
        error = way.play(steps())
    assert (type(error), error.status, error.body, error.link) == (FarSideError, 403, REFUSED_THERE, "Tracker")
    assert way.world.front.entries("call")[-1].status == 403


@journey("a redirect below the link")
def test_a_redirect_below_the_link_is_followed_and_proven_anew(way: Way) -> None:
    def steps():
        linked = yield way.applinks.link("Tracker")
        return (yield linked.get("away", params={"to": f"{way.world.tracker.url}/echo?found=1"})).json()

    before = len(way.world.tracker.entries("admission"))
    with way.acting_as("alice"):
        seen = way.play(steps())
    assert (seen["user"], own(seen)) == (way.account("alice"), [["found", "1"]])
    admissions = way.world.tracker.entries("admission")[before:]
    assert [(entry.mechanism, entry.outcome) for entry in admissions] == [(way.name, "admitted")] * 2


@journey("another person's call in between")
def test_another_persons_call_in_between_is_theirs_and_leaves_nothing_behind_t25(way: Way) -> None:
    def steps():
        linked = yield way.applinks.link("Tracker")
        seen = []
        for name in ("alice", "bob", "alice"):
            with way.applinks.acting_as(name):
                assert "set-cookie" in (yield linked.get("cookie")).headers
                seen.append((yield linked.get("echo")).json())
        return seen

    way.consent("alice")
    way.consent("bob")
    seen = way.play(steps())
    assert [one["user"] for one in seen] == [way.account(name) for name in ("alice", "bob", "alice")]
    assert all(one["cookies"] == {} for one in seen)
    assert [entry.subject for entry in way.world.front.entries("call")[-6::2]] == ["alice", "bob", "alice"]


@journey("the record on both sides")
def test_both_sides_write_down_subject_link_and_mechanism_r29(way: Way) -> None:
    def steps():
        linked = yield way.applinks.link("Tracker")
        yield linked.post("echo?secret=in-the-query", json={})

    with way.acting_as("bob"):
        way.play(steps())
    call, admission = way.world.front.entries("call")[-1], way.world.tracker.entries("admission")[-1]
    line = f"POST {way.world.tracker.url}/echo"
    assert (call.subject, call.actor, call.link, call.mechanism) == ("bob", "bob", "Tracker", way.name)
    assert (call.request, call.status, call.outcome) == (line, 200, "answered")
    assert (admission.subject, admission.link, admission.mechanism) == (way.account("bob"), "Front", way.name)
    assert (admission.request, admission.outcome) == (line, "admitted")
    assert {outcome for _, outcome in admission.checks} == {"ok"}
    assert way.world.front.applinks.verify_audit().broken is None
    assert way.world.tracker.applinks.verify_audit().broken is None


# ---- what is refused, from the next call on


def page_by(way: Way, person: str) -> Any:
    """The answer to a page that they create, or the error by which that ends."""

    def steps():
        linked = yield way.applinks.link("Tracker")
        return (yield linked.post("rest/api/content", json={"title": "T"})).json()

    with way.acting_as(person):
        return way.play(steps())


@contextmanager
def nothing_made(way: Way) -> Any:
    """Whoever is refused has done nothing, and has not been taken for nobody either."""
    before = len(way.world.tracker.records.pages)
    with pytest.raises(AccessRefused) as caught:
        yield caught
    assert (caught.value.status, caught.value.link, bool(caught.value.remedy)) == (401, "Tracker", True)
    assert len(way.world.tracker.records.pages) == before


@journey("somebody disabled there")
def test_an_account_that_was_disabled_a_moment_ago_is_refused_never_anonymous_t21(way: Way) -> None:
    people, account = way.world.tracker.people, way.account("alice")
    page_by(way, "alice")
    people[account] = replace(people[account], active=False)
    try:
        with nothing_made(way) as caught:
            page_by(way, "alice")
    finally:
        people[account] = replace(people[account], active=True)
    denied = {"Trusted": "PERMISSION_DENIED", "Basic": "authentication_denied"}.get(way.name, "permission_denied")
    assert caught.value.problem == denied
    refused = way.world.tracker.entries("admission")[-1]
    assert (refused.subject, refused.mechanism, refused.outcome.startswith("refused: ")) == (account, way.name, True)
    page_by(way, "alice")


@journey("somebody excluded by the policy")
def test_somebody_whom_the_policy_excludes_since_a_moment_ago_is_refused(way: Way) -> None:
    way.world.tracker.applinks.change_policy("Front", Policy(excluded_users=frozenset({"alice"})), by="admin")
    try:
        with nothing_made(way):
            page_by(way, "alice")
        page_by(way, "bob")
    finally:
        admit_deployment(way.world.tracker)
    page_by(way, "alice")


@journey("a consent taken back")
def test_a_consent_that_was_taken_back_is_asked_for_again_as_if_it_never_was_t21(way: Way) -> None:
    def steps():
        linked = yield way.applinks.link("Tracker")
        with pytest.raises(CredentialsRequired) as caught:
            yield linked.post("rest/api/content", json={"title": "T"})
        return caught.value

    page_by(way, "alice")
    before = len(way.world.tracker.records.pages)
    with visitor(way.world, "alice") as somebody, way.acting_as("alice"):
        assert "revoked" in text_of(somebody.take_back(way.world.tracker.url)).lower()
        noticed, known = way.play(steps()), way.play(steps())
    assert (noticed.user, noticed.link, noticed.authorization_url) == (known.user, known.link, known.authorization_url)
    assert len(way.world.tracker.records.pages) == before
    page_by(way, "alice")  # she consents again


@journey("the link disabled there")
def test_a_link_that_was_disabled_there_is_refused_on_the_very_next_call_t07(way: Way) -> None:
    tracker = way.world.tracker.applinks

    def steps():
        linked = yield way.applinks.link("Tracker")
        return (yield linked.get("rest/auth/1/session")).json()["name"]

    with way.acting_as("alice"):
        assert way.play(steps()) == way.account("alice")
        level = tracker.link("Front").link.incoming.level
        tracker.change_link("Front", incoming="disabled", by="admin")
        try:
            with nothing_made(way):
                way.play(steps())
        finally:
            tracker.change_link("Front", incoming=level, by="admin")
        assert way.play(steps()) == way.account("alice")


# ---- what was seen on the way


def overheard(way: Way, **options: Any) -> httpx2.Request:
    """A request by alice, admitted, as somebody on the way has seen it."""

    def steps():
        linked = yield way.applinks.link("Tracker")
        return (yield way.through_client(linked, "POST", "echo?x=1", **options))

    with way.acting_as("alice"):
        answer = way.play(steps())
    assert answer.json()["user"] == way.account("alice")
    return answer.request


def sent(request: httpx2.Request, address: str | None = None, content: bytes | None = None) -> httpx2.Response:
    """By somebody who has no key."""
    with httpx2.Client(timeout=PATIENCE) as client:
        body = request.content if content is None else content
        headers = [(name, value) for name, value in request.headers.multi_items() if name != "content-length"]
        return client.send(httpx2.Request(request.method, address or str(request.url), headers=headers, content=body))


def refused_with(answer: httpx2.Response) -> str:
    """The problem that a refusal names, in either dialect."""
    assert answer.status_code == 401
    assert "x-ausername" not in answer.headers
    told = answer.headers.get("x-seraph-trusted-app-error") or answer.headers["www-authenticate"]
    return told.replace('"', "").lower()


@journey("the same request again")
def test_a_request_is_admitted_once_t09(way: Way) -> None:
    request = overheard(way)
    problem = refused_with(sent(request))
    assert "nonce_used" in problem or way.name == "Trusted"
    refused = way.world.tracker.entries("admission")[-1]
    assert (refused.subject, refused.mechanism) == (way.account("alice"), way.name)
    assert "was used before" in refused.outcome


@journey("another path or query")
@pytest.mark.parametrize(("old", "new"), [("/echo", "/deeper/down/echo"), ("x=1", "x=2"), ("x=1", "x=1&y=2")])
def test_a_request_proves_its_own_address_and_no_other(way: Way, old: str, new: str) -> None:
    request = overheard(way)
    problem = refused_with(sent(request, str(request.url).replace(old, new)))
    assert "signature_invalid" in problem or "bad_signature" in problem


@journey("another form")
@pytest.mark.parametrize("content", [b"amount=2", b"amount=1&amount=2", b""])
def test_a_form_is_what_was_signed_or_nothing(way: Way, content: bytes) -> None:
    request = overheard(way, data={"amount": "1"})
    assert request.content == b"amount=1"
    assert "signature_invalid" in refused_with(sent(request, content=content))
