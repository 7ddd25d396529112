"""What our pages do, with every question answered by hand. Forms and dances have files of their own."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, parse_qsl, quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.links import AccessToken, Decision, Level, digest_of
from applinks.people import FindPerson, Person
from applinks.web.answers import AFTER_SIGN_IN
from applinks.web.consent import MOST_NAMES
from applinks.web.visit import AUTHORIZE, END, GRANTS, START, STATIC
from applinks.wire.messages import Response
from in_memory import NOW, InMemory, link_to
from web.dom import Dom
from web.hostile import MARKUP
from web.visitor import (
    CALLBACK,
    EXPIRED,
    FORGED,
    TOKEN,
    UNKNOWN,
    USED,
    Visitor,
    allowed,
    at,
    danced,
    form_of,
    heading,
    in_one_browser,
    outcome,
    records,
    start_of,
    wish,
)

OVER = {"unknown": (404, UNKNOWN), "used": (409, USED), "expired": (410, EXPIRED)}
SHOWN = [AUTHORIZE, GRANTS, START, END]


# ---- who is not signed in


@pytest.mark.parametrize("path", SHOWN)
@pytest.mark.parametrize(
    "query", ["", "oauth_token=a&x=%2F%3F", "next=//evil.example&next=x", "a=b#c", "%0d%0aLocation:x", "a=\xff{0}"]
)
def test_who_is_not_signed_in_signs_in_and_comes_back_with_the_query(wiki, path, query):
    """T-42: one parameter of the sign-in's address holds all of it."""
    answer = Visitor(wiki, None).get(path, query)
    address, _, back = (answer.header("location") or "").partition("?next=")
    assert (answer.status, address) == (303, "/login")
    query = "&".join(filter(None, [query, AFTER_SIGN_IN])) if path == START else query
    wanted = f"/base{path}?{query}" if query else f"/base{path}"
    assert parse_qs(f"next={back}", strict_parsing=True)["next"] == [wanted]
    assert back.isascii()
    assert "&" not in back


def test_where_the_host_has_no_sign_in_they_are_told(wiki):
    answer = Visitor(wiki, None, sign_in=None).get(GRANTS)
    assert outcome(answer) == (401, "Sign in first")


@pytest.mark.parametrize("path", [AUTHORIZE, GRANTS])
def test_a_form_of_nobody_changes_nothing_and_does_not_come_back(alice, tracker, path):
    """T-40: what was in it is lost."""
    fields = form_of(alice, "allow")[1] | {"revoke": "x"}
    before = records(tracker)
    answer = Visitor(tracker, None, cookies=alice.cookies).post(path, fields)
    assert (answer.status, answer.header("location")) == (303, "/login?next=%2F")
    assert records(tracker) == before


# ---- consent


def test_consent_is_shown_with_who_asks_for_how_long_and_where_one_returns(alice):
    text = Dom(alice.get(AUTHORIZE, {"oauth_token": TOKEN}).body.decode()).text
    for told in (
        "Let Wiki act as you?",
        "https://wiki.example.com",
        alice.application.link("Wiki").incoming.consumer_key,
        "You are Alice Adams (alice)",
        "You return to wiki.example.com.",
        "for 5 years, until 13 February 2032",
    ):
        assert told in text


def test_who_allows_goes_back_with_token_and_verifier(alice, tracker):
    """T-15, T-42: to the callback of the signed request, its own query kept."""
    answer = alice.press(alice.get(AUTHORIZE, {"oauth_token": TOKEN}), "decision", "allow")
    callback, _, query = (answer.header("location") or "").partition("&")
    said = dict(parse_qsl(query))
    decided = tracker.request_tokens[digest_of(TOKEN)]
    assert (answer.status, callback) == (303, CALLBACK)
    assert said["oauth_token"] == TOKEN
    assert (decided.decision, decided.user, decided.verifier) == (Decision.ALLOWED, "alice", digest_of(said["oauth_verifier"]))
    assert len(said["oauth_verifier"]) == 22
    assert tracker.outcomes("consent") == ["allowed"]


def test_who_denies_goes_back_with_a_refusal(alice, tracker):
    answer = alice.press(alice.get(AUTHORIZE, {"oauth_token": TOKEN}), "decision", "deny")
    assert answer.header("location") == f"{CALLBACK}&oauth_token={TOKEN}&oauth_verifier=denied"
    assert tracker.request_tokens[digest_of(TOKEN)].decision is Decision.DENIED
    assert tracker.outcomes("consent") == ["denied"]


