"""The people whom an application keeps itself, as administrators see and change them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from applinks import AppLinks, Person
from applinks.errors import StoreUnavailable
from applinks.people import AllStaff, KeepMember, SignIn, Staff, StaffMember
from applinks.web.administration import staff
from applinks.web.administration.staff import ADD
from applinks.web.visit import STAFF
from web.dom import Dom
from web.visitor import CONFIRM, Visitor, followed, heading, outcome, said_by

PASSWORD = "correct horse battery"
pytestmark = pytest.mark.usefixtures("cheap_passwords")


@pytest.fixture
def us() -> Iterator[AppLinks]:
    with AppLinks("sqlite://", url="https://scripts.example.com", people=Staff()) as made:
        made.add_member("ada", password=PASSWORD, administrator=True, by="ops")
        yield made


@pytest.fixture
def ada(us: AppLinks) -> Visitor:
    """Having confirmed that it is she."""
    visitor = Visitor(us, Person("ada", administrator=True))
    page = visitor.get(CONFIRM)
    assert visitor.post(CONFIRM, {**Dom(page.body.decode()).fields(), "password": PASSWORD}).status == 303
    return visitor


def of(name: str, what: str = "change") -> str:
    return f"{STAFF}/of/{name}/{what}"


def filled(ada: Visitor, path: str, **said: str):
    page = Dom(ada.get(path).body.decode())
    return ada.post(path, {**page.filled(), **said})


def test_they_are_listed_with_what_they_are(us, ada):
    us.add_member("bob", full_name="Bob Brown", groups=["b", "a"], by="ada")
    us.disable_member("bob", by="ada")
    page = ada.get(STAFF)
    assert heading(page) == "People"
    text = said_by(page)
    assert "ada administrator" in text
    assert "bob disabled no password Bob Brown" in text
    assert "a, b" in text


def test_many_are_shown_some_at_a_time(us, ada, monkeypatch):
    monkeypatch.setattr(staff, "AT_ONCE", 2)
    for name in ("bob", "carol"):
        us.add_member(name, by="ada")
    first = ada.get(STAFF)
    assert "carol" not in said_by(first)
    (more,) = [link for link in Dom(first.body.decode()).links() if "after=" in link]
    second = ada.get(more)
    assert "carol" in said_by(second)
    assert "bob" not in said_by(second)
    assert STAFF in Dom(second.body.decode()).links()


def test_somebody_is_added_who_can_sign_in(us, ada):
    answer = filled(ada, ADD, name="bob", groups="staff\r\n\r\n release ", password=PASSWORD, again=PASSWORD)
    assert "Added." in said_by(followed(ada, answer))
    member = us.member("bob")
    assert (member.groups, member.language, member.administrator) == ({"staff", "release"}, "en", False)
    assert us.answer(SignIn("bob", PASSWORD)) is not None
    assert us.audit(1)[0].entry.actor == "ada"


def test_without_a_password_they_are_added_all_the_same(us, ada):
    filled(ada, ADD, name="deployment")
    assert not us.member("deployment").has_password


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"name": ""}, "The name is ''."),
        ({"name": "ADA"}, "called 'ADA' already"),
        ({"name": "bob", "password": PASSWORD}, "The two passwords differ."),
        ({"name": "bob", "password": "short", "again": "short"}, "12 to 200 letters"),
        ({"name": "bob", "language": "in German"}, "is no language"),
    ],
    ids=str,
)
def test_what_cannot_be_added_is_not_and_what_was_said_stays(us, ada, said, words):
    answer = filled(ada, ADD, email="bob@example.com", **said)
    assert answer.status == 400
    assert words in said_by(answer)
    assert "bob@example.com" in answer.body.decode()
    assert PASSWORD not in answer.body.decode()
    assert len(us.staff()) == 1


def test_all_that_a_form_says_is_changed_each_on_record(us, ada):
    us.add_member("deployment", administrator=True, by="ada")
    us.add_member("bob", by="ada")
    us.allow_run_as("deployment", "bob", by="ada")
    page = ada.get(of("deployment"))
    assert "checked" in page.body.decode()
    fields = {**Dom(page.body.decode()).filled(), "full_name": "Deployment", "runners": "ada\r\ngroup:releasers"}
    for box in ("administrator", "active"):
        fields.pop(box)
    assert ada.post(of("deployment"), fields).status == 303
    member = us.member("deployment")
    assert (member.full_name, member.administrator, member.active) == ("Deployment", False, False)
    assert us.runners_of("deployment") == ("ada", "group:releasers")
    kinds = [record.entry.kind for record in us.audit(5)]
    assert sorted(kinds) == ["person changed", "person disabled", "run_as allowed", "run_as allowed", "run_as forbidden"]


def test_a_form_as_it_stands_changes_nothing(us, ada):
    us.add_member("bob", by="ada")
    before = len(us.audit(100))
    assert filled(ada, of("bob")).status == 303
    assert len(us.audit(100)) == before


def test_what_cannot_be_changed_says_why_and_keeps_what_was_said(us, ada):
    fields = {**Dom(ada.get(of("ada")).body.decode()).filled(), "full_name": "Ada A."}
    fields.pop("administrator")
    answer = ada.post(of("ada"), fields)
    assert answer.status == 400
    assert "only administrator who can sign in" in said_by(answer)
    assert "Ada A." in answer.body.decode()
    assert us.member("ada").administrator


def test_a_runner_who_is_nobody_is_said_to_be(us, ada):
    us.add_member("deployment", by="ada")
    assert "nobody called 'eve'" in said_by(filled(ada, of("deployment"), runners="eve"))


def test_a_password_is_set(us, ada):
    us.add_member("bob", by="ada")
    answer = filled(ada, of("bob", "password"), password=PASSWORD, again=PASSWORD)
    assert "The password is set." in said_by(followed(ada, answer))
    assert us.answer(SignIn("bob", PASSWORD)) is not None


def test_an_empty_field_takes_no_password_away(us, ada):
    answer = filled(ada, of("ada", "password"))
    assert answer.status == 400
    assert us.member("ada").has_password


@pytest.mark.parametrize("what", ["change", "password"])
def test_of_nobody_there_is_no_page(ada, what):
    assert outcome(ada.get(of("nobody", what))) == (404, "There is no such page")


def test_a_name_with_odd_letters_has_its_page(us, ada):
    us.add_member("dom/üb & co", by="ada")
    (way,) = [link for link in Dom(ada.get(STAFF).body.decode()).links() if "co/change" in link]
    assert heading(ada.get(way)) == "Change dom/üb & co"


@pytest.mark.parametrize("question", [AllStaff, StaffMember, KeepMember])
def test_if_the_store_fails_the_page_says_so(us, ada, question):
    us.add_member("bob", by="ada")
    page = Dom(ada.get(of("bob")).body.decode()).filled()

    def fails(_):
        raise StoreUnavailable("The database of the links failed.")

    us._answers[question] = fails
    answer = ada.get(STAFF) if question is AllStaff else ada.post(of("bob"), {**page, "full_name": "B."})
    assert answer.status == 503
