"""The same things through every door (R-49): what an administrator can do in Python, there is as a command and over HTTP."""

from __future__ import annotations

import pytest

import applinks
from applinks.web.interface import OPERATIONS
from house.test_pages import commands

NOT = "not, since "
AT_THE_DATABASE = f"{NOT}it concerns the database and its keys, at which one must be"
LEAVES_A_WAY_IN = f"{NOT}a stolen token would leave a way in"
DOORS: dict[str, tuple[str, str]] = {
    "add_member": ("person add", "addPerson"),
    "add_source": ("source add", "addSource"),
    "allow_run_as": ("person may-run-as", "allowRunAs"),
    "announce_address": ("link announce-address", "announceAddress, announceAddressTo"),
    "announce_key": ("signing announce", "announceKey, announceKeyTo"),
    "audit": ("audit list, audit show", "listRecords"),
    "back_up": ("backup", AT_THE_DATABASE),
    "cancel_run": ("runs cancel", "cancelRun"),
    "change_link": ("link change", "changeLink"),
    "change_member": ("person change", "changePerson"),
    "change_policy": ("link policy", "changePolicy"),
    "change_public_key": ("link public-key", "changePublicKey"),
    "change_source": ("source change", "changeSource"),
    "check_entered": ("link steps", "checkEntered"),
    "compare_people": ("link compare", "comparePeople"),
    "comparison": ("link compare", "readComparison"),
    "consents": ("consent list", "listConsents"),
    "create_link": ("link create", "pair, setUpProduct"),
    "delete_link": ("link delete", "deleteLink, deleteBothEnds"),
    "diagnose": ("doctor", "diagnoseLink"),
    "diagnose_all": ("doctor", "diagnoseAll"),
    "disable_member": ("person disable", "disablePerson"),
    "enable_member": ("person enable", "enablePerson"),
    "entity_links": ("entity list", "listEntityLinks"),
    "event": ("event show", "readEvent"),
    "events": ("event list", "listEvents"),
    "explain_refusal": ("explain", "explainRefusal"),
    "explain_request": ("explain", "explainRequest"),
    "export_audit": ("audit export", "listRecords"),
    "export_runs": ("runs export", "listRuns"),
    "forbid_run_as": ("person may-not-run-as", "forbidRunAs"),
    "forget_consent": ("consent forget", "forgetConsent"),
    "grants": ("grant list", "listGrants"),
    "identity": ("identity show", "readApplication"),
    "identity_copied": ("identity copied", "confirmCopied"),
    "identity_moved": ("identity moved", "confirmMoved"),
    "key_status": ("signing status", "readKeys"),
    "known_hooks": ("scripts list, scripts show", "listHooks"),
    "link": ("link show", "readLink"),
    "link_entities": ("entity link", "linkEntities"),
    "link_steps": ("link steps", "readSteps"),
    "links": ("link list", "listLinks"),
    "look": ("look", "look"),
    "make_primary": ("link primary", "makePrimary"),
    "make_token": ("token make", "makeToken"),
    "member": ("person show", "readPerson"),
    "move_link": ("link move", "moveLink"),
    "new_secret": ("link secret", "newSecret"),
    "refusals": ("refusals", "listRefusals"),
    "register_link": ("link register", "registerLink"),
    "remove_source": ("source remove", "removeSource"),
    "renew_source": ("source change", "renewSource"),
    "repeat_run": ("runs repeat", "repeatRun"),
    "paste_script": ("scripts paste", "pasteScript"),
    "check_script": ("scripts check", "checkScript"),
    "unpaste_script": ("scripts unpaste", "unpasteScript"),
    "pasted_script": ("scripts pasted", "readPastedScript"),
    "pasted_scripts": ("scripts pasted", "listPastedScripts"),
    "replay_event": ("event replay", "replayEvent"),
    "reseal": ("keys reseal", AT_THE_DATABASE),
    "retire_keys": ("signing retire", "retireKeys"),
    "retry_run": ("runs retry", "retryRun"),
    "revoke_grant": ("grant revoke", "revokeGrant"),
    "revoke_token": ("token revoke", "revokeToken"),
    "rotate_key": ("signing rotate", "rotateKey"),
    "rotate_sealing": ("keys rotate", AT_THE_DATABASE),
    "runners_of": ("person show", "readRunners"),
    "script_run": ("runs show", "readRun"),
    "script_runs": ("runs list", "listRuns"),
    "secrets_per_sealing_key": ("keys list", AT_THE_DATABASE),
    "set_parameters": ("scripts set", "setHook"),
    "set_password": ("person password", LEAVES_A_WAY_IN),
    "set_secret": ("link secret", "setSecret"),
    "set_up_product": ("link create", "setUpProduct"),
    "settle_call": ("runs settle", "settleCall"),
    "source": ("source show", "readSource"),
    "sources": ("source list", "listSources"),
    "staff": ("person list", "listPeople"),
    "switch_hook": ("scripts on, scripts off", "setHook"),
    "test_link": ("link test", "testLink"),
    "tokens": ("token list", "listTokens"),
    "trust": ("link trust", "trust"),
    "unlink_entities": ("entity unlink", "unlinkEntities"),
    "use_new_key": ("signing use", "useNewKey"),
    "verify_audit": ("audit verify", "verifyRecords"),
}
"""Method of the front door → commands, operations. What is missing somewhere says why."""

