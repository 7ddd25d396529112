"""How links are, and why requests were refused, over HTTP: the same as by the commands."""

from __future__ import annotations

import httpx2

from web.interface.rig import URL, Rig, problem


def test_a_link_is_examined_live(client: httpx2.Client, made: Rig):
    told = client.post(f"/links/{made.id('Archive')}/diagnosis", json={}).json()
    assert (told["link"], told["status"], told["working"]) == ("Archive", "network-error", False)
    assert told["findings"][0]["remedy"]
    assert told["checks"][0]["good"] is True
    answer = client.post(f"/links/{made.id('Tracker')}/diagnosis", json={"user": "nobody"})
    assert problem(answer) == (422, "person-unknown")


def test_all_links_are_examined_one_after_the_other(client: httpx2.Client, made: Rig):
    told = client.post("/diagnoses", json={"strict": True}).json()["diagnoses"]
    assert [diagnosis["link"] for diagnosis in told] == [linked.name for linked in made.applinks.links()]
    assert [diagnosis for diagnosis in told if diagnosis["defaults"]]


def test_refused_requests_are_listed_and_explained_without_what_is_private(client: httpx2.Client, made: Rig):
    """T-66"""
    (refused,) = client.get("/refusals").json()["refusals"]
    assert (refused["link"], refused["problem"], refused["request"]) == ("Tracker", "signature_invalid", f"GET {URL}/rest/page")
    assert client.get("/refusals", params={"link": made.id("Archive")}).json() == {"refusals": []}
    explained = client.get(f"/refusals/{refused['id']}/explanation")
    assert (explained.json()["link"], explained.json()["request"]) == ("Tracker", f"GET {URL}/rest/page")
    assert explained.json()["difference"]
    assert "hunter2" not in explained.text
    assert problem(client.get("/refusals/nothing/explanation")) == (404, "not-found")


def test_a_request_that_is_pasted_is_explained(client: httpx2.Client):
    pasted = 'GET /rest/page HTTP/1.1\r\nHost: wiki.example.com\r\nAuthorization: OAuth oauth_consumer_key="nobody"\r\n\r\n'
    told = client.post("/explanations", json={"request": pasted}).json()
    assert (told["consumer_key"], told["link"], told["certain"]) == ("nobody", None, True)
    assert problem(client.post("/explanations", json={"request": "nonsense"})) == (422, "configuration")
