"""What hosts differ in, each a case: a function that asks the portal and holds the answers.

Its docstring is the row of the table in the guide.
"""

import json
import re
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import quote, urlencode

from tests.hosts.wire import Answer, Headers
from tests.hosts.world import HOST, World

# What a browser and the proxy in front say unless a case says otherwise.
USUAL = [("Accept", "text/html"), ("X-Forwarded-For", "203.0.113.9")]


class Carrier(Protocol):
    """A running host."""

    def carry(self, method: str, target: str, headers: Headers, body: bytes, chunked: bool) -> Answer:
        """Bring a request to the app and its answer back, as this host does."""


@dataclass
class Portal:
    """A world on a running host, asked as a browser asks."""

    world: World
    carrier: Carrier

    def ask(
        self,
        method: str,
        path: str,
        headers: Headers | None = None,
        body: bytes = b"",
        chunked: bool = False,
        signed_in: bool = False,
    ) -> Answer:
        """Ask for a path below the base."""
        sent = [("Host", HOST), ("X-Forwarded-Proto", "https"), *(headers or [])]
        given = {name for name, _ in sent}
        sent += [(name, value) for name, value in USUAL if name not in given]
        if not given & {"Origin", "Sec-Fetch-Site"}:
            sent.append(("Sec-Fetch-Site", "same-origin"))
        if signed_in:
            sent.append(("Cookie", self.world.cookie))
        return self.carrier.carry(method, self.world.base + path, sent, body, chunked)

    def signed_in_with(self, *cookies: str) -> bool:
        """Whether these `Cookie:` lines are of someone signed in."""
        answer = self.ask("GET", "api/session", [("Cookie", line) for line in cookies])
        assert answer.status == 200
        return bool(json.loads(answer.body)["signed_in"])


Case = Callable[[Portal], None]


@dataclass
class Cases:
    """The cases in the order of their rows, by name."""

    functions: dict[str, Case] = field(default_factory=dict)
    site: dict[str, Case] = field(default_factory=dict)


CASES = Cases()
FORM = [("Content-Type", "application/x-www-form-urlencoded")]
JSON = [("Content-Type", "application/json"), ("Accept", "application/json")]


def of_functions(case: Case) -> Case:
    CASES.functions[case.__name__] = case
    return case


def of_site(case: Case) -> Case:
    CASES.site[case.__name__] = case
    return case


def ticket(**fields: str) -> bytes:
    """A ticket's form."""
    usual = {"topic": "getting-in", "subject": "Ümlaut", "body": "The door is shut, let me in."}
    return urlencode(usual | fields).encode()


@of_functions
def two_cookie_lines(portal: Portal) -> None:
    """Two `Cookie:` lines are both read"""
    cookie = portal.world.cookie

    assert portal.signed_in_with("portal_in=1", cookie)
    assert portal.signed_in_with(cookie, "portal_in=1")
    assert not portal.signed_in_with("portal_in=1", "other=2")


@of_functions
def a_cookie_with_a_comma(portal: Portal) -> None:
    """A comma in another cookie does no harm, and puts no other session in place of the customer's"""
    name, _, value = portal.world.cookie.partition("=")

    assert portal.signed_in_with(f"prefs=a,b; {name}={value}")
    assert portal.signed_in_with(f"prefs=a,{name}=planted; {name}={value}")


@of_functions
def two_set_cookie(portal: Portal) -> None:
    """Two cookies of one answer arrive as two"""
    answer = portal.ask("POST", "api/signout", [*FORM, ("Cookie", "portal_in=1")], b"everywhere=")

    assert answer.status == 303
    assert sorted(line.partition("=")[0] for line in answer.all("Set-Cookie")) == ["__Host-portal", "portal_in"]


@of_functions
def head_without_a_body(portal: Portal) -> None:
    """`HEAD` has the headers of `GET` and no body"""
    for path in ("api/session", "api/v2/status.json", "my/tickets/", "api/none"):
        head, get = portal.ask("HEAD", path), portal.ask("GET", path)

        assert (head.status, head.body) == (get.status, b"")
        assert head.one("Content-Type") == get.one("Content-Type")


@of_functions
def no_content(portal: Portal) -> None:
    """204 has no body"""
    answer = portal.ask("POST", "api/events", JSON, b"[]")

    assert (answer.status, answer.body) == (204, b"")


@of_functions
def not_modified(portal: Portal) -> None:
    """304 has no body and keeps its tag"""
    tag = portal.ask("GET", "api/status/badge.svg").one("ETag")
    answer = portal.ask("GET", "api/status/badge.svg", [("If-None-Match", tag)])

    assert tag
    assert (answer.status, answer.body, answer.one("ETag")) == (304, b"", tag)


