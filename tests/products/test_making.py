"""Making a link with a product: what its REST allows is done, the rest is told, and what breaks leaves nothing behind."""

from __future__ import annotations

import pytest

from applinks import (
    AccessRefused,
    Administrator,
    FarSideError,
    Link,
    LinkExists,
    MalformedAnswer,
    PairingRefused,
    Provider,
    RedirectedElsewhere,
)
from applinks.links import Level, OurKey
from applinks.outgoing import LinkedApplication
from products.conftest import ADMIN
from products.imitation import BAMBOO, BITBUCKET, CONFLUENCE, EDITIONS, JIRA_7, JIRA_9, JIRA_11, Answer

WITHOUT_SUDO = [edition for edition in EDITIONS if not edition.websudo]
REST = "/rest/applinks/3.0/applicationlink"
NAMES = [f"{edition.type} {edition.version}" for edition in WITHOUT_SUDO]


def steps(made) -> list[str]:
    return [step.id for step in made.left.steps]


def link_there(product):
    (link,) = product.links.values()
    return link


# ---- what is made


@pytest.mark.parametrize("edition", WITHOUT_SUDO, ids=NAMES)
def test_with_its_administrator_both_ends_are_made_and_nothing_is_left_to_be_entered(face, start, edition):
    product = start(edition)
    made = face.do("set_up_product", product.url, ADMIN, same_users=True, by="ada")
    assert steps(made) == []
    assert made.refused == ()
    us, there = face.applinks.identity, link_there(product)
    assert (there["id"], there["name"], there["rpcUrl"], there["typeId"]) == (us.id, "Front", us.url, "generic")
    assert there["consumer"] == {
        "key": us.consumer_key, "name": "Front", "description": f"Front at {us.url}", "outgoing": False,
        "publicKey": face.applinks.answer(OurKey()).public.text, "twoLOAllowed": True, "twoLOImpersonationAllowed": True,
    }  # fmt: skip
    link = made.link
    assert link.id == product.id
    assert link.outgoing.level is link.incoming.level is Level.OAUTH_IMPERSONATION
    assert link.outgoing.signature_method == link.incoming.signature_method == "RSA-SHA1"
    assert link.incoming.consumer_key == f"{product.name}:4711"
    assert (link.same_users.answer, link.same_users.said_by) == (True, "ada")
    assert face.do("link", product.name).link == link


@pytest.mark.parametrize("edition", WITHOUT_SUDO, ids=NAMES)
def test_the_link_that_was_made_carries_calls_as_the_person_at_once(us, start, edition):
    """The signature is verified by another library"""
    product = start(edition)
    us.do("set_up_product", product.url, ADMIN, same_users=True, by="ada")
    with us.applinks.acting_as("alice"):
        assert us.do("link", product.name).who_am_i() == "alice"
    checked = us.do("check_entered", product.name, "alice", by="ada")
    assert checked.ok, checked.lines


@pytest.mark.parametrize(("same_users", "impersonates"), [(True, True), (False, False)])
def test_the_answer_about_the_users_decides_the_levels_of_both_ends(us, start, same_users, impersonates):
    """R-07"""
    product = start(JIRA_9)
    made = us.do("set_up_product", product.url, ADMIN, same_users=same_users, by="ada")
    level = {"enabled": True, "twoLoEnabled": True, "twoLoImpersonationEnabled": impersonates}
    assert link_there(product)["levels"] == {"incoming": level, "outgoing": level}
    assert link_there(product)["consumer"]["twoLOImpersonationAllowed"] is impersonates
    assert made.link.outgoing.level == ("oauth_impersonation" if impersonates else "oauth")


def test_a_fixed_user_over_there_is_set_and_used(us, start):
    product = start(JIRA_9)
    made = us.do("set_up_product", product.url, ADMIN, same_users=False, execute_as="robot", by="ada")
    assert made.link.outgoing.fixed_user
    assert link_there(product)["consumer"]["executingTwoLOUser"] == "robot"
    checked = us.do("check_entered", product.name, by="ada")
    assert {check.id: check.words for check in checked.checks}["fixed-user"] == "it answered as 'robot'"


