"""Engines by their names."""

from __future__ import annotations

import sys

import pytest

from applinks.errors import ConfigurationError
from applinks.running import ENGINES, engine_named
from running.world import World


@pytest.fixture
def without_extras(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where neither is installed."""
    for name in [
        name for name in sys.modules if name.startswith(("applinks.running.celery", "applinks.running.procrastinate"))
    ]:
        monkeypatch.delitem(sys.modules, name)
    for name in ("celery", "procrastinate"):
        monkeypatch.setitem(sys.modules, name, None)


def test_an_engine_in_process_needs_nothing(here: World, without_extras: None) -> None:
    assert callable(engine_named("in-process", here.applinks, workers=2))


@pytest.mark.parametrize("name", ["celery", "procrastinate"])
def test_what_is_not_installed_says_how_to_install_it(here: World, without_extras: None, name: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        engine_named(name, here.applinks, broker="redis://localhost")
    assert f"pip install 'applinks[{name}]'" in (caught.value.remedy or "")


def test_an_unknown_name_is_told_which_there_are(here: World) -> None:
    with pytest.raises(ConfigurationError, match="no engine 'kafka'") as caught:
        engine_named("kafka", here.applinks)
    assert all(name in (caught.value.remedy or "") for name in ENGINES)


def test_celery_needs_a_broker(here: World) -> None:
    pytest.importorskip("celery")
    with pytest.raises(ConfigurationError, match="broker"):
        engine_named("celery", here.applinks)


def test_procrastinate_needs_postgresql(here: World) -> None:
    pytest.importorskip("procrastinate")
    with pytest.raises(ConfigurationError, match="PostgreSQL"):
        engine_named("procrastinate", here.applinks)
