"""A working day in small: many events, some far sides that fail, some people who have to agree first; all accounted for.

Ten hours go by in as long as the runs take: the clock of all its processes is put forward between two waves of events, while
nothing runs. `python -m running.working_day 10000 sqlite:///day.db http://localhost:8080`, in `tests`, prints what it saw as JSON.
"""

from __future__ import annotations

import json
import math
import os
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from applinks import AppLinks, Person, Provider, clock
from applinks.links import AccessToken, KeepToken
from applinks.running import Scripts
from applinks.scripts import DueRuns, Events, EventsReceived, EventState, RunCounts, RunState

SCRIPT = '''
from applinks.scripts import Retries, listener

@listener("asked", retries=Retries(2, first=0.5))
def answer(event, applinks, log):
    """Write something down on the far side."""
    there = applinks.link(event.payload["link"])
    there.get(f"things/{event.payload['number']}")
    made = there.post("things", json={"number": event.payload["number"]}).json()
    log.info("made %s", made["made"])
    return made["made"]
'''
PEOPLE = {name: Person(name, name.title()) for name in ("alice", "bob", "carol", "dora")}
FAILING, CONSENT = 0.05, 0.01
ITEMS = 200
HOURS = 10.0
SHIFTED_BY = "DAY_SHIFTED_BY"
"""The file with the seconds by which clocks are wrong today; the process that loads scripts gets to know it, too."""


def _shift(file: Path) -> None:
    shifted = SimpleNamespace(time=lambda: time.time() + float(file.read_text(encoding="ascii")))
    clock.time = shifted  # type: ignore[assignment]


if SHIFTED_BY in os.environ:
    _shift(Path(os.environ[SHIFTED_BY]))


def _put(file: Path, seconds: float) -> None:
    """At once: somebody may read it at this moment."""
    new = file.with_suffix(".new")
    new.write_text(str(seconds), encoding="ascii")
    new.replace(file)


class Staff:
    """A directory that another process can have."""

    def find(self, name: str) -> Person | None:
        return PEOPLE.get(name)

    def sign_in(self, name: str, password: str) -> None:
        return None


