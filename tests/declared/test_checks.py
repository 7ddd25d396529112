"""What contradicts itself in a link file is a mistake, each at its place."""

from __future__ import annotations

import pytest

from applinks.errors import LinkFileWrong
from declared.files import JIRA, LINKED, THREE, TWO, application, declared
from in_memory import key_of

KEY = f'public_key = "{key_of("Jira").public.text}"'
CONSUMER = 'incoming = { level = "oauth", consumer_key = "jira", %s }'
FOREIGN = '[applications.%s]\nname = "%s"\n'


def mistakes(written: str) -> list[str]:
    with pytest.raises(LinkFileWrong) as refused:
        declared(written)
    return [mistake.partition(". ")[0] for mistake in refused.value.mistakes]


def linked(*lines: str) -> str:
    return "\n".join((LINKED, *lines))


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("", ["applications: no application has a database or a token, so there is nothing to set"]),
        ('[applications.wiki]\ndatabase = "sqlite:///w.db"', ["applications.wiki.url: it is missing"]),
        (application("Wiki", 'id = "1"'), ["applications.wiki.id: an application that is yours knows its id itself"]),
        (
            JIRA.replace('type = "jira"\n[[', 'type = "jira"\nsealing_keys = "env:SECRET"\n[[') + 'outgoing.level = "oauth"',
            ["applications.jira.sealing_keys: without a database there is nothing to seal"],
        ),
        (
            application("Wiki") + "\n" + FOREIGN % ("a", "A") + FOREIGN % ("b", "B") + "[[links]]\nbetween = ['a', 'b']",
            ["links[1].between: neither application has a database or a token, so there is no end to set"],
        ),
        (LINKED.replace("same_users = true", ""), ["links[1].same_users: it is missing"]),
        (
            JIRA + 'outgoing.level = "oauth"\n[links.jira]\n',
            ["links[1].jira: that application has no database here, so its end is not ours to set"],
        ),
        (linked("[links.wiki]", "same_users = false", 'outgoing.level = "oauth_impersonation"', 'incoming.level = "oauth"'),
         ["links[1].wiki.same_users: it is false, and a level is oauth_impersonation"]),
        (JIRA, ["links[1].tracker.outgoing.level: neither calls to jira nor from there are declared"]),
        (
            JIRA.replace('url = "https://jira.example.com"', "") + 'outgoing.level = "oauth"',
            ["links[1].tracker.outgoing.level: jira has no address that could be called"],
        ),
        (JIRA + 'outgoing.level = "basic"', ["links[1].tracker.outgoing.account: it is missing"]),
        (JIRA + 'incoming.level = "basic"', ["links[1].tracker.incoming.execute_as: it is missing"]),
        (
            JIRA + 'incoming = { level = "basic", execute_as = "svc", secret = "env:SECRET" }',
            ["links[1].tracker.incoming.secret: the password of an incoming basic is made here, so that it is nobody's own"],
        ),
        (
            JIRA + 'incoming.level = "oauth"',
            ["links[1].tracker.incoming.consumer_key: it is missing", "links[1].tracker.incoming.public_key: it is missing"],
        ),
        (
            JIRA + 'incoming = { level = "trusted", consumer_key = "jira" }',
            ["links[1].tracker.incoming.public_key: it is missing"],
        ),
        (
            JIRA + CONSUMER % f'secret = "env:SECRET", signature_method = "RSA-SHA1", {KEY}',
            ["links[1].tracker.incoming.secret: RSA methods sign with a key and need no secret"],
        ),
        (JIRA + 'outgoing.secret = "env:SECRET"\n' + CONSUMER % KEY, ["links[1].tracker.outgoing.secret: the level disabled needs no secret"]),
        (
            linked('[links.tracker]\noutgoing.secret = "env:SECRET"\n[links.wiki]\nincoming.secret = "env:OTHER"'),
            ["links[1].wiki.incoming.secret: it is not the one of tracker.outgoing.secret"],
        ),
        (linked("[[links]]\nbetween = ['wiki', 'tracker']\nsame_users = true"),
         ["links[2].between: there is a link between these two already",
          "links[2].wiki.name: another link of this application has this name",
          "links[2].tracker.name: another link of this application has this name"]),
        (TWO.replace("wiki.db", "tracker.db"), ["applications.wiki.database: another application has this database"]),
        (TWO.replace("wiki.example", "tracker.example"), ["applications.wiki.url: another application has this address"]),
        (
            (f"{THREE}\n[[links]]\nbetween = ['tracker', 'wiki']\nsame_users = true\n[links.tracker]\nname = 'fORGE'\n"
            "[[links]]\nbetween = ['tracker', 'forge']\nsame_users = true"),
            ["links[2].tracker.name: another link of this application has this name"],
        ),
        (
            (f"{THREE.replace('bitbucket', 'confluence')}\n[[links]]\nbetween = ['tracker', 'wiki']\nsame_users = true\n[links.tracker]\n"
            "primary = true\n[[links]]\nbetween = ['tracker', 'forge']\nsame_users = true\n[links.tracker]\nprimary = true"),
            ["links[2].tracker.primary: another link to an application of this type is primary"],
        ),
        (
            JIRA + CONSUMER % KEY + "\n[applications.more]\n[[links]]\nbetween = ['tracker', 'more']\nsame_users = false\n[links.tracker]\n"
            + CONSUMER % KEY,
            ["links[2].tracker.incoming.consumer_key: another link of this application expects this consumer key"],
        ),
        (
            LINKED.replace("https://wiki.example.com", "http://localhost:8000"),
            ["links[1].tracker: The address http://localhost:8000 is on this machine only, and https://tracker.example.com is not"],
        ),
        (
            LINKED.replace("https://wiki.example.com", "https://wiki.example.com/?x"),
            ["links[1].tracker: The address 'https://wiki.example.com/?x' is not a plain http(s) address"],
        ),
    ],
)  # fmt: skip
def test_a_contradiction_is_a_mistake_at_its_place(written, told):
    assert mistakes(written) == told


@pytest.mark.parametrize(
    "written",
    [
        JIRA + 'outgoing = { level = "oauth", secret = "env:SECRET" }',
        JIRA + CONSUMER % 'secret = "env:SECRET"',
        JIRA + CONSUMER % KEY,
        JIRA + 'outgoing.level = "disabled"',
        JIRA.replace('url = "https://jira.example.com"', "") + CONSUMER % KEY,
        JIRA + 'outgoing = { level = "basic", account = "svc", secret = "env:SECRET" }',
        LINKED + "[links.tracker]\noutgoing.level = 'oauth'\n[links.wiki]\nincoming.level = 'disabled'",
        LINKED + "[links.tracker]\noutgoing.secret = 'env:SECRET'\n[links.wiki]\nincoming.secret = 'env:SECRET'",
        LINKED.replace("same_users = true", "") + "tracker = { same_users = true }\nwiki = { same_users = true }",
    ],
)
def test_what_can_be_so_is_no_mistake(written):
    assert declared(written).links
