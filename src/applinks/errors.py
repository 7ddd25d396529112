"""Every error that this package raises, in one tree.

AppLinksError
  OurFault                      the request never left, or should not have been asked for
    ConfigurationError          a setting, an address or a stored value is missing or wrong
      MethodForbidden           this platform does not allow the link's signature method
      LinkFileWrong             a link file has mistakes; lists them all
    LinkNotFound                no link by that id, name or type; lists what exists
    LinkExists                  another link has that name or application
    MechanismMissing            the link does not offer the mechanism that was demanded
    AddressOutsideLink          the path leaves the link's own address
    NobodyActing                nobody is known to be acting here
    PersonUnknown               no such user in this application, or a disabled one
    RunAsRefused                the acting user may not run as that user
    AdministratorNeeded         only an administrator may do that
    CannotCompare               the people of two applications cannot be compared
    PairingRefused              the other side, or we, would not make the link
    TrustSuspended              nothing goes out until somebody says whether this is the original or a copy
    StoreUnavailable            our own records cannot be read or written now
    DanceOver                   the dance was ended before, took too long, or never began
    DanceOfAnother              the address was made for another person
    ScriptWrong                 a script cannot be used as it is written; carries file and line
    ParametersWrong             the values given to a script have mistakes; lists them all
    RunNotFound                 no run of a script by that number, or none that may be seen
  TheirFault                    the far side, or the way to it
    TransportFailed             no answer: the name or the connection
      TlsFailed                 no connection that can be trusted
      TimedOut                  no answer in time
    AnswerTooLarge              more than we are ready to read
    MalformedAnswer             an answer that does not say what it must
    MalformedEvent              an event that does not say what it must
    NotDoneYet                  an operation over there has begun, and its result is not known yet
    RedirectedElsewhere         a redirect that credentials must not follow
    ActedAsSomeoneElse          the far side answered as another user than the one asked for
    FarSideError                status 400 or above; carries status, parsed body and response
      AccessRefused             the far side refused our proof or the user, and named the problem
      Throttled                 we asked too often; says when it may be worth asking again
  PersonNeeded                  a person must do something first
    CredentialsRequired         this user must first agree
    CredentialsRefused          this user was asked and did not agree
  NotAdmitted                   an incoming request was turned away
    NoProof                     its proof is incomplete or malformed
    BadProof                    its proof does not hold
    Replayed                    it was here before
    PersonNotAdmitted           the proof holds, but not for this person, method or path
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

if TYPE_CHECKING:
    import httpx2


class AppLinksError(Exception):
    """The root. Says what was attempted and what to do next; never holds a secret.

    `code` is stable, for documentation and programs; `link` and `direction` ("outgoing", "incoming") are set where known.
    """

    code: ClassVar[str] = "applinks"

    def __init__(
        self, message: str, *, remedy: str | None = None, link: str | None = None, direction: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.link = link
        self.direction = direction

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}" if self.remedy else self.message


class OurFault(AppLinksError):
    """The request never left, or should not have been asked for."""

    code = "our-fault"


class ConfigurationError(OurFault):
    """A setting, an address or a stored value is missing or wrong."""

    code = "configuration"


class MethodForbidden(ConfigurationError):
    """The crypto policy of this platform does not allow the signature method of the link, such as RSA with SHA-1."""

    code = "method-forbidden"


class LinkFileWrong(ConfigurationError):
    """A link file does not say what it must; `mistakes` has one sentence for each place, with what to write there."""

    code = "link-file-wrong"

    def __init__(self, source: str, mistakes: tuple[str, ...]) -> None:
        count = "one mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
        super().__init__(f"{source} has {count}.", remedy=" ".join(mistakes))
        self.mistakes = mistakes


class LinkNotFound(OurFault):
    """No link by that id, name or type; the message lists what exists."""

    code = "link-not-found"


class LinkExists(OurFault):
    """Another link has that name or leads to that application."""

    code = "link-exists"


class MechanismMissing(OurFault):
    """The link does not offer the mechanism that was demanded."""

    code = "mechanism-missing"


class AddressOutsideLink(OurFault):
    """The path leaves the link's own address; nothing was signed or sent."""

    code = "address-outside-link"


class NobodyActing(OurFault):
    """Nobody is known to be acting here, or the scope that said who has ended."""

    code = "nobody-acting"


