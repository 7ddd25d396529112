"""What scripts offer: named operations to linked applications, and addresses of their own to people who are signed in.

Rules of this file:
- An operation is for requests that were admitted over a link, and runs as the person in whose name that was. Who is signed in
  means nothing there, so there is nothing to forge.
- An address is for people. What is more than GET must come from one of our own pages, or be declared as JSON, which no page of
  another site can send without being asked first (T-40).
- What is not for somebody is not there for them (T-53).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

from applinks.audit import printable
from applinks.errors import AppLinksError, ParametersWrong
from applinks.people import Person
from applinks.questions import Calculate, Flow
from applinks.scripts import (
    Hook,
    HookKind,
    NewRun,
    RequestTold,
    Run,
    RunState,
    at_address,
    described,
    name_of,
    offered,
    run_of,
)
from applinks.web import answers, forms
from applinks.web.interface import problems
from applinks.web.interface.problems import FIXED, JSON, Refusal
from applinks.web.visit import OPERATIONS, OWN_ADDRESSES, PageVisit, RunsScripts
from applinks.wire import plain_json
from applinks.wire.messages import Response, media_type
from applinks.wire.paths import is_plain_path
from applinks.wire.problems import challenge

SAFE = frozenset({"GET", "HEAD"})
IDEMPOTENCY = "idempotency-key"

log = logging.getLogger("applinks.web")


def serve_operations(visit: PageVisit) -> Flow[Response]:
    """The list of operations, or what came of one: 200, 202 while it is not known; else a problem."""
    return (yield from _answering(visit, _operations(visit)))


def serve_address(visit: PageVisit) -> Flow[Response]:
    """What a script answers at an address of its own."""
    return (yield from _answering(visit, _address(visit)))


def _answering(visit: PageVisit, answer: Flow[Response]) -> Flow[Response]:
    try:
        return (yield from answer)
    except Refusal as refusal:
        return refusal.response()
    except ParametersWrong as wrong:
        errors = [(f"/{name}", sentence) for name, sentence in wrong.mistakes.items()]
        return Refusal(400, wrong.code, wrong.message, remedy="Correct them.", errors=errors).response()
    except AppLinksError as error:
        log.warning("refused %s %s: %s", visit.request.method, printable(visit.path), printable(error.message))
        return problems.told(error)


# ---- operations


def _operations(visit: PageVisit) -> Flow[Response]:
    principal = visit.principal
    if principal is None:
        raise Refusal(
            401,
            "not-admitted",
            "Operations are for linked applications.",
            remedy="Ask over a link, in somebody's name.",
            headers=(("www-authenticate", challenge(visit.identity.url)),),
        )
    scripts, hooks = yield from _loaded(visit)
    there = {name_of(hook): hook for hook in (yield from offered(hooks, HookKind.OPERATION, principal.person)).values()}
    name = unquote(visit.path.removeprefix(OPERATIONS).strip("/"))
    if not name:
        _only(visit, {"GET", "HEAD"})
        return _json(200, {"operations": [described(there[name]) for name in sorted(there)]})
    if name not in there:
        raise problems.nothing_there("operation")
    _only(visit, {"POST"})
    if principal.depth >= scripts.deepest:
        log.warning("the operation %s was cut off at depth %d: scripts trigger each other", printable(name), principal.depth)
        raise Refusal(
            508, "cut-off", f"{principal.depth} runs led to this, one after the other.", remedy="Let one of them not call on."
        )
    new = yield from run_of(
        there[name],
        principal.person,
        _object(visit),
        depth=principal.depth,
        asked_by=principal.link.id,
        key=visit.request.header(IDEMPOTENCY),
    )
    run = yield from _performed(scripts, new, None)
    return _json(200, {"run": run.number, "result": run.result}) if run.state is RunState.DONE else _unfinished(run)


def _object(visit: PageVisit) -> dict[str, Any]:
    body = _body(visit) if visit.request.body else {}
    if not isinstance(body, dict):
        raise Refusal(400, "invalid", "The parameters are no JSON object.", remedy=f"Send an object, as {JSON}.")
    return body


# ---- addresses


def _address(visit: PageVisit) -> Flow[Response]:
    person, method = visit.person, visit.request.method
    if person is None:
        if method in SAFE and visit.principal is None:
            return answers.sign_in(visit)
        raise Refusal(401, "not-admitted", "This is for people who are signed in.", remedy="Sign in first.")
    scripts, hooks = yield from _loaded(visit)
    below = visit.path.removeprefix(OWN_ADDRESSES)
    usable = (yield from offered(hooks, HookKind.ENDPOINT, person)).values() if is_plain_path(below or "/") else ()
    found = at_address(tuple(usable), below)
    if not found:
        raise problems.nothing_there("address")
    hook, named = next(
        ((hook, named) for hook, named in found if hook.method == ("GET" if method == "HEAD" else method)), (None, {})
    )
    if hook is None:
        _only(visit, {str(hook.method) for hook, _ in found})
        raise problems.nothing_there("address")
    yield from _check_origin(visit, person)
    told = RequestTold(method, named, visit.query, _body(visit) if visit.request.body else None)
    new = yield from run_of(hook, person, {})
    run = yield from _performed(scripts, new, told)
    return _result(run) if run.state is RunState.DONE else _unfinished(run)


def _check_origin(visit: PageVisit, person: Person) -> Flow[None]:
    if visit.request.method in SAFE or media_type(visit.request.header("content-type")) == JSON:
        return
    if not (yield from forms.is_ours(visit, person)):
        raise Refusal(403, "forged", "This was not sent by one of our own pages.", remedy=f"Send it as {JSON}.")


def _body(visit: PageVisit) -> Any:
    """JSON where it is declared, the fields of a form, or text."""
    request = visit.request
    if request.is_form():
        return {name: value for name, value in visit.form.items() if name != forms.FIELD}
    try:
        return plain_json.parse(request.body) if media_type(request.header("content-type")) == JSON else request.body.decode()
    except ValueError as trouble:
        raise Refusal(400, "invalid", str(trouble), remedy=f"Send {JSON}, or text in UTF-8.") from None


def _result(run: Run) -> Response:
    if isinstance(run.result, str):
        return Response(200, (("content-type", "text/plain;charset=UTF-8"), *FIXED), run.result.encode("utf-8", "replace"))
    return _json(200, run.result)


# ---- both


def _loaded(visit: PageVisit) -> Flow[tuple[RunsScripts, Sequence[Hook]]]:
    """Who runs scripts here, and what is loaded; reading them may take a while."""
    scripts = visit.scripts
    if scripts is None:
        raise problems.nothing_there("script")
    if not visit.whole:
        raise Refusal(413, "too-large", "The body is too large.", remedy="Send less.")
    hooks: Sequence[Hook] = yield Calculate(lambda: scripts.hooks)
    return scripts, hooks


def _performed(scripts: RunsScripts, new: NewRun, request: RequestTold | None) -> Flow[Run]:
    run: Run = yield Calculate(lambda: scripts.perform(new, request), waits=True)
    return run


def _only(visit: PageVisit, methods: set[str]) -> None:
    if visit.request.method not in methods:
        allowed = ", ".join(sorted(methods))
        raise Refusal(
            405, "method-not-allowed", f"Here is only {allowed}.", remedy="Use one of these.", headers=(("allow", allowed),)
        )


def _unfinished(run: Run) -> Response:
    """Whatever else became of a run. What went wrong in a script is for the record of the run, not for whoever asks."""
    if run.state is RunState.REFUSED:
        field = run.result.get("field") if isinstance(run.result, dict) else None
        errors = [(f"/{field}", run.error or "")] if field else []
        return Refusal(
            422, "refused", run.error or "It was refused.", remedy="Ask for something else.", errors=errors
        ).response()
    if run.state in {RunState.FAILED, RunState.UNCLEAR, RunState.CANCELLED, RunState.EXPIRED}:
        why = f"The script could not do it ({run.state}): see run {run.number}."
        return Refusal(500, "script-failed", why, remedy="Its record there says why.").response()
    return _json(202, {"run": run.number, "state": run.state.value})


def _json(status: int, value: Any) -> Response:
    return Response(status, (("content-type", JSON), *FIXED), json.dumps(value).encode())
