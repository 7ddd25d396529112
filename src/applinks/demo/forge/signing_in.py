"""Who is signed in at the forge, and the forms and headers that keep it so."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Flask, Response, abort, g, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from applinks import AppLinks, NobodyActing, current_user
from applinks.demo import safety
from applinks.demo.forge import rest
from applinks.demo.messages import JustAllowed, Message
from applinks.demo.people import People

READING = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True)
class SigningIn:
    """Signing in and out, and what happens around every request."""

    applinks: AppLinks
    people: People
    url: str
    just_allowed: JustAllowed

    def join(self, app: Flask) -> None:
        """Take these duties in an application."""
        app.before_request(self.act)
        app.before_request(self.check_form)
        app.teardown_request(self.stop_acting)
        app.after_request(self.add_safe_headers)
        app.context_processor(self.frame)
        app.add_url_rule("/login", view_func=self.ask_to_sign_in)
        app.add_url_rule("/login", view_func=self.sign_in, methods=["POST"])
        app.add_url_rule("/logout", view_func=self.sign_out, methods=["POST"])
        app.register_error_handler(NobodyActing, self.to_sign_in)
        app.register_error_handler(HTTPException, self.refuse)

    def act(self) -> None:
        """Tell `applinks` who is signed in, for the length of this request.

        A signed request from a linked application comes first: who acts in it has been decided already. And because browsers
        send cookies along unasked, under `/rest` a session may only read.
        """
        if current_user(default=None) is not None or (is_rest() and request.method not in READING):
            return
        name = safety.signed_in(session)
        person = self.people.find(name) if name else None
        if person is not None and person.active:
            g.acting = ExitStack()
            g.acting.enter_context(self.applinks.acting_as(person))

    def stop_acting(self, error: BaseException | None) -> None:  # noqa: ARG002 the way Flask calls it
        """The request is over."""
        if "acting" in g:
            g.pop("acting").close()

    def check_form(self) -> None:
        """Let only forms through that came from one of our own pages; those of `applinks` it checks itself, unread by us."""
        if request.method in READING or is_rest() or request.blueprint == "applinks":
            return
        site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
        if not safety.genuine(session, request.form.get("token", ""), url=self.url, site=site, origin=origin):
            abort(403, "This form has expired or came from elsewhere. Go back, reload and send it again.")

    def add_safe_headers(self, response: Response) -> Response:
        """On every answer; those that it has already, it keeps: consent needs a policy of its own."""
        for name, value in safety.safe_headers(self.url).items():
            response.headers.setdefault(name, value)
        return response

    def frame(self) -> dict[str, object]:
        """What every page shows; `message` unless the page has one itself."""
        person = current_user(default=None)
        said = session.pop("said", None)
        return {
            "site": "Forge",
            "person": person,
            "token": safety.form_token(session),
            "message": Message(**said) if said else person and self.just_allowed.message(person.name),
        }

    def ask_to_sign_in(self) -> ResponseReturnValue:
        """The form for name and password."""
        return render_template("login.html", next=request.args.get("next", "/"), refused=False)

    def sign_in(self) -> ResponseReturnValue:
        """Begin a new session for whoever knows the password."""
        person = self.people.sign_in(request.form.get("name", ""), request.form.get("password", ""))
        following = request.form.get("next", "/")
        if person is None:
            return render_template("login.html", next=following, refused=True), 403
        safety.begin_session(session, person.name)
        return redirect(safety.local_path(following), 303)

    def sign_out(self) -> ResponseReturnValue:
        """End the session."""
        session.clear()
        return redirect("/login", 303)

    def to_sign_in(self, error: NobodyActing) -> ResponseReturnValue:  # noqa: ARG002 an error handler
        """Nobody is acting: send them to the form, and back afterwards."""
        back = safety.target(request.path, request.query_string.decode("latin-1")) if request.method == "GET" else "/"
        return redirect(f"/login?{urlencode({'next': back})}", 303)

    def refuse(self, error: HTTPException) -> ResponseReturnValue:
        """A status of 400 and above: a bean for programs, a page for people."""
        if is_rest():
            return rest.refused(error)
        return render_template("refused.html", status=error.code, reason=error.description), error.code or 400


def is_rest() -> bool:
    """Whether a program is asking, not a person."""
    return request.path.startswith("/rest/")
