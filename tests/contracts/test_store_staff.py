"""What the questions about an application's own people and their sessions promise, on every kind of database."""

from __future__ import annotations

from dataclasses import replace

import pytest

from applinks.incoming import (
    BeginSession,
    EndSession,
    InvitationStands,
    KeepInvitation,
    NoteSession,
    Session,
    SessionOf,
    SetUp,
)
from applinks.people import (
    AdministratorsAble,
    AllowRunning,
    AllStaff,
    KeepMember,
    Member,
    PasswordOf,
    RunnersOf,
    SetPassword,
    StaffMember,
)
from applinks.store import Store
from contracts.test_store_tokens import race

NOW = 1_800_000_000
ADA = Member("Ada", "Ada Adams", "ada@example.com", "de", True, True, frozenset({"staff", "release"}), True, NOW)
BOB = Member("bob", made_at=NOW)


@pytest.fixture
def staffed(store: Store) -> Store:
    assert store.answer(KeepMember(ADA, None, "digest"))
    assert store.answer(KeepMember(BOB, None))
    return store


# ---- people


def test_a_member_comes_back_as_kept_by_any_spelling(staffed: Store) -> None:
    assert staffed.answer(StaffMember("ada")) == staffed.answer(StaffMember("ADA")) == ADA
    assert staffed.answer(StaffMember("bob")) == BOB
    assert staffed.answer(StaffMember("nobody")) is None


def test_a_name_is_taken_once_however_many_want_it(store: Store) -> None:
    wanted = [KeepMember(Member(name, made_at=NOW), None) for name in ("eve", "Eve", "EVE", "eve")]
    assert sorted(race([lambda each=each: store.answer(each) for each in wanted])) == [False, False, False, True]
    assert len(store.answer(AllStaff(10))) == 1


def test_they_are_listed_in_the_order_of_their_folded_names(staffed: Store) -> None:
    for name in ("Zoe", "anna", "Éva"):
        staffed.answer(KeepMember(Member(name), None))
    assert [member.name for member in staffed.answer(AllStaff(10))] == ["Ada", "anna", "bob", "Zoe", "Éva"]
    assert [member.name for member in staffed.answer(AllStaff(2))] == ["Ada", "anna"]
    assert [member.name for member in staffed.answer(AllStaff(2, "ANNA"))] == ["bob", "Zoe"]


def test_a_change_holds_only_on_top_of_what_was_read(staffed: Store) -> None:
    changed = replace(ADA, full_name="Ada B.", groups=frozenset())
    assert staffed.answer(KeepMember(changed, replace(ADA, email=""))) is False
    assert staffed.answer(StaffMember("ada")) == ADA
    assert staffed.answer(KeepMember(changed, ADA)) is True
    assert staffed.answer(StaffMember("ada")) == changed
    assert staffed.answer(PasswordOf("ada")) == "digest"


def test_of_many_changes_at_once_one_is_first(staffed: Store) -> None:
    wanted = [KeepMember(replace(BOB, full_name=str(number)), BOB) for number in range(6)]
    assert race([lambda each=each: staffed.answer(each) for each in wanted]).count(True) == 1


def test_a_password_is_set_and_taken_away(staffed: Store) -> None:
    assert staffed.answer(PasswordOf("ADA")) == "digest"
    assert staffed.answer(PasswordOf("bob")) is None
    assert staffed.answer(PasswordOf("nobody")) is None
    assert staffed.answer(SetPassword("bob", "other")) is True
    assert staffed.answer(StaffMember("bob")).has_password
    assert staffed.answer(SetPassword("bob", None)) is True
    assert staffed.answer(PasswordOf("bob")) is None
    assert staffed.answer(SetPassword("nobody", "x")) is False


def test_who_administers_and_can_sign_in(staffed: Store) -> None:
    assert staffed.answer(AdministratorsAble()) == ("Ada",)
    staffed.answer(KeepMember(Member("carl", administrator=True), None))
    assert staffed.answer(AdministratorsAble()) == ("Ada",)
    staffed.answer(SetPassword("carl", "x"))
    staffed.answer(KeepMember(Member("dora", administrator=True), None, "x"))
    assert staffed.answer(AdministratorsAble()) == ("Ada", "carl")
    staffed.answer(KeepMember(replace(ADA, active=False), ADA))
    assert staffed.answer(AdministratorsAble()) == ("carl", "dora")


def test_who_may_run_as_whom(staffed: Store) -> None:
    assert staffed.answer(AllowRunning("bob", "group:staff", True)) is True
    assert staffed.answer(AllowRunning("bob", "group:staff", True)) is False
    assert staffed.answer(AllowRunning("bob", "Ada", True)) is True
    assert staffed.answer(RunnersOf("bob")) == ("Ada", "group:staff")
    assert staffed.answer(RunnersOf("Ada")) == ()
    assert staffed.answer(AllowRunning("bob", "Ada", False)) is True
    assert staffed.answer(AllowRunning("bob", "Ada", False)) is False
    assert staffed.answer(RunnersOf("bob")) == ("group:staff",)


# ---- sessions


def begin(store: Store, digest: str = "s-1", user: str = "Ada", at: int = NOW, password: str = "digest") -> bool:
    begun: bool = store.answer(BeginSession(digest, Session(user, at, at), password, idle=100, life=1000))
    return begun


