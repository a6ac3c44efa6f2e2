"""Requests with limits, safe redirects, JSON, and who is calling: what every handler reads and answers with."""

import hmac
import json
import re
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from hashlib import sha256
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData
from werkzeug.wrappers import Request as WerkzeugRequest
from werkzeug.wrappers import Response

from functions.errors import Problem
from functions.settings import Settings
from portal.urls import is_safe

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

JSON = "application/json"
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}

# All text fields of a form together; the longest message fits, percent-encoded.
TEXT_LIMIT = 300_000


# Servers that join several `Cookie:` lines with a comma, where others take a semicolon: how SERVER_SOFTWARE begins.
JOINING = ("gunicorn", "waitress", "WSGIServer")
# A comma with another cookie's name after it.
JOINT = r", ?(?=[!#$%&'*+.^_`|~0-9A-Za-z-]+=)"
# Bytes of a form whose files are kept in memory, as many as Werkzeug keeps of one file.
SMALL = 512_000
# Bytes that are read at once of what nobody needs.
PIECE = 65_536
# What stands in an address as a percent and two digits only.
BARE = re.compile(rb"[^\x21-\x7e]")


class Request(WerkzeugRequest):
    """A request whose form has at most 200 parts, and no more text than a person types."""

    max_form_parts = 200
    max_form_memory_size = TEXT_LIMIT

    def __init__(self, environ: "WSGIEnvironment") -> None:
        if "," in environ.get("HTTP_COOKIE", "") and environ.get("SERVER_SOFTWARE", "").startswith(JOINING):
            environ["HTTP_COOKIE"] = separate(environ["HTTP_COOKIE"])
        super().__init__(environ)
        self._begun: bytes | None = None
        # A query may hold any byte, and Werkzeug reads only UTF-8 and percents.
        self.query_string = BARE.sub(lambda byte: b"%%%02X" % byte[0][0], self.query_string)

    def limit(self, most: int) -> None:
        """Refuse more than `most` bytes; only a form with files may be larger than its text."""
        files = self.mimetype == "multipart/form-data"
        self.max_content_length = most if files else min(most, TEXT_LIMIT)

    @cached_property
    def stream(self) -> IO[bytes]:
        """The body. One without a length is refused past the limit, where Werkzeug would cut it off without a
        word."""
        most = self.max_content_length
        if self._begun is not None:
            raise RequestEntityTooLarge
        if self.content_length is not None or most is None or not self.environ.get("wsgi.input_terminated"):
            return super().stream
        # Another read at the end, since a server may give less than was asked for.
        body, source = b"", self.environ["wsgi.input"]
        while len(body) <= most and (part := source.read(most + 1 - len(body))):
            body += part
        if len(body) > most:
            self._begun = body
            raise RequestEntityTooLarge
        return BytesIO(body)

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        """Where a file is put while its form is read: memory for a small form, since browsers send an empty file with
        every one, and Werkzeug would import what makes temporary files."""
        if total_content_length is not None and total_content_length <= SMALL:
            return BytesIO()
        return super()._get_file_stream(total_content_length, content_type, filename, content_length)

    def drain(self, most: int) -> None:
        """Read what no handler read of the body, up to `most` bytes: a server that closes the connection on the rest
        takes the next request of a proxy with it, which may be anybody's."""
        if not self.environ.get("wsgi.input_terminated"):
            return
        source = self.environ["wsgi.input"]
        while most > 0 and (part := source.read(min(most, PIECE))):
            most -= len(part)

    def text_at_the_beginning(self) -> dict[str, str]:
        """The text fields of a form that is too large to be read, which stand before its files: name -> text."""
        if self.mimetype != "multipart/form-data" or "boundary" not in self.mimetype_params:
            return {}
        if self._begun is None:
            self._begun = self.environ["wsgi.input"].read(min(TEXT_LIMIT, self.content_length or 0))
        decoder = MultipartDecoder(self.mimetype_params["boundary"].encode(errors="replace"))
        decoder.receive_data(self._begun)
        found: dict[str, bytes] = {}
        try:
            while not isinstance(event := decoder.next_event(), File | NeedData | Epilogue):
                if isinstance(event, Field):
                    name = event.name
                elif isinstance(event, Data):
                    found[name] = found.get(name, b"") + event.data
        except ValueError:
            pass  # a form that no browser writes: what was read of it counts
        return {name: text.decode(errors="replace") for name, text in found.items()}


def separate(cookies: str) -> str:
    """Cookies that a server joined with commas, as one line should have them. What stood behind a comma comes last, so
    that a comma in a neighbour's value cannot put another cookie before the one of that name."""
    first, behind = [], []
    for part in cookies.split(";"):
        head, *others = re.split(JOINT, part.strip())
        first.append(head)
        behind += others
    return "; ".join([*first, *behind])


