"""The pages of administrators: making, seeing and mending links."""

from applinks.web.administration import agreeing, changing, link, links, making

__all__ = ["agreeing", "changing", "link", "links", "making"]
