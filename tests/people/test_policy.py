"""Who may be impersonated, for what: the decision table."""

from __future__ import annotations

import json
from dataclasses import fields
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.people import Person, Policy

ALICE = Person("alice", groups=frozenset({"staff"}))
BOB = Person("bob", groups=frozenset({"staff", "contractors"}))
DAVE = Person("dave", active=False, groups=frozenset({"staff"}))
ROOT = Person("root", administrator=True, groups=frozenset({"staff"}))


def admits(policy: Policy, person: Person = ALICE, method: str = "GET", path: str = "/rest/x") -> bool:
    return policy.objection(person, method, path) is None


def some(*names: str) -> frozenset[str]:
    return frozenset(names)


@pytest.mark.parametrize(
    ("policy", "admitted"),
    [
        (Policy(), {"alice", "bob"}),
        (Policy(users=some("alice")), {"alice"}),
        (Policy(users=some("Alice")), set()),
        (Policy(groups=some("staff")), {"alice", "bob"}),
        (Policy(groups=some("contractors")), {"bob"}),
        (Policy(groups=some("nobody's")), set()),
        (Policy(users=some("alice"), groups=some("contractors")), {"alice", "bob"}),
        (Policy(excluded_users=some("alice")), {"bob"}),
        (Policy(excluded_groups=some("contractors")), {"alice"}),
        (Policy(users=some("alice"), excluded_users=some("alice")), set()),
        (Policy(groups=some("staff"), excluded_groups=some("contractors")), {"alice"}),
        (Policy(users=some("bob"), excluded_groups=some("contractors")), set()),
        (Policy(administrators=some("root")), {"alice", "bob", "root"}),
        (Policy(administrators=some("root"), users=some("alice")), {"alice", "root"}),
        (Policy(administrators=some("root"), groups=some("contractors")), {"bob", "root"}),
        (Policy(administrators=some("alice")), {"alice", "bob"}),
        (Policy(administrators=some("root"), excluded_users=some("root")), {"alice", "bob"}),
        (Policy(administrators=some("root"), excluded_groups=some("staff")), set()),
        (Policy(users=some("root")), set()),
        (Policy(groups=some("staff"), administrators=some("somebody")), {"alice", "bob"}),
        (Policy(users=some("dave"), administrators=some("dave")), set()),
    ],
)
def test_whom_a_policy_admits(policy, admitted):
    """T-20, T-21"""
    assert {person.name for person in (ALICE, BOB, DAVE, ROOT) if admits(policy, person)} == admitted


NAMES = st.frozensets(st.sampled_from(["alice", "bob", "dave", "root"]))
GROUPS = st.frozensets(st.sampled_from(["staff", "contractors"]))
POLICIES = st.builds(
    Policy,
    users=NAMES,
    groups=GROUPS,
    excluded_users=NAMES,
    excluded_groups=GROUPS,
    administrators=NAMES,
    methods=st.frozensets(st.sampled_from(["GET", "POST"])),
    paths=st.lists(st.sampled_from(["/rest", "/rest/api", "/z", "/a/"])).map(tuple),
)


@given(POLICIES, st.sampled_from([ALICE, BOB, DAVE, ROOT]), st.sampled_from(["GET", "POST", "PUT"]))
def test_whatever_else_a_policy_says_three_things_hold(policy, person, method):
    """T-20: administrators only by name, excluded and disabled people never, no method beyond those that are said."""
    if admits(policy, person, method):
        assert person.active
        assert not person.administrator or person.name in policy.administrators
        assert person.name not in policy.excluded_users
        assert not person.groups & policy.excluded_groups
        assert not policy.methods or method in policy.methods


@given(POLICIES, NAMES, GROUPS)
def test_excluding_more_people_admits_nobody_new(policy, users, groups):
    stricter = Policy(
        **{
            **{rule.name: getattr(policy, rule.name) for rule in fields(policy)},
            "excluded_users": policy.excluded_users | users,
            "excluded_groups": policy.excluded_groups | groups,
        }
    )
    for person in (ALICE, BOB, DAVE, ROOT):
        assert admits(policy, person) or not admits(stricter, person)


@pytest.mark.parametrize(
    ("methods", "method", "admitted"),
    [
        (some(), "DELETE", True),
        (some("GET"), "GET", True),
        (some("GET"), "POST", False),
        (some("GET"), "HEAD", False),
        (some("GET"), "get", False),
        (some("GET", "POST"), "POST", True),
    ],
)
def test_which_methods_a_policy_admits(methods, method, admitted):
    assert admits(Policy(methods=methods), method=method) is admitted


