"""The pages tell what is there, all of it, and nothing else."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import fields
from pathlib import Path

import pytest
import typer

from applinks.audit import Entry
from applinks.cli import app
from applinks.declared import file, references
from applinks.incoming import BODY_LIMIT, KEPT_FOR, KEPT_OF_EACH, PAUSE, first_administrator, sessions
from applinks.incoming.endpoints import ENDPOINTS, TOKEN_ENDPOINTS, access_token, comparing, request_token
from applinks.incoming.refusals import LARGEST_FORM
from applinks.incoming.replay import ASKS, COMPARISONS, MARGIN, QUARTER_HOUR, SECRETS, SHELVES, SIGN_INS, TRIES
from applinks.links import Limits
from applinks.mechanisms import WINDOW, three_legged
from applinks.outgoing import call, clocks, dance, reading
from applinks.people import Policy, passwords
from applinks.people.comparing import MOST
from applinks.scripts.messages import smtp
from applinks.scripts.messages.delivering import PAUSES, TOLD_FOR
from applinks.serve import signing_in
from applinks.serve.own_pages import OWN_PAGES
from applinks.store import valkey
from applinks.store.database import BUSY_SECONDS
from applinks.store.grants import MOST_WRONG
from applinks.store.kept import SIZE
from applinks.web import pages
from applinks.wire.problems import STATUS
from applinks.wire.trusted_apps import LONGEST_AGE
from house.source import DOCS, PACKAGE, ROOT, TESTS, modules, section

PAGES = [*ROOT.glob("*.md"), *(page for page in DOCS.rglob("*.md") if "_build" not in page.parts)]
COMMAND_LINE = DOCS / "reference" / "command-line.md"
DAY = 24 * 3600
YEAR = 365 * DAY
SHARED = {"--database", "-d", "--json", "--by", "--help", "-h"}


def relative(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_each_path_that_a_page_names_exists(page):
    named = re.findall(r"`((?:src|tests|docs|tools|vectors|bench|requirements)/[\w./-]*)`", page.read_text())
    made = "docs/_build"  # by `make docs`, and not part of the repository
    assert [path for path in named if path != made and not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_each_link_to_another_page_leads_somewhere(page):
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", page.read_text()):
        path, _, anchor = target.partition("#")
        found = (page.parent / path) if path else page
        assert found.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", found.read_text(), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}, target


def test_the_tree_on_the_architecture_page_is_the_tree_of_the_package():
    drawn = re.search(r"```text\nsrc/applinks/\n(.*?)```", section(DOCS / "architecture.md", "Rooms"), re.DOTALL)[1]
    inside = re.findall(r"^  ([\w.]+/?)  ", drawn, re.MULTILINE)
    standing = {
        path.name + ("/" if path.is_dir() else "")
        for path in PACKAGE.iterdir()
        if path.suffix == ".py" or (path.is_dir() and any(path.glob("*.py")))
    }
    assert set(inside) == standing
    outside = re.findall(r"^([\w]+)/  ", drawn, re.MULTILINE)
    assert all((ROOT / name).is_dir() for name in outside)
    beside = re.search(r"^tests/ .*besides: (.*)$", drawn, re.MULTILINE)[1].replace("/", "").split()
    assert all((TESTS / name).is_dir() for name in beside)
    rooms = {path.name for path in PACKAGE.iterdir()}
    assert {path.parent.name for path in TESTS.glob("*/test_*.py")} - rooms <= set(beside)


def test_every_step_of_admission_is_on_the_architecture_page_in_its_order():
    from applinks.incoming.admit import STEPS

    told = re.findall(r"^\| `(\w+)` \|", section(DOCS / "architecture.md", "The incoming road"), re.MULTILINE)
    assert told == [step.__name__ for step in STEPS]


def test_every_check_of_an_admission_is_in_the_reference_in_its_order():
    from applinks.incoming.admit import STEPS
    from applinks.mechanisms import basic, signature, trusted_applications

    parts = {}
    for proof, module in {"OAuth": signature, "Trusted": trusted_applications, "Basic": basic}.items():
        parts[proof] = re.findall(r'\("([a-z ]+)", [^\n]*?"ok"', Path(module.__file__).read_text())
    steps = [step.__name__ for step in STEPS]
    told = section(DOCS / "reference/audit.md", "The checks of an admission")
    assert re.findall(r"`(\w+)`", told.partition("| Proof")[0]) == steps
    rows = re.findall(r"^\| (\w+) \| (`.+`) \|$", told, re.MULTILINE)
    assert {proof: re.findall(r"`([\w ]+)`", row) for proof, row in rows} == parts


def test_the_architecture_page_names_what_a_mechanism_exports():
    from applinks.mechanisms import Mechanism

    told = re.search(r"\*\*a mechanism\.\*\*(.*?)\n\n", section(DOCS / "architecture.md", "How to add …"), re.DOTALL)[1]
    exported = {name for name in [*vars(Mechanism), *Mechanism.__annotations__] if not name.startswith("_")}
    assert exported <= set(re.findall(r"`(\w+)`", told))


def commands(command=None, words=("applinks",)):
    """Each command that does something, with its words."""
    command = command or typer.main.get_command(app)
    if hasattr(command, "commands"):
        for name, inner in command.commands.items():
            yield from commands(inner, (*words, name))
    else:
        yield " ".join(words), command


@pytest.mark.parametrize(("words", "command"), list(commands()), ids=lambda given: given if isinstance(given, str) else "")
def test_the_reference_tells_each_option_of_each_command(words, command):
    text = section(COMMAND_LINE, words)
    options = {option for given in command.params for option in (*given.opts, *given.secondary_opts) if option.startswith("-")}
    told = set(re.findall(r"`(--?[a-z][a-z-]*)`", "\n".join(line for line in text.splitlines() if line.startswith("| `"))))
    assert told == options - SHARED


def test_the_reference_tells_no_command_that_does_not_exist():
    told = re.findall(r"^## (applinks .+)$", COMMAND_LINE.read_text(), re.MULTILINE)
    assert sorted(told) == sorted(words for words, _ in commands())


def test_the_reference_tells_every_environment_variable():
    read = {name for path in modules() for name in re.findall(r'"(APPLINKS_[A-Z_]+)"', path.read_text())}
    told = re.findall(r"^\| `(APPLINKS_[A-Z_]+)` \|", (DOCS / "reference/settings.md").read_text(), re.MULTILINE)
    assert sorted(told) == sorted(read)


def test_the_reference_tells_the_fixed_numbers_as_they_are():
    text = section(DOCS / "reference/settings.md", "Fixed numbers")
    pauses = ", ".join(f"{pause:.0f}" for pause in PAUSES[:-1])
    for words in (
        f"clocks may differ by | {WINDOW} seconds",
        f"a spent nonce is kept for | {WINDOW + MARGIN} seconds",
        f"a form is read and verified up to | {BODY_LIMIT // 1024} KiB",
        f"people are compared up to, on either side | {MOST:,}",
        f"{TRIES} in a quarter of an hour, for each of {SIGN_INS} groups; a process looks at {signing_in.AT_ONCE} passwords",
        f"{sessions.IDLE // 60} minutes after it was last used, and {sessions.LIFE // 3600} hours after it began",
        f"the address at which it is set up is good for | {first_administrator.LIFE // 60} minutes",
        f"a password has | {passwords.SHORTEST} to {passwords.LONGEST} letters",
        f"may ask for a comparison | {COMPARISONS} times a day, each for {comparing.LIFE} seconds",
        f"tries to sign in for making a link | {TRIES} in a quarter of an hour, for each of the {SHELVES} groups",
        f"a secret of a link may be compared over the HTTP interface | {SECRETS} times an hour",
        f"sealed states that we give out | {ASKS} in a second, for each of the {SHELVES} groups",
        f"things that are known not to be there | {SIZE} each",
        f"kept in memory up to | {reading.LARGEST >> 20} MiB, and read for at most {reading.LONGEST:.0f} seconds",
        f"redirects followed, each with a new proof | {call.REDIRECTS}",
        f"because the other side asks for it, at most | {call.PATIENCE:.0f} seconds in all",
        f"may correct our clock by at most | {clocks.MOST_SKEW:.0f} seconds",
        f"a request token, and a dance, live for | {request_token.LIFE} seconds",
        f"renewed before its end by | {three_legged.EARLY} seconds",
        f"wrong verifiers for one request token | {MOST_WRONG}",
        f"by | {Limits().max_age:,} milliseconds, unless the link says otherwise; {LONGEST_AGE:,} at most",
        f"refused requests that are kept | {KEPT_OF_EACH} of each link, for {KEPT_FOR // DAY} days",
        f"at most one a second, with a form up to {LARGEST_FORM // 1024} KiB",
        f"a database, PostgreSQL or SQLite, may keep a request waiting for | {BUSY_SECONDS} seconds",
        f"a Valkey server may keep a request waiting for | {valkey.SECONDS} seconds",
        f"a message is tried on one channel | {len(PAUSES) + 1} times, with pauses of {pauses} and {PAUSES[-1]:,.0f} seconds",
        f"a message leaves at most | {TOLD_FOR // DAY:.0f} days after it was made",
        f"a mail server may take for each step | {smtp.SECONDS} seconds",
    ):
        assert words in text
    assert QUARTER_HOUR == 15 * 60
    assert PAUSE == 1.0
    assert request_token.LIFE == dance.LIFE
    assert (access_token.TOKEN_LIFE, access_token.SESSION_LIFE) == (5 * YEAR, 5 * YEAR + 30 * DAY)


def test_the_reference_tells_every_endpoint_and_every_page():
    told = re.findall(r"^\| `(/[^`]*)` \|", (DOCS / "reference/endpoints.md").read_text(), re.MULTILINE)
    mounted = [*ENDPOINTS, *TOKEN_ENDPOINTS, *{page.path for page in pages.PAGES}, f"{pages.STATIC}/…"]
    mounted += [f"{pages.EVENTS}{rest}" for rest in ("", "/{source}", "/{source}/{secret}")]
    mounted += [pages.OPERATIONS, f"{pages.OPERATIONS}/{{name}}", f"{pages.OWN_ADDRESSES}/{{path}}"]
    alone = {*{page.path for page in OWN_PAGES}, "/healthz", "/readyz", "/metrics"}
    assert sorted(told) == sorted([*mounted, *alone])


def test_the_reference_tells_every_field_of_a_record():
    text = section(DOCS / "reference/audit.md", "Fields")
    told = {name for row in re.findall(r"^\| (`.+?`) \|", text, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}
    assert told == {field.name for field in fields(Entry)} - {"explanation"} | {"sequence", "time"}


def test_the_reference_tells_every_kind_of_record():
    spelled = r'(?:(?:kind|what|why)=|\b_?[Ee]ntry\()"([a-z_ ]+)"'
    written = {kind for path in modules() for kind in re.findall(spelled, path.read_text())}
    written |= {"call", "admission", "people compared"}
    text = section(DOCS / "reference/audit.md", "Kinds")
    told = {kind for row in re.findall(r"^\| (`.+?`) \|", text, re.MULTILINE) for kind in re.findall(r"`([^`]+)`", row)}
    assert told == written


def test_the_reference_tells_every_key_of_a_link_file():
    page = DOCS / "reference/link-file.md"
    for heading, keys in (
        ("Applications", file.APPLICATION),
        ("Links", file.LINK),
        ("Ends", file.END),
        ("Linked things", file.ENTITIES),
        ("Outgoing", file.OUTGOING),
        ("Incoming", file.INCOMING),
        ("Policy", file.POLICY),
        ("Limits", file.LIMITS),
    ):
        rows = re.findall(r"^\| (`.+?`) \|", section(page, heading).partition("\n### ")[0], re.MULTILINE)
        assert [name for row in rows for name in re.findall(r"`(\w+)`", row)] == list(keys), heading
    assert all(f"`{key}`" in section(page, "Outgoing") for key in file.ENDPOINTS)
    assert f"at most {file.LARGEST // 1024} KiB" in page.read_text()
    assert f"at most {references.LARGEST // 1024} KiB" in page.read_text()


def test_the_guide_tells_every_rule_of_a_policy():
    text = section(DOCS / "guide/who-may-be-impersonated.md", "The rules")
    assert set(re.findall(r"`(\w+)`", text.partition("They can be tried")[0])) == {rule.name for rule in fields(Policy)}


def test_the_wire_page_has_every_problem_with_its_status():
    text = section(DOCS / "wire.md", "1.6 Problems")
    told = {
        problem: int(status)
        for names, status in re.findall(r"^\| (`.+?`) \| (\d+) \|", text, re.MULTILINE)
        for problem in re.findall(r"`(\w+)`", names)
    }
    assert told == dict(STATUS)


def cited(pattern: str) -> set[str]:
    ours = {TESTS / "house/test_pages.py"}
    files = [*modules(), *(path for path in TESTS.rglob("*.py") if path not in ours)]
    return {found for path in files for found in re.findall(pattern, path.read_text())}


def test_every_section_of_the_protocol_that_is_cited_stands_on_the_wire_page():
    lists = cited(r"protocol\.md ((?:\d+(?:\.\d+)?)(?:(?:, | to | and )\d+(?:\.\d+)?)*)")
    sections = {number for text in lists for number in re.findall(r"\d+(?:\.\d+)?", text)}
    headings = set(re.findall(r"^#+ (\d+(?:\.\d+)?) ", (DOCS / "wire.md").read_text(), re.MULTILINE))
    assert sections <= headings


def test_every_number_of_a_threat_or_rule_that_is_cited_is_explained():
    told: set[str] = set()
    for row in re.findall(r"^\| ([TSRCF]-\d\d[^|]*) \|", (DOCS / "threats.md").read_text(), re.MULTILINE):
        numbers = re.findall(r"([TSRCF])-(\d\d)", row)
        spelled = [f"{letter}-{number}" for letter, number in numbers]
        if " to " in row:
            (letter, first), (_, last) = numbers
            spelled = [f"{letter}-{number:02}" for number in range(int(first), int(last) + 1)]
        told |= set(spelled)
    assert cited(r"\b[TSRCFP]-\d\d\b") <= told


def test_the_reference_tells_every_class_of_difference_with_its_cause_in_the_order_in_which_they_are_tried():
    from applinks.doctor import TABLE
    from applinks.doctor.differences import PARTS

    filled = defaultdict(lambda: "…")
    expected = [(each.name, each.cause.format_map(filled)) for part in PARTS for each in TABLE if each.part == part]
    text = (DOCS / "reference/rejections.md").read_text()
    assert re.findall(r"^\| (?!Class \||---)(.+?) \| (.+) \|$", text, re.MULTILINE) == expected
