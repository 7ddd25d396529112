"""What goes over the wire between an application and whoever calls it: kept as the server saw it, to look at and to send again."""

from __future__ import annotations

import http.client
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


@dataclass
class Exchange:
    """A request, raw, and what was answered. Names of headers are in lower case."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes = b""
    status: int = 0
    answer_headers: list[tuple[str, str]] = field(default_factory=list)
    answer: bytes = b""

    @property
    def authorization(self) -> str:
        return dict(self.headers).get("authorization", "")

    @property
    def problem(self) -> dict[str, str]:
        """The refusal: what the header says, which must be what the body says, without its realm."""
        (challenge,) = [value for name, value in self.answer_headers if name == "www-authenticate"]
        said = dict(parse_qsl(self.answer.decode(), keep_blank_values=True, strict_parsing=True))
        told = _parameters(challenge)
        assert told.pop("realm") is not None
        assert told == said, (challenge, self.answer)
        assert dict(self.answer_headers)["content-type"] == "application/x-www-form-urlencoded;charset=UTF-8"
        return said

    @property
    def realm(self) -> str:
        return _parameters(dict(self.answer_headers)["www-authenticate"])["realm"]


def _parameters(challenge: str) -> dict[str, str]:
    scheme, _, rest = challenge.partition(" ")
    assert scheme == "OAuth"
    pieces = (piece.strip().partition("=") for piece in rest.split(","))
    return {name: unquote(value.strip('"')) for name, _, value in pieces}


class Tap:
    """Stands between a server and an application."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []

    @property
    def last(self) -> Exchange:
        return self.exchanges[-1]

    def asgi(self, app: Any) -> Any:
        async def tapped(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            query = f"?{scope['query_string'].decode()}" if scope["query_string"] else ""
            headers = [(name.decode().lower(), value.decode("latin-1")) for name, value in scope["headers"]]
            exchange = Exchange(scope["method"], scope["raw_path"].decode() + query, headers)
            self.exchanges.append(exchange)

            async def receiving() -> Any:
                message = await receive()
                exchange.body += message.get("body", b"")
                return message

            async def sending(message: Any) -> None:
                if message["type"] == "http.response.start":
                    exchange.status = message["status"]
                    exchange.answer_headers = [
                        (name.decode().lower(), value.decode("latin-1")) for name, value in message["headers"]
                    ]
                exchange.answer += message.get("body", b"")
                await send(message)

            await app(scope, receiving, sending)

        return tapped

    def wsgi(self, app: Any) -> Any:
        def tapped(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            body = environ["wsgi.input"].read()
            environ["wsgi.input"] = io.BytesIO(body)
            query = f"?{environ['QUERY_STRING']}" if environ["QUERY_STRING"] else ""
            headers = [
                (name[5:].replace("_", "-").lower(), value) for name, value in environ.items() if name.startswith("HTTP_")
            ]
            headers += [("content-type", environ["CONTENT_TYPE"])] if environ.get("CONTENT_TYPE") else []
            exchange = Exchange(environ["REQUEST_METHOD"], environ["REQUEST_URI"].partition("?")[0] + query, headers, body)
            self.exchanges.append(exchange)

            def starting(status: str, given: list[tuple[str, str]], *rest: Any) -> Any:
                exchange.status = int(status[:3])
                exchange.answer_headers = [(name.lower(), value) for name, value in given]
                return start_response(status, given, *rest)

            for piece in app(environ, starting):
                exchange.answer += piece
                yield piece

        return tapped


def send_again(site: str, sent: Exchange) -> None:
    """The same request once more, letter by letter; what became of it, the tap tells."""
    unneeded = {"connection", "content-length", "transfer-encoding", "host", "accept-encoding"}
    headers = {name: value for name, value in sent.headers if name not in unneeded}
    connection = http.client.HTTPConnection(urlsplit(site).netloc, timeout=10)
    try:
        connection.request(sent.method, sent.target, sent.body or None, headers)
        connection.getresponse().read()
    finally:
        connection.close()
