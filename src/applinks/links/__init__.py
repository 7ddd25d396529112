"""What a link is: the model, the registry, keys, changes, and the making of both ends."""

from applinks.links import pairing
from applinks.links.changes import (
    LEARN,
    SIGNATURE_METHODS,
    Changes,
    RememberParameter,
    RemoveLink,
    SaveLink,
    change,
    change_policy,
    make_primary,
    name_taken,
    remove,
)
from applinks.links.facts import Facts, FactsFor
from applinks.links.identity import Identity, OurKey, WhoWeAre, new_key
from applinks.links.model import (
    IMPERSONATION_PARAMETERS,
    REQUESTOR_ID,
    USER_ID,
    Incoming,
    Level,
    Link,
    Outgoing,
    SameUsers,
)
from applinks.links.pairing import PAIRING_PATH, Administrator, PlainHttpAllowed, Proposal
from applinks.links.registry import (
    LinkById,
    LinkByName,
    LinkOfConsumer,
    Links,
    link_named,
    link_with_id,
    links_of,
    primary_link,
)
from applinks.links.who_am_i import GENERIC, WhoAmI, who_am_i

__all__ = [
    "GENERIC",
    "IMPERSONATION_PARAMETERS",
    "LEARN",
    "PAIRING_PATH",
    "REQUESTOR_ID",
    "SIGNATURE_METHODS",
    "USER_ID",
    "Administrator",
    "Changes",
    "Facts",
    "FactsFor",
    "Identity",
    "Incoming",
    "Level",
    "Link",
    "LinkById",
    "LinkByName",
    "LinkOfConsumer",
    "Links",
    "OurKey",
    "Outgoing",
    "PlainHttpAllowed",
    "Proposal",
    "RememberParameter",
    "RemoveLink",
    "SameUsers",
    "SaveLink",
    "WhoAmI",
    "WhoWeAre",
    "change",
    "change_policy",
    "link_named",
    "link_with_id",
    "links_of",
    "make_primary",
    "name_taken",
    "new_key",
    "pairing",
    "primary_link",
    "remove",
    "who_am_i",
]
