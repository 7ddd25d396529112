"""`applinks source`: webhooks from which events are taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from applinks.cli.shown import moment
from applinks.cli.words import By, Database, Json, line_from_stdin, opened, show, table, whoever_runs_this
from applinks.wire.values import data

if TYPE_CHECKING:
    from applinks.scripts import Source, SourceMade

app = typer.Typer(help="Webhooks from which events are taken.", no_args_is_help=True)
DAY = 24 * 3600

Name = Annotated[str, typer.Argument(metavar="NAME", help="Its name, or its id.")]
OfLink = Annotated[
    str | None, typer.Option("--link", metavar="NAME", help='The link through which its people are known; "" for none.')
]
AsksAs = Annotated[
    str | None, typer.Option("--asks-as", metavar="USER", help='Who asks over there whose a key is; "" for nobody.')
]
Believes = Annotated[
    bool | None,
    typer.Option("--believes-user/--believes-nobody", help="May runs act as the person whom an event names?"),
]
Stdin = Annotated[bool, typer.Option("--secret-stdin", help="Read the secret from standard input, instead of making one.")]


@app.command()
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What to call it.")],
    application: Annotated[
        str | None,
        typer.Option("--application", metavar="TYPE", help="jira, confluence, bitbucket or another; that of the link."),
    ] = None,
    link: OfLink = None,
    unsigned: Annotated[
        bool, typer.Option("--unsigned", help="It cannot sign: a secret part of its address is the proof.")
    ] = False,
    secret_stdin: Stdin = False,
    believes_user: Believes = None,
    asks_as: AsksAs = None,
    by: By = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Take events from a webhook. What is to be entered over there is shown once."""
    given = line_from_stdin("The secret") if secret_stdin else None
    with opened(database) as applinks:
        made = applinks.add_source(
            name,
            application,
            link=link or None,
            signed=not unsigned,
            secret=given,
            believes_user=believes_user,
            asks_as=asks_as or None,
            by=whoever_runs_this(by),
        )
    _show_made(made, given=given is not None, as_json=as_json)


@app.command("list")
def list_(database: Database = None, as_json: Json = False) -> None:
    """Show the webhooks, by their names; never what proves them."""
    with opened(database) as applinks:
        sources, names = applinks.sources(), {link.id: link.name for link in applinks.links()}
    rows: list[tuple[str, ...]] = [("id", "name", "application", "link", "proof", "believes", "asks as", "added", "by")]
    rows += [_cells(source, names) for source in sources]
    told = table(rows) if sources else ["There are no webhooks."]
    show([_data(source) for source in sources], *told, as_json=as_json)


@app.command("show")
def show_(name: Name, database: Database = None, as_json: Json = False) -> None:
    """Show one webhook: where it sends its events, and whom it is believed about."""
    with opened(database) as applinks:
        source, url, names = applinks.source(name), applinks.identity.url, {link.id: link.name for link in applinks.links()}
    from applinks.scripts import address_of

    address = address_of(source, url)
    heads = ("id", "name", "application", "link", "proof", "believes", "asks as", "added", "by")
    lines = [f"{head}: {cell}" for head, cell in zip(heads, _cells(source, names), strict=True)]
    overlap = [f"former proof until: {moment(source.previous_until)}"] if source.previous_until else []
    show({**_data(source), "address": address}, *lines, f"address: {address}", *overlap, as_json=as_json)


@app.command()
def change(
    name: Name,
    new_name: Annotated[str | None, typer.Option("--name", metavar="NEW", help="What to call it from now on.")] = None,
    link: OfLink = None,
    believes_user: Believes = None,
    asks_as: AsksAs = None,
    new_proof: Annotated[bool, typer.Option("--new-proof", help="Make another secret, or part of its address.")] = False,
    secret_stdin: Stdin = False,
    overlap: Annotated[
        int, typer.Option("--overlap", metavar="SECONDS", help="For how long the former proof holds beside a new one.")
    ] = DAY,
    by: By = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Change a webhook; what is not named stays. A new proof is shown once, and the former one holds for a while."""
    given = line_from_stdin("The secret") if secret_stdin else None
    settings: Any = {} if new_name is None else {"name": new_name}
    settings |= {} if link is None else {"link": link or None}
    settings |= {} if believes_user is None else {"believes_user": believes_user}
    settings |= {} if asks_as is None else {"asks_as": asks_as or None}
    with opened(database) as applinks:
        who = whoever_runs_this(by)
        source = applinks.change_source(name, by=who, **settings) if settings else applinks.source(name)
        if new_proof or given is not None:
            made = applinks.renew_source(source.id, secret=given, overlap=overlap, by=who)
            _show_made(made, given=given is not None, as_json=as_json)
        else:
            show(_data(source), f"Changed: {source.name}.", as_json=as_json)


@app.command()
def remove(name: Name, by: By = None, database: Database = None, as_json: Json = False) -> None:
    """Take no events from a webhook any more. Those that came stay."""
    with opened(database) as applinks:
        source = applinks.remove_source(name, by=whoever_runs_this(by))
    show(_data(source), f"Removed: {source.name}. Remove it over there, too.", as_json=as_json)


def _show_made(made: SourceMade, *, given: bool, as_json: bool) -> None:
    told = {**_data(made.source), "address": made.address, "secret": None if given else made.secret, "where": made.where}
    secret = [] if given or made.secret is None else ["Secret (shown only now):", f"  {made.secret}"]
    only_now = "" if made.source.is_signed else " (shown only now)"
    show(told, f"Enter this in {made.where}.", f"Address{only_now}:", f"  {made.address}", *secret, as_json=as_json)


def _data(source: Source) -> dict[str, Any]:
    return {**data(source), "is_signed": source.is_signed}


def _cells(source: Source, names: dict[str, str]) -> tuple[str, ...]:
    link = (names.get(source.link_id or "") or "gone") if source.of_link else "–"
    proof = "signature" if source.is_signed else "address"
    believes = "people" if source.believes_user else "nobody"
    added = (moment(source.made_at), source.made_by)
    return (source.id, source.name, source.application, link, proof, believes, source.asks_as or "–", *added)
