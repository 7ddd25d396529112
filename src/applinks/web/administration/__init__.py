"""The pages of administrators: making, seeing and mending links."""

from applinks.web.administration import (
    agreeing,
    by_hand,
    changing,
    checking,
    explaining,
    link,
    links,
    making,
    products,
    records,
    steps,
    tokens,
)

__all__ = [
    "agreeing",
    "by_hand",
    "changing",
    "checking",
    "explaining",
    "link",
    "links",
    "making",
    "products",
    "records",
    "steps",
    "tokens",
]
