"""The story that `make demo` tells: people press buttons in a browser, applications call each other, and all is shown.

Everything is real: the clicks are HTTP requests with a session, the calls go over sockets with signatures, and what is
printed was written down by `applinks` itself when it happened.
"""

from __future__ import annotations

import asyncio
import re
import threading
from base64 import b64encode
from contextlib import closing
from functools import partial
from pathlib import Path
from urllib.parse import quote

import httpx2
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from applinks import Administrator, Policy
from applinks.demo.dance import as_a_fixed_user, with_consent
from applinks.demo.scene import Scene, Watch
from applinks.demo.scripted import with_scripts
from applinks.demo.servers import running
from applinks.demo.telling import Step, Story, Teller
from applinks.demo.window import TRUST

ADMIN = Administrator("admin", "admin")
CAROL = ("carol", "cclark")
"""The names of the one person who is not called the same everywhere."""


def tell(data: Path, *, quiet: bool = False, stay: bool = False, real: bool = True) -> Story:
    """Start the three applications, link them, tell the story; with `stay`, go on serving until interrupted.

    `real` says that consent shall be given in a real browser, where this machine has one.
    """
    teller = Teller(quiet=quiet)
    with running(data) as three, Watch() as watch, closing(Scene(three, teller, watch, real)) as scene:
        for act in ACTS:
            act(scene)
        teller.end(three.addresses(), stay=stay)
        if stay:
            _until_interrupted()
    return teller.story


def link(scene: Scene) -> None:
    """Link each with each, and say whom of the administrators they may impersonate."""
    three = scene.three
    at = three.addresses()
    scene.teller.title("Three applications are started and linked with one another")
    for name, create in (
        (
            "Tracker – Wiki",
            lambda: asyncio.run(three.tracker.applinks.create_link(at["Wiki"], ADMIN, same_users=True, by="admin")),
        ),
        (
            "Tracker – Forge",
            lambda: asyncio.run(three.tracker.applinks.create_link(at["Forge"], ADMIN, same_users=True, by="admin")),
        ),
        ("Forge – Wiki", lambda: three.forge.applinks.create_link(at["Wiki"], ADMIN, same_users=True, by="admin")),
    ):
        scene.teller.linked(name, create().link)
    deployment = Policy(administrators=frozenset({"deployment"}))
    for theirs in ("Tracker", "Forge"):
        asyncio.run(three.wiki.applinks.change_policy(theirs, deployment, by="admin"))
    asyncio.run(three.tracker.applinks.change_policy("Wiki", deployment, by="admin"))
    asyncio.run(three.tracker.applinks.change_link("Wiki", excluded=CAROL, by="admin"))
    three.forge.applinks.change_link("Wiki", excluded=CAROL, by="admin")
    for theirs in ("Tracker", "Forge"):
        asyncio.run(three.wiki.applinks.change_link(theirs, excluded=CAROL, by="admin"))
    scene.teller.aside("Carol Clark is carol in Tracker and Forge and cclark in Wiki: there she is nobody's namesake.")


def as_the_current_user(scene: Scene) -> None:
    """Example 1 of the page."""
    scene.teller.title("As the current user: alice asks each application who she is in the other")
    for here, there, type_, path in (
        ("Tracker", "Wiki", "confluence", "rest/api/user/current"),
        ("Wiki", "Tracker", "jira", "rest/auth/1/session"),
        ("Forge", "Tracker", "jira", "rest/auth/1/session"),
        ("Tracker", "Forge", "bitbucket", "plugins/servlet/applinks/whoami"),
    ):
        ask = partial(scene.browser(here, "alice").press, "/linked", "/linked/whoami", type=type_)
        page = scene.tell(f"alice, in {here}, asks {there} who she is there", ask, wanted=path)
        said = re.search(r"Making the request as: <strong>([^<]*)</strong>", page.text)
        name = said[1] if said else "nobody"
        scene.teller.says(f"Making the request as: {name}", good=name == "alice")


