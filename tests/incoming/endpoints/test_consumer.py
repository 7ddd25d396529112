"""How an application proves itself where it asks for a token."""

from __future__ import annotations

from dataclasses import replace

import pytest

from applinks.errors import BadProof, NoProof, NotAdmitted, Replayed
from applinks.incoming.endpoints.consumer import absent, claim_of, misuse, proven, said
from applinks.incoming.endpoints.visit import Visit
from applinks.links import OAUTH_LEVELS, Level
from applinks.mechanisms import MECHANISMS, load
from applinks.wire import oauth1
from applinks.wire.messages import Request
from in_memory import InMemory
from incoming.endpoints.dancing import REQUEST_TOKEN, Floor, asking

FRONT = InMemory("Front")


def visit(request: Request, mechanisms=MECHANISMS) -> Visit:
    return Visit(request, "/plugins/servlet/oauth/request-token", FRONT.identity, None, mechanisms)


def claim(**how: object) -> oauth1.Claim:
    return oauth1.read(asking(FRONT, **how), token_needed=False)


# ---- the visit


def test_a_post_is_no_misuse():
    assert misuse(visit(Request("POST", REQUEST_TOKEN))) is None


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "post"])
def test_any_other_method_is_told_which_one_is_right(method):
    """protocol.md 1.1"""
    answer = misuse(visit(Request(method, REQUEST_TOKEN)))
    assert (answer.status, answer.header("allow")) == (405, "POST")


def test_where_the_dance_is_not_loaded_even_the_method_is_not_told():
    for method in ("GET", "POST"):
        assert misuse(visit(Request(method, REQUEST_TOKEN), load(["2LOi", "Basic"]))).status == 404


# ---- the claim


def test_a_token_may_be_absent_only_where_none_is_there_yet():
    """protocol.md 1.3"""
    request = asking(FRONT)
    assert claim_of(visit(request), token_needed=False).token == ""
    with pytest.raises(NoProof) as refused:
        claim_of(visit(request), token_needed=True)
    assert refused.value.companions == (("oauth_parameters_absent", "oauth_token"),)


def test_what_is_not_signed_lacks_everything():
    """protocol.md 1.6"""
    with pytest.raises(NoProof) as refused:
        claim_of(visit(Request("POST", REQUEST_TOKEN)), token_needed=False)
    assert refused.value.problem == "parameter_absent"
    assert len(refused.value.companions[0][1].split("&")) == 5


def test_a_parameter_is_found_by_its_name_or_is_not_there():
    signed = claim(extra=(("oauth_callback", "oob"), ("oauth_verifier", "")))
    assert (said(signed, "oauth_callback"), said(signed, "oauth_verifier"), said(signed, "oauth_session_handle")) == (
        "oob",
        "",
        None,
    )


def test_what_is_absent_is_joined_as_the_products_join_it():
    """protocol.md 1.6"""
    assert absent("oauth_token", "oauth_verifier") == ("oauth_parameters_absent", "oauth_token&oauth_verifier")


# ---- the proof


def test_a_signature_of_a_linked_application_gives_its_link_and_is_spent():
    """T-09, T-13"""
    floor = Floor()
    signed = claim()
    assert floor.wiki.run(proven(signed)) == floor.link
    assert len(floor.wiki.nonces) == 1
    with pytest.raises(Replayed):
        floor.wiki.run(proven(signed))


@pytest.mark.parametrize("key", ["of a stranger", "none at all"])
def test_any_other_is_refused_and_nothing_is_spent(key):
    """T-13"""
    floor = Floor()
    signed = claim(key=InMemory("Stranger").key) if key == "of a stranger" else replace(claim(), signature="AAAA")
    with pytest.raises(BadProof):
        floor.wiki.run(proven(signed))
    assert floor.wiki.nonces == set()


@pytest.mark.parametrize("level", list(Level))
def test_the_dance_is_for_links_of_oauth(level):
    floor = Floor(level=level)
    if level in OAUTH_LEVELS:
        assert floor.wiki.run(proven(claim())) == floor.link
        return
    with pytest.raises(NotAdmitted) as refused:
        floor.wiki.run(proven(claim()))
    assert refused.value.problem == ("signature_invalid" if level is Level.DISABLED else "permission_denied")
