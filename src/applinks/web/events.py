"""Where events come in: those of webhooks, and those that linked applications tell.

Rules of this file:
- An event is kept before it is acknowledged. Whoever tells it again is told the same number.
- Whatever is wrong with a proof has one answer: whether there is such a webhook is nobody's business (T-28).
- Nobody else is asked anything meanwhile.
"""

from __future__ import annotations

import json
import logging
from urllib.parse import unquote

from applinks.audit import printable
from applinks.errors import MalformedEvent, NotAdmitted, StoreUnavailable
from applinks.incoming import told_by_itself
from applinks.questions import Flow
from applinks.scripts import KeptEvent, take_event, take_told
from applinks.web import answers
from applinks.web.visit import EVENTS, PageVisit
from applinks.wire import problems
from applinks.wire.events import FIELD
from applinks.wire.messages import Response
from applinks.wire.webhooks import Unproven

LONGEST_PART = 255
RETRY_AFTER = ("retry-after", "5")

log = logging.getLogger("applinks.web")


def serve(visit: PageVisit) -> Flow[Response]:
    """202 with the number of the event, 200 if it was there already; 400, 401, 404, 405, 413, 503."""
    if visit.request.method != "POST":
        return answers.not_allowed(["POST"])
    if not visit.whole:
        return answers.plain(413, "The event is too large. Leave large fields out.")
    try:
        return _acknowledged((yield from _taken(visit)))
    except Unproven:
        return answers.plain(401, "The event does not prove where it comes from.")
    except NotAdmitted as refusal:
        log.warning("refused an event: %s", printable(refusal.message))
        return problems.refusal(visit.identity.url, refusal.problem, refusal.companions)
    except MalformedEvent as malformed:
        log.warning("refused an event at %s: %s", EVENTS, printable(malformed))
        return answers.plain(400, malformed.message)
    except StoreUnavailable as failure:
        log.warning("cannot keep an event: %s", failure)
        return answers.plain(503, "The event cannot be kept now. Send it again later.", RETRY_AFTER)


def _taken(visit: PageVisit) -> Flow[KeptEvent | None]:
    parts = visit.path.removeprefix(EVENTS).split("/")[1:]
    if not any(parts):
        link, text = yield from told_by_itself(visit.request, visit.identity, FIELD)
        return (yield from take_told(link, text))
    if len(parts) > 2 or max(map(len, parts)) > LONGEST_PART:
        raise Unproven("its address has too many parts")
    source, part = unquote(parts[0]), unquote(parts[1]) if len(parts) > 1 else None
    return (yield from take_event(source, part, visit.request.headers, visit.request.body))


def _acknowledged(kept: KeptEvent | None) -> Response:
    if kept is None:
        return answers.plain(200, "It works.")
    headers = (("content-type", "application/json"), *answers.BARE)
    return Response(202 if kept.new else 200, headers, json.dumps({"event": kept.number}).encode())
