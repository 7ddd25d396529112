"""The table of operations. Router, permissions, checks, description and reference are made from it; nothing is written twice.

Another operation is one row here and one function that takes a `Call` and is a flow.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from applinks.questions import Flow
from applinks.web.interface import entities, links, people, problems, records, tokens
from applinks.web.interface.description import describe, many, ref
from applinks.web.interface.operation import Call, May, Operation
from applinks.web.interface.schemas import NAME, Schema, obj

SCHEMAS: Mapping[str, Schema] = {
    "Application": links.APPLICATION,
    "Link": links.LINK,
    "Pair": links.PAIR,
    "LinkByHand": links.BY_HAND,
    "LinkSettings": links.SETTINGS,
    "Policy": links.POLICY,
    "SecretOfDirection": links.SECRET_OF,
    "SecretMade": links.SECRET_MADE,
    "Explanation": links.EXPLANATION,
    "Test": links.TEST,
    "Tried": links.TRIED,
    "EntityLink": entities.ENTITY_LINK,
    "NewEntityLink": entities.NEW,
    "Grant": people.GRANT,
    "Consent": people.CONSENT,
    "Record": records.RECORD,
    "Verdict": records.VERDICT,
    "Token": tokens.TOKEN,
    "NewToken": tokens.NEW,
    "TokenMade": tokens.MADE,
    "Problem": problems.SCHEMA,
}
"""What the description names, by its name there."""

_NUMBER: Schema = {"type": "integer", "minimum": 0, "maximum": 2**53}
_LIMIT: Schema = {"type": "integer", "minimum": 1, "maximum": 1000, "description": "How many at most; 100 if it is not said."}
_USER: Schema = {**NAME, "description": "Only those of this person."}
_LINK: Schema = {**NAME, "description": "Only those of the link of this id."}
_USING: Schema = {**NAME, "description": "By this mechanism or not at all: 2LOi, 3LO, 2LO, Trusted, Basic, anonymous."}
_LINKS: Schema = obj({"links": many("Link"), "total": {"type": "integer"}})
_RECORDS: Schema = obj({"records": many("Record"), "before": {"type": ["integer", "null"]}})
_OFFSET: Schema = {**_NUMBER, "description": "How many to pass over."}
_TYPE: Schema = {**NAME, "description": "Only links of this type."}
_NAMED: Schema = {**NAME, "description": "Only those of the link of this name."}
_KIND: Schema = {**NAME, "description": "Only those of this kind."}
_BEFORE: Schema = {**_NUMBER, "description": "Only those with a lower number, as the answer before says it."}
_WHOM: Schema = {**NAME, "description": "As whom."}


def _description(call: Call) -> Flow[Any]:
    """This table, as OpenAPI."""
    yield from ()
    return describe(OPERATIONS, SCHEMAS, at=f"{call.identity.url}{BELOW}")


BELOW = "/plugins/servlet/applinks/api/1"
"""Where the interface lies below the application's address, among the pages: a host application mounts one thing."""

