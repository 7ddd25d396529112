from __future__ import annotations

import pytest
from starlette.routing import Mount, Route

from applinks.demo.tracker.beans import Beans
from applinks.demo.tracker.rest import Rest

REST = "rest/api/2"
BAD_BODIES = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'"a"',
    b"7",
    b"\xff",
    b'{"transition": {"id": 31}}',
    b'{"body": "\\ud800"}',
    b"[" * 50_000,
]


def rest_routes():
    """Every REST path with the methods it takes."""

    def walk(routes, prefix):
        for route in routes:
            if isinstance(route, Mount):
                yield from walk(route.routes, prefix + route.path)
            elif isinstance(route, Route):
                yield from ((method, (prefix + route.path).format(key="OPS-3")) for method in route.methods - {"HEAD"})

    return list(walk(Rest(None, None, Beans("", None)).application().routes, "/rest"))


def test_who_is_calling_is_told_in_jiras_shape_and_witnessed(world):
    with world.calling("Tracker", "alice") as client:
        session, myself = client.get("rest/auth/1/session"), client.get(f"{REST}/myself")

    assert session.json()["name"] == "alice"
    assert myself.json()["displayName"] == "Alice Adams"
    assert {"self", "key", "name", "emailAddress", "displayName", "active", "timeZone"} <= set(myself.json())
    assert myself.headers["X-AUSERNAME"] == "alice"


@pytest.mark.parametrize(("method", "path"), rest_routes())
def test_nobody_is_told_nothing_but_what_runs_here(world, method, path):
    with world.calling("Tracker", None) as client:
        answer = client.request(method, path)

    if path.endswith("/serverInfo"):
        assert answer.json()["deploymentType"] == "Server"
    else:
        assert answer.status_code == 401
        assert answer.json()["errors"] == {}
        assert answer.headers["WWW-Authenticate"].startswith("OAuth realm=")


def test_an_issue_comes_with_the_fields_and_expansions_that_were_asked_for(world):
    with world.calling("Tracker", "alice") as client:
        whole = client.get(f"{REST}/issue/OPS-2").json()
        part = client.get(f"{REST}/issue/OPS-2?fields=summary,status&expand=transitions").json()

    assert whole["key"] == "OPS-2"
    assert whole["fields"]["project"]["key"] == "OPS"
    assert set(part["fields"]) == {"summary", "status"}
    assert {step["id"] for step in part["transitions"]} == {"11", "31"}


@pytest.mark.parametrize("path", ["issue/OPS-99", "issue/OPS-99/comment", "nothing", "issue/OPS-99/transitions"])
def test_what_is_not_there_is_404_in_jiras_bean(world, path):
    with world.calling("Tracker", "alice") as client:
        answer = client.get(f"{REST}/{path}")

    assert answer.status_code == 404
    assert answer.json()["errorMessages"]


@pytest.mark.parametrize("resource", ["transitions", "comment", "remotelink"])
@pytest.mark.parametrize("body", BAD_BODIES, ids=range(len(BAD_BODIES)))
def test_a_bad_body_is_400_in_jiras_bean(world, resource, body):
    with world.calling("Tracker", "alice") as client:
        answer = client.post(f"{REST}/issue/OPS-3/{resource}", content=body)

    assert answer.status_code == 400
    assert answer.json()["errorMessages"] or answer.json()["errors"]


def test_a_body_without_end_is_refused(world):
    with world.calling("Tracker", "alice") as client:
        answer = client.post(f"{REST}/issue/OPS-3/comment", content=b"x" * 1_500_000)

    assert answer.status_code == 400


def test_an_issue_takes_the_steps_that_are_open_to_it_and_no_others(world):
    with world.calling("Tracker", "alice") as client:
        steps = f"{REST}/issue/OPS-3/transitions"
        assert [step["to"]["name"] for step in client.get(steps).json()["transitions"]] == ["In Progress"]
        assert client.post(steps, json={"transition": {"id": "31"}}).status_code == 400
        assert client.post(steps, json={"transition": {"id": "21"}}).status_code == 204
        assert client.post(steps, json={"transition": {"id": "11"}}).status_code == 204
        assert client.get(f"{REST}/issue/OPS-3").json()["fields"]["status"]["name"] == "To Do"


def test_a_comment_is_kept_as_whoever_is_calling(world):
    with world.calling("Tracker", "bob") as client:
        created = client.post(f"{REST}/issue/OPS-2/comment", json={"body": "Lights are fine."})
        found = client.get(f"{REST}/issue/OPS-2/comment").json()

    assert created.status_code == 201
    assert created.json()["author"]["name"] == "bob"
    assert created.json() in found["comments"]


