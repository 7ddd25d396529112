"""Our pages as people see them: consent, what they have allowed, notices."""

from applinks.web.look import STATIC, STATIC_HEADERS, page, render, security_headers
from applinks.web.pages import serve
from applinks.web.views import (
    Consent,
    FarSide,
    Frame,
    Given,
    Grants,
    Held,
    Kind,
    Notice,
    Outcome,
    Reader,
    Verifier,
    View,
)
from applinks.web.visit import PageVisit, RunsScripts

__all__ = [
    "STATIC",
    "STATIC_HEADERS",
    "Consent",
    "FarSide",
    "Frame",
    "Given",
    "Grants",
    "Held",
    "Kind",
    "Notice",
    "Outcome",
    "PageVisit",
    "Reader",
    "RunsScripts",
    "Verifier",
    "View",
    "page",
    "render",
    "security_headers",
    "serve",
]
