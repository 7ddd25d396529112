"""How a link is, why, and what to do: live checks, causes as data; and why a request was rejected.

What is found is here at once. What finds it is fetched when it is first used: of all processes, few ever examine anything.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from applinks.doctor.diagnosis import Cause, Check, Diagnosis, Finding, Status
from applinks.doctor.lately import Examined, LastExamined, NoteExamined

if TYPE_CHECKING:
    from applinks.doctor.causes import CAUSES
    from applinks.doctor.comparing import FirstDifference, Row
    from applinks.doctor.defaults import STRICT
    from applinks.doctor.examining import examine, examine_all
    from applinks.doctor.explaining import Explained, explain_pasted, explain_refusal
    from applinks.doctor.searching import TABLE

_FETCHED = {
    "CAUSES": "causes",
    "STRICT": "defaults",
    "TABLE": "searching",
    "Explained": "explaining",
    "FirstDifference": "comparing",
    "Row": "comparing",
    "examine": "examining",
    "examine_all": "examining",
    "explain_pasted": "explaining",
    "explain_refusal": "explaining",
}

__all__ = [
    "CAUSES",
    "STRICT",
    "TABLE",
    "Cause",
    "Check",
    "Diagnosis",
    "Examined",
    "Explained",
    "Finding",
    "FirstDifference",
    "LastExamined",
    "NoteExamined",
    "Row",
    "Status",
    "examine",
    "examine_all",
    "explain_pasted",
    "explain_refusal",
]


def __getattr__(name: str) -> object:
    if name not in _FETCHED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_FETCHED[name]}"), name)
