"""Says how a link is, why, and what to do: live checks, causes as data."""

from applinks.doctor.causes import CAUSES
from applinks.doctor.defaults import STRICT
from applinks.doctor.diagnosis import WORKING, Cause, Check, Diagnosis, Finding, Status
from applinks.doctor.examining import examine, examine_all

__all__ = ["CAUSES", "STRICT", "WORKING", "Cause", "Check", "Diagnosis", "Finding", "Status", "examine", "examine_all"]
