"""A product as its links see it, imitated strictly: manifest, consumer info, the REST of the links plug-in, and OAuth 1.0a.

It listens on a socket and keeps everything in memory. Facts are those of protocol.md; what that marks as inferred says so here.
Whether a signature holds is said by oauthlib, not by this package.
"""

from __future__ import annotations

import json
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import NAMESPACE_URL, uuid5

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from oauthlib.oauth1.rfc5849 import signature

from journeys.serving import address_of, listen, wsgi

STATUS = {
    "parameter_absent": 400, "parameter_rejected": 400, "timestamp_refused": 400, "signature_method_rejected": 400,
    "version_rejected": 400, "nonce_used": 401, "token_rejected": 401, "signature_invalid": 401, "consumer_key_unknown": 401,
    "permission_denied": 401,
}  # fmt: skip
"""protocol.md 1.6."""
SERVLET = "/plugins/servlet"
WHO_AM_I = {
    "jira": "/rest/auth/1/session",
    "confluence": "/rest/api/user/current",
    "stash": f"{SERVLET}/applinks/whoami",
    "bamboo": "/rest/api/latest/currentUser.json",
}
REQUIRED = ("oauth_consumer_key", "oauth_signature_method", "oauth_signature", "oauth_timestamp", "oauth_nonce")
USER_NAMES = ("user_id", "xoauth_requestor_id")
TYPES = "com.atlassian.applinks.api.auth.types."
KINDS = ("OAuth", "TwoLeggedOAuth", "TwoLeggedOAuthWithImpersonation")


@dataclass(frozen=True)
class Edition:
    """One product in one version. `levels`: it has the status resource; `lists`: it tells its links the newer way."""

    type: str
    version: str
    plugin: str
    levels: bool = True
    lists: bool = True
    only_xml: bool = False
    websudo: bool = False
    takes: str = "user_id"


JIRA_7 = Edition("jira", "7.2.15", "4.3.9", levels=False, lists=False, only_xml=True)
JIRA_9 = Edition("jira", "9.12.5", "9.2.2")
JIRA_11 = Edition("jira", "11.0.1", "11.2.4", websudo=True)
CONFLUENCE = Edition("confluence", "8.5.4", "9.2.2", takes="xoauth_requestor_id")
BITBUCKET = Edition("stash", "8.19.1", "9.2.2")
BAMBOO = Edition("bamboo", "9.6.1", "9.2.2")
EDITIONS = (JIRA_7, JIRA_9, JIRA_11, CONFLUENCE, BITBUCKET, BAMBOO)


@dataclass
class Refused(Exception):
    """An OAuth problem."""

    problem: str
    companions: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    url: str
    headers: dict[str, str]
    body: bytes

    def header(self, name: str) -> str:
        return self.headers.get(name.lower(), "")


@dataclass(frozen=True)
class Answer:
    status: int
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)


