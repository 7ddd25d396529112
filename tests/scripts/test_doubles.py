"""Operations of one name, and endpoints at one address: none of them is used, and each says which others there are."""

from __future__ import annotations

from pathlib import Path

from applinks.scripts import load

ONE = """
from applinks.scripts import endpoint, operation

@operation()
def create(*, key: str):
    pass

@operation()
def only_here():
    pass

@endpoint("GET", "spaces/{key}")
def show(request):
    pass

@endpoint("POST", "spaces/{key}")
def change(request):
    pass
"""
OTHER = """
from applinks.scripts import endpoint, operation

@operation()
def create():
    pass

@endpoint("GET", "/spaces/{key}/")
def look(request):
    pass
"""


def test_nobody_could_say_which_is_meant(tmp_path: Path):
    (tmp_path / "one.py").write_text(ONE)
    (tmp_path / "other.py").write_text(OTHER)
    loaded = load(tmp_path)
    assert {*loaded.scripts} == {"one:only_here", "one:change"}
    messages = sorted(fault.message for fault in loaded.faults)
    assert messages == [
        "one:create has the name 'create', and so has other:create.",
        "one:show has the address 'GET spaces/{key}', and so has other:look.",
        "other:create has the name 'create', and so has one:create.",
        "other:look has the address 'GET spaces/{key}', and so has one:show.",
    ]
    assert all(fault.fatal and fault.line and fault.remedy for fault in loaded.faults)
