"""The pages of administrators: making, seeing and mending links."""

from applinks.web.administration import (
    agreeing,
    by_hand,
    changing,
    checking,
    explaining,
    identity,
    keys,
    link,
    links,
    making,
    mending,
    people,
    products,
    steps,
)

__all__ = [
    "agreeing",
    "by_hand",
    "changing",
    "checking",
    "explaining",
    "identity",
    "keys",
    "link",
    "links",
    "making",
    "mending",
    "people",
    "products",
    "steps",
]
