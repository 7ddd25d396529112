"""The pages of scripts and their runs, those of administrators and everybody's own, and what people were told."""

from applinks.web.scripts import charts, hook, hooks, messages, own, pasted, run, runs

__all__ = ["charts", "hook", "hooks", "messages", "own", "pasted", "run", "runs"]
