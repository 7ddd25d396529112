"""A form is heard if it was made by one of our pages, for this person, in this browser; and nothing else changes anything."""

from __future__ import annotations

import timeit
from itertools import product
from string import ascii_lowercase
from urllib.parse import urlencode

import pytest

from applinks.web import STATIC as SHEETS
from applinks.web.pages import PAGES, Who
from applinks.web.visit import AUTHORIZE, GRANTS, LONGEST_FORM, STATIC, _fields
from applinks.wire.encoding import parse_form
from applinks.wire.messages import Response
from in_memory import InMemory
from web.dom import Dom
from web.hostile import MARKUP
from web.visitor import (
    FORGED,
    SENT_BY_A_PAGE,
    TOKEN,
    UNKNOWN,
    Visitor,
    allowed,
    at,
    form_of,
    outcome,
    records,
    wish,
)

# ---- forms


FORMS = ["allow", "deny", "revoke", "forget"]
FOREIGN = "https://evil.example"


@pytest.mark.parametrize("kind", FORMS)
@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "same-origin", "origin": "null"},
        {"sec-fetch-site": "same-origin", "origin": "https://tracker.example.com"},
        {"origin": "https://tracker.example.com"},
        {"origin": "null"},
        {},
    ],
    ids=str,
)
def test_a_form_of_ours_is_heard(alice, tracker, kind, headers):
    """T-40: browsers without Sec-Fetch, and plain http, included; otherwise the refusals below would prove nothing."""
    path, fields = form_of(alice, kind)
    before = records(tracker)
    assert alice.post(path, fields, headers).status == 303
    assert records(tracker) != before


SITES = [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "cross-site", "origin": "https://tracker.example.com"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "same-site", "origin": "https://tracker.example.com"},
    {"sec-fetch-site": "none"},
    {"sec-fetch-site": ""},
    {"sec-fetch-site": "Same-Origin"},
    {"sec-fetch-site": "same-origin, cross-site"},
    {"origin": FOREIGN},
    {"origin": "https://tracker.example.com.evil.example"},
    {"origin": "http://tracker.example.com"},
    {"origin": "https://tracker.example.com:8443"},
    {"origin": "https://other.example.com"},
    {"origin": ""},
    {"origin": "null, https://tracker.example.com"},
    {"origin": FOREIGN, "x-atlassian-token": "no-check"},
    {"sec-fetch-site": "cross-site", "x-requested-with": "XMLHttpRequest", "x-atlassian-token": "no-check"},
]


@pytest.mark.parametrize("kind", FORMS)
@pytest.mark.parametrize("headers", SITES, ids=str)
def test_a_form_from_elsewhere_is_refused_even_with_the_right_token(alice, tracker, kind, headers):
    """T-40."""
    refused(alice, tracker, *form_of(alice, kind), headers)


def refused(visitor, application, path, fields, headers=SENT_BY_A_PAGE):
    before = records(application)
    assert outcome(visitor.post(path, fields, headers)) == (403, FORGED)
    assert records(application) == before
    assert application.outcomes("consent") == application.outcomes("grant revoked") == []


def without(name):
    return lambda fields, _: {key: value for key, value in fields.items() if key != name}


def token_of(name, page, *, same_browser):
    """The token that another page, or the page of another person, has."""

    def change(fields, visitor):
        cookies = dict(visitor.cookies) if same_browser else {}
        other = Visitor(visitor.application, visitor.application.people[name], cookies=cookies)
        link_id = visitor.application.link("Wiki").id
        wish(visitor.application, link_id, "another")
        allowed(visitor.application, link_id, name, f"of {name}")
        shown = other.get(page, {"oauth_token": "another"}) if page == AUTHORIZE else other.get(page)
        return fields | {"form_token": Dom(shown.body.decode()).fields()["form_token"] or ""}

    return change


def with_token(made_of):
    return lambda fields, _: fields | {"form_token": made_of(fields["form_token"])}


TAMPERED = {
    "missing": without("form_token"),
    "empty": with_token(lambda _: ""),
    "wrong": with_token(lambda _: "0" * 64),
    "cut": with_token(lambda token: token[:-1]),
    "longer": with_token(lambda token: f"{token}0"),
    "upper case": with_token(lambda token: token.upper()),
    "blank after it": with_token(lambda token: f"{token} "),
    "not ASCII": with_token(lambda token: f"ü{token}"),
    "of another browser": token_of("alice", AUTHORIZE, same_browser=False),
    "of another browser's grants": token_of("alice", GRANTS, same_browser=False),
    "of another person in this browser": token_of("bob", AUTHORIZE, same_browser=True),
    "of another person's grants in this browser": token_of("bob", GRANTS, same_browser=True),
    "of an administrator": token_of("root", GRANTS, same_browser=True),
}


