"""`applinks entity`: links between single things, such as a project here and a space there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from applinks.cli.words import By, Database, Json, LinkName, OfLink, opened, show, table, whoever_runs_this
from applinks.links import Entity

if TYPE_CHECKING:
    from applinks.links import EntityLink

app = typer.Typer(help="Links between single things, such as a project here and a space there.", no_args_is_help=True)
Ours = Annotated[str, typer.Argument(metavar="OURS", help="A thing of this application: TYPE:KEY, such as project:OPS.")]
Theirs = Annotated[str, typer.Argument(metavar="THEIRS", help="A thing of the other one: TYPE:KEY, such as space:OPS.")]


@app.command()
def link(
    name: LinkName,
    ours: Ours,
    theirs: Theirs,
    title: Annotated[str, typer.Option(metavar="TEXT", help="How people call the other thing.")] = "",
    primary: Annotated[bool, typer.Option("--primary", help="It is used when none of its type is named.")] = False,
    by: By = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Link a thing of this application with one of a linked application. Say it again to renew its title."""
    local, remote = _entity(ours, "OURS"), _entity(theirs, "THEIRS", title)
    with opened(database) as applinks:
        made = applinks.link_entities(name, local, remote, primary=primary, by=whoever_runs_this(by))
    show(_as_data(made, name), f"Linked: {made.local} – {made.remote} of {name}.", as_json=as_json)


@app.command("list")
def list_(
    ours: Annotated[str | None, typer.Option("--of", metavar="OURS", help="Only those of this thing of ours.")] = None,
    link: OfLink = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Show what is linked with what."""
    with opened(database) as applinks:
        names = {linked.id: linked.name for linked in applinks.links()}
        found = applinks.entity_links(_entity(ours, "--of") if ours else None, link=link)
    rows = [("id", "ours", "theirs", "link", "primary")]
    rows += [
        (each.id, str(each.local), str(each.remote), names.get(each.link_id, ""), "primary" if each.primary else "")
        for each in found
    ]
    data = [_as_data(each, names.get(each.link_id, "")) for each in found]
    show(data, *(table(rows) if found else ["Nothing is linked."]), as_json=as_json)


@app.command()
def unlink(
    id: Annotated[str, typer.Argument(metavar="ID", help="As `applinks entity list` shows it.")],  # noqa: A002
    by: By = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Take such a link away."""
    with opened(database) as applinks:
        gone = applinks.unlink_entities(id, by=whoever_runs_this(by))
    show(_as_data(gone, None), f"No longer linked: {gone.local} – {gone.remote}.", as_json=as_json)


def _entity(text: str, what: str, name: str = "") -> Entity:
    type_, colon, key = text.partition(":")
    if not colon:
        raise typer.BadParameter("write it like project:OPS", param_hint=what)
    return Entity(type_, key, name)


def _as_data(link: EntityLink, name: str | None) -> dict[str, Any]:
    return {
        "id": link.id,
        "link": name,
        "ours": {"type": link.local.type, "key": link.local.key},
        "theirs": {"type": link.remote.type, "key": link.remote.key, "name": link.remote.name},
        "primary": link.primary,
    }
