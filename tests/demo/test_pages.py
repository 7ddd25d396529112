"""What the pages of all three applications have in common."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from starlette.routing import Route

from applinks.demo import look, safety

NAMES = ["Tracker", "Wiki", "Forge"]
EXAMPLES = {
    "Tracker": {"key": "OPS-3"},
    "Wiki": {"key": "OPS", "id": "1"},
    "Forge": {"project": "OPS", "slug": "launch-scripts", "number": "1"},
}
CACHING = "Cache-Control"
"""A style sheet may be kept."""
XSS = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</textarea><script>x</script>", "{{ 7 * 7 }}", "'--"]


def routes(world, name, method):
    """The paths that take a method, REST and static files apart, with the parameters filled in."""
    app = getattr(world, name.lower()).app.app
    if name == "Forge":
        rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint not in {"static", "applinks.page"}]
        paths = [re.sub("<([a-z]+)>", r"{\1}", rule.rule) for rule in rules if method in rule.methods]
    else:
        paths = [route.path for route in app.routes if isinstance(route, Route) and method in route.methods]
    return [path.format(**EXAMPLES[name]) for path in paths if not path.startswith("/rest/")]


class Outline(HTMLParser):
    """What a page consists of, as far as these tests want to know."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.labelled, self.fields = [], set(), []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.elements.append((tag, found))
        if tag == "label":
            self.labelled.add(found["for"])
        if tag in {"input", "textarea", "select"} and found.get("type") != "hidden":
            self.fields.append(found["id"])

    def tags(self):
        return [tag for tag, _ in self.elements]

    def headings(self):
        return [int(tag[1]) for tag in self.tags() if re.fullmatch("h[1-6]", tag)]


@pytest.mark.parametrize("name", NAMES)
def test_every_page_can_be_read_by_everybody(world, name):
    """A language, one first heading, headings in order, a way past the navigation, a label for each field; S-05."""
    with world.browsing(name, "alice") as alice:
        paths = routes(world, name, "GET")
        assert len(paths) >= 4
        for path in paths:
            page = alice.http.get(path).text
            outline = Outline(page)
            headings = outline.headings()
            assert ("html", {"lang": "en"}) in outline.elements
            assert headings.count(1) == 1
            assert headings[0] == 1
            assert all(after - before <= 1 for before, after in pairwise(headings))
            assert 'class="skip" href="#content"' in page
            assert set(outline.fields) == outline.labelled
            assert not {"script", "style", "iframe", "object"} & set(outline.tags())
            assert not any(a.startswith("on") or a == "style" for _, attributes in outline.elements for a in attributes)


@pytest.mark.parametrize("name", NAMES)
def test_every_page_and_refusal_carries_the_safe_headers(world, name):
    """T-41, S-01 to S-03."""
    with world.browsing(name, "alice") as alice:
        for path in [*routes(world, name, "GET"), "/nowhere", "/static/demo.css"]:
            answer = alice.http.get(path)
            expected = {header: value for header, value in safety.HEADERS.items() if "static" not in path or header != CACHING}
            assert {header: answer.headers.get(header) for header in expected} == expected
        refused = alice.http.post("/logout")
        assert refused.status_code == 403
        assert refused.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("name", NAMES)
def test_every_page_but_one_wants_somebody_signed_in_and_leads_back(world, name):
    for path in routes(world, name, "GET"):
        with world.browsing(name) as stranger:
            stranger.http.follow_redirects = False
            answer = stranger.get(path)
            if path == "/login":
                assert answer.status_code == 200
                continue
            assert answer.status_code == 303
            assert answer.headers["Location"].startswith("/login?next=%2F")
            stranger.http.follow_redirects = True
            stranger.get(answer.headers["Location"])
            answer = stranger.send("/login", name="alice", password="alice", next=path)
            assert answer.status_code == 200
            assert answer.url.path == path


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("how", ["missing", "wrong", "foreign", "same-site"])
def test_every_form_that_could_be_forged_is_refused(world, name, how):
    """T-40: each form × a missing, wrong or foreign token, and the right token sent by a page at another port."""
    with world.browsing(name, "alice") as alice, world.browsing(name, "bob") as bob:
        alice.get("/")
        bob.get("/")
        tokens = {
            "missing": {},
            "wrong": {"token": "x"},
            "foreign": {"token": bob.token()},
            "same-site": {"token": alice.token()},
        }
        headers = {"Sec-Fetch-Site": "same-site"} if how == "same-site" else {}
        paths = routes(world, name, "POST")
        assert len(paths) >= 4
        for path in paths:
            assert alice.http.post(path, data=tokens[how], headers=headers).status_code == 403, path
        assert "Alice Adams" in alice.get("/").text


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("next_", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_signing_in_leads_nowhere_else(world, name, next_):
    """T-42."""
    with world.browsing(name) as stranger:
        stranger.http.follow_redirects = False
        answer = stranger.sign_in("alice", next=next_)

        assert (answer.status_code, answer.headers["Location"]) == (303, "/")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("user", "password"), [("alice", "bob"), ("dave", "dave"), ("deployment", "deployment"), ("deployment", "!"), ("x", "x")]
)
def test_signing_in_needs_an_active_person_and_their_password(world, name, user, password):
    with world.browsing(name) as stranger:
        assert stranger.sign_in(user, password).status_code == 403
        assert "do not go together" in stranger.page
        assert stranger.get("/").url.path == "/login"


