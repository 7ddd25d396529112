"""Stores a link whatever was there before, as no flow may."""

from sqlalchemy import update

from applinks.links import LinkById, SaveLink
from applinks.store.database import Use
from applinks.store.tables import identity


def put(answers, link):
    return answers.answer(SaveLink(link, instead_of=answers.answer(LinkById(link.id))))


def forget_place(applinks):
    """As a database of an earlier version: wherever a copy of it is opened first, that is its place."""
    with applinks._store._database.transaction(Use.WRITE) as connection:
        connection.execute(update(identity).values(place=None))
