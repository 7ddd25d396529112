"""`applinks doctor`: how the links are, why, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from applinks.cli.words import Database, Json, opened, show, whoever_runs_this

if TYPE_CHECKING:
    from applinks.doctor import Diagnosis


def doctor(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="The name of one link; all of them if not said.")] = None,
    user: Annotated[
        str | None, typer.Option("--as", metavar="USER", help="Try one harmless call as this user; as nobody if not said.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Look for departures from the secure defaults, too.")] = False,
    by: Annotated[
        str | None, typer.Option("--by", help="Who examines, for the record; your user name on this machine if not said.")
    ] = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Examine links, live: how each is, why, and what to do. Ends with 1 unless all of them work."""
    by = whoever_runs_this(by)
    with opened(database) as applinks:
        if name is None:
            found = applinks.diagnose_all(user, by=by, strict=strict)
        else:
            found = (applinks.diagnose(name, user, by=by, strict=strict),)
    lines = [line for diagnosis in found for line in in_words(diagnosis)]
    show([diagnosis.as_data() for diagnosis in found], *(lines or ["There are no links yet."]), as_json=as_json)
    if not all(diagnosis.working and not diagnosis.defaults for diagnosis in found):
        raise typer.Exit(1)


def in_words(diagnosis: Diagnosis) -> list[str]:
    """A diagnosis in a few lines: the status, what was looked at, what was found and what to do."""
    link = diagnosis.link
    width = max((len(check.name) for check in diagnosis.checks), default=0)
    marks = {True: "ok", False: "no", None: "--"}
    lines = [f"{link.name} ({link.type}) at {link.application_url or 'no address'}: {diagnosis.status}"]
    lines += [f"  {marks[check.good]}  {check.name.ljust(width)}  {check.outcome}" for check in diagnosis.checks]
    for finding in (*diagnosis.findings, *diagnosis.defaults):
        lines += [
            f"  {finding.cause.name}{'' if finding.certain else ' (possibly)'}: {finding.cause.title}",
            f"     seen: {finding.evidence}",
            f"     do:   {finding.remedy}",
        ]
    return lines
