"""A billing system's HTTP API: one call, its errors in our six classes, and the untrusted answer."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import requests
from urllib3.exceptions import HTTPError, NewConnectionError

from functions.billers import DOWN, NOT_YOURS, UNKNOWN, NotDone
from functions.errors import Kind, SettingsError, VendorError
from functions.foreign.rows import Row, parsed
from functions.settings import Settings
from portal.urls import is_local, is_safe

TIMEOUT_SECONDS = (3.05, 8)
BODY_LIMIT, BODY_SECONDS = 10_000_000, 20
MOST_WAIT_SECONDS = 86_400
KINDS: dict[int, Kind] = {401: "authentication", 403: "authentication", 404: "not_found", 429: "rate_limited"}
REFUSED = "Our billing provider refused this."
SAYS = {"rejected": REFUSED, "not_found": NOT_YOURS}


def base(settings: Settings, name: str, default: str) -> str:
    """The vendor's own address, or that of a demo's server, on loopback only; raises SettingsError."""
    given = settings.environ.get(name, "").strip().rstrip("/")
    if given and not is_local(given):
        raise SettingsError(f"{name}={given!r} is not on loopback; leave it out to use {default}.")
    return given or default


@dataclass(frozen=True)
class Answer:
    """A successful answer: its status, headers, and its JSON object or its bytes."""

    status: int
    headers: Mapping[str, str]
    row: Row
    content: bytes


def part(text: str) -> str:
    """An id as one part of a path; VendorError `not_found` for one that would lead elsewhere."""
    # HTTP clients resolve dots before they ask, also those that are written as %2E.
    if not text.strip("."):
        raise VendorError(NOT_YOURS, "not_found", detail="an id of dots")
    return quote(text, safe="")


def pdf(content: bytes) -> bytes:
    """The content of a PDF; VendorError for a login page or an error that came in its place."""
    if not content.startswith(b"%PDF-"):
        raise NotDone(DOWN, detail="what came for an invoice is no PDF")
    return content


def fetched(url: str) -> bytes:
    """A file at an address that the vendor gave, asked for without our key. Raises VendorError."""
    if not is_safe(url):
        raise NotDone(DOWN, detail="the address of a file is not https")
    parts = urlsplit(url)
    # Without the address in the log: whoever has it has the file.
    return Api(f"{parts.scheme}://{parts.netloc}", {}).call("GET", url.partition(parts.netloc)[2], plain=True).content


class Api:
    """Calls below `base`. `code` finds the vendor's word for an error in its answer, for the log; `refine` may make
    another error of it."""

    def __init__(
        self,
        base: str,
        headers: Mapping[str, str],
        *,
        auth: tuple[str, str] | None = None,
        code: Callable[[Row], str] = lambda row: "",
        refine: Callable[[int, Row], VendorError | None] = lambda status, row: None,
    ) -> None:
        self.base = base
        self._headers = headers
        self._auth = auth
        self._code = code
        self._refine = refine

    def call(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        *,
        form: Mapping[str, str] | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        plain: bool = False,
        reads: bool = False,
    ) -> Answer:
        """One request, no redirect followed; `plain` leaves the answer as bytes, and `reads` says that a POST changes
        nothing that a customer has. Raises VendorError with the first word of the path only: an address may be a
        credential."""
        what = f"{method} {path.strip('/').partition('/')[0].partition('?')[0]}"
        try:
            with requests.Session() as session:
                session.trust_env = False
                with session.request(
                    method, self.base + path, params=query, data=form, json=json, timeout=TIMEOUT_SECONDS,
                    headers={**self._headers, **(headers or {})}, auth=self._auth, allow_redirects=False, stream=True,
                ) as response:  # fmt: skip
                    content = _read(response)
            row = Row(None) if plain and response.ok else Row(parsed(content))
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            detail = f"{what}: no answer that can be read"
            if reads or method == "GET" or _is_unreached(error):
                raise NotDone(DOWN, detail=detail) from error
            raise VendorError(UNKNOWN, detail=detail) from error
        if 200 <= response.status_code < 300:
            return Answer(response.status_code, response.headers, row, content)
        raise self._failure(response, row, what, NotDone if reads or method == "GET" else VendorError)

    def _failure(self, response: requests.Response, row: Row, what: str, sort: type[VendorError]) -> VendorError:
        status = response.status_code
        refined = self._refine(status, row)
        if refined is not None:
            return refined
        # A conflict (409) and a timeout of a proxy (408) may come after the write.
        final = 400 <= status < 500 and status not in (408, 409)
        kind = KINDS.get(status) or ("rejected" if final else "unavailable")
        detail = f"{what}: {status} {self._code(row)}".rstrip()
        unclear = kind == "unavailable" and sort is VendorError
        says = UNKNOWN if unclear else SAYS.get(kind, DOWN)
        return sort(says, kind, detail=detail, retry_after=_wait(response.headers))


def _is_unreached(error: Exception) -> bool:
    """Whether the connection was never made, so that nothing was sent."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, requests.ConnectTimeout) or isinstance(reason, NewConnectionError)


def _wait(headers: Mapping[str, str]) -> int | None:
    given = headers.get("Retry-After", "").strip()
    return min(int(given), MOST_WAIT_SECONDS) if given.isascii() and given.isdecimal() and len(given) < 9 else None


def _read(response: requests.Response) -> bytes:
    """All of it, within limits: one that comes byte by byte would never time out."""
    body, until = bytearray(), time.monotonic() + BODY_SECONDS
    while chunk := response.raw.read1(65_536, decode_content=True):
        body += chunk
        if len(body) > BODY_LIMIT or time.monotonic() > until:
            raise ValueError("the answer is too large or too slow")
    return bytes(body)
