"""What happened is told to scripts, once, whenever the process ends."""

from __future__ import annotations

from contextlib import suppress

import pytest

from applinks.demo import happened
from applinks.demo.database import opened
from applinks.demo.happened import Happened, Told, write_down


class Scripts:
    """Keeps what it is told; dies before or after that, if it shall."""

    def __init__(self) -> None:
        self.told = []
        self.dies = None

    def occurred(self, kind, payload, **more):
        if self.dies == "before":
            raise KeyboardInterrupt
        self.told.append((kind, payload, more))
        if self.dies == "after":
            raise KeyboardInterrupt
        return len(self.told)


@pytest.fixture
def path(tmp_path):
    with opened(tmp_path / "some.db") as database:
        database.executescript(happened.SCHEMA)
    return tmp_path / "some.db"


def write(path, *kinds):
    with opened(path) as database:
        for kind in kinds:
            write_down(database, Happened(kind, "issue OPS-1", "alice", {"summary": "ä"}))


def test_what_is_written_down_is_told_once_and_in_its_order(path):
    told = Told(path, Scripts())
    write(path, "one", "two")
    assert told.tell() == [1, 2]
    assert told.tell() == []
    assert [kind for kind, _, _ in told.scripts.told] == ["one", "two"]
    _, payload, more = told.scripts.told[0]
    assert payload == {"summary": "ä"}
    assert (more["item"], more["user"]) == ("issue OPS-1", "alice")
    assert len({more["delivery"] for _, _, more in told.scripts.told}) == 2


@pytest.mark.parametrize("when", ["before", "after"])
def test_who_dies_while_telling_tells_again_and_by_the_same_id(path, when):
    told = Told(path, Scripts())
    write(path, "one")
    told.scripts.dies = when
    with pytest.raises(KeyboardInterrupt):
        told.tell()
    told.scripts.dies = None
    told.tell()
    assert told.tell() == []
    assert len({more["delivery"] for _, _, more in told.scripts.told}) == 1


def test_a_change_that_was_undone_is_not_told(path):
    with suppress(ZeroDivisionError), opened(path) as database:
        write_down(database, Happened("one", "issue OPS-1", "alice", {}))
        raise ZeroDivisionError
    assert Told(path, Scripts()).tell() == []
