"""The interface as an OpenAPI 3.1 document, made from the table of operations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

from applinks.web.interface.operation import May, Operation
from applinks.web.interface.problems import JSON, PROBLEM
from applinks.web.interface.schemas import NAME, Schema

_AT = "#/components/schemas/"
_ABOUT = """Everything that an administrator can do to the links of this application. Ids stand in paths, names in bodies.

Send `Authorization: Bearer applinks_…`, with a token that `applinks token make` has made. It acts for a person, who must be \
an active administrator of this application at each request. Sessions and cookies mean nothing here.

What is refused is a problem document (RFC 9457) with a stable `code` and a `remedy`. Where a link is changed, `If-Match` with \
the `ETag` under which it was read makes sure that nobody has changed it meanwhile."""


def ref(name: str) -> Schema:
    """The schema of that name."""
    return {"$ref": f"{_AT}{name}"}


def many(name: str) -> Schema:
    """A list of these."""
    return {"type": "array", "items": ref(name)}


def resolved(schema: Schema, schemas: Mapping[str, Schema]) -> Schema:
    """The schema itself, where only its name is given."""
    return schemas[schema["$ref"].removeprefix(_AT)] if "$ref" in schema else schema


def describe(operations: Iterable[Operation], schemas: Mapping[str, Schema], *, at: str) -> dict[str, Any]:
    """The document; `at` is the address of the interface."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Application links", "version": "1", "description": _ABOUT},
        "servers": [{"url": at}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "responses": {"Problem": {"description": "Refused", "content": {PROBLEM: {"schema": ref("Problem")}}}},
            "schemas": dict(schemas),
        },
    }


def refusals(operation: Operation) -> Iterator[int]:
    """The statuses by which an operation may be refused."""
    changes, body = operation.may is May.CHANGE, operation.body is not None
    yield 400
    yield from (401,) * (operation.may is not May.ANYBODY)
    yield from (403,) * changes
    yield from (404,) * bool(operation.ids)
    yield from (406,) * (operation.answer is not None)
    yield from (409,) * changes
    yield from (412,) * (changes and "link" in operation.ids)
    yield from (413, 415) * body
    yield from (422,) * changes
    yield from (424,) * operation.far
    yield from (429,) * operation.counted
    yield 503


def _operation(operation: Operation) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": operation.id,
        "summary": operation.summary,
        "description": f"For {operation.may}.",
        "tags": [operation.path.split("/")[1].partition(".")[0]],
    }
    if operation.may is May.ANYBODY:
        told["security"] = []
    if parameters := list(_parameters(operation)):
        told["parameters"] = parameters
    if operation.body is not None:
        told["requestBody"] = {"required": True, "content": {JSON: {"schema": operation.body}}}
    refused = {str(status): {"$ref": "#/components/responses/Problem"} for status in refusals(operation)}
    return {**told, "responses": {str(operation.status): _success(operation), **refused}}


def _parameters(operation: Operation) -> Iterator[dict[str, Any]]:
    for name in operation.ids:
        yield {"name": name, "in": "path", "required": True, "schema": NAME, "description": f"The id of the {name}."}
    for name, schema in operation.query.items():
        yield {"name": name, "in": "query", "required": name in operation.needs, "schema": schema}
    if operation.may is May.CHANGE and "link" in operation.ids:
        yield {"name": "If-Match", "in": "header", "required": False, "schema": {"type": "string"}}


def _success(operation: Operation) -> dict[str, Any]:
    told: dict[str, Any] = {"description": HTTPStatus(operation.status).phrase}
    if operation.answer is not None:
        told["content"] = {JSON: {"schema": operation.answer}}
    if operation.answer == ref("Link"):
        told["headers"] = {"ETag": {"required": True, "schema": {"type": "string"}}}
    return told
