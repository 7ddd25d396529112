"""`applinks link register`: a link by hand, with an application that knows no pairing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from applinks.cli.shown import as_data, in_words
from applinks.cli.words import By, Database, Json, LinkName, line_from_stdin, opened, show, whoever_runs_this
from applinks.links import GENERIC, Consumer, Provider, known_method, their_endpoints, told_by_hand, values_for
from applinks.wire.oauth1 import SignatureMethod

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
    if signature_method not in {None, *SignatureMethod}:
        raise typer.BadParameter(f"say one of: {', '.join(SignatureMethod)}", param_hint="--signature-method")
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
        values = applinks.run(values_for(link))
    told = [line for step in told_by_hand(link, values) for line in ("", f"{step.title}, {step.way}:", *step.lines[1:])]
    show({**as_data(link), "to_be_told": values.entered_there}, *in_words(link), *told, as_json=as_json)
