"""Moving an issue through the workflow, and all that takes part in it: the wiki, and the scripts."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from applinks import AsyncAppLinks, current_user
from applinks.demo.happened import Told
from applinks.demo.tracker import links
from applinks.demo.tracker.events import Events
from applinks.demo.tracker.records import Issue, Records
from applinks.demo.tracker.workflow import DONE, NotPossible, step_of
from applinks.running import Refusal, Scripts

PATIENCE = 3.0
"""Seconds that the person waits for scripts, to be told at once what these have to say."""


class Refused(Exception):
    """Scripts object to the step; why stands in `refusals`."""

    def __init__(self, refusals: tuple[Refusal, ...]) -> None:
        super().__init__(" ".join(refusal.message for refusal in refusals))
        self.refusals = refusals


@dataclass(frozen=True)
class Moving:
    """Takes steps of the workflow, as whoever acts."""

    applinks: AsyncAppLinks
    records: Records
    events: Events
    scripts: Scripts
    told: Told

    async def move(self, issue: Issue, transition_id: str) -> list[int]:
        """Take a step; the numbers of the events that scripts were told. Raises `NotPossible`, `Refused`.

        An issue is done once the wiki knows of it: if the wiki refuses, the issue stays where it is.
        """
        step, person = step_of(issue, transition_id), current_user().name
        refusals = await asyncio.to_thread(self.scripts.refusals, self.events.asked(issue, step, person))
        if refusals:
            raise Refused(refusals)
        if step.to == DONE:
            await links.publish(self.applinks, self.records, issue)
        if not self.records.move(issue.key, issue.status, step.to, self.events.taken(issue, step, person)):
            raise NotPossible("Somebody else has just changed the issue.")
        return self.told.tell()

    async def settled(self, numbers: list[int]) -> None:
        """Wait a moment for the scripts that run because of these events."""
        for number in numbers:
            await asyncio.to_thread(self.scripts.settled, number, PATIENCE)
