"""Templates and style sheet that the three applications share."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined

from applinks.demo.safety import is_web_address

TEMPLATES = Path(__file__).with_name("templates")
STATIC = Path(__file__).with_name("static")


def loader(application: Path) -> ChoiceLoader:
    """An application's own templates, then those of all."""
    return ChoiceLoader([FileSystemLoader(application / "templates"), FileSystemLoader(TEMPLATES)])


def environment(application: Path) -> Environment:
    """Templates that escape whatever they are given, and fail at what they are not given."""
    found = Environment(loader=loader(application), autoescape=True)
    dress(found)
    return found


def dress(templates: Environment) -> None:
    """Add what our templates need: strictness, a test for addresses, a filter for times."""
    templates.undefined = StrictUndefined
    templates.trim_blocks = templates.lstrip_blocks = True
    templates.tests["web_address"] = is_web_address
    templates.filters["moment"] = moment


def moment(milliseconds: int) -> str:
    """A time for people to read."""
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%d %H:%M} UTC"
