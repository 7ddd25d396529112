"""Requests whose signature does not fit, one for each class of difference, made by a sender of our own that shares no code with us.

What is signed and what is sent are said apart; where nothing is said, they are the same.
"""

from __future__ import annotations

import hashlib
import hmac
import time
import uuid
from base64 import b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from unicodedata import normalize
from urllib.parse import quote, unquote

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from applinks.wire.keys import PrivateKey
from generated.raw import Raw

ORIGIN, PREFIX = "https://wiki.example.test", "/wiki"
DECLARED = ORIGIN + PREFIX
SECRET = "s3cret+/ and more"
FORM = "application/x-www-form-urlencoded"
SHA = {"1": hashes.SHA1(), "6": hashes.SHA256(), "2": hashes.SHA512()}

Pairs = list[tuple[str, str]]


def escape(text: str) -> str:
    return quote(text, safe="-._~")


def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


KEY, OTHER_KEY, PREVIOUS_KEY, UNKNOWN_KEY = (rsa_key() for _ in range(4))


def text_of(key: rsa.RSAPrivateKey) -> str:
    return PrivateKey(key).public.text


def by_rsa(key: rsa.RSAPrivateKey = KEY, sha: str = "1") -> Callable[[str], str]:
    return lambda base: b64encode(key.sign(base.encode(), padding.PKCS1v15(), SHA[sha])).decode()


def by_hmac(key: str, sha: str = "sha1") -> Callable[[str], str]:
    return lambda base: b64encode(hmac.digest(key.encode(), base.encode(), sha)).decode()


@dataclass
class Case:
    """One corrupted request. `signed…` is what the sender signs, where that is not what it sends."""

    name: str
    method: str = "GET"
    path: str = f"{PREFIX}/rest/page"
    query: str = "user_id=alice"
    form: str | None = None
    body: bytes = b""
    content_type: str | None = None
    headers: tuple[tuple[bytes, bytes], ...] = ()
    proof: dict[str, str | None] = field(default_factory=dict)
    realm: str | None = None
    signed_method: str | None = None
    signed_address: str | None = None
    signed: Callable[[Pairs], Iterable[tuple[str, str]]] = list
    """From the decoded pairs that are sent to those that are signed."""
    order: Callable[[Pairs], Pairs] = sorted
    """Of encoded pairs."""
    write: Callable[[str], str] = escape
    outer: Callable[[str], str] = escape
    pair: Callable[[str, str], str] = field(default_factory=lambda: with_equals)
    sign: Callable[[str], str] = field(default_factory=by_rsa)
    spell: Callable[[str], str] = str
    """How the signature is written, before it is encoded."""
    link: dict[str, Any] = field(default_factory=dict)
    """What is special about the link."""
    pasted: bool = False
    """Whether our own log cannot hold it."""
    extra: str = ""
    """More for the header, as it stands."""

    def base_string(self, consumer_key: str, proof: Pairs) -> str:
        decoded = [(unquote(name.replace("+", " ")), unquote(value.replace("+", " "))) for name, value in self.sent_pairs()]
        pairs = [(self.write(name), self.write(value)) for name, value in self.signed([*proof, *decoded])]
        parameters = "&".join(self.pair(name, value) for name, value in self.order(pairs))
        address = self.signed_address or f"{ORIGIN}{self.path}"
        return "&".join((self.outer(self.signed_method or self.method), self.outer(address), self.outer(parameters)))

    def sent_pairs(self) -> Pairs:
        pieces = [piece for text in (self.query, self.form or "") for piece in text.split("&") if piece]
        return [(name, value) for name, _, value in (piece.partition("=") for piece in pieces)]

    def raw(self, consumer_key: str) -> tuple[Raw, str]:
        """The request, and the base string that was signed."""
        proof = {
            "oauth_consumer_key": consumer_key,
            "oauth_token": "",
            "oauth_signature_method": "RSA-SHA1",
            "oauth_timestamp": str(int(time.time())),
            "oauth_nonce": uuid.uuid4().hex,
            "oauth_version": "1.0",
            **self.proof,
        }
        pairs = [(name, value) for name, value in proof.items() if value is not None]
        base = self.base_string(consumer_key, pairs)
        sent = [*pairs, ("oauth_signature", self.spell(self.sign(base)))]
        start = f'realm="{self.realm}", ' if self.realm else ""
        header = "OAuth " + start + ", ".join(f'{name}="{escape(value)}"' for name, value in sent) + self.extra
        headers = [(b"authorization", header.encode("latin-1")), *self.headers]
        kind = self.content_type or (FORM if self.form is not None else None)
        if kind:
            headers.append((b"content-type", kind.encode()))
        target = self.path + (f"?{self.query}" if self.query else "")
        body = self.body if self.form is None else self.form.encode("latin-1")
        return Raw(self.method, target.encode("latin-1"), tuple(headers), body), base


def with_equals(name: str, value: str) -> str:
    return f"{name}={value}"


def without(*names: str) -> Callable[[Pairs], Pairs]:
    return lambda pairs: [pair for pair in pairs if pair[0] not in names]