@of_functions
def date_once(portal: Portal) -> None:
    """The status answer has one `Date`, from which pages tell its age (event adapters leave it to the platform)"""
    date = portal.ask("GET", "api/v2/status.json").one("Date")

    assert re.fullmatch(r"(?:\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT)?", date)


@of_functions
def vary_and_security_once(portal: Portal) -> None:
    """`Vary`, `Cache-Control` and the security headers come once at most"""
    for answer in (portal.ask("GET", "api/session"), portal.ask("GET", "my/none/")):
        answer.one("Vary")

        assert answer.one("Cache-Control") == "no-store"
        assert answer.one("X-Content-Type-Options") == "nosniff"
        assert "frame-ancestors 'none'" in answer.one("Content-Security-Policy")
        assert answer.one("Strict-Transport-Security")


@of_functions
def a_ticket_as_a_form(portal: Portal) -> None:
    """A form of 100 KB arrives whole, and its page shows it"""
    text = "".join(f"größer {number} 日本語\n" for number in range(500))
    answer = portal.ask("POST", "api/tickets", FORM, ticket(body=text, key="k" * 20), signed_in=True)

    assert answer.status == 303, answer.text
    assert answer.body == b""
    where = answer.one("Location")
    assert where.startswith(f"{portal.world.base}my/ticket/?ref=")
    page = portal.ask("GET", where.removeprefix(portal.world.base), signed_in=True)
    assert page.status == 200
    assert "größer 0 日本語" in page.text
    assert "größer 499 日本語" in page.text


@of_functions
def a_file_up_and_down(portal: Portal) -> None:
    """A binary file with a name outside ASCII goes up and comes down the same, with headers in ASCII"""
    boundary, picture = "b0undary", png()
    parts = {"topic": "getting-in", "subject": "A picture", "body": "What is this picture here?", "key": "f" * 20}
    body = b"".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in parts.items()
    )
    name = "größer.png"
    body += f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n'.encode()
    body += b"Content-Type: image/png\r\n\r\n" + picture + f"\r\n--{boundary}--\r\n".encode()
    kind = [("Content-Type", f"multipart/form-data; boundary={boundary}")]
    where = portal.ask("POST", "api/tickets", kind, body, signed_in=True).one("Location")
    page = portal.ask("GET", where.removeprefix(portal.world.base), signed_in=True)
    links = sorted(set(re.findall(r'href="([^"]*/my/ticket/file/[^"]*)"', page.text)))
    assert len(links) == 1, page.text
    file = portal.ask("GET", links[0].replace("&amp;", "&").removeprefix(portal.world.base), signed_in=True)

    assert (file.status, file.body) == (200, picture)
    assert file.one("Content-Disposition").isascii()
    assert quote(name) in file.one("Content-Disposition")


def png() -> bytes:
    """A small picture that holds every byte."""
    rows = bytes(range(256)) * 2
    raw = b"".join(b"\0" + rows[at : at + 48] for at in range(0, 480, 48))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 16, 10, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")


@of_functions
def a_chunked_form(portal: Portal) -> None:
    """A form without a length is taken whole, or refused with 411; never half of it"""
    answer = portal.ask("POST", "api/events", JSON, b"[" + b" " * 9_000 + b"]", chunked=True)

    assert answer.status in {204, 411}


@of_functions
def a_body_that_is_too_large(portal: Portal) -> None:
    """What is too large is refused with 413"""
    answer = portal.ask("POST", "api/tickets", FORM, ticket(body="x" * 400_000), signed_in=True)

    assert answer.status == 413


@of_functions
def the_request_after_a_refused_one(portal: Portal) -> None:
    """A body that was refused takes no other request with it"""
    for _ in range(6):
        assert portal.ask("POST", "api/tickets", FORM, ticket(body="x" * 400_000), signed_in=True).status == 413
        assert portal.ask("POST", "api/tickets").status == 422


@of_functions
def a_post_without_anything(portal: Portal) -> None:
    """A `POST` without a body or a length is our answer, not a fault"""
    assert portal.ask("POST", "api/tickets").status == 422
    assert portal.ask("POST", "api/events", JSON).status in {204, 400, 411}


@of_functions
def a_query_outside_ascii(portal: Portal) -> None:
    """A query arrives as it was sent, encoded once"""
    query = "x=%C3%A9%2F%3D%26%252F+b"
    answer = portal.ask("GET", f"my/tickets/?{query}")

    assert answer.status == 303
    assert answer.one("Location").endswith(quote(f"my/tickets/?{query}", safe=""))


