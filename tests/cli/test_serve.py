"""`applinks serve`: a process of its own, on a socket, until a signal comes."""

from __future__ import annotations

import builtins
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest

from applinks import AppLinks
from applinks.people import Staff
from applinks.running import Scripts
from applinks.scripts import LinesOf, Progress, RunOf, RunState
from running.processes import everybody_below
from running.world import until

PROGRAM = Path(sys.executable).with_name("applinks")


class Serving:
    """The process, and what it told at its start."""

    def __init__(self, folder: Path, *words: str, **settings: str) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("APPLINKS_")} | settings
        self.process = subprocess.Popen(
            [PROGRAM, "serve", "--json", *words],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        line = self.process.stdout.readline()
        assert line, self.process.communicate()[1]
        self.told = json.loads(line)

    @property
    def at(self) -> str:
        return f"http://127.0.0.1:{self.told['port']}"

    def get(self, path: str) -> httpx2.Response:
        return httpx2.get(f"{self.at}{path}", timeout=30)

    def ended(self, sig: int) -> tuple[int, str]:
        """Its status, and what it said."""
        self.process.send_signal(sig)
        _, err = self.process.communicate(timeout=30)
        return self.process.returncode, err


Start = Callable[..., Serving]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start one in the test's own folder; all are gone at the end."""
    with ExitStack() as stack:

        def start(*words: str, **settings: str) -> Serving:
            serving = Serving(tmp_path, *words, **settings)
            stack.callback(serving.process.communicate)
            stack.callback(serving.process.kill)
            return serving

        yield start


@pytest.mark.parametrize("sig", [signal.SIGTERM, signal.SIGINT])
def test_a_new_one_says_where_it_is_and_ends_clean_at_a_signal(start, tmp_path, sig):
    serving = start("--port", "0", "--name", "Scripts")
    told = serving.told
    assert (told["name"], told["host"], told["url"]) == ("Scripts", "127.0.0.1", f"http://localhost:{told['port']}")
    assert told["set_up"].startswith(f"{told['url']}/set-up?invitation=")
    assert (tmp_path / "applinks.db").stat().st_mode & 0o077 == 0
    assert serving.get("/healthz").text == serving.get("/readyz").text == "ok\n"
    assert "You are the first administrator" in serving.get(told["set_up"].removeprefix(told["url"])).text
    assert serving.ended(sig) == (0, "Finishing what is under way; ask again to stop at once.\n")
    with pytest.raises(httpx2.ConnectError):
        serving.get("/healthz")


def test_the_next_start_knows_what_the_first_one_was_told(start, free_port):
    port = free_port()
    first = start("--url", f"http://localhost:{port}", "--name", "Scripts")
    assert first.told["port"] == port
    first.ended(signal.SIGTERM)
    again = start()
    assert (again.told["url"], again.told["name"], again.told["port"]) == (first.told["url"], "Scripts", port)
    assert again.told["set_up"] != first.told["set_up"]
    ended = again.get("/healthz")
    assert ended.status_code == 200


@pytest.fixture
def free_port() -> Callable[[], int]:
    def free() -> int:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port: int = taken.getsockname()[1]
            return port

    return free


def test_with_an_administrator_no_address_is_told(start, run, tmp_path):
    """The other way to begin (F-44)."""
    run("init", "--url", "http://localhost:8080", "--name", "Scripts")
    run("person", "add", "ada", "--administrator", stdin="correct horse battery\n")
    serving = start("--port", "0")
    assert serving.told["set_up"] is None
    assert serving.told["url"] == "http://localhost:8080"


def test_asked_twice_it_stops_at_once(start):
    """A request is under way that nobody ends."""
    serving = start("--port", "0")
    with socket.create_connection(("127.0.0.1", serving.told["port"])) as hanging:
        hanging.sendall(b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx")
        assert serving.get("/healthz").status_code == 200
        serving.process.send_signal(signal.SIGTERM)
        assert serving.process.stderr.readline().startswith("Finishing what is under way")
        assert serving.process.poll() is None
        assert serving.ended(signal.SIGTERM) == (128 + signal.SIGTERM, "Stopped at once.\n")


def test_the_database_stands_after_it_was_killed(start):
    first = start("--port", "0")
    first.process.kill()
    first.process.wait()
    assert start("--port", "0").get("/readyz").status_code == 200


# ---- with scripts

HELLO = """
from applinks.scripts import by_hand

@by_hand()
def hello(log):
    log.info("hello")

@by_hand()
def wrong(nobody_knows):
    pass
"""


def test_scripts_are_loaded_and_what_is_wrong_is_said_with_file_and_line(start, tmp_path):
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "hello.py").write_text(HELLO)
    serving = start("--port", "0", "--scripts", "scripts")
    assert serving.told["scripts"]["hooks"] == ["hello:hello"]
    (fault,) = serving.told["scripts"]["faults"]
    assert (fault["file"], fault["line"]) == (str(tmp_path / "scripts" / "hello.py"), 8)
    assert serving.get("/healthz").status_code == 200
    status, said = serving.ended(signal.SIGTERM)
    assert status == 0
    assert f"hello.py, line 8: {fault['message']}" in said


def test_what_was_queued_by_another_process_runs_here(start, run, tmp_path):
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "hello.py").write_text(HELLO)
    serving = start("--port", "0", "--scripts", "scripts")
    database = f"sqlite:///{tmp_path}/applinks.db"
    with AppLinks(database, people=Staff()) as applinks:
        applinks.add_member("ada", password="correct horse battery", by="ops")
        elsewhere = Scripts(applinks, tmp_path / "scripts", engine=False)
        number = elsewhere.run("hello:hello", user="ada")
        elsewhere.close(0)
        until(lambda: applinks.answer(RunOf(number)).state is RunState.DONE)
    assert serving.get("/healthz").status_code == 200
    assert serving.ended(signal.SIGTERM)[0] == 0


