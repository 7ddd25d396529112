"""What somebody may do to a request that is right, or send instead of one. Each entry makes any number of attempts from a seed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random

from generated.forging import CONSUMERS, FORM, PLACES, STRANGER, Draft, Pairs, authorization, draft, encoded, text, valid
from generated.raw import Raw

OAUTH = (
    "oauth_consumer_key",
    "oauth_token",
    "oauth_signature_method",
    "oauth_timestamp",
    "oauth_nonce",
    "oauth_version",
    "oauth_signature",
)
USERS = ("user_id", "xoauth_requestor_id")
FRONT = CONSUMERS["front"]


@dataclass(frozen=True)
class Attempt:
    """One request that must not be admitted. `surely` it claims a proof, so that it must be refused and not passed on as nobody's.

    `like` is the request it was made from: with exactly its meaning it may be admitted as alice.
    """

    name: str
    raw: Raw
    surely: bool = True
    like: Raw | None = None


Forge = Callable[[Random, str], Iterator[Raw]]


# ---- a right request, changed after it was signed


def one_proof_changed(random: Random, url: str) -> Iterator[Raw]:
    right = valid(random, url)
    for number, (name, value) in enumerate(right.proof):
        for other in (value + "x", value[:-1], "", value[::-1] + "0", text(random)):
            if other != value:
                yield right.resigned(proof=_with(right.proof, number, (name, other))).raw()


def one_proof_left_out(random: Random, url: str) -> Iterator[Raw]:
    right = valid(random, url)
    for number in range(len(right.proof)):
        yield right.resigned(proof=right.proof[:number] + right.proof[number + 1 :]).raw()


def one_proof_doubled(random: Random, url: str) -> Iterator[Raw]:
    """In each pair of places, with the same value and with another."""
    for name in OAUTH:
        right = valid(random, url)
        value = dict(right.proof)[name]
        for place in PLACES:
            for other in (value, value + "1"):
                yield _added(right, place, (name, other))


def a_user_added(random: Random, url: str) -> Iterator[Raw]:
    for name in USERS:
        for place in ("query", "form"):
            for user in ("admin", "bob", "alice"):
                yield _added(valid(random, url), place, (name, user))


def the_user_changed(random: Random, url: str) -> Iterator[Raw]:
    for user in ("admin", "bob", "Alice", "alice ", "", "dave"):
        right = valid(random, url)
        yield right.resigned(query=_renamed(right.query, user=user), form=_renamed(right.form, user=user)).raw()


def the_name_of_the_user_swapped(random: Random, url: str) -> Iterator[Raw]:
    right = valid(random, url)
    yield right.resigned(query=_renamed(right.query, swap=True), form=_renamed(right.form, swap=True)).raw()


def a_parameter_changed(random: Random, url: str) -> Iterator[Raw]:
    for place in ("query", "form"):
        right = valid(random, url)
        there: Pairs = list(getattr(right, place) or [])
        yield _added(right, place, ("added", text(random)))
        yield _added(right, place, ("", ""))
        if there:
            number = random.randrange(len(there))
            changed = _with(there, number, (there[number][0], there[number][1] + "1"))
            yield right.resigned(**{place: changed}).raw()
            yield right.resigned(**{place: there[:number] + there[number + 1 :]}).raw()
            yield right.resigned(**{place: [*there, there[number]]}).raw()


def the_path_changed(random: Random, url: str) -> Iterator[Raw]:
    for change in (
        lambda path: path + "/",
        lambda path: path + "/admin",
        lambda path: path.upper(),
        lambda path: "/" + path,
        lambda path: "/." + path,
        lambda path: "/x/.." + path,
        lambda path: path + ";x",
        lambda path: path + "%00",
        lambda path: path + "%2f",
        lambda path: path + "%2Fx",
        lambda path: path + "%",
        lambda path: path + "\\",
    ):
        right = valid(random, url)
        yield right.resigned(path=change(right.path)).raw()


def the_path_spelled_otherwise(random: Random, url: str) -> Iterator[Raw]:
    """One letter encoded that need not be. A WSGI server that keeps only the decoded path cannot tell."""
    for spelling in ("%{:02x}", "%{:02X}"):
        right = valid(random, url)
        yield right.resigned(path=f"/{spelling.format(ord(right.path[1]))}{right.path[2:]}").raw()


def the_method_changed(random: Random, url: str) -> Iterator[Raw]:
    for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "X-Y"):
        right = valid(random, url)
        if method != right.method:
            yield right.resigned(method=method).raw()


def made_a_form_or_none(random: Random, url: str) -> Iterator[Raw]:
    """What was signed as a form sent as something else, and the other way round."""
    right = replace(draft(random, url), place="header", method="POST")
    as_form = replace(right, form=[("user_id", "alice"), ("a", "b")], query=[], content_type=FORM).signed(FRONT, random)
    for other in ("application/json", "multipart/form-data; boundary=x", "text/plain", f"{FORM}x", f"x{FORM}"):
        yield as_form.resigned(content_type=other).raw()
    as_json = replace(
        right, form=None, query=[("user_id", "alice")], body=b"admin=yes&user_id=admin", content_type="application/json"
    )
    yield as_json.signed(FRONT, random).resigned(content_type=FORM).raw()
    yield as_json.signed(FRONT, random).resigned(content_type=f"{FORM};x=y").raw()


def a_proof_for_another_address(random: Random, url: str) -> Iterator[Raw]:
    for other in (
        f"https{url[url.index(':') :]}x",
        url.replace("://", "://evil.test/"),
        f"{url}/deeper",
        url.replace("test", "test:8080"),
    ):
        elsewhere = draft(random, other).signed(FRONT, random)
        if other != url:
            yield elsewhere.resigned(url=url).raw()


# ---- signed, but not rightly


def by_another_key(random: Random, url: str) -> Iterator[Raw]:
    for consumer in ("front", "other", "disabled", "nobody", "", "FRONT"):
        yield draft(random, url).signed(STRANGER, random, oauth_consumer_key=consumer).raw()
    for consumer in (CONSUMERS["disabled"], STRANGER):
        yield draft(random, url).signed(consumer, random).raw()
    yield draft(random, url).signed(FRONT, random, oauth_consumer_key="other").raw()
    yield draft(random, url).signed(CONSUMERS["other"], random, oauth_consumer_key="front").raw()


def by_another_method(random: Random, url: str) -> Iterator[Raw]:
    for method in ("RSA-SHA1", "RSA-SHA512", "HMAC-SHA1", "HMAC-SHA256", "PLAINTEXT", "rsa-sha256", "", "none", "RSA-SHA256 "):
        yield draft(random, url).signed(FRONT, random, oauth_signature_method=method).raw()


def with_an_empty_or_odd_signature(random: Random, url: str) -> Iterator[Raw]:
    for signature in ("", "=", "AAAA", "&", "%26", "A" * 344, "A" * 8000, "é", "0", "null"):
        right = valid(random, url)
        yield right.resigned(proof=[*right.proof[:-1], ("oauth_signature", signature)]).raw()
    right = valid(random, url)
    good = right.proof[-1][1]
    for signature in (
        good.rstrip("="),
        good + "=",
        good + " ",
        good.replace("+", "-").replace("/", "_") + "=",
        f" {good}",
        good + "\n",
    ):
        yield right.resigned(proof=[*right.proof[:-1], ("oauth_signature", signature)]).raw()


def at_another_time(random: Random, url: str) -> Iterator[Raw]:
    """T-12."""
    now = int(time.time())
    for stamp in (
        *(now - 330, now + 330, now - 10**6, now + 10**6, 0, 1, now * 1000, 2**31, 2**63, 10**10, 10**30),
        *("", "-1", f"-{now}", f"+{now}", f"{now}.0", f"{now}e0", hex(now), f" {now}", f"{now} ", f"0{now}", "NaN", "now"),
        *("".join(chr(0x0660 + int(digit)) for digit in str(now)), "".join(chr(0xFF10 + int(digit)) for digit in str(now))),
    ):
        yield draft(random, url).signed(FRONT, random, oauth_timestamp=str(stamp)).raw()


def with_other_proof_values(random: Random, url: str) -> Iterator[Raw]:
    for other in (
        *({"oauth_version": version} for version in ("2.0", "1.1", "", "1.0a", "１.0")),
        *({"oauth_token": token} for token in ("x", "alice", " ", "-")),
        *({name: "-"} for name in ("oauth_nonce", "oauth_timestamp", "oauth_consumer_key", "oauth_signature_method")),
        *({"oauth_nonce": nonce} for nonce in ("a\nb", "\x1b[31m", "x" * 9000)),
        {"oauth_consumer_key": "front\x00"},
        {"oauth_consumer_key": "front' or '1'='1"},
    ):
        yield draft(random, url).signed(FRONT, random, **other).raw()


# ---- signed rightly, for somebody that may not be impersonated


def for_somebody_else(random: Random, url: str) -> Iterator[Raw]:
    """T-20 to T-22."""
    for user in (
        *(
            "admin",
            "erin",
            "deployment",
            "dave",
            "nobody",
            "Alice",
            "ALICE",
            " alice",
            "alice ",
            "alice\t",
            "alice\n",
            "\u200balice",
        ),
        *(
            "аlice",
            "ａｌｉｃｅ",
            "alice@realm",
            "alice\x7f",
            "alice,bob",
            "*",
            "%",
            "alice' --",
            "../alice",
            "",
            "a" * 5000,
            "\ufeffalice",
        ),
    ):
        yield draft(random, url, user).signed(random.choice([FRONT, CONSUMERS["other"]]), random).raw()


def for_nobody_or_for_two(random: Random, url: str) -> Iterator[Raw]:
    for users in (
        [],
        [("user_id", "alice"), ("xoauth_requestor_id", "admin")],
        [("user_id", "alice")] * 2,
        [("user_id", "alice"), ("user_id", "bob")],
    ):
        plain = replace(draft(random, url), place="header", form=None, content_type=None)
        yield replace(plain, query=users).signed(FRONT, random).raw()
        yield (
            replace(plain, method="POST", query=users[:1], form=users[1:], content_type=FORM).signed(FRONT, random).raw()
            if len(users) != 1
            else plain.resigned(query=[]).signed(FRONT, random).raw()
        )


def over_a_link_without_impersonation(random: Random, url: str) -> Iterator[Raw]:
    """T-23."""
    yield draft(random, url).signed(CONSUMERS["weak"], random).raw()


# ---- not even a request


def soup_in_the_header(random: Random, url: str) -> Iterator[Raw]:
    right = valid(random, url).resigned(place="header")
    good = authorization(right.proof)
    for value in (
        *(b"OAuth", b"OAuth ", b"OAuth =", b'OAuth ""=""', b"OAuth ,,,", b'OAuth a="b', b"OAuth " + bytes(range(32, 256))),
        *(
            good.replace(b'"', b""),
            good.replace(b"=", b""),
            good.replace(b",", b""),
            good.replace(b",", b";"),
            good[:-1],
            good + b"x",
        ),
        *(
            good + b', realm="x" , a',
            good + b", " + good,
            b"OAuth realm=" + good,
            good.replace(b"oauth_", b"OAUTH_"),
            good + b" \x00",
        ),
        *(good.replace(b"%", b"%25"), good.replace(b"oauth_signature=", b"oauth%5Fsignature=", 1) + b', oauth_signature="x"'),
        *(
            b"OAuth " + b'a="b",' * 5000,
            b"OAuth " + b"x" * 100_000,
            good + b', x="' + b"y" * 100_000 + b'"',
            b"OAuth " + b'"' * 9999,
        ),
        *(
            b"OAuth oauth_consumer_key=\xff\xfe",
            b'OAuth oauth_consumer_key="%ff%fe"',
            b'OAuth oauth_consumer_key="%"',
            b'OAuth a="%zz"',
        ),
    ):
        yield replace(right.resigned(place="nowhere").raw(), headers=((b"authorization", value),))


def soup_in_the_query(random: Random, url: str) -> Iterator[Raw]:
    right = valid(random, url).resigned(place="nowhere", form=None, content_type=None, body=b"")
    good = encoded(right.proof).encode()
    path = right.raw().target.partition(b"?")[0]
    for query in (
        *(b"oauth_signature", b"oauth_signature=", b"oauth_consumer_key=front", b"oauth_signature_method=RSA-SHA1&&&"),
        *(
            good + b"&%",
            good + b"&%zz=1",
            good + b"&a=%ff",
            good + b"&%00=1",
            good + b"&a=b#c",
            good + b"&\xff\xfe",
            good + b"&a\tb",
        ),
        *(good + b"&a=b" * 5000, good + b"&a=" + b"b" * 100_000, good + b"&" + b"n" * 5000 + b"=1", b"&".join([good] * 2)),
        *(good.replace(b"&", b";"), b"?" + good + b"&user_id=alice", good + b"&user_id=alice", good + b"&user_id[]=alice"),
        *(b"oauth_signature=%s" % bytes(random.choices(range(33, 127), k=60)) for _ in range(10)),
    ):
        yield Raw(right.method, path + b"?" + query)


def soup_in_the_form(random: Random, url: str) -> Iterator[Raw]:
    right = valid(random, url).resigned(place="nowhere", form=None, content_type=None, method="POST")
    good = encoded([*right.proof[:-1], ("oauth_signature", right.proof[-1][1][::-1])]).encode()
    for body in (
        *(
            good,
            good + b"&user_id=alice",
            good + b"&a=%ff",
            good + b"&%",
            good + b"&\x00",
            good + b"\r\n",
            b"\xff" * 100 + b"&" + good,
        ),
        *(good + b"&x=" + b"y" * 300_000, good + b"&a=b" * 3000, b"oauth_signature=x", b"oauth_consumer_key", good * 3),
    ):
        yield replace(right.raw(), headers=((b"content-type", FORM.encode()),), body=body)
    many = ((b"content-type", FORM.encode()), (b"content-length", b"9" * 30))
    yield replace(right.raw(), headers=many, body=good)


def odd_headers(random: Random, url: str) -> Iterator[Raw]:
    right = valid(random, url).resigned(place="header")
    raw = right.raw()
    good = dict(raw.headers)[b"authorization"]
    kept = tuple(pair for pair in raw.headers if pair[0] != b"authorization")
    broken = good.replace(b'oauth_nonce="', b'oauth_nonce="0')
    for headers in (
        ((b"authorization", broken), (b"authorization", broken)),
        ((b"authorization", good), (b"authorization", broken)),
        ((b"authorization", broken), (b"x-forwarded-host", b"evil.test"), (b"x-forwarded-proto", b"https")),
        ((b"authorization", broken), (b"host", b"evil.test"), (b"x-http-method-override", b"GET")),
        ((b"authorization", broken), (b"content-type", FORM.encode()), (b"content-type", b"application/json")),
        (
            (b"authorization", broken),
            *((b"x-%d" % number, random.randbytes(20).replace(b"\r", b"").replace(b"\n", b"")) for number in range(50)),
        ),
    ):
        yield replace(raw, headers=(*headers, *kept))


def _with(pairs: Pairs, number: int, pair: tuple[str, str]) -> Pairs:
    return [*pairs[:number], pair, *pairs[number + 1 :]]


def _renamed(pairs: Pairs | None, *, user: str | None = None, swap: bool = False) -> Pairs | None:
    if pairs is None:
        return None
    return [
        (USERS[not USERS.index(name)] if swap else name, value if user is None else user) if name in USERS else (name, value)
        for name, value in pairs
    ]


def _added(right: Draft, place: str, pair: tuple[str, str]) -> Raw:
    """One more parameter in that place, which becomes a form where it was none."""
    if place == "form":
        form = [*(right.form or ()), pair]
        method = right.method if right.method != "HEAD" else "POST"
        return right.resigned(form=form, content_type=FORM, method=method).raw()
    if place == "header" and right.place != "header":
        raw = right.raw()
        return replace(raw, headers=(*raw.headers, (b"authorization", authorization([pair]))))
    if place == "header":
        return right.resigned(proof=[*right.proof, pair]).raw()
    return right.resigned(query=[*right.query, pair]).raw()


FORGERIES: tuple[Forge, ...] = (
    one_proof_changed,
    one_proof_left_out,
    one_proof_doubled,
    a_user_added,
    the_user_changed,
    the_name_of_the_user_swapped,
    a_parameter_changed,
    the_path_changed,
    the_path_spelled_otherwise,
    the_method_changed,
    made_a_form_or_none,
    a_proof_for_another_address,
    by_another_key,
    by_another_method,
    with_an_empty_or_odd_signature,
    at_another_time,
    with_other_proof_values,
    for_somebody_else,
    for_nobody_or_for_two,
    over_a_link_without_impersonation,
)
"""Each leaves a request that claims a proof, so each must be refused."""

SOUP: tuple[Forge, ...] = (soup_in_the_header, soup_in_the_query, soup_in_the_form, odd_headers)
"""Some of it is so bad that it claims nothing any more: then it must reach the application as nobody's."""


