"""One more process of the called application, on the same records: `another_process.py URL SOCKET`; ends with its standard input."""

from __future__ import annotations

import os
import socket
import sys
import threading

import uvicorn

from applinks import AsyncAppLinks
from applinks.frameworks import ASGIMiddleware
from journeys.in_starlette import application
from journeys.people import ACCOUNTS_THERE, Directory
from journeys.records import Records


def main() -> None:
    url, descriptor = sys.argv[1:]
    people = Directory()
    people.update({person.name: person for person in ACCOUNTS_THERE})
    applinks = AsyncAppLinks(url=url, people=people)
    app = ASGIMiddleware(application(Records(), applinks, None), applinks)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None))
    threading.Thread(target=server.run, kwargs={"sockets": [socket.socket(fileno=int(descriptor))]}, daemon=True).start()
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
