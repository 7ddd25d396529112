"""The records and their chain, read over HTTP."""

from __future__ import annotations

import httpx2

from web.interface.rig import Rig


def test_records_are_read_page_by_page(client: httpx2.Client, made: Rig):
    whole = [record.sequence for record in made.applinks.audit(100)]
    read, before = [], None
    while True:
        page = client.get("/audit", params={"limit": 2, **({"before": before} if before else {})}).json()
        read += [record["sequence"] for record in page["records"]]
        before = page["before"]
        if before is None:
            break
    assert read == whole
    only = client.get("/audit", params={"kind": "link made", "link": "Library"}).json()["records"]
    assert [record["entry"]["link"] for record in only] == ["Library"]


def test_the_chain_of_records_is_checked(client: httpx2.Client):
    verdict = client.get("/audit/verdict").json()
    head = verdict["head"]
    assert (verdict["broken"], verdict["problem"]) == (None, None)
    assert client.get("/audit/verdict", params={"noted": f"{head['sequence']}:{head['digest']}"}).json()["broken"] is None
    other = client.get("/audit/verdict", params={"noted": f"{head['sequence']}:{'0' * 64}"}).json()
    assert other["problem"] == "the entry is not the one that was noted"
