"""Changes to links: atomic, written down, and never lost to one made at the same time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from answering import Answers
from applinks.audit import Entry, WriteDown
from applinks.errors import ConfigurationError, LinkExists, LinkNotFound, StoreUnavailable
from applinks.links import (
    LEARN,
    SIGNATURE_METHODS,
    Changes,
    Level,
    Limits,
    Link,
    LinkById,
    LinkSettings,
    SameUsers,
    SaveLink,
    change,
    change_policy,
    make_primary,
    name_taken,
    remove,
)
from applinks.people import KnowsPeople, Names, Policy
from applinks.questions import Flow, drive
from applinks.wire.oauth1 import SignatureMethod
from in_memory import InMemory, link_to

GETS = Policy(methods=frozenset({"GET"}))


ALL = ("2LOi", "3LO", "2LO", "Trusted", "Basic")


def set_to(link: Link, *, loaded: tuple[str, ...] = ALL, **settings: Any) -> Flow[Link]:
    """The change to that link that a person would ask for in these words."""
    return change(link, Changes.read(settings), by="root", loaded=loaded)


@pytest.fixture
def us() -> InMemory:
    here = InMemory("Front")
    here.save(link_to(InMemory("Tracker")))
    here.save(link_to(InMemory("Archive")))
    return here


def test_a_policy_is_replaced_and_nothing_else_of_the_link(us):
    before = us.link("Tracker")
    after = us.run(change_policy(before, GETS, by="root"))
    assert after == us.link("Tracker") == replace(before, incoming=replace(before.incoming, policy=GETS))


def test_the_primary_flag_moves(us):
    """R-03"""
    assert us.link("Tracker").primary
    us.run(make_primary(us.link("Archive"), by="root"))
    assert [us.link(name).primary for name in ("Tracker", "Archive")] == [False, True]


def test_a_removed_primary_link_leaves_the_flag_to_another(us):
    us.run(remove(us.link("Tracker"), by="root"))
    assert [link.name for link in us.links.values()] == ["Archive"]
    assert us.link("Archive").primary


@pytest.mark.parametrize("by", ["root", None])
def test_that_calls_to_a_type_go_elsewhere_from_now_on_is_written_down(us, by):
    """R-03: whoever deletes, we or the other application."""
    us.run(remove(us.link("Tracker"), by=by))
    assert us.entries[-2] == Entry(
        kind="link became primary", outcome="done", actor=by, subject=by, link="Archive", reason="Tracker was deleted"
    )


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda link: change_policy(link, GETS, by="root"), "policy changed"),
        (lambda link: make_primary(link, by="root"), "link made primary"),
        (lambda link: set_to(link, outgoing="disabled"), "link changed"),
    ],
)
def test_each_change_is_written_down_once_with_who_said_so(us, make, kind):
    us.run(make(us.link("Tracker")))
    assert [(entry.kind, entry.actor, entry.link, entry.outcome) for entry in us.entries] == [(kind, "root", "Tracker", "done")]
    assert WriteDown(us.entries[0]).durable, "a change survives a power cut"


def test_what_is_not_said_stays(us):
    before = us.link("Tracker")
    assert us.run(set_to(before)) == before
    after = us.run(set_to(before, incoming="oauth", impersonation_parameter="xoauth_requestor_id"))
    assert (after.outgoing.level, after.incoming.level) == (before.outgoing.level, Level.OAUTH)
    assert after.outgoing.impersonation_parameter == "xoauth_requestor_id"


def test_the_signature_method_is_that_of_both_directions(us):
    after = us.run(set_to(us.link("Tracker"), signature_method="RSA-SHA512"))
    assert after.outgoing.signature_method is after.incoming.signature_method is SignatureMethod.RSA_SHA512


@pytest.mark.parametrize("answer", [None, SameUsers(False, "root", 1)])
@pytest.mark.parametrize("direction", ["outgoing", "incoming"])
def test_impersonation_needs_the_statement_that_the_users_are_the_same(us, answer, direction):
    """R-07"""
    link = us.save(replace(us.link("Tracker"), same_users=answer))
    with pytest.raises(ConfigurationError, match="--same-users"):
        us.run(set_to(link, **{direction: "oauth_impersonation"}))
    us.run(set_to(link, **{direction: "oauth"}))


def test_a_change_is_made_to_the_link_as_it_is_stored_not_as_it_was_looked_up(us):
    looked_up = us.link("Tracker")
    us.run(set_to(looked_up, incoming="disabled"))
    after = us.run(change_policy(looked_up, GETS, by="root"))
    assert after.incoming.level is Level.DISABLED


def test_where_somebody_else_was_faster_the_change_is_made_again_to_what_stands_then():
    first = link_to(InMemory("Tracker"))
    second = replace(first, name="Renamed")
    stored, refusals = [first, second], [True, False]
    answers = Answers(
        {
            LinkById: lambda _: stored.pop(0),
            SaveLink: lambda question: None if refusals.pop(0) else question.link,
            WriteDown: None,
        }
    )
    after = drive(change_policy(first, GETS, by="root"), answers)
    assert (after.name, after.incoming.policy) == ("Renamed", GETS)
    assert answers.kinds() == ["LinkById", "SaveLink", "LinkById", "SaveLink", "WriteDown"]
    assert [question.instead_of for question in answers.asked if isinstance(question, SaveLink)] == [first, second]


@pytest.mark.parametrize("make", [lambda link: make_primary(link, by="r"), lambda link: change_policy(link, GETS, by="r")])
def test_a_link_that_was_deleted_meanwhile_does_not_come_back(us, make):
    link = us.link("Tracker")
    us.run(remove(link, by="root"))
    with pytest.raises(LinkNotFound):
        us.run(make(link))
    assert link.id not in us.links


def test_a_change_that_cannot_be_stored_is_not_written_down(us):
    us.failing[SaveLink] = StoreUnavailable("full")
    with pytest.raises(StoreUnavailable):
        us.run(change_policy(us.link("Tracker"), GETS, by="root"))
    assert us.entries == []


def test_the_error_for_a_taken_name_says_who_has_it_and_how_to_take_another():
    taken: LinkExists = name_taken(link_to(InMemory("Wiki")))
    assert "'Wiki'" in str(taken)
    assert "https://wiki.example.com" in str(taken)
    assert "--name" in str(taken)
    assert taken.link == "Wiki"


# ---- what can be set


SETTINGS: dict[str, tuple[Any, str, Any]] = {
    "new_name": ("Issues", "name", "Issues"),
    "display_url": ("https://issues.example.com/", "display_url", "https://issues.example.com"),
    "outgoing": ("oauth", "outgoing.level", Level.OAUTH),
    "incoming": ("disabled", "incoming.level", Level.DISABLED),
    "signature_method": ("RSA-SHA1", "incoming.signature_method", SignatureMethod.RSA_SHA1),
    "impersonation_parameter": ("xoauth_requestor_id", "outgoing.impersonation_parameter", "xoauth_requestor_id"),
    "fixed_user": (True, "outgoing.fixed_user", True),
    "account": ("service", "outgoing.account", "service"),
    "execute_as": ("deployment", "incoming.execute_as", "deployment"),
    "excluded": (["bob", "eve"], "same_users.excluded", frozenset({"bob", "eve"})),
    "mapping": ({"carol": "cclark"}, "same_users.names", Names((("carol", "cclark"),))),
    "only_proven": (True, "same_users.only_proven", True),
    "callback": ("https://tracker.example.com/back", "incoming.callback", "https://tracker.example.com/back"),
    "addresses": (["192.168.0.*"], "incoming.limits.addresses", ("192.168.0.*",)),
    "paths": (["/rest/api"], "incoming.limits.paths", ("/rest/api",)),
    "max_age": (60_000, "incoming.limits.max_age", 60_000),
}
"""Each setting: a value in the words of a person, where it is found on the link, and what stands there."""


def at(link: Link, place: str) -> Any:
    value: Any = link
    for name in place.split("."):
        value = getattr(value, name)
    return value


def test_the_settings_that_are_tried_here_are_all_there_are():
    assert list(SETTINGS) == list(LinkSettings.__annotations__)


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_changes_its_own_place_and_no_other(us, name):
    before = us.link("Tracker")
    said, place, meant = SETTINGS[name]
    after = us.run(set_to(before, **{name: said}))
    assert after == us.link(after.name)
    assert at(after, place) == meant != at(before, place)
    others = {other for other in SETTINGS if other != name}
    assert all(at(after, SETTINGS[other][1]) == at(before, SETTINGS[other][1]) for other in others)
    assert (after.type, after.application_url, after.incoming.policy) == (
        before.type, before.application_url, before.incoming.policy,
    )  # fmt: skip


def test_settings_that_are_named_with_none_were_not_said(us):
    before = us.run(set_to(us.link("Tracker"), **{name: said for name, (said, _, _) in SETTINGS.items()}))
    assert us.run(set_to(before, **dict.fromkeys(SETTINGS))) == before


@pytest.mark.parametrize(("name", "place"), [(name, SETTINGS[name][1]) for name in ("account", "execute_as", "callback")])
def test_an_empty_text_takes_it_away(us, name, place):
    link = us.run(set_to(us.link("Tracker"), **{name: SETTINGS[name][0]}))
    assert at(us.run(set_to(link, **{name: ""})), place) is None


@pytest.mark.parametrize("name", ["excluded", "addresses", "paths"])
def test_an_empty_list_takes_all_away(us, name):
    link = us.run(set_to(us.link("Tracker"), **{name: SETTINGS[name][0]}))
    assert not at(us.run(set_to(link, **{name: []})), SETTINGS[name][1])


def test_the_parameter_can_be_forgotten_so_that_the_next_call_learns_it(us):
    assert us.link("Tracker").outgoing.impersonation_parameter == "user_id"
    assert us.run(set_to(us.link("Tracker"), impersonation_parameter=LEARN)).outgoing.impersonation_parameter is None


def test_limits_that_are_not_said_are_those_of_a_link_of_which_nothing_was_said():
    assert Limits() == Limits(addresses=(), paths=(), max_age=10_000)


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("outgoing", "disabled, oauth, oauth_impersonation, trusted, basic"),
        ("incoming", "disabled, oauth, oauth_impersonation, trusted, basic"),
        ("signature_method", ", ".join(SignatureMethod)),
        ("impersonation_parameter", "user_id, xoauth_requestor_id, learn"),
    ],
)
@pytest.mark.parametrize("word", ["everything", "", "OAUTH", "PLAINTEXT", "2LO"])
def test_a_word_that_is_not_known_is_refused_with_those_that_are(name, known, word):
    """T-06: no method that is not there can be asked for."""
    with pytest.raises(ConfigurationError) as refused:
        Changes.read({name: word})
    assert refused.value.remedy == f"Say one of: {known}."


def test_a_setting_that_does_not_exist_is_refused_with_those_that_do():
    with pytest.raises(ConfigurationError, match="no setting 'outgiong'") as refused:
        Changes.read({"outgiong": "disabled"})
    assert refused.value.remedy == f"There are: {', '.join(SETTINGS)}."


@pytest.mark.parametrize("name", ["excluded", "addresses", "paths"])
def test_one_text_in_place_of_a_list_is_refused_and_not_taken_apart(name):
    with pytest.raises(ConfigurationError, match=f"{name} is 'bob'"):
        Changes.read({name: "bob"})


@pytest.mark.parametrize("callback", ["oob", "back", "javascript:alert(1)", "ftp://x/", "https://", "https://x/?oauth_token=1"])
def test_a_callback_is_an_address_to_which_people_can_be_sent(callback):
    """T-42, T-47"""
    with pytest.raises(ConfigurationError, match="no address to send people to"):
        Changes.read({"callback": callback})


@pytest.mark.parametrize(
    "pattern", ["192.168.0", "192.168.0.0/24", "::1", "host.example.com", "", "256.1.1.1", "1.2.3.4.5", "*"]
)
def test_an_address_pattern_has_four_parts(pattern):
    """R-15"""
    with pytest.raises(ConfigurationError, match="no address pattern"):
        Changes.read({"addresses": ["10.0.0.*", pattern]})


@pytest.mark.parametrize("path", ["rest", "", "/rest/../admin", "/rest//api", "/a%2fb", "/a;b", "/a\\b"])
def test_a_path_is_a_plain_one(path):
    """R-15, T-51"""
    with pytest.raises(ConfigurationError, match="no plain path"):
        Changes.read({"paths": ["/rest", path]})


@pytest.mark.parametrize("age", [0, -1, 10**12])
def test_a_certificate_is_valid_for_a_while_but_not_for_ever(age):
    """R-15"""
    with pytest.raises(ConfigurationError, match="valid so long"):
        Changes.read({"max_age": age})


@pytest.mark.parametrize("wrong", [{"outgoing": "everything"}, {"max_age": 0}, {"paths": ["rest"]}])
def test_what_is_refused_changes_nothing_of_what_is_said_beside_it(us, wrong):
    before = us.link("Tracker")
    with pytest.raises(ConfigurationError):
        us.run(set_to(before, incoming="disabled", **wrong))
    assert us.link("Tracker") == before
    assert us.entries == []


# ---- levels need what they stand on


@pytest.mark.parametrize("direction", ["outgoing", "incoming"])
@pytest.mark.parametrize(("level", "mechanism"), [("trusted", "Trusted"), ("basic", "Basic")])
def test_a_legacy_level_needs_its_mechanism_to_be_loaded(us, direction, level, mechanism):
    """R-15, R-16: off by default."""
    before = us.run(set_to(us.link("Tracker"), account="service", execute_as="deployment"))
    for loaded in ((), ("2LOi", "3LO", "2LO"), tuple(name for name in ALL if name != mechanism)):
        with pytest.raises(ConfigurationError, match=f"{mechanism!r} is not loaded") as refused:
            us.run(set_to(before, loaded=loaded, **{direction: level}))
        assert "legacy" in str(refused.value)
        assert f"APPLINKS_MECHANISMS=2LOi,3LO,2LO,{mechanism}" in refused.value.remedy
    assert us.link("Tracker") == before
    assert at(us.run(set_to(before, loaded=(mechanism,), **{direction: level})), f"{direction}.level") == level


@pytest.mark.parametrize("loaded", [(), ("2LOi", "3LO", "2LO")])
def test_other_things_of_a_link_by_a_legacy_level_can_be_changed_where_its_mechanism_is_not_loaded(us, loaded):
    trusted = us.run(set_to(us.link("Tracker"), incoming="trusted"))
    assert us.run(set_to(trusted, loaded=loaded, incoming="disabled")).incoming.level is Level.DISABLED


@pytest.mark.parametrize(("direction", "needed"), [("outgoing", "account"), ("incoming", "execute_as")])
def test_basic_needs_an_account_and_the_account_cannot_be_taken_away_from_under_it(us, direction, needed):
    """R-16"""
    with pytest.raises(ConfigurationError, match="for Basic") as refused:
        us.run(set_to(us.link("Tracker"), **{direction: "basic"}))
    assert needed in refused.value.remedy
    basic = us.run(set_to(us.link("Tracker"), **{direction: "basic", needed: "deployment"}))
    with pytest.raises(ConfigurationError, match="for Basic"):
        us.run(set_to(basic, **{needed: ""}))
    assert us.link("Tracker") == basic


def test_a_link_without_the_other_sides_key_cannot_be_trusted(us):
    """R-15"""
    link = us.save(replace(us.link("Tracker"), incoming=replace(us.link("Tracker").incoming, public_key=None)))
    with pytest.raises(ConfigurationError, match="no key to be trusted by"):
        us.run(set_to(link, incoming="trusted"))


@pytest.mark.parametrize("level", ["oauth", "trusted", "basic"])
def test_what_has_no_address_cannot_be_called(us, level):
    link = us.save(replace(us.link("Tracker"), application_url="", display_url=""))
    with pytest.raises(ConfigurationError, match="no address that could be called"):
        us.run(set_to(link, outgoing=level, account="service"))
    us.run(set_to(link, outgoing="disabled"))


def test_nobody_can_be_excluded_from_what_nobody_has_said(us):
    """R-07"""
    link = us.save(replace(us.link("Tracker"), same_users=None))
    with pytest.raises(ConfigurationError, match="nobody can be excluded"):
        us.run(set_to(link, excluded=["bob"]))
    assert us.run(set_to(link, excluded=[])) == link


@pytest.mark.parametrize("setting", [{"mapping": {"a": "b"}}, {"only_proven": True}])
def test_nobody_can_be_mapped_or_proven_where_nobody_has_said_whose_users_are_shared(us, setting):
    """R-07"""
    link = us.save(replace(us.link("Tracker"), same_users=None))
    with pytest.raises(ConfigurationError, match="mapped or proven"):
        us.run(set_to(link, **setting))
    assert us.run(set_to(link, mapping={}, only_proven=False)) == link


@pytest.mark.parametrize("mapping", ["carol", {"carol": 1}, [("carol", "cclark")]])
def test_a_mapping_is_names_with_names(mapping):
    with pytest.raises(ConfigurationError, match="names with names"):
        Changes.read({"mapping": mapping})


def test_exclusions_leave_the_statement_itself_as_it_was_said(us):
    before = us.link("Tracker").same_users
    after = us.run(set_to(us.link("Tracker"), excluded=["bob"])).same_users
    assert after == replace(before, excluded=frozenset({"bob"}))
    assert after.objection("BOB", None)
    assert after.objection("alice", None) is None


# ---- the fixed user


@pytest.mark.parametrize(("name", "why"), [("root", "administrator"), ("dave", "disabled"), ("nobody", "unknown")])
def test_a_fixed_user_is_an_active_user_and_never_an_administrator(us, name, why):
    """R-13, T-20"""
    before = us.link("Tracker")
    with pytest.raises(ConfigurationError, match=why) as refused:
        us.run(set_to(before, execute_as=name))
    assert "no more rights than the calls need" in refused.value.remedy
    assert us.link("Tracker") == before
    assert us.run(set_to(before, execute_as="deployment")).incoming.execute_as == "deployment"


def test_who_knows_no_people_leaves_that_to_each_call(us):
    """R-13: the command line has no directory."""
    link = us.link("Tracker")
    answers = Answers({KnowsPeople: False, LinkById: link, SaveLink: lambda question: question.link, WriteDown: None})
    assert drive(set_to(link, execute_as="root"), answers).incoming.execute_as == "root"


def test_nobody_is_looked_up_where_no_fixed_user_is_set(us):
    us.run(set_to(us.link("Tracker"), execute_as="", incoming="oauth"))
    assert not {"KnowsPeople", "FindPerson"} & set(us.kinds())


def test_the_methods_that_pairing_proposes_need_no_secret():
    """T-06: the strongest first, the protocol's own last."""
    assert SIGNATURE_METHODS == (SignatureMethod.RSA_SHA256, SignatureMethod.RSA_SHA512, SignatureMethod.RSA_SHA1)


