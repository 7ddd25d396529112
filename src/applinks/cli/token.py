"""`applinks token`: tokens by which programs administer this application over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from applinks.cli.shown import moment
from applinks.cli.words import By, Database, Json, User, opened, show, table, whoever_runs_this

if TYPE_CHECKING:
    from applinks.incoming import AutomationToken

app = typer.Typer(help="Tokens by which programs administer this application over HTTP.", no_args_is_help=True)


@app.command()
def make(
    label: Annotated[str, typer.Argument(metavar="LABEL", help="What it is for.")],
    user: Annotated[str, typer.Option("--as", metavar="USER", help="The administrator for whom it acts.")],
    read_only: Annotated[bool, typer.Option("--read-only", help="It must not change anything.")] = False,
    days: Annotated[int | None, typer.Option("--days", metavar="N", help="How long it holds: 90 if not said.")] = None,
    by: By = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Make a token. Its person must be an active administrator of the application, which each request asks anew."""
    with opened(database) as applinks:
        made = applinks.make_token(label, user=user, read_only=read_only, days=days, by=whoever_runs_this(by))
    words = f"This is shown only now. It acts for {made.token.user} until {moment(made.token.expires_at)} (UTC):"
    show({**asdict(made.token), "secret": made.secret}, words, made.secret, as_json=as_json)


@app.command("list")
def list_(user: User = None, database: Database = None, as_json: Json = False) -> None:
    """Show the tokens, the newest first; never what proves them."""
    with opened(database) as applinks:
        tokens = applinks.tokens(user)
    rows: list[tuple[str, ...]] = [("id", "label", "as", "rights", "made", "ends", "used")]
    rows += [_cells(token) for token in tokens]
    show([asdict(token) for token in tokens], *(table(rows) if tokens else ["There are no tokens."]), as_json=as_json)


@app.command()
def revoke(
    id: Annotated[str, typer.Argument(metavar="ID", help="As `applinks token list` shows it.")],  # noqa: A002
    by: By = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """End a token. It is refused from the next request on, on every machine."""
    with opened(database) as applinks:
        token = applinks.revoke_token(id, by=whoever_runs_this(by))
    show(asdict(token), f"Revoked: {token.label} of {token.user}.", as_json=as_json)


def _cells(token: AutomationToken) -> tuple[str, ...]:
    rights = "may change" if token.may_change else "reads only"
    moments = (moment(token.made_at), moment(token.expires_at), moment(token.used_at))
    return (token.id, token.label, token.user, rights, *moments)