@pytest.mark.parametrize("first", ["allow", "deny"])
@pytest.mark.parametrize("second", ["allow", "deny"])
@pytest.mark.parametrize("by", ["alice", "bob"])
def test_a_wish_is_decided_once(alice, tracker, first, second, by):
    """T-16: by the first of all who look at it."""
    other = alice if by == "alice" else at(tracker, by)
    page = other.get(AUTHORIZE, {"oauth_token": TOKEN})
    alice.press(alice.get(AUTHORIZE, {"oauth_token": TOKEN}), "decision", first)
    before = records(tracker)
    assert outcome(other.press(page, "decision", second)) == (409, USED)
    assert outcome(other.get(AUTHORIZE, {"oauth_token": TOKEN})) == (409, USED)
    assert records(tracker) == before
    assert len(tracker.outcomes("consent")) == 1


@pytest.mark.parametrize("decision", ["allow", "deny"])
def test_where_there_is_no_callback_the_code_is_shown_or_the_refusal_confirmed(alice, tracker, wiki, decision):
    """T-18: the code is the one that was kept, and stands in no address."""
    wish(tracker, wiki.identity.id, "oob", callback=None)
    answer = alice.press(alice.get(AUTHORIZE, {"oauth_token": "oob"}), "decision", decision)
    if decision == "deny":
        assert outcome(answer) == (200, "You said no")
    else:
        assert outcome(answer) == (200, "Your code for Wiki")
        code = next(piece for piece in Dom(answer.body.decode()).pieces if len(piece) == 22 and " " not in piece)
        assert digest_of(code) == tracker.request_tokens[digest_of("oob")].verifier


def unknown(tracker, wiki):
    tracker.request_tokens.clear()


def expired(tracker, wiki):
    wish(tracker, wiki.identity.id, until=int(NOW) - 1)


def used(tracker, wiki):
    wish(tracker, wiki.identity.id, decision=Decision.ALLOWED, user="bob")


def link_deleted(tracker, wiki):
    del tracker.links[wiki.identity.id]


def link_at_level(level):
    def change(tracker, wiki):
        link = tracker.link("Wiki")
        tracker.save(replace(link, incoming=replace(link.incoming, level=level)))

    return change


@pytest.mark.parametrize(
    ("happens", "state"),
    [(unknown, "unknown"), (expired, "expired"), (used, "used"), (link_deleted, "unknown")]
    + [(link_at_level(level), "unknown") for level in (Level.DISABLED, Level.TRUSTED, Level.BASIC)],
)
def test_a_wish_that_no_longer_stands_is_neither_shown_nor_decided(alice, tracker, wiki, happens, state):
    """T-15, T-16."""
    page = alice.get(AUTHORIZE, {"oauth_token": TOKEN})
    happens(tracker, wiki)
    before = records(tracker)
    assert outcome(alice.get(AUTHORIZE, {"oauth_token": TOKEN})) == OVER[state]
    assert outcome(alice.press(page, "decision", "allow")) == OVER[state]
    assert records(tracker) == before
    assert tracker.entries == []


@pytest.mark.parametrize("decision", ["", "Allow", "allow ", "yes", "true", "1", "allowdeny"])
def test_nothing_but_the_two_words_decides(alice, tracker, decision):
    before = records(tracker)
    assert outcome(alice.post(AUTHORIZE, form_of(alice, "allow")[1] | {"decision": decision})) == (403, FORGED)
    assert records(tracker) == before


@pytest.mark.parametrize(
    "name", ["oauth_callback", "callback", "redirect_uri", "return_to", "next", "oauth_verifier", "user_id"]
)
def test_the_callback_comes_from_the_signed_request_and_from_nowhere_else(alice, name):
    """T-42, T-16: neither address nor form has a say in where one goes, nor in the verifier."""
    evil = {name: "https://evil.example/"}
    page = alice.get(AUTHORIZE, {"oauth_token": TOKEN, **evil})
    assert "evil.example" not in page.body.decode()
    assert "evil.example" not in (page.header("content-security-policy") or "")
    answer = alice.press(page, "decision", "allow", **evil)
    assert (answer.header("location") or "").startswith(f"{CALLBACK}&oauth_token={TOKEN}&oauth_verifier=")
    assert "evil" not in (answer.header("location") or "")