def proof_only(pairs: Pairs) -> Pairs:
    return [pair for pair in pairs if pair[0].startswith("oauth_")]


def leaving(safe: str) -> Callable[[str], str]:
    return lambda text: quote(text, safe=f"-._~{safe}")


def lower(text: str) -> str:
    out, at = "", 0
    encoded = escape(text)
    while at < len(encoded):
        step = 3 if encoded[at] == "%" else 1
        out += encoded[at : at + step].lower() if step == 3 else encoded[at]
        at += step
    return out


def keep(first: bool) -> Callable[[Pairs], Pairs]:
    return lambda pairs: list(dict(pairs if not first else reversed(pairs)).items())


def joined(pairs: Pairs) -> Pairs:
    names = dict.fromkeys(name for name, _ in pairs)
    return [(name, ",".join(value for key, value in pairs if key == name)) for name in names]


def sha1_of(text: str) -> str:
    return hashlib.sha1(text.encode()).hexdigest()


def broken_lines(signature: str) -> str:
    return "\r\n".join(signature[start : start + 76] for start in range(0, len(signature), 76))


REST = f"{DECLARED}/rest/page"
HMAC = {"oauth_signature_method": "HMAC-SHA1"}
SHARED = {"method": "HMAC-SHA1", "secret": SECRET}
MAIN = f"{escape(SECRET)}&"

ADDRESS = [
    Case("scheme", signed_address=REST.replace("https", "http")),
    Case("default port written", signed_address=REST.replace(".test", ".test:443")),
    Case("port", signed_address=REST.replace(".test", ".test:8443")),
    Case("host in other letters", signed_address=REST.replace("wiki.example.test", "Wiki.Example.Test", 1)),
    Case("host", signed_address=REST.replace("wiki.example.test", "inner.example.test"),
         headers=((b"x-forwarded-host", b"inner.example.test"),)),
    Case("internal address", signed_address="http://localhost:8090/wiki/rest/page"),
    Case("context path missing", signed_address=f"{ORIGIN}/rest/page"),
    Case("context path doubled", signed_address=f"{ORIGIN}/wiki/wiki/rest/page"),
    Case("context path added", signed_address=f"{ORIGIN}/jira/wiki/rest/page"),
    Case("slash at the end", path=f"{PREFIX}/rest/page/", signed_address=REST),
    Case("double slash", signed_address=f"{DECLARED}//rest/page"),
    Case("path decoded", path=f"{PREFIX}/rest/a%20b%2Fc", signed_address=f"{DECLARED}/rest/a b/c"),
    Case("path encoded again", path=f"{PREFIX}/rest/a%20b", signed_address=f"{DECLARED}/rest/a%2520b"),
    Case("path spelled otherwise", path=f"{PREFIX}/rest/(a,b)", signed_address=f"{DECLARED}/rest/%28a%2Cb%29"),
    Case("path normalised", path=f"{PREFIX}/rest/x/../page", signed_address=REST),
    Case("path parameters dropped", path=f"{PREFIX}/rest/page;jsessionid=1", signed_address=REST),
    Case("path in other letters", path=f"{PREFIX}/rest/Page", signed_address=REST),
    Case("query in the address", signed_address=f"{REST}?user_id=alice"),
    Case("fragment", signed_address=f"{REST}#"),
    Case("address not encoded", outer=lambda text: text if text.startswith("https:") else escape(text)),
    Case("method in small letters", signed_method="get"),
    Case("method overridden", method="POST", signed_method="PURGE", headers=((b"x-http-method-override", b"PURGE"),)),
    Case("method", signed_method="POST"),
]  # fmt: skip

PARAMETERS = [
    Case("query left out", query="user_id=alice&q=1", signed=proof_only),
    Case("form left out", method="POST", form="title=a&text=b", signed=without("title", "text")),
    Case("only the header", method="POST", form="title=a", signed=proof_only),
    Case("body signed", method="POST", content_type="text/plain", body=b"title=a", pasted=True,
         signed=lambda pairs: [*pairs, ("title", "a")]),
    Case("user added after signing", query="user_id=alice&q=1", signed=without("user_id")),
    Case("oauth_token left out", signed=without("oauth_token")),
    Case("oauth_token not sent", method="POST", path=f"{PREFIX}/plugins/servlet/oauth/request-token", query="",
         proof={"oauth_token": None, "oauth_callback": "oob"}, signed=lambda pairs: [*pairs, ("oauth_token", "")]),
    Case("oauth_version", signed=without("oauth_version")),
    Case("realm signed", realm="wiki", signed=lambda pairs: [*pairs, ("realm", "wiki")]),
    Case("oauth_signature signed", signed=lambda pairs: [*pairs, ("oauth_signature", "")]),
    Case("other oauth_… left out", proof={"oauth_body_hash": "abc"}, signed=without("oauth_body_hash")),
    Case("repeated name, signed once", query="user_id=alice&label=b&label=a", signed=keep(first=False)),
    Case("repeated name, joined", query="user_id=alice&label=b&label=a", signed=joined),
    Case("repeated name, brackets", query="user_id=alice&label=b&label=a",
         signed=lambda pairs: [(f"{name}[]" if name == "label" else name, value) for name, value in pairs]),
    Case("empty values dropped", query="user_id=alice&q=", signed=lambda pairs: [p for p in pairs if p[1] or p[0] == "oauth_token"]),
    Case("empty values without =", query="user_id=alice&q=", pair=lambda name, value: f"{name}={value}" if value else name),
    Case("parameter added", query="user_id=alice&utm_source=mail&q=1", signed=without("utm_source")),
    Case("not sorted", query="z=1&user_id=alice&a=2", order=list),
    Case("sorted by raw values", query="user_id=alice&q=%C3%A4&q=z&q=%7B",
         order=lambda pairs: sorted(pairs, key=lambda pair: tuple(map(unquote, pair)))),
    Case("sorted by name only", query="user_id=alice&q=2&q=1", order=lambda pairs: sorted(pairs, key=lambda pair: pair[0])),
    Case("sorted as text", query="user_id=alice&a-1=2&a=1", order=lambda pairs: sorted(pairs, key="=".join)),
]  # fmt: skip

