"""A rehearsal does nothing, and shows what would be done: reads are sent, and all else is imagined."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from applinks.errors import CredentialsRequired
from applinks.links import AccessToken, KeepToken
from applinks.scripts import Ending, MessagesOf, Progress, Rehearsed, Runs, RunState, rehearse
from applinks.scripts.passes.rehearsing import Imagined
from scripts.one_pass import EVENT, Passes

ORDER = """
    @by_hand()
    def hook(applinks, log):
        shop = applinks.link("Shop")
        found = shop.get("read").json()["path"]
        made = shop.post("effect", json={"after": found}).json()
        shop.put(f"orders/{made['id']}", json={"lines": made["lines"]})
        log.info("made %s", made["id"])
        return found
"""


def rehearsed(desk: Passes, text: str, user: str | None = "alice", **more: object) -> Rehearsed:
    desk.script(text)
    return rehearse(desk.loaded.scripts["script:hook"], desk.applinks, user, **more)  # type: ignore[arg-type]


def ending(found: Rehearsed) -> Ending:
    assert isinstance(found.ending, Ending), found.ending
    return found.ending


def test_what_only_reads_is_asked_as_whoever_would_ask_and_nothing_else_is_sent(desk: Passes) -> None:
    found = rehearsed(desk, ORDER)
    assert (ending(found).state, ending(found).result) == (RunState.DONE, "read"), found.ending
    assert desk.far.asked == [("GET", "read")]
    url = desk.far.url
    assert [(call.method, call.address, call.link, call.user, call.way, call.sent) for call in found.calls] == [
        ("GET", f"{url}/read", "Shop", "alice", "2LOi", True),
        ("POST", f"{url}/effect", "Shop", "alice", "2LOi", False),
        ("PUT", f"{url}/orders/%3Canswer.id%3E", "Shop", "alice", "2LOi", False),
    ]
    assert [text for _, _, text in found.lines] == ["made <answer.id>"]


def test_how_far_it_is_is_kept_nowhere_and_shown(desk: Passes) -> None:
    found = rehearsed(desk, "@by_hand()\ndef hook(progress):\n    for done in range(4): progress(done, 3, 'page')")
    assert found.progress == Progress(3, 3, "page")
    assert desk.applinks.answer(Runs()) == ()


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_these_methods_only_read(desk: Passes, method: str) -> None:
    found = rehearsed(desk, f"@by_hand()\ndef hook(applinks): applinks.link('Shop').request('{method}', 'read')")
    assert [call.sent for call in found.calls] == [True]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "PURGE"])
def test_every_other_method_is_imagined(desk: Passes, method: str) -> None:
    found = rehearsed(desk, f"@by_hand()\ndef hook(applinks): applinks.link('Shop').request('{method}', 'effect')")
    assert ending(found).state is RunState.DONE
    assert [call.sent for call in found.calls] == [False]
    assert desk.far.asked == []


def test_what_does_not_exist_is_not_looked_for(desk: Passes) -> None:
    """A page that was only imagined cannot be read: the script goes on with one that is imagined, too."""
    found = rehearsed(
        desk,
        """
        @by_hand()
        def hook(applinks):
            shop = applinks.link("Shop")
            page = shop.post("pages").json()
            found = shop.get(f"pages/{page['id']}", params={"version": page["version"]}).json()
            shop.get("read", params={"q": page["title"]})
            return str(found["title"])
        """,
    )
    assert (ending(found).state, ending(found).result) == (RunState.DONE, "<answer.title>"), found.ending
    assert [call.sent for call in found.calls] == [False, False, False]
    assert desk.far.asked == []


def test_a_client_of_the_scripts_own_rehearses_as_well(desk: Passes) -> None:
    found = rehearsed(
        desk,
        """
        @by_hand()
        def hook(applinks):
            with applinks.link("Shop").client() as client:
                done = client.post("effect")
                return [client.get("read").json()["path"], done.status_code, done.elapsed.total_seconds()]
        """,
    )
    assert ending(found).result == ["read", 200, 0.0]
    assert desk.far.asked == [("GET", "read")]


def test_a_missing_consent_is_told_where_it_would_be_met_for_reads_and_writes(desk: Passes) -> None:
    for method in ("get", "post"):
        found = rehearsed(desk, f"@by_hand()\ndef hook(applinks): applinks.link('Bank').{method}('effect')")
        assert isinstance(found.ending, CredentialsRequired)
        assert (found.ending.user, found.ending.link) == ("alice", "Bank")
        assert [(call.user, call.way) for call in found.calls] == [("alice", None)]
    assert desk.far.asked == []


def test_with_a_consent_it_goes_on(desk: Passes) -> None:
    desk.applinks.answer(KeepToken(AccessToken(link_id="bank", user="alice", token="t", secret="s", made_at=1)))
    found = rehearsed(desk, "@by_hand()\ndef hook(applinks): applinks.link('Bank').post('effect')")
    assert ending(found).state is RunState.DONE
    assert [(call.user, call.way) for call in found.calls] == [("alice", "3LO")]


def test_what_is_asked_as_nobody_needs_no_way(desk: Passes) -> None:
    found = rehearsed(desk, "@by_hand()\ndef hook(applinks): applinks.link('Bank').anonymously().post('effect')", user=None)
    assert ending(found).state is RunState.DONE
    assert [(call.user, call.way, call.sent) for call in found.calls] == [(None, None, False)]


def test_nothing_is_kept_of_it(desk: Passes) -> None:
    found = rehearsed(
        desk,
        """
        @by_hand()
        def hook(messages, log, run):
            log.info("run %d", run.number)
            messages.warning("It is there already.")
        """,
    )
    assert [(message.user, message.text) for message in found.messages] == [("alice", "It is there already.")]
    assert [text for _, _, text in found.lines] == ["run 0"]
    assert desk.applinks.answer(Runs()) == ()
    assert desk.applinks.answer(MessagesOf("alice")) == ()


def test_it_runs_as_whom_the_hook_names_caused_by_whoever_rehearses(desk: Passes) -> None:
    found = rehearsed(
        desk,
        """
        @listener("order", run_as="robot", reason="to tidy up")
        def hook(user, actor, applinks):
            applinks.link("Shop").post("effect")
            return [user.name, actor.name]
        """,
    )
    assert ending(found).result == ["robot", "alice"]
    assert [call.user for call in found.calls] == ["robot"]
    job = rehearsed(desk, "@job('0 7 * * *', user='robot')\ndef hook(user, actor): return [user.name, actor.name]")
    assert ending(job).result == ["robot", "robot"]


def test_its_condition_is_asked_of_the_event_that_it_is_told(desk: Passes) -> None:
    text = """
        @listener("order", when=lambda event: event.payload["name"] == "b")
        def hook(event):
            return event.payload["name"]
    """
    assert ending(rehearsed(desk, text, event=EVENT)).state is RunState.SKIPPED
    assert ending(rehearsed(desk, text, event=replace(EVENT, payload={"name": "b"}))).result == "b"


def test_parameters_are_read_as_for_a_run(desk: Passes) -> None:
    from datetime import date

    text = "from datetime import date\n@by_hand()\ndef hook(*, day: date, often: int = 2): return [day.year, often]"
    assert ending(rehearsed(desk, text, parameters={"day": date(2026, 1, 31)})).result == [2026, 2]


def test_what_fails_is_told_like_the_failure_of_a_run_and_is_not_tried_again(desk: Passes) -> None:
    found = rehearsed(desk, "@listener('order', retries=3)\ndef hook():\n    1 / 0")
    assert (ending(found).state, ending(found).error) == (RunState.FAILED, "ZeroDivisionError: division by zero")
    assert "in hook: 1 / 0" in found.lines[0][2]


# ---- imagined answers


def test_an_imagined_answer_has_whatever_is_looked_for() -> None:
    answer = Imagined()
    assert str(answer["results"][0]["id"]) == "<answer.results.0.id>"
    assert str(answer.get("links").get("self", "nowhere")) == "<answer.links.self>"
    assert f"{answer['key']:>20}" == "        <answer.key>"
    assert "browse/" + answer["key"] == "browse/<answer.key>"
    assert answer["base"] + "/x" == "<answer.base>/x"
    assert f"{answer['base'] + answer['path']}" == "<answer.base><answer.path>"


def test_it_has_no_members_to_go_through_and_can_be_sent_on() -> None:
    answer = Imagined()
    assert [*answer["results"]] == []
    assert "x" not in answer
    assert json.dumps({"version": answer["version"]}) == '{"version": {}}'
