"""Puts the wiki together. It is an ASGI application; any ASGI server can serve `create(…).app`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Mount
from starlette.templating import Jinja2Templates
from starlette.types import ASGIApp

from applinks import AsyncAppLinks, NobodyActing
from applinks.demo import look
from applinks.demo.asgi import Site, living, middleware, pages_of
from applinks.demo.happened import Told
from applinks.demo.linked import LinkedApplications
from applinks.demo.messages import JustAllowed
from applinks.demo.people import People
from applinks.demo.wiki.beans import Beans
from applinks.demo.wiki.links import WHO_AM_I
from applinks.demo.wiki.pages import Pages
from applinks.demo.wiki.records import Records
from applinks.demo.wiki.rest import Rest
from applinks.frameworks import ASGIMiddleware
from applinks.running import Scripts


@dataclass(frozen=True)
class Wiki:
    """The application to serve, its end of the links, its data, and the scripts that take part in it."""

    app: ASGIApp
    applinks: AsyncAppLinks
    records: Records
    scripts: Scripts


def create(data: Path, url: str, *, secret: str) -> Wiki:
    """The wiki, with its files in the folder `data`, reachable at `url`; `secret` signs the sessions."""
    people = People(without={"carol"})
    data = data.resolve()
    records = Records(data / "wiki.db")
    applinks = AsyncAppLinks(
        f"sqlite:///{data}/applinks-wiki.db",
        url=url,
        name="Wiki",
        type="confluence",
        people=people,
        run_as={"deployment": {"alice", "cclark"}},
    )
    templates = Jinja2Templates(env=look.environment(Path(__file__).parent))
    site = Site("Wiki", url, people, templates, JustAllowed(applinks))
    scripts = Scripts(applinks, Path(__file__).with_name("scripts"))
    told = Told(data / "wiki.db", scripts)
    app = Starlette(
        routes=[
            Mount("/rest", Rest(records, Beans(url, people, records), told).application()),
            *Pages(site, applinks, records).routes(),
            pages_of(applinks, scripts),
            *LinkedApplications(site, applinks, WHO_AM_I).routes(),
            *site.routes(),
        ],
        middleware=middleware(site, applinks, secret),
        lifespan=living(applinks, told),
        exception_handlers={NobodyActing: site.to_sign_in, HTTPException: site.refuse},
    )
    return Wiki(ASGIMiddleware(app, applinks), applinks, records, scripts)
