"""Conditions of hooks: what is wrong with one is said when its script is loaded, and what it says is asked before a run."""

from applinks.scripts.conditions.checking import Doubt, check_condition
from applinks.scripts.conditions.evaluating import evaluate

__all__ = ["Doubt", "check_condition", "evaluate"]
