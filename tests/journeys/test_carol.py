"""Two applications share their users but for carol, who has an account of another name at the far side: she is led to consent.

The pages are the real ones, behind the sign-in of each application; only the browser is missing.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest

from applinks import CredentialsRequired, clock
from applinks.announcements import ConsentEnded, ConsentGiven
from journeys.serving import address_of, listen
from journeys.visitor import CONSENT, PATIENCE, Visitor, text_of
from journeys.ways import VARIANTS, Way, address_for, forget_consents, visitor

APPLINKS = Path(sys.executable).with_name("applinks")
STARTS = "plugins/servlet/applinks/oauth/login-dance/authorize?"


@pytest.fixture(params=VARIANTS, ids="-".join, scope="module")
def exclusive(request: pytest.FixtureRequest) -> Way:
    """The link impersonates everybody but carol."""
    face, server, store = request.param
    pair = request.getfixturevalue(f"pairs_on_{store.lower()}")(server)
    way = Way(pair, face, "2LOi")
    way.configure()
    pair.front.applinks.change_link("Tracker", excluded=("carol",), by="admin")
    return way


@pytest.fixture
def front(exclusive: Way) -> Iterator[Way]:
    """Nobody has consented to anything yet."""
    yield exclusive
    forget_consents(exclusive.world)


@pytest.fixture
def carol(front: Way) -> Iterator[Visitor]:
    with visitor(front.world, "carol") as somebody:
        yield somebody


def call(front: Way, name: str = "carol") -> str:
    """The call that it is about; as whom it was made over there."""

    def steps():
        linked = yield front.applinks.link("Tracker")
        return (yield linked.post("rest/api/content", json={"title": "OPS-1"})).json()["author"]

    with front.applinks.acting_as(name):
        return front.play(steps())


def asked(front: Way) -> dict[str, Any]:
    """All that the error says to a program, of a call by carol."""
    before = len(front.world.tracker.records.pages)
    with pytest.raises(CredentialsRequired) as caught:
        call(front)
    assert len(front.world.tracker.records.pages) == before
    error = caught.value
    names = ("code", "user", "link", "direction", "authorization_url", "remedy")
    return {name: getattr(error, name) for name in names} | {"back": error.returning_to("/echo?back=1")}


def nothing_is_granted(front: Way) -> bool:
    return front.world.front.applinks.consents() == front.world.tracker.applinks.grants() == ()


# ---- the scenario


def test_she_is_asked_consents_comes_back_and_the_same_call_works_until_she_takes_it_back_r41(
    front: Way, carol: Visitor
) -> None:
    first = asked(front)
    assert (first["user"], first["link"], first["direction"]) == ("carol", "Tracker", "outgoing")
    assert first["authorization_url"].startswith(f"{front.world.front.url}/{STARTS}")
    assert call(front, "alice") == "alice"  # everybody else goes on as before

    back = carol.consent(first["back"])
    assert str(back.url) == f"{front.world.front.url}/echo?back=1"
    assert back.json()["user"] == "carol"
    assert call(front) == "caroline"
    record, admission = front.world.front.entries("call")[-1], front.world.tracker.entries("admission")[-1]
    assert (record.subject, record.mechanism, admission.subject, admission.mechanism) == ("carol", "3LO", "caroline", "3LO")
    assert call(front, "alice") == "alice"

    carol.take_back(front.world.tracker.url)
    assert front.world.front.applinks.consents() != ()  # we do not know it yet
    assert asked(front) == first  # when the far side says so
    assert nothing_is_granted(front)
    assert asked(front) == first  # and when we know it
    carol.consent(first["authorization_url"])
    assert call(front) == "caroline"


def test_who_am_i_and_explain_agree_before_and_after_r19(front: Way, carol: Visitor) -> None:
    def steps():
        linked = yield front.applinks.link("Tracker")
        before = yield linked.explain()
        carol.consent(address_for(front.world, "carol"))
        return before, (yield linked.explain()), (yield linked.who_am_i())

    with front.applinks.acting_as("carol"):
        before, after, told = front.play(steps())
    assert (before.mechanism, before.consent_helps) == (None, True)
    assert "excluded" in before.rungs[0].objection
    assert (after.mechanism, after.rungs[0].objection, told) == ("3LO", before.rungs[0].objection, "caroline")


@pytest.mark.parametrize("door", ["Python", "command line"])
def test_an_administrator_takes_it_back_and_that_is_the_same_error_r45(front: Way, carol: Visitor, door: str) -> None:
    first, tracker = asked(front), front.world.tracker
    carol.consent(first["authorization_url"])
    assert call(front) == "caroline"
    (given,) = tracker.applinks.grants("caroline", link="Front")
    if door == "Python":
        tracker.applinks.revoke_grant(given.grant.id, by="admin")
    else:
        words = [APPLINKS, "grant", "revoke", given.grant.id, "--by", "admin"]
        subprocess.run(words, env={**os.environ, **tracker.environment}, check=True, capture_output=True, timeout=60)
    assert asked(front) == first
    revoked = tracker.entries("grant revoked")[-1]
    assert (revoked.subject, revoked.actor, revoked.link) == ("caroline", "admin", "Front")


def test_whoever_waits_for_her_consent_hears_of_it_and_of_its_end(front: Way, carol: Visitor) -> None:
    heard: list[Any] = []
    front.world.front.app.applinks.listen(ConsentGiven, heard.append)  # where the pages are served
    front.applinks.listen(ConsentEnded, heard.append)  # where calls are made
    link_id = front.world.front.applinks.link("Tracker").id
    carol.consent(address_for(front.world, "carol"))
    assert heard == [ConsentGiven(link_id, "Tracker", "carol")]
    carol.take_back(front.world.tracker.url)
    asked(front)
    assert heard[1:] == [ConsentEnded(link_id, "Tracker", "carol")]


# ---- where nothing is granted


def test_her_address_opened_by_bob_is_refused_and_grants_nothing_t14(front: Way) -> None:
    first = asked(front)
    with visitor(front.world, "bob") as bob:
        page = bob.open(first["authorization_url"])
    assert (page.status_code, "meant for somebody else" in text_of(page)) == (403, True)
    assert not any(address.startswith(front.world.tracker.url) for address in bob.seen)
    assert nothing_is_granted(front)
    assert asked(front) == first


def test_bob_who_consents_at_the_far_side_in_her_place_gives_her_nothing_t14_t44(front: Way, carol: Visitor) -> None:
    first = asked(front)
    page = carol.open(first["authorization_url"])
    assert f"{front.world.tracker.url}/{CONSENT}?oauth_token=" in str(page.url)
    with visitor(front.world, "bob") as bob:  # she was made to hand it on, or he to open it
        back = bob.press(bob.open(str(page.url)), "decision", "allow")
    assert (back.status_code, "Nobody is asking" in text_of(back)) == (404, True)  # not in his browser, whoever he is
    assert nothing_is_granted(front)
    assert asked(front) == first


def test_she_says_no_and_is_asked_again_next_time(front: Way, carol: Visitor) -> None:
    first = asked(front)
    page = carol.deny(first["authorization_url"])
    assert "You said no" in text_of(page)
    assert nothing_is_granted(front)
    there, here = front.world.tracker.entries("consent")[-1], front.world.front.entries("consent refused")[-1]
    assert (there.subject, there.outcome, there.link) == ("caroline", "denied", "Front")
    assert (here.subject, here.link) == ("carol", "Tracker")
    assert asked(front) == first


def test_a_request_that_is_too_old_is_not_allowed_any_more_and_a_new_one_is(
    front: Way, carol: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, now = asked(front), clock.now
    page = carol.open(first["authorization_url"])
    with monkeypatch.context() as later:
        later.setattr(clock, "now", lambda: now() + 601)
        too_late = carol.press(page, "decision", "allow")
    assert (too_late.status_code, "took too long" in text_of(too_late)) == (410, True)
    assert str(too_late.url).startswith(front.world.tracker.url)  # she is told there, and not sent back first
    assert nothing_is_granted(front)
    assert asked(front) == first
    carol.consent(first["authorization_url"])
    assert call(front) == "caroline"


def test_a_form_that_she_did_not_send_from_our_page_decides_nothing_t40(front: Way, carol: Visitor) -> None:
    page = carol.open(address_for(front.world, "carol"))
    forged = carol.press(page, "decision", "allow", form_token="somebody else's")
    assert forged.status_code == 403
    assert nothing_is_granted(front)


def test_the_way_back_leads_nowhere_but_home_t42(front: Way, carol: Visitor) -> None:
    evil = f"{address_for(front.world, 'carol')}&return_to=https%3A%2F%2Fevil.test%2F"
    page = carol.consent(evil)
    assert str(page.url).startswith(front.world.front.url)
    assert not any("evil.test" in address.partition("?")[0] for address in carol.seen)
    assert call(front) == "caroline"


def test_the_same_callback_a_second_time_does_nothing_t16(front: Way, carol: Visitor) -> None:
    carol.consent(address_for(front.world, "carol"))
    (callback,) = [address for address in carol.seen if "login-dance/access?" in address]
    again = carol.open(callback)
    assert (again.status_code, "Nobody is asking" in text_of(again)) == (404, True)
    assert len(front.world.tracker.applinks.grants()) == 1
    assert call(front) == "caroline"


# ---- several processes


@pytest.fixture
def addresses(front: Way) -> Iterator[list[str]]:
    """Where tracker's three processes are: the one that everybody knows, and two more on the same records."""
    tracker = front.world.tracker
    with ExitStack() as stack:
        found = [tracker.url]
        for _ in range(2):
            listening = stack.enter_context(listen())
            found.append(address_of(listening))
            words = [sys.executable, "-m", "journeys.another_process", tracker.url, str(listening.fileno())]
            path = os.pathsep.join(sys.path)
            process = stack.enter_context(
                subprocess.Popen(
                    words,
                    stdin=subprocess.PIPE,
                    env={**os.environ, **tracker.environment, "PYTHONPATH": path},
                    pass_fds=[listening.fileno()],
                )
            )
            stack.callback(process.stdin.close)  # type: ignore[union-attr]
            listening.close()
        yield found


