"""`applinks person`: the people whom an application keeps itself, for `applinks serve`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from applinks.cli.shown import moment
from applinks.cli.words import By, Database, Json, line_from_stdin, opened, show, table, whoever_runs_this
from applinks.wire.values import data

if TYPE_CHECKING:
    from applinks import AppLinks
    from applinks.people import Member, MemberSettings

app = typer.Typer(help="The people whom this application keeps itself (applinks serve).", no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="NAME", help="Their user name, in any case of letters.")]
FullName = Annotated[str | None, typer.Option("--full-name", metavar="NAME", help="What people call them.")]
Email = Annotated[str | None, typer.Option("--email", metavar="ADDRESS", help="Where messages go.")]
Language = Annotated[str | None, typer.Option("--language", metavar="TAG", help="Of what is written to them: en, de, …")]
Groups = Annotated[list[str] | None, typer.Option("--group", metavar="NAME", help="May be said several times.")]
Stdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]
Runner = Annotated[str, typer.Argument(metavar="RUNNER", help="Another user name, or group:NAME.")]


@app.command()
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Their user name, theirs for ever.")],
    full_name: FullName = None,
    email: Email = None,
    language: Language = None,
    group: Groups = None,
    administrator: Annotated[bool, typer.Option("--administrator", help="They administer this application.")] = False,
    no_password: Annotated[
        bool, typer.Option("--no-password", help="Nobody signs in as them; scripts may run as them.")
    ] = False,
    password_stdin: Stdin = False,
    by: By = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Add a person. Their password is asked for, and never an argument, since others see those."""
    with opened(database) as applinks:
        password = None if no_password else _password(stdin=password_stdin)
        said = _settings(full_name, email, language, group)
        said["administrator"] = administrator
        member = applinks.add_member(name, password=password, by=whoever_runs_this(by), **said)
    _show(member, (), as_json=as_json)


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many at most.")] = 100,
    after: Annotated[str | None, typer.Option("--after", metavar="NAME", help="Only those whose names come later.")] = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Show the people, by their names; disabled ones, too."""
    with opened(database) as applinks:
        members = applinks.staff(limit, after=after)
    rows = [("name", "full name", "mail", "groups", "is")]
    rows += [(one.name, one.full_name, one.email, ", ".join(sorted(one.groups)), ", ".join(_marks(one))) for one in members]
    show(data(members), *(table(rows) if members else ["There is nobody."]), as_json=as_json)


@app.command("show")
def show_(name: Name, database: Database = None, as_json: Json = False) -> None:
    """Show one person, and who may run as them."""
    with opened(database) as applinks:
        member, runners = applinks.member(name), applinks.runners_of(name)
    _show(member, runners, as_json=as_json)


@app.command()
def change(
    name: Name,
    full_name: FullName = None,
    email: Email = None,
    language: Language = None,
    group: Groups = None,
    no_groups: Annotated[bool, typer.Option("--no-groups", help="They are in no group.")] = False,
    administrator: Annotated[
        bool | None, typer.Option("--administrator/--no-administrator", help="Whether they administer this application.")
    ] = None,
    by: By = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Change what is said of a person; what is not named stays. Groups are replaced as a whole."""
    said = _settings(full_name, email, language, [] if no_groups else group)
    if administrator is not None:
        said["administrator"] = administrator
    with opened(database) as applinks:
        _changed(applinks, applinks.change_member(name, by=whoever_runs_this(by), **said), as_json=as_json)


@app.command()
def disable(name: Name, by: By = None, database: Database = None, as_json: Json = False) -> None:
    """Let a person in no more: signed out everywhere, refused from the next request on. Their name stays theirs."""
    with opened(database) as applinks:
        _changed(applinks, applinks.disable_member(name, by=whoever_runs_this(by)), as_json=as_json)


@app.command()
def enable(name: Name, by: By = None, database: Database = None, as_json: Json = False) -> None:
    """Let a person in again."""
    with opened(database) as applinks:
        _changed(applinks, applinks.enable_member(name, by=whoever_runs_this(by)), as_json=as_json)


@app.command()
def password(
    name: Name,
    none: Annotated[bool, typer.Option("--none", help="Take it away: nobody signs in as them.")] = False,
    password_stdin: Stdin = False,
    by: By = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Set the password of a person; they are signed out everywhere."""
    with opened(database) as applinks:
        member = applinks.member(name)
        said = None if none else _password(stdin=password_stdin)
        _changed(applinks, applinks.set_password(member.name, said, by=whoever_runs_this(by)), as_json=as_json)


@app.command()
def may_run_as(name: Name, runner: Runner, by: By = None, database: Database = None, as_json: Json = False) -> None:
    """Let RUNNER run as NAME, with a reason and on the record."""
    with opened(database) as applinks:
        applinks.allow_run_as(name, runner, by=whoever_runs_this(by))
        _changed(applinks, applinks.member(name), as_json=as_json)


@app.command()
def may_not_run_as(name: Name, runner: Runner, by: By = None, database: Database = None, as_json: Json = False) -> None:
    """Let RUNNER run as NAME no more."""
    with opened(database) as applinks:
        applinks.forbid_run_as(name, runner, by=whoever_runs_this(by))
        _changed(applinks, applinks.member(name), as_json=as_json)


def _password(*, stdin: bool) -> str:
    if stdin or not sys.stdin.isatty():
        return line_from_stdin("The password")
    told: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return told


def _settings(full_name: str | None, email: str | None, language: str | None, groups: list[str] | None) -> MemberSettings:
    said = {"full_name": full_name, "email": email, "language": language, "groups": groups}
    named: Any = {name: value for name, value in said.items() if value is not None}
    settings: MemberSettings = named
    return settings


def _changed(applinks: AppLinks, member: Member, *, as_json: bool) -> None:
    _show(member, applinks.runners_of(member.name), as_json=as_json)


def _show(member: Member, runners: tuple[str, ...], *, as_json: bool) -> None:
    lines = (
        f"{member.name}{f' ({member.full_name})' if member.full_name else ''}",
        f"  is        {', '.join(_marks(member))}",
        f"  mail      {member.email or 'none'}",
        f"  language  {member.language}",
        f"  groups    {', '.join(sorted(member.groups)) or 'none'}",
        f"  run as    by {', '.join(runners) or 'nobody'}",
        f"  added     {moment(member.made_at)} (UTC)",
    )
    show({**data(member), "runners": list(runners)}, *lines, as_json=as_json)


def _marks(member: Member) -> list[str]:
    state = "active" if member.active else "disabled"
    marks = {"administrator": member.administrator, "without a password": not member.has_password}
    return [state, *(mark for mark, holds in marks.items() if holds)]
