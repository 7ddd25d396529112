"""Clients in Python, used as their documentation says."""

from __future__ import annotations

from contextlib import closing
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from atlassian import Confluence, Jira
from authlib.integrations.requests_client import OAuth1Session as AuthlibSession
from authlib.oauth1 import SIGNATURE_TYPE_BODY, SIGNATURE_TYPE_HEADER, SIGNATURE_TYPE_QUERY
from jira import JIRA, JIRAError
from requests_oauthlib import OAuth1Session

from peers.client import (
    ACCESS_TOKEN,
    HMAC_SHA1,
    METHODS,
    NOWHERE,
    RENEWAL,
    REQUEST_TOKEN,
    RSA_SHA1,
    RSA_SHA256,
    RSA_SHA512,
    Answer,
    Peer,
    Task,
    Unable,
)


def _token(answer: requests.Response, given: dict[str, str], authorize: str = "") -> Answer:
    return Answer(
        answer.status_code,
        answer.text,
        dict(answer.headers),
        token=given.get("oauth_token", ""),
        token_secret=given.get("oauth_token_secret", ""),
        authorize=authorize,
        session_handle=given.get("oauth_session_handle", ""),
    )


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
        if task.step == RENEWAL:
            answer = session.post(task.access_token_url, data={"oauth_session_handle": task.session_handle})
            return _token(answer, {name: values[0] for name, values in parse_qs(answer.text).items()})
        return _token(session.request(task.http_method, task.url), {})
    except Exception as error:
        if last.answer.status_code is None:
            raise Unable(repr(error)) from error
        return _token(last.answer, {})


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
    """What it is to send in a query or a form besides goes together only with a proof that is there, too."""
    in_query = "oauth_token=" in task.url
    elsewhere = SIGNATURE_TYPE_BODY if task.step == RENEWAL else SIGNATURE_TYPE_HEADER
    with AuthlibSession(
        task.consumer_key,
        client_secret=task.secret,
        rsa_key=task.private_key,
        signature_method=task.signature_method,
        signature_type=SIGNATURE_TYPE_QUERY if in_query else elsewhere,
        redirect_uri=task.callback if task.step == REQUEST_TOKEN else None,
        token=task.token,
        token_secret=task.token_secret,
    ) as session:
        return _play(session, task)


def access(task: Task) -> dict[str, Any]:
    """What `jira` and `atlassian` are given; their names for it are the same."""
    return {
        "access_token": task.token,
        "access_token_secret": task.token_secret,
        "consumer_key": task.consumer_key,
        "key_cert": task.private_key,
        "signature_method": task.signature_method,
    }


def jira_client(task: Task, **options: Any) -> JIRA:
    """Asks who it is as soon as it is made, and tries HMAC-SHA1 with the RSA key too before it gives up."""
    return JIRA(task.site, oauth=access(task), max_retries=0, **options)


def jira(task: Task) -> Answer:
    try:
        with closing(jira_client(task, get_server_info=False)) as client:
            return Answer(200, client.myself()["name"])
    except JIRAError as refused:
        return Answer(refused.status_code, refused.text, dict(refused.response.headers))
    except ValueError as error:
        raise Unable(repr(error)) from error


def session_for(task: Task) -> requests.Session:
    """`atlassian` makes its addresses itself; what has to be in each of their queries, a session of requests can add."""
    session = requests.Session()
    pairs = parse_qs(urlsplit(task.url).query, keep_blank_values=True).items()
    session.params = {name: values[0] for name, values in pairs}
    return session


def atlassian_jira(task: Task) -> Jira:
    return Jira(task.site, oauth=access(task), session=session_for(task))


def atlassian_confluence(task: Task) -> Confluence:
    return Confluence(task.site, oauth=access(task), session=session_for(task), cloud=False)


def atlassian(task: Task) -> Answer:
    with atlassian_jira(task) as client:
        try:
            return Answer(200, client.myself()["name"])
        except requests.HTTPError as refused:
            return Answer(refused.response.status_code, refused.response.text, dict(refused.response.headers))


RSA = (RSA_SHA1, RSA_SHA256, RSA_SHA512)

PYTHON = [
    Peer(
        "requests-oauthlib",
        "Python",
        requests_oauthlib,
        signs_by=METHODS,
        remark="leaves an empty token out, even one that it is given: it must stand in the query. "
        "Asks for no access token without a verifier.",
    ),
    Peer(
        "Authlib",
        "Python",
        authlib,
        signs_by=(RSA_SHA1, HMAC_SHA1),
        remark="leaves an empty token out: it must stand in the query, and the whole proof with it "
        "(`signature_type=SIGNATURE_TYPE_QUERY`); likewise the session handle in a form, with `SIGNATURE_TYPE_BODY`. Can be taught other methods. Asks for no access token without a verifier.",
    ),
    Peer(
        "jira",
        "Python",
        jira,
        signs_by=RSA,
        plain=False,
        dances=False,
        empty_token=NOWHERE,
        remark="fetches no tokens and calls as nobody else. After a refusal it tries HMAC-SHA1, with no secret, and RSA-SHA1 "
        "before it gives up: three refusals for one.",
    ),
    Peer(
        "atlassian-python-api",
        "Python",
        atlassian,
        signs_by=RSA,
        plain=False,
        dances=False,
        remark="fetches no tokens. Leaves an empty token out: a `requests.Session` whose `params` hold it can be handed in.",
    ),
]
