"""The processes that run scripts: where they are loaded, who claims runs, and the engines that say which is next."""

from applinks.running.scripts import Refusal, Scripts

__all__ = ["Refusal", "Scripts"]
