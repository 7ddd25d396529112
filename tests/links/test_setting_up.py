"""Both ends of a link with a product: the order of things, and what becomes of them where the network fails.

That the whole works over sockets, for each product, is shown in tests/products.
"""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from applinks.errors import AppLinksError, ConfigurationError, LinkExists, PairingRefused, StoreUnavailable, TimedOut
from applinks.links import Administrator, Level, SaveLink, create_link, set_up_product
from applinks.wire.messages import Request, Response
from in_memory import NOW, InMemory, connect, link_to
from links.test_looking import ABOUT, JIRA, KEY, There

ADMIN = Administrator("admin", "s3cret")
REST = f"{JIRA}/rest/applinks/3.0"


class Jira(There):
    """Knows the REST as far as these tests need it; fails at the requests in `failing`."""

    def __init__(self, url: str = JIRA) -> None:
        super().__init__(replace(ABOUT, url=url), url)
        self.links: set[str] = set()
        self.failing: dict[str, Exception] = {}
        self.late: set[str] = set()
        """What is done, though the answer is lost."""

    def __call__(self, request: Request) -> Response:
        if not request.header("authorization"):
            return super().__call__(request)
        self.asked.append(request)
        line = f"{request.method} {request.url.partition('/rest/')[2]}"
        found = next((part for part in self.failing if part in line), None)
        if found is not None and line not in self.late:
            raise self.failing[found]
        answer = self.done(request)
        if found is not None:
            raise self.failing[found]
        return answer

    def done(self, request: Request) -> Response:
        if request.method == "GET":
            entries = [{"id": id, "name": "Front", "rpcUrl": "https://x"} for id in self.links]  # noqa: A001
            return Response(200, (), json.dumps(entries).encode())
        if request.method == "DELETE":
            found = request.url.rpartition("/")[2]
            status = 204 if found in self.links else 404
            self.links.discard(found)
            return Response(status)
        if request.url.endswith("/applicationlink"):
            self.links.add(json.loads(request.body)["id"])
        return Response(204 if request.url.endswith("/oauth") else 201)

    def lines(self) -> list[str]:
        return [f"{asked.method} {asked.url.removeprefix(JIRA)}" for asked in self.asked if asked.header("authorization")]


@pytest.fixture
def us() -> InMemory:
    return InMemory("Front", type="bitbucket")


@pytest.fixture
def jira(us: InMemory) -> Jira:
    us.network = Jira()
    return us.network


def set_up(us: InMemory, administrator: Administrator | None = ADMIN, **more):
    return us.run(set_up_product(JIRA, administrator, **{"same_users": True, "by": "root", **more}))


def test_their_end_is_made_first_and_each_thing_once(us, jira):
    made = set_up(us)
    id = us.identity.id  # noqa: A001
    assert jira.lines() == [
        "GET /rest/applinks/3.0/applinks",
        "PUT /rest/applinks/3.0/applicationlink",
        f"PUT /rest/applinks-oauth/1.0/applicationlink/{id}/authentication/consumer",
        f"PUT /rest/applinks/3.0/status/{id}/oauth",
    ]
    kinds = us.kinds()
    assert kinds.index("SaveLink") > max(index for index, kind in enumerate(kinds) if kind == "Ask")
    assert made.link == us.link("Tickets")
    assert [(entry.kind, entry.actor) for entry in us.entries] == [("link made", "root")]
    assert made.lines[-1] == "Nothing is left to be entered over there."


PLACES = ["GET applinks/3.0/applinks", "PUT applinks/3.0/applicationlink", "/consumer", "/oauth"]


@pytest.mark.parametrize("place", PLACES)
def test_where_the_network_fails_their_end_is_taken_back_and_ours_not_made(us, jira, place):
    jira.failing[place] = TimedOut("No answer in time.")
    with pytest.raises(TimedOut, match=r"No answer in time\.") as failed:
        set_up(us)
    assert (jira.links, us.links, us.entries) == (set(), {}, [])
    assert ("Nothing of it is left over there" in str(failed.value)) is (place != PLACES[0])


def test_a_link_that_was_made_though_the_answer_was_lost_is_taken_back_too(us, jira):
    jira.failing["PUT applinks/3.0/applicationlink"] = TimedOut("No answer in time.")
    jira.late = {"PUT applinks/3.0/applicationlink"}
    with pytest.raises(TimedOut):
        set_up(us)
    assert jira.links == set()


def test_where_our_own_end_cannot_be_kept_theirs_is_taken_back(us, jira):
    us.failing[SaveLink] = StoreUnavailable("full")
    with pytest.raises(StoreUnavailable, match="Nothing of it is left"):
        set_up(us)
    assert (jira.links, us.links) == (set(), {})