class PersonUnknown(OurFault):
    """No such user in this application, or a disabled one."""

    code = "person-unknown"


class RunAsRefused(OurFault):
    """The acting user may not run as that user."""

    code = "run-as-refused"


class AdministratorNeeded(OurFault):
    """Only an administrator may do that."""

    code = "administrator-needed"


class CannotCompare(OurFault):
    """The people of two applications cannot be compared: one of them cannot list its own, or does not know how."""

    code = "cannot-compare"


class PairingRefused(OurFault):
    """The link could not be made; neither end was left changed, unless the message says so."""

    code = "pairing-refused"


class TrustSuspended(OurFault):
    """Nothing goes out over any link until somebody says whether this is the original or a copy (T-71).

    The database was found at another place than the one that was noted, or under another address: two applications with one
    identity would be trusted as one. Nothing was signed or sent.
    """

    code = "trust-suspended"


class StoreUnavailable(OurFault):
    """Our own records cannot be read or written now; the cause is attached. What needed them was not done."""

    code = "store-unavailable"


class DanceOver(OurFault):
    """This dance was ended before, took too long, or never began; nothing was granted.

    `state` is "used", "expired" or "unknown".
    """

    code = "dance-over"

    def __init__(self, message: str, *, state: str, **where: str | None) -> None:
        super().__init__(message, **where)
        self.state = state


class DanceOfAnother(OurFault):
    """The address that leads to consent was made for another person than the one who opened it; nothing was granted (T-44)."""

    code = "dance-of-another"


class ScriptWrong(OurFault):
    """A script cannot be used as it is written. `file` and `line` say where, and `column` if it is known.

    The message has the name of the file alone. Lines and columns count from 1; line 0 is the script as a whole.
    """

    code = "script-wrong"

    def __init__(self, message: str, *, file: str, line: int, column: int | None = None, **where: str | None) -> None:
        place = (f", line {line}" if line else "") + (f", column {column}" if column else "")
        super().__init__(f"{PurePath(file).name}{place}: {message}", **where)
        self.file = file
        self.line = line
        self.column = column


class ParametersWrong(OurFault):
    """A script cannot run with the values that it was given; `mistakes` has a sentence for each name."""

    code = "parameters-wrong"

    def __init__(self, mistakes: Mapping[str, str]) -> None:
        count = "One parameter is" if len(mistakes) == 1 else f"{len(mistakes)} parameters are"
        super().__init__(f"{count} wrong.", remedy=" ".join(f"{name}: {sentence}" for name, sentence in mistakes.items()))
        self.mistakes = mistakes


class RunNotFound(OurFault):
    """There is no run of a script by that number any more, or none that may be seen by whoever asks."""

    code = "run-not-found"


class TheirFault(AppLinksError):
    """The far side, or the way to it."""

    code = "their-fault"


class TransportFailed(TheirFault):
    """No answer: the name or the connection failed; the cause is attached.

    `reason` says how, in a word for programs: "unknown-host", "refused", "connect-timeout", "read-timeout", "tls-untrusted",
    "tls-host", "tls-expired", "tls-protocol", "proxy", "too-large", "address", "broken"; empty where nobody looked.
    """

    code = "transport-failed"

    def __init__(self, message: str, *, reason: str = "", **where: str | None) -> None:
        super().__init__(message, **where)
        self.reason = reason


class TlsFailed(TransportFailed):
    """No connection that can be trusted: the certificate or the handshake; nothing was sent."""

    code = "tls-failed"


class TimedOut(TransportFailed):
    """No answer in time. What was asked may still have been done."""

    code = "timed-out"


class AnswerTooLarge(TheirFault):
    """The answer is larger than we are ready to keep in memory; it was not read to its end."""

    code = "answer-too-large"


class MalformedAnswer(TheirFault):
    """An answer that does not say what it must.

    `instead` says what it is, where it is another thing altogether: "page" for one that people are to read, "other".
    """

    code = "malformed-answer"

    def __init__(self, message: str, *, instead: str | None = None, **where: str | None) -> None:
        super().__init__(message, **where)
        self.instead = instead


