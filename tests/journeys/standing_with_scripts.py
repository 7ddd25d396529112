"""The application that stands alone, with scripts, in a process of its own: `standing_with_scripts.py DATABASE URL SOCKET FOLDER`."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

from applinks import AsyncAppLinks
from applinks.people import Staff
from applinks.running import Scripts
from applinks.serve import create, serve


class Running:
    """Scripts beside its pages."""

    def __init__(self, scripts: Scripts) -> None:
        self.scripts = scripts

    def start(self) -> None:
        self.scripts.start()

    def stop(self, deadline: float) -> None:
        self.scripts.close(deadline)


def main() -> None:
    database, url, descriptor, folder = sys.argv[1:]
    applinks = AsyncAppLinks(database, url=url, name="Desk", people=Staff())
    running = Running(Scripts(applinks, Path(folder)))
    serve(create(applinks, running=running), socket.socket(fileno=int(descriptor)))


if __name__ == "__main__":
    main()
