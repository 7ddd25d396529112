"""Clients in Python, used as their documentation says."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import requests
from atlassian import Jira
from authlib.integrations.requests_client import OAuth1Session as AuthlibSession
from jira import JIRA, JIRAError
from requests_oauthlib import OAuth1Session

from peers.client import ACCESS_TOKEN, REQUEST_TOKEN, RSA_SHA1, Answer, Peer, Task


def _token(answer: requests.Response, given: dict[str, str], authorize: str = "") -> Answer:
    told = (answer.status_code, answer.text, dict(answer.headers))
    return Answer(*told, given.get("oauth_token", ""), given.get("oauth_token_secret", ""), authorize)


class _LastAnswer:
    """Keeps what the far side said to a session that does not show it."""

    def __init__(self, session: requests.Session) -> None:
        self.answer = requests.Response()
        session.hooks["response"].append(self)

    def __call__(self, answer: requests.Response, *_: object, **__: object) -> None:
        self.answer = answer


def _play(session: Any, task: Task) -> Answer:
    """requests-oauthlib and Authlib have the same methods, and raise when a token is not given."""
    last = _LastAnswer(session)
    try:
        if task.step == REQUEST_TOKEN:
            given = session.fetch_request_token(task.request_token_url)
            return _token(last.answer, given, _where_to_agree(session, task))
        if task.step == ACCESS_TOKEN:
            given = session.fetch_access_token(task.access_token_url, verifier=task.verifier)
            return _token(last.answer, given)
    except Exception:
        if last.answer.status_code is None:
            raise
        return _token(last.answer, {})
    return _token(session.request(task.http_method, task.url), {})


def _where_to_agree(session: Any, task: Task) -> str:
    name = "create_authorization_url" if isinstance(session, AuthlibSession) else "authorization_url"
    return getattr(session, name)(task.authorize_url)


def requests_oauthlib(task: Task) -> Answer:
    with OAuth1Session(
        task.consumer_key,
        client_secret=task.secret,
        rsa_key=task.private_key,
        signature_method=task.signature_method,
        callback_uri=task.callback if task.step == REQUEST_TOKEN else None,
        resource_owner_key=task.token,
        resource_owner_secret=task.token_secret,
        verifier=task.verifier or None,
    ) as session:
        return _play(session, task)


def authlib(task: Task) -> Answer:
    with AuthlibSession(
        task.consumer_key,
        client_secret=task.secret,
        rsa_key=task.private_key,
        signature_method=task.signature_method,
        redirect_uri=task.callback if task.step == REQUEST_TOKEN else None,
        token=task.token,
        token_secret=task.token_secret,
    ) as session:
        return _play(session, task)


def _access(task: Task) -> dict[str, Any]:
    """What `jira` and `atlassian` are given; their names for it are the same."""
    return {
        "access_token": task.token,
        "access_token_secret": task.token_secret,
        "consumer_key": task.consumer_key,
        "key_cert": task.private_key,
        "signature_method": task.signature_method,
    }


def jira(task: Task) -> Answer:
    """Asks who it is as soon as it is made, and tries HMAC-SHA1 with the RSA key too before it gives up."""
    try:
        with closing(JIRA(task.site, oauth=_access(task), get_server_info=False, max_retries=0)) as client:
            return Answer(200, client.myself()["name"])
    except JIRAError as refused:
        return Answer(refused.status_code, refused.text, dict(refused.response.headers))


def atlassian(task: Task) -> Answer:
    with Jira(task.site, oauth=_access(task)) as client:
        try:
            return Answer(200, client.myself()["name"])
        except requests.HTTPError as refused:
            return Answer(refused.response.status_code, refused.response.text, dict(refused.response.headers))


PYTHON = [
    Peer("requests-oauthlib", requests_oauthlib),
    Peer("Authlib", authlib, signs_empty_token_in_query=False),
    Peer("jira", jira, signs_by=(RSA_SHA1,), dances=False, signs_empty_token_in_query=False),
    Peer("atlassian-python-api", atlassian, signs_by=(RSA_SHA1,), dances=False, signs_empty_token_in_query=False),
]
