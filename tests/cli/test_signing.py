"""`applinks signing`: the key by which other applications know this one."""

from __future__ import annotations

import pytest

from applinks.links import OurKey


@pytest.fixture
def fingerprint(applinks):
    return applinks.answer(OurKey()).public.fingerprint


def test_the_status_tells_our_key_and_which_one_each_link_signs_with(run, applinks, fingerprint):
    lines = run("signing", "status").out.splitlines()
    assert lines[0] == f"Our key is {fingerprint}"
    assert lines[2:] == [
        "link     signs with  told",
        "Archive  our key     -",
        "Tracker  our key     -",
        "Wiki     our key     -",
    ]
    data = run("signing", "status", "--json").data
    assert (data["fingerprint"], data["older"]) == (fingerprint, [])
    assert data["links"][0] == {"link": "Archive", "fingerprint": fingerprint, "current": True, "told": None, "why": None}


def test_a_new_key_is_made_entered_by_hand_and_the_old_one_retired(run, applinks, fingerprint):
    out = run("signing", "rotate", "--no-announce").out
    assert f"before it   {fingerprint}, used by Archive, Tracker, Wiki\n" in out
    assert f"Wiki     an older one, {fingerprint[:19]}…  not yet" in out
    for name in ("Wiki", "Tracker", "Archive"):
        run("signing", "use", name)
        retired = run("signing", "retire").out
    assert retired == f"Retired {fingerprint}\n"
    assert run("signing", "retire").out == "There is none that could be retired.\n"
    kinds = [written.entry.kind for written in applinks.audit(10)]
    assert kinds[:5] == ["key retired", "key switched", "key switched", "key switched", "key rotated"]


def test_those_who_cannot_be_reached_are_told_so_and_keep_the_key_that_they_know(run, applinks, monkeypatch):
    """No name of these applications resolves; nothing else is asked."""
    monkeypatch.setattr("applinks.assembly.fetch", unreachable)
    data = run("signing", "rotate", "--json").data
    assert [(link["current"], link["told"]) for link in data["links"]] == [(False, "unreachable")] * 3
    assert "unreachable: nobody there" in run("signing", "announce", "Wiki").out


def unreachable(client, request):
    from applinks.errors import TransportFailed

    raise TransportFailed("nobody there")


def test_a_link_that_signs_with_no_key_of_ours_cannot_be_switched(run, applinks):
    applinks.change_link("Wiki", outgoing="oauth", signature_method="HMAC-SHA1", by="root")
    assert "not signed with a key of ours" in run("signing", "use", "Wiki", status=1).err
