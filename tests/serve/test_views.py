"""What the application's own pages show, and what they hide."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from applinks.serve import views
from applinks.web import render
from serve.sights import NOBODY, SIGHTS, WAITING
from web.dom import Dom
from web.hostile import MARKUP


def named(view) -> str:
    return type(view).__name__


def test_there_is_a_sight_of_each_kind():
    kinds = {kind for kind in vars(views).values() if isinstance(kind, type) and "frame" in getattr(kind, "__slots__", ())}
    assert kinds - {views.Frame} == {type(view) for view in SIGHTS}


@pytest.mark.parametrize("view", SIGHTS, ids=named)
def test_a_view_does_not_show_its_secrets(view):
    """T-66"""
    assert "token=" not in repr(view)
    assert "invitation=secret" not in repr(view)


@pytest.mark.parametrize("view", SIGHTS, ids=named)
def test_everybody_can_find_their_way_on_a_page(view):
    """One first heading, one id once, a label for each field, buttons that differ."""
    source = render(view)
    dom = Dom(source)
    headings = [int(tag[1]) for tag, _ in dom.elements if re.fullmatch("h[1-6]", tag)]
    assert (headings[0], headings.count(1)) == (1, 1)
    ids = [attributes["id"] for _, attributes in dom.elements if "id" in attributes]
    assert len(set(ids)) == len(ids)
    labelled = {label.get("for") for label in dom.all("label")}
    assert all(it["id"] in labelled for it in dom.all("input") if it.get("type") != "hidden")
    assert not {"script", "style"} & {tag for tag, _ in dom.elements}


@pytest.mark.parametrize("field", ["password", "again", "old"])
@pytest.mark.parametrize("view", SIGHTS, ids=named)
def test_browsers_are_told_which_password_it_is_and_given_none(view, field):
    for it in Dom(render(view)).all("input"):
        if it.get("name") == field:
            assert it["type"] == "password"
            assert it["autocomplete"] in {"current-password", "new-password"}
            assert "value" not in it


@pytest.mark.parametrize("text", MARKUP)
def test_no_text_adds_an_element_to_a_page(text):
    """T-46"""
    for view in (
        views.SignIn(NOBODY, "token", "/sign-in", text, text, text, text, text),
        views.SetUp(NOBODY, "token", "/set-up", True, text, text, text, text),
        views.Home(SIGHTS[2].frame, (replace(WAITING[0], hook=text, item=text, link=text),), False, ()),
    ):
        plain = [
            {name: "plain" if value == text else value for name, value in ((it, getattr(view, it)) for it in view.__slots__)}
        ]
        if isinstance(view, views.Home):
            plain[0]["waiting"] = (replace(WAITING[0], hook="plain", item="plain", link="plain"),)
        assert Dom(render(view)).skeleton() == Dom(render(type(view)(**plain[0]))).skeleton()
