"""`applinks link`: make, show, change and delete links."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import asdict
from typing import Annotated

import typer

from applinks.cli import change, compare, mend, register
from applinks.cli.shown import as_data, in_words
from applinks.cli.words import By, Database, Json, LinkName, line_from_stdin, opened, show, table, whoever_runs_this
from applinks.links import Kind
from applinks.wire.keys import PublicKey

app = typer.Typer(help="Links to other applications.", no_args_is_help=True)
Names = Annotated[list[str] | None, typer.Option(metavar="NAME", help="May be said several times.")]
AsUser = Annotated[str, typer.Option("--as", metavar="USER", help="Whom to act as.")]
Using = Annotated[
    str | None, typer.Option(metavar="MECHANISM", help="By this one or not at all: 2LOi, 3LO, 2LO, Trusted, Basic, anonymous.")
]


@app.command()
def create(
    url: Annotated[str, typer.Argument(metavar="URL", help="The address of the other application.")],
    administrator: Annotated[
        str | None, typer.Option("--administrator", "-a", help="One of theirs; with a product it may be left out.")
    ] = None,
    same_users: Annotated[
        bool | None,
        typer.Option("--same-users/--different-users", help="Does a user name mean the same person on both sides?"),
    ] = None,
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read their password from standard input.")] = False,
    name: Annotated[str | None, typer.Option("--name", help="What to call the link here; their own name if not said.")] = None,
    execute_as: Annotated[
        str | None, typer.Option(metavar="USER", help="A product's user for calls that name nobody; no administrator.")
    ] = None,
    by: By = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Link this application and another one, both ways. This application must be running.

    Another application of this kind is linked in one operation; with Jira, Confluence, Bitbucket or Bamboo, what their
    interface allows is done, and the rest is told. Say it again to renew keys and levels, or to mend a link.
    """
    from applinks import Administrator

    with opened(database) as applinks:
        password = line_from_stdin("The password") if password_stdin else None
        found = applinks.look(url)
        found.check_introduced()
        is_product = found.kind is Kind.PRODUCT
        if administrator is None and not is_product:
            administrator = typer.prompt("Administrator over there")
        if same_users is None:
            same_users = typer.confirm("Does a user name mean the same person on both sides?")
        if administrator and password is None:
            password = typer.prompt("Their password", hide_input=True)
        signs_in = Administrator(administrator, password or "") if administrator else None
        by = whoever_runs_this(by)
        if is_product:
            made = applinks.set_up_product(found.url, signs_in, same_users=same_users, execute_as=execute_as, name=name, by=by)
            data = {**as_data(made.link), **{key: value for key, value in asdict(made).items() if key != "link"}}
            show(data, *in_words(made.link), "", *made.lines, as_json=as_json)
            return
        link = applinks.create_link(found.url, signs_in, same_users=same_users, name=name, by=by).link
    show(as_data(link), "Linked.", *in_words(link), as_json=as_json)


