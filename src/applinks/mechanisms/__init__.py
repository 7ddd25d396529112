"""The mechanisms, one file each with both halves, strongest first. What is not in the table is not loaded."""

from applinks.mechanisms import two_legged_impersonation
from applinks.mechanisms.mechanism import WINDOW, Candidate, Checks, Mechanism, Presented, Proof

MECHANISMS: tuple[Mechanism, ...] = (two_legged_impersonation,)

__all__ = ["MECHANISMS", "WINDOW", "Candidate", "Checks", "Mechanism", "Presented", "Proof"]
