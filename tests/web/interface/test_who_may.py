"""Who may use the interface: each operation, tried with every proof that is none, and by tokens that may not (T-50, Q-15)."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from applinks import AppLinks
from applinks.incoming import KeepAutomationToken
from applinks.incoming.automation import PREFIX, AutomationToken, digest_of
from applinks.people import Person
from applinks.web.interface import OPERATIONS, May, Operation
from web.interface.rig import URL, Directory, Rig, with_scripts

pytestmark = pytest.mark.usefixtures("scripts_too")
GUARDED = [operation for operation in OPERATIONS if operation.may is not May.ANYBODY]
CHANGING = [operation for operation in OPERATIONS if operation.may is May.CHANGE]
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@pytest.fixture
def scripts_too(made: Rig) -> None:
    with_scripts(made)


def row(operation: Operation) -> str:
    return operation.id


def none(_: Rig) -> str | None:
    return None


def unknown(_: Rig) -> str:
    return f"Bearer {PREFIX}{'x' * 43}"


def no_token(_: Rig) -> str:
    return "Bearer hunter2"


def empty(_: Rig) -> str:
    return "Bearer "


def by_another_scheme(made: Rig) -> str:
    return f"Token {made.token()}"


def by_name_and_password(_: Rig) -> str:
    return "Basic YWRhOmFkYSdz"


def expired(made: Rig) -> str:
    secret = f"{PREFIX}{'e' * 43}"
    token = AutomationToken("expired", "old", "ada", True, 1, 2)
    made.applinks.answer(KeepAutomationToken(token, digest_of(secret)))
    return f"Bearer {secret}"


def revoked(made: Rig) -> str:
    token = made.applinks.make_token("gone", user="ada", by="root")
    made.applinks.revoke_token(token.token.id, by="root")
    return f"Bearer {token.secret}"


def of_somebody(made: Rig, **now: Any) -> str:
    made.directory.people["eve"] = Person("eve", administrator=True)
    secret = made.token("eve")
    made.directory.people["eve"] = replace(made.directory.people["eve"], **now)
    return f"Bearer {secret}"


def of_somebody_disabled(made: Rig) -> str:
    return of_somebody(made, active=False)


def of_no_administrator_any_more(made: Rig) -> str:
    return of_somebody(made, administrator=False)


def of_somebody_gone(made: Rig) -> str:
    authorization = of_somebody(made)
    del made.directory.people["eve"]
    return authorization


def of_somebody_who_is_another_now(made: Rig) -> str:
    return of_somebody(made, name="mallory")


PROOFS = (
    none,
    unknown,
    no_token,
    empty,
    by_another_scheme,
    by_name_and_password,
    expired,
    revoked,
    of_somebody_disabled,
    of_no_administrator_any_more,
    of_somebody_gone,
    of_somebody_who_is_another_now,
)


def path_of(operation: Operation, made: Rig) -> str:
    """To something that is there."""
    of_people = {"person": "alice", "runner": "ada"}
    there = {
        "grant": "grant-0",
        "entity_link": "e",
        "token": "t",
        "refusal": "refusal-0",
        "source": "source-0",
        "event": "1",
        "run": "1",
        "script": "script-0",
        **of_people,
    }
    return operation.path.format(link=made.id("Tracker"), **there)


def ask(made: Rig, method: str, path: str, authorization: str | None, **more: Any) -> httpx2.Response:
    headers = {"authorization": authorization} if authorization is not None else {}
    with made.client() as client:
        return client.request(method, path, headers=headers, **more)


def held(applinks: AppLinks) -> Any:
    """All that the interface could change."""
    links = [linked.link for linked in applinks.links()]
    tokens = [(token.id, token.label) for token in applinks.tokens()]
    return links, applinks.grants(), applinks.consents(), tokens, len(applinks.audit(10_000))


@pytest.mark.parametrize("proof", PROOFS, ids=lambda proof: proof.__name__)
def test_no_operation_is_served_without_a_token_that_holds(made: Rig, proof: Any):
    """T-50, T-53: by no method, on no path, and the answer is the same whether something is there or not."""
    authorization = proof(made)
    paths = {path_of(operation, made) for operation in GUARDED} | {"/nothing", "/links/nothing", "/grants/nothing"}
    before = held(made.applinks)
    bodies = set()
    for method, path in itertools.product(METHODS, sorted(paths)):
        answer = ask(made, method, path, authorization, json={} if method in {"POST", "PUT", "PATCH"} else None)
        assert answer.status_code == 401, (method, path)
        assert answer.headers["www-authenticate"].startswith("Bearer ")
        bodies |= {answer.text} if method != "HEAD" else set()
    assert len(bodies) == 1
    assert held(made.applinks) == before


@pytest.mark.parametrize("operation", CHANGING, ids=row)
def test_a_token_that_only_reads_changes_nothing(made: Rig, operation: Operation):
    """T-50, T-52"""
    authorization = f"Bearer {made.token(read_only=True)}"
    path, before = path_of(operation, made), held(made.applinks)
    answer = ask(made, operation.method, path, authorization, json={"label": "x"})
    assert (answer.status_code, answer.json()["code"]) == (403, "read-only")
    assert held(made.applinks) == before


@pytest.mark.parametrize("operation", [each for each in GUARDED if each.may is May.READ], ids=row)
def test_what_is_read_changes_nothing(made: Rig, operation: Operation):
    authorization, query = f"Bearer {made.token(read_only=True)}", dict.fromkeys(operation.needs, "alice")
    before = held(made.applinks)
    answer = ask(made, operation.method, path_of(operation, made), authorization, params=query)
    assert answer.status_code == 200
    assert held(made.applinks) == before


def test_the_session_of_the_host_application_means_nothing_here(made: Rig):
    """T-40: what a browser sends by itself opens nothing, so nothing can be forged."""
    with made.applinks.acting_as("ada"):
        assert ask(made, "GET", "/links", None).status_code == 401
        assert ask(made, "DELETE", "/grants/grant-0", None).status_code == 401


def test_no_other_origin_is_let_in(made: Rig):
    """There is no answer to the question by which browsers ask for other sites, with a token or without."""
    asking = {"origin": "https://evil.example.com", "access-control-request-method": "GET"}
    for token in (None, made.token()):
        with made.client(token) as client:
            answers = (client.options("/links", headers=asking), client.get("/links", headers=asking))
        assert not [name for each in answers for name in each.headers if name.startswith("access-control-")]


def test_the_description_tells_everybody_the_same_and_nothing_of_what_is_there(made: Rig):
    (text,) = {ask(made, "GET", "/openapi.json", proof(made)).text for proof in PROOFS}
    assert [name for name in ("Tracker", "Library", "alice", "ada", "nightly") if name in text] == []


def test_where_nobody_is_known_no_token_is_worth_anything(tmp_path: Path):
    """An application that has no directory cannot say whether a person is an administrator at this moment."""
    with AppLinks(f"sqlite:///{tmp_path}/applinks.db", url=URL, name="Wiki") as applinks:
        made = Rig(applinks, Directory(), None)  # type: ignore[arg-type]
        assert ask(made, "GET", "/links", f"Bearer {made.token()}").status_code == 401
