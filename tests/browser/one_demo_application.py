"""One application of the demo in a process of its own: `one_demo_application.py NAME DATA URL SOCKET`, until it is killed."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import uvicorn

from applinks.demo import tracker, wiki

SECRET = "the same whenever it is started again, so that people stay signed in"
MAKERS = {"tracker": tracker.create, "wiki": wiki.create}


def main() -> None:
    name, data, url, descriptor = sys.argv[1:]
    made = MAKERS[name](Path(data), url, secret=SECRET)
    server = uvicorn.Server(uvicorn.Config(made.app, log_level="error", lifespan="on"))
    server.run(sockets=[socket.socket(fileno=int(descriptor))])


if __name__ == "__main__":
    main()
