"""The page's examples as scripts in the three applications."""

from __future__ import annotations

import pytest

from applinks.scripts import CallsOf, Events, LinesOf, RunOf, Runs, RunState

RELEASE, REOPEN, START, DONE = "41", "11", "21", "31"
PATIENCE = 60
PULL_REQUEST = "/projects/OPS/repos/launch-scripts/pull-requests/1"


def settle(application):
    """Wait until its scripts have done what they can."""
    for event in application.applinks.answer(Events()):
        assert application.scripts.settled(event.number, PATIENCE), event


def runs(application, hook):
    return application.applinks.answer(Runs({"hook": hook}))


def press(world, user, key, *transitions):
    """Move an issue in a browser; what the last page says."""
    with world.browsing("Tracker", user) as person:
        person.get(f"/browse/{key}")
        for transition in transitions:
            answer = person.send(f"/browse/{key}/transition", transition=transition)
        settle(world.tracker)
        return answer, person.get(f"/browse/{key}").text


@pytest.fixture(scope="module")
def released(world):
    """Alice has released the issue with two sub-tasks."""
    answer, page = press(world, "alice", "OPS-4", RELEASE)
    assert answer.status_code == 200
    settle(world.wiki)
    return page


def test_a_page_for_the_issue_and_one_for_each_sub_task_below_it_is_written_by_who_released_it(world, released):
    """A.2.5: page from a transition, with its children and a label."""
    (notes,) = world.wiki.records.pages(title="Release notes OPS-4: Launch the Endeavour")
    parts = [
        world.wiki.records.pages(title=title)[0]
        for title in ("Release notes OPS-5: Fill the tanks", "Release notes OPS-6: Close the hatch")
    ]
    assert [part.parent for part in parts] == [notes.id, notes.id]
    assert {page.author for page in (notes, *parts)} == {"alice"}
    assert {name for page in (notes, *parts) for _, name in world.wiki.records.labels(page)} == {"release-notes"}
    assert f"/spaces/OPS/pages/{notes.id}" in released
    assert "“Release notes OPS-4: Launch the Endeavour” is in Wiki." in released


def test_the_wiki_leads_back_from_each_issue_as_deployment_on_the_record(world, released):
    for key, title in (("OPS-4", "Launch the Endeavour"), ("OPS-5", "Fill the tanks"), ("OPS-6", "Close the hatch")):
        (link,) = world.tracker.records.remote_links(key)
        assert link.title == f"Release notes {key}: {title}"
    for run in runs(world.wiki, "link_back:link_back"):
        assert (run.user, run.actor, run.state) == ("deployment", "alice", RunState.DONE)
        assert run.reason == "Issues lead to the release notes about them."
        (call,) = world.wiki.applinks.answer(CallsOf(run.number))
        assert (call.asked.user, call.status, call.by) == ("deployment", 201, "2LOi")


def test_a_space_is_created_as_another_user_with_the_reason_on_the_record(world, released):
    """A.2.2."""
    assert world.wiki.records.space("OPS4").creator == "deployment"
    (run,) = runs(world.tracker, "space_for_release:create")
    assert (run.user, run.actor, run.reason) == (
        "deployment", "alice", "A release of several parts gets a space of its own.",
    )  # fmt: skip


def test_who_releases_it_again_is_told_that_the_page_is_there(world, released):
    """A.2.4: a message to the user."""
    world.tracker.records.move("OPS-4", "Released", "Done")
    _, page = press(world, "alice", "OPS-4", RELEASE)
    assert "“Release notes OPS-4: Launch the Endeavour” is in Wiki already." in page
    assert len(world.wiki.records.pages(title="Release notes OPS-4: Launch the Endeavour")) == 1


