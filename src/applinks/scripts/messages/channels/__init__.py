"""Channels by which messages reach people, one file each: `is_set_up` says whether it can be used, `send` does it."""
