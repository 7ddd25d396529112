"""Habits of the source that a reader would otherwise have to check by eye."""

from __future__ import annotations

import ast
import re

import pytest

from house.source import PACKAGE, modules, name_of, tree

WIRE = [path for path in modules() if name_of(path).startswith("wire/")]
CHANCE = {"time", "datetime", "random", "secrets", "uuid", "socket", "urllib.request", "os"}
SECRET = re.compile(r"(^|_)(password|secret|signature|token|digest|mac|voucher|nonce)s?$")

EQUAL_ON_PURPOSE = {
    "mechanisms/two_legged_impersonation.py: claim.token == ''": "whether there is one; its value proves nothing here",
    "mechanisms/two_legged.py: claim.token == ''": "the same",
    "mechanisms/three_legged.py: presented.oauth.token != ''": "the same",
    "mechanisms/three_legged.py: now.token.token != token.token": "both are our own, read from our own records",
    "scripts/passes/recording.py: known.asked.digest != asked.digest": "both are our own, of requests that we made ourselves: no secrets",
    "store/automation.py: api_tokens.c.digest == bindparam('wanted')": "by the database, and of a digest: what leaks is of no use",
    "store/grants.py: request_tokens.c.digest == question.digest": "by the database, and of a digest: what leaks is of no use",
    "store/grants.py: request_tokens.c.digest == bindparam('wanted')": "the same",
    "store/grants.py: grants.c.token == question.instead_of": "the same; columns called token hold digests",
    "store/grants.py: grants.c.token == bindparam('wanted')": "the same",
    "store/staff.py: table.c.password == question.password": "by the database, and of two digests of the same password",
    "store/staff.py: sessions.c.digest == question.digest": "by the database, and of a digest: what leaks is of no use",
    "store/staff.py: invitations.c.digest == question.digest": "the same",
    "store/trail.py: row.digest.hex() == noted.digest": "both are in the open: one is stored, one was printed",
}
"""Comparisons whose operand only sounds like a secret."""


@pytest.mark.parametrize("path", WIRE, ids=name_of)
def test_the_wire_knows_neither_time_nor_chance(path):
    """T-08, S-16: both are handed in as values."""
    assert not _imported(path) & CHANCE


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_random_numbers_come_from_the_operating_system(path):
    """S-16, T-18."""
    assert "random" not in _imported(path)


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_no_assert_stands_in_for_a_check_unless_it_says_so(path):
    """An assert vanishes under -O; each one left tells that it is for the type checker only."""
    lines = path.read_text().splitlines()
    bare = [
        node.lineno
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Assert) and "# noqa: S101" not in lines[node.lineno - 1]
    ]
    assert bare == [], f"lines {bare}"


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_no_secret_is_compared_by_its_first_difference(path):
    """T-08."""
    compared = {
        f"{name_of(path)}: {ast.unparse(node)}"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq) and _sounds_secret(node)
    }
    assert compared <= EQUAL_ON_PURPOSE.keys()


def test_no_exemption_outlives_its_comparison():
    standing = {
        f"{name_of(path)}: {ast.unparse(node)}"
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Compare)
    }
    assert EQUAL_ON_PURPOSE.keys() <= standing


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_nothing_evaluates_text_or_unpickles_bytes(path):
    """S-33."""
    called = {ast.unparse(node.func) for node in ast.walk(tree(path)) if isinstance(node, ast.Call)}
    assert not called & {"eval", "exec", "pickle.loads", "pickle.load", "yaml.load", "os.system", "marshal.loads"}
    assert not any(
        keyword.arg == "shell" for node in ast.walk(tree(path)) if isinstance(node, ast.Call) for keyword in node.keywords
    )


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_xml_is_parsed_by_the_careful_parser_only(path):
    """T-34, S-32."""
    risky = {"xml.sax", "xml.dom", "xml.dom.minidom", "lxml", "lxml.etree", "xml.parsers.expat"}
    assert not _imported(path) & risky
    assert "ElementTree.fromstring" not in path.read_text()


def test_time_and_chance_have_one_source_below_the_store():
    """Flows are handed both as values."""
    low = ("wire", "people", "links", "mechanisms", "outgoing", "incoming")
    for path in modules():
        if name_of(path).startswith(low):
            assert not _sources_imported(path), name_of(path)


def test_the_package_says_that_it_is_typed():
    assert (PACKAGE / "py.typed").exists()


def _sources_imported(path) -> set[str]:
    """What tells the time or makes chance; the name of a time zone does neither."""
    zones = {
        node.module
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and [name.name for name in node.names] == ["UTC"]
    }
    return _imported(path) & {"time", "datetime", "random", "secrets", "uuid"} - zones


def _imported(path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def _sounds_secret(node: ast.Compare) -> bool:
    return any(SECRET.search(_last_name(side).lower()) for side in (node.left, *node.comparators))


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