@pytest.mark.parametrize("kind", FORMS)
@pytest.mark.parametrize("tampered", TAMPERED)
@pytest.mark.parametrize("headers", [SENT_BY_A_PAGE, {}], ids=["https", "plain http"])
def test_a_form_without_the_token_of_this_page_person_and_browser_is_refused(alice, tracker, kind, tampered, headers):
    """T-40."""
    path, fields = form_of(alice, kind)
    refused(alice, tracker, path, TAMPERED[tampered](fields, alice), headers)


@pytest.mark.parametrize("kind", FORMS)
def test_the_token_of_the_other_page_does_not_do(alice, tracker, kind):
    """T-40: one that was made for consent revokes nothing, and the other way round."""
    path, fields = form_of(alice, kind)
    other = form_of(alice, "revoke" if kind in {"allow", "deny"} else "allow")[1]
    refused(alice, tracker, path, fields | {"form_token": other["form_token"]})


@pytest.mark.parametrize("kind", FORMS)
def test_a_form_that_says_something_twice_says_nothing(alice, tracker, kind):
    """T-02: whichever of the two another program would take."""
    path, fields = form_of(alice, kind)
    for name in ["form_token", "decision"] if path == AUTHORIZE else ["form_token"]:
        refused(alice, tracker, path, urlencode([*fields.items(), (name, fields[name])]).encode())
    if path == AUTHORIZE:
        doubled = urlencode([*fields.items(), ("oauth_token", fields["oauth_token"])]).encode()
        assert outcome(alice.post(path, doubled)) == (404, UNKNOWN)


def test_a_grant_that_is_named_twice_is_none(alice, tracker):
    """T-02"""
    path, fields = form_of(alice, "revoke")
    answer = alice.post(path, urlencode([*fields.items(), ("revoke", "grant")]).encode())
    assert (answer.header("location"), set(tracker.grants)) == (f"{GRANTS}?done=gone", {"grant"})


@pytest.mark.parametrize("kind", FORMS)
@pytest.mark.parametrize("media", ["text/plain", "multipart/form-data; boundary=x", "application/json", ""])
def test_only_a_form_is_a_form(alice, tracker, kind, media):
    """T-40: what pages of others can send without being asked first is not taken for one."""
    path, fields = form_of(alice, kind)
    refused(alice, tracker, path, fields, {**SENT_BY_A_PAGE, "content-type": media})


@pytest.mark.parametrize("kind", FORMS)
@pytest.mark.parametrize("more", [b"&x=" + b"x" * LONGEST_FORM, b"&x=%zz", b"&x=\xff", b"&x=%ff", b"&x=%00", b"&\n=", b"&x#=1"])
def test_a_form_that_is_too_large_or_cannot_be_read_is_refused(alice, tracker, kind, more):
    """S-30."""
    path, fields = form_of(alice, kind)
    refused(alice, tracker, path, urlencode(fields).encode() + more)


def test_many_fields_are_read_in_the_time_that_it_takes_to_parse_them():
    """T-73: looking for each among all of them took thirty times as long."""
    text = "&".join(map("".join, product(ascii_lowercase, repeat=3)))[:LONGEST_FORM]
    times = {read: min(timeit.repeat(lambda read=read: read(text), number=1, repeat=5)) for read in (parse_form, _fields)}
    assert len(_fields(text)) == 4096
    assert times[_fields] < 10 * times[parse_form]


# ---- the cookie


def cookie_of(answer: Response) -> str:
    (cookie,) = [value for name, value in answer.headers if name == "set-cookie"]
    return cookie


def test_the_cookie_belongs_to_this_host_alone_and_no_script_sees_it(alice):
    """T-40: `__Host-` keeps neighbours below the same domain from setting it."""
    name, _, rest = cookie_of(alice.get(GRANTS)).partition("=")
    assert name == "__Host-applinks-form"
    assert set(rest.split("; ")[1:]) == {"Path=/", "HttpOnly", "SameSite=Lax", "Secure"}
    assert len(rest.partition(";")[0]) == 43


def test_over_plain_http_it_goes_by_another_name(wiki):
    plain = InMemory("Plain", url="http://plain.example.com")
    name, _, rest = cookie_of(at(plain, "alice").get(GRANTS)).partition("=")
    assert (name, "Secure" in rest) == ("applinks-form", False)


def test_one_cookie_serves_all_pages_of_a_browser(alice):
    """A second page in another tab does not break the form in the first."""
    path, fields = form_of(alice, "revoke")
    cookies = {cookie_of(alice.get(GRANTS)), cookie_of(alice.get(AUTHORIZE, {"oauth_token": TOKEN}))}
    assert len(cookies) == 1
    assert alice.post(path, fields).status == 303


