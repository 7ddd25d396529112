"""`applinks link compare`: whether the people at both ends of a link are the same."""

from __future__ import annotations

import asyncio
import shlex
import sys
from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any

import typer

from applinks.cli.shown import moment
from applinks.cli.words import By, Database, Json, LinkName, check_is_there, show, table, whoever_runs_this
from applinks.errors import CannotCompare, ConfigurationError
from applinks.people import REASONS, Verdict

if TYPE_CHECKING:
    from applinks import Comparison, Link

Directory = Annotated[
    str | None,
    typer.Option(
        "--people", metavar="MODULE:NAME", envvar="APPLINKS_PEOPLE", help="Where this application's directory of people is."
    ),
]
Last = Annotated[bool, typer.Option("--last", help="Show what the last comparison found; compare nobody.")]
_WORDS = {
    Verdict.PROVEN: "the same on both sides",
    Verdict.MISSING: "not there",
    Verdict.DISABLED: "disabled there",
    Verdict.ANOTHER: "another person there",
    Verdict.UNKNOWN: "nothing to tell by",
    Verdict.AMBIGUOUS: "several here",
}


def compare(
    name: LinkName,
    people: Directory = None,
    last: Last = False,
    by: By = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Find out whether the people here and there are the same, without showing either list to the other side.

    The other application must be running. Ends with 1 if behind an equal name there is another person.
    """
    found, link = asyncio.run(_compared(name, people, database, whoever_runs_this(by), last=last))
    show(as_data(found, link), *in_words(found, link), as_json=as_json)
    if found.warning:
        raise typer.Exit(1)


async def _compared(name: str, people: str | None, database: str | None, by: str, *, last: bool) -> tuple[Comparison, Link]:
    from applinks import AsyncAppLinks

    check_is_there(database)
    async with AsyncAppLinks(database, people=_directory(people) if people and not last else None) as applinks:
        link = (await applinks.link(name)).link
        found = await applinks.comparison(name) if last else await applinks.compare_people(name, by=by)
    if found is None:
        raise CannotCompare(f"The people over the link {name!r} were never compared.", remedy="Compare them: without --last.")
    return found, link


def _directory(where: str) -> Any:
    """What is there, as it is, or made without arguments if it can be."""
    module, _, path = where.partition(":")
    sys.path.insert(0, "")  # where this is run, as servers do it
    try:
        found: Any = import_module(module)
        for name in path.split("."):
            found = getattr(found, name)
    except (ImportError, AttributeError, ValueError) as wrong:
        raise ConfigurationError(f"There is no directory at {where!r}: {wrong}.", remedy="Say --people MODULE:NAME.") from wrong
    finally:
        sys.path.remove("")
    return found() if callable(found) else found


def as_data(found: Comparison, link: Link) -> dict[str, Any]:
    """A comparison as data."""
    return {
        "link": link.name,
        "compared_at": found.compared_at,
        "by": found.by,
        "here": len(found.people),
        "there": found.there,
        "unmatched_there": found.unmatched,
        "counts": found.counts,
        "people": [{"name": person.name, "verdict": person.verdict} for person in found.people],
        "only_proven": link.only_proven,
    }


def in_words(found: Comparison, link: Link) -> Iterator[str]:
    """The summary, whoever needs a decision, and the commands that decide."""
    yield (
        f"{len(found.people)} people here, {found.there} in {link.name}, told apart by {found.by.replace('_', ' ')}, "
        f"{moment(found.compared_at)}"
    )
    yield from (f"  {line}" for line in table([(_WORDS[verdict], str(count)) for verdict, count in found.counts.items()]))
    yield f"  {found.unmatched} of theirs have a name that nobody has here"
    undecided = [person for person in found.people if person.verdict is not Verdict.PROVEN]
    if not undecided:
        yield "Nothing is to be decided."
        return
    yield "To decide:"
    yield from (f"  {line}" for line in table([(person.name, REASONS[person.verdict]) for person in undecided]))
    yield from _commands(link, [person.name for person in undecided])


def _commands(link: Link, names: list[str]) -> Iterator[str]:
    """Each of them says all that shall hold, since what is said replaces what was."""
    change = f"applinks link change {shlex.quote(link.name)}"
    excluded = sorted({*names, *(link.same_users.excluded if link.same_users else ())})
    mapped = [f"--map {shlex.quote(f'{ours}={theirs}')}" for ours, theirs in link.names.pairs]
    if not link.only_proven:
        yield f"Only the proven:   {change} --only-proven"
    yield f"Not these:         {change} {' '.join(f'--exclude {shlex.quote(name)}' for name in excluded)}"
    yield f"Another name:      {change} {' '.join([*mapped, '--map OURS=THEIRS'])}"
