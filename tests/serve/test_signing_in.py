"""Signing in and out, and a new password for oneself, as browsers see it."""

from __future__ import annotations

import pytest

from applinks.incoming.replay import TRIES
from applinks.people import SignIn
from applinks.serve import signing_in
from applinks.serve.signing_in import PASSWORD as OWN
from applinks.serve.signing_in import SIGN_IN, SIGN_OUT
from serve.browsing import PASSWORD, SENT, heading, said


def session_of(browser):
    return {name: value for name, value in browser.cookies.items() if "session" in name}


def test_whoever_is_nobody_yet_is_led_to_the_form_and_back(somebody):
    assert somebody.get("/password").headers["location"] == "/sign-in?next=%2Fpassword"
    answer = somebody.sign_in("bob", path="/sign-in?next=%2Fpassword")
    assert (answer.status_code, answer.headers["location"]) == (303, "/password")
    assert heading(somebody.get("/password")) == "My password"


@pytest.mark.parametrize("way", ["https://evil.example.com/", "//evil.example.com", "/\\evil", "javascript:alert(1)", ""])
def test_the_way_back_is_a_path_of_ours(somebody, way):
    """T-42"""
    somebody.get(SIGN_IN)
    assert somebody.send(SIGN_IN, name="bob", password=PASSWORD, next=way).headers["location"] == "/"


def test_a_session_is_kept_where_no_script_and_no_other_site_gets_it(somebody):
    """S-06"""
    answer = somebody.sign_in("bob")
    (line,) = [line for line in answer.headers.get_list("set-cookie") if "session" in line]
    name, value = line.partition(";")[0].split("=")
    assert name.startswith("applinks-session-")
    assert len(value) == 43
    assert line.partition("; ")[2] == "Path=/; HttpOnly; SameSite=Lax"


def test_over_https_it_is_for_this_host_alone(make):
    """S-06"""
    browser = make("https://scripts.example.com").browser()
    (line,) = [line for line in browser.sign_in("bob").headers.get_list("set-cookie") if "session" in line]
    assert line.startswith("__Host-applinks-session-")
    assert line.endswith("Path=/; HttpOnly; SameSite=Lax; Secure")


@pytest.mark.parametrize(("name", "password"), [("bob", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_what_is_wrong_is_said_in_one_way(somebody, name, password):
    """T-28"""
    answer = somebody.sign_in(name, password)
    assert (answer.status_code, heading(answer)) == (403, "Not signed in – Sign in")
    assert "Name or password is wrong." in said(answer)
    assert PASSWORD not in answer.text
    assert not session_of(somebody)


def test_after_too_many_tries_nobody_is_let_in(somebody):
    """S-21"""
    for _ in range(TRIES):
        somebody.sign_in("bob", "wrong")
    answer = somebody.sign_in("bob")
    assert answer.status_code == 429
    assert "Wait a quarter of an hour" in said(answer)


def test_so_many_passwords_are_looked_at_at_once_and_no_more(somebody, monkeypatch):
    """T-75"""
    for _ in range(signing_in.AT_ONCE):
        assert signing_in._looking.acquire(blocking=False)
    try:
        assert somebody.sign_in("bob").status_code == 503
    finally:
        for _ in range(signing_in.AT_ONCE):
            signing_in._looking.release()
    assert somebody.sign_in("bob").status_code == 303


def test_a_try_that_breaks_off_leaves_its_place(somebody, standing, monkeypatch):
    def broken(*_):
        raise OSError("broken")
        yield

    monkeypatch.setattr(signing_in.sessions, "sign_in", broken)
    for _ in range(signing_in.AT_ONCE + 1):
        with pytest.raises(OSError, match="broken"):
            somebody.sign_in("bob")
    monkeypatch.undo()
    assert somebody.sign_in("bob").status_code == 303


@pytest.mark.parametrize("change", [{"form_token": "x"}, {"form_token": ""}])
def test_a_form_of_somebody_else_signs_nobody_in(somebody, change):
    """T-40: else a stranger could sign a person in as the stranger."""
    somebody.get(SIGN_IN)
    answer = somebody.send(SIGN_IN, name="bob", password=PASSWORD, **change)
    assert (answer.status_code, heading(answer)) == (403, "Please try that again")
    assert not session_of(somebody)


def test_nor_does_one_from_another_site(somebody, monkeypatch):
    """T-40"""
    monkeypatch.setitem(SENT, "sec-fetch-site", "cross-site")
    assert somebody.sign_in("bob").status_code == 403


def test_whoever_is_signed_in_needs_no_form(bob):
    assert bob.get("/sign-in?next=/password").headers["location"] == "/password"


def test_signing_in_ends_the_session_that_was_there(somebody, standing):
    """T-15, C-38: a session that somebody else may know is handed on to nobody."""
    somebody.sign_in("bob")
    planted = dict(somebody.cookies)
    form = standing.browser()
    form.get(SIGN_IN)
    form.cookies |= session_of(somebody)
    thief = standing.browser()
    thief.cookies = planted
    assert thief.get("/").status_code == 200
    somebody.get(SIGN_OUT)
    somebody.send(SIGN_OUT)
    assert thief.get("/").status_code == 303


def test_signing_out_is_asked_for_and_ends_the_session_in_the_store(bob, standing):
    """C-73"""
    kept = dict(bob.cookies)
    page = bob.get(SIGN_OUT)
    assert "You are Bob (bob)" in said(page)
    assert bob.get("/").status_code == 200, "to look at the page ends nothing"
    bob.get(SIGN_OUT)
    answer = bob.send(SIGN_OUT)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert not session_of(bob)
    bob.cookies = kept
    assert bob.get("/").status_code == 303


def test_somebody_disabled_is_out_with_the_next_request(bob, standing):
    """T-21"""
    standing.records.disable_member("bob", by="ada")
    assert bob.get("/").status_code == 303
    assert bob.sign_in("bob").status_code == 403


# ---- a new password


def new_password(browser, old=PASSWORD, new=f"{PASSWORD}!", again=None):
    browser.get(OWN)
    return browser.send(OWN, old=old, password=new, again=new if again is None else again)


def test_a_new_password_is_set_and_all_sessions_end(bob, standing):
    other = standing.browser()
    other.sign_in("bob")
    answer = new_password(bob)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?done=password")
    assert "Your password is changed." in said(bob.get("/sign-in?done=password"))
    assert other.get("/").status_code == bob.get("/").status_code == 303
    assert standing.records.answer(SignIn("bob", f"{PASSWORD}!")) is not None
    entry = standing.records.audit(1)[0].entry
    assert (entry.kind, entry.subject, entry.actor) == ("password set", "bob", "bob")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"old": "wrong"}, "The old password is not yours."),
        ({"old": ""}, "The old password is not yours."),
        ({"new": "short"}, "A password has 12 to 200 letters."),
        ({"again": "another one altogether"}, "The two new passwords differ."),
    ],
    ids=str,
)
def test_what_is_wrong_changes_nothing(bob, standing, words, told):
    answer = new_password(bob, **words)
    assert answer.status_code == 400
    assert told in said(answer)
    assert PASSWORD not in answer.text
    assert standing.records.answer(SignIn("bob", PASSWORD)) is not None
    assert bob.get("/").status_code == 200


def test_the_old_one_cannot_be_guessed_at_a_browser_that_was_left_open(bob):
    """S-21"""
    for _ in range(TRIES):
        new_password(bob, old="wrong")
    assert "Too many passwords were tried." in said(new_password(bob))