def forged(random: Random, url: str) -> Iterator[Attempt]:
    """One helping of everything."""
    for forge in FORGERIES:
        yield from (Attempt(forge.__name__, raw) for raw in forge(random, url))
    for forge in SOUP:
        yield from (Attempt(forge.__name__, raw, surely=False) for raw in forge(random, url))


def damaged(random: Random, url: str, count: int) -> Iterator[Attempt]:
    """Right requests with one to three bytes changed, added or taken away, anywhere."""
    for _ in range(count):
        right = valid(random, url).raw()
        raw = right
        for _ in range(random.randint(1, 3)):
            raw = _damaged(random, raw)
        yield Attempt("damaged", raw, surely=False, like=right)


def _damaged(random: Random, raw: Raw) -> Raw:
    part = random.choice(["target", "body", "header", "header", "method"])
    if part == "header" and raw.headers:
        number = random.randrange(len(raw.headers))
        name, value = raw.headers[number]
        return replace(raw, headers=(*raw.headers[:number], (name, _bitten(random, value)), *raw.headers[number + 1 :]))
    if part == "target":
        return replace(raw, target=b"/" + _bitten(random, raw.target[1:]))
    if part == "method":
        return replace(raw, method=random.choice(["GET", "POST", "get", "PATCH", "DELETE"]))
    return replace(raw, body=_bitten(random, raw.body))


def _bitten(random: Random, data: bytes) -> bytes:
    where = random.randint(0, len(data))
    letter = bytes([random.choice([*b"&=%+;,\"'/?#\x00\x01\x7f\x80\xc3\xff AaZz019", random.randrange(256)])])
    letter = letter.replace(b"\r", b"x").replace(b"\n", b"x")  # these would be another request, not a changed one
    return data[:where] + random.choice([b"", letter]) + data[where + random.randint(0, 1) :]
