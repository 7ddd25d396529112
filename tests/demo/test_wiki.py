from __future__ import annotations

import asyncio

import pytest

from applinks import Policy

REST = "rest/api"
BAD_BODIES = [b"", b"{", b"null", b'"a"', b"\xff", b'{"key": "\\ud800"}', b"[" * 50_000, b'[{"name": 1}]']


def page(wanted, **changed):
    body = {"storage": {"value": "<p>a</p>", "representation": "storage"}}
    return {"type": "page", "title": wanted, "space": {"key": "OPS"}, "body": body, **changed}


def admit_caller(world):
    """Let the caller impersonate deployment here."""
    policy = Policy(administrators=frozenset({"deployment"}))
    asyncio.run(world.wiki.applinks.change_policy("Caller", policy, by="admin"))


def test_who_is_calling_is_told_in_confluences_shape_and_witnessed(world):
    with world.calling("Wiki", "alice") as client:
        answer = client.get(f"{REST}/user/current")

    assert answer.json()["type"] == "known"
    assert answer.json()["username"] == "alice"
    assert answer.headers["X-AUSERNAME"] == "alice"


def test_nobody_is_an_answer_too(world):
    with world.calling("Wiki", None) as client:
        answer = client.get(f"{REST}/user/current")

    assert answer.status_code == 200
    assert answer.json()["type"] == "anonymous"


RESOURCES = [
    ("GET", "space"),
    ("POST", "space"),
    ("GET", "space/OPS"),
    ("GET", "content"),
    ("POST", "content"),
    ("GET", "content/1"),
    ("GET", "content/1/label"),
    ("POST", "content/1/label"),
]


@pytest.mark.parametrize(("method", "path"), RESOURCES)
def test_everything_else_is_401_for_nobody_and_403_for_bob(world, method, path):
    for user, status in ((None, 401), ("bob", 403)):
        with world.calling("Wiki", user) as client:
            answer = client.request(method, f"{REST}/{path}")

        assert answer.status_code == status
        assert answer.json()["statusCode"] == status
        assert answer.json()["data"]["authorized"] is False


def test_alice_writes_a_page_below_the_home_page_and_its_address_opens(world):
    with world.calling("Wiki", "alice") as client:
        space = client.get(f"{REST}/space/OPS").json()
        created = client.post(f"{REST}/content", json=page("Launch list"))
        found = client.get(f"{REST}/content/{created.json()['id']}").json()
    with world.browsing("Wiki", "alice") as alice:
        shown = alice.get(found["_links"]["webui"])

    assert created.status_code == 200
    assert found == created.json()
    assert [above["id"] for above in found["ancestors"]] == [space["homepage"]["id"]]
    assert found["body"]["storage"]["value"] == "<p>a</p>"
    assert found["_links"]["base"] == world.urls["Wiki"]
    assert shown.status_code == 200
    assert "<h1>Launch list</h1>" in shown.text


def test_a_title_is_taken_once_in_a_space(world):
    with world.calling("Wiki", "alice") as client:
        first, second = (client.post(f"{REST}/content", json=page("Only once")) for _ in range(2))

    assert (first.status_code, second.status_code) == (200, 400)
    assert "already exists" in second.json()["message"]


def test_a_page_lies_below_the_ancestor_that_was_named(world):
    with world.calling("Wiki", "alice") as client:
        above = client.post(f"{REST}/content", json=page("Above")).json()
        below = client.post(f"{REST}/content", json=page("Below", ancestors=[{"id": above["id"]}])).json()

    assert [page["title"] for page in below["ancestors"]] == ["Operations Home", "Above"]


@pytest.mark.parametrize(
    "changed",
    [
        {"type": "blogpost"},
        {"title": 7},
        {"space": "OPS"},
        {"ancestors": [{"id": "999999"}]},
        {"ancestors": "1"},
        {"ancestors": [1]},
        {"ancestors": [{"id": [1]}]},
        {"ancestors": [{"id": 10**40}]},
        {"body": {}},
        {"body": {"storage": {"value": "<p>", "representation": "storage"}}},
        {"body": {"storage": {"value": "h1. a", "representation": "wiki"}}},
    ],
    ids=range(11),
)
def test_a_page_that_makes_no_sense_is_400(world, changed):
    with world.calling("Wiki", "alice") as client:
        answer = client.post(f"{REST}/content", json=page("Makes no sense", **changed))

    assert answer.status_code == 400
    assert answer.json()["message"]
    assert not world.wiki.records.pages(title="Makes no sense")


@pytest.mark.parametrize("path", ["content/999999", "content/x", "space/NONE", "nothing", "content/1/nothing"])
def test_what_is_not_there_is_404_in_confluences_bean(world, path):
    with world.calling("Wiki", "alice") as client:
        answer = client.get(f"{REST}/{path}")

    assert answer.status_code == 404
    assert answer.json()["statusCode"] == 404