WRITING = [
    Case("plus kept", query="user_id=alice&q=a+b", signed=lambda pairs: [(n, v.replace("a b", "a+b")) for n, v in pairs]),
    Case("plus for a blank", query="user_id=alice&q=a%20b", write=lambda text: escape(text).replace("%20", "+")),
    Case("escapes in small letters", query="user_id=alice&q=a%2Fb", write=lower, outer=lower),
    Case("marks not encoded", query="user_id=alice&q=%28a%29%21", write=leaving("!*'()"), outer=leaving("!*'()")),
    Case("other characters not encoded", query="user_id=alice&q=a%2Fb", write=quote),
    Case("plain characters encoded", query="user_id=alice&q=~a", write=lambda text: escape(text).replace("~", "%7E")),
    Case("other alphabet", query="user_id=alice&q=%C3%A4", write=lambda text: quote(text, safe="-._~", encoding="latin-1")),
    Case("accents composed otherwise", query="user_id=alice&q=a%CC%88",
         signed=lambda pairs: [(n, normalize("NFC", v)) for n, v in pairs]),
    Case("not encoded", query="user_id=alice&q=a%2Fb", write=str),
    Case("encoded twice", query="user_id=alice&q=a%2Fb", write=lambda text: escape(escape(text))),
    Case("encoded on the way", query="user_id=alice&q=a%252Fb", signed=lambda pairs: [(n, unquote(v)) for n, v in pairs]),
    Case("blanks or line ends", query="user_id=alice&q=%20a%20", signed=lambda pairs: [(n, v.strip()) for n, v in pairs]),
]  # fmt: skip

SIGNATURES = [
    Case("signature with blanks", spell=broken_lines),
    Case("signature encoded twice", spell=escape),
    Case("signature in other base64", spell=lambda text: text.replace("+", "-").replace("/", "_").rstrip("=")),
    Case("signature in hexadecimal", proof=HMAC, link=SHARED,
         sign=lambda base: hmac.digest(MAIN.encode(), base.encode(), "sha1").hex()),
    Case("signature cut off", spell=lambda text: text[:200]),
    Case("other hash", sign=by_rsa(sha="6")),
    Case("hashed twice", sign=lambda base: by_rsa()(sha1_of(base))),
    Case("other kind of key", link={"secret": SECRET}, sign=by_hmac(MAIN)),
    Case("key of another link", sign=by_rsa(OTHER_KEY)),
    Case("key or text unknown", sign=by_rsa(UNKNOWN_KEY)),
    Case("secret not encoded", proof=HMAC, link=SHARED, sign=by_hmac(f"{SECRET}&")),
    Case("no & between secrets", proof=HMAC, link=SHARED, sign=by_hmac(escape(SECRET))),
    Case("blanks in the secret", proof=HMAC, link=SHARED, sign=by_hmac(f"{escape(SECRET + chr(10))}&")),
    Case("no secret", proof=HMAC, sign=by_hmac(MAIN)),
    Case("method not pinned", proof={"oauth_signature_method": "RSA-SHA256"}, sign=by_rsa(sha="6")),
]  # fmt: skip


def seconds(difference: int) -> str:
    return str(int(time.time()) + difference)


PROOFS = [
    Case("incomplete", proof={"oauth_nonce": None}),
    Case("unreadable", query="user_id=alice&q=%zz"),
    Case("proof given twice", extra=', oauth_nonce="2"'),
    Case("version", proof={"oauth_version": "2.0"}),
    Case("method unknown", proof={"oauth_signature_method": "PLAINTEXT"}),
    Case("timestamp in milliseconds", proof={"oauth_timestamp": seconds(0) + "000"}),
    Case("level", link={"level": "oauth"}),
    Case("link disabled", link={"level": "disabled"}),
    Case("token", query="", proof={"oauth_token": "nobody's"}),
    Case("person", query="user_id=nobody"),
    Case("policy", query="user_id=erin"),
    Case("user named twice", query="user_id=alice&xoauth_requestor_id=bob"),
]  # fmt: skip

CASES = [*ADDRESS, *PARAMETERS, *WRITING, *SIGNATURES, *PROOFS]