OPERATIONS: tuple[Operation, ...] = (
    Operation("GET", "/openapi.json", "describe", "This description", May.ANYBODY, _description, answer={"type": "object"}),
    Operation(
        "GET",
        "/application",
        "readApplication",
        "Who this application is",
        May.READ,
        links.application,
        answer=ref("Application"),
    ),
    Operation(
        "GET",
        "/links",
        "listLinks",
        "List links, primary ones first",
        May.READ,
        links.all_links,
        query={"type": _TYPE, "offset": _OFFSET, "limit": _LIMIT},
        answer=_LINKS,
    ),
    Operation(
        "POST",
        "/pairings",
        "pair",
        "Make both ends of a link in one operation, or renew them",
        May.CHANGE,
        links.pair,
        body=ref("Pair"),
        answer=ref("Link"),
        status=201,
        far=True,
    ),
    Operation(
        "POST",
        "/links",
        "registerLink",
        "Make a link by hand, or renew it",
        May.CHANGE,
        links.register,
        body=ref("LinkByHand"),
        answer=ref("Link"),
        status=201,
    ),
    Operation("GET", "/links/{link}", "readLink", "Show a link", May.READ, links.one_link, answer=ref("Link")),
    Operation(
        "PATCH",
        "/links/{link}",
        "changeLink",
        "Change our end of a link; what is not named stays",
        May.CHANGE,
        links.change,
        body=ref("LinkSettings"),
        answer=ref("Link"),
    ),
    Operation("DELETE", "/links/{link}", "deleteLink", "Delete our end of a link", May.CHANGE, links.delete, status=204),
    Operation(
        "PUT",
        "/links/{link}/policy",
        "changePolicy",
        "Say anew whom the other application may impersonate here",
        May.CHANGE,
        links.change_policy,
        body=ref("Policy"),
        answer=ref("Link"),
    ),
    Operation(
        "POST",
        "/links/{link}/primary",
        "makePrimary",
        "Make this the link that is used for its type",
        May.CHANGE,
        links.make_primary,
        answer=ref("Link"),
    ),
    Operation(
        "POST",
        "/links/{link}/trust",
        "trust",
        "Trust the application by the certificate that it publishes (legacy)",
        May.CHANGE,
        links.trust,
        answer=ref("Link"),
        far=True,
    ),
    Operation(
        "PUT",
        "/links/{link}/secret",
        "setSecret",
        "Set the secret of one direction; it is never shown",
        May.CHANGE,
        links.set_secret,
        body=ref("SecretOfDirection"),
        status=204,
    ),
    Operation(
        "POST",
        "/links/{link}/secret",
        "newSecret",
        "Have the secret made by which the other application proves itself",
        May.CHANGE,
        links.new_secret,
        answer=ref("SecretMade"),
        status=201,
    ),
    Operation(
        "GET",
        "/links/{link}/explanation",
        "explainLink",
        "Tell by which way a call as a user would go, and why not by a stronger one",
        May.READ,
        links.explain,
        query={"user": _WHOM, "using": _USING},
        needs=("user",),
        answer=ref("Explanation"),
    ),
    Operation(
        "POST",
        "/links/{link}/test",
        "testLink",
        "Ask the other application who is calling, as a user",
        May.CHANGE,
        links.test,
        body=ref("Test"),
        answer=ref("Tried"),
        far=True,
    ),
    Operation(
        "DELETE",
        "/links/{link}/consent",
        "forgetConsent",
        "Drop the consent of a person; the next call as them asks again",
        May.CHANGE,
        people.forget_consent,
        query={"user": {**NAME, "description": "Whose consent."}},
        needs=("user",),
        status=204,
    ),
    Operation(
        "GET",
        "/entity-links",
        "listEntityLinks",
        "List the things of this application that are linked with things elsewhere",
        May.READ,
        entities.entity_links,
        query={"link": _LINK, "type": {**NAME, "description": "Only those to this type of thing."}},
        answer=obj({"entity_links": many("EntityLink")}),
    ),
    Operation(
        "POST",
        "/links/{link}/entities",
        "linkEntities",
        "Link a thing of this application with one of the other",
        May.CHANGE,
        entities.link_entities,
        body=ref("NewEntityLink"),
        answer=ref("EntityLink"),
        status=201,
    ),
    Operation(
        "DELETE",
        "/entity-links/{entity_link}",
        "unlinkEntities",
        "Take such a link away",
        May.CHANGE,
        entities.unlink_entities,
        status=204,
    ),
    Operation(
        "GET",
        "/grants",
        "listGrants",
        "List what people have allowed other applications to do as them here",
        May.READ,
        people.grants,
        query={"user": _USER, "link": _LINK},
        answer=obj({"grants": many("Grant")}),
    ),
    Operation(
        "DELETE",
        "/grants/{grant}",
        "revokeGrant",
        "Take back what somebody allowed",
        May.CHANGE,
        people.revoke_grant,
        status=204,
    ),
    Operation(
        "GET",
        "/consents",
        "listConsents",
        "List what people have allowed this application to do as them elsewhere",
        May.READ,
        people.consents,
        query={"user": _USER, "link": _LINK},
        answer=obj({"consents": many("Consent")}),
    ),
    Operation(
        "GET",
        "/audit",
        "listRecords",
        "List what was done, the newest first",
        May.READ,
        records.records,
        query={"before": _BEFORE, "limit": _LIMIT, "link": _NAMED, "kind": _KIND},
        answer=_RECORDS,
    ),
    Operation(
        "GET",
        "/audit/verdict",
        "verifyRecords",
        "Check the chain of the records",
        May.READ,
        records.verdict,
        query={"noted": records.HEAD},
        answer=ref("Verdict"),
    ),
    Operation(
        "GET",
        "/tokens",
        "listTokens",
        "List tokens for automation",
        May.READ,
        tokens.tokens,
        query={"user": _USER},
        answer=obj({"tokens": many("Token")}),
    ),
    Operation(
        "POST",
        "/tokens",
        "makeToken",
        "Make a token for yourself",
        May.CHANGE,
        tokens.make,
        body=ref("NewToken"),
        answer=ref("TokenMade"),
        status=201,
    ),
    Operation("DELETE", "/tokens/{token}", "revokeToken", "End a token", May.CHANGE, tokens.revoke, status=204),
)
