"""`applinks link move`, `public-key`, `announce-address`, and the deletion of both ends."""

from __future__ import annotations

import pytest

from applinks.errors import TransportFailed
from applinks.links import AccessToken, KeepToken
from applinks.wire import mending
from applinks.wire.keys import PublicKey
from applinks.wire.messages import Response
from in_memory import NOW, InMemory, connect, key_of

MOVED = "https://moved.example.com"


@pytest.fixture
def far(monkeypatch, applinks):
    """Wiki as it answers to our requests, at its new address; `far.network` may be replaced."""
    wiki = InMemory("Wiki", type="confluence", url=MOVED)
    connect(wiki)
    monkeypatch.setattr("applinks.assembly.fetch", lambda client, request: wiki.network(request))
    return wiki


def test_a_link_follows_who_proves_itself(run, applinks, far):
    out = run("link", "move", "Wiki", MOVED).out
    assert out.startswith("Moved; it has proven that it is the same.\n")
    assert f"Wiki (confluence, primary) at {MOVED}\n" in out
    assert applinks.link("Wiki").link.application_url == MOVED


def test_who_cannot_is_followed_if_it_is_said_and_what_is_needed_then_is_told(run, applinks, far):
    applinks.change_link("Wiki", signature_method="HMAC-SHA1", by="root")
    wiki = applinks.link("Wiki").link
    applinks.set_secret("Wiki", "outgoing", "secret", by="root")
    applinks.answer(KeepToken(AccessToken(wiki.id, "alice", "token", "", int(NOW))))
    network = far.network
    far.network = lambda request: Response(404) if mending.PROOF_PATH in request.url else network(request)
    refused = run("link", "move", "Wiki", MOVED, status=1)
    assert "--unproven" in refused.err
    out = run("link", "move", "Wiki", MOVED, "--unproven").out
    assert out.splitlines()[:3] == [
        "Moved, unproven.",
        "Its secret was for https://wiki.example.com: enter it anew by `applinks link secret Wiki --outgoing --stdin`.",
        "These people have to agree again: alice.",
    ]
    data = run("link", "move", "Wiki", MOVED, "--json").data
    assert (data["application_url"], data["secret_needed"], data["dropped"]) == (MOVED, False, [])


def test_another_key_of_theirs_is_set_with_an_overlap_or_without(run, applinks, tmp_path):
    file = tmp_path / "key.txt"
    file.write_text(key_of("fresh").public.text)
    ran = run("link", "public-key", "Wiki", str(file))
    assert f"  key         {key_of('fresh').public.fingerprint}\n" in ran.out
    assert "by its key before, too, until 20" in ran.out
    before = PublicKey.read(applinks.link("Wiki").link.incoming.previous_key)
    assert before == InMemory("Wiki").key.public
    file.write_text(key_of("fresher").public.text)
    data = run("link", "public-key", "Wiki", str(file), "--overlap", "0", "--json").data
    assert (data["fingerprint"], data["incoming"]["previous_key_until"]) == (key_of("fresher").public.fingerprint, None)


def test_our_own_address_is_told_to_all_or_to_one(run, applinks, far):
    far.network = lambda request: Response(200, (), b'{"accepted": true}')
    assert run("link", "announce-address").out.splitlines() == [
        "link     told",
        "Tracker  told",
        "Wiki     told",
        "Archive  told",
    ]
    assert run("link", "announce-address", "Wiki", "--json").data == [{"link": "Wiki", "told": "told", "why": None}]


def test_where_there_are_no_links_nobody_is_told(run):
    run("init", "--url", "https://forge.example.com")
    assert run("link", "announce-address").out == "There are no links.\n"


def test_both_ends_are_deleted_or_neither(run, applinks, far):
    def away(request):
        raise TransportFailed("nobody there", remedy="Is it running?")

    far.network = away
    failed = run("link", "delete", "Wiki", "--yes", "--both", status=1)
    assert "Nothing was deleted" in failed.err
    assert applinks.link("Wiki")
    far.network = lambda request: Response(200, (), b'{"deleted": true}')
    assert run("link", "delete", "Wiki", "--yes", "--both").out == "Deleted here and there (it answered 200).\n"
    assert run("link", "delete", "Tracker", "--yes", "--both", "--json").data == {"deleted": "Tracker", "status": 200}


def test_a_product_is_asked_as_somebody(run, applinks, far):
    far.network = lambda request: Response(404 if mending.DELETED_PATH in request.url else 204)
    assert "--as USER" in run("link", "delete", "Wiki", "--yes", "--both", status=1).err
    assert run("link", "delete", "Wiki", "--yes", "--both", "--as", "root").out.endswith("(it answered 204).\n")


def test_a_link_is_renamed_and_its_address_for_people_changed(run, applinks):
    data = run("link", "change", "Wiki", "--name", "Handbook", "--display-url", "https://pages.example.com/", "--json").data
    assert (data["name"], data["display_url"]) == ("Handbook", "https://pages.example.com")
    assert "There is a link named 'Tracker' already" in run("link", "change", "Handbook", "--name", "TRACKER", status=1).err
    assert "plain http(s) address" in run("link", "change", "Handbook", "--display-url", "nothing", status=1).err
    assert "plain text" in run("link", "change", "Handbook", "--name", "", status=1).err
