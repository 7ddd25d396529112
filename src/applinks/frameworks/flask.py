"""Our pages inside a Flask application."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from applinks.frameworks.pages import WSGIPages
from applinks.frameworks.wsgi import Environ
from applinks.web import RunsScripts, longest_body

if TYPE_CHECKING:
    from applinks.assembly import Application
    from applinks.web import RunsScripts


def pages(
    applinks: Application,
    *,
    sign_in: str | None = None,
    sign_out: str | None = None,
    stripped: bool = False,
    scripts: RunsScripts | None = None,
) -> Blueprint:
    """A blueprint with our pages: `app.register_blueprint(pages(applinks, sign_in="/login?next={}"))`.

    Whoever is signed in must be acting already, through a `before_request` of yours; see `ASGIPages` for the options.
    """
    blueprint = Blueprint("applinks", __name__)
    served = WSGIPages(applinks, sign_in=sign_in, sign_out=sign_out, stripped=stripped, scripts=scripts)

    def page(rest: str) -> Any:
        return Response.from_app(served, _unread(longest_body(f"/plugins/servlet/{rest}")))

    methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    blueprint.add_url_rule("/plugins/servlet/<path:rest>", "page", page, methods=methods, provide_automatic_options=False)
    return blueprint


def _unread(limit: int) -> Environ:
    """The request with its form still to be read: something before the view may have read it, and there is no second time."""
    if not 0 < (request.content_length or 0) <= limit:
        return request.environ
    body = request.get_data() or urlencode(tuple(request.form.items(multi=True))).encode()
    return {**request.environ, "wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