def test_an_older_one_without_levels_is_told_kind_by_kind_what_it_sends(us, start):
    product = start(JIRA_7)
    us.do("set_up_product", product.url, ADMIN, same_users=True, by="ada")
    assert [kind.rpartition(".")[2].removesuffix("AuthenticationProvider") for kind in link_there(product)["providers"]] == [
        "OAuth", "TwoLeggedOAuth", "TwoLeggedOAuthWithImpersonation",
    ]  # fmt: skip


def test_one_door_makes_the_link_that_fits_what_is_found(face, start):
    product = start(CONFLUENCE)
    linked = face.do("create_link", product.url, ADMIN, same_users=True, name="Handbook", by="ada")
    assert isinstance(linked.link, Link)
    assert type(linked).__name__.endswith(LinkedApplication.__name__)
    assert (linked.name, linked.type) == ("Handbook", "confluence")
    assert link_there(product)["consumer"]


def test_the_address_of_a_page_is_looked_up_and_a_link_is_made_only_where_it_is_said(us, start):
    """S-09: what was found is seen before anything is made there"""
    product = start(JIRA_9)
    page = f"{product.url}/secure/Dashboard.jspa"
    assert us.do("look", f"{page}?x=1#top").url == product.url
    with pytest.raises(PairingRefused):
        us.do("set_up_product", page, ADMIN, same_users=True, by="ada")
    assert (product.links, us.names()) == ({}, [])


# ---- without its administrator


@pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: f"{edition.type} {edition.version}")
def test_without_its_administrator_our_end_is_made_and_every_step_is_told(us, start, edition):
    product = start(edition)
    made = us.do("set_up_product", product.url, same_users=True, by="ada")
    assert product.links == {}
    assert product.requests("PUT") == []
    newer = edition is not JIRA_7
    assert steps(made) == ["open", "form", "incoming", "two-legged", *(["levels"] if newer else [])]
    assert made.left.version == edition.version
    assert made.left.page == f"{product.url}/plugins/servlet/applinks/listApplicationLinks"
    values = {field.label: field.value for step in made.left.steps for field in step.fields}
    assert values["Consumer Key"] == us.applinks.identity.consumer_key
    assert values["Public Key"] == us.applinks.answer(OurKey()).public.text
    assert ("Application type" in values) is newer


def test_what_is_told_can_be_typed_in_as_it_stands_and_is_then_found_right(us, start):
    """Each value of the list, entered in the product, makes the link work."""
    product = start(JIRA_9)
    made = us.do("set_up_product", product.url, same_users=True, by="ada")
    before = us.do("check_entered", product.name, "alice", by="ada")
    failed = [check.id for check in before.checks if check.passed is False]
    assert failed == ["consumer", "impersonation"]
    told = {step.id: {field.label: field for field in step.fields} for step in made.left.steps}
    ticks = {label: field.fill == "tick" for label, field in told["two-legged"].items()}
    product.enter(
        told["form"]["Application Name"].value,
        key=told["incoming"]["Consumer Key"].value,
        public_key=told["incoming"]["Public Key"].value,
        callback=told["two-legged"]["Consumer Callback URL"].value,
        twoLOAllowed=ticks["Allow 2-Legged OAuth"],
        twoLOImpersonationAllowed=ticks["Allow user impersonation through 2-Legged OAuth"],
    )
    after = us.do("check_entered", product.name, "alice", by="ada")
    assert after.ok, after.lines


def test_the_steps_are_told_again_by_name(face, start):
    product = start(BAMBOO)
    made = face.do("set_up_product", product.url, same_users=False, by="ada")
    assert face.do("link_steps", product.name) == made.left


# ---- what it refuses or lacks


def test_a_second_sign_in_for_administrators_leaves_everything_to_be_entered(us, start):
    """Jira 10 and later; unverified: protocol.md 6.1, 14"""
    product = start(JIRA_11)
    made = us.do("set_up_product", product.url, ADMIN, same_users=True, by="ada")
    assert [remark.code for remark in made.refused] == ["websudo"]
    assert "WebSudo" in made.refused[0].words
    assert steps(made) == ["open", "form", "incoming", "two-legged", "levels"]
    assert us.names() == [product.name]


