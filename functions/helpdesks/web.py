"""A help desk's HTTP API: one call, its errors in our six classes, and the untrusted answer."""

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from functions.errors import VendorError
from functions.helpdesks.rows import Row, at, parsed
from functions.helpdesks.words import GONE, REFUSED, UNREACHABLE
from portal.urls import is_safe, why_unsafe

TIMEOUT_SECONDS = 10
BODY_LIMIT, BODY_SECONDS = 10_000_000, 30
MOST_WAIT_SECONDS = 86_400
KINDS = {401: "authentication", 403: "authentication", 404: "not_found", 410: "not_found", 429: "rate_limited"}
KINDS |= dict.fromkeys((400, 413, 415, 422), "rejected")
SAYS = {"not_found": GONE, "rejected": REFUSED}


@dataclass(frozen=True)
class Answer:
    """An answer and its JSON (None when there is no body); `fault` is what its status means, None for 2xx."""

    status: int
    headers: Mapping[str, str]
    data: Any
    fault: VendorError | None = None

    def row(self, *path: str) -> Row:
        """The object at a path of keys; raises VendorError `unavailable` when there is none."""
        found = at(self.data, path)
        if not isinstance(found, dict):
            raise VendorError(UNREACHABLE, detail=f"the answer has no object {'.'.join(path) or 'at all'}")
        return Row(found)

    def rows(self, *path: str) -> list[Row]:
        """The list of objects at a path; raises VendorError `unavailable` when there is none."""
        found = at(self.data, path)
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise VendorError(UNREACHABLE, detail=f"the answer has no list {'.'.join(path) or 'at all'}")
        return [Row(one) for one in found]

    def number(self, *path: str) -> int:
        """The number at a path; raises VendorError `unavailable` when there is none."""
        found = self.row().number(*path)
        if found is None:
            raise VendorError(UNREACHABLE, detail=f"the answer has no number {'.'.join(path)}")
        return found


class Api:
    """Calls below `base` with the headers that `headers()` gives (it may fetch a token). `wait` is the header in which
    the vendor says how long to wait after a 429, in seconds, or as a unix time with `until`; `wrong` finds the fields
    it names in what it rejects."""

    def __init__(
        self,
        base: str,
        headers: Callable[[], Mapping[str, str]],
        *,
        wait: str = "Retry-After",
        until: bool = False,
        wrong: Callable[[Row], Iterable[str]] = lambda said: (),
    ) -> None:
        self.base = base
        self._headers = headers
        self._wait = wait
        self._until = until
        self._wrong = wrong

    def call(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        *,
        body: Any = None,
        data: bytes | Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        allow: Collection[int] = (),
        plain: bool = False,
    ) -> Answer:
        """One request, no redirect followed; `allow` are statuses that the caller understands, `plain` makes `data`
        the answer's text. Raises VendorError."""
        url = path if path.startswith(self.base) else self.base + path
        # A next page on another host would get the token.
        if urlsplit(url)[:2] != urlsplit(self.base)[:2]:
            raise VendorError(UNREACHABLE, detail="an address on another host")
        sent = {"Accept": "application/json", **self._headers(), **(headers or {})}
        try:
            with requests.Session() as session:
                session.trust_env = False
                with session.request(
                    method, url, params=query, json=body, data=data, headers=sent, timeout=TIMEOUT_SECONDS,
                    allow_redirects=False, stream=True,
                ) as response:  # fmt: skip
                    content = _read(response)
        except (requests.RequestException, HTTPError, UnicodeError) as error:
            # Without its cause, which would bring the query, and a customer's address in it, into the log.
            raise VendorError(UNREACHABLE, detail=f"{method}: {type(error).__name__}") from None
        answer = self._answer(method, response, content, plain)
        if answer.fault and answer.status not in allow:
            raise answer.fault
        return answer

    def _answer(self, method: str, response: requests.Response, content: bytes, plain: bool) -> Answer:
        status, headers = response.status_code, response.headers
        good = 200 <= status < 300
        try:
            said = content.decode("utf-8", "replace") if plain else parsed(content)
        except ValueError as error:
            if good:
                raise VendorError(
                    UNREACHABLE, detail=f"{method} was answered with something that is not JSON"
                ) from error
            said = None
        return Answer(status, headers, said, None if good else self._fault(method, status, headers, Row(said)))

    def _fault(self, method: str, status: int, headers: Mapping[str, str], said: Row) -> VendorError:
        kind: Any = KINDS.get(status, "unavailable")
        # The fields' names alone: a vendor repeats what the customer wrote in them.
        named = [name for name in self._wrong(said) if kind == "rejected" and name]
        detail = f"{method} was answered with {status}" + (f": {', '.join(named)[:200]}" if named else "")
        wait_for = self._seconds(headers) if kind == "rate_limited" else None
        return VendorError(SAYS.get(kind, UNREACHABLE), kind, detail=detail, retry_after=wait_for)

    def _seconds(self, headers: Mapping[str, str]) -> int | None:
        """How long the vendor wants us to wait, None when it says nothing that can be read."""
        wait = headers.get(self._wait, "")
        if not (wait.isdecimal() and len(wait) < 12):
            return None
        seconds = int(wait) - int(time.time()) if self._until else int(wait)
        return max(0, min(seconds, MOST_WAIT_SECONDS))


def address(url: str, name: str) -> str:
    """An API's address without a slash at its end: https, or on this machine's loopback; raises VendorError."""
    if is_safe(url):
        return url.rstrip("/")
    raise VendorError(UNREACHABLE, "authentication", detail=f"{name} {why_unsafe(url)}")


def _read(response: requests.Response) -> bytes:
    """All of it, within limits: one that comes byte by byte would never time out."""
    body, until = bytearray(), time.monotonic() + BODY_SECONDS
    while chunk := response.raw.read1(65_536, decode_content=True):
        body += chunk
        if len(body) > BODY_LIMIT or time.monotonic() > until:
            raise VendorError(UNREACHABLE, detail="the answer is too large or too slow")
    return bytes(body)
