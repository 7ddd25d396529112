"""What is refused, and how a call that fails says so: one typed error, with a remedy and without a secret."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from applinks import (
    AccessRefused,
    Administrator,
    AppLinksError,
    ConfigurationError,
    CredentialsRequired,
    FarSideError,
    MalformedAnswer,
    NobodyActing,
    PairingRefused,
    Person,
    Policy,
    RedirectedElsewhere,
    RunAsRefused,
    TheirFault,
    TimedOut,
    TlsFailed,
    TransportFailed,
    run_as,
)
from applinks.links import Level
from journeys.people import ADMIN, PASSWORD
from journeys.records import LOGIN_PAGE
from journeys.serving import address_of, asgi, listen, wsgi
from journeys.world import Caller, Member
from putting import put

SECRET_QUERY = "echo?ticket=a-secret-in-the-query"


def call(caller: Caller, name: str, path: str = SECRET_QUERY, method: str = "get", **options: Any) -> Any:
    """One call to Tracker as that person."""

    def journey():
        linked = yield caller.applinks.link("Tracker")
        return (yield getattr(linked, method)(path, **options))

    with caller.applinks.acting_as(Person(name)):
        return caller.play(journey())


def holds_no_secret(error: AppLinksError) -> bool:
    """Neither proof nor query nor password, in the text or in what a log would print of the error."""
    shown = f"{error} {error!r} {error.remedy}"
    return not any(secret in shown for secret in ("oauth_signature=", "oauth_nonce", "BEGIN", "ticket=", PASSWORD))


# ---- the far side says no


def test_an_answer_of_400_and_above_is_an_error_with_its_parsed_body_r23(caller: Caller) -> None:
    with pytest.raises(FarSideError, match="You may look, not touch") as caught:
        call(caller, "alice", "forbidden")
    error = caught.value
    assert not isinstance(error, AccessRefused)
    assert (error.status, error.link, error.direction) == (403, "Tracker", "outgoing")
    assert error.body == {"errorMessages": ["You may look, not touch."], "errors": {"summary": "too short"}}
    assert error.response.json() == error.body


def test_a_401_of_the_application_itself_is_no_oauth_problem_c13(caller: Caller) -> None:
    with pytest.raises(FarSideError) as caught:
        call(caller, "alice", "own-401")
    assert (type(caught.value), caught.value.status, caught.value.body) == (FarSideError, 401, "not you")
    assert caught.value.response.headers["www-authenticate"].startswith("OAuth realm=")


def test_a_path_that_is_not_there_is_a_404(caller: Caller) -> None:
    with pytest.raises(FarSideError) as caught:
        call(caller, "alice", "nowhere")
    assert caught.value.status == 404


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("nobody", "there is no such user"),
        ("dave", "the person is disabled"),
        ("erin", "an administrator whom the policy does not name"),
        ("Alice", "there is no such user"),
        (" alice", "blanks at its ends"),
        ("alice\t", "blanks at its ends or control characters"),
        ("аlice", "there is no such user"),
    ],
    ids=["unknown", "disabled", "administrator", "case", "blank", "control", "look-alike"],
)
def test_whoever_may_not_be_impersonated_is_refused_never_anonymous_t20_t21_t22(caller: Caller, name: str, why: str) -> None:
    with pytest.raises(AccessRefused) as caught:
        call(caller, name)
    error = caught.value
    assert (error.status, error.problem, error.link) == (401, "permission_denied", "Tracker")
    assert error.remedy
    assert why not in str(error)  # one outward answer for all of them (T-28)
    assert holds_no_secret(error)
    record = caller.world.tracker.entries("admission")[-1]
    assert (record.subject, record.link, why in record.outcome) == (name, "Front", True)
    assert caller.world.front.entries("call")[-1].outcome == "permission_denied"


def test_a_person_disabled_a_moment_ago_is_refused_now_t21(caller: Caller) -> None:
    people = caller.world.tracker.people
    assert call(caller, "alice").json()["user"] == "alice"
    people["alice"] = replace(people["alice"], active=False)
    try:
        with pytest.raises(AccessRefused):
            call(caller, "alice")
    finally:
        people["alice"] = replace(people["alice"], active=True)
    assert call(caller, "alice").json()["user"] == "alice"


def test_rights_of_an_administrator_given_after_the_link_was_made_count_at_once_t20(caller: Caller) -> None:
    people = caller.world.tracker.people
    people["bob"] = replace(people["bob"], administrator=True)
    try:
        with pytest.raises(AccessRefused):
            call(caller, "bob")
    finally:
        people["bob"] = replace(people["bob"], administrator=False)
    assert call(caller, "bob").json()["user"] == "bob"


@pytest.mark.parametrize(
    ("policy", "admitted", "refused"),
    [
        (Policy(users=frozenset({"alice"})), ("alice", "get", "echo"), ("bob", "get", "echo")),
        (Policy(groups=frozenset({"staff"})), ("alice", "get", "echo"), ("bob", "get", "echo")),
        (Policy(excluded_users=frozenset({"bob"})), ("alice", "get", "echo"), ("bob", "get", "echo")),
        (Policy(methods=frozenset({"GET"})), ("alice", "get", "echo"), ("alice", "post", "echo")),
        (Policy(paths=("/deeper",)), ("alice", "get", "deeper/down/echo"), ("alice", "get", "echo")),
        (Policy(paths=("/deeper",)), ("alice", "get", "deeper/down/echo"), ("alice", "get", "deeper%2f..%2fecho")),
        (Policy(administrators=frozenset({"erin"})), ("erin", "get", "echo"), ("admin", "get", "echo")),
    ],
    ids=["users", "groups", "excluded", "methods", "paths", "encoded path", "administrators"],
)
def test_the_policy_of_the_called_side_decides(
    caller: Caller, policy: Policy, admitted: tuple[str, str, str], refused: tuple[str, str, str]
) -> None:
    caller.world.tracker.applinks.change_policy("Front", policy, by="admin")
    name, method, path = admitted
    assert call(caller, name, path, method).json()["user"] == name
    name, method, path = refused
    with pytest.raises(AppLinksError):
        call(caller, name, path, method)
    assert "refused" in caller.world.tracker.entries("admission")[-1].outcome or "%2f" in path


def test_a_link_whose_level_there_is_no_impersonation_refuses_everybody_t23(caller: Caller) -> None:
    tracker = caller.world.tracker.applinks
    tracker.change_link("Front", incoming=Level.OAUTH, by="admin")
    try:
        with pytest.raises(AccessRefused) as caught:
            call(caller, "alice")
    finally:
        tracker.change_link("Front", incoming=Level.OAUTH_IMPERSONATION, by="admin")
    assert caught.value.problem == "permission_denied"


def test_a_link_that_is_disabled_there_is_refused_like_an_unknown_one_t07(caller: Caller) -> None:
    tracker = caller.world.tracker.applinks
    tracker.change_link("Front", incoming=Level.DISABLED, by="admin")
    try:
        with pytest.raises(AccessRefused) as caught:
            call(caller, "alice")
    finally:
        tracker.change_link("Front", incoming=Level.OAUTH_IMPERSONATION, by="admin")
    assert caught.value.problem == "signature_invalid"
    assert "say `applinks link create` again" in caught.value.remedy


def test_another_signature_method_than_the_pinned_one_is_refused_t05(caller: Caller) -> None:
    front = caller.world.front.applinks
    front.change_link("Tracker", signature_method="RSA-SHA1", by="admin")
    try:
        with pytest.raises(AccessRefused) as caught:
            call(caller, "alice")
        caller.world.tracker.applinks.change_link("Front", signature_method="RSA-SHA1", by="admin")
        assert call(caller, "alice").json()["user"] == "alice"
    finally:
        for member, link in ((caller.world.front, "Tracker"), (caller.world.tracker, "Front")):
            member.applinks.change_link(link, signature_method="RSA-SHA256", by="admin")
    assert caught.value.problem == "signature_invalid"


# ---- nothing leaves us


def test_in_a_bare_job_nobody_acts_and_nothing_is_sent_r33(caller: Caller) -> None:
    def journey():
        linked = yield caller.applinks.link("Tracker")
        with pytest.raises(NobodyActing, match="acting_as"):
            yield linked.get("echo")

    before = len(caller.world.tracker.entries("admission"))
    caller.play(journey())
    assert len(caller.world.tracker.entries("admission")) == before


@pytest.mark.parametrize(
    ("who", "target", "error"),
    [("bob", "deployment", "RunAsRefused"), ("alice", "ghost", "PersonUnknown"), ("alice", "dave", "PersonUnknown")],
)
def test_running_as_another_needs_permission_and_an_active_person_r28(
    caller: Caller, who: str, target: str, error: str
) -> None:
    def journey():
        linked = yield caller.applinks.link("Tracker")
        with run_as(target, reason="to see what happens"):
            yield linked.get("echo")

    with caller.applinks.acting_as(who), pytest.raises(AppLinksError) as caught:
        caller.play(journey())
    assert (type(caught.value).__name__, bool(caught.value.remedy)) == (error, True)


def test_running_as_another_needs_a_reason_r28() -> None:
    with pytest.raises(RunAsRefused, match="needs a reason"):
        run_as("deployment", reason="  ")


@pytest.mark.parametrize(("level", "error"), [(Level.OAUTH, CredentialsRequired), (Level.DISABLED, AppLinksError)])
def test_an_outgoing_level_without_impersonation_sends_nothing_weaker(
    caller: Caller, level: Level, error: type[AppLinksError]
) -> None:
    front = caller.world.front.applinks
    front.change_link("Tracker", outgoing=level, by="admin")
    before = len(caller.world.tracker.entries("admission"))
    try:
        with pytest.raises(error) as caught:
            call(caller, "alice")
    finally:
        front.change_link("Tracker", outgoing=Level.OAUTH_IMPERSONATION, by="admin")
    assert (caught.value.link, bool(caught.value.remedy)) == ("Tracker", True)
    assert len(caller.world.tracker.entries("admission")) == before


# ---- the way to the far side


@pytest.fixture
def lead_to(caller: Caller) -> Iterator[Callable[[str], None]]:
    """Lets the link lead to another address, as if the far side had become something else."""
    front = caller.world.front.applinks
    link = front.link("Tracker").link

    def lead(url: str) -> None:
        put(front, replace(link, application_url=url))

    yield lead
    put(front, link)


def failure(caller: Caller, kind: type[AppLinksError], **options: Any) -> AppLinksError:
    with pytest.raises(kind) as caught:
        call(caller, "alice", **options)
    error = caught.value
    assert (type(error), error.link, error.direction, bool(error.remedy)) == (kind, "Tracker", "outgoing", True)
    assert holds_no_secret(error)
    record = caller.world.front.entries("call")[-1]
    # Whatever is wrong with the way, the record says the same: the road is told no more by the HTTP client.
    told = TransportFailed if issubclass(kind, TransportFailed) else kind
    assert (record.subject, record.link, record.outcome) == ("alice", "Tracker", told.code)
    return error


def test_a_far_side_that_is_down_is_told(caller: Caller, lead_to: Callable[[str], None]) -> None:
    with listen() as gone:
        url = address_of(gone)
    lead_to(url)
    error = failure(caller, TransportFailed)
    assert "cannot be reached" in error.message
    assert "that it runs" in error.remedy


def test_a_far_side_that_does_not_answer_in_time_is_told_with_a_warning(caller: Caller, lead_to: Callable[[str], None]) -> None:
    with listen() as silent:
        lead_to(address_of(silent))
        error = failure(caller, TimedOut, timeout=0.1)
    assert "did not answer in time" in error.message
    assert "look before asking again" in error.remedy


def test_a_far_side_that_hangs_up_is_told(caller: Caller, lead_to: Callable[[str], None]) -> None:
    import threading

    def hang_up() -> None:
        connection, _ = rude.accept()
        connection.recv(10)
        connection.close()

    with listen() as rude:
        lead_to(address_of(rude))
        thread = threading.Thread(target=hang_up)
        thread.start()
        error = failure(caller, TransportFailed)
        thread.join()
    assert "broke off" in error.message
    assert "look before asking again" in error.remedy


def test_a_name_that_does_not_resolve_is_told(caller: Caller, lead_to: Callable[[str], None]) -> None:
    lead_to("http://no-such-host.invalid")
    assert "cannot be reached" in failure(caller, TransportFailed).message


@pytest.mark.parametrize("to", ["http://evil.test/login", "http://user@evil.test/", "//evil.test/", "https://{host}/echo"])
def test_a_redirect_to_elsewhere_is_not_followed_and_nothing_is_sent_there_r24(caller: Caller, to: str) -> None:
    url = caller.world.tracker.url
    target = to.format(url=url, host=url.partition("//")[2])
    with pytest.raises(RedirectedElsewhere, match="login page") as caught:
        call(caller, "alice", "away", params={"to": target})
    assert (caught.value.link, caught.value.direction) == ("Tracker", "outgoing")


def test_a_redirect_that_stays_below_the_link_is_followed_with_a_proof_of_its_own(caller: Caller) -> None:
    url = caller.world.tracker.url
    before = len(caller.world.tracker.entries("admission"))
    answer = call(caller, "alice", "away", params={"to": f"{url}/echo?found=1"})
    assert ["found", "1"] in answer.json()["query"]
    assert answer.json()["user"] == "alice"
    assert len(caller.world.tracker.entries("admission")) == before + 2


@pytest.mark.parametrize("location", ["http://[", "http://x:y/", "", "\xff", "javascript:alert(1)"])
def test_a_redirect_to_no_address_is_not_followed(caller: Caller, lead_to: Callable[[str], None], location: str) -> None:
    def away(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("302 Found", [("Location", location)])
        return []

    with listen() as listening, wsgi(away, listening):
        lead_to(address_of(listening))
        failure(caller, RedirectedElsewhere)


def test_a_redirect_of_something_that_changes_is_never_followed(caller: Caller) -> None:
    with pytest.raises(RedirectedElsewhere):
        call(caller, "alice", "away", "post", params={"to": f"{caller.world.tracker.url}/echo"})


def test_redirects_without_an_end_are_cut(caller: Caller) -> None:
    url = f"{caller.world.tracker.url}/away?to="
    for _ in range(5):
        url = f"{caller.world.tracker.url}/away?to={url.replace('%', '%25').replace('?', '%3F').replace('=', '%3D')}"
    with pytest.raises(RedirectedElsewhere):
        call(caller, "alice", url)


# ---- making a link with something that is none


def login_page(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/html")])
    return [LOGIN_PAGE.encode()]


def to_login(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("302 Found", [("Location", "https://sso.test/login")])
    return []


async def huge(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/xml")]})
        for number in range(40):
            await send({"type": "http.response.body", "body": b"<a>" * 30_000, "more_body": number < 39})


def not_made(caller: Caller, url: str, kind: type[AppLinksError], administrator: Administrator = ADMIN) -> AppLinksError:
    def journey():
        before = yield caller.applinks.links()
        with pytest.raises(kind) as caught:
            yield caller.applinks.create_link(url, administrator, same_users=True, by="admin")
        after = yield caller.applinks.links()
        assert [one.link for one in after] == [one.link for one in before]
        return caught.value

    error = caller.play(journey())
    assert holds_no_secret(error)
    return error


@pytest.mark.parametrize("application", [login_page, to_login])
def test_no_link_is_made_with_a_login_page(caller: Caller, application: Any) -> None:
    with listen() as listening, wsgi(application, listening):
        error = not_made(caller, address_of(listening), MalformedAnswer)
    assert error.remedy


def test_a_huge_answer_is_not_read_t35(caller: Caller) -> None:
    with listen() as listening, asgi(huge, listening):
        error = not_made(caller, address_of(listening), TheirFault)
    assert "more than" in error.message


def test_no_link_is_made_with_something_that_is_down(caller: Caller) -> None:
    with listen() as gone:
        url = address_of(gone)
    assert "cannot be reached" in not_made(caller, url, TransportFailed).message


@pytest.mark.parametrize(
    ("name", "password"), [("admin", "wrong"), ("alice", PASSWORD), ("dave", PASSWORD), ("nobody", PASSWORD)]
)
def test_no_link_is_made_by_anybody_but_an_administrator_of_the_other_side(caller: Caller, name: str, password: str) -> None:
    far: Member = caller.world.archive
    error = not_made(caller, far.url, PairingRefused, Administrator(name, password))
    assert "refused" in error.message
    assert error.remedy


def test_a_name_that_cannot_travel_is_told_before_anything_is_sent(caller: Caller) -> None:
    before = len(caller.world.archive.entries("admission"))
    error = not_made(caller, caller.world.archive.url, ConfigurationError, Administrator("ad:min", "a password"))
    assert "colon" in error.message
    assert "a password" not in str(error)
    assert len(caller.world.archive.entries("admission")) == before


@pytest.mark.parametrize(
    "url",
    ["http://192.0.2.1", "http://example.test/x", "ftp://127.0.0.1", "http://u:p@127.0.0.1", "http://127.0.0.1/?q", "nonsense"],
)
def test_an_address_that_is_none_or_not_safe_is_not_even_asked_s09(caller: Caller, url: str) -> None:
    assert not_made(caller, url, PairingRefused).remedy


def test_an_application_is_not_linked_with_itself(caller: Caller) -> None:
    assert "itself" in not_made(caller, caller.world.front.url, PairingRefused).message


# ---- TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Made by ourselves, so that nobody trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    folder: Path = tmp_path_factory.mktemp("tls")
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    (folder / "certificate.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return {"ssl_keyfile": str(folder / "key.pem"), "ssl_certfile": str(folder / "certificate.pem")}


def test_a_certificate_that_nobody_trusts_ends_the_call_before_anything_is_sent(
    caller: Caller, lead_to: Callable[[str], None], certificate: dict[str, str]
) -> None:
    came: list[str] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        came.append(scope["type"])

    with listen() as listening, asgi(application, listening, **certificate):
        url = address_of(listening, scheme="https")
        lead_to(url)
        error = failure(caller, TlsFailed)
        not_made(caller, url, TlsFailed)
        # The server itself is in order: whoever trusts its certificate gets through.
        trusting = ssl.create_default_context(cafile=certificate["ssl_certfile"])
        with (
            socket.create_connection(listening.getsockname()) as plain,
            trusting.wrap_socket(plain, server_hostname="127.0.0.1"),
        ):
            pass
    assert "certificate" in error.remedy
    assert set(came) <= {"lifespan"}
