"""The pages of pasted scripts: all of them, and the text of one."""

from __future__ import annotations

import pytest

from applinks.scripts import LARGEST_TEXT, PastedScripts, hook_of_pasted, paste_script
from applinks.web.visit import HOOK, LONGEST_FORM, PASTE, PASTED, SCRIPTS
from web.dom import Dom
from web.visitor import at, followed, said_by

pytest.importorskip("pydantic_monty")

TEXT = "# Says hello.\nif user:\n    log('hello & <b>')\n"


@pytest.fixture(autouse=True)
def allowed(tracker):
    tracker.pasted_allowed = True


def kept(application):
    return application.answer(PastedScripts())


def paste(us, name="hello", **place):
    return us.run(paste_script(name, TEXT, by="root", **place))


def fields(**more):
    said = {"kind": "by hand", "application": "", "events": "", "transition": "", "parameters": "", "text": TEXT}
    return {"name": "hello", **said, **more}


def test_the_page_of_scripts_leads_there_and_it_lists_them(tracker, root):
    assert f'"/base{PASTED}"' in root.get(SCRIPTS).body.decode() or PASTED in root.get(SCRIPTS).body.decode()
    assert "Nobody has pasted a script yet." in said_by(root.get(PASTED))
    paste(tracker, kind="listener", events=["order"])
    text = said_by(root.get(PASTED))
    assert "hello Says hello. When order has happened." in text
    assert f"by root, revision {kept(tracker)[0].revision}" in text


def test_one_is_pasted(tracker, root):
    answer = root.press(
        root.get(PASTE),
        "act",
        "keep",
        **fields(kind="listener", events="order\r\n other \r\n", parameters="space", text=TEXT.replace("\n", "\r\n")),
    )
    assert "Kept. It is loaded in a moment" in said_by(followed(root, answer))
    (script,) = kept(tracker)
    assert (script.text, script.events, script.parameters, script.changed_by) == (TEXT, ("order", "other"), ("space",), "root")


def test_its_text_is_shown_as_it_is_and_changed(tracker, root):
    paste(tracker)
    page = root.get(PASTE, {"name": "hello"})
    assert "log(&#39;hello &amp; &lt;b&gt;&#39;)" in page.body.decode()
    assert "name" not in Dom(page.body.decode()).fields()
    root.press(page, "act", "keep", **{**fields(text="log('bye')"), "name": "another"})
    assert [(script.name, script.text) for script in kept(tracker)] == [("hello", "log('bye')")]


def test_a_mistake_is_told_with_its_place_and_what_was_written_stays(tracker, root):
    answer = root.press(root.get(PASTE), "act", "keep", **fields(text="x = 1\ny = ("))
    assert answer.status == 400
    assert "hello, line 2, column 6: SyntaxError" in said_by(answer)
    assert "x = 1\ny = (</textarea>" in answer.body.decode()
    assert kept(tracker) == ()


def test_the_line_that_is_wrong_is_shown_beside_the_text_and_says_where(tracker, root):
    answer = root.press(root.get(PASTE), "act", "check", **fields(text="x = 1\r\nx = 2\r\nx = 3\r\n\ty = ("))
    shown = Dom(answer.body.decode()).text
    assert "Line 4, column " in shown
    assert "   2  x = 2\n   3  x = 3\n   4   y = (" in answer.body.decode()
    assert "   1  x = 1" not in answer.body.decode()


def test_what_is_wrong_as_a_whole_has_no_line(tracker, root):
    answer = root.press(root.get(PASTE), "act", "keep", **fields(kind="listener"))
    assert answer.status == 400
    assert "excerpt" not in answer.body.decode()


