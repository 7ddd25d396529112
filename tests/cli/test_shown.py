"""A link in words: a few lines, with what few links have only where they have it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from applinks.cli.shown import as_data, in_words, moment
from applinks.links import Endpoints, Incoming, Level, Limits, Link, Outgoing
from in_memory import InMemory, link_to

LINK = link_to(InMemory("Wiki"))


def lines_of(outgoing: Outgoing | None = None, incoming: Incoming | None = None) -> dict[str, str]:
    """The lines after the first, by the words that they begin with."""
    link = replace(LINK, outgoing=outgoing or LINK.outgoing, incoming=incoming or LINK.incoming)
    return {line[2:12].strip(): line[14:] for line in in_words(link)[1:]}


def test_a_plain_link_has_five_lines():
    assert in_words(replace(LINK, primary=True)) == (
        "Wiki (jira, primary) at https://wiki.example.com",
        "  outgoing    oauth_impersonation, signed with RSA-SHA256",
        "  incoming    oauth_impersonation, verified by RSA-SHA256",
        "  same users  yes, said root",
        "  policy      everybody but administrators",
    )


@pytest.mark.parametrize(
    ("outgoing", "shown"),
    [
        (Outgoing(Level.BASIC, account="service"), "basic, as service"),
        (Outgoing(Level.TRUSTED), "trusted"),
        (
            Outgoing(Level.OAUTH, consumer_key="forge", fixed_user=True),
            "oauth, signed with RSA-SHA1, as consumer forge, or as its fixed user",
        ),
    ],
)
def test_each_level_of_the_outgoing_side_says_what_it_stands_on(outgoing, shown):
    assert lines_of(outgoing)["outgoing"] == shown


@pytest.mark.parametrize(
    ("incoming", "shown"),
    [
        (Incoming(Level.BASIC, execute_as="bot"), "basic, as bot"),
        (Incoming(Level.TRUSTED), "trusted"),
        (Incoming(Level.OAUTH, execute_as="bot"), "oauth, verified by RSA-SHA1, as bot where nobody is named"),
    ],
)
def test_each_level_of_the_incoming_side_says_what_it_stands_on(incoming, shown):
    assert lines_of(incoming=incoming)["incoming"] == shown


def test_what_few_links_have_is_a_line_of_its_own():
    outgoing = Outgoing(Level.OAUTH, endpoints=Endpoints("r", "a", "t"))
    incoming = Incoming(Level.TRUSTED, callback="https://w/back", limits=Limits(("10.0.0.*",), (), 5000))
    shown = lines_of(outgoing, incoming)
    assert shown["endpoints"] == "r, a, t"
    assert shown["callback"] == "https://w/back"
    assert shown["limits"] == "addresses: 10.0.0.*; paths: any; certificates up to 5000 ms old"


def test_a_trusted_application_without_limits_says_so_aloud():
    """R-15"""
    assert lines_of(incoming=Incoming(Level.TRUSTED))["limits"].startswith("addresses: any; paths: any;")


def test_a_link_that_only_calls_us_has_no_address():
    assert in_words(Link("id", "Any", "generic", "", ""))[0] == "Any (generic) at no address"


def test_data_has_no_key():
    """T-66: not even the public one, which is long."""
    assert LINK.incoming.public_key not in repr(as_data(LINK))


def test_a_moment_is_told_in_utc_and_none_as_a_dash():
    assert (moment(0), moment(None)) == ("1970-01-01 00:00:00", "-")
