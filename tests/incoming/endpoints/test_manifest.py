from __future__ import annotations

import json

import pytest

from applinks import __version__
from applinks.incoming.endpoints.manifest import PATHS
from applinks.mechanisms import MECHANISMS, TABLE, load
from applinks.wire import manifest
from applinks.wire.manifest import AuthenticationKind
from applinks.wire.messages import Request, Response
from incoming.senders import BASE, outcome, wiki


def get(path: str = PATHS[0], accept: str | None = None) -> Response:
    called, _ = wiki()
    return outcome(called, Request("GET", BASE + path, (("accept", accept),) if accept else ()))


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("accept", [None, "*/*", "application/xml", "application/json"])
def test_it_tells_anybody_what_this_application_is(path, accept):
    called, _ = wiki()
    answer = get(path, accept)
    told = manifest.read(answer.body, answer.header("content-type"))
    us = called.identity
    assert (told.id, told.name, told.type, told.url) == (us.id, us.name, us.type, us.url)
    assert told.version == __version__
    assert told.incoming == told.outgoing == tuple(mechanism.KIND for mechanism in MECHANISMS)
    assert told.public_signup is False


@pytest.mark.parametrize("names", [["2LOi"], ["Basic", "Trusted"], list(TABLE)])
def test_it_tells_the_mechanisms_that_are_loaded_and_no_others(names):
    called, _ = wiki()
    called.mechanisms = load(names)
    told = manifest.read(outcome(called, Request("GET", BASE + PATHS[0])).body, "application/xml")
    assert set(told.incoming) == set(told.outgoing) == {mechanism.KIND for mechanism in called.mechanisms}
    assert (AuthenticationKind.BASIC in told.incoming) is ("Basic" in names)


@pytest.mark.parametrize(
    ("path", "accept", "kind"),
    [
        (PATHS[0], None, "xml"),
        (PATHS[0], "*/*", "xml"),
        (PATHS[0], "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "xml"),
        (PATHS[0], "application/xml", "xml"),
        (PATHS[0], "application/json", "json"),
        ("/rest/applinks/latest/manifest", "application/json", "json"),
        ("/rest/applinks/1.0/manifest.json", None, "json"),
        ("/rest/applinks/1.0/manifest.json", "application/xml", "json"),
    ],
)
def test_it_is_xml_unless_json_is_asked_for(path, accept, kind):
    answer = get(path, accept)
    assert answer.status == 200
    assert answer.header("content-type") == f"application/{kind};charset=UTF-8"
    assert answer.body.startswith(b"<?xml" if kind == "xml" else b"{")
    if kind == "json":
        assert json.loads(answer.body)["typeId"] == "confluence"
