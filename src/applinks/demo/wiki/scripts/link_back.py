"""Issues lead to the release notes about them: when a page is created, the tracker is told, as “deployment”, on the record."""

import logging
import re

from applinks import FarSideError, LinkedApplication
from applinks.scripts import Page, listener

KEY = re.compile(r"\b[A-Z][A-Z0-9]+-[1-9][0-9]*\b")


@listener(
    "page_created",
    application="confluence",
    when=lambda page: page.title.startswith("Release notes "),
    run_as="deployment",
    reason="Issues lead to the release notes about them.",
)
def link_back(page: Page, jira: LinkedApplication, log: logging.Logger) -> list[str]:
    """Link the issues that the title of new release notes names with that page."""
    keys = list(dict.fromkeys(KEY.findall(page.title)))
    for key in keys:
        link = {"globalId": page.url, "relationship": "Release notes", "object": {"url": page.url, "title": page.title}}
        try:
            jira.post(f"rest/api/2/issue/{key}/remotelink", json=link)
        except FarSideError as error:
            log.warning("%s is not linked: %s", key, error.message)
    return keys
