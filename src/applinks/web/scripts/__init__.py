"""The pages of scripts and their runs: those of administrators, and everybody's own."""

from applinks.web.scripts import charts, hook, hooks, own, run, runs

__all__ = ["charts", "hook", "hooks", "own", "run", "runs"]
