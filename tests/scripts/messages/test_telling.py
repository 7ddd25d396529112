"""What a script gets as `messages`."""

from __future__ import annotations

import pytest

from applinks.errors import ConfigurationError, NobodyActing
from applinks.people import Person
from applinks.scripts import Messages, NewMessage, Severity


def messages(actor: str | None = "alice") -> tuple[Messages, list[NewMessage]]:
    kept: list[NewMessage] = []
    return Messages(kept.append, 17, actor, "issue OPS-7"), kept


@pytest.mark.parametrize("severity", Severity)
def test_each_severity_has_a_verb_of_its_name(severity: Severity) -> None:
    tell, kept = messages()
    getattr(tell, severity.value)("text", address="/browse/OPS-7")
    assert kept == [
        NewMessage("run 17/1", "alice", severity, "text", address="/browse/OPS-7", run=17, item="issue OPS-7"),
    ]


@pytest.mark.parametrize("user", ["bob", Person("bob")])
def test_another_person_can_be_named(user: Person | str) -> None:
    tell, kept = messages()
    tell.info("text", user)
    assert kept[0].user == "bob"


def test_a_second_pass_tells_under_the_same_keys() -> None:
    """F-30: what is kept once for its key is told once."""
    passes = []
    for _ in range(2):
        tell, kept = messages()
        tell.info("first")
        tell.warning("second", "bob")
        passes.append([message.key for message in kept])
    assert passes[0] == passes[1] == ["run 17/1", "run 17/2"]


def test_nobody_is_told_where_nobody_is_known() -> None:
    tell, kept = messages(actor=None)
    with pytest.raises(NobodyActing, match="Name whom to tell"):
        tell.error("text")
    tell.error("text", "bob")
    assert [message.key for message in kept] == ["run 17/1"]


@pytest.mark.parametrize("address", ["javascript:alert(1)", "//evil.example", "browse/OPS-7", "https://a@b.example", ""])
def test_an_address_that_leads_nowhere_is_refused_where_it_is_written(address: str) -> None:
    tell, kept = messages()
    with pytest.raises(ConfigurationError, match="no address"):
        tell.info("text", address=address)
    assert kept == []