@cache
def _public_key(name: str) -> str:
    """Bare base64, as products publish it; what they sign is not imitated."""
    public = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    return b64encode(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


class Product:
    """One that runs. `links` is what it knows, by id; `failing` maps a part of a path to an answer given in place of its own."""

    def __init__(self, edition: Edition, url: str) -> None:
        self.edition, self.url = edition, url
        self.base_url = url
        """What it believes to be; the manifest says so, and signatures are verified for what it is called by."""
        self.id = str(uuid5(NAMESPACE_URL, url))
        self.name = edition.type.capitalize()
        self.people = {"alice", "bob", "robot"}
        self.administrators = {"admin": "s3cret"}
        self.system_administrators = {"admin"}
        self.passwords = {"admin": "s3cret", "alice": "alice's", "project-admin": "p"}
        self.links: dict[str, dict[str, Any]] = {}
        self.nonces: set[tuple[str, ...]] = set()
        self.wrong_passwords = 0
        self.skew = 0
        self.failing: dict[str, Answer] = {}
        self.asked: list[Asked] = []

    # ---- serving

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        asked = self._read(environ)
        self.asked.append(asked)
        answer = self._answer(asked)
        headers = {"Content-Type": "text/plain;charset=UTF-8"} | answer.headers
        start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", list(headers.items()))
        return [answer.body.encode()]

    def _read(self, environ: dict[str, Any]) -> Asked:
        headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
        headers["content-type"] = environ.get("CONTENT_TYPE", "")
        origin = "/".join(self.url.split("/", 3)[:3])
        path = environ["REQUEST_URI"].partition("?")[0].removeprefix(urlsplit(self.url).path)
        return Asked(environ["REQUEST_METHOD"], path, origin + environ["REQUEST_URI"], headers, environ["wsgi.input"].read())

    def _answer(self, asked: Asked) -> Answer:
        assert "cookie" not in asked.headers, "a client that keeps cookies acts as whoever was there before (protocol.md 11)"
        for part, answer in self.failing.items():
            if part in f"{asked.method} {asked.path}":
                return answer
        if asked.path == "/rest/applinks/1.0/manifest" and asked.method == "GET":
            return self._document(asked, "manifest", self._manifest())
        if asked.path == f"{SERVLET}/oauth/consumer-info":
            told = [("key", f"{self.name}:4711"), ("name", self.name), ("publicKey", _public_key(self.url))]
            return Answer(200, _xml("consumer", told), {"Content-Type": "application/xml"})
        if asked.path.startswith(("/rest/applinks/", "/rest/applinks-oauth/")):
            return self._administered(asked)
        try:
            if asked.path == f"{SERVLET}/oauth/request-token":
                return self._request_token(asked)
            if asked.path == WHO_AM_I[self.edition.type]:
                return self._who_am_i(asked)
        except Refused as refused:
            return self._refusal(refused)
        return Answer(404, "<html><body>Oops, you've found a dead link.</body></html>", {"Content-Type": "text/html"})

    def _manifest(self) -> list[tuple[str, str]]:
        edition = self.edition
        told = [("id", self.id), ("name", self.name), ("typeId", edition.type), ("version", edition.version)]
        told += [("buildNumber", "100"), ("applinksVersion", edition.plugin)]
        told += [("inboundAuthenticationTypes", f"{TYPES}{kind}AuthenticationProvider") for kind in KINDS]
        told += [("outboundAuthenticationTypes", f"{TYPES}{kind}AuthenticationProvider") for kind in KINDS]
        told += [("outboundAuthenticationTypes", "placeholder.to.ensure.backwards.compatibility")]
        return [*told, ("publicSignup", "false"), ("url", self.base_url), ("iconUri", f"{self.base_url}/icon.png")]

    def _document(self, asked: Asked, root: str, told: list[tuple[str, str]], status: int = 200) -> Answer:
        """XML, unless JSON is what is asked for (protocol.md 6.1)."""
        if asked.header("accept").startswith("application/json") and not self.edition.only_xml and root != "manifest":
            return Answer(status, json.dumps(dict(told)), {"Content-Type": "application/json"})
        return Answer(status, _xml(root, told), {"Content-Type": "application/xml;charset=UTF-8"})

    # ---- the REST of the links plug-in

    def _administered(self, asked: Asked) -> Answer:
        if (refusal := self._not_allowed(asked)) is not None:
            return refusal
        path = asked.path.removeprefix("/rest/")
        if asked.method == "GET":
            return self._list(asked, path)
        if asked.method == "PUT" and not asked.header("content-type").startswith("application/json"):
            return self._status(asked, 415, "Unsupported Media Type")
        if (asked.method, path) == ("PUT", "applinks/3.0/applicationlink"):
            return self._made(asked, json.loads(asked.body))
        id = path.split("/")[3] if path.count("/") >= 3 else ""  # noqa: A001
        serve = self._resources(id).get((asked.method, path))
        if serve is None:
            return self._status(asked, 404, "null for uri")
        if id not in self.links:
            return self._status(asked, 404, f"No application link with id {id} was found")
        return serve(asked, self.links[id])

    def _resources(self, id: str) -> dict[tuple[str, str], Any]:  # noqa: A002
        """What there is for one link (protocol.md 6.1)."""
        link = f"applinks/3.0/applicationlink/{id}"
        levels = {("PUT", f"applinks/3.0/status/{id}/oauth"): self._levels} if self.edition.levels else {}
        return levels | {
            ("DELETE", link): self._deleted,
            ("DELETE", f"applinks/2.0/applicationlink/{id}"): self._deleted,
            ("PUT", f"{link}/authentication/provider"): self._provider,
            ("PUT", f"applinks-oauth/1.0/applicationlink/{id}/authentication/consumer"): self._consumer,
        }

    def _levels(self, asked: Asked, link: dict[str, Any]) -> Answer:
        told = json.loads(asked.body)
        names = {"enabled", "twoLoEnabled", "twoLoImpersonationEnabled"}
        if told.keys() != {"incoming", "outgoing"} or any(level.keys() != names for level in told.values()):
            return self._status(asked, 400, "incoming and outgoing are required")
        link["levels"] = told
        return Answer(204)

    def _provider(self, asked: Asked, link: dict[str, Any]) -> Answer:
        link.setdefault("providers", []).append(json.loads(asked.body)["provider"])
        return self._created(asked, self.url + asked.path)

    def _not_allowed(self, asked: Asked) -> Answer | None:
        """Basic, pre-emptive; an administrator; a captcha after three wrong passwords (protocol.md 3)."""
        if asked.header("user-agent").startswith("Mozilla"):
            return Answer(403, "XSRF check failed")  # protocol.md 11
        challenge = {"WWW-Authenticate": f'OAuth realm="{quote(self.base_url, safe="")}"'}
        scheme, _, encoded = asked.header("authorization").partition(" ")
        user, _, password = b64decode(encoded).decode().partition(":") if scheme == "Basic" else ("", "", "")
        if self.wrong_passwords >= 3:
            reason = f"CAPTCHA_CHALLENGE; login-url={self.base_url}/login.jsp"
            return Answer(
                403, "<html/>", {"X-Seraph-LoginReason": "AUTHENTICATION_DENIED", "X-Authentication-Denied-Reason": reason}
            )
        if not user or self.passwords.get(user) != password:
            self.wrong_passwords += bool(user)
            return self._status(asked, 401, "Client must be authenticated to access this resource.", **challenge)
        if user not in self.administrators and user != "project-admin":
            return self._status(asked, 403, "Client must be authenticated as an administrator to access this resource.")
        if self.edition.websudo:  # unverified: protocol.md 6.1, 14
            return self._status(asked, 401, "This resource requires WebSudo.", **challenge)
        if user not in self.system_administrators and "authentication/" in asked.path:  # unverified: protocol.md 6.1
            return self._status(asked, 403, "Client must be authenticated as a system administrator to access this resource.")
        return None

    def _list(self, asked: Asked, path: str) -> Answer:
        links = [{name: link[name] for name in ("id", "name", "rpcUrl", "displayUrl")} for link in self.links.values()]
        if path == "applinks/3.0/applinks" and self.edition.lists:
            return Answer(200, json.dumps(links), {"Content-Type": "application/json", "X-AUSERNAME": "admin"})
        if path != "applinks/1.0/applicationlink":
            return self._status(asked, 404, "null for uri")
        if self.edition.only_xml or not asked.header("accept").startswith("application/json"):
            inner = "".join(f"<applicationLinks>{''.join(map(_element, link.items()))}</applicationLinks>" for link in links)
            return Answer(
                200, f"<?xml version='1.0'?><applicationLinks>{inner}</applicationLinks>", {"Content-Type": "text/xml"}
            )
        return Answer(200, json.dumps({"applicationLinks": links}), {"Content-Type": "application/json"})

    def _made(self, asked: Asked, told: dict[str, Any]) -> Answer:
        if not {"name", "rpcUrl", "displayUrl", "typeId"} <= told.keys():
            return self._status(asked, 400, "A link lacks what it needs.")
        if any(told["rpcUrl"] == link["rpcUrl"] or told["id"] == link["id"] for link in self.links.values()):
            return self._status(
                asked, 409, "An application link with this address or id exists."
            )  # unverified: protocol.md 6.1
        self.links[told["id"]] = told
        return self._created(asked, f"{self.url}/rest/applinks/3.0/applicationlink/{told['id']}")

    def _created(self, asked: Asked, href: str) -> Answer:
        if self.edition.only_xml:
            made = f'<resources-created><link href="{href}" rel="self"/></resources-created>'
            return Answer(201, f"<?xml version='1.0'?><status><status-code>201</status-code>{made}</status>")
        told = {"status-code": 201, "resources-created": [{"href": href, "rel": "self"}]}
        return Answer(201, json.dumps(told), {"Content-Type": "application/json"})

    def _deleted(self, asked: Asked, link: dict[str, Any]) -> Answer:
        if asked.header("x-atlassian-token") != "no-check":
            return Answer(403, "XSRF check failed")
        del self.links[link["id"]]
        return Answer(204)

    def _consumer(self, asked: Asked, link: dict[str, Any]) -> Answer:
        told = json.loads(asked.body)
        if not told.get("key") or not told.get("name") or not (told.get("publicKey") or told.get("sharedSecret")):
            return self._status(asked, 400, "key, name and publicKey are required")
        if told.get("executingTwoLOUser") in self.administrators:
            return self._status(asked, 400, "The fixed user may not be an administrator.")
        link["consumer"] = told
        return self._created(asked, f"{self.url}{asked.path}")

    def _status(self, asked: Asked, status: int, message: str, **headers: str) -> Answer:
        answer = self._document(asked, "status", [("status-code", str(status)), ("message", message)], status)
        return Answer(status, answer.body, answer.headers | headers)

    # ---- an administrator at the dialogs

    def enter(self, name: str, *, key: str, public_key: str, url: str = "", **ticks: Any) -> None:
        """What they type into the forms; `ticks` are twoLOAllowed, executingTwoLOUser, twoLOImpersonationAllowed, callback."""
        id = str(uuid5(NAMESPACE_URL, name))  # noqa: A001
        consumer = {"key": key, "name": name, "publicKey": public_key, **ticks}
        self.links[id] = {"id": id, "name": name, "rpcUrl": url, "displayUrl": url, "typeId": "generic", "consumer": consumer}

    # ---- OAuth 1.0a

    def _refusal(self, refused: Refused) -> Answer:
        told = {"oauth_problem": refused.problem} | refused.companions
        pairs = [f'{name}="{quote(value, safe="")}"' for name, value in told.items()]
        realm = f'OAuth realm="{quote(self.base_url, safe="")}", {", ".join(pairs)}'
        body = "&".join(f"{name}={quote(value, safe='')}" for name, value in told.items())
        kind = "application/x-www-form-urlencoded;charset=UTF-8"
        return Answer(STATUS.get(refused.problem, 403), body, {"WWW-Authenticate": realm, "Content-Type": kind})

    def _proven(self, asked: Asked, *, names: tuple[str, ...]) -> tuple[dict[str, str], dict[str, Any]]:
        """The parameters of a request whose proof holds, and the consumer that made it."""
        form = asked.body.decode() if asked.header("content-type").startswith("application/x-www-form-urlencoded") else ""
        headers = {"Authorization": asked.header("authorization")}
        query = urlsplit(asked.url).query
        pairs = signature.collect_parameters(query, form, headers, exclude_oauth_signature=False)
        told = dict(pairs)
        if absent := [name for name in (*REQUIRED, *names) if name not in told]:
            raise Refused("parameter_absent", {"oauth_parameters_absent": "&".join(absent)})
        if len(pairs) != len(told):
            raise Refused("parameter_rejected", {"oauth_parameters_rejected": "oauth"})
        if told["oauth_signature_method"] != "RSA-SHA1":
            raise Refused("signature_method_rejected")
        now = time.time() + self.skew
        if abs(now - int(told["oauth_timestamp"])) > 300:
            raise Refused("timestamp_refused", {"oauth_acceptable_timestamps": f"{int(now) - 300}-{int(now) + 300}"})
        consumer = self._consumer_of(told["oauth_consumer_key"])
        params = [pair for pair in pairs if pair[0] != "oauth_signature"]
        signed = SimpleNamespace(signature=told["oauth_signature"], http_method=asked.method, uri=asked.url, params=params)
        if not signature.verify_rsa_sha1(signed, _pem(consumer["publicKey"])):
            raise Refused("signature_invalid")
        spent = (told["oauth_timestamp"], told["oauth_nonce"], told["oauth_consumer_key"], told.get("oauth_token", ""))
        if spent in self.nonces:
            raise Refused("nonce_used")
        self.nonces.add(spent)
        return told, consumer

    def _consumer_of(self, key: str) -> dict[str, Any]:
        for link in self.links.values():
            consumer = link.get("consumer")
            if consumer and consumer["key"] == key:
                return consumer
        raise Refused("consumer_key_unknown")

    def _request_token(self, asked: Asked) -> Answer:
        if asked.method != "POST":
            return Answer(405)
        told, consumer = self._proven(asked, names=())
        callback = told.get("oauth_callback") or consumer.get("callback") or "oob"
        if callback != "oob" and not callback.startswith(("https://", "http://")):
            raise Refused("parameter_rejected", {"oauth_parameters_rejected": "oauth_callback"})
        return Answer(200, "oauth_token=token&oauth_token_secret=secret&oauth_callback_confirmed=true")

    def _who_am_i(self, asked: Asked) -> Answer:
        """Without `oauth_token` it is no attempt, and goes on as nobody (protocol.md 1.8)."""
        if "oauth_token=" not in asked.header("authorization") + asked.url:
            return self._as("")
        told, consumer = self._proven(asked, names=("oauth_token",))
        if told["oauth_token"]:
            raise Refused("token_rejected")
        named = {told[name] for name in USER_NAMES if name in told}
        if len(named) > 1:
            raise Refused("parameter_rejected", {"oauth_parameters_rejected": "&".join(USER_NAMES)})
        user = told.get(self.edition.takes)
        if user is None:
            if not consumer.get("twoLOAllowed"):
                raise Refused("permission_denied")
            return self._as(consumer.get("executingTwoLOUser") or "")
        if not consumer.get("twoLOImpersonationAllowed") or user not in self.people:
            raise Refused("permission_denied")  # unverified: protocol.md 1.8, 14
        return self._as(user)

    def _as(self, user: str) -> Answer:
        """What each product says to whoever it takes this for (protocol.md 9.1)."""
        headers = {"X-AUSERNAME": user or "anonymous", "Content-Type": "application/json"}
        match self.edition.type:
            case "jira":
                body = {"name": user} if user else {"errorMessages": ["You are not authenticated."], "errors": {}}
                return Answer(200 if user else 401, json.dumps(body), headers)
            case "confluence":
                body = {"type": "known", "username": user} if user else {"type": "anonymous"}
                return Answer(200, json.dumps(body), headers)
            case "stash":
                return Answer(200, f"{user}\n" if user else "", headers | {"Content-Type": "text/plain"})
        return Answer(200 if user else 401, json.dumps({"name": user} if user else {"status-code": 401}), headers)

    # ---- for tests to look at

    def requests(self, method: str = "") -> list[str]:
        """Method and path of what was asked, oldest first."""
        return [f"{asked.method} {asked.path}" for asked in self.asked if method in {"", asked.method}]


@contextmanager
def running(edition: Edition = JIRA_9, path: str = "/base") -> Iterator[Product]:
    """One on a free port of this machine, below that path."""
    with listen() as listening:
        product = Product(edition, address_of(listening, path))
        with wsgi(product, listening):
            yield product


def _pem(text: str) -> str:
    """PEM, or bare base64, as both are taken (protocol.md 1.2)."""
    return text if "BEGIN" in text else f"-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n"


def _element(pair: tuple[str, str]) -> str:
    text = pair[1].replace("&", "&amp;").replace("<", "&lt;")
    return f"<{pair[0]}>{text}</{pair[0]}>"


def _xml(root: str, told: list[tuple[str, str]]) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><{root}>{"".join(map(_element, told))}</{root}>'
