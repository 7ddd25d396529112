"""What calling code can do with a linked application: one journey each, made from both faces to both kinds of application."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator

import httpx2
import pytest

from applinks import AddressOutsideLink, CredentialsRequired, LinkNotFound, MechanismMissing, current_user, run_as
from journeys.records import LOGIN_PAGE, PIECE, digest, piece
from journeys.world import ASGI, Caller, World

log = logging.getLogger("journey")


def test_example_1_a_call_is_made_as_the_current_user(caller: Caller, caplog: pytest.LogCaptureFixture) -> None:
    def journey():
        jira = yield caller.applinks.primary("jira")
        me = (yield jira.get("rest/auth/1/session")).json()
        log.info("Making the request as: %s", me["name"])

    caplog.set_level(logging.INFO, "journey")
    with caller.applinks.acting_as("alice"):
        caller.play(journey())
    assert "Making the request as: alice" in caplog.text


@pytest.mark.parametrize("name", ["alice", "bob", "Émile Ångström"])
def test_the_far_side_sees_whoever_acts_and_who_am_i_tells(caller: Caller, name: str) -> None:
    def journey():
        linked = yield caller.applinks.link("Tracker")
        return (yield linked.who_am_i()), (yield linked.get("echo")).json()["user"]

    with caller.applinks.acting_as(name):
        assert caller.play(journey()) == (name, name)


def test_a_page_is_created_by_whoever_asks_for_it(caller: Caller) -> None:
    def journey():
        tracker = yield caller.applinks.primary("jira")
        page = {"type": "page", "title": "OPS-1 Launch", "space": {"key": "OPS"}}
        return (yield tracker.post("rest/api/content", json=page)).json()

    with caller.applinks.acting_as("alice"):
        made = caller.play(journey())
    assert made["author"] == "alice"
    assert {"id": made["id"], "title": "OPS-1 Launch", "author": "alice"} in caller.world.tracker.records.pages


def test_a_page_by_another_user_is_on_the_record_on_both_sides_r29(caller: Caller) -> None:
    reason = "space for OPS-2, asked by alice"

    def journey():
        tracker = yield caller.applinks.primary("jira")
        with run_as("deployment", reason=reason):
            assert current_user().name == "deployment"
            made = yield tracker.post("rest/api/content", json={"title": "OPS-2"})
        assert current_user().name == "alice"
        return made.json()

    with caller.applinks.acting_as("alice"):
        assert caller.play(journey())["author"] == "deployment"
    world = caller.world
    call = world.front.entries("call")[-1]
    assert (call.subject, call.actor, call.reason, call.link, call.mechanism) == (
        "deployment",
        "alice",
        reason,
        "Tracker",
        "2LOi",
    )
    assert (call.request, call.status, call.outcome) == (f"POST {world.tracker.url}/rest/api/content", 200, "answered")
    begun, ended = world.front.entries("run_as")[-2:]
    assert {(entry.subject, entry.actor, entry.reason) for entry in (begun, ended)} == {("deployment", "alice", reason)}
    assert (begun.outcome, ended.outcome) == ("begun", "ended")
    admission = world.tracker.entries("admission")[-1]
    assert (admission.subject, admission.link, admission.mechanism) == ("deployment", "Front", "2LOi")
    assert (admission.outcome, admission.request) == ("admitted", call.request)
    assert {outcome for _, outcome in admission.checks} == {"ok"}


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "options",
    [{}, {"json": {"ä": [1, None]}}, {"content": b"\0\xff bytes", "headers": {"content-type": "application/x-own"}}],
    ids=["empty", "json", "bytes"],
)
def test_every_method_carries_every_kind_of_body(caller: Caller, method: str, options: dict) -> None:
    def journey():
        linked = yield caller.applinks.link("Tracker")
        verb = getattr(linked, method.lower())
        return (yield verb("echo?a=1&a=2&b=%C3%A4+%2B&empty=", **options)).json()

    with caller.applinks.acting_as("alice"):
        seen = caller.play(journey())
    sent = httpx2.Request(method, "http://sent.test", **options)
    assert (seen["method"], seen["user"], seen["body"]) == (method, "alice", digest(sent.content))
    assert seen["type"] == sent.headers.get("content-type", "")
    assert seen["query"] == [["a", "1"], ["a", "2"], ["b", "ä +"], ["empty", ""], ["user_id", "alice"]]


@pytest.mark.parametrize("method", ["post", "put", "patch"])
def test_a_form_is_signed_and_arrives_whole(caller: Caller, method: str) -> None:
    def journey():
        linked = yield caller.applinks.link("Tracker")
        form = {"one": "1 + 1 = 2", "ö": "a&b;c", "many": ["x", "", "y"]}
        return (yield getattr(linked, method)("echo", data=form)).json()

    with caller.applinks.acting_as("alice"):
        seen = caller.play(journey())
    assert seen["user"] == "alice"
    assert seen["form"] == [["one", "1 + 1 = 2"], ["ö", "a&b;c"], ["many", "x"], ["many", ""], ["many", "y"]]


def test_parameters_of_a_call_are_joined_with_those_of_its_path(caller: Caller) -> None:
    def journey():
        linked = yield caller.applinks.link("Tracker")
        return (yield linked.get("echo?jql=a%3Db", params={"fields": ["x", "y z"], "ü": "&"})).json()

    with caller.applinks.acting_as("alice"):
        query = [tuple(pair) for pair in caller.play(journey())["query"]]
    assert sorted(query) == sorted([("jql", "a=b"), ("fields", "x"), ("fields", "y z"), ("ü", "&"), ("user_id", "alice")])


def test_a_multipart_file_arrives_byte_for_byte_and_is_not_signed_as_a_form_r22(caller: Caller) -> None:
    content = bytes(range(256)) * 1000

    def journey():
        linked = yield caller.applinks.link("Tracker")
        files = {"file": ("ärger & co.bin", content, "application/octet-stream")}
        return (yield linked.post("upload", files=files, data={"comment": "a+b=c & d"})).json()

    with caller.applinks.acting_as("alice"):
        seen = caller.play(journey())
    assert seen == {"user": "alice", "name": "ärger & co.bin", "comment": "a+b=c & d", "digest": digest(content)}


def test_a_download_is_streamed_and_its_maker_acts_until_its_last_byte(caller: Caller) -> None:
    def journey():
        linked = yield caller.applinks.link("Tracker")
        return (yield caller.download(linked, "download/40"))

    with caller.applinks.acting_as("alice"):
        pieces = caller.play(journey())
    assert len(pieces) > 1
    assert b"".join(pieces) == b"".join(piece(number) for number in range(40))


def test_a_big_upload_is_not_swallowed_on_its_way(caller: Caller) -> None:
    records, whole, waited = caller.world.tracker.records, hashlib.sha256(), []
    records.first_piece_came.clear()
    # waitress, like every buffering server, hands a request on when it has all of it; the middleware adds nothing to that.
    streams = caller.world.kind == ASGI

    def pieces() -> Iterator[bytes]:
        for number in range(100):
            if streams and number == 99:
                waited.append(records.first_piece_came.wait(20))
            whole.update(piece(number))
            yield piece(number)

    def journey():
        linked = yield caller.applinks.link("Tracker")
        return (yield caller.upload(linked, "swallow", pieces())).json()

    with caller.applinks.acting_as("alice"):
        assert caller.play(journey()) == {"user": "alice", "digest": whole.hexdigest()}
    assert waited == ([True] if streams else [])


def test_a_form_beyond_the_limit_is_refused_and_never_let_through_unverified_t01(caller: Caller) -> None:
    def journey():
        linked = yield caller.applinks.link("Tracker")
        return (yield caller.through_client(linked, "POST", "echo", data={"big": "x" * 300_000}))

    with caller.applinks.acting_as("alice"):
        answer = caller.play(journey())
    assert (answer.status_code, "oauth_problem" in answer.headers["www-authenticate"]) in {(400, True), (401, True)}


def test_a_client_of_ones_own_acts_as_whoever_acts_when_it_sends(caller: Caller) -> None:
    def journey():
        linked = yield caller.applinks.link("Tracker")
        seen = []
        for name in ("alice", "bob"):
            with caller.applinks.acting_as(name):
                seen.append((yield caller.through_client(linked, "GET", "/echo")).json()["user"])
        return seen

    assert caller.play(journey()) == ["alice", "bob"]


def test_statuses_are_the_callers_own_affair_with_a_client_of_ones_own(caller: Caller) -> None:
    def journey():
        linked = yield caller.applinks.link("Tracker")
        return (yield caller.through_client(linked, "GET", "forbidden"))

    with caller.applinks.acting_as("alice"):
        assert caller.play(journey()).status_code == 403


@pytest.mark.parametrize("path", ["deeper/down/echo", "/deeper/down/echo", "{url}/deeper/down/echo"])
def test_a_slash_in_front_makes_no_difference_nor_does_the_whole_address_r21(caller: Caller, path: str) -> None:
    def journey():
        linked = yield caller.applinks.link("Tracker")
        return (yield linked.get(path.format(url=caller.world.tracker.url))).json()

    with caller.applinks.acting_as("alice"):
        seen = caller.play(journey())
    assert (seen["path"], seen["user"]) == ("/deeper/down/echo", "alice")


@pytest.mark.parametrize(
    "path",
    ["../echo", "a/%2e%2e/b", "//evil.test/x", "http://evil.test/x", "https:evil.test", "{url}.evil.test/", "a b", "x#y"],
)
def test_nothing_leads_out_of_the_link_r24_t70(caller: Caller, path: str) -> None:
    def journey():
        linked = yield caller.applinks.link("Tracker")
        with pytest.raises(AddressOutsideLink, match="Give a path below"):
            yield linked.get(path.format(url=caller.world.tracker.url))

    before = len(caller.world.tracker.entries("admission"))
    with caller.applinks.acting_as("alice"):
        caller.play(journey())
    assert len(caller.world.tracker.entries("admission")) == before


@pytest.mark.parametrize("path", ["../echo", "//evil.test/x", "http://evil.test/x", "{url}@evil.test/", "https:evil.test"])
def test_nor_does_a_client_of_ones_own_r24_t70(caller: Caller, path: str) -> None:
    def journey():
        linked = yield caller.applinks.link("Tracker")
        try:
            answer = yield caller.through_client(linked, "GET", path.format(url=caller.world.tracker.url))
        except AddressOutsideLink:
            return caller.world.tracker.url
        return str(answer.request.url)

    with caller.applinks.acting_as("alice"):
        assert caller.play(journey()).startswith(caller.world.tracker.url)


def test_links_are_found_by_name_id_and_type_and_the_first_of_a_type_is_primary_r02_r03(caller: Caller) -> None:
    def journey():
        primary = yield caller.applinks.primary("jira")
        by_name = yield caller.applinks.link("tRACKER")
        by_id = yield caller.applinks.link(id=primary.id)
        of_type = yield caller.applinks.links("jira")
        everything = yield caller.applinks.links()
        return [primary.name, by_name.id, by_id.name, [one.name for one in of_type], len(everything)]

    tracker = caller.world.tracker
    expected = ["Tracker", tracker.applinks.identity.id, "Tracker", ["Tracker", "Archive"], 2]
    assert caller.play(journey()) == expected


def test_the_primary_application_can_be_changed_r03(caller: Caller) -> None:
    def journey():
        yield caller.applinks.make_primary("Archive", by="admin")
        changed = yield caller.applinks.primary("jira")
        yield caller.applinks.make_primary("Tracker", by="admin")
        back = yield caller.applinks.primary("jira")
        return changed.name, back.name

    assert caller.play(journey()) == ("Archive", "Tracker")


def test_a_link_that_is_not_there_is_told_with_those_that_are_r02(caller: Caller) -> None:
    def journey():
        for look in (
            lambda: caller.applinks.link("Wiki"),
            lambda: caller.applinks.link(id="4711"),
            lambda: caller.applinks.primary("bamboo"),
        ):
            with pytest.raises(LinkNotFound, match=r"There are: 'Archive' \(jira\), 'Tracker' \(jira\)|'Tracker'.*'Archive'"):
                yield look()
        return (yield caller.applinks.links("bamboo"))

    assert caller.play(journey()) == ()


def test_the_impersonating_mechanism_can_be_demanded_r20(caller: Caller) -> None:
    def journey():
        linked = yield caller.applinks.link("Tracker")
        return (yield linked.using("2LOi").get("echo")).json()["user"]

    with caller.applinks.acting_as("alice"):
        assert caller.play(journey()) == "alice"


@pytest.mark.parametrize(
    ("mechanism", "why", "remedy"),
    [
        ("2LO", "the link does not let calls go as its fixed user", "applinks link change 'Tracker'"),
        ("trusted", "no mechanism 'trusted' for the link 'Tracker'", "Demand one of: 2LOi"),
        ("Basic", "'Basic' is not loaded", "APPLINKS_MECHANISMS"),
    ],
)
def test_a_mechanism_that_the_link_lacks_is_an_error_that_names_link_direction_and_remedy_r20(
    caller: Caller, mechanism: str, why: str, remedy: str
) -> None:
    def journey():
        linked = yield caller.applinks.link("Tracker")
        with pytest.raises(MechanismMissing) as caught:
            yield linked.using(mechanism).get("echo")
        return caught.value

    before = len(caller.world.tracker.entries("admission"))
    with caller.applinks.acting_as("alice"):
        error = caller.play(journey())
    assert (error.link, error.direction) == ("Tracker", "outgoing")
    assert why in error.message
    assert remedy in error.remedy
    assert len(caller.world.tracker.entries("admission")) == before


def test_the_dance_can_be_demanded_and_then_the_person_is_asked_although_nobody_would_need_to_be_r20(caller: Caller) -> None:
    def journey():
        linked = yield caller.applinks.link("Tracker")
        with pytest.raises(CredentialsRequired) as caught:
            yield linked.using("3LO").get("echo")
        return caught.value

    before = len(caller.world.tracker.entries("admission"))
    with caller.applinks.acting_as("alice"):
        error = caller.play(journey())
    assert (error.user, error.link, error.direction) == ("alice", "Tracker", "outgoing")
    assert error.authorization_url.startswith(f"{caller.world.front.url}/plugins/servlet/applinks/oauth/login-dance/authorize?")
    assert len(caller.world.tracker.entries("admission")) == before


def test_an_anonymous_call_carries_no_proof_and_no_user_even_where_somebody_acts(caller: Caller) -> None:
    def journey():
        linked = yield caller.applinks.link("Tracker")
        answer = yield linked.anonymously().get("echo?q=%20")
        assert "authorization" not in answer.request.headers
        return answer.json()

    with caller.applinks.acting_as("alice"):
        seen = caller.play(journey())
    assert (seen["user"], seen["query"]) == (None, [["q", " "]])
    call = caller.world.front.entries("call")[-1]
    assert (call.subject, call.actor, call.mechanism) == (None, None, "anonymous")


def test_explain_tells_what_would_be_used_and_sends_nothing_r19(caller: Caller) -> None:
    def journey():
        linked = yield caller.applinks.link("Tracker")
        with caller.applinks.acting_as("alice"):
            free = yield linked.explain()
            demanded = yield linked.using("3LO").explain()
            nobody = yield linked.anonymously().explain()
        idle = yield linked.explain()
        return free, demanded, nobody, idle

    before = len(caller.world.tracker.entries("admission"))
    free, demanded, nobody, idle = caller.play(journey())
    assert (free.link, free.user, free.mechanism, [rung.objection for rung in free.rungs]) == (
        "Tracker",
        "alice",
        "2LOi",
        [None],
    )
    assert demanded.mechanism is None
    assert "3LO was demanded" in str(demanded)
    assert (nobody.user, nobody.mechanism) == (None, "anonymous")
    assert (idle.user, idle.mechanism, idle.rungs[0].objection) == (None, None, "nobody is acting")
    assert len(caller.world.tracker.entries("admission")) == before


def test_no_cookie_of_one_user_reaches_a_call_by_another(caller: Caller) -> None:
    def journey():
        linked = yield caller.applinks.link("Tracker")
        with caller.applinks.acting_as("alice"):
            assert "set-cookie" in (yield linked.get("cookie")).headers
        with caller.applinks.acting_as("bob"):
            return (yield linked.get("echo")).json()

    seen = caller.play(journey())
    assert (seen["cookies"], seen["user"]) == ({}, "bob")


def test_bytes_that_are_no_json_come_back_as_they_are(caller: Caller) -> None:
    def journey():
        linked = yield caller.applinks.link("Tracker")
        return (yield linked.get("login")).text, (yield linked.get("download/1")).content

    with caller.applinks.acting_as("alice"):
        page, data = caller.play(journey())
    assert (page, data) == (LOGIN_PAGE, piece(0))
    assert len(data) == PIECE


def test_three_applications_in_a_row_pass_the_user_on(caller: Caller) -> None:
    def journey():
        linked = yield caller.applinks.link("Tracker")
        return (yield linked.get("relay")).json()

    with caller.applinks.acting_as("bob"):
        assert caller.play(journey())["user"] == "bob"
    archive = caller.world.archive.entries("admission")[-1]
    assert (archive.subject, archive.link) == ("bob", "Tracker")
    assert caller.world.tracker.entries("call")[-1].subject == "bob"


def test_where_users_are_not_the_same_nobody_is_impersonated_and_the_person_is_asked_r07(fresh_world: World) -> None:
    from journeys.people import ADMIN

    front, tracker = fresh_world.front.applinks, fresh_world.tracker
    link = front.create_link(tracker.url, ADMIN, same_users=False, by="erin").link
    assert (link.outgoing.level, link.incoming.level, link.same_users.said_by) == ("oauth", "oauth", "erin")
    assert tracker.applinks.link("Front").link.incoming.level == "oauth"
    with front.acting_as("alice"), pytest.raises(CredentialsRequired, match="alice") as caught:
        front.link("Tracker").get("echo")
    assert (caught.value.user, caught.value.link) == ("alice", "Tracker")
    assert caught.value.authorization_url.startswith(f"{front.identity.url}/plugins/servlet/applinks/oauth/login-dance/")
