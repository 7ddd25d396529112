"""The processes that run scripts: where they are loaded, who claims runs, and the engines that say which is next."""

from applinks.running.engines import Engine, EngineFactory
from applinks.running.named import ENGINES, engine_named
from applinks.running.pace import Pace
from applinks.running.scripts import Scripts
from applinks.scripts import Refusal

__all__ = ["ENGINES", "Engine", "EngineFactory", "Pace", "Refusal", "Scripts", "engine_named"]
