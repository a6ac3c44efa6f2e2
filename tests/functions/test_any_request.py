"""Whatever a client sends in headers and addresses, on every route: an answer, never a fault of ours."""

from collections.abc import Callable, Iterator
from itertools import cycle, product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder, run_wsgi_app

from functions.app import ROUTES, Portal
from functions.services import Services
from functions.settings import read
from functions.signin import sessions
from tests.conftest import ADA
from tests.functions.conftest import Play
from tests.functions.issuers import Liar, oidc_environ

CALLS = [(method, route) for route, methods in ROUTES.items() for method in methods]
# A header arrives as Latin-1, whatever the client meant.
BROKEN = [
    "http://[",
    "http://[::1",
    "https://a]b/",
    "//[v1.x]:port/",
    "http://host:99999999999/",
    "http://\u00e2\u0084\u0080/",
    "\x00\x01\x7f",
    "\xff\xfe\xfd",
    "%",
    "%ff%00%zz",
    "\u00ed\u00a0\u0080",
    "=;=;=,,,",
    "[" * 300,
    "-1",
    "1e9",
    "\u00b2",
    "9" * 5000,
    "a" * 4000,
    "text/html; charset=utf-99",
    "multipart/form-data",
    "multipart/form-data; boundary=" + "x" * 300,
    "application/json; charset=\x00",
    "Basic %%%",
    "Bearer \xe9",
    "Digest a=b, c",
    '"',
    'W/"',
    "bytes=9-1,-,x",
    "Thu, 99 Foo 0000 99:99:99 GMT",
    "::ffff:1.2.3.4%eth0, [::1]:x, 1.2.3.4:99999",
]
HEADERS = [
    "Referer",
    "Origin",
    "Host",
    "Cookie",
    "Accept",
    "Accept-Language",
    "Accept-Encoding",
    "Authorization",
    "Content-Type",
    "Content-Length",
    "Date",
    "If-Modified-Since",
    "If-None-Match",
    "If-Range",
    "Range",
    "Forwarded",
    "Sec-Fetch-Site",
    "Transfer-Encoding",
    "User-Agent",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-HTTP-Method-Override",
    "X-Zendesk-Webhook-Signature",
]
NAMES = ["a", "ask", "component", "draft", "from", "good", "id", "job", "m", "n", "page", "ref", "return", "token"]
NAMES += ["code", "done", "error", "iss", "outcome", "posted", "saved", "sent", "state", "status", "way", "view", "q"]
VALUES = ["%", "%ff", "%00", "%ed%a0%80", "http://[", "//[", "/my/?[", "/my/ask/?draft=%00", "-1", "9" * 5000, "%C2%B2"]
VALUES += ["1e9", "nan", "%F0%9F%98%80", "%0d%0aX:y", "a" * 5000, "../%2e%2e/", "/%5cevil", "%u0000", "http://a@[b/"]


@pytest.fixture
def portal(environ: dict[str, str], stage: Play) -> Iterator[Portal]:
    """A portal with all parts that a stranger can reach."""
    more = {"SMTP_URL": "smtp://127.0.0.1:9", "MAIL_FROM": "help@acme.example", "TRUSTED_HOPS": "1"}
    services = Services(read(environ | oidc_environ(stage(Liar())) | more))
    services.store.migrate()
    yield Portal(services)
    services.store.close()


Ask = Callable[..., int]


@pytest.fixture
def ask(portal: Portal) -> Ask:
    """Send a request, signed in or not; returns the status."""
    cookie = f"{portal.services.settings.cookie_name}={sessions.start(portal.services, ADA, {})}"

    def ask(call: tuple[str, str], *, signed_in: bool, query: str = "", body: bytes = b"", **headers: str) -> int:
        # Every limit by client is reached otherwise.
        portal.services.store.run("delete from rate")
        at = {"path": call[1], "method": call[0], "base_url": "http://127.0.0.1:8000"}
        environ: dict[str, Any] = EnvironBuilder(data=body, **at).get_environ()
        environ |= {"QUERY_STRING": query, "HTTP_ACCEPT": "text/html", "HTTP_SEC_FETCH_SITE": "same-origin"}
        if signed_in:
            environ["HTTP_COOKIE"] = cookie
        for name, value in headers.items():
            key = name.upper().replace("-", "_")
            environ[key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"] = value
        _, status, _ = run_wsgi_app(portal, environ, buffered=True)
        return int(status[:3])

    return ask


BODIES = [
    b"",
    b"a=%ff&b=%00&ask=%ed%a0%80&code=%00&token=%00&email=a@[b&subject=%00&body=%00&topic=%00&return=http://[",
    b"ref=%00&message=%00&id=%00&action=%00&job=%00&website=&check=%00&article=%00&vote=yes&visit=%00&view=%00",
    b"ref=" + b"9" * 5000 + b"&email=%F0%9F%98%80@%C3%9F.example&url=http://[::1&component=%00&seq=%C2%B2",
    b'{"a":"\\ud800","events":["\\u0000"],"visit":"\\ud800"}',
    b'[{"event":"\\ud800","visit":1e999,"view":null}]',
    b'"\\ud800"',
    b"[" * 5000,
    b"1e999",
    b"9" * 5000,
    b"\xff\xfe\x00",
    b'--x\r\nContent-Disposition: form-data; name="files"; filename="\\x00.png"\r\n\r\n\x00\r\n--x--',
    b"--x\r\nContent-Disposition: form-data; name*=utf-99''%ff\r\nContent-Type: a/b; charset=utf-99\r\n\r\na\r\n--x--",
]
TYPES = ["application/x-www-form-urlencoded", "application/json", "multipart/form-data; boundary=x", "\x00", ""]
HEADER = st.sampled_from(BROKEN) | st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=60)
QUERY = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES)), max_size=4).map(
    lambda pairs: "&".join("=".join(pair) for pair in pairs)
) | st.text(st.characters(max_codepoint=255), max_size=60)


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    call=st.sampled_from(CALLS),
    signed_in=st.booleans(),
    query=QUERY,
    body=st.sampled_from(BODIES) | st.binary(max_size=60),
    kind=st.sampled_from(TYPES),
    headers=st.dictionaries(st.sampled_from(HEADERS), HEADER, max_size=3),
)
def test_no_header_query_or_body_on_any_route_is_a_fault(ask: Ask, call, signed_in, query, body, kind, headers):
    assert ask(call, signed_in=signed_in, query=query, body=body, **{"Content-Type": kind} | headers) != 500


def test_no_broken_header_is_a_fault(ask: Ask):
    pairs = zip(cycle(CALLS), product(HEADERS, BROKEN, [True, False]), strict=False)
    faults = [
        (call, name, value)
        for call, (name, value, signed_in) in pairs
        if ask(call, signed_in=signed_in, **{name: value}) == 500
    ]

    assert faults == []


def test_no_broken_query_is_a_fault(ask: Ask):
    pairs = zip(cycle(CALLS), product(NAMES, VALUES, [True, False]), strict=False)
    faults = [
        (call, name, value)
        for call, (name, value, signed_in) in pairs
        if ask(call, signed_in=signed_in, query=f"{name}={value}") == 500
    ]

    assert faults == []
