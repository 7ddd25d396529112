"""What an operation of the interface is: one row of the table from which router, permissions and description are made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from applinks.incoming import AutomationToken
from applinks.links import Identity, Link, OurKey, WhoWeAre, link_with_id
from applinks.mechanisms import Mechanism, names_of
from applinks.people import Person
from applinks.questions import Flow
from applinks.web.interface.problems import Refusal
from applinks.web.interface.schemas import Schema
from applinks.wire import values
from applinks.wire.keys import PrivateKey

if TYPE_CHECKING:
    from applinks.web.visit import RunsScripts


class May(StrEnum):
    """Who may use an operation."""

    ANYBODY = "anybody"
    READ = "any token"
    CHANGE = "a token that may change"


@dataclass(frozen=True, slots=True)
class Call:
    """One request to an operation, checked against its row.

    `ids` are those in the path; `query` and `body` have passed the row's schemas. `by` is the administrator in whose name it
    is, `token` the one that was sent, `person` whom it acts for; None for an operation that anybody may use.
    `scripts` runs scripts in this process; None where none are run here.
    """

    identity: Identity
    mechanisms: Sequence[Mechanism]
    by: str
    token: AutomationToken | None
    person: Person | None = None
    ids: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)
    if_match: str | None = None
    scripts: RunsScripts | None = None

    @property
    def loaded(self) -> tuple[str, ...]:
        """The names of the mechanisms that this application has."""
        return names_of(self.mechanisms)

    def application(self) -> Flow[dict[str, Any]]:
        """Who this application is at this moment, with the key to compare."""
        us: Identity = yield WhoWeAre()
        key: PrivateKey = yield OurKey()
        told = {"public_key": key.public.text, "fingerprint": key.public.fingerprint, "mechanisms": list(self.loaded)}
        return {**values.data(us), **told}

    def link(self) -> Flow[Link]:
        """The link that the path names, as it is now; refused where the caller has another one in mind."""
        link = yield from link_with_id(self.ids["link"])
        self.check_stands(link)
        return link

    def check_stands(self, link: Link | None) -> None:
        """Refuse to change a link that is not what the caller has read (RFC 9110, 13.1.1)."""
        if self.if_match is None or (link is not None and etag_of(link) in map(str.strip, self.if_match.split(","))):
            return
        if self.if_match.strip() == "*" and link is not None:
            return
        raise Refusal(412, "changed-meanwhile", "The link is not what it was when you read it.", remedy="Read it again.")


Act = Callable[[Call], Flow[Any]]


@dataclass(frozen=True, slots=True)
class Operation:
    """A row of the table.

    `path` lies below the interface; `{link}` in it stands for an id. `body` and `query` are the schemas of what may be sent,
    `answer` that of what comes back, None for nothing. `far` says that another application is asked, `counted` that it may be
    done only so often.
    """

    method: str
    path: str
    id: str
    summary: str
    may: May
    act: Act
    body: Schema | None = None
    query: Mapping[str, Schema] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    answer: Schema | None = None
    status: int = 200
    far: bool = False
    counted: bool = False

    @property
    def ids(self) -> tuple[str, ...]:
        """The names of the ids in its path."""
        return tuple(part[1:-1] for part in self.path.split("/") if part.startswith("{"))


def etag_of(link: Link) -> str:
    """The entity tag of a link: another one as soon as anything of it is another, its key too."""
    written = json.dumps([values.data(link), link.incoming.public_key], sort_keys=True).encode()
    return f'"{hashlib.sha256(written).hexdigest()[:32]}"'
