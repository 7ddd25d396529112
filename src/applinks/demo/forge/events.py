"""What the forge tells its scripts, in the shapes that Bitbucket gives it (protocol.md 10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from applinks.demo.forge.beans import Bean, Beans
from applinks.demo.forge.records import Comment, PullRequest, Repository
from applinks.demo.happened import Happened


@dataclass(frozen=True)
class Events:
    """Describes what people do in a repository."""

    beans: Beans
    repository: Repository

    def opened(self, pull_request: PullRequest, reviewers: Sequence[str]) -> Happened:
        """Somebody has opened a pull request."""
        bean = self.beans.pull_request(self.repository, pull_request, reviewers)
        return self._about(pull_request, "pr:opened", pull_request.author, pullRequest=bean)

    def commented(self, pull_request: PullRequest, comment: Comment) -> Happened:
        """Somebody has said something about a pull request."""
        bean = self.beans.pull_request(self.repository, pull_request)
        said = self.beans.comment(self.repository, comment)
        return self._about(pull_request, "pr:comment:added", comment.author, pullRequest=bean, comment=said)

    def _about(self, pull_request: PullRequest, kind: str, person: str, **more: Bean) -> Happened:
        item = f"pull request {self.repository.project}/{self.repository.slug}/{pull_request.number}"
        date = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}+0000"
        return Happened(kind, item, person, {"eventKey": kind, "date": date, "actor": self.beans.user(person), **more})
