"""What is wrong, and what mends it: why a request was rejected."""

from applinks.doctor import pasted
from applinks.doctor.comparing import BaseString, FirstDifference, Row, rows
from applinks.doctor.explaining import Explained, explain, explain_refusal
from applinks.doctor.searching import TABLE, Search, search

__all__ = [
    "TABLE",
    "BaseString",
    "Explained",
    "FirstDifference",
    "Row",
    "Search",
    "explain",
    "explain_refusal",
    "pasted",
    "rows",
    "search",
]