@of_functions
def a_path_outside_ascii(portal: Portal) -> None:
    """A path with other letters, double encoding or dots is a 404"""
    for path in ("my/caf%C3%A9/", "api/%252Fsession", "my/a%2Fb/", "api/session%00", "my/%ff/"):
        assert portal.ask("GET", path).status in {400, 404}, path


@of_functions
def another_sites_form(portal: Portal) -> None:
    """Another site's form is refused, by `Sec-Fetch-Site` and by `Origin`"""
    for header in (("Sec-Fetch-Site", "cross-site"), ("Origin", "https://evil.example"), ("Origin", "null")):
        assert portal.ask("POST", "api/tickets", [*FORM, header], ticket(), signed_in=True).status == 403
    own = ("Origin", f"https://{HOST}")
    assert portal.ask("POST", "api/tickets", [*FORM, own], ticket(key="o" * 20), signed_in=True).status == 303


@of_functions
def the_callers_address(portal: Portal) -> None:
    """Limits count the caller's own address, not the proxy's nor an invented one"""
    statuses = [
        portal.ask("POST", "api/tickets", [*FORM, ("X-Forwarded-For", f"6.6.6.{number}, 203.0.113.7")], ticket()).status
        for number in range(21)
    ]

    assert statuses == [303] * 20 + [429]


@of_functions
def the_ticks_token(portal: Portal) -> None:
    """The tick runs by its token, with GET and POST, and with nothing else"""
    token = ("Authorization", f"Bearer {portal.world.environ['TICK_TOKEN']}")
    for method in ("GET", "POST"):
        assert portal.ask(method, "api/tick", [token]).status == 200
        assert portal.ask(method, "api/tick").status == 401


@of_functions
def a_wrong_method(portal: Portal) -> None:
    """A method that a route has not is 405 and says which it has"""
    answer = portal.ask("DELETE", "api/session")

    assert (answer.status, answer.one("Allow")) == (405, "GET")


@of_functions
def a_path_without_its_slash(portal: Portal) -> None:
    """A page without its last slash leads to the page, below the base path"""
    answer = portal.ask("GET", "my/tickets")

    assert (answer.status, answer.one("Location")) == (308, f"{portal.world.base}my/tickets/")


@of_site
def a_page_with_its_policy(portal: Portal) -> None:
    """A page of the site has the content policy, once"""
    for path, title in (("", "Front"), ("status/", "Status")):
        answer = portal.ask("GET", path)

        assert answer.status == 200
        assert f"{title}: größer, 日本語" in answer.text
        assert answer.one("Content-Type").replace(" ", "").lower() == "text/html;charset=utf-8"
        assert "script-src 'self'" in answer.one("Content-Security-Policy")
        assert answer.one("X-Content-Type-Options") == "nosniff"


@of_site
def a_missing_page(portal: Portal) -> None:
    """A page that is not there is 404 with the site's own page and policy"""
    answer = portal.ask("GET", "none/at/all/")

    assert answer.status == 404
    assert "Missing: größer" in answer.text
    assert "script-src 'self'" in answer.one("Content-Security-Policy")


@of_site
def a_form_at_a_page(portal: Portal) -> None:
    """`POST` to a page of the site is 405, never a page"""
    answer = portal.ask("POST", "status/", FORM, b"a=1")

    assert answer.status == 405


@of_site
def head_of_a_page(portal: Portal) -> None:
    """`HEAD` of a page has no body"""
    answer = portal.ask("HEAD", "status/")

    assert (answer.status, answer.body) == (200, b"")


@of_site
def a_folder_without_its_slash(portal: Portal) -> None:
    """A folder without its last slash leads to its page, below the base path"""
    answer = portal.ask("GET", "status")

    assert answer.status in {301, 302, 308}
    assert answer.one("Location") == f"{portal.world.base}status/"


@of_site
def a_part_of_a_file(portal: Portal) -> None:
    """A part of a file is that part, and a file that a browser has is not sent again"""
    part = portal.ask("GET", "assets/portal.js", [("Range", "bytes=7-11")])
    assert (part.status, part.body) == (206, b"const")
    tag = portal.ask("GET", "assets/portal.js").one("ETag")
    assert tag
    again = portal.ask("GET", "assets/portal.js", [("If-None-Match", tag)])
    assert (again.status, again.body) == (304, b"")


@of_site
def out_of_the_folder(portal: Portal) -> None:
    """No address leads out of the site's folder"""
    for path in ("../build/portal.json", "..%2fbuild/portal.json", "%2e%2e/build/portal.json", "assets/..%5c..%5cx"):
        assert portal.ask("GET", path).status in {400, 403, 404}, path
