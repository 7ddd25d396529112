"""A linked application as calling code holds it: verbs that send over the link and give a result or one typed error."""

from __future__ import annotations

from typing import Any, Protocol, Self

import httpx2

from applinks.errors import ConfigurationError, TransportFailed
from applinks.links import FactsFor, Link, who_am_i
from applinks.outgoing import address, answer, ladder
from applinks.outgoing.ladder import ANONYMOUS, Explanation
from applinks.outgoing.send import ERRORS, Answers, LinkAuth, as_wire_response, client_options, transport_failure
from applinks.people import Host, current_user
from applinks.questions import Flow


class Side(Host, Answers, Protocol):
    """The calling application: it runs flows, answers questions and keeps the connections."""

    def http(self) -> httpx2.Client:
        """The client that keeps the connections."""

    def http_async(self) -> httpx2.AsyncClient:
        """The same for the event loop that is running."""


class _Linked:
    """What both worlds share. `link` is the record as it was when it was looked up; each call reads it anew."""

    def __init__(self, link: Link, side: Side, demanded: str | None = None) -> None:
        self.link = link
        self._side = side
        self._demanded = demanded

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r} ({self.type}) at {self.link.application_url}>"

    @property
    def id(self) -> str:
        """The other application's id."""
        return self.link.id

    @property
    def name(self) -> str:
        """The name of the link."""
        return self.link.name

    @property
    def type(self) -> str:
        """The type of the other application: "jira", "confluence", …"""
        return self.link.type

    @property
    def display_url(self) -> str:
        """The address to which people are sent."""
        return self.link.display_url

    def using(self, mechanism: str) -> Self:
        """The same application, by this mechanism or not at all: `jira.using("2LOi").get(…)`."""
        return type(self)(self.link, self._side, mechanism)

    def anonymously(self) -> Self:
        """The same application, called as nobody."""
        return self.using(ANONYMOUS)

    def _auth(self) -> LinkAuth:
        return LinkAuth(self.link.id, self._demanded, self._side)

    def _options(self, path: str, options: dict[str, Any]) -> dict[str, Any]:
        joined, params = address.join(self.link, path), options.pop("params", None)
        try:
            url = httpx2.URL(joined)
            return {"url": url.copy_merge_params(params) if params else url, **options}
        except httpx2.InvalidURL as unusable:
            raise ConfigurationError(
                f"The path {path[:100]!r} cannot be called: {unusable}.",
                remedy="Send what is long in the body.",
                link=self.name,
            ) from unusable

    def _checked(self, response: httpx2.Response) -> httpx2.Response:
        if response.status_code < ERRORS:
            return response
        line = f"{response.request.method} {str(response.request.url).partition('?')[0]}"
        raise answer.error(self.link, line, as_wire_response(response), response)

    def _failed(self, error: httpx2.HTTPError) -> TransportFailed:
        return transport_failure(error, f"{self.link.name!r} at {self.link.application_url}", self.link.name)

    def _explain(self) -> Flow[Explanation]:
        facts = yield FactsFor(self.link.id)
        user = current_user(default=None)
        return ladder.climb(facts.link if facts else self.link, user.name if user else None, self._demanded)[1]

    def _name_in(self, response: httpx2.Response) -> str:
        return who_am_i(self.type).read(response.content)


class LinkedApplication(_Linked):
    """The other application, for synchronous code.

    `get`, `post`, `put`, `patch`, `delete` take a path below the link's application URL and the options of httpx2 (`json`,
    `data`, `files`, `content`, `params`, `headers`, `timeout`), act as whoever acts where they are called, and return an
    `httpx2.Response`. They raise `CredentialsRequired`, `FarSideError` (status 400 and above), `AccessRefused`,
    `TransportFailed` and the other errors of `applinks.errors`.
    """

    def request(self, method: str, path: str, **options: Any) -> httpx2.Response:
        """Send a request by any method."""
        http = self._side.http()
        try:
            response = http.send(http.build_request(method, **self._options(path, options)), auth=self._auth())
        except httpx2.HTTPError as error:
            raise self._failed(error) from error
        return self._checked(response)

    def get(self, path: str, **options: Any) -> httpx2.Response:
        """GET a path."""
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx2.Response:
        """POST to a path."""
        return self.request("POST", path, **options)

    def put(self, path: str, **options: Any) -> httpx2.Response:
        """PUT to a path."""
        return self.request("PUT", path, **options)

    def patch(self, path: str, **options: Any) -> httpx2.Response:
        """PATCH a path."""
        return self.request("PATCH", path, **options)

    def delete(self, path: str, **options: Any) -> httpx2.Response:
        """DELETE a path."""
        return self.request("DELETE", path, **options)

    def client(self, **options: Any) -> httpx2.Client:
        """An httpx2 client of your own, bound to this link: for streaming, uploads, code that wants a client.

        Each request acts as whoever acts when it is sent. Statuses and transport errors are the caller's, as httpx2 has them.
        Close it, or use it as a context manager. `options` go to `httpx2.Client`.
        """
        return httpx2.Client(**{**client_options(self.link.application_url), "auth": self._auth(), **options})

    def who_am_i(self) -> str:
        """The user name as which the other application sees this call; empty if as nobody."""
        return self._name_in(self.get(who_am_i(self.type).path))

    def explain(self) -> Explanation:
        """What would be used for a call now, as whom, and why each stronger way is passed over. Sends nothing."""
        return self._side.run(self._explain())


class AsyncLinkedApplication(_Linked):
    """The other application, for asynchronous code: the methods of `LinkedApplication`, awaited."""

    async def request(self, method: str, path: str, **options: Any) -> httpx2.Response:
        """Send a request by any method."""
        http = self._side.http_async()
        try:
            response = await http.send(http.build_request(method, **self._options(path, options)), auth=self._auth())
        except httpx2.HTTPError as error:
            raise self._failed(error) from error
        return self._checked(response)

    async def get(self, path: str, **options: Any) -> httpx2.Response:
        """GET a path."""
        return await self.request("GET", path, **options)

    async def post(self, path: str, **options: Any) -> httpx2.Response:
        """POST to a path."""
        return await self.request("POST", path, **options)

    async def put(self, path: str, **options: Any) -> httpx2.Response:
        """PUT to a path."""
        return await self.request("PUT", path, **options)

    async def patch(self, path: str, **options: Any) -> httpx2.Response:
        """PATCH a path."""
        return await self.request("PATCH", path, **options)

    async def delete(self, path: str, **options: Any) -> httpx2.Response:
        """DELETE a path."""
        return await self.request("DELETE", path, **options)

    def client(self, **options: Any) -> httpx2.AsyncClient:
        """An `httpx2.AsyncClient` bound to this link; see `LinkedApplication.client`."""
        return httpx2.AsyncClient(**{**client_options(self.link.application_url), "auth": self._auth(), **options})

    async def who_am_i(self) -> str:
        """The user name as which the other application sees this call; empty if as nobody."""
        return self._name_in(await self.get(who_am_i(self.type).path))

    async def explain(self) -> Explanation:
        """What would be used for a call now, as whom, and why each stronger way is passed over. Sends nothing."""
        return await self._side.run_async(self._explain())
