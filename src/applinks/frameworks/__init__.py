"""The host application's side of the incoming road, one file for each kind of host."""

from applinks.frameworks.asgi import ASGIMiddleware
from applinks.frameworks.wsgi import WSGIMiddleware

__all__ = ["ASGIMiddleware", "WSGIMiddleware"]
