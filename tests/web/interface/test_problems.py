"""How the interface says no: a problem document for every error of the rules (RFC 9457)."""

from __future__ import annotations

import json

import jsonschema_rs
import pytest

from applinks.errors import AppLinksError, ConfigurationError, CredentialsRequired, FarSideError, LinkExists, StoreUnavailable
from applinks.web.interface.problems import SCHEMA, Refusal, nothing_there, told

WHOLE = jsonschema_rs.Draft202012Validator(dict(SCHEMA))
ERRORS = [
    ConfigurationError("It is wrong.", remedy="Mend it."),
    LinkExists("It is there.", link="Wiki"),
    FarSideError("They said no.", status=500, body={"secret": "hunter2"}, link="Wiki"),
    StoreUnavailable("Away."),
    CredentialsRequired("Ask first.", user="alice", authorization_url="https://wiki.example.com/a"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.code)
def test_an_error_is_told_with_code_and_remedy_and_nothing_else_of_it(error: AppLinksError):
    answer = told(error)
    body = json.loads(answer.body)
    assert WHOLE.is_valid(body), body
    assert (body["code"], body["detail"], body["remedy"]) == (error.code, error.message, error.remedy)
    assert body["status"] == answer.status
    assert "hunter2" not in answer.body.decode()


def test_where_the_records_are_away_it_says_when_to_ask_again():
    assert told(StoreUnavailable("Away.")).header("retry-after") == "5"
    assert told(LinkExists("There.")).header("retry-after") is None


def test_an_address_for_consent_is_told():
    assert json.loads(told(ERRORS[-1]).body)["authorization_url"] == "https://wiki.example.com/a"


def test_a_refusal_points_to_what_was_wrong():
    body = json.loads(Refusal(400, "invalid", "Wrong.", remedy="Mend it.", errors=[("/a", "is missing")]).response().body)
    assert WHOLE.is_valid(body)
    assert body["errors"] == [{"pointer": "/a", "detail": "is missing"}]


def test_what_is_not_there_is_told_without_its_name():
    """T-53"""
    assert json.loads(nothing_there("grant").response().body)["detail"] == "There is no such grant."
