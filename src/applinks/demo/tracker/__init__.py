"""A small issue tracker that speaks enough of Jira's REST for scripts (protocol.md 9.2)."""

from applinks.demo.tracker.application import Tracker, create

__all__ = ["Tracker", "create"]
