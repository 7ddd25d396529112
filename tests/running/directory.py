"""Directories of people that can be handed to another process."""

from __future__ import annotations

from applinks import Person


class Anybody:
    """Everybody whose name has a letter in it is somebody, but for "nobody…"; "gone…" was disabled."""

    def find(self, name: str) -> Person | None:
        if name.startswith("nobody"):
            return None
        return Person(name, active=not name.startswith("gone"), administrator=name == "ada")

    def sign_in(self, name: str, password: str) -> Person | None:
        return self.find(name) if password == "correct horse" else None


class AsynchronousAnybody:
    """The same people, of whom one has to await the answer."""

    async def find(self, name: str) -> Person | None:
        return Anybody().find(name)

    async def sign_in(self, name: str, password: str) -> Person | None:
        return Anybody().sign_in(name, password)
