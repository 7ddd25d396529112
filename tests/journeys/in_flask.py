"""The application that is called, in Flask for WSGI; `in_starlette.py` has the same resources."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import quote, unquote

from flask import Flask, current_app, g, jsonify, redirect, request
from flask import Response as FlaskResponse

from applinks import AppLinks, current_user
from applinks.frameworks.flask import pages
from journeys.records import (
    LOGIN_PAGE,
    PIECE,
    REFUSED_THERE,
    SIGN_IN,
    SIGN_IN_PAGE,
    VERBS,
    Records,
    cookie_of,
    digest,
    name_of_user,
    piece,
    start_in_background,
)


def records() -> Records:
    return current_app.extensions["records"]


def applinks() -> AppLinks:
    return current_app.extensions["applinks"]


def begin_acting() -> None:
    """The application's own sign-in: a request over a link comes first, and has nobody of its own."""
    name = request.cookies.get(current_app.extensions["cookie"])
    if name is not None and current_user(default=None) is None:
        g.acting = ExitStack()
        g.acting.enter_context(applinks().acting_as(unquote(name)))


def stop_acting(_: BaseException | None) -> None:
    if "acting" in g:
        g.pop("acting").close()


def sign_in() -> Any:
    if request.method == "GET":
        return SIGN_IN_PAGE
    response = redirect(request.form["next"], 303)
    response.set_cookie(current_app.extensions["cookie"], quote(request.form["name"]))
    return response


def echo() -> Any:
    body = request.get_data(cache=True, parse_form_data=False)
    return jsonify(
        user=name_of_user(),
        method=request.method,
        path=request.script_root + request.path,
        query=list(request.args.items(multi=True)),
        form=list(request.form.items(multi=True)),
        type=request.headers.get("Content-Type", ""),
        body=digest(body),
        cookies=dict(request.cookies),
    )


def session() -> Any:
    name = name_of_user()
    return jsonify(name=name) if name else FlaskResponse(status=401)


def content() -> Any:
    return jsonify(records().add_page(request.get_json()))


def upload() -> Any:
    file = request.files["file"]
    return jsonify(user=name_of_user(), name=file.filename, comment=request.form["comment"], digest=digest(file.read()))


def download(pieces: int) -> Any:
    asking = current_user().name

    def parts() -> Iterator[bytes]:
        for number in range(pieces):
            yield piece(number) if name_of_user() == asking else b"the scope had ended"

    return FlaskResponse(parts(), mimetype="application/octet-stream")


def swallow() -> Any:
    whole = hashlib.sha256()
    while part := request.stream.read(PIECE):
        records().first_piece_came.set()
        whole.update(part)
    return jsonify(user=name_of_user(), digest=whole.hexdigest())


def forbidden() -> Any:
    return jsonify(REFUSED_THERE), 403


def login() -> Any:
    return FlaskResponse(LOGIN_PAGE, mimetype="text/html")


def away() -> Any:
    return FlaskResponse(status=302, headers={"location": request.args["to"]})


def own_401() -> Any:
    return FlaskResponse("not you", 401, mimetype="text/plain")


def cookie() -> Any:
    response = FlaskResponse("kept?")
    response.set_cookie("session", "of the user before")
    return response


def background() -> Any:
    start_in_background(records())
    return "started"


def relayed() -> Any:
    return jsonify(current_app.extensions["relay"]())


ROUTES = {
    "/echo": echo,
    "/deeper/down/echo": echo,
    "/rest/auth/1/session": session,
    "/rest/api/content": content,
    "/upload": upload,
    "/download/<int:pieces>": download,
    "/swallow": swallow,
    "/forbidden": forbidden,
    "/login": login,
    "/away": away,
    "/own-401": own_401,
    "/cookie": cookie,
    "/background": background,
    "/relay": relayed,
}


def application(records: Records, applinks: AppLinks, relay: Callable[[], Any] | None) -> Flask:
    """`relay` is called by `/relay`, to reach a third application."""
    app = Flask(__name__)
    app.extensions.update(records=records, applinks=applinks, relay=relay, cookie=cookie_of(applinks.identity.name))
    app.before_request(begin_acting)
    app.teardown_request(stop_acting)
    app.add_url_rule(SIGN_IN, "sign in", sign_in, methods=["GET", "POST"])
    app.register_blueprint(pages(applinks, sign_in=f"{SIGN_IN}?next={{}}"))
    for number, (path, view) in enumerate(ROUTES.items()):
        app.add_url_rule(path, str(number), view, methods=VERBS)
    return app
