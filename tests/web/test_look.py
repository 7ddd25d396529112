"""What the pages hold and what they do not; the look itself was judged by eye."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pytest
from jinja2 import UndefinedError

from applinks.errors import ConfigurationError
from applinks.web import STATIC, STATIC_HEADERS, FarSide, Given, Grants, Held, Outcome, Reader, page, render, security_headers
from applinks.web.look import _TEMPLATES
from web.dom import Dom
from web.hostile import ADDRESSES, MARKUP, PAYLOADS
from web.sights import ADA, CALLBACK, CONSENT, FRAME, GIVEN, GRANTS, HELD, NOTICE, NOTICES, NOW, SIGHTS, VERIFIER, WIKI

ALL = [*SIGHTS, *NOTICES, replace(CONSENT, callback=None), Grants(FRAME, "form-token", (), (), ())]
PLAIN = "plain"


def with_name(text):
    """Every view, with one text in each place where a name or an answer of others stands."""
    reader, far_side = Reader(text, text), FarSide(text, WIKI.address, text)
    frame = replace(FRAME, product=text, reader=reader)
    given = Given(text, far_side, reader, NOW, NOW)
    yield replace(CONSENT, frame=frame, application=far_side, oauth_token=text, form_token=text)
    yield replace(VERIFIER, frame=frame, application=far_side, code=text)
    yield Grants(frame, text, (given,), (Held(text, text, HELD.address, NOW),), (given,))
    yield replace(NOTICE, frame=frame, application=text, said=text)


def with_address(address):
    """Every view, with one text in each place where an address of others stands."""
    far_side = replace(WIKI, address=address)
    given = replace(GIVEN, application=far_side)
    yield replace(CONSENT, application=far_side, callback=address)
    yield replace(VERIFIER, application=far_side)
    yield replace(GRANTS, given=(given,), held=(replace(HELD, address=address),), everyone=(given,))
    yield replace(NOTICE, continue_path=address)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_name_adds_an_element_or_an_attribute_to_a_page(payload):
    """T-46: the page has the same elements with the same attributes as with a plain word."""
    for view, plain in zip(with_name(payload), with_name(PLAIN), strict=True):
        assert Dom(render(view)).skeleton() == Dom(render(plain)).skeleton()


@pytest.mark.parametrize("payload", MARKUP[:-2])
def test_a_hostile_name_is_shown_as_the_text_that_it_is(payload):
    """T-46: nothing is executed and nothing is hidden."""
    visible = "".join(character if character.isprintable() else "�" for character in payload)
    assert visible in "".join(Dom(render(replace(NOTICE, said=payload))).pieces)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_address_of_others_becomes_anything_but_a_link_to_the_web(payload):
    """T-46, T-47."""
    for view in with_address(payload):
        dom = Dom(render(view))
        assert payload not in dom.links()
        assert all(link.startswith(("/", "#", "https://")) and not link.startswith("//") for link in dom.links())
        assert not {"script", "iframe", "img", "object", "base", "style"} & {tag for tag, _ in dom.elements}


def test_there_are_more_than_sixty_payloads():
    assert len(set(PAYLOADS)) > 60


@pytest.mark.parametrize("view", ALL, ids=lambda view: type(view).__name__)
def test_a_page_needs_neither_script_nor_style_of_its_own(view):
    """T-41, T-46: so the policy can forbid them."""
    dom = Dom(render(view))
    assert not {"script", "style", "iframe", "object", "embed", "base"} & {tag for tag, _ in dom.elements}
    assert not [name for _, attributes in dom.elements for name in attributes if name.startswith("on") or name == "style"]
    assert not any("http-equiv" in attributes for attributes in dom.all("meta"))


@pytest.mark.parametrize("view", ALL, ids=lambda view: type(view).__name__)
def test_everybody_can_find_their_way_on_a_page(view):
    """S-05: a language, a title, one first heading, headings in order, one main part, a way to it, one id once."""
    dom = Dom(render(view))
    tags = [tag for tag, _ in dom.elements]
    headings = [int(tag[1]) for tag in tags if re.fullmatch("h[1-6]", tag)]
    assert dom.all("html") == [{"lang": "en"}]
    assert tags.count("main") == tags.count("title") == headings.count(1) == 1
    assert headings[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(headings))
    assert dom.links()[0] == "#content"
    assert dom.all("main")[0]["id"] == "content"
    ids = [attributes["id"] for _, attributes in dom.elements if "id" in attributes]
    assert len(set(ids)) == len(ids)
    assert "width=device-width" in {found.get("name"): found.get("content") for found in dom.all("meta")}["viewport"]


@pytest.mark.parametrize("view", ALL, ids=lambda view: type(view).__name__)
def test_each_button_that_is_there_more_than_once_says_what_it_is_for(view):
    page_text = render(view)
    names = [
        " ".join(re.sub("<[^>]+>", "", found).split()) for found in re.findall(r"<button.*?</button>", page_text, re.DOTALL)
    ]
    assert len(set(names)) == len(names)
    assert all(names)


def test_consent_names_who_asks_and_how_it_is_known():
    """T-48: the consumer key and the origin are always shown."""
    text = Dom(render(CONSENT)).text
    assert "Let Wiki act as you?" in text
    assert "Its address https://wiki.example.com Consumer key wiki-key You are" in text


def test_consent_says_what_is_allowed_for_how_long_and_how_to_take_it_back():
    dom = Dom(render(CONSENT))
    assert "It can act as you in Tracker: everything that you may do here." in dom.text
    assert "for 5 years, until 24 November 2030" in dom.text
    assert "You can take it back at any time under What I have allowed." in dom.text
    assert dom.links().count("/allowed") == 2


def test_consent_says_as_whom_one_is_signed_in_and_how_to_leave():
    """T-44."""
    dom = Dom(render(CONSENT))
    assert "You are Ada Lovelace (ada) Is that somebody else? Sign out" in dom.text
    assert "/logout" in dom.links()
    assert None not in Dom(render(replace(CONSENT, frame=replace(FRAME, sign_out_path=None)))).links()


def test_consent_says_where_one_returns_to():
    """T-42."""
    text = Dom(render(CONSENT)).text
    assert "You return to wiki.example.com." in text
    assert "Attention" not in text


def test_consent_warns_of_a_callback_at_another_host_than_the_applications_own():
    """T-42, T-43."""
    text = Dom(render(replace(CONSENT, callback="https://evil.example/wiki.example.com"))).text
    assert "You return to evil.example. Attention: that is not the address of the application itself." in text


def test_consent_without_a_callback_announces_a_code():
    assert "You will see a code to copy into Wiki." in Dom(render(replace(CONSENT, callback=None))).text


def test_consent_is_decided_by_one_of_two_buttons_and_by_nothing_else():
    """T-40, T-41: a form with its token, sent by the person."""
    dom = Dom(render(CONSENT))
    assert dom.all("form") == [{"method": "post", "action": "/authorize"}]
    assert dom.fields() == {"oauth_token": "request-token", "form_token": "form-token"}
    assert dom.buttons() == [("decision", "allow"), ("decision", "deny")]
    assert {found["type"] for found in dom.all("button")} == {"submit"}


@pytest.mark.parametrize("view", [CONSENT, GRANTS], ids=lambda view: type(view).__name__)
def test_no_token_stands_in_an_address(view):
    """T-49."""
    dom = Dom(render(view))
    addresses = [*dom.links(), *(found["action"] for found in dom.all("form"))]
    assert not any("token" in address for address in addresses)


def test_a_host_of_mixed_script_is_shown_as_it_is_looked_up():
    """T-48: the і is Cyrillic."""
    text = Dom(render(replace(CONSENT, application=replace(WIKI, address="https://wіki.example")))).text
    assert "xn--wki-jhd.example" in text
    assert "wіki.example" not in text


def test_a_host_of_one_script_is_shown_both_ways():
    """T-48."""
    text = Dom(render(replace(CONSENT, application=replace(WIKI, address="https://bücher.example")))).text
    assert "xn--bcher-kva.example (reads bücher.example)" in text


def test_a_name_cannot_turn_the_text_around_it():
    """T-48."""
    for view in with_name("Wiki\u202eikiW\u2066"):
        assert not set("\u202e\u2066") & set(render(view))


def test_an_address_that_is_none_is_shown_as_text():
    """T-47."""
    text = Dom(render(replace(CONSENT, application=replace(WIKI, address="javascript:alert(1)")))).text
    assert "javascript:alert(1) (not a web address)" in text
    assert "Its address none is known" in Dom(render(replace(CONSENT, application=replace(WIKI, address="")))).text


def test_the_code_is_there_to_copy():
    dom = Dom(render(VERIFIER))
    assert "x7Kp2Q" in dom.pieces
    assert "copy this code into Wiki" in dom.text


def test_grants_list_both_directions_with_dates_and_a_way_to_end_each():
    dom = Dom(render(replace(GRANTS, everyone=None, outcome=None)))
    assert "Wiki wiki.example.com 25 November 2025 24 November 2030 Revoke what Wiki may do" in dom.text
    assert "Forge forge.example.com 25 November 2025 Forget what is allowed in Forge" in dom.text
    assert dom.buttons() == [("revoke", "grant-1"), ("forget", "forge-id")]
    assert dom.all("form") == [{"method": "post", "action": "/allowed"}] * 2
    assert dom.fields() == {"form_token": "form-token"}


def test_what_everybody_allowed_is_shown_to_administrators_only():
    """T-53."""
    other = replace(GIVEN, id="grant-2", person=Reader("bob", "Bob Builder"))
    assert "Bob" not in render(replace(GRANTS, everyone=None))
    assert "Everyone" not in render(replace(GRANTS, everyone=None))
    dom = Dom(render(replace(GRANTS, everyone=(other,))))
    assert "Bob Builder (bob) Wiki wiki.example.com 25 November 2025 24 November 2030 Revoke" in dom.text
    assert ("revoke", "grant-2") in dom.buttons()


def test_where_there_is_nothing_the_page_says_so():
    text = Dom(render(Grants(FRAME, "form-token", (), (), ()))).text
    assert "No application may act as you here." in text
    assert "Tracker may not act as you anywhere." in text
    assert "Nobody has allowed anything." in text
    assert "UTC" not in text


@pytest.mark.parametrize("outcome", Outcome)
def test_what_was_just_done_is_told_in_the_title_and_as_a_status(outcome):
    dom = Dom(render(replace(GRANTS, outcome=outcome)))
    assert dom.text.startswith(f"{outcome.capitalize()} – What I have allowed · Tracker")
    assert {"class": "outcome", "role": "status"} in dom.all("p")


def test_a_table_keeps_its_meaning_when_its_rows_are_stacked():
    """A style sheet that displays rows as blocks takes their roles away; so each says its own."""
    dom = Dom(render(GRANTS))
    roles = {"table": "table", "tr": "row", "td": "cell", "tbody": "rowgroup", "thead": "rowgroup"}
    assert all(found["role"] == role for tag, role in roles.items() for found in dom.all(tag))
    assert {found["role"] for found in dom.all("th")} == {"rowheader", "columnheader"}


@pytest.mark.parametrize("path", [*ADDRESSES, "https://evil.example/", "", "back"])
def test_a_notice_leads_on_to_this_host_only(path):
    """T-42."""
    assert not [found for found in Dom(render(replace(NOTICE, continue_path=path))).all("a") if found.get("role") == "button"]


def test_what_the_far_side_said_is_quoted_and_cut():
    dom = Dom(render(replace(NOTICE, said="x" * 10_000)))
    assert len(dom.all("blockquote")) == 1
    assert "x" * 500 + "…" in dom.pieces
    assert not Dom(render(replace(NOTICE, said=None))).all("blockquote")


def test_a_stranger_sees_no_account():
    dom = Dom(render(replace(NOTICE, frame=replace(FRAME, reader=None))))
    assert "Signed in as" not in dom.text
    assert not dom.all("nav")


@pytest.mark.parametrize("name", ["static_path", "grants_path", "home_path", "sign_out_path"])
@pytest.mark.parametrize("path", ["javascript:alert(1)", "//evil.example", "https://evil.example", "relative"])
def test_a_frame_that_leads_away_from_this_host_is_a_mistake_of_ours(name, path):
    with pytest.raises(ConfigurationError, match="no path on this host"):
        render(replace(CONSENT, frame=replace(FRAME, **{name: path})))


def test_a_template_that_is_not_given_all_it_asks_for_fails():
    with pytest.raises(UndefinedError):
        _TEMPLATES.from_string("{{ forgotten }}").render()


def test_each_expression_is_escaped_and_made_harmless_whatever_the_template():
    """T-46: no template can forget it."""
    assert _TEMPLATES.from_string("{{ it }}").render(it="<\u202e>") == "&lt;�&gt;"
    assert not [name for name in _TEMPLATES.list_templates() if re.search(r"\|\s*safe|autoescape|Markup", _source(name))]


def _source(name):
    return _TEMPLATES.loader.get_source(_TEMPLATES, name)[0]


@pytest.mark.parametrize("view", ALL, ids=lambda view: type(view).__name__)
def test_a_page_is_sent_with_the_safe_headers(view):
    """T-41, T-49."""
    answer = page(view)
    policy = answer.header("content-security-policy")
    assert answer.header("content-type") == "text/html; charset=utf-8"
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "style-src 'self';" in policy
    assert "unsafe" not in policy
    assert "script-src" not in policy
    assert answer.header("x-frame-options") == "DENY"
    assert answer.header("referrer-policy") == "no-referrer"
    assert answer.header("cache-control") == "no-store"
    assert answer.header("x-content-type-options") == "nosniff"
    names = [name for name, _ in answer.headers]
    assert len(set(names)) == len(names)
    assert all(name == name.lower() for name in names)
    assert answer.body.decode() == render(view)


@pytest.mark.parametrize(
    ("view", "targets"),
    [
        (CONSENT, "'self' https://wiki.example.com"),
        (replace(CONSENT, callback="http://bücher.example:8080/x;y"), "'self' http://xn--bcher-kva.example:8080"),
        (replace(CONSENT, callback=None), "'self'"),
        (GRANTS, "'self'"),
        (VERIFIER, "'self'"),
        (NOTICE, "'self'"),
    ],
)
def test_a_form_leads_to_this_host_and_after_consent_to_the_origin_of_the_callback(view, targets):
    """T-42."""
    assert f"form-action {targets};" in page(view).header("content-security-policy")


@pytest.mark.parametrize(
    "target", [*ADDRESSES, "https://evil.example\r\nset-cookie: a=1", "https://a; script-src *", "*", "'self'"]
)
def test_no_callback_changes_the_policy(target):
    with pytest.raises(ConfigurationError, match="no web address"):
        security_headers([target])


def test_the_headers_for_several_targets_name_them_all():
    policy = dict(security_headers([CALLBACK, "https://b.example/x"]))["content-security-policy"]
    assert "form-action 'self' https://wiki.example.com https://b.example;" in policy


def test_what_a_page_loads_is_there_and_is_all_that_is_there():
    sheets = [found["href"] for found in Dom(render(CONSENT)).all("link")]
    assert sheets == [f"/static/{name}" for name in STATIC]
    assert all(kind == "text/css; charset=utf-8" and content for kind, content in STATIC.values())


def test_a_sheet_may_be_kept_for_ever_because_its_name_changes_with_it():
    assert all(re.fullmatch(r"[a-z.]+\.[0-9a-f]{12}\.css", name) for name in STATIC)
    assert dict(STATIC_HEADERS)["cache-control"] == "private, max-age=31536000, immutable"


def test_our_sheet_loads_nothing_and_both_colour_schemes_set_the_same_colours():
    ((_, content),) = STATIC.values()
    pico, _, ours = content.decode().partition("/* Our own part")
    assert "Licensed under MIT" in pico[:200]
    assert "url(" not in ours
    assert "@import" not in ours
    light, dark = re.findall(r":root:not\(\[data-theme\]\) \{(.*?)\}", ours, re.DOTALL)
    colours = [
        {name for name, value in re.findall(r"(--[\w-]+): ([^;]+);", block) if re.match("#|rgb", value)}
        for block in (light, dark)
    ]
    assert colours[0] == colours[1]


def test_a_reader_without_a_full_name_is_shown_by_the_user_name_alone():
    text = Dom(render(replace(NOTICE, frame=replace(FRAME, reader=Reader("bob"))))).text
    assert "Signed in as bob" in text
    assert "(bob)" not in text
    assert "(ada)" in Dom(render(NOTICE)).text
    assert ADA.full_name in Dom(render(NOTICE)).text
