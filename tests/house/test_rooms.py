"""Rooms, layers and sizes: what the tree shows is how it is."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from house.source import DOCS, PACKAGE, ROOT, TESTS, functions, modules, name_of, project, section, tree

FORBIDDEN = {"util", "utils", "helper", "helpers", "core", "common", "shared", "manager", "managers", "misc", "base", "lib"}
LONGEST_FILE = 400
LONGEST_FUNCTION = 60

LONG_FILES = {
    "errors.py": "the one tree of errors, drawn and then defined in that order",
    "scripts/__init__.py": "a list of names: what the room has, and where each is fetched from",
    "front.py": "a list of equals: two faces with the same methods, each of which runs one flow",
    "web/scripts/views.py": "a list of equals: values without rules, one for each template or part of one",
    "web/interface/operations.py": "the table of operations: rows of one form, read by the row",
    "wire/oauth1.py": "signing and verifying share one way to the base string and are read together",
}
LONG_FUNCTIONS: dict[str, str] = {}

WITHOUT_A_TEST_OF_THEIR_NAME = {
    "scripts/__init__.py": "tests/scripts/test_front_page.py",
    "demo/scripted.py": "tests/demo/test_scripts.py",
    "errors.py": "tests/house/test_errors.py",
    "demo/asgi.py": "tests/demo/test_pages.py",
    "demo/database.py": "tests/demo/test_tracker.py",
    "demo/linked.py": "tests/demo/test_pages.py",
    "demo/look.py": "tests/demo/test_pages.py",
    "demo/forge/": "tests/demo/test_forge.py and tests/demo/test_pages.py",
    "demo/tracker/": "tests/demo/test_tracker.py and tests/demo/test_pages.py",
    "demo/wiki/": "tests/demo/test_wiki.py and tests/demo/test_pages.py",
    "scripts/messages/deliveries.py": "values without rules; tests/contracts/test_store_messages.py asks the questions",
    "scripts/events/event.py": "questions and values without rules; tests/contracts/test_store_runs.py asks them",
    "scripts/pasted/script.py": "values and questions; tests/contracts/test_store_pasted.py asks them",
    "scripts/runs/history.py": "questions; tests/contracts/test_store_hooks.py asks them",
    "scripts/runs/journal.py": "tests/scripts/passes/test_recording.py, and tests/contracts/test_store_runs.py asks the questions",
    "scripts/runs/run.py": "questions and one table; tests/contracts/test_store_runs.py asks them and looks at it",
    "scripts/hooks/settings.py": "questions; tests/contracts/test_store_hooks.py asks them",
    "store/deliveries.py": "tests/contracts/test_store_messages.py",
    "store/events.py": "tests/contracts/test_store_runs.py and tests/contracts/test_store_sources.py",
    "store/history.py": "tests/contracts/test_store_hooks.py",
    "store/hook_settings.py": "tests/contracts/test_store_hooks.py",
    "store/jobs.py": "tests/contracts/test_store_runs.py",
    "store/journal.py": "tests/contracts/test_store_runs.py",
    "store/lately.py": "tests/contracts/test_store_hooks.py",
    "store/run_rows.py": "tests/store/test_parameters.py and tests/contracts/test_store_runs.py",
    "store/runs.py": "tests/contracts/test_store_runs.py and tests/contracts/test_store_hooks.py",
    "store/script_tables.py": "tests/store/test_schema.py",
    "store/scripts.py": "tests/contracts/test_store_runs.py and tests/contracts/test_store_messages.py",
    "store/messages.py": "tests/contracts/test_store_messages.py",
    "store/automation.py": "tests/contracts/test_store_automation.py",
    "doctor/cases.py": "tests/doctor/test_explaining.py",
    "doctor/judging.py": "tests/doctor/test_explaining.py and tests/doctor/test_rejected_requests.py",
    "doctor/differences.py": "values without rules; tests/doctor/test_searching.py looks at each of them",
    "doctor/differing_address.py": "tests/doctor/test_rejected_requests.py and tests/doctor/test_searching.py",
    "doctor/differing_otherwise.py": "tests/doctor/test_rejected_requests.py and tests/doctor/test_explaining.py",
    "doctor/differing_parameters.py": "tests/doctor/test_rejected_requests.py and tests/doctor/test_searching.py",
    "doctor/differing_writing.py": "tests/doctor/test_rejected_requests.py and tests/doctor/test_searching.py",
    "store/refusals.py": "tests/contracts/test_store_refusals.py",
    "declared/model.py": "values without rules; tests/declared/test_file.py reads them all",
    "store/entities.py": "tests/contracts/test_store_entities.py",
    "links/comparing.py": "questions; tests/contracts/test_store_comparisons.py asks them",
    "store/comparisons.py": "tests/contracts/test_store_comparisons.py",
    "store/grants.py": "tests/contracts/test_store_grants.py",
    "doctor/lately.py": "tests/web/administration/test_checking.py",
    "store/renaming.py": "tests/contracts/test_store_keys.py",
    "scripts/events/naming.py": "tests/scripts/events/test_sorting.py",
    "store/outbox.py": "tests/contracts/test_store_outbox.py",
    "store/pasted.py": "tests/contracts/test_store_pasted.py",
    "store/sources.py": "tests/contracts/test_store_sources.py",
    "web/administration/taken.py": "values without rules; tests/web/administration/test_views.py renders each of them",
    "store/secrets.py": "tests/contracts/test_store_secrets.py",
    "store/tokens.py": "tests/contracts/test_store_tokens.py",
    "store/identity.py": "tests/contracts/test_store_identity.py",
    "store/insertion.py": "tests/contracts/test_store_links.py",
    "web/scripts/views.py": "values without rules; tests/web/administration/test_views.py renders each of them",
    "store/links.py": "tests/contracts/test_store_links.py and tests/contracts/test_store_links_model.py",
    "store/migrations/": "tests/store/test_schema.py",
    "store/nonces.py": "tests/contracts/test_store_nonces.py",
    "store/store.py": "tests/contracts/test_store_links.py and tests/store/test_processes.py",
    "store/staff.py": "tests/contracts/test_store_staff.py",
    "store/tables.py": "tests/store/test_schema.py",
    "store/trail.py": "tests/contracts/test_store_audit.py",
    "running/pace.py": "values without rules; tests/running/test_performer.py and tests/running/test_engines.py go by them",
    "links/their_end.py": "tests/links/test_setting_up.py and tests/products/test_making.py",
    "web/answers.py": "tests/web/test_consent.py and tests/web/test_dances.py",
    "web/administration/one_form.py": "tests/web/administration/test_changing.py and test_tokens.py beside it",
    "web/administration/wizard.py": "values without rules; tests/web/administration/test_views.py renders each of them",
    "web/administration/kept.py": "values without rules; tests/web/administration/test_views.py renders each of them",
    "web/administration/trust.py": "values without rules; tests/web/administration/test_views.py renders each of them",
    "wire/messages.py": "values without rules; tests/wire/test_oauth1.py uses them all",
    "cli/__init__.py": "tests/cli/test_main.py",
    "incoming/endpoints/visit.py": "values without rules; the tests of the other endpoints hand it over",
    "doctor/defaults.py": "tests/doctor/test_causes.py and tests/doctor/test_strict.py",
    "doctor/diagnosis.py": "values without rules; tests/doctor/test_notes.py makes them",
    "doctor/looking.py": "tests/doctor/test_examining.py",
    "scripts/hooks/parameter_kinds.py": "tests/scripts/hooks/test_parameters.py",
    "scripts/conditions/located.py": "tests/scripts/conditions/test_checking.py",
    "scripts/conditions/telling.py": "tests/scripts/conditions/test_checking.py",
    "scripts/conditions/possible.py": "tests/scripts/conditions/test_assuming.py",
    "scripts/conditions/comparing.py": "tests/scripts/conditions/test_assuming.py",
}
"""Source module, or all of a folder → where else it is proven, or why it needs no proof. Front pages need none."""


def test_imports_obey_the_layers_and_the_other_contracts():
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert re.search(r"Contracts: \d+ kept, 0 broken", done.stdout)


def test_the_architecture_page_draws_the_layers_that_are_enforced():
    (contract,) = [contract for contract in project()["tool"]["importlinter"]["contracts"] if contract["type"] == "layers"]
    standing = [[room for room in re.split(r"[ |]+", layer) if not room.startswith("(")] for layer in contract["layers"]]
    drawn = re.search(r"```text\n(.*?)```", section(DOCS / "architecture.md", "Layers"), re.DOTALL)[1]
    rooms = {room for layer in standing for room in layer}
    written = [[word for word in line.split("  ") if word.strip() in rooms] for line in drawn.splitlines()]
    assert [[word.strip() for word in line] for line in written] == [layer for layer in standing if layer]


def test_every_room_and_module_of_the_package_has_its_layer():
    (contract,) = [contract for contract in project()["tool"]["importlinter"]["contracts"] if contract["type"] == "layers"]
    layered = set(re.findall(r"\w+", " ".join(contract["layers"])))
    standing = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert standing - {"__init__"} <= layered


ROOMS = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
SHELF = "wire"
"""Holds formats, each taken by its name; every other room is entered by its front page."""
SIDE_DOORS: dict[str, str] = {
    "demo/forge/application.py: applinks.frameworks.flask": "a door of its own, since only those who have Flask can open it",
}
PUBLIC = {"applinks", "applinks.frameworks", "applinks.frameworks.flask", "applinks.running", "applinks.scripts"}
"""What applications import from."""


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_another_room_is_entered_by_its_front_page_only(path):
    own = Path(name_of(path)).parts[0]
    inner = {
        found
        for found in imports(path)
        if (parts := found.split("."))[:1] == ["applinks"] and len(parts) > 2 and parts[1] in ROOMS - {own, SHELF}
    }
    assert {f"{name_of(path)}: {found}" for found in inner} <= SIDE_DOORS.keys()


@pytest.mark.parametrize("path", [path for path in modules() if name_of(path).startswith("demo/")], ids=name_of)
def test_the_demo_uses_what_any_other_application_may_use(path):
    ours = {found for found in imports(path) if found.startswith("applinks")}
    assert {found for found in ours if not found.startswith("applinks.demo")} <= PUBLIC


def test_no_room_and_no_module_has_a_name_that_says_nothing():
    names = {part.removesuffix(".py").strip("_") for path in modules() for part in Path(name_of(path)).parts}
    assert not names & FORBIDDEN


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_no_file_is_too_long_without_a_reason(path):
    lines = len(path.read_text().splitlines())
    assert lines <= LONGEST_FILE or LONG_FILES.get(name_of(path)), f"{lines} lines"


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_no_function_is_too_long_without_a_reason(path):
    long = {f"{name_of(path)}:{node.name}" for node in functions(path) if node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION}
    assert long <= LONG_FUNCTIONS.keys()


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_every_module_says_what_it_is(path):
    text = path.read_text()
    assert not text.strip() or text.lstrip().startswith('"""'), "it does not begin with a docstring"


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_every_module_is_proven_by_a_test_of_its_name_or_says_where(path):
    if not needs_a_test(path) or has_a_test(path):
        return
    reason = reason_of(name_of(path))
    assert reason, f"there is no tests/{Path(name_of(path)).parent / ('test_' + path.name)}"
    for mentioned in re.findall(r"tests/[\w/.]+", reason):
        assert (ROOT / mentioned).exists(), f"{mentioned} does not exist"