def test_one_whose_rest_is_closed_leaves_everything_to_be_entered(us, start):
    product = start(JIRA_9)
    product.failing["/rest/applinks/3.0/applinks"] = product.failing["/1.0/applicationlink"] = Answer(404)
    made = us.do("set_up_product", product.url, ADMIN, same_users=True, by="ada")
    assert [remark.code for remark in made.refused] == ["not-offered"]
    assert len(made.left.steps) == 5


def test_what_takes_more_rights_than_its_administrator_has_is_left_and_the_link_stays(us, start):
    product = start(BITBUCKET)
    made = us.do("set_up_product", product.url, Administrator("project-admin", "p"), same_users=True, by="ada")
    assert [remark.code for remark in made.refused] == ["permission_denied"]
    assert "system administrator" in made.refused[0].words
    assert list(product.links) == [us.applinks.identity.id]
    product.failing["/status/"] = Answer(403)
    again = us.do("set_up_product", product.url, Administrator("project-admin", "p"), same_users=True, by="ada")
    assert steps(again) == ["incoming", "two-legged", "levels"]


SIGN_INS = [
    ("admin", "wrong", "authentication_denied", 401),
    ("nobody", "x", "authentication_denied", 401),
    ("alice", "alice's", "permission_denied", 403),
]


@pytest.mark.parametrize(("name", "password", "problem", "status"), SIGN_INS)
@pytest.mark.parametrize("edition", [JIRA_7, JIRA_9])
def test_whoever_is_no_administrator_there_is_told_so_and_nothing_is_made(us, start, edition, name, password, problem, status):
    product = start(edition)
    with pytest.raises(AccessRefused) as refused:
        us.do("set_up_product", product.url, Administrator(name, password), same_users=True, by="ada")
    assert (refused.value.problem, refused.value.status) == (problem, status)
    assert password not in str(refused.value), "T-66"
    assert (product.links, us.names(), us.do("audit")) == ({}, [], ())


def test_a_puzzle_after_wrong_passwords_is_told_as_one(us, start):
    product = start(JIRA_9)
    product.wrong_passwords = 3
    with pytest.raises(AccessRefused, match="browser") as refused:
        us.do("set_up_product", product.url, ADMIN, same_users=True, by="ada")
    assert refused.value.problem == "captcha"
    assert product.links == {}


def test_an_answer_made_for_nobody_is_no_sign_in_whatever_its_status(us, start):
    """protocol.md 9.1: 200 as anonymous"""
    product = start(JIRA_9)
    product.failing["/3.0/applinks"] = Answer(200, "[]", {"Content-Type": "application/json", "X-AUSERNAME": "anonymous"})
    with pytest.raises(AccessRefused) as refused:
        us.do("set_up_product", product.url, ADMIN, same_users=True, by="ada")
    assert refused.value.problem == "authentication_denied"
    assert product.requests("PUT") == []


# ---- what breaks on the way


BREAKS = {
    "its list": ("/3.0/applinks", 500, FarSideError),
    "its list, which is a page": ("/3.0/applinks", 200, MalformedAnswer),
    "its list, behind a sign-in": ("/3.0/applinks", 302, RedirectedElsewhere),
    "its link": (f"PUT {REST}", 500, FarSideError),
    "its link, refused as wrong": (f"PUT {REST}", 400, FarSideError),
    "its consumer": ("/authentication/consumer", 500, FarSideError),
    "its consumer, refused as wrong": ("/authentication/consumer", 400, FarSideError),
    "its levels": ("/status/", 500, FarSideError),
    "its levels, behind a sign-in": ("/status/", 302, RedirectedElsewhere),
}


@pytest.mark.parametrize("place", BREAKS)
def test_wherever_it_breaks_neither_end_is_left(face, start, place):
    part, status, kind = BREAKS[place]
    product = start(JIRA_9)
    product.failing[part] = Answer(
        status, "<html><body>broken</body></html>", {"Content-Type": "text/html", "Location": "/login"}
    )
    with pytest.raises(kind):
        face.do("set_up_product", product.url, ADMIN, same_users=True, by="ada")
    assert (product.links, face.names(), face.do("audit")) == ({}, [], ())


