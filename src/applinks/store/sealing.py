"""Encryption at rest: AES-256-GCM, for every secret that goes into a table.

A sealed value is: version, length of key id, key id, 96 random bits, ciphertext with its tag. What it was sealed for
(table, column, owner) is authenticated with it, so that a value moved to another row does not unseal (security.md T-71).
Several keys may be known: the first one seals, all unseal. The keys never lie in the database.
"""

from __future__ import annotations

import os
import re
import tempfile
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from applinks.errors import ConfigurationError
from applinks.store.opening import is_on_a_server, sqlite_path
from applinks.store.sqlite import refuse_loose

VARIABLE = "APPLINKS_SEALING_KEYS"
FILE_VARIABLE = "APPLINKS_SEALING_FILE"
VERSION = 1
NONCE_BYTES = 12

Place = tuple[str, str, str]
"""What a value is sealed for: table, column, owner."""

_LINE = re.compile(r"(?P<id>[A-Za-z0-9._-]{1,32}):(?P<key>[A-Za-z0-9+/]{43}=)")


class Sealing:
    """The keys that seal. Its repr names only their ids."""

    def __init__(self, keys: Mapping[str, bytes], source: Path | str = "memory") -> None:
        self._source = source
        self._take(keys)

    @classmethod
    def for_database(cls, url: str, environ: Mapping[str, str] = os.environ, *, new: bool) -> Sealing:
        """The keys of this database: from APPLINKS_SEALING_KEYS if it is set, else from the file that APPLINKS_SEALING_FILE
        names, else from the one beside a SQLite database.

        The file is made together with a new database, and only then. Raises `ConfigurationError`.
        """
        if VARIABLE in environ:
            return cls(_parse(environ[VARIABLE].split(","), f"the variable {VARIABLE}"), f"the variable {VARIABLE}")
        path = _key_file(url, environ.get(FILE_VARIABLE))
        if path is None:
            return cls.fresh()
        if new:
            _make_key_file(path)
        return cls.from_file(path)

    @classmethod
    def from_file(cls, path: Path) -> Sealing:
        """One key a line, `id:base64`, the newest first; only the owner may read it. Raises `ConfigurationError`."""
        return cls(_read(path), path)

    @classmethod
    def from_lines(cls, lines: Iterable[str], source: str) -> Sealing:
        """The same lines from elsewhere; `source` names it in errors. Raises `ConfigurationError`."""
        return cls(_parse(lines, source), source)

    @classmethod
    def fresh(cls) -> Sealing:
        """A new key that ends with the process."""
        return cls(dict([_new_key()]))

    @property
    def source(self) -> Path | str:
        """Where the keys come from: a file, or words that say it."""
        return self._source

    @property
    def header(self) -> bytes:
        """What every value begins with that is sealed from now on."""
        return _header(self._first)

    def seal(self, secret: bytes, place: Place) -> bytes:
        """Encrypt for this place, with the first key."""
        header, nonce = self.header, os.urandom(NONCE_BYTES)
        return header + nonce + self._cipher(self._first).encrypt(nonce, secret, _bound(header, place))

    def unseal(self, sealed: bytes, place: Place) -> bytes:
        """The secret. `ConfigurationError` if its key is not known, or it was changed or sealed for another place."""
        key_id, header = key_id_of(sealed), sealed[: 2 + sealed[1]]
        nonce, encrypted = sealed[len(header) :][:NONCE_BYTES], sealed[len(header) + NONCE_BYTES :]
        try:
            return self._cipher(key_id).decrypt(nonce, encrypted, _bound(header, place))
        except (InvalidTag, ValueError):  # the latter if it was cut off
            raise ConfigurationError(
                f"A value in {'.'.join(place[:2])} does not unseal with the key {key_id!r} of {self._source}: it was changed "
                "or moved, or the key is not the one that sealed it.",
                remedy="Put back the key file, or the database, that belongs to the other.",
            ) from None

    def audit_key(self, key_id: str | None = None) -> tuple[str, bytes]:
        """A key for the digests of the audit, derived from that sealing key (the first one), and its id."""
        chosen = key_id or self._first
        return chosen, _derived(self._key(chosen), b"applinks audit")

    def stamp_key(self, key_id: str | None = None) -> tuple[str, bytes]:
        """A key for what this application must recognise as its own words, derived like that of the audit, and its id."""
        chosen = key_id or self._first
        return chosen, _derived(self._key(chosen), b"applinks stamp")

    def knows(self, key_id: str) -> bool:
        """Whether this key is at hand."""
        try:
            self._key(key_id)
        except ConfigurationError:
            return False
        return True

    def add_key(self) -> str:
        """Put a new key first, in the file too; the others stay. The caller lets one process at a time do so."""
        if not isinstance(self._source, Path):
            raise ConfigurationError(
                f"The sealing keys come from {self._source}, which cannot be changed from here.",
                remedy="Put a new one in front there, as id:base64 of 32 random bytes, restart, then reseal.",
            )
        key_id, key = _new_key()
        keys = {key_id: key, **_read(self._source)}
        _write(self._source, keys)
        self._take(keys)
        return key_id

    def _take(self, keys: Mapping[str, bytes]) -> None:
        self._keys = dict(keys)
        self._first = next(iter(keys))

    def _key(self, key_id: str) -> bytes:
        if key_id not in self._keys and isinstance(self._source, Path):
            self._take(_read(self._source))  # another process may have put a new one there
        if key_id not in self._keys:
            raise ConfigurationError(
                f"The sealing key {key_id!r} that this database was sealed with is not in {self._source}.",
                remedy="Put back the keys that belong to this database; a backup needs both.",
            )
        return self._keys[key_id]

    def _cipher(self, key_id: str) -> AESGCM:
        return _cipher(self._key(key_id))

    def __repr__(self) -> str:
        return f"<Sealing, keys {', '.join(self._keys)} from {self._source}>"