def test_no_exemption_outlives_its_reason():
    assert {*SIDE_DOORS} <= {f"{name_of(path)}: {found}" for path in modules() for found in imports(path)}
    assert {*LONG_FILES} <= {name_of(path) for path in modules() if len(path.read_text().splitlines()) > LONGEST_FILE}
    untested = [name_of(path) for path in modules() if needs_a_test(path) and not has_a_test(path)]
    used = {key for key in WITHOUT_A_TEST_OF_THEIR_NAME for name in untested if is_about(key, name)}
    assert {*WITHOUT_A_TEST_OF_THEIR_NAME} == used


def imports(path: Path) -> set[str]:
    """The modules from which something is imported, whether or not it is only for annotations."""
    nodes = list(ast.walk(tree(path)))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}


def needs_a_test(path: Path) -> bool:
    """A front page that only lists names is proven by whoever imports them."""
    return path.name != "__init__.py" or any(functions(path))


def has_a_test(path: Path) -> bool:
    folder = TESTS / Path(name_of(path)).parent
    name = "test_front_door.py" if path.name == "__init__.py" else f"test_{path.name}"
    return (folder / name).exists() or (path == PACKAGE / "__init__.py" and (TESTS / "house" / name).exists())


def reason_of(name: str) -> str | None:
    return next((reason for key, reason in WITHOUT_A_TEST_OF_THEIR_NAME.items() if is_about(key, name)), None)


def is_about(key: str, name: str) -> bool:
    return name.startswith(key) if key.endswith("/") else name == key