@app.command()
def steps(
    name: LinkName,
    check: Annotated[bool, typer.Option("--check", help="Check what was entered; ends with 1 if something is wrong.")] = False,
    user: Annotated[
        str | None, typer.Option("--as", metavar="USER", help="With --check: whom to impersonate for one harmless call.")
    ] = None,
    by: By = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Tell what is to be entered on the other side of a link, dialog by dialog, or check whether it was."""
    with opened(database) as applinks:
        if not check:
            told = applinks.link_steps(name)
            show(asdict(told), *told.lines, as_json=as_json)
            return
        checked = applinks.check_entered(name, user, by=whoever_runs_this(by))
    show({**asdict(checked), "ok": checked.ok}, *checked.lines, as_json=as_json)
    if not checked.ok:
        raise typer.Exit(1)


@app.command("list")
def list_(database: Database = None, as_json: Json = False) -> None:
    """Show all links."""
    with opened(database) as applinks:
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
    with opened(database) as applinks:
        link = applinks.link(name).link
    show(as_data(link), *in_words(link), as_json=as_json)


@app.command()
def explain(
    name: LinkName,
    user: AsUser,
    using: Using = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Tell by which way a call as a given user would go, and why not by a stronger one; ends with 1 if there is none."""
    with opened(database) as applinks:
        linked = applinks.link(name)
        explanation = (linked.using(using) if using else linked).explain(user)
    rungs = [asdict(rung) for rung in explanation.rungs]
    data = {
        "link": explanation.link,
        "user": explanation.user,
        "mechanism": explanation.mechanism,
        "consent_helps": explanation.consent_helps,
        "rungs": rungs,
    }
    show(data, *explanation.lines, as_json=as_json)
    if explanation.mechanism is None:
        raise typer.Exit(1)


@app.command("test")
def try_(
    name: LinkName,
    user: AsUser,
    using: Using = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Ask the other application who is calling, as a given user; ends with 1 unless it answers with whom it should.

    That is the user where both sides have the same; the account, for basic; anybody at all where the name may differ.
    """
    with opened(database) as applinks:
        tried = applinks.test_link(name, user, using=using, by=whoever_runs_this(None))
    expected = tried.expected
    should = "" if tried.good else f", and should have as {expected or ('somebody' if expected is None else 'nobody')}"
    words = f"{name} answered as {tried.answered or 'nobody'}, by {tried.mechanism}{should}."
    show(asdict(tried), words, as_json=as_json)
    if not tried.good:
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
    from applinks import Policy

    rules = Policy(
        users=frozenset(user or ()),
        groups=frozenset(group or ()),
        excluded_users=frozenset(exclude_user or ()),
        excluded_groups=frozenset(exclude_group or ()),
        administrators=frozenset(administrator or ()),
        methods=frozenset(word.upper() for word in method or ()),
        paths=tuple(path or ()),
    )
    with opened(database) as applinks:
        link = applinks.change_policy(name, rules, by=whoever_runs_this(by))
    show(as_data(link), *in_words(link), as_json=as_json)


@app.command()
def trust(name: LinkName, by: By = None, database: Database = None, as_json: Json = False) -> None:
    """Read the certificate of the other application, and accept what it vouches for from now on. Legacy.

    Compare the fingerprint with what its administrator sees.
    """
    with opened(database) as applinks:
        link = applinks.trust(name, by=whoever_runs_this(by))
    fingerprint = PublicKey.read(link.incoming.public_key or "").fingerprint
    data = {**as_data(link), "fingerprint": fingerprint}
    show(data, *in_words(link), f"  key         {fingerprint}", as_json=as_json)


@app.command()
def primary(name: LinkName, by: By = None, database: Database = None, as_json: Json = False) -> None:
    """Make this link the one that is used for its type when none is named."""
    with opened(database) as applinks:
        link = applinks.make_primary(name, by=whoever_runs_this(by))
    show(as_data(link), *in_words(link), as_json=as_json)


@app.command()
def delete(
    name: LinkName,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    both: Annotated[bool, typer.Option("--both", help="Delete the other end, too; or neither, if that cannot be.")] = False,
    user: Annotated[
        str | None, typer.Option("--as", metavar="USER", help="With --both, for a product: an administrator over there.")
    ] = None,
    by: By = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Delete our end of a link. The other application keeps its end until it is deleted there, or `--both` is said."""
    from applinks import Person

    if not yes:
        typer.confirm(f"Delete the link {name!r}?", abort=True)
    with opened(database) as applinks, applinks.acting_as(Person(user)) if user else nullcontext():
        deleted = applinks.delete_link(name, both=both, by=whoever_runs_this(by))
    words = "Deleted here. Delete the other end over there, too: it still trusts this application."
    if both:
        words = f"Deleted here and there (it answered {deleted.status})."
    show({"deleted": name} | ({"status": deleted.status} if both else {}), words, as_json=as_json)


app.command()(register.register)
app.command()(compare.compare)
app.command()(change.change)
app.command()(change.secret)
app.command()(mend.move)
app.command("public-key")(mend.public_key)
app.command("announce-address")(mend.announce_address)