def proven(front: Way) -> httpx2.Request:
    """A call by carol as it would be sent, and is not."""
    sent: list[httpx2.Request] = []

    def keep(request: httpx2.Request) -> httpx2.Response:
        sent.append(request)
        return httpx2.Response(200)

    applinks = front.world.front.applinks
    linked = applinks.link("Tracker")
    with applinks.acting_as("carol"), linked.client(transport=httpx2.MockTransport(keep)) as client:
        client.get("echo")
    return sent[0]


def test_what_she_takes_back_is_refused_by_every_process_at_once(
    front: Way, carol: Visitor, addresses: list[str], client: httpx2.Client
) -> None:
    tracker = front.world.tracker
    carol.consent(address_for(front.world, "carol"))
    before, after = ([proven(front) for _ in addresses] for _ in range(2))

    def send(requests: list[httpx2.Request]) -> list[httpx2.Response]:
        """To each process its own; they do not look at the Host header."""
        return [
            client.send(httpx2.Request("GET", str(request.url).replace(tracker.url, address), headers=request.headers))
            for request, address in zip(requests, addresses, strict=True)
        ]

    assert [answer.json()["user"] for answer in send(before)] == ["caroline"] * len(addresses)
    carol.take_back(tracker.url)
    for answer in send(after):
        assert (answer.status_code, "token_rejected" in answer.text) == (401, True)


@pytest.fixture
def client() -> Iterator[httpx2.Client]:
    with httpx2.Client(timeout=PATIENCE) as somebody:
        yield somebody
