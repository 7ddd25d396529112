"""Who is at a browser: a session begins with the right password, and ends as soon as anything speaks against it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from applinks import AppLinks
from applinks.incoming import SessionOf, SignedIn
from applinks.incoming.replay import TRIES
from applinks.incoming.sessions import IDLE, LIFE, NOTED_EVERY, NotSignedIn, Session, begin, sign_in, sign_out, whose
from applinks.links import digest_of
from applinks.people import Staff, checked
from applinks.questions import Calculate, Moment, Now, drive

PASSWORD = "correct horse battery"
NOW = 1_800_000_000
pytestmark = pytest.mark.usefixtures("cheap_passwords")


class Time:
    """A clock that stands until it is told otherwise."""

    now = float(NOW)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def us(time: Time) -> Iterator[AppLinks]:
    with AppLinks("sqlite://", url="https://scripts.example.com", people=Staff()) as made:
        made._answers[Now] = lambda _: Moment(time.now, "n")
        made.add_member("ada", password=PASSWORD, administrator=True, by="ops")
        made.add_member("bob", password=PASSWORD, by="ops")
        yield made


def begun(us: AppLinks, name: str = "bob") -> SignedIn:
    found = us.run(sign_in(name, PASSWORD))
    assert isinstance(found, SignedIn)
    return found


def test_a_session_begins_with_the_right_password(us):
    found = begun(us, "BOB")
    assert found.person.name == "bob"
    assert us.run(whose(found.secret)) == found.person
    assert us.run(whose("another")) is None
    assert found.secret not in repr(found)


def test_what_is_kept_is_not_what_the_browser_keeps(us):
    """T-66: whoever reads the store is signed in nowhere."""
    found = begun(us)
    assert us.answer(SessionOf(found.secret)) is None
    assert us.answer(SessionOf(digest_of(found.secret))) == Session("bob", NOW, NOW)


def test_each_signing_in_begins_another_one(us):
    """S-06, T-15"""
    assert begun(us).secret != begun(us).secret


@pytest.mark.parametrize(("name", "password"), [("bob", "wrong"), ("nobody", PASSWORD), ("", ""), ("bob", PASSWORD + "!")])
def test_whatever_is_wrong_is_called_the_same(us, name, password):
    """T-28"""
    assert us.run(sign_in(name, password)) is NotSignedIn.WRONG


def test_signing_out_ends_it_for_good(us):
    """C-73: what the browser kept is worth nothing afterwards."""
    one, other = begun(us), begun(us)
    us.run(sign_out(one.secret))
    assert us.run(whose(one.secret)) is None
    assert us.run(whose(other.secret)) is not None


@pytest.mark.parametrize(
    "act",
    [
        lambda us: us.set_password("bob", f"{PASSWORD}!", by="ada"),
        lambda us: us.set_password("bob", None, by="ada"),
        lambda us: us.disable_member("bob", by="ada"),
    ],
)
def test_another_password_and_disabling_end_it_for_good(us, act):
    found = begun(us)
    act(us)
    us.enable_member("bob", by="ada")
    assert us.run(whose(found.secret)) is None


def test_a_password_that_was_changed_meanwhile_begins_none(us):
    found = us.run(checked("bob", PASSWORD))
    us.set_password("bob", f"{PASSWORD}!", by="ada")
    assert us.run(begin(found)) is None


def test_it_ends_when_it_was_not_used_for_half_an_hour(us, time):
    """S-06"""
    found = begun(us)
    for _ in range(3):
        time.now += IDLE - NOTED_EVERY
        assert us.run(whose(found.secret)) is not None
    time.now += IDLE
    assert us.run(whose(found.secret)) is None
    time.now -= IDLE
    assert us.run(whose(found.secret)) is None, "it has ended, whatever a clock says"


def test_it_ends_after_half_a_day_however_much_it_is_used(us, time):
    """S-06"""
    found = begun(us)
    for _ in range(LIFE // 600 - 1):
        time.now += 600
        assert us.run(whose(found.secret)) is not None
    time.now += 600
    assert us.run(whose(found.secret)) is None


def test_not_every_page_is_worth_a_write(us, time):
    found = begun(us)
    time.now += NOTED_EVERY - 1
    us.run(whose(found.secret))
    assert us.answer(SessionOf(digest_of(found.secret))).used_at == NOW
    time.now += 1
    us.run(whose(found.secret))
    assert us.answer(SessionOf(digest_of(found.secret))).used_at == NOW + NOTED_EVERY


# ---- guessing


def test_so_many_tries_for_a_name_and_no_more(us, time):
    """S-21"""
    for _ in range(TRIES):
        assert us.run(sign_in("bob", "wrong")) is NotSignedIn.WRONG
    assert us.run(sign_in("Bob", PASSWORD)) is NotSignedIn.TOO_MANY
    assert isinstance(us.run(sign_in("ada", PASSWORD)), SignedIn)
    time.now += 15 * 60
    assert isinstance(us.run(sign_in("bob", PASSWORD)), SignedIn)


def test_names_that_are_nobodys_are_counted_alike(us):
    """T-28"""
    tries = [us.run(sign_in("nobody", "wrong")) for _ in range(TRIES + 1)]
    assert tries == [*[NotSignedIn.WRONG] * TRIES, NotSignedIn.TOO_MANY]


def test_nothing_is_digested_for_a_try_too_many(us):
    """T-75"""
    for _ in range(TRIES):
        us.run(sign_in("bob", "wrong"))
    asked = []

    def answer(question):
        asked.append(type(question))
        return us.answer(question)

    assert drive(sign_in("bob", PASSWORD), answer) is NotSignedIn.TOO_MANY
    assert Calculate not in asked
