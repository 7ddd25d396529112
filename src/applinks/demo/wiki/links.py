"""What the wiki asks of the applications that it is linked with."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from urllib.parse import quote

from applinks import AsyncAppLinks, current_user, run_as

log = logging.getLogger(__name__)


# 1. As the current user: who am I over there?


async def who_am_i_in_the_tracker(applinks: AsyncAppLinks) -> str:
    """The name by which the tracker knows whoever is acting here."""
    tracker = await applinks.primary("jira")
    me = (await tracker.get("rest/auth/1/session")).json()
    log.info("Making the request as: %s", me["name"])
    return str(me["name"])


async def who_am_i_in_the_forge(applinks: AsyncAppLinks) -> str:
    """The name by which the forge knows whoever is acting here."""
    forge = await applinks.primary("bitbucket")
    me = (await forge.get("plugins/servlet/applinks/whoami")).text.strip()
    log.info("Making the request as: %s", me)
    return str(me)


WHO_AM_I = {"jira": who_am_i_in_the_tracker, "bitbucket": who_am_i_in_the_forge}


# 2. As another user, on the record: tell the people at an issue that there is a page about it.


async def mention(applinks: AsyncAppLinks, issue: str, title: str, address: str) -> None:
    """Comment on an issue in the tracker, as the integration that it is."""
    tracker = await applinks.primary("jira")
    asker = current_user()
    async with run_as("deployment", reason=f"mention of {title!r} at {issue}, asked by {asker.name}"):
        await tracker.post(
            f"rest/api/2/issue/{quote(issue, safe='')}/comment",
            json={"body": f"{asker.full_name} points you to the page “{title}”: {address}"},
        )


# 3. As nobody in particular: as the one user whom the forge has fixed for this wiki, whoever reads it here.


@dataclass(frozen=True, slots=True)
class PullRequest:
    """What the forge tells of one; its address is not to be believed."""

    title: str
    author: str
    address: str


async def pull_requests(applinks: AsyncAppLinks, project: str) -> list[PullRequest]:
    """The open pull requests of a project's launch scripts in the forge."""
    forge = (await applinks.primary("bitbucket")).using("2LO")
    found = (await forge.get(f"rest/api/1.0/projects/{quote(project, safe='')}/repos/launch-scripts/pull-requests")).json()
    return [
        PullRequest(each["title"], each["author"]["user"]["displayName"], each["links"]["self"][0]["href"])
        for each in found["values"]
    ]
