"""What a script gets as `messages`: it tells people something, once, however often the script runs."""

from __future__ import annotations

from collections.abc import Callable

from applinks.errors import ConfigurationError, NobodyActing
from applinks.people import Person
from applinks.scripts.messages.message import NewMessage, Severity
from applinks.scripts.messages.written import usable

Keep = Callable[[NewMessage], object]


class Messages:
    """Tells people something, from a script: `messages.warning("The page is there already.")`.

    A message goes to whoever caused the run, unless another `user` is named, as name or `Person`. It is plain text. `address`
    is where they can do something about it: an address of the web, or a path of this application. A run that begins anew tells
    nothing twice: its first message is its first message. Raises `NobodyActing` where nobody caused the run and nobody is
    named, and `ConfigurationError` for an address that leads nowhere.
    """

    def __init__(self, keep: Keep, run: int, actor: str | None, item: str | None = None) -> None:
        self._keep = keep
        self._run = run
        self._actor = actor
        self._item = item
        self._told = 0

    def success(self, text: str, user: Person | str | None = None, *, address: str | None = None) -> None:
        """Tell that something was done."""
        self._tell(Severity.SUCCESS, text, user, address)

    def info(self, text: str, user: Person | str | None = None, *, address: str | None = None) -> None:
        """Tell something that is good to know."""
        self._tell(Severity.INFO, text, user, address)

    def warning(self, text: str, user: Person | str | None = None, *, address: str | None = None) -> None:
        """Tell something that wants attention."""
        self._tell(Severity.WARNING, text, user, address)

    def error(self, text: str, user: Person | str | None = None, *, address: str | None = None) -> None:
        """Tell that something was not done."""
        self._tell(Severity.ERROR, text, user, address)

    def _tell(self, severity: Severity, text: str, user: Person | str | None, address: str | None) -> None:
        if address is not None and usable(address) is None:
            raise ConfigurationError(
                f"{address[:100]!r} is no address to which people can be sent.",
                remedy="Give one that begins with https:// or http://, or a path of this application.",
            )
        reader = self._reader(user)
        self._told += 1
        key = f"run {self._run}/{self._told}"
        self._keep(NewMessage(key, reader, severity, text, address=address, run=self._run, item=self._item))

    def _reader(self, user: Person | str | None) -> str:
        name = user.name if isinstance(user, Person) else user or self._actor
        if not name:
            raise NobodyActing("Nobody has caused this run.", remedy="Name whom to tell: messages.info(…, user='alice').")
        return name
