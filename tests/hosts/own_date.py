"""A WSGI app that names its own time, for test_others.py."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

LONG_AGO = "Thu, 01 Jan 2026 00:00:00 GMT"


def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """One answer to everything."""
    start_response("200 OK", [("Date", LONG_AGO), ("Content-Length", "2")])
    return [b"ok"]
