"""What the forge asks of the applications that it is linked with. Nothing here is asynchronous; nothing else is different."""

from __future__ import annotations

import logging

from applinks import AppLinks, current_user, run_as
from applinks.demo.forge.records import Repository

log = logging.getLogger(__name__)


# 1. As the current user: who am I over there?


def who_am_i_in_the_tracker(applinks: AppLinks) -> str:
    """The name by which the tracker knows whoever is acting here."""
    tracker = applinks.primary("jira")
    me = tracker.get("rest/auth/1/session").json()
    log.info("Making the request as: %s", me["name"])
    return str(me["name"])


def who_am_i_in_the_wiki(applinks: AppLinks) -> str:
    """The name by which the wiki knows whoever is acting here."""
    wiki = applinks.primary("confluence")
    me = wiki.get("rest/api/user/current").json()
    log.info("Making the request as: %s", me["username"])
    return str(me["username"])


WHO_AM_I = {"jira": who_am_i_in_the_tracker, "confluence": who_am_i_in_the_wiki}


# 2. As another user, on the record: only administrators may create spaces in the wiki.


def create_space(applinks: AppLinks, repository: Repository) -> str:
    """Give a repository a wiki space of its own; returns the address of the space."""
    wiki = applinks.primary("confluence")
    space = {"key": repository.slug.replace("-", "").upper(), "name": repository.name}
    with run_as("deployment", reason=f"space for {repository.slug}, asked by {current_user().name}"):
        created = wiki.post("rest/api/space", json=space).json()
    return str(wiki.display_url + created["_links"]["webui"])
