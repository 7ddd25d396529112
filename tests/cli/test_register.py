"""`applinks link register`: a link by hand, and what has to be entered over there."""

from __future__ import annotations

import pytest

from applinks.links import Endpoints, Level, OurKey, SecretOf, SecretUse
from applinks.wire.keys import PublicKey
from in_memory import key_of

KEY = key_of("Any").public.text
CANARY, OTHER_CANARY = "canary-7d1f", "canary-51c0"
URL = "https://any.example.com/base"
OURS = "https://forge.example.com/plugins/servlet"


@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "any.pem"
    path.write_text(f"-----BEGIN PUBLIC KEY-----\n{KEY}\n-----END PUBLIC KEY-----\n")
    return str(path)


def test_a_consumer_is_told_our_addresses(run, applinks, key_file):
    """R-11"""
    ran = run(
        "link", "register", "Any", "--consumer-key", "any", "--public-key", key_file, "--callback", "https://any/back",
        "--execute-as", "bot",
    )  # fmt: skip
    assert (
        ran.out
        == f"""\
Any (generic, primary) at no address
  outgoing    disabled, signed with RSA-SHA1
  incoming    oauth, verified by RSA-SHA1, as bot where nobody is named
  same users  no, said ops
  policy      everybody but administrators
  callback    https://any/back

Let it call this application, where it keeps its providers:
  Request token URL: {OURS}/oauth/request-token
  Authorize URL: {OURS}/oauth/authorize
  Access token URL: {OURS}/oauth/access-token
"""
    )
    incoming = applinks.link("Any").link.incoming
    assert (incoming.consumer_key, incoming.public_key, incoming.execute_as) == ("any", KEY, "bot")


def test_a_provider_is_told_our_key_and_where_people_come_back_to(run, applinks):
    """R-11"""
    ran = run("link", "register", "Any", URL, "--type", "stash", "--call", "--fixed-user")
    key = applinks.answer(OurKey()).public
    lines = ran.out.splitlines()
    at = lines.index("Let this application call it, where it registers consumers:")
    assert lines[at + 1 : at + 4] == [
        f"  Consumer key: {applinks.identity.consumer_key}",
        f"  Callback: {OURS}/applinks/oauth/login-dance/access",
        f"  Public key: {key.text}",
    ]
    pem = ran.out.partition("  or as PEM: ")[2].splitlines()[:-1]
    assert PublicKey.read("\n".join(pem)) == key
    assert max(map(len, pem)) == 64
    outgoing = applinks.link("Any").link.outgoing
    assert (outgoing.level, outgoing.fixed_user, applinks.link("Any").type) == (Level.OAUTH, True, "bitbucket")


def test_as_data_everything_to_be_told_is_there_and_no_secret(run, applinks):
    """T-66"""
    words = (
        "--consumer-key",
        "any",
        "--secret-stdin",
        "--our-consumer-key",
        "forge",
        "--outgoing-secret-stdin",
        "--same-users",
    )
    ran = run("link", "register", "Any", URL, *words, "--json", stdin=f"{CANARY}\n{OTHER_CANARY}\n")
    key = applinks.answer(OurKey()).public
    told = ran.data.pop("to_be_told")
    assert PublicKey.read(told.pop("public_key_pem")) == key
    assert told == {
        "consumer_key": "forge",
        "public_key": key.text,
        "callback": f"{OURS}/applinks/oauth/login-dance/access",
        "request_token_url": f"{OURS}/oauth/request-token",
        "authorize_url": f"{OURS}/oauth/authorize",
        "access_token_url": f"{OURS}/oauth/access-token",
    }
    assert run("link", "show", "Any", "--json").data == {key: value for key, value in ran.data.items() if key != "to_be_told"}
    assert not [canary for canary in (CANARY, OTHER_CANARY) if canary in ran.out + ran.err]