USED_BY_PROGRAMS = {
    "acting_as": "says who acts in this process",
    "administrator": "says who makes a change in this process",
    "answer": "runs what pages and middleware ask",
    "answer_async": "runs what pages and middleware ask",
    "close": "gives back connections of this process",
    "from_settings": "makes the object",
    "linked_entity": "is used to call",
    "listen": "calls a function of this process",
    "mark_read": "is for the pages of this application, and their reader",
    "messages": "is for the pages of this application, and their reader",
    "primary": "is used to call",
    "run": "runs what pages and middleware ask",
    "run_async": "runs what pages and middleware ask",
    "sealing": "hands the keys of records to the processes of scripts",
}
"""What administers nothing."""

COMMANDS_ALONE = {
    "apply": "is the link file, over databases and the HTTP interface",
    "demo": "shows everything",
    "export": "writes the link file",
    "init": "makes the database before there is an application",
    "link explain": "is a method of the linked application: explain",
    "serve": "is the application itself",
    "plan": "is the link file, over databases and the HTTP interface",
    "run": "is a method of the scripts of an application, which are loaded where it runs: Scripts.run",
    "worker": "is another process of the application",
}
OPERATIONS_ALONE = {
    "runByHand": "is a method of the scripts: Scripts.run",
    "compareSecret": "is for the link file, which has the database otherwise",
    "declareLink": "is for the link file, which has the database otherwise",
    "describe": "is the description of the operations",
    "explainLink": "is a method of the linked application: explain",
    "readStanding": "is for the link file, which has the database otherwise",
}


def named(told: str) -> set[str]:
    return set() if told.startswith(NOT) else set(told.split(", "))


def test_each_method_of_the_front_door_is_told_once():
    members = {name for name in dir(applinks.AppLinks) if not name.startswith("_")}
    assert {*DOORS, *USED_BY_PROGRAMS} == members
    assert not {*DOORS} & {*USED_BY_PROGRAMS}


@pytest.mark.parametrize("method", DOORS)
def test_it_has_a_command_and_an_operation_or_a_reason(method: str):
    told_commands, told_operations = map(named, DOORS[method])
    assert told_commands <= {words.removeprefix("applinks ") for words, _ in commands()}
    assert told_operations <= {operation.id for operation in OPERATIONS}


def test_each_command_and_each_operation_is_a_method_too_or_says_why_not():
    told = [set().union(*(named(door[number]) for door in DOORS.values())) for number in (0, 1)]
    assert {words.removeprefix("applinks ") for words, _ in commands()} == told[0] | COMMANDS_ALONE.keys()
    assert {operation.id for operation in OPERATIONS} == told[1] | OPERATIONS_ALONE.keys()
    assert not told[0] & COMMANDS_ALONE.keys() | told[1] & OPERATIONS_ALONE.keys()
