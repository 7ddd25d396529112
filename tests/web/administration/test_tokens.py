"""Tokens by which programs administer this application, as administrators see them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from applinks.incoming import automation
from applinks.web.administration.tokens import MAKE, REVOKE
from applinks.web.visit import TOKENS
from in_memory import NOW, InMemory
from web.dom import Dom
from web.visitor import CONFIRM, Visitor, at, confirmed, followed, heading, said_by


def made(root: Visitor, **said: str):
    page = root.get(MAKE)
    return root.post(MAKE, {**Dom(page.body.decode()).fields(), **said})


def secret_of(answer) -> str:
    return next(word for word in said_by(answer).split() if word.startswith(automation.PREFIX))


def revoked(root: Visitor, id: str):  # noqa: A002
    return root.post(REVOKE, {**Dom(root.get(CONFIRM).body.decode()).fields(), "revoke": id})


def test_without_tokens_the_page_says_where_they_would_be_used(tracker, root):
    text = said_by(root.get(TOKENS))
    assert "There are no tokens." in text
    assert f"the HTTP interface at {tracker.identity.url}/plugins/servlet/applinks/api/1." in text
    assert any((link or "").endswith("/applinks/api/1/openapi.json") for link in Dom(root.get(TOKENS).body.decode()).links())


def test_a_token_is_made_for_whoever_asks_and_shown_once(tracker, root):
    answer = made(root, label=" nightly ", days="7", user="erin")
    assert (answer.status, heading(answer)) == (200, "The token “nightly”")
    secret = secret_of(answer)
    token = tracker.run(automation.admitted_by_token(f"Bearer {secret}")).token
    assert (token.label, token.user, token.may_change) == ("nightly", "root", True)
    assert token.expires_at == int(NOW) + 7 * automation.DAY
    (entry,) = [entry for entry in tracker.entries if entry.kind == "token made"]
    assert entry.actor == "root"
    page = root.get(TOKENS).body.decode()
    assert "nightly" in page
    assert secret not in page


@pytest.mark.parametrize(("said", "may_change"), [("yes", False), ("", True), ("no", True)])
def test_one_that_only_reads_can_be_made(tracker, root, said, may_change):
    made(root, label="x", read_only=said)
    (token,) = tracker.automation.values()
    assert token.may_change is may_change
    assert ("reads only" in said_by(root.get(TOKENS))) is not may_change


@pytest.mark.parametrize(("days", "held"), [("", automation.DAYS), ("1", 1), ("366", 366)])
def test_it_holds_for_the_days_that_were_said(tracker, root, days, held):
    made(root, label="x", days=days)
    (token,) = tracker.automation.values()
    assert token.expires_at - token.made_at == held * automation.DAY


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"label": " "}, "A token needs a label"),
        ({"label": "x" * 101}, "A token needs a label"),
        ({"label": "x", "days": "0"}, "A token cannot hold for 0 days. Say 1 to 366."),
        ({"label": "x", "days": "367"}, "A token cannot hold for 367 days."),
        ({"label": "x", "days": "-1"}, "'-1' is no number of days."),
        ({"label": "x", "days": "1" * 5000}, "is no number of days."),
        ({"label": "x", "days": "¹"}, "'¹' is no number of days."),
    ],
    ids=str,
)
def test_a_token_that_cannot_be_is_not_made_and_what_was_said_stays(tracker, root, said, words):
    answer = made(root, **said)
    assert (answer.status, heading(answer)) == (400, "Not done – Make a token")
    assert words in said_by(answer)
    assert f'value="{said["label"]}"' in answer.body.decode()
    assert tracker.automation == {}


def test_nobody_has_more_tokens_than_are_kept(tracker, root):
    for _ in range(automation.MOST_TOKENS):
        made(root, label="x")
    answer = made(root, label="one more")
    assert answer.status == 400
    assert "'root' has 100 tokens already." in said_by(answer)


def test_a_revoked_token_is_gone_and_on_the_record(tracker, root):
    made(root, label="nightly")
    (token,) = tracker.automation.values()
    answer = revoked(root, token.id)
    assert "Revoked. It is refused from the next request on" in said_by(followed(root, answer))
    assert tracker.automation == {}
    assert tracker.entries[-1].kind == "token revoked"


@pytest.mark.parametrize("id_", ["", "gone"])
def test_a_token_that_is_gone_already_is_told(tracker, root, id_):
    answer = revoked(root, id_)
    assert (answer.status, heading(answer)) == (400, "Not done – Tokens")
    assert "There is no such token." in said_by(answer)


def test_the_tokens_of_all_are_there_with_their_use_and_end(tracker, root):
    made(root, label="nightly", days="1")
    (digest,) = tracker.automation
    assert "never" in said_by(root.get(TOKENS))
    tracker.automation[digest] = replace(tracker.automation[digest], used_at=int(NOW), user="erin")
    text = said_by(root.get(TOKENS))
    assert "erin" in text
    assert "never" not in text
    assert "ended" not in text
    tracker.now += automation.DAY
    assert "ended" in said_by(root.get(TOKENS))


def test_who_has_to_confirm_before_revoking_comes_back_to_the_tokens(tracker: InMemory):
    root = at(tracker, "root")
    answer = revoked(root, "x")
    assert (answer.header("location") or "").endswith("/confirm?back=%2Fplugins%2Fservlet%2Fapplinks%2Fadmin%2Ftokens")
    assert root.get(TOKENS).status == 200
    assert confirmed(root).get(MAKE).status == 200
