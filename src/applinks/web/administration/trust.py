"""What the pages are told that mend links, and that are about keys, identity and people: frozen values, one per template."""

from __future__ import annotations

from dataclasses import dataclass

from applinks.web.administration.views import Fact
from applinks.web.administration.wizard import Said
from applinks.web.views import Frame


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a form, where it is more than "done": facts, and what to do now.

    `go_path` leads to what must be done first, in these words; empty where nothing must.
    """

    frame: Frame
    heading: str
    lead: str
    facts: tuple[Fact, ...]
    remarks: tuple[Said, ...]
    back_path: str
    back: str
    go_path: str = ""
    go: str = ""
