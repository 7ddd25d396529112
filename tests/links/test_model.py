from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from applinks.links import IMPERSONATION_PARAMETERS, REQUESTOR_ID, USER_ID, Incoming, Level, Link, Outgoing
from applinks.people import Policy
from in_memory import InMemory, link_to


def test_a_link_of_which_nothing_more_is_said_allows_nothing():
    link = Link("id", "Wiki", "confluence", "https://w", "https://w")
    assert link.outgoing == Outgoing(Level.DISABLED)
    assert link.incoming == Incoming(Level.DISABLED)
    assert (link.primary, link.same_users, link.incoming.policy) == (False, None, Policy())


def test_links_are_values_that_do_not_change():
    link = link_to(InMemory("Wiki"))
    with pytest.raises(FrozenInstanceError):
        link.name = "Other"


def test_levels_are_told_by_their_words():
    assert [str(level) for level in Level] == ["disabled", "oauth", "oauth_impersonation", "trusted", "basic"]


def test_the_user_travels_by_one_of_two_names_the_commoner_one_first():
    assert (USER_ID, REQUESTOR_ID) == IMPERSONATION_PARAMETERS == ("user_id", "xoauth_requestor_id")


def test_a_link_does_not_show_the_key_it_is_known_by():
    """T-66: not a secret, and yet too long for a log."""
    link = link_to(InMemory("Wiki"))
    assert link.incoming.public_key not in repr(link)