@pytest.mark.parametrize(
    "odd",
    [
        "prefs={{\"a\": 1}}; {0}", "{0}; prefs={{\"a\"", "a b c; {0}", "; ;{0};;", "=; {0}", "a[0]=\"; {0}", "ü=ü; {0}", "{0}; x=\x01",
        "__Host-applinks-form; {0}", "__Host-applinks-form=; {0}", "__host-applinks-form=" + "a" * 43 + "; {0}",
        "__Host-applinks-form=short; {0}", "applinks-form=" + "b" * 43 + "; {0}", "{0}; $Path=\"/\"", "  {0}  ", "a=b;{0}",
    ],
)  # fmt: skip
def test_whatever_other_applications_of_the_host_store_our_cookie_is_found(alice, odd):
    path, fields = form_of(alice, "revoke")
    ours = f"__Host-applinks-form={alice.cookies['__Host-applinks-form']}"
    assert alice.post(path, fields, {**SENT_BY_A_PAGE, "cookie": odd.format(ours)}).status == 303


@pytest.mark.parametrize("value", [
    "", "x", "a" * 42, "a" * 44, "a" * 5000, '"' + "a" * 41 + '"', "a" * 42 + "ü", "a b" + "c" * 40, '"a\\015\\012set-cookie: stolen=1"',
    "a" * 43 + "\r\nx: y", "a%0d%0a" + "b" * 36, f"x {GRANTS} alice",
])  # fmt: skip
def test_a_cookie_that_we_never_made_is_replaced_and_not_repeated(alice, value):
    """T-40, T-42: what a neighbour put into the jar goes into no header and no stamp."""
    answer = alice.get(GRANTS, "", cookie=f"__Host-applinks-form={value}")
    fresh = cookie_of(answer).partition("=")[2].partition(";")[0]
    assert (len(fresh), fresh == value) == (43, False)
    assert not [said for _, said in answer.headers if "\r" in said or "\n" in said]
    path, fields = form_of(alice, "revoke")
    refused(alice, alice.application, path, fields, {**SENT_BY_A_PAGE, "cookie": f"__Host-applinks-form={value}"})


def test_a_form_without_the_cookie_is_refused(alice, tracker):
    """T-40."""
    path, fields = form_of(alice, "allow")
    alice.cookies.clear()
    refused(alice, tracker, path, fields)


# ---- no GET decides


@pytest.mark.parametrize("kind", FORMS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "post", "get", ""])
def test_only_a_posted_form_decides(alice, tracker, kind, method):
    """T-40: the same fields in an address, or by another method, do nothing."""
    path, fields = form_of(alice, kind)
    before = records(tracker)
    for target, body in ((f"{path}?{urlencode(fields)}", b""), (path, urlencode(fields).encode())):
        headers = {**SENT_BY_A_PAGE, "content-type": "application/x-www-form-urlencoded", "x-http-method-override": "POST"}
        alice.ask(method, target, headers, body)
    assert records(tracker) == before


OF_EVERYBODY = [(page.method, page.path) for page in PAGES if page.who is Who.PERSON]


@pytest.mark.parametrize(
    "path", sorted({page.path for page in PAGES if page.who is Who.PERSON} | {f"{STATIC}/{name}" for name in SHEETS})
)
@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "get", "POST"])
def test_another_method_is_told_which_there_are(alice, path, method):
    is_static = path.startswith(STATIC)
    if (method, path) in OF_EVERYBODY or (is_static and method == "HEAD"):
        return
    answer = alice.ask(method, path)
    methods = ["GET", "HEAD"] if is_static else [known for known, other in OF_EVERYBODY if other == path]
    assert (answer.status, answer.header("allow")) == (405, ", ".join(methods))


@pytest.mark.parametrize(
    "path",
    [
        "", "/", "/plugins/servlet", "/plugins/servlet/", f"{AUTHORIZE}/", f"{AUTHORIZE};x", f"{AUTHORIZE}%20", f"/{AUTHORIZE}",
        AUTHORIZE.replace("oauth", "OAuth"), AUTHORIZE.replace("authorize", "%61uthorize"), f"{GRANTS}.", f"{GRANTS}/..",
        f"/x/..{GRANTS}", STATIC, f"{STATIC}s/", "/plugins/servlet/oauth/request-token",
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_path_is_ours_letter_by_letter_or_not_at_all(alice, tracker, path, method):
    """T-51."""
    before = records(tracker)
    answer = alice.ask(method, path)
    assert outcome(answer) == (404, "There is no such page")
    assert records(tracker) == before


@pytest.mark.parametrize(
    "name", ["", "x", "../look.py", "../../oauth/authorize", "pages.css", "..%2flook.py", "\x00", *MARKUP[:3]]
)
def test_only_the_sheets_are_served(alice, name):
    answer = alice.get(f"{STATIC}/{name}")
    assert (answer.status, answer.body) == (404, b"not found")


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_is_served_to_everybody_and_may_be_kept(tracker, name):
    answer = Visitor(tracker, None).get(f"{STATIC}/{name}")
    assert (answer.status, answer.body) == (200, SHEETS[name][1])
    assert "immutable" in (answer.header("cache-control") or "")
