"""Links as code: one file declares applications, links and both ends; planning shows what differs, applying makes it so."""

from applinks.declared.apply import apply, plan
from applinks.declared.differences import Difference
from applinks.declared.doors import Door, LocalDoor, doors_of
from applinks.declared.export import Standing, export, standing
from applinks.declared.file import parse, read
from applinks.declared.interface import InterfaceDoor
from applinks.declared.model import LinkFile
from applinks.declared.plan import make_plan
from applinks.declared.references import Surroundings
from applinks.declared.steps import Note, Observed, Plan, Step

__all__ = [
    "Difference",
    "Door",
    "InterfaceDoor",
    "LinkFile",
    "LocalDoor",
    "Note",
    "Observed",
    "Plan",
    "Standing",
    "Step",
    "Surroundings",
    "apply",
    "doors_of",
    "export",
    "make_plan",
    "parse",
    "plan",
    "read",
    "standing",
]
