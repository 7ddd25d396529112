"""`applinks link move`, `public-key` and `announce-address`: what changes at the other end of a link, or at ours."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from applinks.audit import as_word
from applinks.cli.shown import as_data, in_words
from applinks.cli.words import By, Database, Json, LinkName, opened, show, table, whoever_runs_this
from applinks.wire.keys import PublicKey

DAY = 24 * 3600
SomeLink = Annotated[str | None, typer.Argument(metavar="[NAME]", help="The name of one link; all, if not said.")]


def move(
    name: LinkName,
    url: Annotated[str, typer.Argument(metavar="URL", help="The new address of the other application.")],
    unproven: Annotated[
        bool, typer.Option("--unproven", help="You are sure that it is the same application, though it cannot prove it.")
    ] = False,
    by: By = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Follow the other application to another address; consents, grants and policy stay."""
    with opened(database) as applinks:
        moved = applinks.move_link(name, url, unproven=unproven, by=whoever_runs_this(by))
    words = ["Moved; it has proven that it is the same." if moved.proven else "Moved, unproven."]
    if moved.secret_needed:
        words.append(
            f"Its secret was for {moved.before}: enter it anew by `applinks link secret {as_word(name)} --outgoing --stdin`."
        )
    if moved.dropped:
        words.append(f"These people have to agree again: {', '.join(moved.dropped)}.")
    data = {
        **as_data(moved.link),
        "before": moved.before,
        "proven": moved.proven,
        "old_id": moved.old_id,
        "secret_needed": moved.secret_needed,
        "dropped": moved.dropped,
    }
    show(data, *words, *in_words(moved.link), as_json=as_json)


def public_key(
    name: LinkName,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, metavar="FILE", help="Its new public key.")],
    overlap: Annotated[
        float, typer.Option("--overlap", metavar="DAYS", help="How long the old one holds, too; 0: no more.")
    ] = 3,
    by: By = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Know the other application by another public key."""
    key = file.read_text("utf-8", errors="replace")
    with opened(database) as applinks:
        link = applinks.change_public_key(name, key, overlap=overlap * DAY, by=whoever_runs_this(by))
    fingerprint = PublicKey.read(link.incoming.public_key or "").fingerprint
    show({**as_data(link), "fingerprint": fingerprint}, *in_words(link), f"  key         {fingerprint}", as_json=as_json)


def announce_address(name: SomeLink = None, by: By = None, database: Database = None, as_json: Json = False) -> None:
    """Tell the other applications our own address, after it has changed; each looks for us there before it follows."""
    with opened(database) as applinks:
        told = applinks.announce_address(name, by=whoever_runs_this(by))
    rows = [("link", "told", ""), *((one.link, one.told, one.why or "") for one in told)]
    show([asdict(one) for one in told], *(table(rows) if told else ["There are no links."]), as_json=as_json)
