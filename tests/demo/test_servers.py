"""Three applications on free ports of this machine, started and stopped without a trace."""

from __future__ import annotations

import gc
import threading
from collections import Counter
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest

from applinks import demo
from applinks.demo import servers
from applinks.demo.servers import running

NAMES = ["Tracker", "Wiki", "Forge"]


def open_files() -> list[str]:
    """What this process has open, once what nobody holds any more is gone."""
    handles = Path("/proc/self/fd")
    if not handles.exists():
        pytest.skip("this system does not list the open files of a process")
    gc.collect()
    targets = []
    for handle in handles.iterdir():
        with suppress(FileNotFoundError):  # the one by which the folder itself is read
            targets.append(str(handle.readlink()))
    return sorted(targets)


def threads_since(before: set[threading.Thread]) -> list[threading.Thread]:
    """Those that were started since then and do not end; one that is just ending is given the time to."""
    since = set(threading.enumerate()) - before
    for thread in since:
        thread.join(5)
    return [thread for thread in since if thread.is_alive()]


def ask_all(addresses: dict[str, str]) -> list[int]:
    with httpx2.Client(verify=False, headers={"accept": "application/json"}) as http:
        return [http.get(f"{address}/rest/applinks/1.0/manifest").status_code for address in addresses.values()]


def test_each_answers_at_an_address_of_its_own_on_this_machine_only(tmp_path):
    with running(tmp_path) as three:
        addresses = three.addresses()
        assert list(addresses) == NAMES
        assert len(set(addresses.values())) == 3
        assert all(address.startswith("http://127.0.0.1:") for address in addresses.values())
        assert ask_all(addresses) == [200, 200, 200]


def test_they_stop_without_leaving_threads_sockets_or_files_open(tmp_path):
    with running(tmp_path):
        pass  # whatever is opened once for the whole process is open now
    threads, files = set(threading.enumerate()), open_files()
    with running(tmp_path) as three:
        addresses = three.addresses()
        assert ask_all(addresses) == [200, 200, 200]
        assert set(threading.enumerate()) > threads
    assert threads_since(threads) == []
    assert Counter(open_files()) - Counter(files) == {}, "others' files may have been closed meanwhile, ours must be"
    for address in addresses.values():
        with pytest.raises(httpx2.ConnectError):
            httpx2.get(address, verify=False)


def test_they_stop_even_if_whoever_started_them_failed(tmp_path):
    before = set(threading.enumerate())
    with pytest.raises(ZeroDivisionError), running(tmp_path):
        raise ZeroDivisionError
    assert threads_since(before) == []


def test_where_one_cannot_be_made_none_is_served(tmp_path, monkeypatch):
    def fails(*_, **__):
        raise ZeroDivisionError

    before = set(threading.enumerate())
    monkeypatch.setattr(servers, "MAKERS", (servers.MAKERS[0], servers.MAKERS[1], fails))
    with pytest.raises(ZeroDivisionError), running(tmp_path):
        pytest.fail("they run")
    assert threads_since(before) == []


def test_the_folder_is_made_and_who_they_are_is_kept_in_it_while_addresses_change(tmp_path):
    folder = tmp_path / "not" / "there"
    with running(folder) as three:
        first = [one.applinks.identity for one in (three.tracker, three.wiki, three.forge)]
    assert {f"applinks-{name.lower()}.db" for name in NAMES} <= {path.name for path in folder.iterdir()}
    with running(folder) as three:
        second = [one.applinks.identity for one in (three.tracker, three.wiki, three.forge)]
    assert [us.id for us in first] == [us.id for us in second]
    assert [us.url for us in second] == list(three.addresses().values())


def test_the_front_door_of_the_demo_is_the_story_alone():
    assert demo.__all__ == ["tell"]