def test_where_it_cannot_be_undone_either_the_error_says_what_was_left_and_where(us, start):
    product = start(JIRA_9)
    product.failing |= {"/authentication/consumer": Answer(500), f"DELETE {REST}": Answer(500)}
    with pytest.raises(FarSideError, match=r"was left there: delete it on .*listApplicationLinks"):
        us.do("set_up_product", product.url, ADMIN, same_users=True, by="ada")
    assert len(product.links) == 1
    product.failing.clear()
    assert steps(us.do("set_up_product", product.url, ADMIN, same_users=True, by="ada")) == [], "saying it again mends"
    assert link_there(product)["consumer"]


def test_a_link_that_was_there_before_is_renewed_and_never_deleted(us, start):
    product = start(JIRA_9)
    us.do("set_up_product", product.url, ADMIN, same_users=False, by="ada")
    product.failing["/status/"] = Answer(500)
    with pytest.raises(FarSideError, match="may have been renewed"):
        us.do("set_up_product", product.url, ADMIN, same_users=True, by="ada")
    assert len(product.links) == 1
    assert product.requests("DELETE") == []
    assert us.do("link", product.name).link.outgoing.level == "oauth", "our end is as it was"


def test_saying_it_again_keeps_what_an_administrator_has_set_here(us, start):
    product = start(JIRA_9)
    us.do("set_up_product", product.url, ADMIN, same_users=True, name="Tickets", by="ada")
    us.do("change_link", "Tickets", excluded=["bob"], fixed_user=True, execute_as="robot", by="ada")
    before = us.do("link", "Tickets").link
    made = us.do("set_up_product", product.url, ADMIN, same_users=True, by="eve")
    assert made.link.incoming == before.incoming
    assert made.link.outgoing == before.outgoing
    assert (made.link.name, made.link.same_users.excluded) == ("Tickets", {"bob"})
    assert len(product.links) == 1


def test_a_link_by_hand_to_the_same_address_is_the_one_that_is_renewed(us, start):
    product = start(JIRA_9)
    by_hand = us.do("register_link", "Jira", product.url, type="jira", provider=Provider(), by="ada").link
    made = us.do("set_up_product", product.url, ADMIN, same_users=True, by="ada")
    assert (made.link.id, made.link.name) == (by_hand.id, "Jira")
    assert us.names() == ["Jira"]


def test_and_the_other_way_round(us, start):
    product = start(JIRA_9)
    made = us.do("set_up_product", product.url, ADMIN, same_users=True, by="ada").link
    again = us.do("register_link", product.name, product.url, type="jira", provider=Provider(fixed_user=True), by="ada").link
    assert (again.id, again.incoming, us.names()) == (made.id, made.incoming, [product.name])


# ---- what is not even begun


def test_a_name_that_another_link_has_is_told_before_any_password_is_sent(us, start):
    product = start(JIRA_9)
    us.do("set_up_product", start(CONFLUENCE).url, same_users=True, name="Jira", by="ada")
    with pytest.raises(LinkExists, match="--name"):
        us.do("set_up_product", product.url, ADMIN, same_users=True, by="ada")
    assert not [asked for asked in product.asked if asked.header("authorization")]


def test_a_product_that_believes_in_another_address_is_not_linked(us, start):
    product = start(JIRA_9)
    product.base_url = "https://jira.example.com"
    with pytest.raises(PairingRefused, match="the host differs"):
        us.do("set_up_product", product.url, ADMIN, same_users=True, by="ada")
    assert not [asked for asked in product.asked if asked.header("authorization")]


def test_the_password_goes_to_the_rest_alone_and_is_shown_nowhere(us, start, caplog):
    """T-27, T-66"""
    caplog.set_level("DEBUG")
    product = start(JIRA_9)
    made = us.do("set_up_product", product.url, ADMIN, same_users=True, by="ada")
    signed_in = {asked.path for asked in product.asked if asked.header("authorization").startswith("Basic")}
    assert all(path.startswith("/rest/applinks") and "manifest" not in path for path in signed_in)
    shown = repr(made) + repr(us.do("audit")) + caplog.text
    assert "s3cret" not in shown
    assert "czNjcmV0" not in shown
