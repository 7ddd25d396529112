"""`applinks link`: make, show, change and delete links."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from applinks.cli.words import By, Database, Json, LinkName, show, table, whoever_runs_this
from applinks.links import IMPERSONATION_PARAMETERS, LEARN, Level

if TYPE_CHECKING:
    from applinks import Link

LEVELS = ", ".join(Level)
app = typer.Typer(help="Links to other applications.", no_args_is_help=True)
Names = Annotated[list[str] | None, typer.Option(metavar="NAME", help="May be said several times.")]


@app.command()
def create(
    url: Annotated[str, typer.Argument(metavar="URL", help="The address of the other application.")],
    administrator: Annotated[
        str, typer.Option("--administrator", "-a", prompt="Administrator over there", help="One of theirs.")
    ],
    same_users: Annotated[
        bool | None,
        typer.Option("--same-users/--different-users", help="Does a user name mean the same person on both sides?"),
    ] = None,
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read their password from standard input.")] = False,
    name: Annotated[str | None, typer.Option("--name", help="What to call the link here; their own name if not said.")] = None,
    by: By = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Link this application and another one, both ways, in one operation. This application must be running.

    Say it again to renew keys and levels, or to mend a link of which only one end was made.
    """
    from applinks import Administrator, AppLinks

    if same_users is None:
        same_users = typer.confirm("Does a user name mean the same person on both sides?")
    password = sys.stdin.readline().rstrip("\n") if password_stdin else typer.prompt("Their password", hide_input=True)
    with AppLinks(database) as applinks:
        made = applinks.create_link(
            url, Administrator(administrator, password), same_users=same_users, name=name, by=whoever_runs_this(by)
        )
    show(as_data(made.link), "Linked.", *in_words(made.link), as_json=as_json)


@app.command("list")
def list_(database: Database = None, as_json: Json = False) -> None:
    """Show all links."""
    from applinks import AppLinks

    with AppLinks(database) as applinks:
        links = [linked.link for linked in applinks.links()]
    rows = [("name", "type", "primary", "outgoing", "incoming", "address")]
    rows += [
        (
            link.name,
            link.type,
            "primary" if link.primary else "",
            link.outgoing.level,
            link.incoming.level,
            link.application_url,
        )
        for link in links
    ]
    lines = table(rows) if links else ["There are no links yet: `applinks link create URL` makes one."]
    show([as_data(link) for link in links], *lines, as_json=as_json)


@app.command("show")
def show_(name: LinkName, database: Database = None, as_json: Json = False) -> None:
    """Show one link with its two directions."""
    from applinks import AppLinks

    with AppLinks(database) as applinks:
        link = applinks.link(name).link
    show(as_data(link), *in_words(link), as_json=as_json)