LONG = """
import threading
from pathlib import Path
from applinks.scripts import by_hand

@by_hand()
def long(log, progress):
    log.info("begun")
    progress(1, 3, "the first")
    progress(2, 3, "the second")
    while not Path("go on").exists():
        threading.Event().wait(0.01)
    progress(3, 3)
"""


@pytest.fixture
def long(start, tmp_path) -> Iterator[Callable[..., tuple[Serving, AppLinks, int]]]:
    """Serve, with a run that goes on until there is a file."""
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "long.py").write_text(LONG)
    with ExitStack() as stack:

        def long(*words: str) -> tuple[Serving, AppLinks, int]:
            serving = start("--port", "0", "--scripts", "scripts", *words)
            applinks = stack.enter_context(AppLinks(f"sqlite:///{tmp_path}/applinks.db", people=Staff()))
            applinks.add_member("ada", password="correct horse battery", administrator=True, by="ops")
            elsewhere = Scripts(applinks, tmp_path / "scripts", engine=False)
            number = elsewhere.run("long:long", user="ada")
            elsewhere.close(0)
            until(lambda: applinks.answer(RunOf(number)).progress == Progress(2, 3, "the second"))
            return serving, applinks, number

        yield long


def test_what_a_run_says_is_seen_while_it_runs_and_it_is_finished_at_a_signal(long, tmp_path):
    serving, applinks, number = long("--workers", "2", "--patience", "50")
    until(lambda: bool(applinks.answer(LinesOf(number))))
    assert [line.text for line in applinks.answer(LinesOf(number))] == ["begun"]
    token = applinks.make_token("prometheus", user="ada", read_only=True, by="ops").secret
    told = httpx2.get(f"{serving.at}/metrics", headers={"authorization": f"Bearer {token}"}, timeout=30).text
    assert "applinks_runs_performed 1\n" in told
    serving.process.send_signal(signal.SIGTERM)
    assert serving.process.stderr.readline() == "Finishing what is under way; ask again to stop at once.\n"
    assert re.fullmatch("Waiting up to [45][0-9] s for 1 run.\n", serving.process.stderr.readline())
    (tmp_path / "go on").touch()
    _, err = serving.process.communicate(timeout=30)
    assert (serving.process.returncode, err) == (0, "Finished 1.\n")
    run = applinks.answer(RunOf(number))
    assert (run.state, run.progress) == (RunState.DONE, Progress(3, 3))


