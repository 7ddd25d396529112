"""Operations are for linked applications, addresses for people who are signed in; what is not for somebody is not there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from applinks.incoming import Principal
from applinks.people import Person
from applinks.questions import Calculate
from applinks.scripts import Hook, HookKind, NewRun, RequestTold, Run, RunState
from applinks.scripts.hooks.parameters import parameters_of
from applinks.web import PageVisit, serve
from applinks.web.forms import COOKIE
from applinks.wire.messages import FORM, Request, Response
from in_memory import InMemory, link_to
from intake import URL, Desk, desk

OPERATIONS, ADDRESSES = "/plugins/servlet/applinks/operations", "/plugins/servlet/applinks/scripts"
JSON = (("content-type", "application/json"),)
ALICE, BOB = Person("alice", groups=frozenset({"staff"})), Person("bob")


def create(*, key: str) -> None:
    """For its parameters."""


HOOKS = (
    Hook(HookKind.OPERATION, id="a:create", about="Creates a space.", parameters=parameters_of(create)),
    Hook(HookKind.OPERATION, id="a:remove", groups=frozenset({"staff"})),
    Hook(HookKind.ENDPOINT, id="a:show", method="GET", path="spaces/{key}"),
    Hook(HookKind.ENDPOINT, id="a:change", method="POST", path="spaces/{key}"),
    Hook(HookKind.ENDPOINT, id="a:secret", method="GET", path="secret", groups=frozenset({"staff"})),
    Hook(HookKind.LISTENER, id="a:listen"),
)


@dataclass
class Scripts:
    """What runs scripts, without any: each run ends as it is told to."""

    ends: Mapping[str, Any] = field(default_factory=lambda: {"state": RunState.DONE, "result": {"id": 5}})
    begun: list[tuple[NewRun, RequestTold | None]] = field(default_factory=list)
    hooks: tuple[Hook, ...] = HOOKS
    faults: tuple[Any, ...] = ()
    deepest: int = 3

    def say(self) -> None:
        """Nobody waits for it."""

    def perform(self, new: NewRun, request: RequestTold | None = None) -> Run:
        self.begun.append((new, request))
        begun = Run(17, new.key, new.hook, new.kind, new.user, new.actor, None, None, None, 0, 0, {}, RunState.RUNNING, 0, 0)
        return replace(begun, **self.ends)


@dataclass
class Asker:
    here: Desk
    scripts: Scripts | None = field(default_factory=Scripts)
    person: Person | None = None
    principal: Principal | None = None

    def ask(self, method: str, path: str, body: bytes = b"", headers: Any = JSON) -> Response:
        request = Request(method, f"{URL}{path}", headers, body)
        visit = PageVisit(
            request,
            path.partition("?")[0],
            self.here.applinks.identity,
            self.person,
            "/login?next={}",
            principal=self.principal,
            scripts=self.scripts,
        )
        return self.here.applinks.run(serve(visit))


@pytest.fixture
def here() -> Iterator[Desk]:
    with desk() as made:
        yield made


@pytest.fixture
def wiki(here: Desk) -> Asker:
    """A linked application, in the name of alice."""
    return Asker(here, principal=Principal(ALICE, link_to(InMemory("Wiki")), "2LOi"))


@pytest.fixture
def alice(here: Desk) -> Asker:
    """Somebody who is signed in."""
    return Asker(here, person=ALICE)


def told(answer: Response) -> tuple[int, str]:
    assert dict(answer.headers)["content-type"] == "application/problem+json"
    return answer.status, json.loads(answer.body)["code"]


# ---- operations


def test_the_list_tells_those_that_the_person_may_use(wiki: Asker):
    answer = wiki.ask("GET", OPERATIONS)
    (create_, remove) = json.loads(answer.body)["operations"]
    assert (create_["name"], create_["parameters"]["required"]) == ("create", ["key"])
    assert remove["name"] == "remove"
    assert wiki.principal
    wiki.principal = replace(wiki.principal, person=BOB)
    assert [one["name"] for one in json.loads(wiki.ask("GET", OPERATIONS).body)["operations"]] == ["create"]


def test_an_operation_is_run_as_the_person_and_its_result_told(wiki: Asker):
    answer = wiki.ask("POST", f"{OPERATIONS}/create", b'{"key": "OPS"}')
    assert (answer.status, json.loads(answer.body)) == (200, {"run": 17, "result": {"id": 5}})
    assert wiki.scripts
    ((new, request),) = wiki.scripts.begun
    assert (new.user, new.actor, new.hook, new.parameters, request) == ("alice", "alice", "a:create", {"key": "OPS"}, None)


def test_whoever_waits_for_a_script_does_so_apart_from_everything_else(wiki: Asker, monkeypatch: pytest.MonkeyPatch):
    """T-79."""
    asked: list[Calculate] = []
    monkeypatch.setitem(wiki.here.applinks._answers, Calculate, lambda question: asked.append(question) or question.work())
    wiki.ask("POST", f"{OPERATIONS}/create", b'{"key": "OPS"}')
    assert [question.waits for question in asked] == [False, True]


def test_what_is_asked_again_with_its_key_is_one_run(wiki: Asker):
    for key in ("k", "k", "l"):
        wiki.ask("POST", f"{OPERATIONS}/create", b'{"key": "OPS"}', (*JSON, ("idempotency-key", key)))
    assert wiki.scripts
    keys = [new.key for new, _ in wiki.scripts.begun]
    assert keys[0] == keys[1] != keys[2]


@pytest.mark.parametrize("signed_in", [None, ALICE], ids=["nobody", "somebody"])
def test_nobody_else_is_answered(here: Desk, signed_in: Person | None):
    """T-40: a session means nothing here."""
    asker = Asker(here, person=signed_in)
    for method, path in (("GET", OPERATIONS), ("POST", f"{OPERATIONS}/create"), ("POST", f"{OPERATIONS}/nothing")):
        answer = asker.ask(method, path, b'{"key": "OPS"}')
        assert told(answer) == (401, "not-admitted")
        assert dict(answer.headers)["www-authenticate"].startswith("OAuth realm=")
    assert asker.scripts
    assert asker.scripts.begun == []


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("POST", "/nothing", b"{}", (404, "not-found")),
        ("POST", "/show", b"{}", (404, "not-found")),
        ("GET", "/create", b"", (405, "method-not-allowed")),
        ("POST", "", b"", (405, "method-not-allowed")),
        ("POST", "/create", b"", (400, "parameters-wrong")),
        ("POST", "/create", b"[]", (400, "invalid")),
        ("POST", "/create", b"{", (400, "invalid")),
        ("POST", "/create", b'{"kay": "OPS"}', (400, "parameters-wrong")),
    ],
    ids=str,
)
def test_what_cannot_be_done_is_a_problem(wiki: Asker, method: str, path: str, body: bytes, expected: tuple[int, str]):
    assert told(wiki.ask(method, f"{OPERATIONS}{path}", body)) == expected
    assert wiki.scripts
    assert wiki.scripts.begun == []


def test_each_mistake_in_the_parameters_is_pointed_at(wiki: Asker):
    errors = json.loads(wiki.ask("POST", f"{OPERATIONS}/create", b'{"kay": "OPS"}').body)["errors"]
    assert {error["pointer"] for error in errors} == {"/kay", "/key"}


def test_who_is_in_none_of_its_groups_finds_nothing(wiki: Asker):
    """T-53."""
    assert wiki.principal
    wiki.principal = replace(wiki.principal, person=BOB)
    assert told(wiki.ask("POST", f"{OPERATIONS}/remove")) == (404, "not-found")


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        ({"state": RunState.REFUSED, "result": {"message": "No.", "field": "key"}, "error": "No."}, (422, "refused")),
        ({"state": RunState.FAILED, "error": "KeyError: 'hunter2'"}, (500, "script-failed")),
        ({"state": RunState.UNCLEAR, "error": "POST hunter2"}, (500, "script-failed")),
        ({"state": RunState.CANCELLED}, (500, "script-failed")),
    ],
    ids=str,
)
def test_how_else_a_run_ends_is_a_problem_without_what_is_the_scripts_own(
    wiki: Asker, ends: dict[str, Any], expected: tuple[int, str]
):
    wiki.scripts = Scripts(ends)
    answer = wiki.ask("POST", f"{OPERATIONS}/create", b'{"key": "OPS"}')
    assert told(answer) == expected
    assert b"hunter2" not in answer.body


@pytest.mark.parametrize("state", [RunState.PARKED, RunState.RUNNING, RunState.QUEUED])
def test_what_is_not_done_yet_is_told_by_its_number(wiki: Asker, state: RunState):
    wiki.scripts = Scripts({"state": state})
    answer = wiki.ask("POST", f"{OPERATIONS}/create", b'{"key": "OPS"}')
    assert (answer.status, json.loads(answer.body)) == (202, {"run": 17, "state": state.value})


def test_scripts_that_trigger_each_other_are_cut_off(wiki: Asker, caplog: pytest.LogCaptureFixture):
    """R-35."""
    assert wiki.principal
    assert wiki.scripts
    wiki.principal = replace(wiki.principal, depth=2)
    assert wiki.ask("POST", f"{OPERATIONS}/create", b'{"key": "OPS"}').status == 200
    assert wiki.scripts.begun[0][0].depth == 2
    wiki.principal = replace(wiki.principal, depth=3)
    assert told(wiki.ask("POST", f"{OPERATIONS}/create", b'{"key": "OPS"}')) == (508, "cut-off")
    assert "cut off at depth 3" in caplog.text


@pytest.mark.parametrize("path", [f"{OPERATIONS}/create", OPERATIONS])
def test_where_no_scripts_are_run_there_is_nothing(wiki: Asker, path: str):
    wiki.scripts = None
    assert told(wiki.ask("GET", path)) == (404, "not-found")


# ---- addresses


def test_an_address_is_answered_as_whoever_is_signed_in(alice: Asker):
    answer = alice.ask("GET", f"{ADDRESSES}/spaces/OPS?sort=name", headers=())
    assert (answer.status, json.loads(answer.body)) == (200, {"id": 5})
    assert alice.scripts
    ((new, request),) = alice.scripts.begun
    assert (new.user, new.hook) == ("alice", "a:show")
    assert request == RequestTold("GET", {"key": "OPS"}, {"sort": "name"}, None)


def test_text_is_answered_as_text_that_no_browser_takes_for_a_page(alice: Asker):
    alice.scripts = Scripts({"state": RunState.DONE, "result": "<b>hello</b>"})
    answer = alice.ask("GET", f"{ADDRESSES}/spaces/OPS", headers=())
    headers = dict(answer.headers)
    assert answer.body == b"<b>hello</b>"
    assert headers["content-type"] == "text/plain;charset=UTF-8"
    assert headers["x-content-type-options"] == "nosniff"


def test_who_is_not_signed_in_is_sent_to_do_so(here: Desk):
    answer = Asker(here).ask("GET", f"{ADDRESSES}/spaces/OPS", headers=())
    assert (answer.status, dict(answer.headers)["location"]) == (303, f"/login?next={_quoted(f'{ADDRESSES}/spaces/OPS')}")
    assert told(Asker(here).ask("POST", f"{ADDRESSES}/spaces/OPS", b"{}")) == (401, "not-admitted")


def test_a_linked_application_is_nobody_there(wiki: Asker):
    assert told(wiki.ask("GET", f"{ADDRESSES}/spaces/OPS")) == (401, "not-admitted")


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/nothing", (404, "not-found")),
        ("GET", "", (404, "not-found")),
        ("GET", "/spaces/../spaces/OPS", (404, "not-found")),
        ("GET", "//spaces/OPS", (404, "not-found")),
        ("PUT", "/spaces/OPS", (405, "method-not-allowed")),
    ],
    ids=str,
)
def test_anything_else_is_not_there(alice: Asker, method: str, path: str, expected: tuple[int, str]):
    assert told(alice.ask(method, f"{ADDRESSES}{path}")) == expected


def test_an_address_for_a_group_is_not_there_for_others(here: Desk):
    assert told(Asker(here, person=BOB).ask("GET", f"{ADDRESSES}/secret")) == (404, "not-found")
    assert Asker(here, person=ALICE).ask("GET", f"{ADDRESSES}/secret").status == 200


@pytest.mark.parametrize(
    "headers",
    [(), (("content-type", FORM),), (("content-type", "text/plain"),), (("content-type", "multipart/form-data; boundary=x"),)],
    ids=str,
)
def test_what_a_page_of_another_site_can_send_is_refused(alice: Asker, headers: Any):
    """T-40: only JSON must be asked for before it is sent from elsewhere."""
    assert told(alice.ask("POST", f"{ADDRESSES}/spaces/OPS", b"key=OPS", headers)) == (403, "forged")
    assert alice.scripts
    assert alice.scripts.begun == []


def test_json_is_taken_and_so_is_a_form_of_ours(alice: Asker):
    assert alice.ask("POST", f"{ADDRESSES}/spaces/OPS", b'{"name": "Operations"}').status == 200
    path, cookie = f"{ADDRESSES}/spaces/OPS", "c" * 43
    from applinks.links import Stamp

    stamp = alice.here.applinks.answer(Stamp(f"form {cookie} {path} alice"))
    headers = (("content-type", FORM), ("cookie", f"__Host-{COOKIE}={cookie}"), ("sec-fetch-site", "same-origin"))
    assert alice.ask("POST", path, f"name=Operations&form_token={stamp}".encode(), headers).status == 200
    assert alice.scripts
    bodies = [request.body for _, request in alice.scripts.begun if request]
    assert bodies == [{"name": "Operations"}, {"name": "Operations"}]


def test_a_body_that_cannot_be_read_is_refused(alice: Asker):
    assert told(alice.ask("POST", f"{ADDRESSES}/spaces/OPS", b"{")) == (400, "invalid")


def _quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe="")