def test_what_cannot_be_taken_back_is_told_with_the_page_where_it_can_be(us, jira):
    jira.failing |= {"/consumer": TimedOut("No answer in time."), "DELETE": TimedOut("Gone.")}
    with pytest.raises(
        TimedOut, match=r"was left there: delete it on https://jira\.example\.com/jira/plugins/servlet/applinks/"
    ):
        set_up(us)


def test_without_an_administrator_nothing_is_asked_but_what_anybody_may_see(us, jira):
    made = set_up(us, None)
    assert jira.lines() == []
    assert made.link.incoming.public_key == KEY.text
    assert [step.id for step in made.left.steps] == ["open", "form", "incoming", "two-legged", "levels"]


def test_a_product_that_does_not_tell_its_key_may_be_called_and_may_not_call_until_that_is_entered(us, jira):
    del jira.answers[f"{JIRA}/plugins/servlet/oauth/consumer-info"]
    made = set_up(us)
    assert (made.link.outgoing.level, made.link.incoming.level) == (Level.OAUTH_IMPERSONATION, Level.DISABLED)
    assert [step.id for step in made.left.steps] == ["here"]


@pytest.mark.parametrize("url", ["http://jira.example.com/jira", "https://user:pass@jira.example.com"])
def test_no_password_is_sent_where_somebody_could_read_it(us, url):
    """T-27, S-09: even where the settings allow links over plain http"""
    us.plain_http = True
    us.network = Jira(url)
    with pytest.raises(PairingRefused, match="plain"):
        us.run(set_up_product(url, ADMIN, same_users=True, by="root"))
    assert us.network.lines() == []
    assert us.links == {}


def test_over_plain_http_it_can_be_linked_by_hand_where_the_settings_allow_it(us):
    us.plain_http = True
    plain = JIRA.replace("https", "http")
    us.network = Jira(plain)
    assert us.run(set_up_product(plain, None, same_users=True, by="root")).link.application_url == plain


def test_what_is_no_product_is_not_set_up_as_one(us):
    wiki = InMemory("Wiki", type="confluence")
    connect(us, wiki)
    with pytest.raises(PairingRefused, match="no product"):
        us.run(set_up_product(wiki.identity.url, ADMIN, same_users=True, by="root"))


def test_another_name_can_be_given_and_one_that_is_taken_is_refused(us, jira):
    us.save(link_to(InMemory("Old")))
    with pytest.raises(LinkExists):
        set_up(us, name="Old")
    assert jira.lines() == []
    assert set_up(us, name="Tracker").link.name == "Tracker"
    assert set_up(us).link.name == "Tracker"


@pytest.mark.parametrize("name", ["", "a:b", "x" * 300, "a\n"])
def test_a_sign_in_that_cannot_be_sent_is_refused_before_anything_is_made(us, jira, name):
    with pytest.raises(ConfigurationError):
        set_up(us, Administrator(name, "x"))
    assert (jira.lines(), us.links) == ([], {})


def test_the_statement_about_the_users_is_recorded_with_who_and_when(us, jira):
    made = set_up(us, same_users=False)
    assert (made.link.same_users.answer, made.link.same_users.said_by, made.link.same_users.said_at) == (
        False,
        "root",
        int(NOW),
    )


# ---- one door for all


def by_one_door(us: InMemory, url: str, administrator: Administrator | None = ADMIN):
    return us.run(create_link(url, administrator, same_users=True, by="root"))


def test_the_door_pairs_with_an_application_of_this_kind(us):
    wiki = InMemory("Wiki", type="confluence")
    connect(us, wiki)
    assert by_one_door(us, wiki.identity.url, Administrator("root", "root's")) == us.link("Wiki")
    assert wiki.link("Front")


def test_the_door_sets_up_a_product_with_and_without_its_administrator(us, jira):
    assert by_one_door(us, JIRA, None).name == "Tickets"
    assert jira.links == set()
    assert by_one_door(us, JIRA).name == "Tickets"
    assert jira.links == {us.identity.id}


def test_pairing_needs_an_administrator(us):
    wiki = InMemory("Wiki", type="confluence")
    connect(us, wiki)
    with pytest.raises(PairingRefused, match="an administrator of it signs in"):
        by_one_door(us, wiki.identity.url, None)
    assert (us.links, wiki.links) == ({}, {})


@pytest.mark.parametrize("administrator", [ADMIN, None])
def test_where_nothing_answers_that_is_what_is_told(us, administrator):
    with pytest.raises(AppLinksError, match="cannot be reached"):
        by_one_door(us, JIRA, administrator)
