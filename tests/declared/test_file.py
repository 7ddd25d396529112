"""A link file is read whole: every key into its value, every mistake at once, nothing hostile for long."""

from __future__ import annotations

import pytest

from applinks.declared import file as files
from applinks.declared import read
from applinks.declared.model import DeclaredIncoming, DeclaredOutgoing, Secret
from applinks.errors import LinkFileWrong
from applinks.links import Endpoints, Level, Limits
from applinks.people import Policy
from applinks.wire.oauth1 import SignatureMethod
from declared.files import ELSEWHERE, JIRA, LINKED, TWO, application, declared
from in_memory import key_of

KEY = key_of("Jira").public.text


def mistakes(written: str, **more) -> list[str]:
    with pytest.raises(LinkFileWrong) as refused:
        declared(written, **more)
    return list(refused.value.mistakes)


def test_the_least_that_must_be_said_is_an_address_a_database_and_whether_users_are_the_same():
    file = declared('[applications.wiki]\nurl = "https://wiki.example.com/"\ndatabase = "sqlite:///wiki.db"\n')
    wiki = file.applications["wiki"]
    assert (wiki.name, wiki.type, wiki.url, wiki.display_url) == ("wiki", "generic", "https://wiki.example.com", wiki.url)
    assert wiki.database == f"sqlite:///{ELSEWHERE}/wiki.db"
    assert wiki.is_ours
    assert file.links == ()


def test_every_key_is_read():
    file = declared(f"""{application("Tracker", 'sealing_keys = "env:SECRET"')}
        [applications.jira]
        url = "https://jira.example.com"
        display_url = "https://issues.example.com/"
        name = "Jira"
        type = "jira"
        id = "4711"
        [[links]]
        between = ["jira", "tracker"]
        same_users = true
        excluded = ["carol"]
        signature_method = "HMAC-SHA256"
        [links.tracker]
        name = "Issues"
        primary = true
        same_users = true
        excluded = ["dave"]
        [links.tracker.outgoing]
        level = "oauth_impersonation"
        signature_method = "HMAC-SHA1"
        impersonation_parameter = "xoauth_requestor_id"
        consumer_key = "tracker"
        secret = "env:SECRET"
        endpoints = {{ request_token = "r", authorize = "a", access_token = "t" }}
        fixed_user = true
        account = "svc"
        [links.tracker.incoming]
        level = "oauth"
        signature_method = "RSA-SHA512"
        consumer_key = "jira"
        public_key = "{KEY}"
        callback = "https://jira.example.com/back"
        execute_as = "integration"
        policy = {{ users = ["alice"], methods = ["get"], paths = ["/rest"] }}
        limits = {{ addresses = ["10.0.*.*"], paths = ["/rest"], max_age = 20000 }}
    """)
    tracker, jira = file.applications["tracker"], file.applications["jira"]
    assert tracker.sealing_keys == Secret("env:SECRET", "canary-7d1f")
    assert (jira.id, jira.display_url, jira.is_ours) == ("4711", "https://issues.example.com", False)
    (link,) = file.links
    assert (link.between, link.same_users, link.excluded) == (("jira", "tracker"), True, frozenset({"carol"}))
    assert link.signature_method is SignatureMethod.HMAC_SHA256
    end = link.end("tracker")
    assert (end.name, end.primary, end.same_users, end.excluded) == ("Issues", True, True, frozenset({"dave"}))
    assert end.outgoing == DeclaredOutgoing(
        Level.OAUTH_IMPERSONATION,
        SignatureMethod.HMAC_SHA1,
        "xoauth_requestor_id",
        "tracker",
        Secret("env:SECRET", "canary-7d1f"),
        Endpoints("r", "a", "t"),
        True,
        "svc",
    )
    assert end.incoming == DeclaredIncoming(
        Level.OAUTH,
        SignatureMethod.RSA_SHA512,
        "jira",
        KEY,
        None,
        Policy(users={"alice"}, methods={"GET"}, paths=("/rest",)),
        "https://jira.example.com/back",
        "integration",
        Limits(("10.0.*.*",), ("/rest",), 20000),
    )


def test_the_older_name_of_a_type_is_known():
    text = application("Forge").replace('"bitbucket"', '"stash"')
    assert declared(text).applications["forge"].type == "bitbucket"


def test_a_public_key_may_lie_in_a_file(tmp_path):
    (tmp_path / "jira.pem").write_text(f"-----BEGIN PUBLIC KEY-----\n{KEY}\n-----END PUBLIC KEY-----\n")
    text = JIRA + 'incoming = { level = "oauth", consumer_key = "jira", public_key = "file:jira.pem" }'
    assert declared(text, folder=tmp_path).links[0].end("tracker").incoming.public_key == KEY


@pytest.mark.parametrize(
    ("database", "found"),
    [
        ("sqlite:////var/lib/t.db", "sqlite:////var/lib/t.db"),
        ("sqlite:///lib/t.db", "sqlite:////elsewhere/lib/t.db"),
        ("postgresql://tracker@db.example.com/tracker", "postgresql://tracker@db.example.com/tracker"),
        ("env:DATABASE", "postgresql://tracker:canary@db.example.com/tracker"),
    ],
)
def test_a_database_is_told_by_its_address_or_by_the_variable_that_has_it(database, found):
    text = application("Tracker").replace("sqlite:///tracker.db", database)
    file = declared(text, {"DATABASE": "postgresql://tracker:canary@db.example.com/tracker"})
    assert file.applications["tracker"].database == found
    assert "canary" not in repr(file)