def publish(scene: Scene) -> None:
    """The page-creation example."""
    scene.teller.title("A page for a finished issue: alice moves OPS-1 to Done")
    alice = scene.browser("Tracker", "alice")
    page = scene.tell(
        "alice moves OPS-1 to Done, and a page by her appears in Wiki",
        lambda: alice.press("/browse/OPS-1", "/browse/OPS-1/transition", transition="31"),
        wanted="/rest/api/content",
        status=200,
    )
    linked = re.search(r'<a href="([^"]+)">(OPS-1 [^<]+)</a>', page.text)
    scene.teller.says(f"OPS-1 carries the link: {linked[1] if linked else 'none'}", good=linked is not None)
    if linked:
        text = scene.browser("Wiki", "alice").read(linked[1])
        scene.teller.says("The page says that Alice Adams wrote it", good="Alice Adams" in text)


def as_another_user(scene: Scene) -> None:
    """The three idioms of the page, which are one here."""
    scene.teller.title("As another user, on the record: with run_as('deployment', reason=…)")
    tracker, forge, wiki = (scene.browser(name, "alice") for name in ("Tracker", "Forge", "Wiki"))
    scene.tell(
        "alice, in Tracker, has deployment create a space for OPS-2",
        lambda: tracker.press("/browse/OPS-2", "/browse/OPS-2/space"),
        wanted="/rest/api/space",
    )
    repository = "/projects/OPS/repos/launch-scripts"
    scene.tell(
        "alice, in Forge, has deployment create a space for a repository",
        lambda: forge.press(repository, f"{repository}/space"),
        wanted="/rest/api/space",
    )
    page = re.search(r"/spaces/OPS/pages/\d+", wiki.read("/spaces/OPS"))
    path = page[0] if page else "/spaces/OPS"
    scene.tell(
        "alice, in Wiki, has deployment point OPS-3 to a page",
        lambda: wiki.press(path, f"{path}/mention", issue="OPS-3"),
        wanted="/comment",
        status=201,
    )


def refused(scene: Scene) -> None:
    """What is turned away."""
    scene.teller.title("What is refused")
    bob, erin = scene.browser("Tracker", "bob"), scene.browser("Tracker", "erin")
    scene.tell(
        "bob, who has no rights in Wiki, moves OPS-2 to Done: Wiki says no, the issue stays",
        lambda: bob.press("/browse/OPS-2", "/browse/OPS-2/transition", transition="31"),
        wanted="/rest/api/space/OPS",
        status=403,
    )
    scene.tell(
        "erin, an administrator whom no policy names, cannot be impersonated",
        lambda: erin.press("/linked", "/linked/whoami", type="confluence"),
        wanted="rest/api/user/current",
        status=401,
    )
    seen, base_string = _signed_call(scene)
    forgeries = (
        ("a request that was sent before is sent again", seen, "nonce_used"),
        ("the query of a signed request is changed", _with_url(seen, "user_id=alice", "user_id=admin"), "signature_invalid"),
        ("a request is signed with a stranger's key", _signed_by_a_stranger(seen, base_string), "signature_invalid"),
    )
    for name, request, problem in forgeries:
        with httpx2.Client(verify=TRUST) as http:
            answer = http.send(request)
        good = answer.status_code == 401 and f"oauth_problem={problem}" in answer.text
        scene.teller.forgery(name, request, answer, problem, good=good)


ACTS = (link, as_the_current_user, publish, as_another_user, with_consent, as_a_fixed_user, refused, with_scripts)


def _signed_call(scene: Scene) -> tuple[httpx2.Request, str]:
    """A call by alice that was really sent, as somebody on the line would have seen it, and the base string that was signed."""

    async def call() -> httpx2.Request:
        applinks = scene.three.tracker.applinks
        async with applinks.acting_as("alice"), (await applinks.primary("confluence")).client() as client:
            return (await client.get("rest/api/user/current")).request

    scene.watch.calls()
    request = asyncio.run(call())
    return httpx2.Request(request.method, request.url, headers=request.headers), scene.watch.calls()[0].explanation


def _with_url(request: httpx2.Request, old: str, new: str) -> httpx2.Request:
    return httpx2.Request(request.method, str(request.url).replace(old, new), headers=request.headers)


def _signed_by_a_stranger(request: httpx2.Request, base_string: str) -> httpx2.Request:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    signature = b64encode(key.sign(base_string.encode(), padding.PKCS1v15(), SHA256())).decode()
    proof = re.sub(
        r'oauth_signature="[^"]*"', f'oauth_signature="{quote(signature, safe="")}"', request.headers["authorization"]
    )
    return httpx2.Request(request.method, request.url, headers={**request.headers, "authorization": proof})


def _until_interrupted() -> None:
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        return


__all__ = ["Step", "Story", "tell"]
