"""The application that stands alone: people of its own, its pages, and whatever runs scripts beside them, in one process."""

from applinks.serve.application import Running, create
from applinks.serve.server import listen, serve
from applinks.serve.setting_up import path_with as set_up_path

__all__ = ["Running", "create", "listen", "serve", "set_up_path"]
