"""Records and tokens in a real browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Locator, Page, expect

from applinks.web.visit import RECORDS, TOKENS
from browser.rig import Look
from browser.two_applications import Two, running

PICTURES = "records"
API = "/plugins/servlet/applinks/api/1"


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    with running(tmp_path_factory.mktemp("records")) as two:
        link = two.front.link("Tracker").link
        two.front.change_link(link.name, incoming="disabled", by="erin")
        two.front.change_link(link.name, incoming="oauth", by="admin")
        yield two


def opened(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_label("Name").fill("admin")
    page.get_by_role("button", name="Sign in").click()


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def rows(page: Page) -> Locator:
    return page.locator("tbody tr")


def test_records_are_found_read_verified_and_exported(each_page: Page, two: Two, look: Look) -> None:
    page = each_page
    opened(page, f"{two.at_front}{RECORDS}")
    heading(page, "Records")
    look(page, "all")
    page.get_by_label("What").select_option("link changed")
    page.get_by_label("Who").fill("erin")
    page.get_by_role("button", name="Show").click()
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("link changed")
    look(page, "some")
    rows(page).get_by_role("link").click()
    expect(page.get_by_role("heading", level=2)).to_have_text("What was changed")
    expect(rows(page)).to_contain_text("incoming")
    look(page, "one")
    page.get_by_role("link", name="Records").last.click()
    page.get_by_role("button", name="Are they whole?").click()
    page.get_by_role("button", name="Verify").click()
    head = page.locator(".code").inner_text()
    expect(page.get_by_role("status")).to_contain_text("as they were written")
    look(page, "whole")
    page.get_by_label("The head that was noted").fill(head[:-1] + ("0" if head[-1] != "0" else "1"))
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_role("status")).to_contain_text("not the one that was noted")
    look(page, "broken")
    page.goto(f"{two.at_front}{RECORDS}")
    with page.expect_download() as saved:
        page.get_by_role("link", name="as JSON").click()
    assert saved.value.suggested_filename == "records.json"
    assert json.loads(Path(saved.value.path()).read_text())["head"]["sequence"] == int(head.partition(":")[0])


def test_a_token_is_made_used_and_revoked(each_page: Page, two: Two, look: Look) -> None:
    page = each_page
    opened(page, f"{two.at_front}{TOKENS}")
    heading(page, "Tokens")
    look(page, "no-tokens")
    page.get_by_role("button", name="Make a token").click()
    page.get_by_label("Your password in").fill("admin's")
    page.get_by_role("button", name="Confirm").click()
    heading(page, "Make a token")
    page.get_by_label("What it is for").fill("nightly check")
    page.get_by_label("It only reads").check()
    look(page, "make-token")
    page.get_by_role("button", name="Make it").click()
    heading(page, "The token “nightly check”")
    look(page, "token")
    secret = page.locator(".code").inner_text()
    page.get_by_role("button", name="Go on").click()
    with httpx2.Client(base_url=f"{two.at_front}{API}", headers={"authorization": f"Bearer {secret}"}) as program:
        assert [link["name"] for link in program.get("/links").json()["links"]] == ["Tracker"]
        assert program.post("/links", json={}).status_code == 403
        page.goto(f"{two.at_front}{TOKENS}")
        expect(rows(page)).to_contain_text("reads only")
        look(page, "tokens")
        page.get_by_role("button", name="Revoke").click()
        expect(page.get_by_role("status")).to_contain_text("Revoked.")
        expect(page.get_by_text("There are no tokens.")).to_be_visible()
        assert program.get("/links").status_code == 401
