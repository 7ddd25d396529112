"""The public names: sorted, complete, importable, fetched late, and each with its place in the reference."""

from __future__ import annotations

import importlib
import inspect
import re
import subprocess
import sys

import pytest

import applinks
from applinks import frameworks
from applinks.frameworks.flask import pages
from applinks.links import LinkSettings
from house.source import DOCS, section

API = DOCS / "reference" / "api.md"
SIGNED = [
    applinks.AppLinks,
    applinks.AsyncAppLinks,
    applinks.Administrator,
    applinks.ConsentEnded,
    applinks.ConsentGiven,
    applinks.Consumer,
    applinks.Diagnosis,
    applinks.Endpoints,
    applinks.Explained,
    applinks.Explanation,
    applinks.Person,
    applinks.Policy,
    applinks.Principal,
    applinks.Provider,
    applinks.Refusal,
    applinks.run_as,
    frameworks.ASGIMiddleware,
    frameworks.ASGIPages,
    frameworks.WSGIMiddleware,
    frameworks.WSGIPages,
    pages,
]


def test_the_list_of_public_names_is_sorted_as_ruff_sorts_it():
    constants = sorted(name for name in applinks.__all__ if name.isupper())
    classes = sorted(name for name in applinks.__all__ if name not in constants and name[0].isupper())
    functions = sorted(name for name in applinks.__all__ if name not in {*constants, *classes})
    assert applinks.__all__ == [*constants, *classes, *functions]


def test_the_list_and_the_table_of_homes_name_the_same():
    assert list(applinks._HOMES) == applinks.__all__


@pytest.mark.parametrize("name", applinks.__all__)
def test_a_public_name_is_what_its_home_has_under_that_name(name):
    assert getattr(applinks, name) is getattr(importlib.import_module(f"applinks.{applinks._HOMES[name]}"), name)


def test_a_name_that_does_not_exist_is_told_in_the_usual_way():
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        applinks.Nothing  # noqa: B018


def test_no_public_name_equals_a_room():
    rooms = {home.partition(".")[0] for home in applinks._HOMES.values()}
    assert not rooms & set(applinks.__all__)


def test_importing_the_package_brings_nothing_heavy_along():
    heavy = {"httpx2", "sqlalchemy", "cryptography", "alembic", "typer", "asyncio", "defusedxml"}
    script = f"import sys, applinks; print(*sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_an_application_on_a_file_loads_nothing_of_postgresql():
    script = "import sys; from applinks import AppLinks; print(*(name for name in sys.modules if 'postgresql' in name))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_the_shell_completes_public_names_before_they_are_fetched():
    assert set(applinks.__all__) <= set(dir(applinks))


def test_the_reference_has_a_heading_for_each_public_name_and_no_other():
    headings = re.findall(r"^### (\w+)$", API.read_text(), re.MULTILINE)
    assert sorted(headings) == sorted([*applinks.__all__, *frameworks.__all__, pages.__name__])


@pytest.mark.parametrize("public", SIGNED, ids=lambda public: public.__name__)
def test_the_reference_writes_the_signature_as_it_is(public):
    written = re.search(r"`(\w+\(.*\))`", section(API, public.__name__))
    assert written, f"{public.__name__} has no signature in the reference"
    assert written[1] == f"{public.__name__}({_parameters(public)})"


@pytest.mark.parametrize("public", [applinks.AppLinks, applinks.LinkedApplication], ids=lambda public: public.__name__)
def test_the_reference_lists_every_member_with_its_parameters(public):
    text = section(API, public.__name__)
    for name, member in inspect.getmembers(public):
        if name.startswith("_"):
            continue
        signature = f"`{name}({_parameters(member)})`" if callable(member) else f"`{name}`"
        assert signature in text or f"`{name}`" in text.partition("The remaining members")[2], signature


def test_the_reference_tells_what_can_be_set_on_a_link():
    told = re.findall(r"^\| (`.+?`) \|", section(API, "What can be set on a link"), re.MULTILINE)
    assert {name for row in told for name in re.findall(r"`(\w+)`", row)} == set(LinkSettings.__annotations__)


def test_both_faces_have_the_same_members():
    ours, theirs = (
        {name for name in dir(face) if not name.startswith("_")} for face in (applinks.AppLinks, applinks.AsyncAppLinks)
    )
    assert ours == theirs


def _parameters(function) -> str:
    """`a, b=None, *, c`: without annotations and the bound object."""
    parts, star = [], False
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name == "self":
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and not star:
            star = True
            parts.append("*")
        stars = {parameter.VAR_KEYWORD: "**", parameter.VAR_POSITIONAL: "*"}.get(parameter.kind, "")
        parts.append(f"{stars}{parameter.name}{_default(parameter)}")
    return ", ".join(parts)


def _default(parameter: inspect.Parameter) -> str:
    if parameter.default is parameter.empty:
        return ""
    made = {"Policy": "frozenset()"}
    return f"={made.get(type(parameter.default).__name__, repr(parameter.default))}"
