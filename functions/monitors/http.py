"""Checks one address over HTTP, as a customer's browser would reach it: one request, no redirect followed.

The error text goes to logs and may go to the page, so it never holds the address: that may carry a secret.
"""

import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import requests
from urllib3.exceptions import LocationParseError

# Enough to prove that an answer arrives; a status address that streams for ever must not hold the tick.
BODY_LIMIT = 65_536
USER_AGENT = "Helpfront status check"


@dataclass(frozen=True)
class Result:
    """`ok`, `fail` (the service did not do what it should) or `error` (nothing was learned about it)."""

    outcome: Literal["ok", "fail", "error"]
    error: str = ""
    timed_out: bool = False


def check(url: str, *, timeout: float, statuses: Collection[int]) -> Result:
    """Ask once, for at most about `timeout` seconds to connect and as long again to answer."""
    started = time.monotonic()
    try:
        with requests.Session() as session:
            # No proxy or .netrc of the machine: the check sends no credentials that components.yml does not hold.
            session.trust_env = False
            headers = {"User-Agent": USER_AGENT, "Cache-Control": "no-cache"}
            with session.get(url, timeout=timeout, headers=headers, allow_redirects=False, stream=True) as response:
                return _judge(response, statuses, started + timeout, timeout)
    except requests.Timeout:
        return _slow(timeout)
    except requests.exceptions.SSLError:
        return Result("fail", "the certificate was refused")
    except (
        requests.exceptions.InvalidURL,
        requests.exceptions.MissingSchema,
        requests.exceptions.InvalidSchema,
        LocationParseError,  # requests lets this one of urllib3 through, and the encodings' own
        UnicodeError,
    ):
        return Result("error", "the address is not valid")
    except requests.ConnectionError:
        # A body that stops arriving is a ConnectionError to requests, and a timeout to us.
        return _slow(timeout) if time.monotonic() - started >= timeout else Result("fail", "no connection")
    except requests.RequestException as error:
        return Result("fail", f"the answer broke off ({type(error).__name__})")


def _judge(response: requests.Response, statuses: Collection[int], deadline: float, timeout: float) -> Result:
    if response.status_code not in statuses:
        expected = " or ".join(str(status) for status in sorted(statuses))
        return Result("fail", f"answered {response.status_code} instead of {expected}")
    size = 0
    for chunk in response.iter_content(8192):
        size += len(chunk)
        if time.monotonic() > deadline:
            return _slow(timeout)
        if size >= BODY_LIMIT:
            break
    return Result("ok")


def _slow(timeout: float) -> Result:
    return Result("fail", f"no answer within {timeout:g} s", timed_out=True)
