"""The sandbox: what a pasted text can do, and that it can do nothing else (T-80, T-81)."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from applinks.errors import (
    AddressOutsideLink,
    AppLinksError,
    ConfigurationError,
    CredentialsRequired,
    FarSideError,
    ScriptWrong,
)
from applinks.scripts import Event, HookKind, Refuse
from applinks.scripts.passes.recording import UnclearCall
from applinks.scripts.pasted import sandbox
from running.far_side import FarSide, far_side
from running.world import World
from scripts.pasting import QUICKLY, Sandbox, allowing

pytest.importorskip("pydantic_monty")

LONGEST = QUICKLY.cpu_seconds + 10
"""Seconds after which an attempt should long have ended, also where others use the machine."""

ATTEMPTS = {
    "import os and its environment": "import os\nreturn os.environ['HOME']",
    "one variable": "import os\nreturn os.getenv('PATH')",
    "read a file": "return open('/etc/passwd').read()",
    "read a file by its path": "from pathlib import Path\nreturn Path('/etc/passwd').read_text()",
    "write a file": "open('/tmp/applinks-escaped', 'w').write('x')",
    "list a folder": "import os\nreturn os.listdir('/')",
    "remove a file": "import os\nos.remove('/tmp/nothing')",
    "start a program": "import os\nos.system('id')",
    "fork": "import os\nos.fork()",
    "subprocess": "import subprocess\nsubprocess.run(['id'])",
    "socket": "import socket\nsocket.create_connection(('127.0.0.1', 80))",
    "an HTTP client": "import urllib.request\nurllib.request.urlopen('http://127.0.0.1/')",
    "our own package": "import applinks\nreturn applinks.AppLinks()",
    "the client's package": "import httpx2",
    "the database": "import sqlite3\nsqlite3.connect('applinks.db')",
    "ctypes": "import ctypes\nctypes.CDLL(None)",
    "importlib": "import importlib\nimportlib.import_module('os').system('id')",
    "a name for import": "__import__('os').system('id')",
    "walk the classes": "return ().__class__.__base__.__subclasses__()",
    "walk them by another way": "return getattr((), '__cla' + 'ss__').__mro__[1]",
    "walk from a type": "return type(1).__bases__[0].__subclasses__()",
    "the globals of our function": "f = call\nreturn f.__globals__",
    "the globals of its own": "def f(): pass\nreturn f.__globals__['__builtins__']",
    "the code of a function": "return (lambda: 0).__code__",
    "the frame of a generator": "return (x for x in [1]).gi_frame.f_back",
    "the frame of an error": "try:\n  1 / 0\nexcept Exception as e:\n  return e.__traceback__.tb_frame",
    "the table of modules": "import sys\nreturn sys.modules['os']",
    "the builtins": "return __builtins__['open']('/etc/passwd').read()",
    "eval": "return eval(\"open('/etc/passwd').read()\")",
    "exec": "exec('import os\\nos.system(\"id\")')",
    "compile": "return compile('1', 'x', 'eval')",
    "globals": "return globals()['call']",
    "a format string": "return '{0.__class__.__mro__}'.format(event)",
    "a format that is too wide": "return '{:>9999999999}'.format(1)",
    "a huge power": "return 10 ** 10 ** 8",
    "a huge shift": "return 1 << (10 ** 12)",
    "an endless loop": "while True: pass",
    "an endless loop that catches its end": "while True:\n  try:\n    while True: pass\n  except BaseException: pass",
    "a large list": "return [0] * 10 ** 10",
    "a large text": "return 'x' * 10 ** 11",
    "a list that grows and catches its end": "a = []\nwhile True:\n  try:\n    a.append('x' * 100000)\n  except BaseException: pass",
    "recursion": "def f(): return f()\nf()",
    "recursion by two": "def f(): return g()\ndef g(): return f()\nf()",
    "deep JSON": "import json\nreturn json.loads('[' * 100000)",
    "a deep list as an argument": "a = []\nfor _ in range(100000): a = [a]\ncall('Shop', 'POST', 'x', json=a)",
    "a deep source": "return " + "[" * 2000 + "]" * 2000,
    "a regular expression without end": "import re\nreturn re.match('(a|a)*b(?=c)', 'a' * 40)",
    "too many questions": "while True:\n  try:\n    log('x')\n  except BaseException: pass",
    "a function that is not there": "return refuse('x')",
    "a function by another name": "return self.functions",
    "sleep": "import time\ntime.sleep(3600)",
    "sleep by another way": "import asyncio\nasyncio.run(asyncio.sleep(3600))",
    "wait for what nobody has begun": "import asyncio\nasync def f(): await log('x')\nasyncio.run(f())",
    "leave the process": "import sys\nsys.exit(3)",
    "leave it by an error": "raise SystemExit(3)",
    "a log that is no text": "log({'a': 1})",
    "a log that is too long": "log('x' * 100000)",
    "a severity that is a name of ours": "tell('__init__', 'x')",
    "many messages": "for _ in range(100): tell('info', 'x')",
}
"""What somebody tries → the text by which they do."""

CALLS = {
    "another address": "'GET', 'http://127.0.0.1:1/x'",
    "the address of a name that begins alike": "'GET', '{url}.example.com/x'",
    "an address without a scheme": "'GET', '//127.0.0.1/x'",
    "a file": "'GET', 'file:///etc/passwd'",
    "up": "'GET', '../secret'",
    "up in the midst": "'GET', 'a/../../secret'",
    "up in escapes": "'GET', 'a/%2e%2e/%2e%2e/secret'",
    "up in escapes of escapes": "'GET', 'a/%252e%252e/secret'",
    "up by backslashes": "'GET', '..\\\\secret'",
    "up behind a semicolon": "'GET', '..;/secret'",
    "a user": "'GET', 'http://x@127.0.0.1/'",
    "a line more": "'GET', 'x HTTP/1.1\\r\\nx-forged: 1'",
    "a fragment": "'GET', 'x#y'",
    "a method with a line more": "'GET / HTTP/1.1\\r\\nx: y', 'x'",
    "a method for tunnels": "'CONNECT', 'x'",
    "a method that is no text": "7, 'x'",
    "headers": "'GET', 'x', headers={{'authorization': 'x'}}",
    "another proof": "'GET', 'x', auth=('a', 'b')",
    "parameters that are none": "'GET', 'x', params='a=b'",
    "parameters that are nested": "'GET', 'x', params={{'a': {{'b': 1}}}}",
    "JSON that is none": "'POST', 'x', json={{1, 2}}",
    "JSON with a number that is none": "'POST', 'x', json=float('nan')",
    "JSON with a function": "'POST', 'x', json=[len]",
}


@pytest.fixture(scope="module")
def far() -> Iterator[FarSide]:
    with far_side() as running:
        yield running


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory, far: FarSide) -> Iterator[World]:
    with allowing(tmp_path_factory.mktemp("sandbox"), far) as made:
        yield made


@pytest.fixture
def box(here: World) -> Iterator[Sandbox]:
    """A sandbox whose links are those of that application, with somebody acting."""
    with here.applinks.acting_as("alice"):
        yield Sandbox(here)


def ended(box: Sandbox, text: str) -> AppLinksError:
    """The error with which a text ends, in time."""
    began = time.monotonic()
    with pytest.raises(AppLinksError) as refused:
        box.run(text)
    assert time.monotonic() - began < LONGEST
    return refused.value


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_an_attempt_to_escape_ends_as_a_mistake_of_the_text_and_nothing_else_happens(box: Sandbox, far: FarSide, attempt: str):
    asked = len(far.asked)
    wrong = ended(box, ATTEMPTS[attempt])
    assert isinstance(wrong, ScriptWrong)
    assert "site-packages" not in str(wrong)
    assert len(far.asked) == asked
    assert not Path("/tmp/applinks-escaped").exists()
    assert box.run("return 1 + 1") == 2


@pytest.mark.parametrize("attempt", CALLS)
def test_a_call_cannot_leave_its_link_or_carry_what_is_not_allowed(box: Sandbox, far: FarSide, attempt: str):
    asked = len(far.asked)
    refused = ended(box, f"call('Bank', {CALLS[attempt].format(url=far.url)})")
    assert isinstance(refused, ScriptWrong | AddressOutsideLink)
    assert len(far.asked) == asked


def test_no_process_is_left_behind(box: Sandbox):
    def children() -> set[str]:
        return {pid for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()}

    before = children()
    ended(box, ATTEMPTS["an endless loop"])
    box.run("return 1")
    assert children() == before


def test_it_sees_what_happened_as_plain_values(box: Sandbox):
    event = Event("here", "jira", "jira:issue_updated", "d", {"issue": {"key": "OPS-7"}}, 1.0, item="issue OPS-7", user="ada")
    text = "return [event['kind'], event['payload']['issue']['key'], event['user'], user, actor, parameters['space'], issue]"
    told = box.run(text, event=event, told={"issue": None}, space="OPS")
    assert told == ["jira:issue_updated", "OPS-7", "ada", "alice", "alice", "OPS", None]


def test_what_is_returned_counts_and_not_what_stands_in_the_last_line(box: Sandbox):
    assert box.run("1 + 1") is None
    assert box.run("if user:\n    return {'user': user}\nlog('nobody')") == {"user": "alice"}


def test_it_writes_and_tells(box: Sandbox, capsys: pytest.CaptureFixture[str]):
    box.run("log('one')\nprint('two')\ntell('warning', 'three')\nf = log\nf('four')")
    assert (box.lines.written, box.told.said) == (["one", "four"], [("warning", "three")])
    assert capsys.readouterr().out == "two\n"


def test_it_says_how_far_it_is(box: Sandbox):
    box.run("for page in range(3):\n    progress(page + 1, 3, text=f'page {page + 1}')")
    assert box.came == [(1, 3, "page 1"), (2, 3, "page 2"), (3, 3, "page 3")]


def test_a_validator_refuses_whatever_the_text_catches(box: Sandbox):
    text = "try:\n    refuse('Not yet.', field='summary')\nexcept BaseException:\n    return 'fine'"
    with pytest.raises(Refuse, match="Not yet") as refused:
        box.run(text, kind=HookKind.VALIDATOR)
    assert refused.value.field == "summary"


def test_it_calls_by_the_name_of_a_link_or_its_type_as_whoever_acts(box: Sandbox, far: FarSide):
    named = "return call('Shop', 'post', 'effect', json={'name': 'x'}, params={'n': 1, 'on': True, 'many': ['a', 'b']})"
    told = box.run(named)
    assert (told["status"], told["json"]["count"], told["json"]["path"], told["text"]) == (200, 1, "effect", None)
    assert box.run("return call('shop', 'GET', '/read')['json']['path']") == "read"
    assert far.asked[-2:] == [("POST", "effect"), ("GET", "read")]
    assert box.run(f"return call('Shop', 'GET', '{far.url}/below')['status']") == 200


def test_an_answer_of_the_far_side_is_an_error_that_may_be_caught(box: Sandbox):
    text = "try:\n    call('Shop', 'GET', 'failing/9')\nexcept RuntimeError as e:\n    return 'caught'"
    assert box.run(text) == "caught"
    with pytest.raises(FarSideError) as failed:
        box.run("call('Shop', 'GET', 'failing/9')")
    assert failed.value.status == 500
    with pytest.raises(ScriptWrong, match="line 4, column 11: ValueError: other"):
        box.run("try:\n    call('Shop', 'GET', 'failing/9')\nexcept RuntimeError as e:\n    raise ValueError('other')")


def test_what_ends_the_pass_ends_it_whatever_the_text_catches(box: Sandbox, monkeypatch: pytest.MonkeyPatch):
    text = "try:\n    call('Bank', 'GET', 'x')\nexcept BaseException:\n    pass\nlog('went on')"
    with pytest.raises(CredentialsRequired):
        box.run(text)

    def unclear(*_args: object, **_named: object) -> None:
        raise UnclearCall("Nobody knows.")

    monkeypatch.setattr("applinks.outgoing.LinkedApplication.request", unclear)
    with pytest.raises(UnclearCall):
        box.run(text)
    assert box.lines.written == []


def test_a_link_that_is_not_there_is_said(box: Sandbox):
    assert "Shop" in str(ended(box, "call('Elsewhere', 'GET', 'x')"))


def test_its_clock_and_its_chance_are_the_same_in_each_pass(box: Sandbox):
    text = "import datetime, random\nreturn [datetime.datetime.now().isoformat(), random.random(), random.random()]"
    once = box.run(text)
    assert once == box.run(text)
    assert once[0] == "2027-01-15T08:00:00"
    assert once[1] != once[2]


def test_a_mistake_says_line_and_column_of_the_text(box: Sandbox):
    with pytest.raises(ScriptWrong, match="text, line 3, column 5: NameError: name 'isue' is not defined") as wrong:
        box.run("def f():\n    # é\n    isue['key']\n\nf()")
    assert (wrong.value.file, wrong.value.line, wrong.value.column) == ("text", 3, 5)


def test_what_was_used_up_is_said(box: Sandbox):
    assert "more than 1 seconds" in str(ended(box, ATTEMPTS["an endless loop"]))
    assert "more than 48 megabytes" in str(ended(box, ATTEMPTS["a large list"]))
    assert "more than 1000 times" in str(ended(box, ATTEMPTS["too many questions"]))


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [("x = (", 1, 6), ("x = 1\n  y = 2", 2, 1), ("\n\nfor x in y\n  pass", 3, 11), ("class A(B): pass", 1, 1)],
)
def test_a_text_is_checked_without_being_run(text: str, line: int, column: int):
    with pytest.raises(ScriptWrong) as wrong:
        sandbox.check("text", text)
    assert (wrong.value.line, wrong.value.column) == (line, column)


def test_a_text_that_can_be_read_may_do_what_it_wants_when_it_is_checked():
    sandbox.check("text", "while True:\n    pass\n")
    sandbox.check("text", "# nothing\nreturn call('Shop', 'POST', 'effect')")


def test_without_the_extra_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sandbox, "EXTRA", "no_such_module_at_all")
    with pytest.raises(ConfigurationError, match=r"pip install 'applinks\[sandbox\]'"):
        sandbox.check("text", "return 1")
    with pytest.raises(ConfigurationError, match="not installed"):
        Sandbox().run("return 1")


def test_the_process_of_a_text_dies_and_the_text_with_it(box: Sandbox, monkeypatch: pytest.MonkeyPatch):
    def kill(*_args: object, **_named: object) -> None:
        children = [pid for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()]
        for pid in children:
            if "monty" in Path(f"/proc/{pid}/comm").read_text():
                os.kill(int(pid), 9)

    monkeypatch.setattr("scripts.pasting.Lines.emit", kill)
    with pytest.raises(ScriptWrong, match="its process is gone"):
        box.run("log('x')\nlog('y')")
