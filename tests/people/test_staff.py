"""People whom an application keeps itself: what administrators do, on the record; and the directory that they make."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Iterator
from typing import Any

import pytest

from applinks import AppLinks, AsyncAppLinks, Person, current_user, run_as
from applinks.audit import Entry
from applinks.errors import AdministratorNeeded, ConfigurationError, PersonUnknown, RunAsRefused
from applinks.people import (
    AllStaff,
    Everybody,
    FindPerson,
    KeepMember,
    KeepsPeople,
    Member,
    PasswordOf,
    SetPassword,
    SignIn,
    Staff,
    StaffMember,
    staff,
)
from applinks.questions import drive

PASSWORD = "correct horse battery"
pytestmark = pytest.mark.usefixtures("cheap_passwords")


@pytest.fixture
def us() -> Iterator[AppLinks]:
    """With one administrator, ada."""
    with AppLinks("sqlite://", url="https://scripts.example.com", people=Staff()) as made:
        made.add_member("ada", password=PASSWORD, administrator=True, full_name="Ada Adams", by="ops")
        yield made


def last(us: AppLinks) -> Entry:
    return us.audit(1)[0].entry


# ---- who there is


def test_somebody_new_is_kept_and_on_record(us):
    member = us.add_member("bob", email="bob@example.com", groups=["staff"], language="de", by="ada")
    assert us.member("bob") == member
    assert (member.name, member.email, member.language, member.groups) == ("bob", "bob@example.com", "de", {"staff"})
    assert (member.active, member.administrator, member.has_password) == (True, False, False)
    entry = last(us)
    assert (entry.kind, entry.outcome, entry.subject, entry.actor) == ("person added", "done", "bob", "ada")
    assert ("email", None, "bob@example.com") in entry.changes


def test_a_password_is_in_no_record_and_in_no_value(us):
    """T-66"""
    us.add_member("bob", password=PASSWORD, by="ada")
    us.set_password("bob", f"{PASSWORD} staple", by="ada")
    assert PASSWORD not in repr(us.audit(100))
    digest = us.answer(PasswordOf("bob"))
    assert digest.startswith("scrypt$")
    assert digest not in repr([us.staff(), KeepMember(Member("x"), None, digest), SetPassword("x", digest)])


@pytest.mark.parametrize("name", ["ADA", "Ada", "ａｄａ"])
def test_a_name_is_one_persons_in_any_spelling(us, name):
    """T-22"""
    assert us.member(name).name == "ada"
    with pytest.raises(ConfigurationError, match=r"called .* already"):
        us.add_member(name, by="ada")


@pytest.mark.parametrize("name", ["", " bob", "bob\n", "b\x00b", "group:staff", "b" * 101])
def test_what_is_no_name_is_nobodys(us, name):
    with pytest.raises(ConfigurationError):
        us.add_member(name, by="ada")
    assert len(us.staff()) == 1


@pytest.mark.parametrize(
    "said",
    [
        {"language": "in German"},
        {"language": ""},
        {"language": "d"},
        {"full_name": "x" * 101},
        {"email": "a\x00b"},
        {"groups": ["a\nb"]},
        {"groups": [""]},
    ],
    ids=str,
)
def test_what_cannot_be_said_of_somebody_changes_nothing(us, said: Any):
    before = us.member("ada")
    with pytest.raises(ConfigurationError):
        us.change_member("ada", by="ada", **said)
    assert us.member("ada") == before


def test_they_are_listed_by_their_names_some_at_a_time(us):
    for name in ("Zoe", "bob", "Carol"):
        us.add_member(name, by="ada")
    assert [member.name for member in us.staff()] == ["ada", "bob", "Carol", "Zoe"]
    assert [member.name for member in us.staff(2)] == ["ada", "bob"]
    assert [member.name for member in us.staff(2, after="BOB")] == ["Carol", "Zoe"]


def test_whoever_is_nobody_cannot_be_changed(us):
    for act in (us.member, us.disable_member, us.enable_member, us.change_member, us.runners_of):
        with pytest.raises(PersonUnknown, match="nobody called 'nobody'"):
            act("nobody", **({} if act in {us.member, us.runners_of} else {"by": "ada"}))


# ---- changes


def test_a_change_says_what_was_before_and_after(us):
    us.change_member("ada", full_name="Ada A.", groups=["b", "a"], by="grace")
    entry = last(us)
    assert (entry.kind, entry.actor) == ("person changed", "grace")
    assert set(entry.changes) == {("full name", "Ada Adams", "Ada A."), ("groups", None, "a, b")}


def test_what_changes_nothing_leaves_no_record(us):
    before = len(us.audit(100))
    us.change_member("ada", full_name="Ada Adams", by="grace")
    us.enable_member("ada", by="grace")
    assert len(us.audit(100)) == before


def test_of_two_changes_at_once_both_hold(us):
    """The flow that comes second reads again what stands."""
    others = iter([{"email": "ada@example.com"}])

    def answer(question: Any) -> Any:
        if isinstance(question, KeepMember):
            for other in others:
                us.change_member("ada", by="y", **other)
        return us.answer(question)

    drive(staff.change("ada", full_name="Ada B.", by="x"), answer)
    assert (us.member("ada").full_name, us.member("ada").email) == ("Ada B.", "ada@example.com")


def test_whoever_is_disabled_is_there_and_may_nothing(us):
    """T-21"""
    us.add_member("bob", password=PASSWORD, by="ada")
    us.disable_member("bob", by="ada")
    assert last(us).kind == "person disabled"
    assert us.answer(FindPerson("bob")) == Person("bob", active=False)
    assert us.answer(SignIn("bob", PASSWORD)) is None
    with pytest.raises(PersonUnknown, match="disabled"), us.acting_as("bob"):
        pass
    us.enable_member("bob", by="ada")
    assert us.answer(SignIn("bob", PASSWORD)) == Person("bob")


@pytest.mark.parametrize(
    "act",
    [
        lambda us: us.disable_member("ada", by="ada"),
        lambda us: us.change_member("ada", administrator=False, by="ada"),
        lambda us: us.set_password("ada", None, by="ada"),
    ],
)
def test_the_last_administrator_who_can_sign_in_stays_one(us, act):
    us.add_member("root", administrator=True, by="ada")  # without a password
    with pytest.raises(ConfigurationError, match="only administrator who can sign in"):
        act(us)
    us.set_password("root", PASSWORD, by="ada")
    act(us)


def test_in_code_whoever_acts_must_be_an_administrator(us):
    us.add_member("bob", by="ada")
    with us.acting_as("bob"), pytest.raises(AdministratorNeeded):
        us.add_member("carol")
    with us.acting_as("ada"):
        us.add_member("carol")
    assert last(us).actor == "ada"


def test_an_application_with_another_directory_keeps_nobody():
    class Directory:
        def find(self, name: str) -> Person | None:
            return None

        def sign_in(self, name: str, password: str) -> Person | None:
            return None

    with AppLinks("sqlite://", url="https://wiki.example.com", people=Directory()) as wiki:
        assert wiki.answer(KeepsPeople()) is False
        with pytest.raises(ConfigurationError, match="kept by the application that embeds it"):
            wiki.add_member("bob", by="root")
        assert wiki.staff() == ()


def test_where_nobody_said_who_keeps_people_they_can_be_made_ready():
    """As on the command line."""
    with AppLinks("sqlite://", url="https://scripts.example.com") as made:
        made.add_member("bob", by="ops")
        assert made.answer(FindPerson("bob")) is None
        assert made.member("bob").name == "bob"


# ---- the directory


def test_people_are_found_in_any_case_under_their_own_spelling(us):
    assert us.answer(FindPerson("ADA")) == Person("ada", "Ada Adams", administrator=True)
    assert us.answer(FindPerson("nobody")) is None
    assert us.answer(KeepsPeople()) is True


def test_all_are_told_to_whoever_compares_them(us):
    us.add_member("bob", email="bob@example.com", by="ada")
    assert [person.name for person in us.answer(Everybody(10))] == ["ada", "bob"]
    assert [person.email for person in us.answer(Everybody(10))] == ["", "bob@example.com"]
    assert len(us.answer(Everybody(1))) == 1


@pytest.mark.parametrize(
    ("name", "password"), [("ada", "wrong"), ("nobody", PASSWORD), ("ada", ""), ("bob", PASSWORD), ("bob", "")]
)
def test_only_name_and_password_together_sign_in(us, name, password):
    us.add_member("bob", by="ada")
    assert us.answer(SignIn("ada", PASSWORD)).name == "ada"
    assert us.answer(SignIn(name, password)) is None


def test_the_same_is_asked_and_digested_whatever_is_wrong(us):
    """T-08: nobody finds out by the time it takes who exists."""
    kinds: list[list[str]] = []

    def answer(question: Any) -> Any:
        kinds[-1].append(type(question).__name__)
        return us.answer(question)

    for name, password in (("ada", "wrong"), ("nobody", PASSWORD)):
        kinds.append([])
        assert drive(staff.checked(name, password), answer) is None
    assert kinds[0] == kinds[1] == ["PasswordOf", "Calculate", "StaffMember"]


def test_asynchronous_code_has_the_same_directory(tmp_path):
    async def asked() -> Any:
        async with AsyncAppLinks(f"sqlite:///{tmp_path}/a.db", url="https://scripts.example.com", people=Staff()) as made:
            await made.add_member("ada", password=PASSWORD, by="ops")
            async with made.acting_as("ada"):
                assert current_user().name == "ada"
            assert await made.answer_async(KeepsPeople())
            signed = await made.answer_async(SignIn("ada", PASSWORD))
            return signed, await made.answer_async(Everybody(5))

    signed, everybody = asyncio.run(asked())
    assert everybody == (signed,)


def test_it_can_be_handed_to_another_process(us):
    assert isinstance(pickle.loads(pickle.dumps(Staff())), Staff)


# ---- running as


def test_a_person_or_a_group_may_run_as_somebody(us):
    us.add_member("deployment", by="ada")
    us.add_member("bob", groups=["releasers"], by="ada")
    with (
        us.acting_as("bob"),
        pytest.raises(RunAsRefused, match="applinks person may-run-as deployment bob"),
        run_as("deployment", reason="x"),
    ):
        pass
    assert us.allow_run_as("deployment", "group:releasers", by="ada") == ("group:releasers",)
    assert (last(us).kind, last(us).subject, last(us).outcome) == ("run_as allowed", "deployment", "group:releasers")
    with us.acting_as("bob"), run_as("deployment", reason="x"):
        assert current_user().name == "deployment"
    assert us.forbid_run_as("deployment", "group:releasers", by="ada") == ()
    assert last(us).kind == "run_as forbidden"
    with us.acting_as("bob"), pytest.raises(RunAsRefused), run_as("deployment", reason="x"):
        pass


def test_a_runner_must_be_somebody_and_is_kept_as_they_are_spelled(us):
    us.add_member("deployment", by="ada")
    with pytest.raises(PersonUnknown):
        us.allow_run_as("deployment", "nobody", by="ada")
    with pytest.raises(PersonUnknown):
        us.allow_run_as("nobody", "ada", by="ada")
    with pytest.raises(ConfigurationError, match="runner"):
        us.allow_run_as("deployment", "group:", by="ada")
    assert us.allow_run_as("DEPLOYMENT", "ADA", by="ada") == ("ada",)
    assert us.runners_of("deployment") == ("ada",)
    assert us.forbid_run_as("deployment", "Ada", by="ada") == ()


def test_saying_it_again_is_no_second_record(us):
    us.add_member("deployment", by="ada")
    us.allow_run_as("deployment", "ada", by="ada")
    before = len(us.audit(100))
    assert us.allow_run_as("deployment", "ada", by="ada") == ("ada",)
    assert len(us.audit(100)) == before


def test_the_setting_and_the_records_both_allow():
    with AppLinks("sqlite://", url="https://scripts.example.com", people=Staff(), run_as={"deployment": {"ada"}}) as made:
        for name in ("ada", "bob", "deployment"):
            made.add_member(name, by="ops")
        made.allow_run_as("deployment", "bob", by="ops")
        for name in ("ada", "bob"):
            with made.acting_as(name), run_as("deployment", reason="x"):
                pass


def test_questions_have_the_answers_that_they_promise(us):
    assert us.answer(StaffMember("ada")).name == "ada"
    assert us.answer(AllStaff(1, "ada")) == ()
