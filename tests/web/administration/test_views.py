"""What the pages of administration show: whoever wrote it, and whoever reads it."""

from __future__ import annotations

import re
from dataclasses import fields
from itertools import pairwise

import pytest

from applinks.web import page, render
from applinks.web.administration import kept, taken, trust, views, wizard
from applinks.web.scripts import views as of_scripts
from web.administration.sights import SIGHTS as ADMINISTRATION
from web.administration.sights import written
from web.dom import Dom
from web.hostile import ADDRESSES, MARKUP
from web.scripts.sights import SIGHTS as SCRIPTS

SIGHTS = (*ADMINISTRATION, *SCRIPTS)


def named(view) -> str:
    return type(view).__name__


def test_there_is_a_sight_of_each_kind():
    shown = {type(view) for view in SIGHTS}
    assert {
        kind
        for kind in (vars(views) | vars(wizard) | vars(kept) | vars(trust) | vars(of_scripts) | vars(taken)).values()
        if isinstance(kind, type) and "frame" in getattr(kind, "__slots__", ())
    } <= shown


@pytest.mark.parametrize("payload", [*MARKUP, *ADDRESSES])
def test_no_text_adds_an_element_or_an_attribute_to_a_page(payload):
    """T-46: the page has the same elements with the same attributes as with a plain word, but that an address may be a link."""
    for view in SIGHTS:
        hostile, plain = (Dom(render(written(view, text))).skeleton() for text in (payload, "plain"))
        assert [it for it in hostile if it[0] != "a"] == [it for it in plain if it[0] != "a"]


@pytest.mark.parametrize("payload", [*MARKUP, *ADDRESSES])
def test_no_text_becomes_anything_but_a_link_to_the_web(payload):
    """T-46, T-47."""
    for view in SIGHTS:
        links = Dom(render(written(view, payload))).links()
        assert all(link.startswith(("/", "#", "https://", "http://")) and not link.startswith("//") for link in links)


@pytest.mark.parametrize("view", SIGHTS, ids=named)
def test_a_page_needs_neither_script_nor_style_of_its_own(view):
    """T-41: so the policy can forbid them."""
    dom = Dom(render(view))
    assert not {"script", "style", "iframe", "object", "embed", "base", "img"} & {tag for tag, _ in dom.elements}
    assert not [name for _, attributes in dom.elements for name in attributes if name.startswith("on") or name == "style"]


@pytest.mark.parametrize("view", SIGHTS, ids=named)
def test_everybody_can_find_their_way_on_a_page(view):
    """One first heading, headings in order, one id once, a label for each field, buttons that differ."""
    source = render(view)
    dom = Dom(source)
    headings = [int(tag[1]) for tag, _ in dom.elements if re.fullmatch("h[1-6]", tag)]
    assert (headings[0], headings.count(1)) == (1, 1)
    assert all(after - before <= 1 for before, after in pairwise(headings))
    ids = [attributes["id"] for _, attributes in dom.elements if "id" in attributes]
    assert len(set(ids)) == len(ids)
    labelled = {label.get("for") for label in dom.all("label")}
    entered = [
        it
        for tag in ("input", "select", "textarea")
        for it in dom.all(tag)
        if it.get("type") not in {"hidden", "radio", "checkbox"}
    ]
    assert all(it["id"] in labelled for it in entered)
    buttons = [" ".join(re.sub("<[^>]+>", "", it).split()) for it in re.findall(r"<button.*?</button>", source, re.DOTALL)]
    assert len(set(buttons)) == len(buttons)


@pytest.mark.parametrize("view", SIGHTS, ids=named)
def test_a_page_is_sent_with_the_safe_headers(view):
    """T-41, T-49."""
    answer = page(view)
    policy = answer.header("content-security-policy") or ""
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.header("cache-control") == "no-store"


@pytest.mark.parametrize("view", SIGHTS, ids=named)
def test_a_view_does_not_show_its_tokens_and_secrets(view):
    """T-66"""
    for secret in ("form_token", "secret", "invitation", "agreement"):
        if secret in {field.name for field in fields(view)}:
            assert f"{secret}=" not in repr(view)
