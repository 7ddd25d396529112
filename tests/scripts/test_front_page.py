"""The front page of the scripts: what runs, loads and reads them is fetched late, and all the same it is there."""

from __future__ import annotations

import importlib.util
import subprocess
import sys

import pytest

from applinks import scripts

LATE = [
    f"applinks.scripts.{module}"
    for module in (
        "conditions",
        "events.sorting",
        "hooks.loading",
        "hooks.offering",
        "passes.executing",
        "passes.recording",
        "passes.rehearsing",
        "passes.surroundings",
    )
]


@pytest.mark.parametrize("name", scripts.__all__)
def test_each_name_is_there_when_it_is_asked_for(name: str) -> None:
    assert getattr(scripts, name) is not None


def test_a_name_that_does_not_exist_is_told_in_the_usual_way() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        scripts.Nothing  # noqa: B018


def test_an_application_that_runs_no_script_loads_nothing_that_runs_them() -> None:
    script = "import sys; from applinks import AppLinks; print(*(name for name in sys.modules if name.startswith('applinks.scripts')))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "applinks.scripts.runs.run" in loaded, "what the store keeps is there at once"
    for late in LATE:
        assert importlib.util.find_spec(late) is not None, "one that was renamed would never be among those that are loaded"
        assert late not in loaded