@pytest.mark.parametrize("callback", ["https://xn--zzzz/", "http://[1:2]/", "http://a..b/", f"http://{'a' * 64}.example/"])
def test_a_callback_that_no_browser_could_go_to_is_asked_for_nobody(alice, tracker, wiki, callback):
    """T-48: the page could not say where it leads. Such addresses pass the wire, which looks at letters only."""
    wish(tracker, wiki.identity.id, "odd", callback=callback)
    assert outcome(alice.get(AUTHORIZE, {"oauth_token": "odd"})) == (404, UNKNOWN)


# ---- what has been allowed


@pytest.fixture
def many(tracker: InMemory, wiki: InMemory) -> InMemory:
    """Alice has allowed two applications, bob and somebody who has gone since one each."""
    front = InMemory("Front")
    tracker.save(link_to(front))
    tracker.people["bob"] = Person("bob", "Bob Brown")
    for user, link, grant in (
        ("alice", wiki, "a-wiki"), ("alice", front, "a-front"), ("bob", wiki, "b-wiki"), ("gone", wiki, "g-wiki")
    ):  # fmt: skip
        allowed(tracker, link.identity.id, user, grant)
    return tracker


def buttons(answer: Response) -> set[str | None]:
    return {value for _, value in Dom(answer.body.decode()).buttons()}


def test_people_see_what_they_have_allowed_and_nothing_of_others(many):
    """T-53."""
    assert buttons(at(many, "alice").get(GRANTS)) == {"a-wiki", "a-front"}
    page = at(many, "bob").get(GRANTS)
    assert buttons(page) == {"b-wiki"}
    assert "alice" not in page.body.decode()
    assert "Front" not in page.body.decode()


def test_administrators_see_what_everybody_has_allowed_by_full_name_where_there_is_one(many):
    """T-50, T-53."""
    page = at(many, "root").get(GRANTS)
    text = Dom(page.body.decode()).text
    assert buttons(page) == {"a-wiki", "a-front", "b-wiki", "g-wiki"}
    assert "Alice Adams (alice) Wiki" in text
    assert "Bob Brown (bob) Wiki" in text
    assert "gone Wiki" in text


def test_each_name_is_looked_up_once_and_ones_own_not_at_all(many, wiki):
    allowed(many, wiki.identity.id, "root", "r-wiki")
    many.asked.clear()
    at(many, "root").get(GRANTS)
    asked = [question.name for question in many.asked if isinstance(question, FindPerson)]
    assert sorted(asked) == ["alice", "bob", "gone"]
    many.asked.clear()
    at(many, "alice").get(GRANTS)
    assert "FindPerson" not in many.kinds()


def test_a_long_list_does_not_ask_the_directory_for_ever(many, wiki):
    for number in range(2 * MOST_NAMES):
        allowed(many, wiki.identity.id, f"user-{number}", f"grant-{number}")
    many.asked.clear()
    page = at(many, "root").get(GRANTS)
    assert many.kinds().count("FindPerson") == MOST_NAMES
    assert len(buttons(page)) == 2 * MOST_NAMES + 4


def revoke(visitor: Visitor, grant: str) -> Response:
    fields = Dom(visitor.get(GRANTS).body.decode()).fields()
    if not fields:  # a page without a row has no form; its token is one of this browser all the same
        allowed(visitor.application, visitor.application.link("Wiki").id, visitor.person.name, "own")
        fields = Dom(visitor.get(GRANTS).body.decode()).fields()
    return visitor.post(GRANTS, {**fields, "revoke": grant})


@pytest.mark.parametrize(("name", "grant"), [("alice", "a-wiki"), ("bob", "b-wiki"), ("root", "a-wiki"), ("root", "g-wiki")])
def test_a_grant_is_revoked_by_its_person_or_an_administrator(many, name, grant):
    """T-50."""
    answer = revoke(at(many, name), grant)
    assert (answer.status, answer.header("location")) == (303, f"{GRANTS}?done=revoked")
    assert grant not in many.grants
    (entry,) = [entry for entry in many.entries if entry.kind == "grant revoked"]
    assert (entry.actor, entry.link) == (name, "Wiki")


