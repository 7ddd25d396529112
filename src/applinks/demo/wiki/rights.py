"""Who may do what in the wiki. Whoever works in some space may read all; administrators may do everything."""

from __future__ import annotations

from starlette.exceptions import HTTPException

from applinks import Person, current_user
from applinks.demo.wiki.records import Records


def reader(records: Records) -> Person:
    """Whoever is acting, if they may read; else 403."""
    person = current_user()
    if not person.administrator and not records.spaces_of(person.name):
        raise HTTPException(403, f"{person.full_name} has no rights in this wiki.")
    return person


def editor(records: Records, space: str) -> Person:
    """Whoever is acting, if they may write in a space; else 403."""
    person = reader(records)
    if not person.administrator and space not in records.spaces_of(person.name):
        raise HTTPException(403, f"{person.full_name} may not write in the space '{space}'.")
    return person


def space_creator(records: Records) -> Person:
    """Whoever is acting, if they may create spaces; else 403."""
    person = reader(records)
    if not person.administrator:
        raise HTTPException(403, f"{person.full_name} may not create spaces.")
    return person
