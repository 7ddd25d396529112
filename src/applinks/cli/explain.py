"""`applinks refusals` and `applinks explain`: which requests were rejected, and why."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from applinks.cli.shown import moment
from applinks.cli.words import Database, Json, OfLink, opened, show, table
from applinks.errors import ConfigurationError

if TYPE_CHECKING:
    from applinks import AppLinks
    from applinks.doctor import Explained, Row

STDIN = "-"


def refusals(link: OfLink = None, database: Database = None, as_json: Json = False) -> None:
    """Show requests over links that were refused lately, the newest first. Few of each link are kept, for a few days."""
    with opened(database) as applinks:
        names = {linked.id: linked.name for linked in applinks.links()}
        found = [{**refusal.as_data(), "link": names.get(refusal.link_id, "")} for refusal in applinks.refusals(link)]
    cells: list[tuple[str, ...]] = [("id", "when", "link", "request", "problem")]
    cells += [(each["id"], moment(each["time"]), each["link"], each["request"], each["problem"]) for each in found]
    show(found, *(table(cells) if found else ["No request over a link was refused lately."]), as_json=as_json)


def explain(
    id: Annotated[str | None, typer.Argument(metavar="[ID]", help="As `applinks refusals` shows it.")] = None,  # noqa: A002
    last: Annotated[bool, typer.Option("--last", help="The one that was refused last.")] = False,
    link: OfLink = None,
    request: Annotated[
        str | None, typer.Option(metavar="FILE", help="A request as it was sent, or a curl command; - for standard input.")
    ] = None,
    base_string: Annotated[
        str | None, typer.Option(metavar="FILE", help="The base string that the sender logged; - for standard input.")
    ] = None,
    show_values: Annotated[bool, typer.Option("--show-values", help="Show values of parameters that may be private.")] = False,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Tell why a request was rejected: what was signed next to what arrived, the first difference, cause and remedy."""
    _check_choice(id, last, request, base_string)
    with opened(database) as applinks:
        if request is not None:
            pasted = _text_of(request, "the request")
            said = None if base_string is None else _text_of(base_string, "the base string")
            explained = applinks.explain_request(pasted, base_string=said)
        else:
            explained = applinks.explain_refusal(id or _last(applinks, link))
    lines = _lines(explained, explained.sides(show_values=show_values))
    show(explained.as_data(show_values=show_values), *lines, as_json=as_json)


def _check_choice(id: str | None, last: bool, request: str | None, base_string: str | None) -> None:  # noqa: A002
    if [id is not None, last, request is not None].count(True) != 1:
        raise ConfigurationError(
            "Say which request.", remedy="An ID as `applinks refusals` shows it, --last, or --request FILE."
        )
    if base_string is not None and (request is None or request == base_string == STDIN):
        raise ConfigurationError(
            "A base string goes with a request that is pasted, and only one of the two can come from standard input.",
            remedy="--request FILE --base-string FILE",
        )


def _last(applinks: AppLinks, link: str | None) -> str:
    found = applinks.refusals(link)
    if not found:
        raise ConfigurationError(
            "No request over a link was refused lately.",
            remedy="Requests of unknown consumers are not kept: paste one with --request.",
        )
    return found[0].id


def _text_of(path: str, what: str) -> str:
    try:
        raw = sys.stdin.buffer.read() if path == STDIN else Path(path).read_bytes()
    except OSError as wrong:
        raise ConfigurationError(f"{path!r} cannot be read: {wrong.strerror}.", remedy=f"Name a file with {what}.") from None
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _lines(explained: Explained, sides: tuple[Row, ...]) -> list[str]:
    also = f", and {', '.join(explained.also)}" if explained.also else ""
    lines = [
        f"{explained.request}, from {explained.link or explained.consumer_key or 'nobody known'}",
        f"{explained.difference}{also} ({'certain' if explained.certain else 'possible'})",
        f"  {explained.cause}",
        f"  → {explained.remedy}",
    ]
    if sides:
        first = next((number for number, row in enumerate(sides) if not row.same), None)
        cells = [("", "part", "what arrived", "what was signed")]
        cells += [
            (_mark(row, number == first), row.part, _cell(row.ours), _cell(row.theirs)) for number, row in enumerate(sides)
        ]
        lines += ["", *table(cells)]
    if explained.first:
        at = explained.first
        lines.append(f"First difference: character {at.position}, {at.part}: {at.ours or 'the end'} / {at.theirs or 'the end'}")
    lines += ["", *(f"{name}: {outcome}" for name, outcome in explained.checks)]
    return lines + ([f"{explained.tried} texts tried"] if explained.tried else [])


def _mark(row: Row, first: bool) -> str:
    return "" if row.same else "→" if first else "≠"


def _cell(value: str | None) -> str:
    return "–" if value is None else value