def test_carol_clark_is_cclark_in_the_wiki(world):
    for name, here, elsewhere in (("Tracker", "carol", "cclark"), ("Wiki", "cclark", "carol"), ("Forge", "carol", "cclark")):
        with world.browsing(name) as she:
            assert she.sign_in(elsewhere).status_code == 403
            assert she.sign_in(here).status_code == 200
            assert "<span>Carol Clark</span>" in she.page


@pytest.mark.parametrize("name", NAMES)
def test_what_people_have_allowed_is_one_click_away_and_brings_a_policy_of_its_own(world, name):
    """T-41: our safe headers do not take the place of those that an answer has."""
    with world.browsing(name, "bob") as bob:
        answer = bob.get(bob.link("What I have allowed"))
        assert answer.status_code == 200
        assert "No application may act as you here." in bob.page
        assert "script-src" not in answer.headers["Content-Security-Policy"]
        assert len(answer.headers.get_list("Content-Security-Policy")) == 1
        assert answer.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("path", ["/plugins/servlet/oauth/users/access-tokens?done=gone", "/linked?a=b&c=%2F%2F"])
def test_signing_in_leads_back_with_the_query(world, name, path):
    with world.browsing(name) as stranger:
        stranger.get(path)
        asked = re.search(r'name="next" value="([^"]*)"', stranger.page)
        answer = stranger.send("/login", name="bob", password="bob", next=asked[1])
        assert str(answer.url) == world.urls[name] + path


@pytest.mark.parametrize("name", NAMES)
def test_the_cookie_is_for_this_application_and_out_of_reach_of_scripts(world, name):
    """S-06."""
    with world.browsing(name) as stranger:
        cookie = stranger.get("/login").headers["Set-Cookie"].lower()

        assert cookie.startswith(f"{name.lower()}-session=")
        assert "httponly" in cookie
        assert "samesite=lax" in cookie


@pytest.mark.parametrize("name", NAMES)
def test_signing_out_is_a_form_and_ends_the_session(world, name):
    with world.browsing(name, "alice") as alice:
        assert alice.http.get("/logout").status_code == 405
        alice.get("/")
        assert alice.send("/logout").url.path == "/login"
        assert alice.get("/").url.path == "/login"


@pytest.mark.parametrize("name", NAMES)
def test_a_tampered_cookie_is_nobodys(world, name):
    with world.browsing(name, "alice") as alice:
        cookie = f"{name.lower()}-session"
        value = alice.http.cookies[cookie]
        alice.http.cookies.clear()
        alice.http.cookies.set(cookie, value[:-2] + ("AA" if value[-2:] != "AA" else "BB"))

        assert alice.get("/").url.path == "/login"


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("Tracker", "/rest/api/2/issue/OPS-3/comment"),
        ("Wiki", "/rest/api/space"),
        ("Forge", "/rest/api/1.0/projects/OPS/repos/launch-scripts/pull-requests/1/comments"),
    ],
)
def test_under_rest_a_session_reads_but_does_not_write(world, name, path):
    """T-40: a cookie that a browser sends along unasked changes nothing, whatever the body looks like."""
    body = {"body": "forged", "text": "forged", "key": "FORGED", "name": "forged"}
    reads = {"Tracker": "/rest/api/2/myself", "Wiki": "/rest/api/space", "Forge": "/rest/api/1.0/users/alice"}
    with world.browsing(name, "erin") as erin:
        assert erin.http.get(reads[name]).status_code == 200
        assert erin.http.post(path, json=body).status_code == 401


