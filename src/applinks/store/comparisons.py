"""What the last comparison of the people of each link has found."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, delete, insert, select

from applinks.links import ComparisonOf, KeepComparison, LinkById, VerdictOf
from applinks.people import By, Compared, Comparison, Verdict, folded
from applinks.store.links import link_by_id, move_version
from applinks.store.tables import comparisons, people_compared

_VERDICT = select(people_compared.c.verdict).where(
    people_compared.c.link_id == bindparam("link_id"), people_compared.c.folded_name == bindparam("folded_name")
)


def keep_comparison(connection: Connection, question: KeepComparison) -> bool:
    """Replace all rows of the link, unless its names are mapped otherwise by now."""
    move_version(connection)
    link = link_by_id(connection, LinkById(question.link_id))
    if link is None or link.names != question.names:
        return False
    found = question.comparison
    for table in (people_compared, comparisons):
        connection.execute(delete(table).where(table.c.link_id == link.id))
    row = {"link_id": link.id, "compared_at": found.compared_at}
    about = {"there": found.there, "unmatched": found.unmatched, "compared_by": found.by.value}
    connection.execute(insert(comparisons), row | about)
    people = [
        row | {"folded_name": folded(person.name), "name": person.name, "verdict": person.verdict.value}
        for person in found.people
    ]
    if people:
        connection.execute(insert(people_compared), people)
    return True


def comparison_of(connection: Connection, question: ComparisonOf) -> Comparison | None:
    """All rows of the link."""
    about = connection.execute(select(comparisons).where(comparisons.c.link_id == question.link_id)).first()
    if about is None:
        return None
    theirs = select(people_compared).where(people_compared.c.link_id == question.link_id)
    rows = connection.execute(theirs.order_by(people_compared.c.folded_name))
    people = tuple(Compared(row.name, Verdict(row.verdict)) for row in rows)
    return Comparison(people, about.there, about.unmatched, By(about.compared_by), about.compared_at)


def verdict_of(connection: Connection, question: VerdictOf) -> Verdict | None:
    """One row."""
    name = {"link_id": question.link_id, "folded_name": folded(question.name)}
    found = connection.execute(_VERDICT, name).scalar()
    return None if found is None else Verdict(found)