def test_its_text_leads_to_its_hook_which_has_a_page_before_it_is_loaded(tracker, root, scripts):
    hook = hook_of_pasted(paste(tracker))
    page = root.get(PASTE, {"name": "hello"})
    assert f"{HOOK}?id=pasted%2Fhello" in page.body.decode()
    assert "It was kept, and is loaded in a moment" in said_by(root.get(HOOK, {"id": hook.id}))
    assert root.get(HOOK, {"id": "pasted/nothing"}).status == 404
    tracker.pasted_allowed = False
    assert root.get(HOOK, {"id": hook.id}).status == 404


def test_the_list_of_hooks_says_which_were_pasted(tracker, root, scripts):
    scripts.loaded = (*scripts.loaded, hook_of_pasted(paste(tracker)))
    assert "Says hello. pasted/hello pasted When somebody runs it by hand." in said_by(root.get(SCRIPTS))


def test_it_is_checked_without_being_kept(tracker, root):
    answer = root.press(root.get(PASTE), "act", "check", **fields())
    assert "No mistake was found. Nothing was kept or run: keep it, if it is to run." in said_by(answer)
    assert Dom(answer.body.decode()).filled()["name"] == "hello"
    assert "line 1, column 6" in said_by(root.press(root.get(PASTE), "act", "check", **fields(text="y = (")))
    assert kept(tracker) == ()


def test_it_is_removed(tracker, root):
    paste(tracker)
    answer = root.press(root.get(PASTE, {"name": "hello"}), "act", "remove")
    assert "Removed. It does not run any more" in said_by(followed(root, answer))
    assert kept(tracker) == ()


def test_where_that_is_off_the_pages_say_so_and_one_can_only_be_removed(tracker, root):
    paste(tracker)
    tracker.pasted_allowed = False
    assert "that is off. Set APPLINKS_PASTED_SCRIPTS=1" in said_by(root.get(PASTED))
    page = root.get(PASTE, {"name": "hello"})
    assert "that is off" in said_by(page)
    assert Dom(page.body.decode()).buttons() == [("act", "remove")]
    refused = root.post(PASTE, {**Dom(root.get(PASTE, {"name": "hello"}).body.decode()).fields(), "act": "keep", **fields()})
    assert refused.status == 400
    assert kept(tracker)[0].text == TEXT
    root.press(page, "act", "remove")
    assert kept(tracker) == ()


def test_the_largest_text_passes_through_the_form_whatever_its_letters(tracker, root):
    text = "# " + "é" * (LARGEST_TEXT // 2 - 1)
    assert len(text) * 3 > LONGEST_FORM
    assert root.press(root.get(PASTE), "act", "keep", **fields(text=text)).status == 303
    assert kept(tracker)[0].text == text
    assert text in root.get(PASTE, {"name": "hello"}).body.decode()
    too_large = root.press(root.get(PASTE), "act", "keep", **fields(name="more", text=f"{text}xx"))
    assert "can be pasted" in said_by(too_large)


def test_nothing_that_was_asked_for_is_told(root):
    page = root.get(PASTE)
    answer = root.post(PASTE, {**Dom(page.body.decode()).fields(), "act": "other", **fields()})
    assert "Nothing was asked for." in said_by(answer)
    assert root.get(PASTE, {"name": "nothing"}).status == 404


def test_the_page_of_its_hook_tells_what_it_may_name_and_leads_to_its_text(tracker, root, scripts):
    hook = hook_of_pasted(paste(tracker, kind="validator", application="jira", transition="Done"))
    scripts.loaded = (*scripts.loaded, hook)
    page = root.get(HOOK, {"id": hook.id})
    text = said_by(page)
    for words in (
        "call(type_or_link, method, path",
        "refuse(message",
        "issue Of the event, as plain values",
        "10 s of the processor",
    ):
        assert words in text, words
    assert "messages.warning" not in text
    assert f"{PASTE}?name=hello" in page.body.decode()


def test_they_are_for_administrators_who_have_confirmed(tracker):
    assert at(tracker, "alice").get(PASTED).status == 404
    assert at(tracker, "alice").get(PASTE).status == 404
    assert at(tracker, "root").get(PASTE).status == 303
