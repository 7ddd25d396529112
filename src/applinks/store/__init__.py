"""What is kept: answers to the rooms' questions from one database, secrets sealed."""

from applinks.store.afterwards import Afterwards
from applinks.store.backup import Backup
from applinks.store.opening import beside, check_is_there, holds_password, is_new, is_on_a_server, migrate, sqlite_path
from applinks.store.sealing import Sealing
from applinks.store.store import Store

__all__ = [
    "Afterwards",
    "Backup",
    "Sealing",
    "Store",
    "beside",
    "check_is_there",
    "holds_password",
    "is_new",
    "is_on_a_server",
    "migrate",
    "sqlite_path",
]
