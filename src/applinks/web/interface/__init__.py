"""The HTTP interface: what an administrator can do to links, for programs, from one table of operations."""

from applinks.web.interface.description import describe
from applinks.web.interface.operation import Call, May, Operation, etag_of
from applinks.web.interface.operations import BELOW, OPERATIONS, SCHEMAS
from applinks.web.interface.serving import LONGEST_BODY, serve

__all__ = ["BELOW", "LONGEST_BODY", "OPERATIONS", "SCHEMAS", "Call", "May", "Operation", "describe", "etag_of", "serve"]
