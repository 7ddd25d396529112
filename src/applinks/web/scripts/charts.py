"""Charts of runs: counted by state in spans of time, and drawn on our side, so that they need no script."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from applinks.people import Person
from applinks.questions import Flow, Moment, Now
from applinks.scripts import DAY, RunCounts, RunState
from applinks.web import look
from applinks.web.scripts.views import Chart, ChartBar, Charts, Column, Counted, Tick, Way
from applinks.web.scripts.words import GROUPS
from applinks.web.visit import CHARTS, RUNS, PageVisit
from applinks.wire.messages import Response

HOUR = 3600
WIDTH, HEIGHT = 720.0, 150.0
LEFT, TOP = 44.0, 12.0
"""The field in which bars stand, in the units of the drawing, and what is left beside and above it."""
GAP = 0.18
"""The part of a span that is left empty beside its bar."""
LABELS = 8


@dataclass(frozen=True, slots=True)
class Span:
    """A time that is drawn: its words, the seconds of each bar, how many bars, and how the begin of one is written."""

    words: str
    seconds: int
    count: int
    form: str

    def since(self, now: float) -> int:
        """When the first bar begins, at midnight or a whole hour; weeks begin on Monday."""
        monday = 4 * DAY if self.seconds == 7 * DAY else 0  # the epoch was a Thursday
        last = (int(now) - monday) // self.seconds * self.seconds + monday
        return last - (self.count - 1) * self.seconds


SPANS: Mapping[str, Span] = {
    "2-days": Span("2 days", HOUR, 48, "%a %-d %b, %H:%M"),
    "2-weeks": Span("2 weeks", 6 * HOUR, 56, "%a %-d %b, %H:%M"),
    "2-months": Span("2 months", DAY, 61, "%-d %B"),
    "2-years": Span("2 years", 7 * DAY, 105, "%-d %B %Y"),
}
SHORT = {"2-days": "%a %H:%M", "2-weeks": "%-d %b", "2-months": "%-d %b", "2-years": "%b %Y"}
"""How the begin of a span is written below the bars."""


def show(visit: PageVisit, person: Person) -> Flow[Response]:  # noqa: ARG001 every page is given the person
    """A chart of all runs, or of those of a hook."""
    hook = visit.query.get("hook", "").strip()
    chart = yield from chart_of(visit, hook or None)
    back = (visit.own(RUNS), "Runs")
    return look.page(Charts(visit.frame(), chart, hook, ways(visit, CHARTS, {"hook": hook} if hook else {}), *back))


def ways(visit: PageVisit, path: str, said: Mapping[str, str]) -> tuple[Way, ...]:
    """The same page for each span."""
    here = wanted(visit)
    return tuple(
        Way(span.words, visit.own(f"{path}?{urlencode({**said, 'span': name})}"), name == here) for name, span in SPANS.items()
    )


def wanted(visit: PageVisit) -> str:
    """The span that the query asks for; the shortest if it asks for none."""
    said = visit.query.get("span", "")
    return said if said in SPANS else next(iter(SPANS))


def chart_of(visit: PageVisit, hook: str | None) -> Flow[Chart]:
    """The chart of the span that the query asks for."""
    id = wanted(visit)  # noqa: A001
    span = SPANS[id]
    moment: Moment = yield Now()
    since = span.since(moment.now)
    counts: Mapping[tuple[float, RunState], int] = yield RunCounts(float(since), span.seconds, hook)
    return drawn(counts, since, span, SHORT[id])


def drawn(counts: Mapping[tuple[float, RunState], int], since: int, span: Span, short: str) -> Chart:
    """The chart of these counts."""
    found = _by_group(counts, since, span)
    top = _round_above(max(map(Counter.total, found)))
    begins = [since + number * span.seconds for number in range(span.count)]
    whole = sum(found, Counter[int]())
    return Chart(
        title=f"Runs of the last {span.words}",
        description=_description(whole, span),
        columns=tuple(_columns(found, begins, top, span)),
        along=_along(begins, span, short),
        up=(Tick(TOP + HEIGHT, "0"), Tick(TOP + HEIGHT / 2, f"{top // 2}"), Tick(TOP, f"{top}")),
        groups=tuple((mark, words, whole[group]) for group, (mark, words, _) in enumerate(GROUPS)),
        counted=tuple(_counted(found, begins, span))[::-1],
        total=whole.total(),
    )


def _by_group(counts: Mapping[tuple[float, RunState], int], since: int, span: Span) -> list[Counter[int]]:
    """For each span, how many runs of each group."""
    groups = {state: group for group, (_, _, states) in enumerate(GROUPS) for state in states}
    found = [Counter[int]() for _ in range(span.count)]
    for (start, state), count in counts.items():
        place = int(start - since) // span.seconds
        if state in groups and 0 <= place < span.count:
            found[place][groups[state]] += count
    return found


def _columns(found: list[Counter[int]], begins: list[int], top: int, span: Span) -> Iterator[Column]:
    step = WIDTH / span.count
    for number, (counts, begin) in enumerate(zip(found, begins, strict=True)):
        if counts:
            bars = tuple(_bars(counts, top, LEFT + (number + GAP / 2) * step, step * (1 - GAP)))
            yield Column(f"{_written(begin, span.form)} (UTC): {_told(counts)}", bars)


def _bars(counts: Counter[int], top: int, x: float, width: float) -> Iterator[ChartBar]:
    """One above the other."""
    foot = TOP + HEIGHT
    for group, (mark, _, _) in enumerate(GROUPS):
        if counts[group]:
            height = HEIGHT * counts[group] / top
            foot -= height
            yield ChartBar(round(x, 2), round(foot, 2), round(width, 2), round(height, 2), mark)


def _counted(found: list[Counter[int]], begins: list[int], span: Span) -> Iterator[Counted]:
    for counts, begin in zip(found, begins, strict=True):
        if counts:
            yield Counted(_written(begin, span.form), tuple(counts[group] for group in range(len(GROUPS))))


def _along(begins: list[int], span: Span, short: str) -> tuple[Tick, ...]:
    every, step = max(1, round(span.count / LABELS)), WIDTH / span.count
    places = range(0, span.count - every // 2, every)  # the word below the last bars would not fit
    return tuple(Tick(round(LEFT + place * step, 2), _written(begins[place], short)) for place in places)


def _told(counts: Counter[int]) -> str:
    return ", ".join(f"{counts[group]} {words.lower()}" for group, (_, words, _) in enumerate(GROUPS) if counts[group])


def _description(whole: Counter[int], span: Span) -> str:
    total = whole.total()
    if not total:
        return f"There were no runs in the last {span.words}."
    return f"{total} {'run' if total == 1 else 'runs'} in the last {span.words}: {_told(whole)}. The table below says the same."


def _round_above(most: int) -> int:
    """The end of the scale: 2, 4, 10, 20, 40, 100 …, so that its half is a whole number."""
    top = 2
    while top < most:
        top = top * 5 // 2 if str(top)[0] == "4" else top * 2
    return top


def _written(moment: int, form: str) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime(form)
