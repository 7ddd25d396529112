"""The people of the demo over real sockets: compared, mapped, and only the proven impersonated (M-16, M-17)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from applinks import AccessRefused, Administrator, CredentialsRequired, Verdict
from applinks.demo.servers import Running, running

ADMIN = Administrator("admin", "admin")
pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def three(tmp_path: Path) -> Iterator[Running]:
    """The forge, which is synchronous, is linked with the wiki, which is not."""
    with running(tmp_path) as three:
        three.forge.applinks.create_link(three.addresses()["Wiki"], ADMIN, same_users=True, by="admin")
        yield three


def in_the_wiki(three: Running, what: Any) -> Any:
    """As another process that has the wiki's records would do it."""
    from applinks import AsyncAppLinks
    from applinks.demo.people import People

    async def done() -> Any:
        database = f"sqlite:///{three.wiki.records._path.parent}/applinks-wiki.db"
        async with AsyncAppLinks(database, people=People(without={"carol"})) as applinks:
            return await what(applinks)

    return asyncio.run(done())


def verdicts(found: Any) -> dict[str, Verdict]:
    return {person.name: person.verdict for person in found.people}


def who_is(three: Running, name: str) -> str:
    forge = three.forge.applinks
    with forge.acting_as(name):
        return forge.link("Wiki").using("2LOi").who_am_i()


def test_carol_is_missing_until_it_is_said_who_she_is_there(three: Running) -> None:
    forge = three.forge.applinks
    found = forge.compare_people("Wiki", by="admin")
    assert found == forge.comparison("Wiki")
    assert verdicts(found)["carol"] is Verdict.MISSING
    assert verdicts(in_the_wiki(three, lambda wiki: wiki.comparison("Forge")))["cclark"] is Verdict.MISSING
    forge.change_link("Wiki", mapping={"carol": "cclark"}, by="admin")
    assert verdicts(forge.compare_people("Wiki", by="admin"))["carol"] is Verdict.PROVEN
    assert verdicts(in_the_wiki(three, lambda wiki: wiki.comparison("Forge")))["cclark"] is Verdict.PROVEN
    assert who_is(three, "carol") == "cclark"
    assert who_is(three, "alice") == "alice"


def test_the_other_side_may_say_it_as_well_and_answers_by_the_name_that_it_was_asked_by(three: Running) -> None:
    in_the_wiki(three, lambda wiki: wiki.change_link("Forge", mapping={"cclark": "carol"}, by="admin"))
    assert verdicts(three.forge.applinks.compare_people("Wiki", by="admin"))["carol"] is Verdict.PROVEN
    forge = three.forge.applinks
    with forge.acting_as("carol"):  # the answer's own witness is looked at, too
        assert forge.link("Wiki").using("2LOi").get("plugins/servlet/applinks/whoami").text == "carol"
    entry = in_the_wiki(three, lambda wiki: wiki.audit(1))[0].entry
    assert (entry.kind, entry.subject, entry.outcome) == ("admission", "cclark", "admitted")


def test_said_at_both_ends_she_is_refused_and_nobody_is_taken_for_her(three: Running) -> None:
    three.forge.applinks.change_link("Wiki", mapping={"carol": "cclark"}, by="admin")
    in_the_wiki(three, lambda wiki: wiki.change_link("Forge", mapping={"cclark": "carol"}, by="admin"))
    with pytest.raises(AccessRefused):
        who_is(three, "carol")
    assert "at one end only" in in_the_wiki(three, lambda wiki: wiki.audit(1))[0].entry.outcome


def test_only_the_proven_go_by_the_strong_way_and_all_others_are_asked(three: Running) -> None:
    forge = three.forge.applinks
    forge.change_link("Wiki", only_proven=True, by="admin")
    assert "were not compared" in forge.link("Wiki").explain("alice").rungs[0].objection
    forge.compare_people("Wiki", by="admin")
    assert forge.link("Wiki").explain("alice").mechanism == "2LOi"
    explained = forge.link("Wiki").explain("carol")
    assert explained.rungs[0].objection.endswith("nobody goes by that name over there")
    assert explained.consent_helps
    with pytest.raises(CredentialsRequired), forge.acting_as("carol"):
        forge.link("Wiki").get("rest/api/user/current")


def test_only_the_proven_are_admitted(three: Running) -> None:
    in_the_wiki(three, lambda wiki: wiki.change_link("Forge", only_proven=True, by="admin"))
    with pytest.raises(AccessRefused):
        who_is(three, "alice")
    assert "is not proven" in in_the_wiki(three, lambda wiki: wiki.audit(1))[0].entry.outcome
    found = in_the_wiki(three, lambda wiki: wiki.compare_people("Forge", by="admin"))
    assert verdicts(found)["alice"] is Verdict.PROVEN
    assert who_is(three, "alice") == "alice"


def test_making_the_link_again_lifts_no_restriction(three: Running) -> None:
    forge = three.forge.applinks
    forge.change_link("Wiki", only_proven=True, mapping={"carol": "cclark"}, excluded=["bob"], by="admin")
    before = forge.link("Wiki").link.same_users
    forge.create_link(three.addresses()["Wiki"], ADMIN, same_users=True, by="root")
    after = forge.link("Wiki").link.same_users
    assert (after.only_proven, after.names, after.excluded, after.said_by) == (True, before.names, before.excluded, "root")
