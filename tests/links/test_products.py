"""What has to be entered in a product: the dialogs of each version, and the exact values of a link."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from applinks.errors import TransportFailed
from applinks.links import DIALOGS, Level, Link, Outgoing, guide, values_for
from applinks.links.dialects import PRODUCTS
from applinks.links.products import HERE, LEVELS, MEANINGS, SOMEBODY, Fill, dialogs_of
from applinks.wire.keys import PublicKey
from applinks.wire.oauth1 import SignatureMethod
from house.source import DOCS, section
from in_memory import InMemory, link_to
from links.test_looking import ABOUT, JIRA, KEY, There

VERSIONS = [
    ("jira", "5.2.11", "Jira 5 to 7"),
    ("jira", "7.13.18", "Jira 5 to 7"),
    ("jira", "8.0.0", "Jira 8.0 to 8.21"),
    ("jira", "8.21.1", "Jira 8.0 to 8.21"),
    ("jira", "8.22.0", "Jira 8.22 and later"),
    ("jira", "11.0.0-rc1", "Jira 8.22 and later"),
    ("jira", "", "Jira 8.22 and later"),
    ("jira", "unknown", "Jira 8.22 and later"),
    ("confluence", "7.16.5", "Confluence before 7.17"),
    ("confluence", "7.17", "Confluence 7.17 and later"),
    ("bitbucket", "7.20.9", "Bitbucket before 7.21"),
    ("stash", "8.19.1", "Bitbucket 7.21 and later"),
    ("bamboo", "8.0.4", "Bamboo before 8.1"),
    ("bamboo", "9.6", "Bamboo 8.1 and later"),
]


@pytest.fixture
def us() -> InMemory:
    us = InMemory("Front", type="bitbucket")
    us.network = There()
    return us


def to_jira(**more) -> Link:
    made = replace(link_to(InMemory("Tickets")), application_url=JIRA, display_url=JIRA)
    return replace(made, **more)


def told(us: InMemory, link: Link, **more) -> dict[str, dict[str, tuple[Fill, str]]]:
    guided = us.run(guide(link, **more))
    return {step.id: {field.label: (field.fill, field.value) for field in step.fields} for step in guided.steps}


@pytest.mark.parametrize(("type", "version", "versions"), VERSIONS)
def test_each_version_has_its_dialogs_and_one_that_says_none_the_newest(type, version, versions):  # noqa: A002
    """protocol.md 7"""
    assert dialogs_of(type, version).versions == versions


def test_every_product_has_dialogs_for_every_version_once():
    assert {dialogs.type for dialogs in DIALOGS} == PRODUCTS
    for product in PRODUCTS:
        ours = [dialogs for dialogs in DIALOGS if dialogs.type == product]
        assert ours[0].since == (0,)
        assert [one.before for one in ours] == [*(one.since for one in ours[1:]), None]


def test_what_is_no_product_has_none():
    assert dialogs_of("generic", "1.0") is None


def test_every_field_of_every_dialog_has_a_meaning_and_every_meaning_a_field(us):
    used = {blank.what for dialogs in DIALOGS for form in dialogs.forms for blank in form.blanks}
    assert used == MEANINGS.keys()
    for dialogs in DIALOGS:
        us.network = There(replace(ABOUT, type=dialogs.type, version=".".join(map(str, dialogs.since))))
        guided = us.run(guide(to_jira(type=dialogs.type)))
        assert guided.versions == dialogs.versions
        assert len(guided.steps) == len(dialogs.forms)


def test_the_values_are_those_of_this_application(us):
    link = to_jira()
    values, steps = us.run(values_for(link)), told(us, link)
    url = us.identity.url
    assert steps["open"]["Application URL"] == (Fill.ENTER, url)
    assert steps["incoming"] == {
        "Consumer Key": (Fill.ENTER, us.identity.consumer_key),
        "Consumer Name": (Fill.ENTER, "Front"),
        "Public Key": (Fill.ENTER, us.key.public.text),
    }
    assert steps["two-legged"]["Consumer Callback URL"][1] == f"{url}/plugins/servlet/applinks/oauth/login-dance/access"
    assert steps["form"]["Request Token URL"][1] == f"{url}/plugins/servlet/oauth/request-token"
    assert steps["form"]["Authorize URL"][1] == f"{url}/plugins/servlet/oauth/authorize"
    assert steps["form"]["Access Token URL"][1] == f"{url}/plugins/servlet/oauth/access-token"
    assert PublicKey.read(values.public_key_pem) == PublicKey.read(values.public_key) == us.key.public
    assert max(map(len, values.public_key_pem.split("\n"))) == 64


def test_a_consumer_key_that_was_agreed_on_is_told_in_place_of_our_own(us):
    link = to_jira()
    link = replace(link, outgoing=replace(link.outgoing, consumer_key="front-17"))
    assert told(us, link)["incoming"]["Consumer Key"] == (Fill.ENTER, "front-17")


TICKS = [
    (Level.OAUTH_IMPERSONATION, False, Fill.TICK, Fill.TICK, "OAuth (impersonation)"),
    (Level.OAUTH, True, Fill.TICK, Fill.CLEAR, "OAuth"),
    (Level.OAUTH, False, Fill.CLEAR, Fill.CLEAR, "OAuth"),
]


@pytest.mark.parametrize(("level", "fixed_user", "two_legged", "impersonation", "name"), TICKS)
def test_the_ticks_are_what_the_link_needs_and_no_more(us, level, fixed_user, two_legged, impersonation, name):
    """R-07"""
    steps = told(us, to_jira(outgoing=Outgoing(level, fixed_user=fixed_user)))
    assert steps["two-legged"]["Allow 2-Legged OAuth"][0] == two_legged
    assert steps["two-legged"]["Allow user impersonation through 2-Legged OAuth"][0] == impersonation
    assert steps[LEVELS]["Incoming"] == (Fill.CHOOSE, name)


def test_a_fixed_user_is_entered_where_one_is_named_and_left_out_where_not(us):
    assert told(us, to_jira(), execute_as="robot")["two-legged"]["Execute as"] == (Fill.ENTER, "robot")
    assert told(us, to_jira())["two-legged"]["Execute as"] == (Fill.EMPTY, "")
    fixed = to_jira(outgoing=Outgoing(Level.OAUTH, fixed_user=True))
    assert told(us, fixed)["two-legged"]["Execute as"] == (Fill.CHOOSE, SOMEBODY), "which one, is not known here"


def test_what_of_theirs_is_to_be_entered_here_was_fetched(us):
    link = to_jira()
    steps = told(us, replace(link, incoming=replace(link.incoming, level=Level.DISABLED)))
    assert steps[HERE] == {"Consumer key": (Fill.ENTER, "jira:4711"), "Public key": (Fill.ENTER, KEY.text)}
    assert steps[LEVELS]["Outgoing"] == (Fill.CHOOSE, "Disabled")
    assert HERE not in told(us, link)


def test_where_it_cannot_be_asked_the_newest_dialogs_are_told(us):
    us.network = There().says(TransportFailed("away"))
    guided = us.run(guide(to_jira()))
    assert (guided.version, guided.versions) == ("", "Jira 8.22 and later")
    assert guided.lines[0] == "To be entered in Jira, by its administrator:"


def test_in_words_each_step_has_its_number_its_way_and_its_fields(us):
    lines = us.run(guide(to_jira())).lines
    assert lines[:2] == (
        "To be entered in Jira 9.12.5, by its administrator:",
        f"  {JIRA}/plugins/servlet/applinks/listApplicationLinks",
    )
    assert "1. Begin a link" in lines
    assert "   Administration → Applications → Application links → Create link" in lines
    assert "     Application type: choose Atlassian product" in lines
    assert "     Allow 2-Legged OAuth: tick" in lines
    assert "     Execute as: leave empty" in lines
    assert lines[-1] == "(Dialogs of Jira 8.22 and later, reported.)"


# ---- any other far side


@pytest.mark.parametrize(("method", "has_key"), [(SignatureMethod.RSA_SHA1, True), (SignatureMethod.HMAC_SHA1, False)])
def test_any_other_far_side_is_told_our_key_or_none_where_a_secret_is_shared(us, method, has_key):
    """R-11"""
    link = to_jira(type="generic")
    steps = told(us, replace(link, outgoing=replace(link.outgoing, signature_method=method)))
    assert list(steps) == ["incoming", "levels"]
    assert ("Public key" in steps["incoming"]) is has_key
    assert steps["levels"]["Request token URL"][1].startswith(us.identity.url)


def test_a_direction_that_is_disabled_needs_nothing_entered(us):
    link = to_jira(type="generic", outgoing=Outgoing())
    assert list(told(us, link)) == ["levels"]
    assert told(us, replace(link, incoming=replace(link.incoming, level=Level.DISABLED))) == {}
    assert us.run(guide(replace(link, incoming=replace(link.incoming, level=Level.DISABLED)))).lines == (
        "Nothing is left to be entered over there.",
    )


def test_one_without_an_address_is_not_asked(us):
    us.run(guide(to_jira(type="generic", application_url="")))
    assert us.network.asked == []


# ---- the page of them


def test_the_page_of_the_dialogs_tells_each_of_them_as_it_is():
    page = (DOCS / "reference" / "products.md").read_text()
    assert re.findall(r"^## (.+)$", page, re.MULTILINE) == [dialogs.versions for dialogs in DIALOGS]
    for dialogs in DIALOGS:
        text = section(DOCS / "reference" / "products.md", dialogs.versions)
        assert f"\n{dialogs.sure.capitalize()}.\n" in text
        titles = [f"{number}. {form.title}: {form.way}" for number, form in enumerate(dialogs.forms, 1)]
        assert [title.replace("**", "") for title in re.findall(r"^(\*\*\d.+)$", text, re.MULTILINE)] == titles
        rows = [(blank.label, MEANINGS[blank.what]) for form in dialogs.forms for blank in form.blanks]
        told = re.findall(r"^\| (.+?) \| (.+) \|$", text, re.MULTILINE)
        assert [row for row in told if row != ("Field", "Enter")] == rows
        assert all(form.note in text for form in dialogs.forms)
