"""What is Flask's own about the blueprint with our pages; what is true of every host stands in `test_pages.py`."""

from __future__ import annotations

import io

import flask
import pytest
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from applinks.frameworks import WSGIMiddleware
from applinks.frameworks.flask import pages
from applinks.incoming import BODY_LIMIT
from applinks.people import current_user
from applinks.web.visit import AUTHORIZE, GRANTS
from applinks.wire.messages import FORM
from frameworks.page_hosts import flask_application
from in_memory import InMemory
from incoming.senders import wiki
from web.dom import Dom
from web.visitor import CALLBACK, TOKEN, wish

PAGE = {"Sec-Fetch-Site": "same-origin"}
CONSENT = f"/wiki{AUTHORIZE}?oauth_token={TOKEN}"


@pytest.fixture
def called() -> InMemory:
    called, front = wiki()
    wish(called, front.identity.id)
    return called


def client_of(app: flask.Flask, who: str = "alice"):
    client = app.test_client()
    client.set_cookie("who", who, domain="example.com")
    return client


def decide(client, base_url: str = "https://example.com", **more):
    """Allow, by the form that the page shows."""
    fields = Dom(client.get(CONSENT, base_url=base_url).text).fields()
    return client.post(f"/wiki{AUTHORIZE}", base_url=base_url, headers=PAGE, data={**fields, "decision": "allow"}, **more)


def test_the_blueprint_is_a_part_of_the_application_under_a_name_of_ours(called):
    app = flask_application(called, stripped=False)
    with app.test_request_context(base_url="https://example.com"):
        assert flask.url_for("applinks.page", rest="oauth/users/access-tokens") == f"/wiki{GRANTS}"


def test_without_middleware_the_pages_work_all_the_same(called):
    """It admits applications; people are the host's affair."""
    assert decide(client_of(flask_application(called, stripped=False))).headers["location"].startswith(CALLBACK)


def test_pages_of_ours_are_not_dressed_as_errors_of_the_host(called):
    """Its error pages are for what it raises itself; what we answer passes as it is."""
    app = flask_application(called, stripped=False)
    app.register_error_handler(404, lambda error: ("the host's own page", 404))
    app.register_error_handler(403, lambda error: ("the host's own page", 403))
    client = client_of(app)
    unknown = client.get(f"/wiki{AUTHORIZE}?oauth_token=x", base_url="https://example.com")
    assert (unknown.status_code, Dom(unknown.text).text.partition(" · ")[0]) == (404, "Nobody is asking")
    forged = client.post(f"/wiki{GRANTS}", base_url="https://example.com")
    assert (forged.status_code, "host" in forged.text) == (403, False)


def test_what_the_host_adds_to_every_answer_it_adds_to_ours(called):
    app = flask_application(called, stripped=False)

    @app.after_request
    def dress(response: flask.Response) -> flask.Response:
        response.headers["X-Host"] = "here"
        return response

    answer = client_of(app).get(CONSENT, base_url="https://example.com")
    assert answer.headers["X-Host"] == "here"
    assert len(answer.headers.getlist("Content-Security-Policy")) == 1


READERS = {
    "its form": lambda: flask.request.form,
    "its bytes": lambda: flask.request.get_data(),
    "its values": lambda: flask.request.values,
}


def looking_before(called: InMemory, what: str) -> flask.Flask:
    """A host that looks at every request before its view does, as protections against forged forms do."""
    app = flask_application(called, stripped=False)

    @app.before_request
    def look() -> None:
        READERS[what]()

    return app


@pytest.mark.parametrize("what", READERS)
def test_a_host_that_looked_into_the_form_before_does_not_break_ours(called, what):
    answer = decide(client_of(looking_before(called, what)))
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(CALLBACK)


@pytest.mark.parametrize("what", READERS)
def test_what_is_there_twice_stays_there_twice(called, what):
    """T-02."""
    client = client_of(looking_before(called, what))
    fields = Dom(client.get(CONSENT, base_url="https://example.com").text).fields()
    data = {**fields, "decision": ["allow", "allow"]}
    assert client.post(f"/wiki{AUTHORIZE}", base_url="https://example.com", headers=PAGE, data=data).status_code == 403


def test_a_form_beyond_the_limit_is_not_read(called):
    """S-30: not even to be put there again."""
    read = []

    class Body(io.BytesIO):
        def readinto(self, buffer) -> int:
            read.append(len(buffer))
            return super().readinto(buffer)

        def read(self, size: int | None = -1) -> bytes:
            read.append(size)
            return super().read(size)

    body = b"a=" + b"x" * BODY_LIMIT
    options = {"input_stream": Body(body), "content_length": len(body), "content_type": FORM, "headers": PAGE}
    answer = client_of(flask_application(called, stripped=False)).post(
        f"/wiki{GRANTS}", base_url="https://example.com", **options
    )
    assert (answer.status_code, read) == (403, [])


@pytest.mark.parametrize("size", [10_000, 100_000_000])
def test_nor_one_that_limits_bodies(called, size):
    app = flask_application(called, stripped=False)
    app.config["MAX_CONTENT_LENGTH"] = size
    client = client_of(app)
    assert client.post(f"/wiki{GRANTS}", base_url="https://example.com", data={"x": "x" * 20_000}).status_code in {403, 413}
    assert decide(client).status_code == 303


def test_mounted_below_another_application_the_path_is_put_together_again(called):
    """Werkzeug's dispatcher moves the prefix to SCRIPT_NAME, which Flask does not route by; the public path is whole."""
    app = flask.Flask("inner")
    app.register_blueprint(pages(called, sign_in="/wiki/login?next={}"))
    outer = flask.Flask("outer")
    outer.wsgi_app = WSGIMiddleware(DispatcherMiddleware(outer.wsgi_app, {"/wiki": app}), called)
    answer = outer.test_client().get(CONSENT, base_url="https://example.com")
    assert (answer.status_code, answer.headers["location"].partition("=")[0]) == (303, "/wiki/login?next")


def test_two_blueprints_serve_two_applications(called):
    """A process may host several, each at its own address."""
    other = InMemory("Other", url="https://example.com/other")
    app = flask_application(called, stripped=False)
    app.register_blueprint(pages(other, sign_in="/other/login?next={}"), url_prefix="/other", name="other")
    client = client_of(app)
    assert "Other may not act as you anywhere" in Dom(client.get(f"/other{GRANTS}", base_url="https://example.com").text).text
    assert "Wiki may not act as you anywhere" in Dom(client.get(f"/wiki{GRANTS}", base_url="https://example.com").text).text


def test_when_the_request_is_over_nobody_acts(called):
    """T-25."""
    with flask_application(called, stripped=False).app_context():
        decide(client_of(flask_application(called, stripped=False)))
        assert current_user(default=None) is None
