"""Conditions of hooks: read when a script is loaded, and asked when it is to run."""

from applinks.scripts.conditions.conditions import Doubt, check_condition, evaluate

__all__ = ["Doubt", "check_condition", "evaluate"]
