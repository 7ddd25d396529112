"""Links made by hand, with far sides that have no pairing of ours: any OAuth 1.0a consumer, any OAuth 1.0a provider (R-11).

Nothing is fetched. What the administrator types is checked here, and again by the first call.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, field, replace

from applinks.errors import ConfigurationError, LinkExists
from applinks.links.changes import alter, check_fixed_user, name_taken
from applinks.links.dialects import ALIASES, GENERIC, dialect_of, endpoints_of, id_of
from applinks.links.model import Endpoints, Incoming, Level, Link, Outgoing, SameUsers
from applinks.links.registry import LinkByName
from applinks.links.secrets import INCOMING, OUTGOING, check_secret, keep_secret
from applinks.links.whereabouts import check_address
from applinks.questions import Flow, Moment, Now
from applinks.wire.keys import PublicKey
from applinks.wire.oauth1 import SignatureMethod
from applinks.wire.tokens import is_callback

LONGEST_KEY = 255


@dataclass(frozen=True, slots=True)
class Consumer:
    """An application that is to call us: the key that it names itself by, and its public key or a secret that we share.

    `callback` is where people are sent back to if the application does not say so itself; `execute_as` the local user of calls
    that name nobody. The signature method is RSA-SHA1 or HMAC-SHA1 unless another one is named.
    """

    key: str
    public_key: str | None = None
    secret: str | None = field(default=None, repr=False)
    callback: str | None = None
    execute_as: str | None = None
    signature_method: SignatureMethod | None = None


@dataclass(frozen=True, slots=True)
class Provider:
    """An application that we are to call: by our own key, or by a secret that we share.

    `consumer_key` is the one under which it has registered us, if that is not our own; `endpoints` are its addresses of the
    dance, if they are not those of its type. `fixed_user` lets calls without consent go as the one user whom it has set for us.
    """

    consumer_key: str | None = None
    secret: str | None = field(default=None, repr=False)
    endpoints: Endpoints | None = None
    fixed_user: bool = False
    signature_method: SignatureMethod | None = None


def known_method(word: str | None) -> SignatureMethod | None:
    """The signature method of that name; None where none is named. `ConfigurationError` lists those that there are."""
    found = next((method for method in SignatureMethod if method == word), None)
    if word and found is None:
        raise ConfigurationError(
            f"There is no signature method {word[:50]!a}.", remedy=f"Say one of: {', '.join(SignatureMethod)}."
        )
    return found


def their_endpoints(type: str, *said: str | None) -> Endpoints | None:  # noqa: A002
    """Request token, authorize, access token, as they were said; one that was not is that of the type."""
    names = ("request_token", "authorize", "access_token")
    found = {name: address for name, address in zip(names, said, strict=True) if address}
    return replace(dialect_of(type).endpoints, **found) if found else None


def register(
    name: str,
    url: str | None,
    *,
    type: str = GENERIC,  # noqa: A002
    consumer: Consumer | None = None,
    provider: Provider | None = None,
    same_users: bool = False,
    by: str,
) -> Flow[Link]:
    """Make a link from what its administrator says, or renew the one to that address; see `Consumer` and `Provider`.

    Without `url`, the other application can only call us. Raises `ConfigurationError`, `PairingRefused` for an address that
    cannot be used, `LinkExists`.
    """
    base = (url or "").rstrip("/")
    _check_whole(name, base, consumer, provider)
    if base:
        yield from check_address(base, "The address")
    id = id_of(base, consumer.key if consumer else "")  # noqa: A001
    namesake: Link | None = yield LinkByName(name)
    if namesake is not None and base and namesake.application_url == base:
        id = namesake.id  # noqa: A001 it was made otherwise, goes by another id, and is the one that is meant
    if namesake is not None and namesake.id != id:
        raise name_taken(namesake)
    if consumer is not None and consumer.execute_as:
        yield from check_fixed_user(consumer.execute_as)
    moment: Moment = yield Now()
    level = Level.OAUTH_IMPERSONATION if same_users else Level.OAUTH
    statement = SameUsers(same_users, by, int(moment.now))
    said = Link(id, name, ALIASES.get(type, type), base, base, same_users=statement)
    if provider is not None:
        said = replace(said, outgoing=_outgoing(provider, level))
        yield from check_endpoints(said)
    if consumer is not None:
        said = replace(said, incoming=_incoming(consumer, level))
    link = yield from alter(id, lambda stored: _renewed(stored, said), by=by, kind="link made")
    if provider is not None and provider.secret:
        yield from keep_secret(link, OUTGOING, provider.secret, by=by)
    if consumer is not None and consumer.secret:
        yield from keep_secret(link, INCOMING, consumer.secret, by=by)
    return link


def _renewed(stored: Link | None, said: Link) -> Link:
    """What was said, in place of what stands: a direction that was not said stays, and so does what is set by other means."""
    if stored is None:
        return said
    if stored.application_url != said.application_url:  # whoever was paired has chosen its id by itself
        raise LinkExists(
            f"The link {stored.name!r} to {stored.display_url} goes by the id that this one would have.",
            remedy=f"That application made the id its own: delete the link {stored.name!r}, unless you know why.",
            link=stored.name,
        )
    kept = stored.incoming
    return replace(
        stored,
        name=said.name,
        type=said.type,
        outgoing=said.outgoing if _is_on(said.outgoing) else stored.outgoing,
        incoming=replace(said.incoming, policy=kept.policy, limits=kept.limits) if _is_on(said.incoming) else kept,
        same_users=_said_again(said.same_users, stored.same_users),
    )


def _is_on(direction: Outgoing | Incoming) -> bool:
    return direction.level is not Level.DISABLED


def _said_again(said: SameUsers | None, before: SameUsers | None) -> SameUsers | None:
    return before.said_again(said.answer, said.said_by, said.said_at) if said and before else said


def _check_whole(name: str, base: str, consumer: Consumer | None, provider: Provider | None) -> None:
    if consumer is None and provider is None:
        raise ConfigurationError("The link would have no direction.", remedy="Register a consumer, a provider, or both.")
    if provider is not None and not base:
        raise ConfigurationError("A provider needs an address, to be called there.", remedy="Give its address.")
    if not name or not name.isprintable():
        raise ConfigurationError("A link needs a name of plain text.", remedy="Name it as people are to read it.")


def _outgoing(provider: Provider, level: Level) -> Outgoing:
    method = _method(provider.signature_method, provider.secret, whose="The provider")
    if provider.consumer_key is not None:
        check_key(provider.consumer_key)
    return Outgoing(
        level=level,
        signature_method=method,
        consumer_key=provider.consumer_key,
        endpoints=provider.endpoints,
        fixed_user=provider.fixed_user,
    )


def _incoming(consumer: Consumer, level: Level) -> Incoming:
    check_key(consumer.key)
    if bool(consumer.public_key) == bool(consumer.secret):
        raise ConfigurationError("A consumer has either a public key or a secret.", remedy="Give one of the two.")
    if consumer.callback is not None and not is_callback(consumer.callback):
        raise ConfigurationError(
            f"{consumer.callback[:200]!a} is no address to send people to.", remedy="Give an absolute http(s) address."
        )
    method = _method(consumer.signature_method, consumer.secret, whose="The consumer")
    return Incoming(
        level=level,
        consumer_key=consumer.key,
        public_key=PublicKey.read(consumer.public_key).text if consumer.public_key else None,
        signature_method=method,
        callback=consumer.callback,
        execute_as=consumer.execute_as,
    )


def check_endpoints(link: Link) -> Flow[None]:
    """Tokens and people are sent there: to plain addresses only, as the link's own is one; a query is its provider's affair."""
    for address in astuple(endpoints_of(link)):
        path, _, query = address.partition("?")
        if not query.isascii() or not query.isprintable() or set(query) & set(" #\\"):
            raise ConfigurationError(f"{address[:200]!a} is no plain address.", remedy="Give it like https://host/path.")
        yield from check_address(path.rstrip("/"), "The address of the dance")


def _method(named: SignatureMethod | None, secret: str | None, *, whose: str) -> SignatureMethod:
    """The method that was named, or the usual one; it must fit what the two share."""
    method = named or (SignatureMethod.HMAC_SHA1 if secret else SignatureMethod.RSA_SHA1)
    if secret is not None:
        check_secret(secret)
    if method.shares_a_secret is not bool(secret):
        raise ConfigurationError(
            f"{whose} cannot sign by {method} with {'a secret' if secret else 'a key pair'}.",
            remedy="HMAC methods need a secret, RSA methods a key.",
        )
    return method


def check_key(key: str) -> None:
    if not key.isprintable() or key != key.strip() or not 0 < len(key) <= LONGEST_KEY:
        raise ConfigurationError(
            "A consumer key must be plain text without blanks at its ends.",
            remedy="Give the key as the two sides agreed on it.",
        )
