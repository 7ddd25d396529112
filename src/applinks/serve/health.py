"""For those who watch over the process: whether it lives, whether it can work, and how it is, in numbers.

The numbers are those of an administrator: they ask for a token for automation, as the HTTP interface does. A loopback address
would prove nothing, since behind a proxy every request comes from one.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from applinks.audit import AuditHead, printable
from applinks.errors import NotAdmitted, StoreUnavailable
from applinks.incoming import automation
from applinks.questions import Flow, Moment, Now
from applinks.scripts import DueRuns, EventsReceived, Run, RunCounts, RunOf, RunState
from applinks.web import answers
from applinks.wire.messages import Response

FORMAT = "text/plain; version=0.0.4; charset=utf-8"
"""Of Prometheus, as text."""
EVER = 2**40
"""Seconds: longer than anything lasts."""
MOST_EVENTS = 1000
"""Events that wait are counted up to this number."""

log = logging.getLogger("applinks.serve")

Sample = tuple[Mapping[str, str], float]


def live() -> Response:
    """The process answers."""
    return answers.plain(200, "ok\n")


def ready(trouble: str | None) -> Flow[Response]:
    """The database answers, too, and scripts run, if they should; else 503, with which a load balancer sends people elsewhere.

    `trouble` says why scripts do not run.
    """
    try:
        yield AuditHead()
    except StoreUnavailable as failure:
        log.warning("not ready: %s", printable(failure.message))
        return _not_now("the database does not answer")
    if trouble is not None:
        log.warning("not ready: %s", trouble)
        return _not_now(f"scripts do not run: {trouble}")
    return answers.plain(200, "ok\n")


def _not_now(why: str) -> Response:
    return answers.plain(503, f"{why}\n", ("retry-after", "5"))


def metrics(authorization: str | None, requests: Mapping[str, int], performed: int) -> Flow[Response]:
    """The numbers, for whoever sends a token of an administrator; `performed` is how many runs this process performs."""
    try:
        yield from automation.admitted_by_token(authorization)
        told = "".join((yield from _told(requests, performed)))
    except NotAdmitted as stranger:
        log.warning("refused /metrics: %s", printable(stranger.message))
        challenge = ("www-authenticate", 'Bearer realm="application links"')
        return answers.plain(401, "a token for automation is needed: `applinks token make`\n", challenge)
    except StoreUnavailable as failure:
        log.warning("no metrics: %s", printable(failure.message))
        return _not_now("the database does not answer")
    answer = answers.plain(200, told)
    return Response(200, (("content-type", FORMAT), *answer.headers[1:]), answer.body)


def _told(requests: Mapping[str, int], performed: int) -> Flow[list[str]]:
    moment: Moment = yield Now()
    runs: Mapping[tuple[float, RunState], int] = yield RunCounts(0, EVER)
    by_state = {state: count for (_, state), count in runs.items()}
    waiting: tuple[int, ...] = yield EventsReceived(MOST_EVENTS)
    age = yield from _age_of_the_oldest(moment.now)
    return [
        *_family(
            "requests_total",
            "counter",
            "Answers of this process, by the class of their status.",
            (({"status": status}, count) for status, count in sorted(requests.items())),
        ),
        *_family(
            "runs",
            "gauge",
            "Runs that are kept, by state.",
            (({"state": state.value}, by_state.get(state, 0)) for state in RunState),
        ),
        *_family("runs_performed", "gauge", "Runs that this process performs now.", [({}, performed)]),
        *_family("events_waiting", "gauge", f"Events that nobody has sorted, up to {MOST_EVENTS}.", [({}, len(waiting))]),
        *_family("oldest_due_run_seconds", "gauge", "How long the run has waited that is due longest.", [({}, age)]),
    ]


def _age_of_the_oldest(now: float) -> Flow[float]:
    due: tuple[int, ...] = yield DueRuns(1)
    run: Run | None = (yield RunOf(due[0])) if due else None
    return 0.0 if run is None else max(0.0, now - run.due_at)


def _family(name: str, kind: str, about: str, samples: Any) -> Iterator[str]:
    yield f"# HELP applinks_{name} {about}\n# TYPE applinks_{name} {kind}\n"
    for labels, value in samples:
        told = ",".join(f'{label}="{text}"' for label, text in labels.items())
        yield f"applinks_{name}{{{told}}} {value:g}\n" if told else f"applinks_{name} {value:g}\n"
