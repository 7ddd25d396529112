"""One request to the interface: which operation, in whose name, with what; then the flow; then the answer.

Rules of this file:
- Nothing but the description is served without a token; which operations there are is no secret, whether a link exists is one.
- Permission belongs to the row that was matched, never to the text of the path (T-51).
- The host application's session, cookies and forms mean nothing here, so there is nothing to forge (T-40).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from applinks.audit import WriteDown, printable
from applinks.errors import AppLinksError, NoProof, NotAdmitted, StoreUnavailable
from applinks.incoming import Automation, automation
from applinks.links import Link, SaveLink
from applinks.questions import Done, Flow, resume
from applinks.web.interface import problems, schemas
from applinks.web.interface.description import resolved
from applinks.web.interface.operation import Call, May, Operation, etag_of
from applinks.web.interface.operations import BELOW, OPERATIONS, SCHEMAS
from applinks.web.interface.problems import JSON, Refusal
from applinks.wire import plain_json, values
from applinks.wire.encoding import Malformed, parse_form
from applinks.wire.messages import Pairs, Request, Response, media_type
from applinks.wire.paths import is_plain_path

if TYPE_CHECKING:
    from applinks.web.visit import PageVisit

LONGEST_BODY = 64 * 1024
LONGEST_QUERY = 8 * 1024

log = logging.getLogger("applinks.web")

Methods = Mapping[str, Operation]


def serve(visit: PageVisit) -> Flow[Response]:
    """The answer, whatever was asked."""
    try:
        return (yield from _served(visit))
    except Refusal as refusal:
        return refusal.response()
    except NotAdmitted as stranger:
        log.warning("refused %s %s: %s", visit.request.method, printable(visit.path), printable(stranger.message))
        return _unauthorized(stranger)
    except AppLinksError as error:
        level = logging.WARNING if isinstance(error, StoreUnavailable) else logging.INFO
        log.log(level, "refused %s %s: %s", visit.request.method, printable(visit.path), printable(error.message))
        return problems.told(error)


def _served(visit: PageVisit) -> Flow[Response]:
    request, method = visit.request, visit.request.method
    methods, ids = matched(visit.path.removeprefix(BELOW))
    operation = methods.get("GET" if method == "HEAD" else method)
    who: Automation | None = None
    if operation is None or operation.may is not May.ANYBODY:
        who = yield from automation.admitted_by_token(request.header("authorization"))
    if operation is None:
        return _without_operation(methods, method)
    if operation.may is May.CHANGE and not (who and who.token.may_change):
        raise Refusal(403, "read-only", "This token only reads.", remedy="Use one that may change: `applinks token make`.")
    call = Call(
        identity=visit.identity,
        mechanisms=visit.mechanisms,
        by=who.person.name if who else "",
        token=who.token if who else None,
        person=who.person if who else None,
        ids=ids,
        query=_query(operation, request),
        body=_body(operation, request),
        if_match=request.header("if-match") if operation.may is May.CHANGE else None,
        scripts=visit.scripts,
    )
    _check_accepts(operation, request)
    value = yield from _on_record(operation.act(call), call)
    return _answer(operation, value)


# ---- which operation


def _rows() -> dict[tuple[str, ...], dict[str, Operation]]:
    table: dict[tuple[str, ...], dict[str, Operation]] = {}
    for operation in OPERATIONS:
        table.setdefault(tuple(operation.path.split("/")[1:]), {})[operation.method] = operation
    return table


_ROWS = _rows()


def matched(path: str) -> tuple[Methods, dict[str, str]]:
    """The operations at a raw path below the interface, by their methods, and the ids in it; none for any odd spelling."""
    if not path.startswith("/") or not is_plain_path(path):
        return {}, {}
    parts = path.split("/")[1:]
    for template, methods in _ROWS.items():
        ids = _ids(template, parts)
        if ids is not None:
            return methods, ids
    return {}, {}


def _ids(template: tuple[str, ...], parts: list[str]) -> dict[str, str] | None:
    if len(template) != len(parts):
        return None
    ids: dict[str, str] = {}
    for wanted, part in zip(template, parts, strict=True):
        if wanted.startswith("{"):
            text = unquote(part, errors="replace")
            if not text or not text.isprintable():
                return None
            ids[wanted[1:-1]] = text
        elif wanted != part:
            return None
    return ids


def _without_operation(methods: Methods, method: str) -> Response:
    if not methods:
        raise Refusal(404, "not-found", "There is nothing here.", remedy=f"See {BELOW}/openapi.json for what there is.")
    allowed = ", ".join([*methods, *(["HEAD"] if "GET" in methods else []), "OPTIONS"])
    if method == "OPTIONS":
        return Response(204, (("allow", allowed), *problems.FIXED))
    raise Refusal(
        405, "method-not-allowed", f"Here is only {allowed}.", remedy="Use one of these.", headers=(("allow", allowed),)
    )


# ---- what was sent


def _query(operation: Operation, request: Request) -> dict[str, Any]:
    text = request.url.partition("?")[2]
    try:
        pairs = parse_form(text) if len(text) <= LONGEST_QUERY else None
    except Malformed:
        pairs = None
    if pairs is None or len(dict(pairs)) != len(pairs):
        raise _invalid("The query cannot be read in one way.", [("", "is malformed, too long, or says a name twice")])
    said = {name: _number(operation.query.get(name, {}), value) for name, value in pairs}
    shape = schemas.obj(operation.query, optional=[name for name in operation.query if name not in operation.needs])
    if wrong := list(schemas.objections(shape, said)):
        raise _invalid("The query is not as it must be.", wrong)
    return said


def _number(schema: schemas.Schema, text: str) -> int | str:
    is_number = schema.get("type") == "integer" and text.isascii() and text.removeprefix("-").isdigit() and len(text) < 20
    return int(text) if is_number else text


def _body(operation: Operation, request: Request) -> Any:
    if operation.body is None:
        return {}
    length = request.header("content-length") or ""
    if len(request.body) > LONGEST_BODY or (length.isdecimal() and (len(length) > 9 or int(length) > LONGEST_BODY)):
        raise Refusal(413, "too-large", f"A body has {LONGEST_BODY} bytes at most.", remedy="Send less.")
    _check_type(request)
    try:
        said = plain_json.parse(request.body)
    except plain_json.NotJson as trouble:
        raise _invalid(str(trouble), []) from None
    if wrong := list(schemas.objections(resolved(operation.body, SCHEMAS), said)):
        raise _invalid("The body is not as it must be.", wrong)
    return said


def _check_type(request: Request) -> None:
    sent = request.header("content-type") or ""
    charset = sent.lower().partition("charset=")[2].strip(' "')
    packed = request.header("content-encoding") not in {None, "identity"}
    if media_type(sent) != JSON or charset not in {"", "utf-8"} or packed:
        raise Refusal(
            415,
            "not-json",
            "The body is not declared as JSON in UTF-8.",
            remedy=f"Send it as {JSON}.",
            headers=(("accept", JSON),),
        )


def _check_accepts(operation: Operation, request: Request) -> None:
    accept = request.header("accept")
    if operation.answer is None or accept is None or any(_is_ours(wanted) for wanted in accept.split(",")):
        return
    raise Refusal(406, "not-acceptable", f"Answers are {JSON}.", remedy=f"Accept {JSON}.")


def _is_ours(wanted: str) -> bool:
    kind, *parameters = (part.strip().lower() for part in wanted.split(";"))
    weights = [text.partition("=")[2] for text in parameters if text.startswith("q=")]
    return kind in {JSON, "application/*", "*/*"} and not any(weight.strip("0.") == "" for weight in weights)


def _invalid(detail: str, errors: list[tuple[str, str]]) -> Refusal:
    return Refusal(400, "invalid", detail, remedy=f"Send it as {BELOW}/openapi.json describes it.", errors=errors)


# ---- the flow, and what comes of it


def _on_record(flow: Flow[Any], call: Call) -> Flow[Any]:
    """Run it; each record says by which token, and a link is changed only from what the caller has read."""
    step = resume(flow)
    while not isinstance(step, Done):
        if isinstance(step, WriteDown) and call.token is not None:
            step = WriteDown(replace(step.entry, reason=f"by the token {call.token.label!r}"))
        elif isinstance(step, SaveLink) and call.ids.get("link"):
            call.check_stands(step.instead_of)
        try:
            reply = yield step
        except Exception as error:  # noqa: BLE001 what the flow makes of it is its own decision
            step = resume(flow, error=error)
        else:
            step = resume(flow, reply)
    return step.result


def _answer(operation: Operation, value: Any) -> Response:
    if operation.answer is None:
        return Response(operation.status, problems.FIXED)
    tag: Pairs = (("etag", etag_of(value)),) if isinstance(value, Link) else ()
    headers = (("content-type", JSON), *problems.FIXED, *tag)
    return Response(operation.status, headers, json.dumps(values.data(value)).encode())


def _unauthorized(stranger: NotAdmitted) -> Response:
    """One answer for whatever is wrong with a token: our log tells what (T-28, T-53)."""
    said = "" if isinstance(stranger, NoProof) else ', error="invalid_token"'
    return Refusal(
        401,
        NotAdmitted.code,
        "A token for automation is needed: one that is known, has not expired, and whose person is an active administrator.",
        remedy="`applinks token make LABEL --as USER` makes one; our log says what was wrong with this one.",
        headers=(("www-authenticate", f'Bearer realm="application links"{said}'),),
    ).response()