class MalformedEvent(TheirFault):
    """An event that does not say what it must; nothing was done for it.

    `member` names what is missing or wrong, such as "issue.key"; it is empty where the event cannot be read at all.
    """

    code = "malformed-event"

    def __init__(self, message: str, *, member: str, **where: str | None) -> None:
        super().__init__(message, **where)
        self.member = member


class NotDoneYet(TheirFault):
    """An operation of another application has begun, and its result is not known yet; it may wait for somebody's consent there.

    `run` is its number over there. Asking again begins another one.
    """

    code = "not-done-yet"

    def __init__(self, message: str, *, run: int, **where: str | None) -> None:
        super().__init__(message, **where)
        self.run = run


class RedirectedElsewhere(TheirFault):
    """A redirect that credentials must not follow; nothing was sent there."""

    code = "redirected-elsewhere"


class ActedAsSomeoneElse(TheirFault):
    """The far side answered as another user than the one asked for (protocol.md 1.8, 9.1: X-AUSERNAME)."""

    code = "acted-as-someone-else"


class FarSideError(TheirFault):
    """The far side answered with status 400 or above.

    `status` is the number, `body` the parsed JSON (or the text, shortened), `response` the whole httpx2 response.
    """

    code = "far-side-error"

    def __init__(
        self, message: str, *, status: int, body: Any = None, response: httpx2.Response | None = None, **where: str | None
    ) -> None:
        super().__init__(message, **where)
        self.status = status
        self.body = body
        self.response = response


class AccessRefused(FarSideError):
    """The far side refused our proof or the user; `problem` is its name for the reason (protocol.md 1.6, 2.4, 3)."""

    code = "access-refused"

    def __init__(self, message: str, *, problem: str, **rest: Any) -> None:
        super().__init__(message, **rest)
        self.problem = problem


class Throttled(FarSideError):
    """We asked too often. `retry_after` says in how many seconds it may be worth asking again, None if the far side did not."""

    code = "throttled"

    def __init__(self, message: str, *, retry_after: float | None, **rest: Any) -> None:
        super().__init__(message, **rest)
        self.retry_after = retry_after


class PersonNeeded(AppLinksError):
    """A person must do something first."""

    code = "person-needed"


class CredentialsRequired(PersonNeeded):
    """This user must first agree that this application may act for them on the far side.

    `user` is the name; `authorization_url` the page where they can agree, None while the link cannot lead anyone there;
    `link_id` the id of the link that they are asked about.
    """

    code = "credentials-required"

    def __init__(
        self, message: str, *, user: str, authorization_url: str | None = None, link_id: str = "", **where: str | None
    ) -> None:
        super().__init__(message, **where)
        self.user = user
        self.authorization_url = authorization_url
        self.link_id = link_id

    def returning_to(self, path: str) -> str | None:
        """The same page, which leads back to this path of our own application afterwards, such as "/browse/OPS-1"."""
        if self.authorization_url is None:
            return None
        return f"{self.authorization_url}&return_to={quote(path, safe='')}"


class CredentialsRefused(PersonNeeded):
    """This user was asked to agree and did not. `return_to` is where they wanted to go on, None where they did not say."""

    code = "credentials-refused"

    def __init__(self, message: str, *, return_to: str | None = None, **where: str | None) -> None:
        super().__init__(message, **where)
        self.return_to = return_to


class NotAdmitted(AppLinksError):
    """An incoming request was turned away.

    `problem` is the `oauth_problem` that the sender is told, `companions` the parameters that go with it (protocol.md 1.6);
    the message is for our own log and may say more than the sender may know. `mechanism` is the one that claimed the request,
    `step` the step of admission that refused it; None where none did.
    """

    code = "not-admitted"

    def __init__(
        self, message: str, *, problem: str, companions: tuple[tuple[str, str], ...] = (), **where: str | None
    ) -> None:
        super().__init__(message, direction="incoming", **where)
        self.problem = problem
        self.companions = companions
        self.mechanism: str | None = None
        self.step: str | None = None


class NoProof(NotAdmitted):
    """Its proof is incomplete or malformed."""

    code = "no-proof"


class BadProof(NotAdmitted):
    """Its proof does not hold."""

    code = "bad-proof"


class Replayed(NotAdmitted):
    """It was here before."""

    code = "replayed"


class PersonNotAdmitted(NotAdmitted):
    """The proof holds, but not for this person, method or path."""

    code = "person-not-admitted"
