"""A linked application as calling code holds it: verbs that send over the link and give a result or one typed error."""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from typing import Any, Generic, NamedTuple, Protocol, Self, TypedDict, TypeVar, Unpack

import httpx2

from applinks import clock
from applinks.errors import ConfigurationError, TransportFailed
from applinks.links import Entity, Link, who_am_i
from applinks.mechanisms import Mechanism
from applinks.outgoing import address, answer, deadline, operations, reading, trying
from applinks.outgoing.answer import ERRORS
from applinks.outgoing.connections import Connections
from applinks.outgoing.ladder import ANONYMOUS, Explanation
from applinks.outgoing.send import PROBLEM, LinkAuth, as_wire_response, client_options, parsed, transport_failure
from applinks.people import current_user
from applinks.questions import Application, Flow

R = TypeVar("R")
"""What a verb gives: a response, or in asynchronous code something to await that gives one."""


class Caller(Application, Protocol):
    """The calling application: it answers questions, runs flows and keeps the connections."""

    @property
    def connections(self) -> Connections:
        """The open connections."""

    @property
    def mechanisms(self) -> Sequence[Mechanism]:
        """The mechanisms that this application has loaded, the strongest first."""


class Options(TypedDict, total=False):
    """The options of a request that httpx2 knows and that leave its proof alone."""

    params: Any
    json: Any
    data: Any
    files: Any
    content: Any
    headers: Any
    timeout: Any
    extensions: Any


class _Linked(Generic[R]):
    """What both worlds share. `link` is the record as it was when it was looked up; each call reads it anew."""

    def __init__(self, link: Link, caller: Caller, demanded: str | None = None) -> None:
        self.link = link
        self._caller = caller
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
        return type(self)(self.link, self._caller, mechanism)

    def anonymously(self) -> Self:
        """The same application, called as nobody."""
        return self.using(ANONYMOUS)

    def request(self, method: str, path: str, **options: Unpack[Options]) -> R:
        """Send a request by any method."""
        raise NotImplementedError

    def get(self, path: str, **options: Unpack[Options]) -> R:
        """GET a path."""
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Unpack[Options]) -> R:
        """POST to a path."""
        return self.request("POST", path, **options)

    def put(self, path: str, **options: Unpack[Options]) -> R:
        """PUT to a path."""
        return self.request("PUT", path, **options)

    def patch(self, path: str, **options: Unpack[Options]) -> R:
        """PATCH a path."""
        return self.request("PATCH", path, **options)

    def delete(self, path: str, **options: Unpack[Options]) -> R:
        """DELETE a path."""
        return self.request("DELETE", path, **options)

    def _auth(self) -> LinkAuth:
        return LinkAuth(self.link, self._demanded, self._caller, self._caller.mechanisms)

    def _prepared(self, path: str, options: Options) -> dict[str, Any]:
        joined, params = address.join(self.link, path), options.pop("params", None)
        try:
            url = parsed(joined)
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
        said = as_wire_response(response)
        raise answer.error(self.link, line, said, response, problem=response.extensions[PROBLEM], now=clock.now())

    def _failed(self, error: httpx2.HTTPError) -> TransportFailed:
        return transport_failure(error, f"{self.link.name!r} at {self.link.application_url}", self.link.name)

    def _explain(self, user: str | None) -> Flow[Explanation]:
        person = current_user(default=None)
        name = user or (person.name if person else None)
        return (yield from trying.explained(self.link.id, name, self._demanded, self._caller.mechanisms))

    def _name_in(self, response: httpx2.Response) -> str:
        return who_am_i(self.type).read(response.content)


class LinkedApplication(_Linked[httpx2.Response]):
    """The other application, for synchronous code.

    `get`, `post`, `put`, `patch`, `delete` take a path below the link's application URL and the options of httpx2 (`json`,
    `data`, `files`, `content`, `params`, `headers`, `timeout`), act as whoever acts where they are called, and return an
    `httpx2.Response`. They raise `CredentialsRequired`, `FarSideError` (status 400 and above), `AccessRefused`,
    `TransportFailed` and the other errors of `applinks.errors`.
    """

    def request(self, method: str, path: str, **options: Unpack[Options]) -> httpx2.Response:
        """Send a request by any method."""
        http = self._caller.connections.client()
        try:
            request = http.build_request(method, **self._prepared(path, options))
            with deadline.within(reading.LONGEST):
                response = http.send(request, auth=self._auth(), stream=True)
                reading.read(response)
        except httpx2.HTTPError as error:
            raise self._failed(error) from error
        return self._checked(response)

    def operation(self, name: str, /, **parameters: Any) -> Any:
        """Have a script of the other application do something, by the name of its `@operation`; the result, as JSON has it.

        It acts as whoever acts here. Raises `NotDoneYet` while it has to wait for a consent, and what every call raises.
        """
        return operations.result_of(self.post(operations.path_of(name), json=parameters), name, self.name)

    def client(self, **options: Any) -> httpx2.Client:
        """An httpx2 client of your own, bound to this link: for streaming, uploads, code that wants a client.

        Each request acts as whoever acts when it is sent. Statuses, transport errors and limits are the caller's, as httpx2 has
        them: `timeout` is for each wait, and an answer that never ends is read for ever. Close it, or use it as a context
        manager. `options` go to `httpx2.Client`.
        """
        return self._caller.connections.new_client(
            {**client_options(self.link.application_url), "auth": self._auth(), **options}
        )

    def who_am_i(self) -> str:
        """The user name as which the other application sees this call; empty if as nobody."""
        return self._name_in(self.get(who_am_i(self.type).path))

    def explain(self, user: str | None = None) -> Explanation:
        """What would be used for a call now, as whom, and why each stronger way is passed over. Sends nothing.

        As whoever acts, or as the `user` of that name.
        """
        return self._caller.run(self._explain(user))


class AsyncLinkedApplication(_Linked[Coroutine[Any, Any, httpx2.Response]]):
    """The other application, for asynchronous code: the methods of `LinkedApplication`, awaited."""

    async def request(self, method: str, path: str, **options: Unpack[Options]) -> httpx2.Response:
        """Send a request by any method."""
        http = self._caller.connections.client_of_this_loop()
        try:
            request = http.build_request(method, **self._prepared(path, options))
            async with deadline.within_async(reading.LONGEST):
                response = await http.send(request, auth=self._auth(), stream=True)
                await reading.read_async(response)
        except httpx2.HTTPError as error:
            raise self._failed(error) from error
        return self._checked(response)

    async def operation(self, name: str, /, **parameters: Any) -> Any:
        """Have a script of the other application do something; see `LinkedApplication.operation`."""
        return operations.result_of(await self.post(operations.path_of(name), json=parameters), name, self.name)

    def client(self, **options: Any) -> httpx2.AsyncClient:
        """An `httpx2.AsyncClient` bound to this link; see `LinkedApplication.client`."""
        return httpx2.AsyncClient(**{**client_options(self.link.application_url), "auth": self._auth(), **options})

    async def who_am_i(self) -> str:
        """The user name as which the other application sees this call; empty if as nobody."""
        return self._name_in(await self.get(who_am_i(self.type).path))

    async def explain(self, user: str | None = None) -> Explanation:
        """What would be used for a call now, as whom, and why; see `LinkedApplication.explain`."""
        return await self._caller.run_async(self._explain(user))


A = TypeVar("A")


class LinkedEntity(NamedTuple, Generic[A]):
    """A thing of a linked application, and the application that has it, to be called."""

    application: A
    entity: Entity