@app.command("test")
def try_(
    name: LinkName,
    user: Annotated[str, typer.Option("--as", metavar="USER", help="Whom to act as for one harmless call.")],
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Ask the other application who is calling, as a given user; ends with 1 unless it answers with that user."""
    from applinks import AppLinks, Person

    with AppLinks(database) as applinks, applinks.acting_as(Person(user)):
        linked = applinks.link(name)
        explanation, answered = linked.explain(), linked.who_am_i()
    good = answered.casefold() == user.casefold()
    words = f"{name} answered as {answered or 'nobody'}, by {explanation.mechanism}."
    show({"link": name, "asked": user, "answered": answered, "mechanism": explanation.mechanism}, words, as_json=as_json)
    if not good:
        raise typer.Exit(1)


@app.command()
def policy(
    name: LinkName,
    user: Names = None,
    group: Names = None,
    exclude_user: Names = None,
    exclude_group: Names = None,
    administrator: Names = None,
    method: Names = None,
    path: Names = None,
    by: By = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Say anew whom the other application may impersonate here, by which methods and on which paths.

    What is not said is not restricted, except that administrators are never impersonated unless named by --administrator.
    """
    from applinks import AppLinks, Policy

    rules = Policy(
        users=frozenset(user or ()),
        groups=frozenset(group or ()),
        excluded_users=frozenset(exclude_user or ()),
        excluded_groups=frozenset(exclude_group or ()),
        administrators=frozenset(administrator or ()),
        methods=frozenset(word.upper() for word in method or ()),
        paths=tuple(path or ()),
    )
    with AppLinks(database) as applinks:
        link = applinks.change_policy(name, rules, by=whoever_runs_this(by))
    show(as_data(link), *in_words(link), as_json=as_json)


@app.command()
def change(
    name: LinkName,
    outgoing: Annotated[str | None, typer.Option(help=f"Level: {LEVELS}.")] = None,
    incoming: Annotated[str | None, typer.Option(help=f"Level: {LEVELS}.")] = None,
    signature_method: Annotated[str | None, typer.Option(help="RSA-SHA1, RSA-SHA256 or RSA-SHA512, on both ends.")] = None,
    impersonation_parameter: Annotated[
        str | None, typer.Option(help=f"How the user travels: {', '.join(IMPERSONATION_PARAMETERS)}, or {LEARN}.")
    ] = None,
    by: By = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Change levels, signature method or the impersonation parameter of our end; what is not said stays."""
    from applinks import AppLinks

    with AppLinks(database) as applinks:
        link = applinks.change_link(
            name,
            outgoing=outgoing,
            incoming=incoming,
            signature_method=signature_method,
            impersonation_parameter=impersonation_parameter,
            by=whoever_runs_this(by),
        )
    show(as_data(link), *in_words(link), as_json=as_json)


@app.command()
def primary(name: LinkName, by: By = None, database: Database = None, as_json: Json = False) -> None:
    """Make this link the one that is used for its type when none is named."""
    from applinks import AppLinks

    with AppLinks(database) as applinks:
        link = applinks.make_primary(name, by=whoever_runs_this(by))
    show(as_data(link), *in_words(link), as_json=as_json)


@app.command()
def delete(
    name: LinkName,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    by: By = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Delete our end of a link. The other application keeps its end until it is deleted there."""
    from applinks import AppLinks

    if not yes:
        typer.confirm(f"Delete the link {name!r}?", abort=True)
    with AppLinks(database) as applinks:
        applinks.delete_link(name, by=whoever_runs_this(by))
    words = "Deleted here. Delete the other end over there, too: it still trusts this application."
    show({"deleted": name}, words, as_json=as_json)


def as_data(link: Link) -> dict[str, Any]:
    """A link as data; keys are public ones."""
    same = link.same_users
    return {
        "id": link.id,
        "name": link.name,
        "type": link.type,
        "primary": link.primary,
        "display_url": link.display_url,
        "application_url": link.application_url,
        "outgoing": {
            "level": link.outgoing.level,
            "signature_method": link.outgoing.signature_method,
            "impersonation_parameter": link.outgoing.impersonation_parameter,
        },
        "incoming": {
            "level": link.incoming.level,
            "consumer_key": link.incoming.consumer_key,
            "signature_method": link.incoming.signature_method,
            "policy": link.incoming.policy.as_data(),
        },
        "same_users": {"answer": same.answer, "said_by": same.said_by, "said_at": same.said_at} if same else None,
    }


def in_words(link: Link) -> tuple[str, ...]:
    """A link in a few lines."""
    same = link.same_users
    said = f"{'yes' if same.answer else 'no'}, said {same.said_by}" if same else "nobody has said"
    rules = "; ".join(f"{name}: {', '.join(values)}" for name, values in link.incoming.policy.as_data().items())
    return (
        f"{link.name} ({link.type}{', primary' if link.primary else ''}) at {link.application_url}",
        f"  outgoing    {link.outgoing.level}, signed with {link.outgoing.signature_method}",
        f"  incoming    {link.incoming.level}, verified by {link.incoming.signature_method}",
        f"  same users  {said}",
        f"  policy      {rules or 'everybody but administrators'}",
    )