def test_a_refusal_belongs_to_a_field_or_to_the_issue_and_the_issue_stays(world):
    answer, _ = press(world, "alice", "OPS-6", RELEASE)
    assert answer.status_code == 409
    assert "<strong>Description:</strong> Say what is released." in answer.text
    assert "<strong>This was not done.</strong> OPS-6 is a part of OPS-4 and is released with it." in answer.text
    assert world.tracker.records.issue("OPS-6").status == "Done"


def test_over_rest_a_refusal_stands_in_jiras_bean(world):
    with world.calling("Tracker", "alice") as client:
        answer = client.post("rest/api/2/issue/OPS-6/transitions", json={"transition": {"id": RELEASE}})
    assert (answer.status_code, answer.json()) == (
        400,
        {
            "errorMessages": ["OPS-6 is a part of OPS-4 and is released with it."],
            "errors": {"description": "Say what is released."},
        },
    )


def test_open_parts_stand_against_a_release(world):
    world.tracker.records.move("OPS-5", "Done", "In Progress")
    world.tracker.records.move("OPS-4", "Released", "Done")
    answer, _ = press(world, "bob", "OPS-4", RELEASE)
    assert "Not yet: OPS-5 must be done first." in answer.text
    world.tracker.records.move("OPS-5", "In Progress", "Done")


@pytest.mark.parametrize("application", ["tracker", "wiki", "forge"])
def test_alice_asks_by_hand_who_she_is(world, application):
    """A.2.1: the simplest request."""
    one = getattr(world, application)
    number = one.scripts.run("who_am_i:who_am_i", user="alice")
    while one.applinks.answer(RunOf(number)).state in {RunState.QUEUED, RunState.RUNNING}:
        one.scripts.performer.wait(number, PATIENCE)
    run = one.applinks.answer(RunOf(number))
    assert (run.state, run.result) == (RunState.DONE, "alice")
    assert [line.text for line in one.applinks.answer(LinesOf(number))] == ["Making the request as: alice"]


def test_what_is_said_in_the_forge_is_read_at_the_issue_in_the_name_of_who_said_it(world):
    with world.browsing("Forge", "bob") as bob:
        bob.get(PULL_REQUEST)
        bob.send(f"{PULL_REQUEST}/comments", text="This is what OPS-3 is about, and OPS-3 alone.")
    settle(world.forge)
    comment = world.tracker.records.comments("OPS-3")[-1]
    assert (comment.author, comment.body) == (
        "bob", f"I said something about the pull request “Count down aloud”: {world.urls['Forge']}{PULL_REQUEST}",
    )  # fmt: skip


def test_a_pull_request_is_read_of_at_the_issue_of_which_it_is(world):
    with world.calling("Forge", "alice") as client:
        asked = {"title": "OPS-2 lights", "fromRef": {"id": "feature/abort-switch"}, "toRef": {"id": "main"}}
        asked["reviewers"] = [{"user": {"name": "bob"}}]
        made = client.post("rest/api/1.0/projects/OPS/repos/launch-scripts/pull-requests", json=asked)
    settle(world.forge)
    comment = world.tracker.records.comments("OPS-2")[-1]
    assert comment.author == "alice"
    assert made.json()["links"]["self"][0]["href"] in comment.body
    assert made.json()["reviewers"][0]["user"]["name"] == "bob"


def test_whom_the_wiki_does_not_admit_is_told_so(world):
    """The script acts as the person, so their rights hold: bob may not write in the wiki."""
    world.tracker.records.move("OPS-7", "Done", "Released")
    world.tracker.records.move("OPS-7", "Released", "Done")
    press(world, "bob", "OPS-7", RELEASE)
    (run, *_) = runs(world.tracker, "release_notes:write")
    assert run.state is RunState.FAILED
    assert "Bob Brown has no rights in this wiki." in run.error
    world.tracker.records.move("OPS-7", "Released", "Done")


def test_what_scripts_have_caused_says_how_deep_it_is(world, released):
    depths = {event.depth for event in world.wiki.applinks.answer(Events())}
    assert 1 in depths
