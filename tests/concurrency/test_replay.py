"""One request is admitted once, however many processes it reaches at the same moment (T-09, T-10, Q-05)."""

from __future__ import annotations

import asyncio
from collections import Counter
from urllib.parse import urlsplit

import httpx2

from applinks import Policy
from concurrency.conftest import PROCESSES, Fleet, on_all_stores
from journeys.people import ADMIN

SENDS = 200
ROUNDS = 2


async def send_at_once(fleet: Fleet, request: httpx2.Request) -> list[bytes]:
    """All connections are made first; then each is written to, round robin over the processes; then all answers are read."""
    headers = {**request.headers, "connection": "close"}
    lines = [f"GET {request.url.raw_path.decode()} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    raw = "\r\n".join([*lines, "", ""]).encode()
    ports = [urlsplit(url).port for url in fleet.urls]
    connections = await asyncio.gather(
        *(asyncio.open_connection("127.0.0.1", ports[number % PROCESSES]) for number in range(SENDS))
    )
    for _, writer in connections:
        writer.write(raw)
    answers = await asyncio.gather(*(reader.read() for reader, _ in connections))
    for _, writer in connections:
        writer.close()
        await writer.wait_closed()
    return answers


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


@on_all_stores
def test_of_two_hundred_sends_at_once_to_four_processes_exactly_one_is_admitted_in_each_round(fleet: Fleet) -> None:
    for round_ in range(ROUNDS):
        one_round(fleet, f"round-{round_}")
    assert fleet.applinks.verify_audit().broken is None


def one_round(fleet: Fleet, path: str) -> None:
    request = fleet.signed(path)
    answers = asyncio.run(send_at_once(fleet, request))
    assert Counter(map(status, answers)) == {200: 1, 401: SENDS - 1}
    (admitted,) = (answer for answer in answers if status(answer) == 200)
    assert b"alice" in admitted.partition(b"\r\n\r\n")[2]
    refused = [answer for answer in answers if status(answer) == 401]
    assert all(b'oauth_problem="nonce_used"' in answer and answer.endswith(b"oauth_problem=nonce_used") for answer in refused)
    rows = [written.entry for written in fleet.applinks.audit(SENDS)]
    assert {row.request for row in rows} == {f"GET {fleet.url}/{path}"}
    assert Counter(row.outcome == "admitted" for row in rows) == {True: 1, False: SENDS - 1}


def test_requests_with_a_proof_of_their_own_are_all_admitted_by_all_processes(fleet: Fleet) -> None:
    answers = [fleet.at(number, fleet.signed()) for number in range(PROCESSES)]
    assert [answer.text for answer in answers] == ["alice"] * PROCESSES
    assert len({answer.headers["x-process"] for answer in answers}) == PROCESSES


def test_processes_that_started_at_once_on_a_fresh_database_are_one_application(fleet: Fleet) -> None:
    for path in ("rest/applinks/1.0/manifest", "plugins/servlet/oauth/consumer-info"):
        with httpx2.Client() as client:
            said = {client.get(f"{url}/{path}").content for url in fleet.urls}
        assert len(said) == 1
        assert fleet.applinks.identity.id.encode() in said.pop()


def test_a_policy_that_one_process_changes_binds_all_on_the_next_request(fleet: Fleet) -> None:
    for policy, expected in ((Policy(excluded_users=frozenset({"alice"})), 401), (Policy(), 200)) * 2:
        fleet.applinks.change_policy("Front", policy, by="admin")
        assert [fleet.at(number, fleet.signed()).status_code for number in range(PROCESSES)] == [expected] * PROCESSES


def test_a_link_that_one_process_disables_is_so_for_all_on_the_next_request(fleet: Fleet) -> None:
    for level, expected in (("disabled", 401), ("oauth", 401), ("oauth_impersonation", 200)):
        fleet.applinks.change_link("Front", incoming=level, by="admin")
        assert [fleet.at(number, fleet.signed()).status_code for number in range(PROCESSES)] == [expected] * PROCESSES


def test_a_link_that_one_process_deletes_is_gone_for_all_on_the_next_request(fleet: Fleet) -> None:
    fleet.applinks.delete_link("Front", by="admin")
    answers = [fleet.at(number, fleet.signed()) for number in range(PROCESSES)]
    assert [(answer.status_code, answer.text) for answer in answers] == [(401, "oauth_problem=signature_invalid")] * PROCESSES
    fleet.front.applinks.create_link(fleet.url, ADMIN, same_users=True, by="admin")
    assert [fleet.at(number, fleet.signed()).text for number in range(PROCESSES)] == ["alice"] * PROCESSES
