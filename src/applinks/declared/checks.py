"""What must hold in a link file beyond the types of its values: contradictions within an end, between ends, among links."""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from typing import Any

from applinks.declared.ends import End, end_of
from applinks.declared.model import DeclaredApplication, DeclaredLink, LinkFile
from applinks.declared.reading import Mistake
from applinks.errors import AppLinksError
from applinks.links import OAUTH_LEVELS, Identity, Level, PlainHttpAllowed, WhoWeAre, check_address, is_safe_way
from applinks.questions import drive

Found = Iterator[tuple[str, str, str]]
"""Place below where one looks, what is wrong, remedy."""


def check_file(file: LinkFile, *, plain_http: bool) -> list[Mistake]:
    """All that contradicts itself."""
    found = [Mistake("applications", *why) for why in _applications(file)]
    for key, application in file.applications.items():
        wrong = _application(application, plain_http=plain_http)
        found += [Mistake(f"applications.{key}.{name}", what, remedy) for name, what, remedy in wrong]
    places: list[tuple[str, End]] = []
    for number, link in enumerate(file.links, 1):
        where = f"links[{number}]"
        ends = [(f"{where}.{end.here.key}", end) for end in _ends(file, link)]
        places += ends
        found += [Mistake(f"{where}.{name}", what, remedy) for name, what, remedy in _link(file, link)]
        for place, end in ends:
            found += [Mistake(f"{place}.{name}", what, remedy) for name, what, remedy in _end(end, link)]
            found += [Mistake(place, *why) for why in _way(end, plain_http=plain_http)]
    return found + _doubles(file, places)


def check_doubles(file: LinkFile) -> list[Mistake]:
    """What is said twice, once it is known how those are called that say it themselves."""
    links = enumerate(file.links, 1)
    return _doubles(file, [(f"links[{number}].{end.here.key}", end) for number, link in links for end in _ends(file, link)])


def _ends(file: LinkFile, link: DeclaredLink) -> list[End]:
    pair = [file.applications[key] for key in link.between]
    return [end_of(link, here, there) for here, there in zip(pair, reversed(pair), strict=True) if here.is_ours]


def _applications(file: LinkFile) -> Iterator[tuple[str, str]]:
    if not any(application.is_ours for application in file.applications.values()):
        yield (
            "no application has a database or a token, so there is nothing to set",
            "Write database = … for those that are yours.",
        )


def _application(application: DeclaredApplication, *, plain_http: bool) -> Found:
    if application.token is not None:
        yield from _by_token(application, plain_http=plain_http)
    if application.is_ours and not application.url:
        yield "url", "it is missing", 'Write its public address: url = "https://tracker.example.com".'
    if application.is_ours and application.id is not None:
        yield "id", "an application that is yours knows its id itself", "Take it out."
    if application.database is None and application.sealing_keys is not None:
        yield "sealing_keys", "without a database there is nothing to seal", "Take it out, or write database = …."


def _by_token(application: DeclaredApplication, *, plain_http: bool) -> Found:
    if application.database is not None:
        yield "token", "it has a database, too", "Say one of them: where it is reached, or where its database is."
    if application.url and not plain_http and not is_safe_way(application.url):
        yield "url", "it is plain http: whoever is on the way could read the token", "Use https."


def _link(file: LinkFile, link: DeclaredLink) -> Found:
    ours = [key for key in link.between if file.applications[key].is_ours]
    for key in link.ends.keys() - set(ours):
        yield key, "that application has no database here, so its end is not ours to set", "Take it out, or write database = …."
    if not ours:
        yield (
            "between",
            "neither application has a database or a token, so there is no end to set",
            "Write database = … for one.",
        )
    if link.same_users is None and any(link.end(key).same_users is None for key in ours):
        yield "same_users", "it is missing", "Write true if a user name means the same person on both sides, else false."
    first, second = link.between
    for calling, called in ((first, second), (second, first)):
        sent, expected = link.end(calling).outgoing.secret, link.end(called).incoming.secret
        if sent and expected and not hmac.compare_digest(sent.value.encode(), expected.value.encode()):
            yield f"{called}.incoming.secret", f"it is not the one of {calling}.outgoing.secret", "Say it once, at either end."


def _end(end: End, link: DeclaredLink) -> Found:
    yield from _outgoing(end)
    yield from _incoming(end)
    levels = {end.outgoing_level, end.incoming_level}
    if levels == {Level.DISABLED} and not end.there.is_ours and not _says_a_level(link, end):
        yield "outgoing.level", f"neither calls to {end.there.key} nor from there are declared", "Write level = … for one."
    said = link.same_users is not None or link.end(end.here.key).same_users is not None
    if Level.OAUTH_IMPERSONATION in levels and said and not end.same_users:
        yield "same_users", "it is false, and a level is oauth_impersonation", 'Write level = "oauth", or same_users = true.'


