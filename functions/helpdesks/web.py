"""A help desk's HTTP API: one call, its errors in our six classes, and an answer that nobody trusts yet."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests

from functions.errors import VendorError
from functions.settings import LOOPBACK

TIMEOUT_SECONDS = 10
BODY_LIMIT = 10_000_000
UNREACHABLE = "Our help desk cannot be reached just now. Nothing was lost."
REFUSED = "Our help desk did not take this."
GONE = "There is no such ticket of yours."


@dataclass(frozen=True)
class Answer:
    """A 2xx or an allowed status, its headers, and its JSON (None when there is no body)."""

    status: int
    headers: Mapping[str, str]
    data: Any

    def table(self, *path: str) -> dict[str, Any]:
        """The object at a path of keys; raises VendorError `unavailable` when there is none."""
        found = self.data
        for part in path:
            found = found.get(part) if isinstance(found, dict) else None
        if not isinstance(found, dict):
            raise VendorError(UNREACHABLE, detail=f"the answer has no object {'.'.join(path) or 'at all'}")
        return found

    def rows(self, *path: str) -> list[dict[str, Any]]:
        """The list of objects at a path; raises VendorError `unavailable` when there is none."""
        found = self.table(*path[:-1]).get(path[-1])
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise VendorError(UNREACHABLE, detail=f"the answer has no list {'.'.join(path)}")
        return found


class Api:
    """Calls below `base` with the headers that `headers()` gives (it may fetch a token); `wait` is the header in which
    the vendor says how long to wait after a 429."""

    def __init__(self, base: str, headers: Callable[[], Mapping[str, str]], wait: str = "Retry-After") -> None:
        self.base = base
        self._headers = headers
        self._wait = wait

    def call(
        self,
        method: str,
        path: str,
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
        # Whatever an answer said of a next page: the token goes to nobody else.
        if urlsplit(url)[:2] != urlsplit(self.base)[:2]:
            raise VendorError(UNREACHABLE, detail="an address on another host")
        try:
            with requests.Session() as session:
                session.trust_env = False
                response = session.request(
                    method,
                    url,
                    json=body,
                    data=data,
                    headers={"Accept": "application/json", **self._headers(), **(headers or {})},
                    timeout=TIMEOUT_SECONDS,
                    allow_redirects=False,
                    stream=True,
                )
                with response:
                    content = _read(response)
        except requests.RequestException as error:
            raise VendorError(UNREACHABLE, detail=f"{method}: {type(error).__name__}") from error
        if response.status_code not in allow:
            self._judge(response, method)
        said = content.decode("utf-8", "replace") if plain else _parsed(content, method)
        return Answer(response.status_code, response.headers, said)

    def _judge(self, response: requests.Response, method: str) -> None:
        status = response.status_code
        detail = f"{method} was answered with {status}"
        if status in {401, 403}:
            raise VendorError(UNREACHABLE, "authentication", detail=detail)
        if status in {404, 410}:
            raise VendorError(GONE, "not_found", detail=detail)
        if status in {400, 413, 415, 422}:
            raise VendorError(REFUSED, "rejected", detail=detail)
        if status == 429:
            wait = response.headers.get(self._wait, "")
            seconds = int(wait) if wait.isdecimal() else None
            raise VendorError(UNREACHABLE, "rate_limited", detail=detail, retry_after=seconds)
        if not 200 <= status < 300:
            raise VendorError(UNREACHABLE, detail=detail)


def address(url: str, name: str) -> str:
    """An API's address without a slash at its end: https, or on this machine's loopback; raises VendorError."""
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return url.rstrip("/")
    raise VendorError(UNREACHABLE, "authentication", detail=f"{name} is not an https address")


def text(value: object) -> str:
    """A field that should be text."""
    return value if isinstance(value, str) else ""


def _read(response: requests.Response) -> bytes:
    body = bytearray()
    for chunk in response.iter_content(65_536):
        body += chunk
        if len(body) > BODY_LIMIT:
            raise VendorError(UNREACHABLE, detail="the answer is too large")
    return bytes(body)


def _parsed(content: bytes, method: str) -> Any:
    if not content.strip():
        return None
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise VendorError(UNREACHABLE, detail=f"{method} was answered with something that is not JSON") from error
