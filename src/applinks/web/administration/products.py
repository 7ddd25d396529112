"""The last step of a link with a product: what its REST allows is done for one of its administrators, the rest is told.

Their password goes to the product alone, over a safe way, and is neither kept nor shown again. Without it only our end is made.
"""

from __future__ import annotations

from applinks.errors import AppLinksError, StoreUnavailable
from applinks.links import set_up_product
from applinks.people import Person
from applinks.questions import Flow
from applinks.web import answers
from applinks.web.administration import making, steps
from applinks.web.visit import PageVisit
from applinks.wire.messages import Response


def make(visit: PageVisit, person: Person) -> Flow[Response]:
    """Make what can be made, and show what was done and what is left.

    What was done over there is known only now, so it is the answer itself; else the page of the link says all.
    """
    said = visit.form
    execute_as = said.get("execute_as", "").strip()
    try:
        administrator = making.administrator_of(said) if said.get("way") == "password" else None
        made = yield from set_up_product(
            said.get("url", ""),
            administrator,
            same_users=said.get("same_users") == "yes",
            by=person.name,
            name=said.get("link_name", "").strip() or None,
            execute_as=execute_as or None,
        )
    except StoreUnavailable:
        raise
    except AppLinksError as trouble:
        return (yield from making.found(visit, person, trouble))
    if administrator is None:
        return answers.redirect(steps.path_of_steps(visit, made.link, "registered", execute_as))
    return (yield from steps.after(visit, person, made, execute_as))