@pytest.mark.parametrize(
    ("database", "told"),
    [
        ("postgresql://t:canary@db/t", "a password must not stand in this file"),
        ("sqlite://", "a database in memory ends with this command"),
        ("sqlite:///:memory:", "a database in memory ends with this command"),
        ("mysql://db/t", "Databases of kind 'mysql' are not supported"),
        ("canary", "The address of the database is not a URL"),
        ("env:UNSET", "env:UNSET cannot be read"),
    ],
)
def test_a_database_that_cannot_be_used_is_a_mistake_without_its_password(database, told):
    (mistake,) = mistakes(application("Tracker").replace("sqlite:///tracker.db", database))
    assert mistake.startswith(f"applications.tracker.database: {told}")
    assert "canary" not in mistake


def test_all_mistakes_of_a_file_are_told_at_once_by_their_places():
    told = mistakes(f"""nonsense = 1
        {application("Tracker", "nme = 1", 'sealing_keys = "canary"')}
        {application("Wiki")}
        [applications.between]
        [applications.'x y']
        [[links]]
        between = ["tracker", "wiki"]
        [links.tracker]
        name = 3
        outgoing.level = "oath"
        incoming.policy.administrator = ["x"]
        incoming.limits.paths = ["rest"]
        incoming.callback = "javascript:alert(1)"
        outgoing.endpoints.request_token = "r"
        [[links]]
        between = ["tracker", "jira"]
        [[links]]
        [[links]]
        between = ["tracker", "tracker"]
    """)
    assert [mistake.partition(": ")[0] for mistake in told] == [
        "nonsense",
        "applications.tracker.nme",
        "applications.tracker.sealing_keys",
        "applications.between",
        "applications.'x y'",
        "links[1].tracker.name",
        "links[1].tracker.outgoing.level",
        "links[1].tracker.outgoing.endpoints",
        "links[1].tracker.incoming.policy.administrator",
        "links[1].tracker.incoming.limits",
        "links[1].tracker.incoming.callback",
        "links[2].between",
        "links[3].between",
        "links[4].between",
    ]
    assert not [mistake for mistake in told if "canary" in mistake]


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("applications = 1", "applications"),
        ("links = {}", "links"),
        ("links = [1]", "links[1]"),
        (f"{TWO}\n[[links]]\nbetween = 1", "links[1].between"),
        (f"{TWO}\n[[links]]\nbetween = ['tracker', 1]", "links[1].between[2]"),
        (LINKED + "wiki = 1", "links[1].wiki"),
        (LINKED + "forge = {}", "links[1].forge"),
    ],
)
def test_what_is_of_another_kind_is_a_mistake_at_its_place(written, place):
    assert mistakes(written)[0].startswith(f"{place}: ")


def test_an_end_of_an_application_that_has_no_part_in_the_link_is_a_mistake():
    (told,) = mistakes(f"{application('Forge')}\n{LINKED}\n[links.forge]\n")
    assert told.startswith("links[1].forge: that application has no end of this link")


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("a = ", "It is not TOML: Invalid value (at end of document)"),
        ("a = 1\na = 2\nb = 3", "It is not TOML: Cannot overwrite a value (at line 2"),
        ("a = " + "9" * 5000, "It is not TOML: it is no document of sensible size"),
        ("a = " + "[" * 100_000, "It is not TOML: it is no document of sensible size"),
        ("a." * 100_000 + "a = 1", "It has a key of more parts than any key of a link file"),
        ("'a' . " * 40_000 + "a = 1", "It has a key of more parts than any key of a link file"),
    ],
)
@pytest.mark.timeout(20)
def test_what_is_no_document_for_us_is_told_so_at_once(written, told):
    (mistake,) = mistakes(written)
    assert mistake.startswith(told)


@pytest.mark.parametrize("long", ["a" * 200_000, '"' * 200_000, '"a' * 100_000], ids=["a word", "quotes", "texts"])
@pytest.mark.timeout(20)
def test_looking_for_such_keys_takes_no_longer_the_longer_a_word_is(long):
    assert mistakes(f"x = {long}")


def test_a_file_is_found_beside_what_it_refers_to(tmp_path):
    (tmp_path / "links.toml").write_text(JIRA + 'outgoing = { level = "oauth", secret = "file:secret" }')
    (tmp_path / "secret").write_text("s3cret\n")
    file = read(tmp_path / "links.toml", {})
    assert file.applications["tracker"].database == f"sqlite:///{tmp_path}/tracker.db"
    assert file.links[0].end("tracker").outgoing.secret == Secret("file:secret", "s3cret")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("none.toml", None, "none.toml: No such file"),
        ("large.toml", b"#" * (files.LARGEST + 1), "large.toml is larger than 256 KiB"),
        ("bytes.toml", b"\xff", "bytes.toml is no text in UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_by_its_name(tmp_path, name, content, told):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(LinkFileWrong, match=told) as refused:
        read(tmp_path / name, {})
    assert str(refused.value).startswith(f"{tmp_path}/{name} has one mistake. It cannot be read: ")
    assert refused.value.code == "link-file-wrong"


def test_plain_http_is_allowed_by_the_setting_for_it():
    text = LINKED.replace("https:", "http:")
    assert "plain http" in mistakes(text)[0]
    assert declared(text, {"APPLINKS_PLAIN_HTTP": "1"}).links
