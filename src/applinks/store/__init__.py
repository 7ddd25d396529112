"""What is kept: answers to the rooms' questions from one database, secrets sealed."""

from applinks.store.afterwards import Afterwards
from applinks.store.backup import Backup
from applinks.store.opening import check_is_there, migrate
from applinks.store.sealing import Sealing
from applinks.store.store import Store

__all__ = ["Afterwards", "Backup", "Sealing", "Store", "check_is_there", "migrate"]
