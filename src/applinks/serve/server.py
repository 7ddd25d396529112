"""Serves it on a socket of this machine until somebody asks it to stop."""

from __future__ import annotations

import os
import socket
import sys
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from applinks.errors import ConfigurationError

BACKLOG = 1024
KEEP_ALIVE = 15
CONNECTIONS = 1000
"""At once; whoever comes besides is answered 503 (security.md S-31)."""
UNDER_WAY = 10
"""Seconds that requests have to be answered, once the application is asked to stop."""


class _Server(uvicorn.Server):
    """Stops when it is asked to, by whichever signal; asked twice, at once."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 as uvicorn calls it
        """Finish, or leave everything as it is: what was kept is whole at any moment, and others take over what ran."""
        if self.should_exit:
            print("Stopped at once.", file=sys.stderr, flush=True)
            os._exit(128 + sig)
        print("Finishing what is under way; ask again to stop at once.", file=sys.stderr, flush=True)
        self.should_exit = True


def listen(host: str, port: int) -> socket.socket:
    """A socket that takes connections from now on; port 0 stands for a free one. Raises `ConfigurationError`."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise ConfigurationError(
            f"Nothing can listen at {host}, port {port}: {why}.", remedy="Take another one: --port, or --host."
        ) from None


def serve(app: ASGIApp, listening: socket.socket) -> bool:
    """Serve until a signal comes (SIGTERM, SIGINT); whether it could be started."""
    settings = uvicorn.Config(
        app,
        lifespan="on",
        log_level="warning",
        access_log=False,  # addresses hold what is nobody's business
        proxy_headers=False,  # no header decides who somebody is, or under which address they came
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=UNDER_WAY,
        limit_concurrency=CONNECTIONS,
    )
    server = _Server(settings)
    server.run(sockets=[listening])
    return server.started
