"""Banners are the open messages of whoever looks at a page."""

from __future__ import annotations

from answering import Answers, run
from applinks.questions import drive
from applinks.scripts import Channels, MessagesOf, OurWords, Outcome, Sent, banner, load_catalogue
from scripts.told import ALICE, letter, message


def test_it_is_always_there() -> None:
    assert banner.is_set_up(Channels())
    assert run(banner.send(letter(), Channels())) == Outcome(Sent.YES)


def test_a_page_shows_a_few_open_ones_and_no_address_that_could_be_a_script() -> None:
    """T-47; product.md A.7, trap 3: what was pasted into pages there was not escaped, here it is text and nothing else."""
    messages = (message("<script>alert(1)</script>", address="javascript:alert(1)"), message(address="/runs/7"))
    world = Answers({OurWords: load_catalogue(), MessagesOf: messages})
    shown = drive(banner.read(ALICE), world)
    assert world.asked[-1] == MessagesOf("alice", unread=True, limit=banner.MOST)
    assert [(written.text, written.address) for written in shown] == [
        ("<script>alert(1)</script>", None),
        ("The page is there.", "/runs/7"),
    ]