class FarSide(ThreadingHTTPServer):
    """Counts each thing that is made; some numbers fail once, some always."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.made: Counter[int] = Counter()
        self.tried: Counter[int] = Counter()
        self.turn = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FarSide

    def do_GET(self) -> None:
        self._answer(200, b"{}")

    def do_POST(self) -> None:
        number = int(self.rfile.read(int(self.headers["content-length"])).split(b":")[1].rstrip(b" }"))
        with self.server.turn:
            self.server.tried[number] += 1
            if fails(number) and (number % 2 or self.server.tried[number] == 1):
                self._answer(503, b'{"message": "not now"}')
                return
            self.server.made[number] += 1
        self._answer(200, b'{"made": %d}' % number)

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


def fails(number: int) -> bool:
    """Every twentieth: the even ones of them once, the odd ones always."""
    return number % round(1 / FAILING) in {3, 4} and (number // 20) % 2 == 0


def asks(number: int) -> bool:
    """Every hundredth goes to where its person has to agree first."""
    return number % round(1 / CONSENT) == 7


@dataclass(slots=True)
class Day:
    """What was seen."""

    events: int
    seconds: float = 0.0
    states: dict[str, int] = field(default_factory=dict)
    memory: list[tuple[int, float]] = field(default_factory=list)
    made: int = 0
    made_again: int = 0
    unsorted: int = 0
    kept: int = 0


@contextmanager
def far_side() -> Iterator[FarSide]:
    server = FarSide()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def megabytes(scripts: Scripts) -> float:
    """Of this process and of the one that loads the scripts."""
    return sum(_resident(pid) for pid in ("self", *scripts.performer.processes))


def _resident(pid: int | str) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    (line,) = [line for line in status.splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) / 1024


def waves(count: int) -> list[int]:
    """How many events come in each piece of the day: more in the morning and after lunch."""
    pieces = 100 if count > 1000 else 20
    weights = [
        math.exp(-(((x - 0.3) / 0.14) ** 2)) + 0.9 * math.exp(-(((x - 0.68) / 0.12) ** 2)) + 0.03
        for x in (piece / pieces for piece in range(pieces))
    ]
    whole = [round(count * weight / sum(weights)) for weight in weights]
    whole[pieces * 3 // 10] += count - sum(whole)
    return whole


def a_day(count: int, database: str, url: str, folder: Path, *, workers: int = 4, within: float = 600.0) -> Day:
    """Let `count` events happen and wait until everything has come to rest; half of those who are asked agree."""
    (folder / "scripts").mkdir(parents=True, exist_ok=True)
    (folder / "scripts" / "answer.py").write_text(SCRIPT, encoding="utf-8")
    shifted_by = Path(os.environ[SHIFTED_BY])
    chance, day, begun = random.Random(7), Day(count), time.time()
    with far_side() as far, AppLinks(database, url=url, name="Desk", people=Staff(), plain_http=True) as applinks:
        ready = applinks.register_link("Ready", f"{far.url}/ready", provider=Provider(), same_users=True, by="ops")
        asking = applinks.register_link("Asking", f"{far.url}/asking", provider=Provider(), by="ops")
        assert ready.id != asking.id
        with Scripts(applinks, folder / "scripts", workers=workers) as scripts:
            number = 0
            for piece, wave in enumerate(pieces := waves(count)):
                for _ in range(wave):
                    user = "dora" if asks(number) and (number // 100) % 2 else chance.choice(("alice", "bob", "carol"))
                    link = "Asking" if asks(number) else "Ready"
                    item = f"issue {chance.randrange(ITEMS)}-{piece}"
                    scripts.occurred("asked", {"link": link, "number": number}, item=item, user=user)
                    number += 1
                _wait(applinks, within)
                _put(shifted_by, float(shifted_by.read_text(encoding="ascii")) + HOURS * 3600 / len(pieces))
                if piece % 4 == 3:
                    day.memory.append((number, round(megabytes(scripts), 1)))
            for user in ("alice", "bob", "carol"):
                applinks.answer(KeepToken(AccessToken(asking.id, user, "token", "secret", int(time.time()))))
            _wait(applinks, within, parked_of={"alice", "bob", "carol"})
            day.memory.append((number, round(megabytes(scripts), 1)))
        day.made, day.made_again = far.made.total(), sum(times > 1 for times in far.made.values())
        for (_, state), times in applinks.answer(RunCounts(0.0, 10**12)).items():
            day.states[state.value] = day.states.get(state.value, 0) + times
        day.unsorted = len(applinks.answer(EventsReceived()))
        day.kept = _count_events(applinks)
    day.seconds = round(time.time() - begun, 1)
    return day


def _wait(applinks: AppLinks, within: float, parked_of: frozenset[str] | set[str] = frozenset()) -> None:
    """Until nothing is left to be done."""
    until = time.monotonic() + within
    pause = threading.Event()
    while time.monotonic() < until:
        counts: dict[tuple[float, RunState], int] = applinks.answer(RunCounts(0.0, 10**12))
        left = sum(times for (_, state), times in counts.items() if state in {RunState.QUEUED, RunState.RUNNING})
        waiting = any(run.parked_user in parked_of for run in (applinks.answer(_parked()) if parked_of else ()))
        if not left and not applinks.answer(EventsReceived()) and not waiting:
            return
        pause.wait(0.05)
    raise TimeoutError(f"still {applinks.answer(DueRuns(5))} after {within} seconds")


def _parked() -> Any:
    from applinks.scripts import Runs

    return Runs({"state": "parked"}, 10_000)


def _count_events(applinks: AppLinks) -> int:
    total, before = 0, None
    while page := applinks.answer(Events(1000, before, EventState.SORTED)):
        total, before = total + len(page), page[-1].number
    return total


def main() -> None:
    """In a process of its own, whose memory is not that of the tests."""
    count, database, url = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    from running import working_day  # which the processes that run scripts know by this name

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "shifted by")
        working_day._put(file, -(HOURS + 0.5) * 3600)
        os.environ[SHIFTED_BY] = str(file)
        working_day._shift(file)
        print(json.dumps(asdict(working_day.a_day(count, database, url, Path(folder), within=3600.0))))


if __name__ == "__main__":
    main()
