"""Checks one address over HTTP with one request; no redirect is followed.

The error text goes to logs and may go to the page, so it never holds the address: that may carry a secret.
"""

import json
import re
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import requests
from urllib3.exceptions import LocationParseError

from functions.outgoing.careful import PRIVATE, Careful, ascii_url

# Enough to see that an answer arrives; an endless one must not hold the tick.
BODY_LIMIT = 65_536
USER_AGENT = "Helpfront status check"
NOT_VALID = (
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
    LocationParseError,
    UnicodeError,
)


@dataclass(frozen=True)
class Result:
    """`ok`, `slow`, `fail` (the service did not do what it should) or `error` (nothing was learned about it); `ms`
    until the answer was whole."""

    outcome: Literal["ok", "slow", "fail", "error"]
    error: str = ""
    timed_out: bool = False
    ms: int = 0


def check(
    url: str,
    *,
    timeout: float,
    statuses: Collection[int],
    expected: Mapping[str, Any] | None = None,
    slow_ms: int = 30_000,
    tls_days: int = 0,
    private: bool = False,
) -> Result:
    """Ask once, for at most about `timeout` seconds to connect and as long again to answer. `expected` are values in a
    JSON body by dotted path (a number is a place in a list); `private` allows addresses that are not public."""
    started = time.monotonic()
    adapter = Careful(private=private)
    spelled = ascii_url(url)
    if spelled is None:
        return Result("error", "the address is not valid")
    try:
        result = _get(spelled, adapter, timeout, statuses, expected or {})
    # requests lets the last two through, which are urllib3's and the encodings' own.
    except (requests.RequestException, LocationParseError, UnicodeError) as error:
        result = _failure(error, timeout, late=time.monotonic() - started >= timeout)
    else:
        result = _timed_out(timeout) if adapter.late else _slower(result, started, slow_ms, adapter.ends, tls_days)
    return replace(result, ms=round((time.monotonic() - started) * 1000))


def _get(url: str, adapter: Careful, timeout: float, statuses: Collection[int], expected: Mapping[str, Any]) -> Result:
    deadline = time.monotonic() + timeout
    with requests.Session() as session:
        # No proxy or .netrc of the machine: the check sends no credentials that components.yml does not hold.
        session.trust_env = False
        session.mount("http://", adapter)
        session.mount("https://", adapter)
        headers = {"User-Agent": USER_AGENT, "Cache-Control": "no-cache"}
        with (
            adapter.within(2 * timeout),
            session.get(url, timeout=timeout, headers=headers, allow_redirects=False, stream=True) as response,
        ):
            return _judge(response, statuses, expected, deadline, timeout)


def _failure(error: Exception, timeout: float, *, late: bool) -> Result:
    """The result of a request that raised; `late`: the time for it had passed."""
    if isinstance(error, requests.Timeout):
        return _timed_out(timeout)
    if isinstance(error, requests.exceptions.SSLError):
        return Result("fail", "the certificate was refused")
    if isinstance(error, NOT_VALID):
        return Result("error", "the address is not valid")
    if isinstance(error, requests.ConnectionError):
        if PRIVATE in str(error):
            return Result("error", PRIVATE)
        # A body that stops arriving is a ConnectionError to requests, and a timeout to us.
        return _timed_out(timeout) if late else Result("fail", "no connection")
    return Result("fail", f"the answer broke off ({type(error).__name__})")


def _slower(result: Result, started: float, slow_ms: int, ends: float | None, tls_days: int) -> Result:
    """`slow` for a good answer that took too long, or whose certificate is about to end."""
    if result.outcome == "ok" and (time.monotonic() - started) * 1000 > slow_ms:
        return Result("slow", f"the answer took longer than {slow_ms} ms")
    days = (ends - time.time()) / 86_400 if ends is not None else tls_days
    if result.outcome == "ok" and days < tls_days:
        return Result("slow", f"the certificate ends in {days:.0f} days")
    return result


def _judge(
    response: requests.Response,
    statuses: Collection[int],
    expected: Mapping[str, Any],
    deadline: float,
    timeout: float,
) -> Result:
    if response.status_code not in statuses:
        wanted = " or ".join(str(status) for status in sorted(statuses))
        return Result("fail", f"answered {response.status_code} instead of {wanted}")
    body = bytearray()
    for chunk in response.iter_content(8192):
        body += chunk
        if time.monotonic() > deadline:
            return _timed_out(timeout)
        if len(body) >= BODY_LIMIT:
            break
    return _expect(bytes(body), expected)


def _expect(body: bytes, expected: Mapping[str, Any]) -> Result:
    if not expected:
        return Result("ok")
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return Result("fail", "the answer is not JSON")
    for path, wanted in expected.items():
        try:
            found = _at(data, path)
        except LookupError:
            return Result("fail", f"'{path}' is not in the answer")
        # components.yml is read as text, so `true` there means JSON's true.
        if (found if isinstance(found, str) else json.dumps(found)) != str(wanted):
            return Result("fail", f"'{path}' in the answer is not what it should be")
    return Result("ok")


def _at(data: Any, path: str) -> Any:
    """The value at a dotted path of keys and places in lists; raises LookupError where there is none."""
    for part in path.split("."):
        if isinstance(data, list) and re.fullmatch("[0-9]{1,6}", part):
            data = data[int(part)]
        elif isinstance(data, dict):
            data = data[part]
        else:
            raise LookupError(part)
    return data


def _timed_out(timeout: float) -> Result:
    return Result("fail", f"no answer within {timeout:g} s", timed_out=True)