def test_a_remote_link_with_a_known_global_id_is_replaced(world):
    link = {
        "globalId": "appId=1&pageId=1",
        "relationship": "mentioned in",
        "object": {"url": "https://a.example/", "title": "A"},
    }
    changed = {**link, "object": {"url": "https://b.example/", "title": "B"}}
    with world.calling("Tracker", "alice") as client:
        first = client.post(f"{REST}/issue/OPS-3/remotelink", json=link)
        second = client.post(f"{REST}/issue/OPS-3/remotelink", json=changed)
        found = client.get(f"{REST}/issue/OPS-3/remotelink").json()

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert [each["object"] for each in found if each["globalId"] == link["globalId"]] == [changed["object"]]


def test_a_remote_link_leads_to_a_web_address_only(world):
    """T-47."""
    link = {"object": {"url": "javascript:alert(1)", "title": "A"}}
    with world.calling("Tracker", "alice") as client:
        answer = client.post(f"{REST}/issue/OPS-3/remotelink", json=link)

    assert answer.status_code == 400
    assert "object.url" in answer.json()["errors"]


def test_a_finished_issue_gets_its_wiki_page_by_whoever_finished_it(world):
    """The page's example of a Confluence page on a Jira transition."""
    with world.browsing("Tracker", "alice") as alice:
        alice.get("/browse/OPS-1")
        answer = alice.send("/browse/OPS-1/transition", transition="31")
    (link,) = world.tracker.records.remote_links("OPS-1")
    (page,) = world.wiki.records.pages(space="OPS", title="OPS-1 Rehearse the countdown")

    assert answer.status_code == 200
    assert world.tracker.records.issue("OPS-1").status == "Done"
    assert link.url == f"{world.urls['Wiki']}/spaces/OPS/pages/{page.id}"
    assert f'<a href="{link.url}">{page.title}</a>' in answer.text
    assert link.global_id.endswith(f"&pageId={page.id}")
    assert page.author == "alice"
    assert page.parent == world.wiki.records.home("OPS").id
    assert [name for _, name in world.wiki.records.labels(page)] == ["done"]
    with world.browsing("Wiki", "alice") as alice:
        assert page.title in alice.get(f"/spaces/OPS/pages/{page.id}").text


def test_an_issue_that_was_finished_before_keeps_its_page(world):
    world.tracker.records.move("OPS-3", "To Do", "In Progress")
    with world.calling("Tracker", "alice") as client:
        for step in ("31", "11", "21", "31"):
            assert client.post(f"{REST}/issue/OPS-3/transitions", json={"transition": {"id": step}}).status_code == 204
        client.post(f"{REST}/issue/OPS-3/transitions", json={"transition": {"id": "11"}})

    assert len(world.wiki.records.pages(title="OPS-3 Order more rope")) == 1


@pytest.mark.parametrize(
    ("user", "kind", "lead", "reason"),
    [
        ("bob", "error", "This was not done.", "Bob Brown has no rights in this wiki."),
        ("carol", "warning", "Not done yet.", "'carol' is excluded from the users that the two applications share"),
    ],
)
def test_if_the_wiki_refuses_the_issue_stays_and_the_person_reads_why(world, user, kind, lead, reason):
    """Bob has no rights there, and carol is not known there by that name: the call fails, and nobody else steps in."""
    with world.browsing("Tracker", user) as person:
        person.get("/browse/OPS-2")
        answer = person.send("/browse/OPS-2/transition", transition="31")

    assert answer.status_code == 409
    assert f'<div class="message {kind}" role="alert">' in person.page
    assert lead in person.page
    assert reason in person.page
    assert world.tracker.records.issue("OPS-2").status == "In Progress"
    assert not world.tracker.records.remote_links("OPS-2")
    assert not world.wiki.records.pages(title="OPS-2 Check the tower's lights")


def test_over_rest_such_a_refusal_is_400_with_the_reason(world):
    with world.calling("Tracker", "bob") as client:
        answer = client.post(f"{REST}/issue/OPS-2/transitions", json={"transition": {"id": "31"}})

    assert answer.status_code == 400
    assert "no rights" in answer.json()["errorMessages"][0]


def test_alice_has_deployment_create_a_space_for_an_issue(world):
    """The page's example of a request as another user."""
    with world.browsing("Tracker", "alice") as alice:
        alice.get("/browse/OPS-2")
        answer = alice.send("/browse/OPS-2/space")
        assert answer.status_code == 200
        assert f'<a href="{world.urls["Wiki"]}/spaces/OPS2">' in answer.text
        again = alice.send("/browse/OPS-2/space")

    assert world.wiki.records.space("OPS2").creator == "deployment"
    assert again.status_code == 409
    assert "already exists" in again.text


def test_bob_may_not_run_as_deployment(world):
    with world.browsing("Tracker", "bob") as bob:
        bob.get("/browse/OPS-3")
        answer = bob.send("/browse/OPS-3/space")

    assert answer.status_code == 409
    assert "'bob' may not run as 'deployment'" in bob.page
    assert world.wiki.records.space("OPS3") is None
