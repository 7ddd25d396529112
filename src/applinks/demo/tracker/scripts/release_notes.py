"""A page from a transition: release notes in the wiki, written by whoever has released the issue."""

from html import escape
from typing import Annotated, Any

from applinks import LinkedApplication
from applinks.scripts import Issue, Messages, post_function


@post_function("jira", transition="Released")
def write(
    issue: Issue,
    confluence: LinkedApplication,
    messages: Messages,
    *,
    space: Annotated[str, "The key of the space in the wiki"] = "OPS",
) -> str:
    """Write release notes about an issue, with one page for each of its sub-tasks below."""
    title = title_of(issue.key, issue.summary)
    if found := confluence.get("rest/api/content", params={"spaceKey": space, "title": title}).json()["results"]:
        messages.warning(f"“{title}” is in {confluence.name} already.", address=address_of(confluence, found[0]))
        return address_of(confluence, found[0])
    notes = new_page(confluence, space, title, f"<p>{escape(issue.description)}</p>")
    for part in issue.subtasks:
        about = f"<p>{part.key}, a part of {issue.key}, is {escape(part.status)}.</p>"
        new_page(confluence, space, title_of(part.key, part.summary), about, above=notes)
    messages.success(f"“{title}” is in {confluence.name}.", address=address_of(confluence, notes))
    return address_of(confluence, notes)


def title_of(key: str, summary: str) -> str:
    """Titles are unique in a space, hence the key."""
    return f"Release notes {key}: {summary}"


def address_of(confluence: LinkedApplication, page: dict[str, Any]) -> str:
    """Where people read a page."""
    return f"{confluence.display_url}{page['_links']['webui']}"


def new_page(
    confluence: LinkedApplication, space: str, title: str, body: str, above: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Write a page in storage format and label it; without another one above it, it stands below the home page of the space."""
    content = {
        "type": "page",
        "title": title,
        "space": {"key": space},
        "ancestors": [{"id": above["id"]}] if above else [],
        "body": {"storage": {"value": body, "representation": "storage"}},
    }
    page: dict[str, Any] = confluence.post("rest/api/content", json=content).json()
    confluence.post(f"rest/api/content/{page['id']}/label", json=[{"prefix": "global", "name": "release-notes"}])
    return page
