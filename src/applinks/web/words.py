"""What our notices say, in the order of a person's way through the pages."""

from __future__ import annotations

from dataclasses import dataclass

from applinks.web.views import Kind, Outcome


@dataclass(frozen=True, slots=True)
class Words:
    """HTTP status, heading and text; `{it}` is the far side's name, or `the other application`."""

    status: int
    heading: str
    text: str
    going_on: str = "Go on"


NOTICES = {
    Kind.SIGN_IN: Words(401, "Sign in first", "We must know who you are before we can ask what you allow.", "Sign in"),
    Kind.SIGNED_IN: Words(
        200,
        "You are signed in",
        "You will be led to the application that has to ask you. If nothing happens, go on yourself.",
    ),
    Kind.UNKNOWN: Words(
        404,
        "Nobody is asking",
        "This address belongs to no request that we know. Start again from the application that sent you here.",
    ),
    Kind.NOT_FOUND: Words(404, "There is no such page", "Or it is none that you may see."),
    Kind.NOT_YOURS: Words(
        403,
        "This was meant for somebody else",
        "The address was made for another person, so nothing was done. If you are signed in under the wrong name, sign out, "
        "sign in as yourself and start again.",
    ),
    Kind.EXPIRED: Words(
        410,
        "That took too long",
        "The request is no longer valid, and nothing was allowed. Start again from the application that sent you here.",
    ),
    Kind.USED: Words(
        409,
        "This was decided already",
        "Each request can be answered once, and this one was. Under “What I have allowed” you can see how it stands.",
    ),
    Kind.FORGED: Words(
        403,
        "Please try that again",
        "The form did not come from a page that we had shown to you lately, so nothing was changed. Go back, load the page "
        "anew and repeat what you did.",
    ),
    Kind.DENIED: Words(
        200,
        "You said no",
        "Nothing was allowed. If you change your mind, you will be asked again the next time that it is needed.",
    ),
    Kind.REFUSED: Words(
        502,
        "It was refused",
        "We could not get permission to act as you: {it} refused. Nothing was changed here. Try again; if it stays like "
        "this, tell an administrator what is written below.",
        "Try again",
    ),
    Kind.UNREACHABLE: Words(
        504,
        "No answer",
        "We could not get permission to act as you: {it} did not answer. Nothing was changed. Try again in a while.",
        "Try again",
    ),
    Kind.NOT_SET_UP: Words(
        503,
        "That link is not ready",
        "We cannot ask {it} for permission to act as you, because of how the link is set up. Nothing was changed. Tell an "
        "administrator of this application what is written below.",
    ),
    Kind.AWAY: Words(
        503,
        "We cannot look that up now",
        "The records of this application’s links cannot be reached, so nothing was changed. Try again in a while.",
    ),
    Kind.DONE: Words(
        200,
        "You can go on",
        "From now on this application can act as you in {it}. You can take that back whenever you like, under “What I have "
        "allowed”.",
    ),
}

OUTCOMES = {
    Outcome.REVOKED: "Revoked. It holds from now on: the next request of that application in that person’s name is refused.",
    Outcome.FORGOTTEN: "Forgotten. This application can no longer act as you there, unless you allow it again.",
    Outcome.GONE: "There was nothing left to end: it had been revoked, or it had run out.",
}