def test_a_session_is_found_until_it_is_ended(staffed: Store) -> None:
    assert begin(staffed)
    assert staffed.answer(SessionOf("s-1")) == Session("Ada", NOW, NOW)
    assert staffed.answer(SessionOf("s-2")) is None
    assert [staffed.answer(EndSession("s-1")) for _ in range(2)] == [True, False]
    assert staffed.answer(SessionOf("s-1")) is None


def test_it_begins_only_with_the_password_that_is_kept(staffed: Store) -> None:
    assert not begin(staffed, password="an older one")
    assert not begin(staffed, user="bob")
    assert not begin(staffed, user="nobody")
    assert staffed.answer(SessionOf("s-1")) is None


def test_it_does_not_begin_for_somebody_who_is_disabled(staffed: Store) -> None:
    staffed.answer(KeepMember(replace(ADA, active=False), ADA))
    assert not begin(staffed)


def test_the_last_use_never_goes_back(staffed: Store) -> None:
    begin(staffed)
    for at in (NOW + 5, NOW + 60, NOW + 30):
        staffed.answer(NoteSession("s-1", at))
    assert staffed.answer(SessionOf("s-1")).used_at == NOW + 60
    staffed.answer(NoteSession("nothing", NOW))


def test_another_password_ends_all_sessions_of_that_person(staffed: Store) -> None:
    staffed.answer(SetPassword("bob", "bob's"))
    assert begin(staffed)
    assert begin(staffed, "s-2")
    assert begin(staffed, "s-3", "bob", password="bob's")
    staffed.answer(SetPassword("Ada", "other"))
    assert [staffed.answer(SessionOf(digest)) is not None for digest in ("s-1", "s-2", "s-3")] == [False, False, True]


def test_so_does_disabling_and_no_other_change(staffed: Store) -> None:
    begin(staffed)
    changed = replace(ADA, full_name="Ada B.")
    staffed.answer(KeepMember(changed, ADA))
    assert staffed.answer(SessionOf("s-1")) is not None
    staffed.answer(KeepMember(replace(changed, active=False), changed))
    assert staffed.answer(SessionOf("s-1")) is None


def test_those_that_have_run_out_are_swept_by_the_next_one_t77(staffed: Store) -> None:
    begin(staffed, "unused", at=NOW)
    begin(staffed, "old", at=NOW)
    for at in range(NOW, NOW + 1000, 50):
        staffed.answer(NoteSession("old", at))
    begin(staffed, "young", at=NOW + 999)
    assert [staffed.answer(SessionOf(it)) is not None for it in ("unused", "old", "young")] == [False, True, True]
    begin(staffed, "last", at=NOW + 1000)
    assert staffed.answer(SessionOf("old")) is None


# ---- the first administrator


def set_up(store: Store, invitation: str = "i-1", name: str = "ada", now: int = NOW) -> bool:
    member = Member(name, administrator=True, has_password=True, made_at=now)
    done: bool = store.answer(SetUp(invitation, now, member, "digest"))
    return done


def test_an_invitation_stands_until_its_end(store: Store) -> None:
    store.answer(KeepInvitation("i-1", NOW, NOW + 10))
    assert store.answer(InvitationStands("i-1", NOW + 9)) is True
    assert store.answer(InvitationStands("i-1", NOW + 10)) is False
    assert store.answer(InvitationStands("i-2", NOW)) is False


def test_there_is_one_first_administrator_however_many_try(store: Store) -> None:
    """F-44"""
    for number in range(4):
        store.answer(KeepInvitation(f"i-{number}", NOW, NOW + 10))
    tries = [(f"i-{number}", f"ada-{number}") for number in range(4)] * 2
    assert race([lambda each=each: set_up(store, *each) for each in tries]).count(True) == 1
    assert len(store.answer(AllStaff(10))) == 1
    assert [store.answer(InvitationStands(f"i-{number}", NOW)) for number in range(4)] == [False] * 4


@pytest.mark.parametrize(("invitation", "name", "now"), [("other", "ada", NOW), ("i-1", "ada", NOW + 10), ("i-1", "BOB", NOW)])
def test_what_cannot_be_done_leaves_all_as_it_was(store: Store, invitation: str, name: str, now: int) -> None:
    store.answer(KeepInvitation("i-1", NOW, NOW + 10))
    store.answer(KeepMember(BOB, None))
    assert not set_up(store, invitation, name, now)
    assert store.answer(AllStaff(10)) == (BOB,)
    assert set_up(store)


def test_whoever_administers_already_makes_invitations_worthless(store: Store) -> None:
    store.answer(KeepInvitation("i-1", NOW, NOW + 10))
    store.answer(KeepMember(ADA, None, "digest"))
    assert not set_up(store, name="eve")


def test_invitations_that_have_run_out_are_swept_t77(store: Store) -> None:
    store.answer(KeepInvitation("i-1", NOW, NOW + 10))
    store.answer(KeepInvitation("i-2", NOW + 10, NOW + 20))
    assert store.answer(InvitationStands("i-1", NOW)) is False


def test_nothing_shows_what_proves_a_session_or_an_invitation() -> None:
    """T-66"""
    secret = "0123abcd"
    questions = [
        BeginSession(secret, Session("ada", NOW, NOW), secret),
        SessionOf(secret),
        NoteSession(secret, NOW),
        EndSession(secret),
        KeepInvitation(secret, NOW, NOW),
        InvitationStands(secret, NOW),
        SetUp(secret, NOW, ADA, secret),
        SetPassword("ada", secret),
    ]
    assert secret not in repr(questions)