@pytest.mark.parametrize(
    ("name", "grant"), [("alice", "b-wiki"), ("bob", "a-wiki"), ("deployment", "a-wiki"), ("alice", "none")]
)
def test_others_learn_nothing_and_change_nothing(many, name, grant):
    """T-50, T-53: a grant of somebody else and one that never was are answered alike."""
    before = records(many)
    answer = revoke(at(many, name), grant)
    many.grants.pop("own", None)
    assert (answer.status, answer.header("location")) == (303, f"{GRANTS}?done=gone")
    assert records(many) == before
    assert many.outcomes("grant revoked") == []


def test_a_consent_that_we_hold_is_forgotten_by_its_person_only(wiki, tracker):
    """T-53: there is no way to name somebody else's."""
    link = wiki.link("Tracker")
    for user in ("alice", "bob"):
        wiki.tokens[link.id, user] = AccessToken(link.id, user, f"token of {user}", "secret", int(NOW))
    alice = at(wiki, "alice")
    page = alice.get(GRANTS)
    assert "tracker.example.com" in Dom(page.body.decode()).text
    assert Dom(page.body.decode()).buttons() == [("forget", link.id)]
    answer = alice.press(page, "forget", link.id, user="bob")
    assert answer.header("location") == f"/base{GRANTS}?done=forgotten"
    assert [user for _, user in wiki.tokens] == ["bob"]
    again = alice.press(page, "forget", link.id)
    assert again.header("location") == f"/base{GRANTS}?done=gone"


@pytest.mark.parametrize("fields", [{}, {"revoke": ""}, {"forget": ""}, {"forget": "no-such-link"}])
def test_a_form_that_ends_nothing_says_so(many, fields):
    alice = at(many, "alice")
    token = Dom(alice.get(GRANTS).body.decode()).fields()
    before = records(many)
    assert alice.post(GRANTS, {**token, **fields}).header("location") == f"{GRANTS}?done=gone"
    assert records(many) == before


def test_what_was_done_is_told_once_one_is_back(many):
    assert heading(at(many, "alice").get(GRANTS, "done=revoked")) == "Revoked – What I have allowed"
    for odd in ("done=<b>", "done=revoked&done=revoked", "done=REVOKED"):
        assert heading(at(many, "alice").get(GRANTS, odd)) == "What I have allowed"


# ---- headers


def every_answer(tracker, wiki):
    """One of each kind: pages, notices, redirects, refusals."""
    alice, stranger = at(tracker, "alice"), Visitor(tracker, None)
    wish(tracker, wiki.identity.id)
    wish(tracker, wiki.identity.id, "oob", callback=None)
    allowed(tracker, wiki.identity.id, "alice", "grant")
    consent = alice.get(AUTHORIZE, {"oauth_token": TOKEN})
    grants = alice.get(GRANTS)
    return {
        "consent": consent,
        "grants": grants,
        "allowed": alice.press(consent, "decision", "allow"),
        "used": alice.press(consent, "decision", "allow"),
        "code": alice.press(alice.get(AUTHORIZE, {"oauth_token": "oob"}), "decision", "allow"),
        "revoked": alice.press(grants, "revoke", "grant"),
        "forged": alice.post(GRANTS, {}),
        "unknown": alice.get(AUTHORIZE),
        "sign in": stranger.get(GRANTS),
        "told to sign in": Visitor(tracker, None, sign_in=None).get(GRANTS),
        "not found": alice.get("/plugins/servlet/x"),
        "method": alice.ask("PUT", GRANTS),
        "no sheet": alice.get(f"{STATIC}/x"),
        "not yours": alice.get(START),
        "no dance": alice.get(END),
        "started": at(wiki, "alice").open(start_of(wiki, "alice")),
        "ended": in_one_browser(wiki, "alice").open(danced(wiki, tracker, "/base/x")),
        "done": in_one_browser(wiki, "alice").open(danced(wiki, tracker)),
    }


def test_every_answer_has_the_safe_headers(tracker, wiki):
    """T-41, T-49: pages and redirects."""
    answers = every_answer(tracker, wiki)
    assert {answer.status for answer in answers.values()} == {200, 303, 401, 403, 404, 405, 409}
    for name, answer in answers.items():
        assert answer.header("cache-control") == "no-store", name
        assert answer.header("referrer-policy") == "no-referrer", name
        assert answer.header("x-content-type-options") == "nosniff", name
        assert "frame-ancestors 'none'" in (answer.header("content-security-policy") or ""), name
        assert "default-src 'none'" in (answer.header("content-security-policy") or ""), name
        names = [header for header, _ in answer.headers]
        assert len(set(names)) == len(names), name
        if (answer.header("content-type") or "").startswith("text/html"):
            assert answer.header("x-frame-options") == "DENY", name


