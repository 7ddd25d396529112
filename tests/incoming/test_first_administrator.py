"""The first administrator: by an invitation that is good once, for an hour, and only while there is none (F-44)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from applinks import AppLinks
from applinks.errors import ConfigurationError
from applinks.incoming import SetUp
from applinks.incoming.first_administrator import LIFE, explained, invite, is_invited, set_up
from applinks.people import SignIn, Staff
from applinks.questions import Moment, Now, drive

PASSWORD = "correct horse battery"
NOW = 1_800_000_000
pytestmark = pytest.mark.usefixtures("cheap_passwords")


class Time:
    now = float(NOW)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def us(time: Time) -> Iterator[AppLinks]:
    """Nobody is there yet."""
    with AppLinks("sqlite://", url="https://scripts.example.com", people=Staff()) as made:
        made._answers[Now] = lambda _: Moment(time.now, "n")
        yield made


def test_whoever_has_the_invitation_becomes_the_first_administrator(us):
    secret = us.run(invite())
    assert us.run(is_invited(secret))
    made = us.run(set_up(secret, "ada", "Ada Adams", PASSWORD))
    assert made.member == us.member("ada")
    assert made.member.administrator
    assert us.answer(SignIn("ada", PASSWORD)).full_name == "Ada Adams"
    entry = us.audit(1)[0].entry
    assert (entry.kind, entry.subject, entry.actor, entry.reason) == ("person added", "ada", "ada", "the first administrator")


def test_it_is_good_once(us):
    secret = us.run(invite())
    us.run(set_up(secret, "ada", "", PASSWORD))
    assert not us.run(is_invited(secret))
    assert us.run(set_up(secret, "eve", "", PASSWORD)) is None
    assert len(us.staff()) == 1


def test_it_is_good_for_an_hour(us, time):
    secret = us.run(invite())
    time.now += LIFE - 1
    assert us.run(is_invited(secret))
    time.now += 1
    assert not us.run(is_invited(secret))
    assert us.run(set_up(secret, "ada", "", PASSWORD)) is None
    assert us.run(is_invited(us.run(invite())))


@pytest.mark.parametrize("secret", ["", "x", "\udcff"])
def test_without_it_nobody_sets_anything_up(us, secret):
    us.run(invite())
    assert us.run(set_up(secret, "eve", "", PASSWORD)) is None
    assert us.staff() == ()


def test_an_administrator_of_the_command_line_ends_it(us):
    secret = us.run(invite())
    us.add_member("ada", password=PASSWORD, administrator=True, by="ops")
    assert us.run(set_up(secret, "eve", "", PASSWORD)) is None
    assert us.run(invite()) is None


def test_one_who_cannot_sign_in_does_not_count(us):
    us.add_member("robot", administrator=True, by="ops")
    assert us.run(set_up(us.run(invite()), "ada", "", PASSWORD)) is not None


@pytest.mark.parametrize(("name", "password"), [("", PASSWORD), ("a\n", PASSWORD), ("ada", "short"), ("BOB", PASSWORD)])
def test_what_cannot_be_kept_is_said_and_the_invitation_goes_on_holding(us, name, password):
    us.add_member("bob", by="ops")
    secret = us.run(invite())
    with pytest.raises(ConfigurationError):
        us.run(set_up(secret, name, "", password))
    assert us.run(set_up(secret, "ada", "", PASSWORD)) is not None


def test_if_it_breaks_off_there_is_nobody_and_it_can_be_done_again(us):
    """F-44: none or complete."""
    secret = us.run(invite())

    def answer(question):
        if isinstance(question, SetUp):
            raise OSError("the power is gone")
        return us.answer(question)

    with pytest.raises(OSError, match="power"):
        drive(set_up(secret, "ada", "", PASSWORD), answer)
    assert us.staff() == ()
    assert us.run(set_up(secret, "ada", "", PASSWORD)) is not None


def test_why_it_is_refused_says_what_to_do():
    assert "applinks person add NAME --administrator" in str(explained())
