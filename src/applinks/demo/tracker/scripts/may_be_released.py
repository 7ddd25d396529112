"""What must be true before an issue is released. A refusal belongs to one field, or to the issue as a whole."""

from applinks.scripts import Issue, Refuse, validator


@validator("jira", transition="Released")
def is_described(issue: Issue) -> None:
    """An issue says what is released."""
    if not issue.description.strip():
        raise Refuse("Say what is released.", field="description")


@validator("jira", transition="Released")
def is_whole(issue: Issue) -> None:
    """Parts are released with the whole, and the whole when all parts are done."""
    if issue.parent is not None:
        raise Refuse(f"{issue.key} is a part of {issue.parent.key} and is released with it.")
    open_parts = [part.key for part in issue.subtasks if part.status not in {"Done", "Released"}]
    if open_parts:
        raise Refuse(f"Not yet: {', '.join(open_parts)} must be done first.")
