"""A small wiki that speaks enough of Confluence's REST for scripts (protocol.md 9.3)."""

from applinks.demo.wiki.application import Wiki, create

__all__ = ["Wiki", "create"]
