"""The front page of the doctor: what examines is fetched late, and all the same it is there."""

from __future__ import annotations

import subprocess
import sys

import pytest

from applinks import doctor


@pytest.mark.parametrize("name", doctor.__all__)
def test_each_name_is_there_when_it_is_asked_for(name: str) -> None:
    assert getattr(doctor, name) is not None


def test_a_name_that_does_not_exist_is_told_in_the_usual_way() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        doctor.Nothing  # noqa: B018


def test_an_application_that_examines_nothing_loads_nothing_that_examines() -> None:
    script = "import sys; from applinks import AppLinks; print(*(name for name in sys.modules if name.startswith('applinks.doctor')))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == {"applinks.doctor", "applinks.doctor.diagnosis", "applinks.doctor.lately"}
