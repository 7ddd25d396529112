"""The part of the story for links that do not share all their users: carol is asked, or a fixed user stands in."""

from __future__ import annotations

import asyncio

from applinks.demo.scene import Scene
from applinks.demo.telling import Step
from applinks.demo.window import NotShown, Window, opened

GRANTS = "/plugins/servlet/oauth/users/access-tokens"


def with_consent(scene: Scene) -> None:
    """The page's dance, and its message to the user."""
    scene.teller.title("Without shared users: carol is asked first, allows it as cclark, and takes it back")
    with opened(real=scene.real) as carol:
        scene.teller.aside(f"She uses {carol.kind}.")
        try:
            _dance(scene, carol)
        except NotShown as missing:
            scene.teller.call(f"carol does not find {missing}", None, good=False)


def _dance(scene: Scene, carol: Window) -> None:
    address = _asked(scene, carol)
    _opened_by_another(scene, address)
    _allowed(scene, carol)
    _repeated(scene, carol)
    _revoked(scene, carol)
    _asked_again(scene, carol)


def _asked(scene: Scene, carol: Window) -> str:
    tracker = scene.three.addresses()["Tracker"]
    carol.open(f"{tracker}/login")
    carol.press("Sign in", name="carol", password="carol")  # noqa: S106 each password is the name
    carol.open(f"{tracker}/browse/OPS-3")
    carol.press("Start")
    scene.watch.calls()
    carol.press("Done")
    address = carol.link("Allow it in Wiki") or tracker
    good = carol.status == 409 and address != tracker and not scene.watch.calls()
    request = f"POST {tracker}/browse/OPS-3/transition"
    name = "carol, unknown in Wiki, moves OPS-3 to Done: nothing is sent, she is asked to allow it first"
    scene.teller.page(Step(name, "Wiki", "carol", "carol", None, None, request, carol.status, ok=good), "credentials-required")
    scene.teller.says(f"A message on her page leads to {address.partition('?')[0]}", good=good)
    return address


def _opened_by_another(scene: Scene, address: str) -> None:
    answer = scene.browser("Tracker", "bob").visit(address)
    good = answer.status_code == 403 and "This was meant for somebody else" in answer.text
    request = f"GET {address.partition('?')[0]}"
    name = "bob opens the address that was made for carol: he is told so, and nothing happens"
    scene.teller.page(Step(name, "Wiki", "carol", "bob", None, None, request, answer.status_code, ok=good), "dance-of-another")


def _allowed(scene: Scene, carol: Window) -> None:
    carol.follow("Allow it in Wiki")
    carol.press("Sign in", name="cclark", password="cclark")  # noqa: S106 each password is the name
    asked = "Let <bdi>Tracker</bdi> act as you?" in carol.text
    carol.press("Allow")
    written = scene.watch.written("consent given")
    back = carol.address == f"{scene.three.addresses()['Tracker']}/browse/OPS-3"
    good = asked and back and [(entry.subject, entry.link) for entry in written] == [("carol", "Wiki")]
    name = "carol follows it, signs in to Wiki as cclark, allows it, and is back at OPS-3"
    request = f"GET {carol.address}"
    scene.teller.page(Step(name, "Wiki", "carol", "carol", None, "3LO", request, carol.status, ok=good))
    scene.teller.says("Wiki asked her: Let Tracker act as you?", good=asked)


def _repeated(scene: Scene, carol: Window) -> None:
    scene.tell(
        "carol moves OPS-3 to Done once more, and the same call works",
        lambda: carol.press("Done"),
        wanted="/rest/api/content",
    )
    address = carol.link("OPS-3 Order more rope")
    scene.teller.says(f"OPS-3 carries the link: {address or 'none'}", good=address is not None)
    if address:
        carol.follow("OPS-3 Order more rope")
        scene.teller.says("The page says that cclark wrote it", good="By cclark," in carol.text)


def _revoked(scene: Scene, carol: Window) -> None:
    page = scene.three.addresses()["Wiki"] + GRANTS
    scene.watch.calls()
    carol.open(page)
    carol.press("Revoke")
    written = scene.watch.written("grant revoked")
    good = [(entry.subject, entry.link) for entry in written] == [("cclark", "Tracker")]
    name = "cclark, in Wiki, revokes what Tracker may do as her"
    scene.teller.page(Step(name, "Tracker", "cclark", "cclark", None, "3LO", f"POST {page}", carol.status, ok=good))


def _asked_again(scene: Scene, carol: Window) -> None:
    carol.open(f"{scene.three.addresses()['Tracker']}/linked")
    scene.tell(
        "carol, in Tracker, asks Wiki who she is there: Wiki rejects the call, and she is asked again",
        lambda: carol.press("Who am I in Wiki?"),
        wanted="/rest/api/user/current",
        status=401,
    )
    scene.teller.says("The same message is on her page", good=carol.link("Allow it in Wiki") is not None)


def as_a_fixed_user(scene: Scene) -> None:
    """The other way without shared users."""
    scene.teller.title("Without shared users: the one user whom Forge has fixed for all calls of Wiki")
    three = scene.three
    three.forge.applinks.change_link("Wiki", execute_as="integration", by="admin")
    asyncio.run(three.wiki.applinks.change_link("Forge", fixed_user=True, by="admin"))
    page = scene.tell(
        "cclark, unknown in Forge, reads in Wiki which pull requests are open there",
        lambda: scene.browser("Wiki", "cclark").read("/spaces/OPS/pull-requests"),
        wanted="/pull-requests",
    )
    (admitted,) = (written.entry for written in three.forge.applinks.audit(1))
    scene.teller.says(f"Forge admitted: {admitted.subject}", good=admitted.subject == "integration")
    scene.teller.says("The page lists them", good="Count down aloud" in page)
