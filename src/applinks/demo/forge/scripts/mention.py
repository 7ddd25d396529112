"""People at an issue read what is done about it in the forge, as a comment of whoever did it."""

import re

from applinks import LinkedApplication
from applinks.scripts import Comment, PullRequest, RefChange, Repository, listener

KEY = re.compile(r"\b[A-Z][A-Z0-9]+-[1-9][0-9]*\b")


@listener("pr:opened", "pr:comment:added", application="bitbucket")
def of_pull_request(pull_request: PullRequest, comment: Comment | None, jira: LinkedApplication) -> list[str]:
    """Comment on the issues that a pull request, or what is said about it, names."""
    said = comment.text if comment else f"{pull_request.title} {pull_request.source} {pull_request.description}"
    what = "said something about" if comment else "opened"
    return mention(jira, said, f"I {what} the pull request “{pull_request.title}”: {pull_request.url}")


@listener("repo:refs_changed", application="bitbucket")
def of_branch(changes: tuple[RefChange, ...], repository: Repository, jira: LinkedApplication) -> list[str]:
    """Comment on the issues that new branches are named after."""
    made = [change.name for change in changes if change.action == "ADD"]
    return [key for name in made for key in mention(jira, name, f"I made the branch “{name}” in {repository.path}.")]


def mention(jira: LinkedApplication, text: str, comment: str) -> list[str]:
    """Comment on each issue whose key stands in a text; the keys."""
    keys = list(dict.fromkeys(KEY.findall(text)))
    for key in keys:
        jira.post(f"rest/api/2/issue/{key}/comment", json={"body": comment})
    return keys