def test_only_the_consent_page_lets_a_form_lead_elsewhere(tracker, wiki):
    """T-42: to the callback's origin, since browsers hold a redirect after a form against the page."""
    for name, answer in every_answer(tracker, wiki).items():
        policy = answer.header("content-security-policy") or ""
        assert ("https://wiki.example.com" in policy) is (name == "consent"), name


def test_no_token_or_verifier_stands_in_a_page_of_ours_twice_or_in_an_address(tracker, wiki):
    """T-49: but in the redirect to the callback, and in the form."""
    answers = every_answer(tracker, wiki)
    for name in ("consent", "grants", "code", "used", "forged"):
        dom = Dom(answers[name].body.decode())
        assert not any("oauth_" in (address or "") or "form_token" in (address or "") for address in dom.links())


def test_addresses_on_every_page_carry_the_path_of_ours(wiki, tracker):
    """T-03"""
    wiki.tokens[tracker.identity.id, "alice"] = AccessToken(tracker.identity.id, "alice", "t", "s", int(NOW))
    alice = replace(at(wiki, "alice"), sign_out="/base/logout")
    dom = Dom(alice.get(GRANTS).body.decode())
    ours = [*dom.links(), *(sheet["href"] for sheet in dom.all("link")), *(found["action"] for found in dom.all("form"))]
    assert all((address or "").startswith(("/base/", "#", "https://tracker.example.com")) for address in ours)


# ---- what others wrote


def sights_named(text: str) -> list[list[object]]:
    """The pages of two applications in which everything that has a name is called so."""
    tracker = InMemory("Tracker", people=(Person(text, text), Person("root", text, administrator=True)))
    tracker.identity = replace(tracker.identity, name=text)
    front = InMemory("Front")
    link = replace(link_to(front), name=text)
    tracker.save(replace(link, incoming=replace(link.incoming, consumer_key=text)))
    wish(tracker, link.id)
    wish(tracker, link.id, "oob", callback=None)
    allowed(tracker, link.id, text, "grant")
    tracker.tokens[link.id, text] = AccessToken(link.id, text, "token", "secret", int(NOW))
    visitor, root = at(tracker, text), at(tracker, "root")
    pages = [
        visitor.get(AUTHORIZE, {"oauth_token": TOKEN}),
        visitor.press(visitor.get(AUTHORIZE, {"oauth_token": "oob"}), "decision", "allow"),
        visitor.get(GRANTS),
        root.get(GRANTS),
        visitor.get(AUTHORIZE, {"oauth_token": text}),
        visitor.get(START, {"applicationLinkID": text, "for": text, "return_to": text}),
        visitor.get(END, {"state": text, "oauth_token": text, "oauth_verifier": text}),
        visitor.get(GRANTS, {"done": text}),
        visitor.post(GRANTS, {"form_token": text}),
    ]
    return [list(Dom(page.body.decode()).skeleton()) for page in pages]


@pytest.fixture(scope="module")
def plain() -> list[list[object]]:
    return sights_named("plain")


@pytest.mark.parametrize("payload", [payload for payload in MARKUP if payload.isprintable()])
def test_no_name_of_anything_adds_to_a_page(plain, payload):
    """T-46: products, links, consumer keys, people, and what stands in addresses and forms."""
    assert sights_named(payload) == plain


@given(st.text(max_size=60), st.sampled_from(SHOWN), st.sampled_from(["GET", "POST"]))
def test_whatever_is_asked_there_is_an_answer(text, path, method):
    """T-73: no query and no form makes a page fail."""
    tracker = InMemory("Tracker")
    alice = at(tracker, "alice")
    target = f"{path}?{quote(text, errors='surrogatepass')}"
    body = text.encode("utf-8", "surrogatepass")
    for asked in (target, f"{path}?{text}"):
        answer = alice.ask(method, asked, {"content-type": "application/x-www-form-urlencoded", "cookie": text}, body)
        assert answer.status in {200, 303, 403, 404, 405}
