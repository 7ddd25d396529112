"""`applinks demo`: three linked applications tell the story, then stay up for clicking."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from applinks.cli.words import Json


def demo(
    once: Annotated[bool, typer.Option("--once", help="End after the story, with 0 if every step was as told.")] = False,
    data: Annotated[Path | None, typer.Option("--data", help="Keep the files in this folder.")] = None,
    browser: Annotated[bool, typer.Option(help="Let carol consent in a real browser, where this machine has one.")] = True,
    as_json: Json = False,
) -> None:
    """Start tracker, wiki and forge, link them, and call each other as alice, as deployment, and as nobody should."""
    try:
        from applinks.demo import tell
    except ImportError as missing:
        typer.echo(f"applinks: the demo needs {missing.name}.\n  → pip install 'applinks[demo]'", err=True)
        raise typer.Exit(1) from missing

    stay = sys.stdout.isatty() and not once and not as_json
    with TemporaryDirectory(prefix="applinks-demo-") as temporary:
        story = tell(data or Path(temporary), quiet=as_json, stay=stay, real=browser)
    if as_json:
        typer.echo(json.dumps(story.as_data(), ensure_ascii=False))
    raise typer.Exit(0 if story.ok else 1)
