"""What holds at each end: its own word, else the other end's, else the link's, else the usual."""

from __future__ import annotations

import pytest

from applinks.declared.ends import End, ends_of
from applinks.links import Level
from applinks.wire.oauth1 import SignatureMethod
from declared.files import JIRA, LINKED, declared

NO_USERS = LINKED.replace("same_users = true", "same_users = false")


def ends(written: str) -> dict[str, End]:
    return {end.here.key: end for end in ends_of(declared(written))}


def levels(written: str) -> dict[str, tuple[str, str]]:
    return {key: (end.outgoing_level.value, end.incoming_level.value) for key, end in ends(written).items()}


def methods(written: str) -> dict[str, tuple[str, str]]:
    return {key: (end.outgoing_method.value, end.incoming_method.value) for key, end in ends(written).items()}


@pytest.mark.parametrize(("written", "level"), [(LINKED, "oauth_impersonation"), (NO_USERS, "oauth")])
def test_the_usual_level_between_ours_is_the_one_that_the_answer_about_the_users_allows(written, level):
    assert levels(written) == {"tracker": (level, level), "wiki": (level, level)}


def test_with_another_application_nothing_is_usual():
    assert levels(JIRA + 'outgoing.level = "oauth"') == {"tracker": ("oauth", "disabled")}


def test_a_level_that_is_said_at_one_end_is_that_of_the_direction():
    said = {"tracker": ("oauth", "disabled"), "wiki": ("disabled", "oauth")}
    assert levels(LINKED + '[links.tracker]\noutgoing.level = "oauth"\nincoming.level = "disabled"') == said
    assert levels(LINKED + '[links.wiki]\nincoming.level = "oauth"\noutgoing.level = "disabled"') == said


def test_what_both_ends_say_holds_at_each():
    text = LINKED + '[links.tracker]\noutgoing.level = "oauth"\n[links.wiki]\nincoming.level = "disabled"'
    assert levels(text) == {"tracker": ("oauth", "oauth_impersonation"), "wiki": ("oauth_impersonation", "disabled")}


def test_ours_sign_by_the_strongest_method_that_both_know_and_others_by_the_oldest():
    assert methods(LINKED) == dict.fromkeys(("tracker", "wiki"), ("RSA-SHA256", "RSA-SHA256"))
    assert methods(JIRA + 'outgoing.level = "oauth"') == {"tracker": ("RSA-SHA1", "RSA-SHA1")}


def test_a_shared_secret_is_said_once_and_means_hmac():
    found = ends(LINKED + '[links.tracker]\noutgoing.secret = "env:SECRET"')
    assert (found["tracker"].outgoing_method, found["wiki"].incoming_method) == (SignatureMethod.HMAC_SHA256,) * 2
    assert found["wiki"].incoming.secret == found["tracker"].outgoing.secret
    assert found["wiki"].outgoing.secret is None
    text = JIRA + 'outgoing = { level = "oauth", secret = "env:SECRET" }'
    assert methods(text) == {"tracker": ("HMAC-SHA1", "RSA-SHA1")}


def test_a_method_of_the_link_holds_for_all_its_directions_but_where_one_is_said():
    text = LINKED + 'signature_method = "RSA-SHA512"\n[links.wiki]\nincoming.signature_method = "RSA-SHA1"'
    assert methods(text) == {"tracker": ("RSA-SHA1", "RSA-SHA512"), "wiki": ("RSA-SHA512", "RSA-SHA1")}


def test_the_password_of_a_basic_link_is_not_taken_over_by_the_called_side():
    text = LINKED + (
        '[links.tracker]\noutgoing = { level = "basic", account = "svc", secret = "env:SECRET" }\n'
        '[links.wiki]\nincoming.execute_as = "svc"'
    )
    found = ends(text)
    assert found["wiki"].incoming_level is Level.BASIC
    assert found["wiki"].incoming.secret is None


def test_users_and_exceptions_are_those_of_the_link_unless_an_end_says_others():
    text = LINKED + 'excluded = ["carol"]\n[links.wiki]\nsame_users = false\nexcluded = []\noutgoing.level = "oauth"'
    found = ends(
        text.replace("[links.wiki]", '[links.tracker]\nincoming.level = "oauth"\n[links.wiki]\nincoming.level = "oauth"')
    )
    assert (found["tracker"].same_users, found["tracker"].excluded) == (True, frozenset({"carol"}))
    assert (found["wiki"].same_users, found["wiki"].excluded) == (False, frozenset())


def test_a_link_is_called_as_the_other_application_is_unless_an_end_names_it():
    assert ends(LINKED + '[links.wiki]\nname = "Issues"')["wiki"].name == "Issues"
    assert ends(LINKED)["wiki"].name == "Tracker"


@pytest.mark.parametrize(
    ("written", "order"),
    [
        (LINKED, ["wiki", "tracker"]),
        (LINKED + '[links.wiki]\noutgoing.level = "disabled"', ["wiki", "tracker"]),
        (LINKED + '[links.tracker]\noutgoing.level = "disabled"', ["tracker", "wiki"]),
    ],
)
def test_the_end_that_is_only_called_is_made_first(written, order):
    assert list(ends(written)) == order
