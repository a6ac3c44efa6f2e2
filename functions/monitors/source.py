"""An outside monitor that already watches the product, asked once for all its checks.

https://docs.pingdom.com/api/, https://betterstack.com/docs/uptime/api/, https://metastatuspage.com/api: none of them
signs its webhooks, so a webhook only means "ask now" (functions/status/poll.py).
"""

import importlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import requests

from functions.errors import VendorError
from functions.monitors.http import Result
from functions.outgoing.careful import Careful
from portal.urls import is_safe, why_unsafe

if TYPE_CHECKING:
    from functions.services import Services

TIMEOUT_SECONDS = 10
BODY_LIMIT = 5_000_000
# A monitor's result that is older than this says nothing about now.
OLD_SECONDS = 600


@dataclass(frozen=True)
class Reading:
    """A monitor's result of one check in our words, and when it last looked (unix seconds, None: not said)."""

    outcome: str
    word: str
    at: float | None = None

    def result(self, now: float) -> Result:
        """`error` (nothing is learned) for an unknown word and for an old result."""
        if self.at is not None and now - self.at > OLD_SECONDS:
            return Result("error", "the monitor's own last look is too old")
        if self.outcome == "fail":
            return Result("fail", f"the monitor says: {self.word}")
        if self.outcome == "slow":
            return Result("slow", f"the monitor says: {self.word}")
        return Result("ok") if self.outcome == "ok" else Result("error", f"the monitor says: {self.word[:40]}")


class Source(Protocol):
    """A monitor as the poll uses it; every failure is a VendorError."""

    def readings(self) -> Mapping[str, Reading]:
        """Check id -> its reading."""


def connected(services: "Services", kind: str) -> Source:
    """The monitor that checks of a `type` are of; raises VendorError."""
    if kind == "custom":
        return services.monitor
    source: Source = importlib.import_module(f"functions.monitors.{kind}").connect(services.settings.environ)
    return source


def reading(words: Mapping[str, str], word: object, at: float | None = None) -> Reading:
    """A vendor's word in ours by its table; an unknown one becomes `error`."""
    text = word if isinstance(word, str) else "?"
    return Reading(words.get(text, "error"), text, at)


def address(environ: Mapping[str, str], name: str, default: str) -> str:
    """The API's address; another than the vendor's own must be https, or on this machine's loopback."""
    url = environ.get(name, "").strip().rstrip("/") or default
    if is_safe(url):
        return url
    raise VendorError(kind="authentication", detail=f"{name} {why_unsafe(url)}")


def need(environ: Mapping[str, str], name: str) -> str:
    """A setting that the vendor cannot do without; raises VendorError that names it."""
    value = environ.get(name, "").strip()
    if not value:
        raise VendorError(kind="authentication", detail=f"{name} is not set")
    return value


def get(url: str, headers: Mapping[str, str], what: str) -> Any:
    """The JSON of one address: no redirect followed, a bounded body, a bounded time. Raises VendorError."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    try:
        with requests.Session() as session:
            session.trust_env = False
            own = {"Accept": "application/json", **headers}
            adapter = Careful(private=True)
            session.mount("http://", adapter)
            session.mount("https://", adapter)
            with (
                adapter.within(2 * TIMEOUT_SECONDS),
                session.get(url, headers=own, timeout=TIMEOUT_SECONDS, allow_redirects=False, stream=True) as answer,
            ):
                body = bytearray()
                for chunk in answer.iter_content(65_536):
                    body += chunk
                    if len(body) > BODY_LIMIT or time.monotonic() > deadline or adapter.late:
                        raise VendorError(detail=f"{what}: the answer is too large or too slow")
                status, wait = answer.status_code, answer.headers.get("Retry-After", "")
    except requests.RequestException as error:
        raise VendorError(detail=f"{what}: {type(error).__name__}") from error
    if status in {401, 403}:
        raise VendorError(kind="authentication", detail=f"{what} answered {status}: look at its token")
    if status in {420, 429}:
        seconds = int(wait) if wait.isdecimal() else None
        raise VendorError(kind="rate_limited", detail=f"{what} answered {status}", retry_after=seconds)
    if status != 200:
        raise VendorError(detail=f"{what} answered {status}")
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise VendorError(detail=f"{what} answered no JSON") from error


def items(data: Any, key: str, what: str) -> list[dict[str, Any]]:
    """A list of objects in an answer; raises VendorError when it is something else."""
    found = data.get(key) if isinstance(data, dict) else None
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise VendorError(detail=f"{what} answered without a list of {key}")
    return found
