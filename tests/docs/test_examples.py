"""Every Python example of the README and of docs/ does what its page says."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import inspect
import io
from collections.abc import Coroutine
from pathlib import Path
from types import CodeType

import pytest

from docs.pages import MARKERS, PAGES, Block, blocks, matches, name_of

SHELL = {"sh", "bash", "console"}
SCRIPTS = "scripts/"
"""A file in there is a script that the examples of its page load."""


def is_run(block: Block) -> bool:
    return block.language == "python" and not block.markers.keys() & {"file", "not run"}


WITH_EXAMPLES = [page for page in PAGES if any(is_run(block) for block in blocks(page))]


@pytest.mark.parametrize("page", WITH_EXAMPLES, ids=name_of)
def test_the_examples_of_a_page_run_in_order_and_print_what_it_says(page: Path, world, tmp_path, monkeypatch):
    names = {**world.names(), "__name__": f"example of {page.name}"}
    printed = None
    for block in blocks(page):
        if block.markers.get("file", "").startswith(SCRIPTS):
            monkeypatch.chdir(tmp_path)
            (tmp_path / SCRIPTS).mkdir(exist_ok=True)
            (tmp_path / block.markers["file"]).write_text(block.code)
        elif "prints" in block.markers:
            assert printed is None or matches(printed, block.code), f"{block.place}: it printed\n{printed}"
        else:
            printed = run(block, names, world) if is_run(block) else None


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_example_is_left_out_without_a_reason(page: Path):
    for block in blocks(page):
        assert block.markers.keys() <= MARKERS, block.place
        assert all(word for name, word in block.markers.items() if name in {"file", "as", "raises", "not run"}), block.place
        if block.language in SHELL:
            assert block.markers.keys() & {"file", "runs", "starts", "not run"}, f"{block.place} neither runs nor says why not"


def run(block: Block, names: dict[str, object], world) -> str:
    """What the block printed, or, where it must raise, the error's text."""
    code = compile(f"{chr(10) * block.line}{block.code}", str(block.page), "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    names["applinks"] = world.asynchronous if is_asynchronous(code) else world.applinks
    who = block.markers.get("as")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), world.applinks.acting_as(who) if who else contextlib.nullcontext():
        error = execute(code, names, world)
    if "raises" in block.markers:
        assert type(error).__name__ == block.markers["raises"], f"{block.place}: {error!r}"
        return str(error)
    if error is not None:
        raise error
    return printed.getvalue()


def is_asynchronous(code: CodeType) -> bool:
    return bool(code.co_flags & inspect.CO_COROUTINE)


def execute(code: CodeType, names: dict[str, object], world) -> Exception | None:
    try:
        result = eval(code, names)
        if isinstance(result, Coroutine):
            asyncio.run(finished(result, world))
    except Exception as error:  # noqa: BLE001 the page says what must be raised
        return error
    return None


async def finished(result: Coroutine, world) -> None:
    """Connections belong to the loop that is running, and this one ends with the example."""
    try:
        await result
    finally:
        await world.asynchronous.connections.close_of_this_loop()
