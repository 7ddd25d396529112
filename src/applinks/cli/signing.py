"""`applinks signing`: the key by which other applications know this one. `applinks keys` are those that seal our secrets."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from applinks.cli.shown import as_data, in_words, moment
from applinks.cli.words import By, Database, Json, LinkName, opened, show, table, whoever_runs_this

if TYPE_CHECKING:
    from applinks.links import KeyStatus, LinkKey

app = typer.Typer(help="The key that we sign with, by which other applications know us.", no_args_is_help=True)
SomeLink = Annotated[str | None, typer.Argument(metavar="[NAME]", help="The name of one link; all, if not said.")]


@app.command()
def status(database: Database = None, as_json: Json = False) -> None:
    """Show our key, and which one each link signs with."""
    with opened(database) as applinks:
        found = applinks.key_status()
    _show(found, as_json=as_json)


@app.command()
def rotate(
    announce: Annotated[bool, typer.Option("--announce/--no-announce", help="Tell the other applications at once?")] = True,
    by: By = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Make a new key. Links go on with the old one until the new one is known over there; no call is lost."""
    with opened(database) as applinks:
        found = applinks.rotate_key(announce=announce, by=whoever_runs_this(by))
    _show(found, as_json=as_json)


@app.command()
def announce(name: SomeLink = None, by: By = None, database: Database = None, as_json: Json = False) -> None:
    """Tell our key again: to all that know another one, or to the application of one link."""
    with opened(database) as applinks:
        found = applinks.announce_key(name, by=whoever_runs_this(by))
    _show(found, as_json=as_json)


@app.command()
def use(name: LinkName, by: By = None, database: Database = None, as_json: Json = False) -> None:
    """Sign with the new key over this link: it was entered over there. A call would find that out by itself."""
    with opened(database) as applinks:
        link = applinks.use_new_key(name, by=whoever_runs_this(by))
    show(as_data(link), *in_words(link), as_json=as_json)


@app.command()
def retire(by: By = None, database: Database = None, as_json: Json = False) -> None:
    """Delete the old keys that no link signs with any more."""
    with opened(database) as applinks:
        retired = applinks.retire_keys(by=whoever_runs_this(by))
    words = [f"Retired {fingerprint}" for fingerprint in retired] or ["There is none that could be retired."]
    show({"retired": retired}, *words, as_json=as_json)


def _show(found: KeyStatus, *, as_json: bool) -> None:
    lines = [f"Our key is {found.fingerprint}", f"  made at     {moment(found.made_at)}"]
    lines += [
        f"  before it   {older.fingerprint}, {'used by ' + ', '.join(older.links) if older.links else 'can be retired'}"
        for older in found.older
    ]
    if found.links:
        lines += table([("link", "signs with", "told"), *((link.link, _key(link), _told(link)) for link in found.links)])
    show(asdict(found), *lines, as_json=as_json)


def _key(link: LinkKey) -> str:
    return "our key" if link.current else f"an older one, {link.fingerprint[:19]}…"


def _told(link: LinkKey) -> str:
    if link.told is None:
        return "-" if link.current else "not yet"
    return f"{link.told}: {link.why}" if link.why else link.told
