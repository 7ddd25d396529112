"""Application Links for Python: let one application call another as the person who is using it."""

from __future__ import annotations

__version__ = "0.1.0"

TYPE_CHECKING = False  # as type checkers know it; `typing` itself would cost as much as all the rest of this module

if TYPE_CHECKING:
    from applinks.announcements import ConsentEnded, ConsentGiven
    from applinks.audit import AuditVerdict, Head
    from applinks.errors import (
        AccessRefused,
        ActedAsSomeoneElse,
        AddressOutsideLink,
        AdministratorNeeded,
        AnswerTooLarge,
        AppLinksError,
        ConfigurationError,
        CredentialsRefused,
        CredentialsRequired,
        DanceOfAnother,
        DanceOver,
        FarSideError,
        LinkExists,
        LinkNotFound,
        MalformedAnswer,
        MechanismMissing,
        MethodForbidden,
        NobodyActing,
        NotAdmitted,
        OurFault,
        PairingRefused,
        PersonNeeded,
        PersonUnknown,
        RedirectedElsewhere,
        RunAsRefused,
        StoreUnavailable,
        TheirFault,
        Throttled,
        TimedOut,
        TlsFailed,
        TransportFailed,
    )
    from applinks.front import AppLinks, AsyncAppLinks
    from applinks.incoming import Principal
    from applinks.links import Administrator, Consumer, Endpoints, Entity, EntityLink, Link, Provider
    from applinks.outgoing import AsyncLinkedApplication, Explanation, LinkedApplication, LinkedEntity
    from applinks.people import EVERYONE, People, Person, Policy, current_user, run_as

_HOMES = {
    "EVERYONE": "people",
    "AccessRefused": "errors",
    "ActedAsSomeoneElse": "errors",
    "AddressOutsideLink": "errors",
    "Administrator": "links",
    "AdministratorNeeded": "errors",
    "AnswerTooLarge": "errors",
    "AppLinks": "front",
    "AppLinksError": "errors",
    "AsyncAppLinks": "front",
    "AsyncLinkedApplication": "outgoing",
    "AuditVerdict": "audit",
    "ConfigurationError": "errors",
    "ConsentEnded": "announcements",
    "ConsentGiven": "announcements",
    "Consumer": "links",
    "CredentialsRefused": "errors",
    "CredentialsRequired": "errors",
    "DanceOfAnother": "errors",
    "DanceOver": "errors",
    "Endpoints": "links",
    "Entity": "links",
    "EntityLink": "links",
    "Explanation": "outgoing",
    "FarSideError": "errors",
    "Head": "audit",
    "Link": "links",
    "LinkExists": "errors",
    "LinkNotFound": "errors",
    "LinkedApplication": "outgoing",
    "LinkedEntity": "outgoing",
    "MalformedAnswer": "errors",
    "MechanismMissing": "errors",
    "MethodForbidden": "errors",
    "NobodyActing": "errors",
    "NotAdmitted": "errors",
    "OurFault": "errors",
    "PairingRefused": "errors",
    "People": "people",
    "Person": "people",
    "PersonNeeded": "errors",
    "PersonUnknown": "errors",
    "Policy": "people",
    "Principal": "incoming",
    "Provider": "links",
    "RedirectedElsewhere": "errors",
    "RunAsRefused": "errors",
    "StoreUnavailable": "errors",
    "TheirFault": "errors",
    "Throttled": "errors",
    "TimedOut": "errors",
    "TlsFailed": "errors",
    "TransportFailed": "errors",
    "current_user": "people",
    "run_as": "people",
}
"""Where each public name lives. It is fetched when it is first used: `import applinks` alone costs next to nothing."""

__all__ = [
    "EVERYONE",
    "AccessRefused",
    "ActedAsSomeoneElse",
    "AddressOutsideLink",
    "Administrator",
    "AdministratorNeeded",
    "AnswerTooLarge",
    "AppLinks",
    "AppLinksError",
    "AsyncAppLinks",
    "AsyncLinkedApplication",
    "AuditVerdict",
    "ConfigurationError",
    "ConsentEnded",
    "ConsentGiven",
    "Consumer",
    "CredentialsRefused",
    "CredentialsRequired",
    "DanceOfAnother",
    "DanceOver",
    "Endpoints",
    "Entity",
    "EntityLink",
    "Explanation",
    "FarSideError",
    "Head",
    "Link",
    "LinkExists",
    "LinkNotFound",
    "LinkedApplication",
    "LinkedEntity",
    "MalformedAnswer",
    "MechanismMissing",
    "MethodForbidden",
    "NobodyActing",
    "NotAdmitted",
    "OurFault",
    "PairingRefused",
    "People",
    "Person",
    "PersonNeeded",
    "PersonUnknown",
    "Policy",
    "Principal",
    "Provider",
    "RedirectedElsewhere",
    "RunAsRefused",
    "StoreUnavailable",
    "TheirFault",
    "Throttled",
    "TimedOut",
    "TlsFailed",
    "TransportFailed",
    "current_user",
    "run_as",
]


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module 'applinks' has no attribute {name!r}")
    return getattr(import_module(f"applinks.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return [*globals(), *_HOMES]
