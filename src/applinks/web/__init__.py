"""Our pages as people see them: consent, what they have allowed, notices."""

from applinks.web import answers, forms
from applinks.web.look import STATIC, STATIC_HEADERS, page, render, security_headers
from applinks.web.pages import Route, Who, serve, serve_from
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
from applinks.web.visit import GRANTS, LINKS, LONGEST_EVENT, RECORDS, STAFF, PageVisit, RunsScripts, longest_body

__all__ = [
    "GRANTS",
    "LINKS",
    "LONGEST_EVENT",
    "RECORDS",
    "STAFF",
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
    "Route",
    "RunsScripts",
    "Verifier",
    "View",
    "Who",
    "answers",
    "forms",
    "longest_body",
    "page",
    "render",
    "security_headers",
    "serve",
    "serve_from",
]
