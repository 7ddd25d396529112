"""Every cause has a row that breaks and mends it, a line on the page, and a remedy that can be read."""

from __future__ import annotations

import re
import string

import pytest

from applinks.doctor import CAUSES, STRICT, Status
from applinks.doctor.causes import CLOCK, CONFIGURATION, CONSUMER, MANIFEST, OWN_ADDRESS, OWN_KEY, PROOF, RECENT, STATE, WHO
from applinks.doctor.notes import Notes
from applinks.links import Identity
from doctor.defaults import DEFAULTS
from doctor.table import TABLE
from house.source import DOCS, section
from in_memory import InMemory, link_to
from outgoing.test_send import REASONS as FAILURES

PAGE = DOCS / "reference" / "causes.md"
CHECKS = {CLOCK, CONFIGURATION, CONSUMER, MANIFEST, OWN_ADDRESS, OWN_KEY, PROOF, RECENT, STATE, WHO}
ALL = [*CAUSES.values(), *STRICT.values()]


def test_each_cause_is_broken_and_mended_in_the_table():
    assert {row.cause for row in TABLE} == CAUSES.keys()
    assert {row.cause for row in DEFAULTS} == STRICT.keys()


def test_the_page_lists_each_cause_with_its_sign_and_remedy_in_order():
    rows = re.findall(r"^\| `(\w+)` \| ([\w-]+) \| (.+) \| (.+) \| (.+) \|$", section(PAGE, "All causes"), re.MULTILINE)
    assert rows == [(cause.name, cause.status, cause.title, cause.sign, cause.remedy) for cause in CAUSES.values()]
    rows = re.findall(r"^\| `(\w+)` \| (.+) \| (.+) \| (.+) \|$", section(PAGE, "Secure defaults"), re.MULTILINE)
    assert rows == [(cause.name, cause.title, cause.sign, cause.remedy) for cause in STRICT.values()]


def test_the_page_explains_each_status_word():
    assert re.findall(r"^\| `([\w-]+)` \| [^|]+ \|$", section(PAGE, "Status words"), re.MULTILINE) == list(Status)


def test_the_causes_of_the_protocol_are_all_there_but_three():
    """protocol.md 13, without OAuth 2.0 and system links; three are our own, and in four rows there are two or more."""
    ours = {"BROKEN_OFF", "METHOD_MISMATCH", "SUSPENDED"}
    assert ours <= CAUSES.keys()
    assert len(CAUSES.keys() - ours) == 39 - 2 + 3  # BASIC_REJECTED and CAPTCHA; UNEXPECTED_…; DISABLED and DEPRECATED_AUTH


@pytest.mark.parametrize("cause", ALL, ids=lambda cause: cause.name)
def test_a_cause_is_told_in_whole_sentences_and_asks_for_probes_that_exist(cause):
    assert re.fullmatch(r"[A-Z_]+", cause.name)
    for text in (cause.title, cause.sign, cause.remedy):
        assert text.endswith((".", "}", "`.")), text
        assert "|" not in text
    assert set(cause.probes) <= CHECKS


@pytest.mark.parametrize("cause", ALL, ids=lambda cause: cause.name)
def test_a_remedy_speaks_of_nothing_but_facts_that_are_known(cause):
    us = InMemory("Front").identity
    notes = Notes(link_to(InMemory("Wiki")), Identity(us.id, us.name, us.type, us.url, us.consumer_key), None)
    notes.find(cause.name, "seen", found="found")
    (finding,) = (lambda made: made.findings or made.defaults)(notes.diagnosis(strict=True))
    assert not [name for _, name, _, _ in string.Formatter().parse(finding.remedy) if name]
    assert finding.evidence == "seen"


def test_each_reason_of_the_transport_leads_to_a_cause():
    from applinks.doctor import answers
    from applinks.outgoing.send import VERIFYING

    reasons = {reason[2] for reason in FAILURES} | set(VERIFYING.values()) | {"tls-untrusted", "too-large"}
    assert reasons == answers.REASONS.keys()
    assert set(answers.REASONS.values()) <= CAUSES.keys()