@pytest.mark.parametrize("name", NAMES)
def test_the_linked_applications_are_listed_with_their_levels(world, name):
    with world.browsing(name, "bob") as bob:
        page = bob.get("/linked").text
        for other, url in world.urls.items():
            assert (f'<a href="{url}">{url}</a>' in page) == (other != name)
        assert page.count("oauth_impersonation") == 6  # three links (the caller's, too), both ways
        assert "Who am I in Caller?" not in page


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("Tracker", "confluence"),
        ("Tracker", "bitbucket"),
        ("Wiki", "jira"),
        ("Wiki", "bitbucket"),
        ("Forge", "jira"),
        ("Forge", "confluence"),
    ],
)
def test_everybody_is_themselves_in_the_other_application(world, here, there):
    """The page's first example, in all six directions."""
    for user in ("alice", "bob"):
        with world.browsing(here, user) as somebody:
            somebody.get("/linked")
            answer = somebody.send("/linked/whoami", type=there)

            assert answer.status_code == 200
            assert f"Making the request as: <strong>{user}</strong>" in answer.text


@pytest.mark.parametrize(("here", "there"), [("Tracker", "confluence"), ("Wiki", "jira"), ("Forge", "jira")])
def test_an_administrator_whom_no_policy_names_is_not_let_through_and_reads_why(world, here, there):
    with world.browsing(here, "erin") as erin:
        erin.get("/linked")
        answer = erin.send("/linked/whoami", type=there)

        assert answer.status_code == 409
        assert 'role="alert"' in answer.text
        assert "permission_denied" in answer.text


@pytest.mark.parametrize("name", NAMES)
def test_a_type_that_nobody_can_ask_is_refused(world, name):
    with world.browsing(name, "alice") as alice:
        alice.get("/linked")

        assert alice.send("/linked/whoami", type="bamboo").status_code == 404


@pytest.mark.parametrize(
    ("name", "path", "field"),
    [
        ("Tracker", "/browse/OPS-3/comment", "body"),
        ("Forge", "/projects/OPS/repos/launch-scripts/pull-requests/1/comments", "text"),
    ],
)
@pytest.mark.parametrize("payload", XSS)
def test_what_people_write_is_shown_as_they_wrote_it(world, name, path, field, payload):
    """T-46: the payload is on the page as text, and no element came of it."""
    with world.browsing(name, "alice") as alice:
        alice.get("/")
        answer = alice.send(path, **{field: payload})

        assert answer.status_code == 200
        assert payload in alice.page
        assert not {"script", "img"} & set(Outline(answer.text).tags())


def test_templates_never_switch_escaping_off_and_hold_no_script_or_style():
    """T-46, S-05."""
    templates = list(look.TEMPLATES.parent.rglob("templates/*.html"))
    assert len(templates) > 8
    for template in templates:
        text = template.read_text()
        assert not re.search(r"\|\s*safe|autoescape|Markup|<script|<style|style=|\son[a-z]+=", text), template


def colours(sheet):
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", sheet))


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_have_the_contrast_that_wcag_asks_for(scheme):
    """4.5 for text, 3 for the edges of fields (WCAG 2.2, 1.4.3 and 1.4.11, level AA)."""
    light, dark = (look.STATIC / "demo.css").read_text().split("@media (prefers-color-scheme: dark)")
    sheet = light if scheme == "light" else dark
    accents = re.findall(r"--accent: (#[0-9a-f]{6})", sheet)
    found = colours(sheet)
    assert len(accents) == 3
    for accent in accents:
        assert contrast(accent, found["ground"]) >= 4.5
        assert contrast(accent, found["raised"]) >= 4.5
        assert contrast(accent, found["on-accent"]) >= 4.5
    for text, ground in (("text", "ground"), ("text", "raised"), ("faint", "ground"), ("faint", "raised")):
        assert contrast(found[text], found[ground]) >= 4.5
    for name in ("good", "warn", "bad", "busy"):
        assert contrast(found[name], found[f"{name}-text"]) >= 4.5
    assert contrast(found["edge"], found["ground"]) >= 3
