from __future__ import annotations

import pytest

REST = "rest/api/1.0"
REPOSITORY = f"{REST}/projects/OPS/repos/launch-scripts"
BAD_BODIES = [b"", b"{", b"[]", b"null", b'"a"', b"7", b"\xff", b'{"text": "\\ud800"}', b"[" * 50_000]


def pull_request(**changed):
    return {
        "title": "Abort switch",
        "description": "Red, and large.",
        "fromRef": {"id": "refs/heads/feature/abort-switch"},
        "toRef": {"id": "refs/heads/main"},
        "reviewers": [{"user": {"name": "bob"}}],
        **changed,
    }


@pytest.mark.parametrize("user", ["alice", "bob", "carol"])
def test_who_is_calling_is_told_as_plain_text_and_described_by_its_slug(world, user):
    with world.calling("Forge", user) as client:
        name = client.get("plugins/servlet/applinks/whoami").text.strip()
        described = client.get(f"{REST}/users/{name}")

    assert name == user
    assert described.json()["slug"] == user
    assert described.json()["type"] == "NORMAL"
    assert described.headers["X-AUSERNAME"] == user


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"{REST}/users/alice"),
        ("GET", REPOSITORY),
        ("GET", f"{REPOSITORY}/pull-requests"),
        ("POST", f"{REPOSITORY}/pull-requests"),
        ("GET", f"{REPOSITORY}/pull-requests/1"),
        ("POST", f"{REPOSITORY}/pull-requests/1/comments"),
    ],
)
def test_nobody_is_told_nothing(world, method, path):
    with world.calling("Forge", None) as client:
        answer = client.request(method, path)

    assert answer.status_code == 401
    assert answer.json()["errors"][0]["exceptionName"] == "com.atlassian.bitbucket.AuthorisationException"


def test_what_runs_here_is_told_to_everybody(world):
    with world.calling("Forge", None) as client:
        for version in ("1.0", "latest"):
            assert client.get(f"rest/api/{version}/application-properties").json()["displayName"].startswith("Forge")


def test_a_repository_and_its_pull_requests_have_bitbuckets_shape(world):
    with world.calling("Forge", "bob") as client:
        repository = client.get(REPOSITORY).json()
        listed = client.get(f"{REPOSITORY}/pull-requests").json()
        first = client.get(f"{REPOSITORY}/pull-requests/1").json()
        merged = client.get(f"{REPOSITORY}/pull-requests?state=MERGED").json()

    assert repository["slug"] == "launch-scripts"
    assert repository["project"]["key"] == "OPS"
    assert listed["isLastPage"] is True
    assert first in listed["values"]
    assert first["fromRef"]["displayId"] == "feature/countdown"
    assert first["author"]["user"]["name"] == "alice"
    assert first["reviewers"][0]["user"]["name"] == "bob"
    assert merged["values"] == []


def test_a_pull_request_is_opened_by_whoever_is_calling_and_its_address_opens(world):
    with world.calling("Forge", "bob") as client:
        created = client.post(f"{REPOSITORY}/pull-requests", json=pull_request())
        found = client.get(f"{REPOSITORY}/pull-requests/{created.json()['id']}").json()
    with world.browsing("Forge", "alice") as alice:
        shown = alice.get(found["links"]["self"][0]["href"])

    assert created.status_code == 201
    assert found == created.json()
    assert found["author"]["user"]["name"] == "bob"
    assert shown.status_code == 200
    assert "Abort switch" in shown.text


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"title": ""}, 400),
        ({"title": None}, 400),
        ({"fromRef": "main"}, 400),
        ({"fromRef": {"id": "refs/heads/main"}}, 400),
        ({"reviewers": "bob"}, 400),
        ({"reviewers": [{"user": "bob"}]}, 400),
        ({"reviewers": [{"user": {"name": "nobody"}}]}, 400),
        ({"description": 7}, 400),
        ({"fromRef": {"id": "refs/heads/none"}}, 404),
    ],
    ids=range(9),
)
def test_a_pull_request_that_makes_no_sense_is_refused(world, changed, status):
    with world.calling("Forge", "alice") as client:
        answer = client.post(f"{REPOSITORY}/pull-requests", json=pull_request(**changed))

    assert answer.status_code == status
    assert answer.json()["errors"][0]["message"]


@pytest.mark.parametrize("path", ["pull-requests", "pull-requests/1/comments"])
@pytest.mark.parametrize("body", BAD_BODIES, ids=range(len(BAD_BODIES)))
def test_a_bad_body_is_400_in_bitbuckets_bean(world, path, body):
    with world.calling("Forge", "alice") as client:
        answer = client.post(f"{REPOSITORY}/{path}", content=body)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["exceptionName"].endswith("ArgumentValidationException")


def test_a_body_without_end_is_refused(world):
    with world.calling("Forge", "alice") as client:
        answer = client.post(f"{REPOSITORY}/pull-requests/1/comments", content=b"x" * 1_500_000)

    assert answer.status_code == 413
    assert answer.json()["errors"]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("users/nobody", "NoSuchUserException"),
        ("projects/NONE/repos/x", "NoSuchProjectException"),
        ("projects/OPS/repos/x", "NoSuchRepositoryException"),
        ("projects/OPS/repos/launch-scripts/pull-requests/99", "NoSuchPullRequestException"),
        ("projects/OPS/repos/launch-scripts/pull-requests/x", "NoSuchPullRequestException"),
        ("nothing", "NotFoundException"),
    ],
)
def test_what_is_not_there_is_404_in_bitbuckets_bean(world, path, kind):
    with world.calling("Forge", "alice") as client:
        answer = client.get(f"{REST}/{path}")

    assert answer.status_code == 404
    assert answer.json()["errors"][0]["exceptionName"].endswith(kind)


def test_a_comment_is_kept_as_whoever_is_calling(world):
    with world.calling("Forge", "carol") as client:
        answer = client.post(f"{REPOSITORY}/pull-requests/1/comments", json={"text": "Louder, please."})
    with world.browsing("Forge", "alice") as alice:
        page = alice.get("/projects/OPS/repos/launch-scripts/pull-requests/1").text

    assert answer.status_code == 201
    assert answer.json()["author"]["name"] == "carol"
    assert answer.json()["properties"]["repositoryId"] == 1
    assert "Louder, please." in page


def test_alice_has_deployment_create_a_space_for_a_repository(world):
    """The page's example of a request as another user, from here."""
    path = "/projects/OPS/repos/launch-scripts"
    with world.browsing("Forge", "alice") as alice:
        alice.get(path)
        answer = alice.send(f"{path}/space")

    assert answer.status_code == 200
    assert f'<a href="{world.urls["Wiki"]}/spaces/LAUNCHSCRIPTS">' in answer.text
    assert world.wiki.records.space("LAUNCHSCRIPTS").creator == "deployment"


def test_bob_may_not_run_as_deployment(world):
    path = "/projects/OPS/repos/launch-scripts"
    with world.browsing("Forge", "bob") as bob:
        bob.get(path)
        answer = bob.send(f"{path}/space")

    assert answer.status_code == 409
    assert "'bob' may not run as 'deployment'" in bob.page
