"""Our pages inside the host application, behind its own sign-in: under ASGI, and under WSGI.

The host application mounts them at `/plugins/servlet` below its own address, where whoever is signed in acts already (through
`applinks.acting_as(…)`, in its middleware or before each request). That person is who consents, and whose grants are shown; a
request that was admitted over a link is nobody's here, since an application must not allow anything in a person's name.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from applinks.errors import ConfigurationError
from applinks.frameworks import asgi, wsgi
from applinks.frameworks.asgi import Receive, Scope, Send
from applinks.frameworks.target import Target
from applinks.frameworks.wsgi import Environ, StartResponse
from applinks.incoming import Principal
from applinks.links import Identity, WhoWeAre
from applinks.people import KeepsPeople, Person, acting, current_user
from applinks.questions import Flow
from applinks.web import PageVisit, RunsScripts, longest_body, serve
from applinks.wire.messages import Pairs, Request, Response
from applinks.wire.paths import is_local_path

if TYPE_CHECKING:
    from applinks.assembly import Application


class _Pages:
    def __init__(
        self,
        applinks: Application,
        *,
        sign_in: str | None = None,
        sign_out: str | None = None,
        stripped: bool = False,
        scripts: RunsScripts | None = None,
    ) -> None:
        if sign_in is not None and (sign_in.count("{}") != 1 or not sign_in.isprintable()):
            raise ConfigurationError(
                f"{sign_in!r} says not where the way back belongs.", remedy="Write it like /login?next={}, with {} once."
            )
        if sign_out is not None and not is_local_path(sign_out):
            raise ConfigurationError(f"{sign_out!r} is no path on this host.", remedy="Write it like /logout.")
        self.applinks = applinks
        self._sign_in = sign_in
        self._sign_out = sign_out
        self._scripts = scripts
        self._target = Target(applinks.identity, stripped=stripped)

    def _serve(self, request: Request, *, principal: Principal | None, whole: bool) -> Flow[Response]:
        identity: Identity = yield WhoWeAre()
        keeps: bool = yield KeepsPeople()
        visit = PageVisit(
            request,
            identity.below(request.url),
            identity,
            person=None if principal is not None else _really_here(),
            sign_in=self._sign_in,
            sign_out=self._sign_out,
            mechanisms=self.applinks.mechanisms,
            keeps_people=keeps,
            principal=principal,
            whole=whole,
            scripts=self._scripts,
        )
        return (yield from self.served(visit))

    def served(self, visit: PageVisit) -> Flow[Response]:
        """Which pages these are."""
        return (yield from serve(visit))

    def _limit(self, path: str) -> int:
        return longest_body(self._target.below(path) or "")


def _really_here() -> Person | None:
    """Who is signed in themselves: nobody consents in the name of another, whom they run as."""
    if current_user(default=None) is None:
        return None
    now = acting()
    return now.user if now.user == now.actor else None


class ASGIPages(_Pages):
    """The pages as an ASGI application: `Mount("/plugins/servlet", ASGIPages(applinks, sign_in="/login?next={}"))`.

    `sign_in` is the address of your sign-in, with `{}` where the way back belongs; without it, people are told to sign in
    themselves. `sign_out` is your page for signing out. `stripped` as for `ASGIMiddleware`. `scripts`
    are the `Scripts` of this process, if it has any: then the pages show what is loaded, and run hooks by hand.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        headers, path = asgi.headers_of(scope), asgi.raw_path(scope)
        query = scope.get("query_string", b"").decode("latin-1")
        body, whole, _ = await asgi.read_body(receive, asgi.length_of(headers), self._limit(path))
        request = self._target.request(scope["method"], path, query, headers, body if whole else b"")
        principal = scope.get("state", {}).get("applinks_principal")
        response = await self.applinks.run_async(self._serve(request, principal=principal, whole=whole))
        await asgi.respond(response, send, with_body=scope["method"] != "HEAD")


class WSGIPages(_Pages):
    """The pages as a WSGI application; in Flask, `applinks.frameworks.flask.pages` mounts them."""

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        headers: Pairs = wsgi.headers_of(environ)
        query = environ.get("QUERY_STRING", "")
        method, path = environ["REQUEST_METHOD"], wsgi.raw_path(environ)
        body, whole = wsgi.read_body(environ, self._limit(path))
        request = self._target.request(method, path, query, headers, body if whole else b"")
        response = self.applinks.run(self._serve(request, principal=environ.get("applinks.principal"), whole=whole))
        return wsgi.respond(response, start_response, with_body=method != "HEAD")