def _key_file(url: str, named: str | None) -> Path | None:
    """Where the keys lie; None for a database in memory."""
    if named:
        return Path(named)
    if is_on_a_server(url):
        raise ConfigurationError(
            "A database on a server has no place beside it for the keys that seal its secrets.",
            remedy=f"Name a file in {FILE_VARIABLE} (it is made together with a new database, and must be the same on every "
            f"machine), or put the keys into {VARIABLE}.",
        )
    path = sqlite_path(url)
    return path and path.with_name(f"{path.name}.key")


def key_id_of(sealed: bytes) -> str:
    """The id of the key that sealed it."""
    if len(sealed) < 2 or sealed[0] != VERSION:
        raise ConfigurationError("A sealed value is damaged.", remedy="Restore the database from a backup.")
    return sealed[2 : 2 + sealed[1]].decode("ascii", "replace")


def _header(key_id: str) -> bytes:
    return bytes((VERSION, len(key_id))) + key_id.encode("ascii")


def _bound(header: bytes, place: Place) -> bytes:
    return header + "".join(f"{len(part)}:{part}" for part in place).encode()


@lru_cache(maxsize=16)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)


@lru_cache(maxsize=16)
def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=purpose).derive(key)


def _new_key() -> tuple[str, bytes]:
    return os.urandom(4).hex(), AESGCM.generate_key(256)


def _line(key_id: str, key: bytes) -> str:
    return f"{key_id}:{b64encode(key).decode()}"


def _parse(lines: Iterable[str], source: Path | str) -> dict[str, bytes]:
    keys: dict[str, bytes] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        found = _LINE.fullmatch(line.strip())
        if found is None or found["id"] in keys:
            what = "an id that stands twice" if found else "not an id, a colon and 32 bytes in base64"
            raise ConfigurationError(f"Entry {number} in {source} is {what}.", remedy="Restore the sealing keys from a backup.")
        keys[found["id"]] = b64decode(found["key"])
    if not keys:
        raise ConfigurationError(f"There is no sealing key in {source}.", remedy="Restore the sealing keys from a backup.")
    return keys


def _read(path: Path) -> dict[str, bytes]:
    try:
        refuse_loose(path, "sealing keys")
        return _parse(path.read_text("ascii").splitlines(), path)
    except FileNotFoundError:
        raise ConfigurationError(
            f"The sealing keys of the database are missing: there is no {path}.",
            remedy=f"Put the file back, or set {VARIABLE} or {FILE_VARIABLE}. Without it, links must be made "
            "anew with a new database.",
        ) from None
    except (OSError, UnicodeError) as error:
        raise ConfigurationError(
            f"The sealing keys in {path} cannot be read.", remedy="Restore the file from a backup."
        ) from error


def _make_key_file(path: Path) -> None:
    """A file with one new key, unless it is there; a reader sees all of it or nothing."""
    if path.exists():
        return
    unfinished = _written_aside(path, dict([_new_key()]))
    try:
        os.link(unfinished, path)
    except FileExistsError:
        pass  # another process was faster: its key stands
    finally:
        unfinished.unlink()
    _flush(path.parent)


def _write(path: Path, keys: Mapping[str, bytes]) -> None:
    _written_aside(path, keys).replace(path)
    _flush(path.parent)


def _written_aside(path: Path, keys: Mapping[str, bytes]) -> Path:
    try:
        file, name = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)  # mode 0600
    except OSError as error:
        raise ConfigurationError(
            f"The sealing keys cannot be written to {path}: {error.strerror}.",
            remedy="Let the owner of this process write there.",
        ) from None
    with os.fdopen(file, "w", encoding="ascii") as out:
        out.writelines(f"{_line(key_id, key)}\n" for key_id, key in keys.items())
        out.flush()
        os.fsync(out.fileno())
    return Path(name)


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
