"""As another user, on the record: people may not create spaces in the wiki, and “deployment” may."""

from applinks import FarSideError, LinkedApplication
from applinks.scripts import Issue, Messages, post_function


@post_function(
    "jira",
    transition="Released",
    when=lambda issue: len(issue.subtasks) > 0,
    run_as="deployment",
    reason="A release of several parts gets a space of its own.",
)
def create(issue: Issue, confluence: LinkedApplication, messages: Messages) -> str:
    """Create a space for a release of several parts."""
    space = {"key": issue.key.replace("-", ""), "name": issue.summary}
    try:
        created = confluence.post("rest/api/space", json=space).json()
    except FarSideError as error:
        messages.warning(f"{issue.key} has no space of its own. {error.message}")
        return ""
    address = f"{confluence.display_url}{created['_links']['webui']}"
    messages.success(f"{issue.key} has a space of its own in {confluence.name}.", address=address)
    return address