def test_what_takes_longer_than_its_patience_is_handed_over(long):
    serving, applinks, number = long("--patience", "0.1")
    status, said = serving.ended(signal.SIGTERM)
    assert status == 0
    assert re.search("\nWaiting up to [0-9.]+ s for 1 run.\nFinished 0, handed over 1.\n$", said)
    run = applinks.answer(RunOf(number))
    assert (run.state, run.deaths) == (RunState.QUEUED, 0)


def test_another_engine_runs_what_is_queued(start, tmp_path, new_postgresql, monkeypatch):
    """The engine lives in the process of the pages."""
    pytest.importorskip("procrastinate")
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "hello.py").write_text(HELLO)
    keys = tmp_path / "sealing.key"
    words = ("--database", new_postgresql, "--port", "0", "--scripts", "scripts", "--engine", "procrastinate")
    serving = start(*words, APPLINKS_SEALING_FILE=str(keys))
    monkeypatch.setenv("APPLINKS_SEALING_FILE", str(keys))
    with AppLinks(new_postgresql, people=Staff()) as applinks:
        applinks.add_member("ada", password="correct horse battery", by="ops")
        elsewhere = Scripts(applinks, tmp_path / "scripts", engine=False)
        number = elsewhere.run("hello:hello", user="ada")
        elsewhere.close(0)
        until(lambda: applinks.answer(RunOf(number)).state is RunState.DONE)
    assert serving.get("/readyz").text == "ok\n"
    assert serving.ended(signal.SIGTERM)[0] == 0


def test_a_process_for_scripts_that_dies_is_started_again_and_not_ready_until_then(start, tmp_path):
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "hello.py").write_text(HELLO)
    serving = start("--port", "0", "--scripts", "scripts")
    assert serving.get("/readyz").status_code == 200
    (nursery,) = [pid for pid in everybody_below(serving.process.pid) if b"nursery" in _command(pid)]
    os.kill(nursery, signal.SIGKILL)
    until(lambda: serving.get("/readyz").status_code == 503)
    until(lambda: serving.get("/readyz").status_code == 200)


def _command(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--scripts", "scripts", "--engine", "kafka"), "in-process, procrastinate, celery"),
        (("--scripts", "scripts", "--engine", "celery"), "broker"),
        (("--scripts", "scripts", "--engine", "procrastinate"), "PostgreSQL"),
        (("--engine", "procrastinate"), "--scripts"),
    ],
)
def test_an_engine_that_cannot_be_is_said(run, files, words, said):
    ran = run("serve", "--port", "0", *words, status=1)
    assert said in ran.err


def test_a_folder_that_is_not_there_is_said(run, tmp_path):
    ran = run("serve", "--port", "0", "--scripts", str(tmp_path / "nowhere"), status=1)
    assert "There is no folder" in ran.err


def test_without_scripts_it_says_so(start):
    assert start("--port", "0").told["scripts"] is None


# ---- without starting


def test_a_port_that_is_taken_is_said(run):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ran = run("serve", "--port", port, status=1)
    assert f"Nothing can listen at 127.0.0.1, port {port}" in ran.err
    assert "--port" in ran.err


def test_without_the_extra_it_says_how_to_get_it(run, monkeypatch):
    real = builtins.__import__

    def without(name: str, *args: Any, **named: Any) -> Any:
        if name.partition(".")[0] == "starlette":
            raise ImportError(f"No module named {name!r}", name=name)
        return real(name, *args, **named)

    for module in [name for name in sys.modules if name.startswith("applinks.serve")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.delattr("applinks.serve", raising=False)
    monkeypatch.setattr(builtins, "__import__", without)
    ran = run("serve", status=1)
    assert ran.err.splitlines() == [
        "applinks: `applinks serve` needs starlette.",
        "  → Install it with this package: pip install 'applinks[serve]'",
    ]
