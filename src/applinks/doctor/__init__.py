"""How a link is, why, and what to do: live checks, causes as data; and why a request was rejected."""

from applinks.doctor import pasted
from applinks.doctor.causes import CAUSES
from applinks.doctor.comparing import BaseString, FirstDifference, Row, rows
from applinks.doctor.defaults import STRICT
from applinks.doctor.diagnosis import WORKING, Cause, Check, Diagnosis, Finding, Status
from applinks.doctor.examining import examine, examine_all
from applinks.doctor.explaining import Explained, explain, explain_refusal
from applinks.doctor.lately import Examined, LastExamined, NoteExamined
from applinks.doctor.searching import TABLE

__all__ = [
    "CAUSES",
    "STRICT",
    "TABLE",
    "WORKING",
    "BaseString",
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
    "explain",
    "explain_refusal",
    "pasted",
    "rows",
]
