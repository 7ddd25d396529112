"""Puts the forge together. It is a WSGI application; any WSGI server can serve `create(…).app`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from wsgiref.types import WSGIApplication

from flask import Flask

from applinks import AppLinks
from applinks.demo import look, safety
from applinks.demo.bodies import LARGEST
from applinks.demo.forge.beans import Beans
from applinks.demo.forge.pages import Pages
from applinks.demo.forge.records import Records
from applinks.demo.forge.rest import Rest
from applinks.demo.forge.signing_in import SigningIn
from applinks.demo.happened import Told
from applinks.demo.messages import JustAllowed
from applinks.demo.people import People
from applinks.frameworks import WSGIMiddleware
from applinks.frameworks.flask import pages
from applinks.running import Scripts

PATIENCE = 5.0
"""Seconds that scripts have to end when the forge is closed; what takes longer goes on when it is started again."""


@dataclass(frozen=True)
class Forge:
    """The application to serve, its end of the links, its data, and the scripts that take part in it."""

    app: WSGIApplication
    applinks: AppLinks
    records: Records
    scripts: Scripts

    def close(self) -> None:
        """Stop the scripts and give back all connections: WSGI has no life span that would do it."""
        self.scripts.close(PATIENCE)
        self.applinks.close()


def create(data: Path, url: str, *, secret: str) -> Forge:
    """The forge, with its files in the folder `data`, reachable at `url`; `secret` signs the sessions. Close it at the end."""
    people = People(without={"cclark"})
    data = data.resolve()
    records = Records(data / "forge.db")
    applinks = AppLinks(
        f"sqlite:///{data}/applinks-forge.db",
        url=url,
        name="Forge",
        type="bitbucket",
        people=people,
        run_as={"deployment": {"alice"}},
    )
    app = Flask(__name__, static_folder=look.STATIC)
    app.config.update(
        SECRET_KEY=f"Forge {secret}",
        SESSION_COOKIE_NAME=safety.cookie_name("Forge", url),
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=url.startswith("https:"),
        MAX_CONTENT_LENGTH=LARGEST,
    )
    app.jinja_loader = look.loader(Path(__file__).parent)
    look.dress(app.jinja_env)
    SigningIn(applinks, people, url, JustAllowed(applinks)).join(app)
    scripts = Scripts(applinks, Path(__file__).with_name("scripts"))
    told = Told(data / "forge.db", scripts)
    beans = Beans(url, people, records)
    rest = Rest(records, beans, told).blueprint()
    for version in ("1.0", "latest"):
        app.register_blueprint(rest, name=f"rest {version}".replace(".", "_"), url_prefix=f"/rest/api/{version}")
    app.register_blueprint(Pages(applinks, records, beans, told).blueprint())
    app.register_blueprint(pages(applinks, sign_in="/login?next={}", scripts=scripts))
    told.tell()
    scripts.start()
    return Forge(WSGIMiddleware(app, applinks), applinks, records, scripts)
