"""A small place for source code that speaks enough of Bitbucket's REST for scripts (protocol.md 9.4)."""

from applinks.demo.forge.application import Forge, create

__all__ = ["Forge", "create"]