@pytest.mark.parametrize(("path", "user"), [("content", "alice"), ("content/1/label", "alice"), ("space", "deployment")])
@pytest.mark.parametrize("body", BAD_BODIES, ids=range(len(BAD_BODIES)))
def test_a_bad_body_is_400_in_confluences_bean(world, path, user, body):
    admit_caller(world)
    with world.calling("Wiki", user) as client:
        answer = client.post(f"{REST}/{path}", content=body)

    assert answer.status_code == 400
    assert answer.json()["statusCode"] == 400


def test_only_administrators_create_spaces(world):
    space = {"key": "NEW", "name": "New", "description": {"plain": {"value": "A new one", "representation": "plain"}}}
    admit_caller(world)
    with world.calling("Wiki", "alice") as client:
        assert client.post(f"{REST}/space", json=space).status_code == 403
    with world.calling("Wiki", "deployment") as client:
        created = client.post(f"{REST}/space", json=space)
        again = client.post(f"{REST}/space", json=space)
        keys = [found["key"] for found in client.get(f"{REST}/space").json()["results"]]
        odd = client.post(f"{REST}/space", json={"key": "no-key", "name": "x"})

    assert created.status_code == 200
    assert created.json()["homepage"]["title"] == "New Home"
    assert again.status_code == 400
    assert odd.status_code == 400
    assert "NEW" in keys


def test_alice_reads_a_new_space_but_writes_only_in_hers(world):
    world.wiki.records.add_space("OTHER", "Other", "", creator="admin")
    with world.calling("Wiki", "alice") as client:
        assert client.get(f"{REST}/space/OTHER").status_code == 200
        assert client.post(f"{REST}/content", json=page("x", space={"key": "OTHER"})).status_code == 403


def test_labels_are_kept_once_each(world):
    labels = [{"prefix": "global", "name": "launch"}, {"prefix": "global", "name": "launch"}]
    with world.calling("Wiki", "alice") as client:
        id_ = client.post(f"{REST}/content", json=page("Labelled")).json()["id"]
        answer = client.post(f"{REST}/content/{id_}/label", json=labels)

    assert answer.status_code == 200
    assert [label["name"] for label in answer.json()["results"]] == ["launch"]


def test_markup_from_outside_is_written_anew_and_nothing_in_it_runs(world):
    """T-46, T-47: what a page shows was made by our template."""
    value = (
        '<h1>A</h1><script>alert(1)</script><p onclick="alert(1)">b &lt;img src=x onerror=alert(1)&gt;</p>'
        '<a href="javascript:alert(1)">c</a><a href="https://d.example/">d</a><iframe src="https://e.example/"/>'
    )
    body = {"storage": {"value": value, "representation": "storage"}}
    with world.calling("Wiki", "alice") as client:
        created = client.post(f"{REST}/content", json=page("<script>alert(1)</script>", body=body)).json()
    with world.browsing("Wiki", "alice") as alice:
        shown = alice.http.get(created["_links"]["webui"]).text
    content = shown[shown.index('<div class="body">') : shown.index("</div>", shown.index('<div class="body">'))]

    assert content == (
        '<div class="body"><h2>A</h2>alert(1)<p>b &lt;img src=x onerror=alert(1)&gt;</p>'
        '<a>c</a><a href="https://d.example/">d</a>'
    )
    assert "<script" not in shown


def test_bob_signs_in_but_reads_nothing(world):
    with world.browsing("Wiki", "bob") as bob:
        assert "You have no rights in this wiki." in bob.get("/").text
        assert bob.get("/spaces/OPS").status_code == 403
        assert bob.get("/spaces/OPS/pages/1").status_code == 403


def test_a_page_opens_only_in_its_space(world):
    with world.browsing("Wiki", "alice") as alice:
        assert alice.get("/spaces/OPS/pages/1").status_code == 200
        assert alice.get("/spaces/NONE/pages/1").status_code == 404


def test_alice_has_deployment_mention_a_page_at_an_issue(world):
    """The page's example of a request as another user, from here."""
    with world.browsing("Wiki", "alice") as alice:
        alice.get("/spaces/OPS/pages/1")
        answer = alice.send("/spaces/OPS/pages/1/mention", issue="OPS-3")
    comment = world.tracker.records.comments("OPS-3")[-1]

    assert answer.status_code == 200
    assert comment.author == "deployment"
    assert comment.body.startswith("Alice Adams points you to")
    assert f"{world.urls['Wiki']}/spaces/OPS/pages/1" in comment.body


@pytest.mark.parametrize("issue", ["OPS-99", "", "../x", "a b", "OPS-1/../OPS-3"])
def test_a_mention_at_no_issue_is_told_and_goes_nowhere(world, issue):
    before = [len(world.tracker.records.comments(key)) for key in ("OPS-1", "OPS-2", "OPS-3")]
    with world.browsing("Wiki", "alice") as alice:
        alice.get("/spaces/OPS/pages/1")
        answer = alice.send("/spaces/OPS/pages/1/mention", issue=issue)

    assert answer.status_code == 409
    assert "This was not done." in answer.text
    assert [len(world.tracker.records.comments(key)) for key in ("OPS-1", "OPS-2", "OPS-3")] == before