def test_a_change_is_written_down_with_each_value_before_and_after(us):
    """B-29"""
    us.run(set_to(us.link("Tracker"), incoming="disabled", callback="https://x.example.com/back"))
    us.run(change_policy(us.link("Tracker"), GETS, by="root"))
    assert [entry.changes for entry in us.entries] == [
        (("incoming", "oauth_impersonation", "disabled"), ("callback", None, "https://x.example.com/back")),
        (("policy_methods", None, "GET"),),
    ]


def test_what_somebody_else_changed_meanwhile_is_not_told_as_ours(us):
    """B-29: what is compared is what was stored right before, and what is stored now."""
    read = us.link("Tracker")
    us.run(set_to(read, outgoing="disabled"))
    us.run(set_to(read, incoming="disabled"))
    assert [name for entry in us.entries for name, *_ in entry.changes] == ["outgoing", "incoming"]


def test_a_deleted_link_is_written_down_with_all_it_was(us):
    """B-29"""
    us.run(remove(us.link("Tracker"), by="root"))
    changes = {name: values for name, *values in us.entries[-1].changes}
    assert changes["outgoing"] == ["oauth_impersonation", None]
    assert changes["name"] == ["Tracker", None]


def test_the_flag_that_moves_is_told(us):
    """R-03"""
    us.run(make_primary(us.link("Archive"), by="root"))
    assert us.entries[-1].changes == (("primary", "no", "yes"),)