def json_response(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Compact JSON."""
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Response(body, status, headers, mimetype=JSON)


def see_other(location: str, allowed_hosts: Collection[str] = ()) -> Response:
    """A 303 to a path of this site, or to an https address on an allow-listed host (plain http only on
    loopback, where the demo's vendors live); raises ValueError for anything else."""
    if not is_local_path(location):
        host = urlsplit(location).netloc
        if not is_safe(location) or host not in allowed_hosts or has_control(location):
            raise ValueError(f"a redirect to the host {host!r} is not allowed")
    return Response(status=303, headers={"Location": location, "Cache-Control": "no-store"})


def is_local_path(location: str) -> bool:
    """Whether this is a path on this site and nothing that a browser reads as another host."""
    return (
        location.startswith("/")
        and not location.startswith("//")
        and "\\" not in location
        and not has_control(location)
    )


def page_before(request: WerkzeugRequest, settings: Settings) -> str:
    """Path and query of the page of this site that the request came from, as its Referer says; empty when it names
    none. The client may have made it up: check it as any field."""
    try:
        referrer = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return ""
    if f"{referrer.scheme}://{referrer.netloc}" != settings.public_origin:
        return ""
    return referrer.path + (f"?{referrer.query}" if referrer.query else "")


def came_from(request: WerkzeugRequest, settings: Settings, name: str) -> str:
    """A parameter of the page of this site that the form was on; empty when there is none. Check it as any field."""
    return parse_qs(page_before(request, settings).partition("?")[2]).get(name, [""])[0]


def has_control(text: str) -> bool:
    """Whether a text holds a control character (a header with one could be split in two)."""
    return any(ord(character) < 32 or ord(character) == 127 for character in text)


def wants_json(request: WerkzeugRequest) -> bool:
    """Whether a script asks: it accepts JSON, and does not name HTML."""
    accept = request.headers.get("Accept", "")
    return "text/html" not in accept and ("json" in accept or "/api/" in request.path)


def read_json(request: WerkzeugRequest, limit: int) -> Any:
    """The JSON body of at most `limit` bytes; raises Problem 411, 413 or 400."""
    if request.content_length is None and not request.environ.get("wsgi.input_terminated"):
        raise Problem(411, "Send the length of the body.")
    if (request.content_length or 0) > limit:
        raise Problem(413, f"Send at most {limit} bytes.")
    data = request.stream.read(limit + 1)
    if len(data) > limit:
        raise Problem(413, f"Send at most {limit} bytes.")
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Problem(400, "The body is not JSON.") from error


def check_origin(request: WerkzeugRequest, settings: Settings) -> None:
    """Refuse a form that another site sent (Sec-Fetch-Site, then Origin: the rule of Go's
    http.CrossOriginProtection); raises Problem 403."""
    if request.method in SAFE_METHODS:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site in {"same-origin", "none"}:
        return
    origin = request.headers.get("Origin")
    if origin == settings.public_origin or (site is None and origin is None):
        return
    raise Problem(403, "This form was sent from another site. Nothing was changed. Open the page here and try again.")


def knows(given: str, known: Iterable[str]) -> bool:
    """Whether a caller's token is one of ours, the new one or the old one while it changes; in constant time."""
    return sum(hmac.compare_digest(given.encode(), one.encode()) for one in known) > 0


def client(request: WerkzeugRequest, settings: Settings) -> str:
    """Who is calling, for rate limits only: a keyed hash of the address, IPv6 cut to its /56.

    The address comes from CLIENT_IP_HEADER, or from the TRUSTED_HOPS-th entry of X-Forwarded-For counted from
    the right, or from the connection; the client can invent the entries further left.
    """
    address = request.environ.get("REMOTE_ADDR") or ""
    if settings.client_ip_header:
        address = request.headers.get(settings.client_ip_header, address)
    elif settings.trusted_hops:
        hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
        if len(hops) >= settings.trusted_hops:
            address = hops[-settings.trusted_hops]
    return hmac.new(settings.secret_keys[0].encode(), _household(address).encode(), sha256).hexdigest()[:24]


def _household(address: str) -> str:
    """An address without its port; of an IPv6 address the first 56 bits, since providers give a household the rest."""
    from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

    bare = address.strip().removeprefix("[").partition("]")[0] if address.startswith("[") else address.strip()
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        known = ip_address(bare.partition("%")[0])
    except ValueError:
        return bare
    if isinstance(known, IPv6Address):
        if known in IPv6Network("64:ff9b::/96"):
            return str(IPv4Address(int(known) & 0xFFFFFFFF))  # the IPv4 address that NAT64 carries (RFC 6052)
        return str(known.ipv4_mapped or IPv6Address(int(known) >> 72 << 72))
    return str(known)
