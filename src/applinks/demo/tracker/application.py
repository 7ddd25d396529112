"""Puts the tracker together. It is an ASGI application; any ASGI server can serve `create(…).app`."""

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
from applinks.demo.tracker.beans import Beans
from applinks.demo.tracker.events import Events
from applinks.demo.tracker.links import WHO_AM_I
from applinks.demo.tracker.moving import Moving
from applinks.demo.tracker.pages import Pages
from applinks.demo.tracker.records import Records
from applinks.demo.tracker.rest import Rest
from applinks.frameworks import ASGIMiddleware
from applinks.running import Scripts


@dataclass(frozen=True)
class Tracker:
    """The application to serve, its end of the links, its data, and the scripts that take part in it."""

    app: ASGIApp
    applinks: AsyncAppLinks
    records: Records
    scripts: Scripts


def create(data: Path, url: str, *, secret: str) -> Tracker:
    """The tracker, with its files in the folder `data`, reachable at `url`; `secret` signs the sessions."""
    people = People(without={"cclark"})
    data = data.resolve()
    records = Records(data / "tracker.db")
    applinks = AsyncAppLinks(
        f"sqlite:///{data}/applinks-tracker.db",
        url=url,
        name="Tracker",
        type="jira",
        people=people,
        run_as={"deployment": {"alice"}},
    )
    templates = Jinja2Templates(env=look.environment(Path(__file__).parent))
    site = Site("Tracker", url, people, templates, JustAllowed(applinks))
    scripts = Scripts(applinks, Path(__file__).with_name("scripts"))
    told = Told(data / "tracker.db", scripts)
    beans = Beans(url, people)
    moving = Moving(applinks, records, Events(beans, records), scripts, told)
    app = Starlette(
        routes=[
            Mount("/rest", Rest(moving, records, beans).application()),
            *Pages(site, applinks, records, moving).routes(),
            pages_of(applinks, scripts),
            *LinkedApplications(site, applinks, WHO_AM_I).routes(),
            *site.routes(),
        ],
        middleware=middleware(site, applinks, secret),
        lifespan=living(applinks, told),
        exception_handlers={NobodyActing: site.to_sign_in, HTTPException: site.refuse},
    )
    return Tracker(ASGIMiddleware(app, applinks), applinks, records, scripts)
