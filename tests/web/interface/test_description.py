"""The description: made from the table, whole, and the same in the repository, in the reference, and as it is served."""

from __future__ import annotations

import json
import re

import jsonschema_rs
import pytest

from applinks import errors
from applinks.errors import AppLinksError, StoreUnavailable
from applinks.web.interface import BELOW, OPERATIONS, SCHEMAS, May, Operation, describe
from applinks.web.interface.problems import status_of
from house.source import DOCS
from web.interface.rig import URL, Rig

EXPORTED = DOCS / "reference" / "openapi.json"
REFERENCE = DOCS / "reference" / "http-interface.md"
KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, AppLinksError)]


def test_the_exported_description_is_the_present_one():
    """`tools/openapi` writes it anew."""
    assert json.loads(EXPORTED.read_text()) == describe(OPERATIONS, SCHEMAS, at=BELOW)


def test_what_is_served_is_the_same_at_our_own_address(made: Rig):
    with made.client() as stranger:
        assert stranger.get("/openapi.json").json() == describe(OPERATIONS, SCHEMAS, at=f"{URL}{BELOW}")


def test_the_reference_lists_every_operation():
    rows = re.findall(r"^\| `([A-Z]+)` \| `(/\S*)` \| (.+) \| (.+) \|$", REFERENCE.read_text(), re.MULTILINE)
    assert rows == [(each.method, each.path, each.summary, str(each.may)) for each in OPERATIONS]


def test_no_two_rows_have_one_name_or_one_place():
    assert len({each.id for each in OPERATIONS}) == len(OPERATIONS)
    assert len({(each.method, re.sub(r"\{\w+\}", "{}", each.path)) for each in OPERATIONS}) == len(OPERATIONS)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_what_changes_something_is_no_get_and_needs_a_token_that_may(operation: Operation):
    """T-50: whoever may use it is said in the row, and nobody but a changer may use what is not read."""
    assert (operation.method != "GET") == (operation.may is May.CHANGE)


def test_every_schema_is_one_and_is_used():
    text = json.dumps(describe(OPERATIONS, SCHEMAS, at=BELOW)["paths"]) + json.dumps(describe((), SCHEMAS, at=BELOW))
    for name, schema in SCHEMAS.items():
        jsonschema_rs.Draft202012Validator(dict(schema))
        assert f"#/components/schemas/{name}" in text, name
    assert set(re.findall(r"#/components/schemas/(\w+)", text)) == set(SCHEMAS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_no_error_of_the_rules_is_a_fault_of_this_server_unless_its_records_are_away(kind: type[AppLinksError]):
    assert 400 <= status_of(kind) < 500 or kind is StoreUnavailable


def test_the_reference_tells_the_status_of_each_code():
    told = dict(re.findall(r"^\| (\d{3}) \| (.+?) \|", REFERENCE.read_text(), re.MULTILINE))
    for kind in KINDS:
        if kind.__doc__ and kind not in {AppLinksError, errors.OurFault}:
            assert str(status_of(kind)) in told, kind
