"""`applinks link register`: a link by hand, with an application that knows no pairing."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from applinks.cli.shown import as_data, in_words
from applinks.cli.words import By, Database, Json, LinkName, line_from_stdin, opened, show, whoever_runs_this
from applinks.links import GENERIC, Consumer, Endpoints, Level, Provider, dialect_of, values_for
from applinks.wire.oauth1 import SignatureMethod

if TYPE_CHECKING:
    from applinks import AppLinks, Link

Url = Annotated[str | None, typer.Argument(metavar="[URL]", help="Its address; without one it can only call us.")]
Type = Annotated[str, typer.Option(metavar="TYPE", help="jira, confluence, bitbucket, bamboo or generic.")]
ConsumerKey = Annotated[str | None, typer.Option(metavar="KEY", help="It calls us: the key by which it names itself.")]
KeyFile = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, metavar="FILE", help="It calls us: its public key, or certificate.")
]
SecretStdin = Annotated[bool, typer.Option("--secret-stdin", help="It calls us: read our common secret from standard input.")]
Callback = Annotated[str | None, typer.Option(metavar="URL", help="It calls us: where people go back to if it does not say.")]
ExecuteAs = Annotated[str | None, typer.Option(metavar="USER", help="It calls us: our user for calls that name nobody.")]
Call = Annotated[bool, typer.Option("--call", help="We call it. Goes without saying with the options for that.")]
OurConsumerKey = Annotated[str | None, typer.Option(metavar="KEY", help="We call it: by this key, if not by our own one.")]
Address = Annotated[str | None, typer.Option(metavar="URL", help="We call it: if it is not that of its type.")]
OutgoingSecretStdin = Annotated[
    bool, typer.Option("--outgoing-secret-stdin", help="We call it: read our common secret from the next line.")
]
FixedUser = Annotated[bool, typer.Option("--fixed-user", help="We call it: without consent, as the one user whom it has set.")]
Method = Annotated[
    str | None, typer.Option(metavar="METHOD", help=f"{', '.join(SignatureMethod)}; RSA-SHA1 or HMAC-SHA1 if not said.")
]
SameUsers = Annotated[
    bool, typer.Option("--same-users/--different-users", help="Does a user name mean the same person on both sides?")
]


def register(
    name: LinkName,
    url: Url = None,
    type: Type = GENERIC,  # noqa: A002
    consumer_key: ConsumerKey = None,
    public_key: KeyFile = None,
    secret_stdin: SecretStdin = False,
    callback: Callback = None,
    execute_as: ExecuteAs = None,
    call: Call = False,
    our_consumer_key: OurConsumerKey = None,
    request_token_url: Address = None,
    authorize_url: Address = None,
    access_token_url: Address = None,
    outgoing_secret_stdin: OutgoingSecretStdin = False,
    fixed_user: FixedUser = False,
    signature_method: Method = None,
    same_users: SameUsers = False,
    by: By = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Make a link by hand, with an application that knows no pairing, and say what has to be entered over there.

    It calls us, we call it, or both. Say it again for the same address to renew one direction; the other one stays.
    """
    method = known_method(signature_method)
    consumer = provider = None
    if consumer_key is not None or public_key or secret_stdin or callback or execute_as:
        key = public_key.read_text("utf-8", errors="replace") if public_key else None
        secret = line_from_stdin("The secret") if secret_stdin else None
        consumer = Consumer(consumer_key or "", key, secret, callback, execute_as, method)
    endpoints = their_endpoints(type, request_token_url, authorize_url, access_token_url)
    if call or our_consumer_key is not None or endpoints or outgoing_secret_stdin or fixed_user:
        secret = line_from_stdin("The secret") if outgoing_secret_stdin else None
        provider = Provider(our_consumer_key, secret, endpoints, fixed_user, method)
    with opened(database) as applinks:
        link = applinks.register_link(
            name, url, type=type, consumer=consumer, provider=provider, same_users=same_users, by=whoever_runs_this(by)
        ).link
        told = to_be_told(applinks, link)
    show({**as_data(link), "to_be_told": told}, *in_words(link), *told_in_words(link, told), as_json=as_json)


def known_method(word: str | None) -> SignatureMethod | None:
    """The signature method of that name."""
    try:
        return None if word is None else SignatureMethod(word)
    except ValueError:
        raise typer.BadParameter(f"say one of: {', '.join(SignatureMethod)}", param_hint="--signature-method") from None


def their_endpoints(type: str, *said: str | None) -> Endpoints | None:  # noqa: A002
    """Request token, authorize, access token, as they were said; one that was not is that of the type."""
    names = ("request_token", "authorize", "access_token")
    found = {name: address for name, address in zip(names, said, strict=True) if address}
    return replace(dialect_of(type).endpoints, **found) if found else None


def to_be_told(applinks: AppLinks, link: Link) -> dict[str, str]:
    """What the administrator over there has to enter."""
    told = asdict(applinks.run(values_for(link)))
    return {name: value for name, value in told.items() if name not in {"name", "url"}}


def told_in_words(link: Link, told: dict[str, str]) -> list[str]:
    """The same in lines, for the directions that the link has."""
    lines = []
    if link.outgoing.level is not Level.DISABLED:
        lines += ["", "For our calls, enter over there:", f"  consumer key  {told['consumer_key']}"]
        lines += [f"  callback      {told['callback']} (and a query)"]
        if not link.outgoing.signature_method.shares_a_secret:
            lines += ["  public key, as PEM or as bare base64:", *told["public_key_pem"].split("\n"), told["public_key"]]
    if link.incoming.level is not Level.DISABLED:
        lines += ["", "For its calls, enter over there:"]
        lines += [f"  request token {told['request_token_url']}", f"  authorize     {told['authorize_url']}"]
        lines += [f"  access token  {told['access_token_url']}"]
    return lines
