"""`applinks link change` and `applinks link secret`: what is set on our end of a link."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from applinks.cli.shown import as_data, in_words
from applinks.cli.words import By, Database, Json, LinkName, line_from_stdin, opened, show, whoever_runs_this
from applinks.links import IMPERSONATION_PARAMETERS, LEARN, Level
from applinks.wire.oauth1 import SignatureMethod

AGAIN = 'May be said several times; "" takes all away.'
NewName = Annotated[str | None, typer.Option("--name", metavar="NEW", help="What to call the link from now on.")]
DisplayUrl = Annotated[str | None, typer.Option(metavar="URL", help="Where people are sent; calls go where they went.")]
ChosenLevel = Annotated[str | None, typer.Option(metavar="LEVEL", help=f"{', '.join(Level)}.")]
Method = Annotated[str | None, typer.Option(metavar="METHOD", help=f"On both ends: {', '.join(SignatureMethod)}.")]
Parameter = Annotated[
    str | None, typer.Option(metavar="NAME", help=f"How the user travels: {', '.join(IMPERSONATION_PARAMETERS)}, or {LEARN}.")
]
FixedUser = Annotated[
    bool | None,
    typer.Option("--fixed-user/--no-fixed-user", help="May calls without consent go as the one user whom they have set?"),
]
Account = Annotated[str | None, typer.Option(metavar="USER", help='Our user name there, for basic; "" takes it away.')]
ExecuteAs = Annotated[
    str | None, typer.Option(metavar="USER", help='Our user for their calls that name nobody; "" takes it away.')
]
Excluded = Annotated[
    list[str] | None, typer.Option("--exclude", metavar="USER", help=f"Means somebody else there, or nobody. {AGAIN}")
]
Mapped = Annotated[
    list[str] | None, typer.Option("--map", metavar="OURS=THEIRS", help=f"Goes by another name there. At one end only. {AGAIN}")
]
OnlyProven = Annotated[
    bool | None,
    typer.Option("--only-proven/--not-only-proven", help="Impersonate only whom a comparison found to be the same there?"),
]
Callback = Annotated[
    str | None, typer.Option(metavar="URL", help='Where people go back to if they do not say so; "" takes it away.')
]
Addresses = Annotated[
    list[str] | None, typer.Option("--address", metavar="PATTERN", help=f"Of a trusted application: 192.168.0.*. {AGAIN}")
]
Paths = Annotated[
    list[str] | None, typer.Option("--path", metavar="PREFIX", help=f"Of a trusted application: /rest/api. {AGAIN}")
]
MaxAge = Annotated[int | None, typer.Option(metavar="MILLISECONDS", help="How old a trusted application's certificate may be.")]


def change(
    name: LinkName,
    new_name: NewName = None,
    display_url: DisplayUrl = None,
    outgoing: ChosenLevel = None,
    incoming: ChosenLevel = None,
    signature_method: Method = None,
    impersonation_parameter: Parameter = None,
    fixed_user: FixedUser = None,
    account: Account = None,
    execute_as: ExecuteAs = None,
    exclude: Excluded = None,
    mapped: Mapped = None,
    only_proven: OnlyProven = None,
    callback: Callback = None,
    address: Addresses = None,
    path: Paths = None,
    max_age: MaxAge = None,
    by: By = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Change levels, signature method and all else of our end; what is not said stays."""
    with opened(database) as applinks:
        link = applinks.change_link(
            name,
            new_name=new_name,
            display_url=display_url,
            outgoing=outgoing,
            incoming=incoming,
            signature_method=signature_method,
            impersonation_parameter=impersonation_parameter,
            fixed_user=fixed_user,
            account=account,
            execute_as=execute_as,
            excluded=_said(exclude),
            mapping=_pairs(mapped),
            only_proven=only_proven,
            callback=callback,
            addresses=_said(address),
            paths=_said(path),
            max_age=max_age,
            by=whoever_runs_this(by),
        )
    show(as_data(link), *in_words(link), as_json=as_json)


def _pairs(words: Sequence[str] | None) -> dict[str, str] | None:
    """Names with names; who is named twice here cannot mean both."""
    said = _said(words)
    if said is None:
        return None
    pairs = dict(word.partition("=")[::2] for word in said)
    if len(pairs) < len(said):
        raise typer.BadParameter("somebody of ours is named twice", param_hint="--map")
    return pairs


def _said(values: Sequence[str] | None) -> tuple[str, ...] | None:
    return tuple(filter(None, values)) if values else None


def secret(
    name: LinkName,
    outgoing: Annotated[bool, typer.Option("--outgoing/--incoming", help="By which we prove ourselves, or by which they do.")],
    new: Annotated[bool, typer.Option("--new/--stdin", help="Have it made and shown once, or read it from standard input.")],
    by: By = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Set the secret of one direction, for HMAC or basic, as its level is now. One that was set is never shown."""
    if new and outgoing:
        raise typer.BadParameter("only --incoming secrets are made here; they tell you the --outgoing one", param_hint="--new")
    direction = "outgoing" if outgoing else "incoming"
    given = None if new else line_from_stdin("The secret")
    with opened(database) as applinks:
        if given is None:
            data = {"link": name, "direction": direction, "secret": applinks.new_secret(name, by=whoever_runs_this(by))}
            show(data, "This is shown only now. Enter it over there:", data["secret"], as_json=as_json)
        else:
            applinks.set_secret(name, direction, given, by=whoever_runs_this(by))
            show({"link": name, "direction": direction}, "Kept. It is never shown again.", as_json=as_json)