@pytest.mark.parametrize(
    ("paths", "path", "admitted"),
    [
        ((), "/anything/at/all", True),
        (("/rest",), "/rest", True),
        (("/rest",), "/rest/", True),
        (("/rest",), "/rest/api", True),
        (("/rest/",), "/rest", True),
        (("/rest/",), "/rest/api", True),
        (("/rest",), "/restricted", False),
        (("/rest",), "/rest.html", False),
        (("/rest",), "/", False),
        (("/rest",), "", False),
        (("/rest",), "/other/rest", False),
        (("/rest/api", "/browse"), "/browse/X-1", True),
        (("/rest/api", "/browse"), "/rest", False),
        (("/",), "/rest", True),
        (("/",), "", True),
        (("/rest",), "/rest/a%20b/%C3%BC", True),
    ],
)
def test_a_path_rule_is_a_prefix_that_ends_where_a_segment_does(paths, path, admitted):
    assert admits(Policy(paths=paths), path=path) is admitted


TRICKS = [
    "/rest/../admin",
    "/rest/..",
    "/rest/./x",
    "/rest/.",
    "/rest//admin",
    "//rest/x",
    "/rest/;x",
    "/rest;x/admin",
    "/rest/x;jsessionid=1",
    "/rest/..;/admin",
    "/rest/%2e%2e/admin",
    "/rest/%2E%2E/admin",
    "/rest/.%2e/admin",
    "/rest%2f..%2fadmin",
    "/rest%2Fadmin",
    "/rest/..%5cadmin",
    "/rest/..%5Cadmin",
    "/rest\\admin",
    "/rest/..\\admin",
    "/rest/x%00.html",
    "/rest/%252e%252e/admin",
    "/rest/%252fadmin",
    "/rest/%253badmin",
    "/rest/%3bx",
    "/rest/%3B/admin",
]


@pytest.mark.parametrize("path", TRICKS)
def test_spellings_that_servers_read_differently_are_refused_where_a_path_rule_exists(path):
    """T-51"""
    assert not admits(Policy(paths=("/rest",)), path=path)
    assert not admits(Policy(paths=("/",)), path=path)
    assert admits(Policy(), path=path)


@pytest.mark.parametrize("path", ["/Rest/x", "/REST/x", "/%72est/x", "/re%73t"])
def test_another_spelling_of_the_prefix_is_another_path(path):
    """T-51"""
    assert not admits(Policy(paths=("/rest",)), path=path)


@pytest.mark.parametrize(
    ("person", "method", "path", "why"),
    [
        (ALICE, "GET", "/rest/x", None),
        (DAVE, "GET", "/rest/x", "disabled"),
        (ROOT, "GET", "/rest/x", "administrator"),
        (ALICE, "POST", "/rest/x", "method POST"),
        (ALICE, "GET", "/admin", "path"),
    ],
)
def test_a_fixed_user_is_no_administrator_even_where_the_policy_names_them(person, method, path, why):
    """T-20, R-13; whom the policy lets be impersonated says nothing about them."""
    policy = Policy(users=some("bob"), administrators=some("root"), methods=some("GET"), paths=("/rest",))
    objection = policy.fixed_user_objection(person, method, path)
    assert objection is None if why is None else why in objection


def test_each_objection_says_which_rule_it_was():
    cases = {
        "disabled": (Policy(), DAVE, "GET", "/"),
        "excludes": (Policy(excluded_users=some("alice")), ALICE, "GET", "/"),
        "administrator": (Policy(), ROOT, "GET", "/"),
        "does not include": (Policy(users=some("bob")), ALICE, "GET", "/"),
        "method PUT": (Policy(methods=some("GET")), ALICE, "PUT", "/"),
        "path": (Policy(paths=("/rest",)), ALICE, "GET", "/"),
    }
    for words, (policy, *asked) in cases.items():
        assert words in str(policy.objection(*asked))


def test_a_person_is_objected_to_before_the_request_is_looked_at():
    policy = Policy(methods=some("GET"), excluded_users=some("alice"))
    objections = {policy.objection(ALICE, method, path) for method, path in product(["GET", "PUT"], ["/", "/x"])}
    assert objections == {"the policy excludes the person"}


TEXTS = st.frozensets(st.text(max_size=10), max_size=4)


@given(
    st.builds(
        Policy,
        users=TEXTS,
        groups=TEXTS,
        excluded_users=TEXTS,
        excluded_groups=TEXTS,
        administrators=TEXTS,
        methods=TEXTS,
        paths=st.lists(st.text(max_size=10), max_size=4).map(tuple),
    )
)
def test_a_policy_survives_the_way_to_data_json_and_back(policy):
    assert Policy.from_data(policy.as_data()) == policy
    assert Policy.from_data(json.loads(json.dumps(policy.as_data()))) == policy


def test_rules_that_are_not_set_are_no_data():
    assert Policy().as_data() == {}
    assert Policy(users=some("b", "a")).as_data() == {"users": ["a", "b"]}
