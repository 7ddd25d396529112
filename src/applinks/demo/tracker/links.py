"""What the tracker asks of the applications that it is linked with."""

from __future__ import annotations

import logging
from typing import Any
from xml.sax.saxutils import escape

from applinks import AsyncAppLinks, current_user, run_as
from applinks.demo.tracker.records import Issue, Records, RemoteLink

log = logging.getLogger(__name__)


# 1. As the current user: who am I over there?


async def who_am_i_in_the_wiki(applinks: AsyncAppLinks) -> str:
    """The name by which the wiki knows whoever is acting here."""
    wiki = await applinks.primary("confluence")
    me = (await wiki.get("rest/api/user/current")).json()
    log.info("Making the request as: %s", me["username"])
    return str(me["username"])


async def who_am_i_in_the_forge(applinks: AsyncAppLinks) -> str:
    """The name by which the forge knows whoever is acting here."""
    forge = await applinks.primary("bitbucket")
    me = (await forge.get("plugins/servlet/applinks/whoami")).text.strip()
    log.info("Making the request as: %s", me)
    return str(me)


WHO_AM_I = {"confluence": who_am_i_in_the_wiki, "bitbucket": who_am_i_in_the_forge}


# 2. As the current user, when an issue is done: write a wiki page about it, and link the issue to the page.


async def publish(applinks: AsyncAppLinks, records: Records, issue: Issue) -> None:
    """Make sure that an issue has its page in the wiki. Raises what the wiki, or the way to it, objects."""
    if any(link.relationship == "Wiki Page" for link in records.remote_links(issue.key)):
        return
    wiki = await applinks.primary("confluence")
    space = (await wiki.get("rest/api/space/OPS?expand=homepage")).json()
    page = (await wiki.post("rest/api/content", json=page_for(issue, parent=space["homepage"]["id"]))).json()
    records.save_remote_link(
        RemoteLink(
            issue=issue.key,
            global_id=f"appId={wiki.id}&pageId={page['id']}",
            relationship="Wiki Page",
            application_type="com.atlassian.confluence",
            application_name=wiki.name,
            url=wiki.display_url + page["_links"]["webui"],
            title=page["title"],
        )
    )
    await wiki.post(f"rest/api/content/{page['id']}/label", json=[{"prefix": "global", "name": "done"}])


def page_for(issue: Issue, parent: str) -> dict[str, Any]:
    """The wiki page about an issue, in storage format."""
    body = f"<p>{escape(issue.description)}</p><p>Done by {escape(current_user().full_name)}, see {issue.key}.</p>"
    return {
        "type": "page",
        "title": f"{issue.key} {issue.summary}",
        "space": {"key": "OPS"},
        "ancestors": [{"id": parent}],
        "body": {"storage": {"value": body, "representation": "storage"}},
    }


# 3. As another user, on the record: only administrators may create spaces in the wiki.


async def create_space(applinks: AsyncAppLinks, issue: Issue) -> str:
    """Give an issue a wiki space of its own; returns the address of the space."""
    wiki = await applinks.primary("confluence")
    space = {"key": issue.key.replace("-", ""), "name": issue.summary}
    async with run_as("deployment", reason=f"space for {issue.key}, asked by {current_user().name}"):
        created = (await wiki.post("rest/api/space", json=space)).json()
    return str(wiki.display_url + created["_links"]["webui"])
