"""The host application's side: the middleware that admits requests, and our pages."""

from applinks.frameworks.asgi import ASGIMiddleware
from applinks.frameworks.pages import ASGIPages, WSGIPages
from applinks.frameworks.wsgi import WSGIMiddleware

__all__ = ["ASGIMiddleware", "ASGIPages", "WSGIMiddleware", "WSGIPages"]