def test_two_secrets_are_two_lines_the_consumers_first(run, applinks):
    run(
        *("link", "register", "Any", URL, "--consumer-key", "any", "--secret-stdin", "--outgoing-secret-stdin"),
        stdin=f"{CANARY}\n{OTHER_CANARY}\n",
    )
    id = applinks.link("Any").id  # noqa: A001
    assert applinks.answer(SecretOf(id, SecretUse.INCOMING_OAUTH, "")) == CANARY
    assert applinks.answer(SecretOf(id, SecretUse.OUTGOING_OAUTH, "https://any.example.com")) == OTHER_CANARY


def test_with_a_common_secret_no_public_key_is_to_be_entered(run, files):
    out = run("link", "register", "Any", URL, "--outgoing-secret-stdin", stdin=f"{CANARY}\n").out
    assert "signed with HMAC-SHA1" in out
    assert "PUBLIC KEY" not in out


def test_addresses_that_are_not_said_are_those_of_the_type(run, applinks):
    run("link", "register", "Any", URL, "--authorize-url", "https://www.example.com/authorize")
    servlets = "plugins/servlet/oauth"
    assert applinks.link("Any").link.outgoing.endpoints == Endpoints(
        f"{servlets}/request-token", "https://www.example.com/authorize", f"{servlets}/access-token"
    )


@pytest.mark.parametrize(
    "words",
    [
        ("--our-consumer-key", "x"),
        ("--request-token-url", "r"),
        ("--authorize-url", "a"),
        ("--access-token-url", "a"),
        ("--fixed-user",),
    ],
    ids=lambda words: words[0],
)
def test_that_we_call_it_goes_without_saying_where_it_is_said_how(run, applinks, words):
    run("link", "register", "Any", URL, *words)
    assert applinks.link("Any").link.outgoing.level is Level.OAUTH


@pytest.mark.parametrize("words", [("--callback", "https://x/"), ("--execute-as", "bot"), ("--secret-stdin",)])
def test_what_is_said_of_its_calls_needs_its_consumer_key(run, applinks, words):
    """Nothing that is said is left aside silently."""
    run("link", "register", "Any", URL, "--call", *words, stdin="secret\n", status=1)
    assert len(applinks.links()) == 3


def test_saying_it_again_renews_one_direction_and_leaves_the_other(run, applinks, key_file):
    run("link", "register", "Any", URL, "--consumer-key", "any", "--public-key", key_file)
    run("link", "policy", "Any", "--method", "GET")
    before = applinks.link("Any").link
    run("link", "register", "Any", URL, "--call", "--by", "ada")
    after = applinks.link("Any").link
    assert (after.incoming, after.outgoing.level, after.same_users.said_by) == (before.incoming, Level.OAUTH, "ada")
    assert [written.entry.actor for written in applinks.audit(3)] == ["ada", "ops", "ops"]


def test_the_signature_method_is_one_of_those_that_there_are(run, applinks, key_file):
    words = ("link", "register", "Any", "--consumer-key", "any", "--public-key", key_file, "--signature-method")
    assert "RSA-SHA1, RSA-SHA256" in run(*words, "PLAINTEXT", status=2).err
    assert "cannot sign by HMAC-SHA1 with a key pair" in run(*words, "HMAC-SHA1", status=1).err
    run(*words, "RSA-SHA256")
    assert applinks.link("Any").link.incoming.signature_method == "RSA-SHA256"


@pytest.mark.parametrize("content", [b"\xff\xfe canary", b"", b"canary"])
def test_a_file_that_holds_no_key_is_two_lines(run, files, tmp_path, content):
    (tmp_path / "no.pem").write_bytes(content)
    ran = run("link", "register", "Any", "--consumer-key", "any", "--public-key", str(tmp_path / "no.pem"), status=1)
    assert len(ran.err.splitlines()) == 2
    assert "canary" not in ran.err


def test_a_file_that_is_not_there_is_a_matter_of_usage(run, files):
    ran = run("link", "register", "Any", "--consumer-key", "any", "--public-key", "nowhere.pem", status=2)
    assert "nowhere.pem" in ran.err


def test_a_link_without_a_direction_is_refused(run, applinks):
    assert "no direction" in run("link", "register", "Any", URL, status=1).err
    assert len(applinks.links()) == 3