def _says_a_level(link: DeclaredLink, end: End) -> bool:
    said = link.end(end.here.key)
    return bool(said.outgoing.level or said.incoming.level)


def _outgoing(end: End) -> Found:
    level, said = end.outgoing_level, end.outgoing
    if level is not Level.DISABLED and not end.there.url:
        yield "outgoing.level", f"{end.there.key} has no address that could be called", f"Write url = … for {end.there.key}."
    if level is Level.BASIC and not said.account:
        yield "outgoing.account", "it is missing", "Name our user over there, for basic."
    yield from _secret("outgoing", level, end.outgoing_method.shares_a_secret, said.secret)


def _incoming(end: End) -> Found:
    level, said = end.incoming_level, end.incoming
    if level is Level.BASIC:
        if not said.execute_as:
            yield "incoming.execute_as", "it is missing", "Name the user here, for basic."
        if said.secret:
            remedy = "Have it made: `applinks link secret NAME --incoming --new`."
            yield "incoming.secret", "the password of an incoming basic is made here, so that it is nobody's own", remedy
        return
    yield from _secret("incoming", level, end.incoming_method.shares_a_secret, said.secret)
    if level is Level.DISABLED or end.there.is_ours:
        return
    if not said.consumer_key:
        yield "incoming.consumer_key", "it is missing", f"Write the key by which {end.there.key} names itself."
    if not said.public_key and (level is Level.TRUSTED or not end.incoming_method.shares_a_secret):
        yield "incoming.public_key", "it is missing", f"Write the public key of {end.there.key}, or file:… to read it from."


def _secret(direction: str, level: Level, shared: bool, said: object) -> Found:
    if said is not None and level in OAUTH_LEVELS and not shared:
        yield f"{direction}.secret", "RSA methods sign with a key and need no secret", "Take it out, or name an HMAC method."
    if said is not None and level in {Level.DISABLED, Level.TRUSTED}:
        yield f"{direction}.secret", f"the level {level} needs no secret", "Take it out, or write another level."


def _way(end: End, *, plain_http: bool) -> Iterator[tuple[str, str]]:
    """The rule for the addresses of links (S-09), as each of the two would apply it."""
    if not end.there.url or not end.here.url:
        return
    us = Identity("", end.here.name, end.here.type, end.here.url, "")
    answers: dict[type, Any] = {WhoWeAre: us, PlainHttpAllowed: plain_http}
    try:
        drive(check_address(end.there.url, "The address"), lambda question: answers[type(question)])
    except AppLinksError as error:
        yield error.message.rstrip("."), error.remedy or ""


def _doubles(file: LinkFile, places: Iterable[tuple[str, End]]) -> list[Mistake]:
    """What must be said once only."""
    ends = list(places)
    links = [(f"links[{number}].between", frozenset(link.between)) for number, link in enumerate(file.links, 1)]
    applications = [(f"applications.{key}", application) for key, application in file.applications.items()]
    return [
        *_twice(links, "there is a link between these two already", "Take one of them out."),
        *_twice(
            [(f"{where}.database", one.database) for where, one in applications if one.database],
            "another application has this database",
            "Each application needs its own.",
        ),
        *_twice(
            [(f"{where}.url", one.url) for where, one in applications if one.is_ours and one.url],
            "another application has this address",
            "Each application needs its own.",
        ),
        *_twice(
            [(f"{where}.name", (end.here.key, end.name.casefold())) for where, end in ends],
            "another link of this application has this name",
            "Write another one: name = ….",
        ),
        *_twice(
            [(f"{where}.primary", (end.here.key, end.there.type)) for where, end in ends if end.primary],
            "another link to an application of this type is primary",
            "Only one can be.",
        ),
        *_twice(
            [
                (f"{where}.incoming.consumer_key", (end.here.key, key))
                for where, end in ends
                if (key := end.incoming.consumer_key)
            ],
            "another link of this application expects this consumer key",
            "Two applications cannot go by one key.",
        ),
        *_twice(
            [
                (f"{where}.entities[{number}]", (end.here.key, end.there.key, str(one.ours), str(one.theirs)))
                for where, end in ends
                for number, one in enumerate(end.entities or (), 1)
            ],
            "these two are linked already",
            "Say it once.",
        ),
        *_twice(
            [
                (f"{where}.entities[{number}].primary", (end.here.key, str(one.ours), one.theirs.type))
                for where, end in ends
                for number, one in enumerate(end.entities or (), 1)
                if one.primary
            ],
            "another thing of this type is primary for it",
            "Only one can be.",
        ),
    ]


def _twice(said: Iterable[tuple[str, Hashable]], what: str, remedy: str) -> list[Mistake]:
    seen: Counter[Hashable] = Counter()
    found = []
    for where, value in said:
        seen[value] += 1
        if seen[value] > 1:
            found.append(Mistake(where, what, remedy))
    return found
