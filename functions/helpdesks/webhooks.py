"""Checks of a vendor's webhook: its signature over the raw bytes, and its age."""

import hmac
import time
from base64 import b64encode
from collections.abc import Callable
from typing import Any

from functions.errors import VendorError
from functions.helpdesks.rows import Row, parsed
from functions.helpdesks.words import REFUSED, milliseconds

FRESH_SECONDS = 300


def verify(
    secret: str,
    signed: bytes,
    given: str,
    digest: Callable[..., Any],
    written: Callable[[bytes], bytes] = b64encode,
) -> None:
    """Raises VendorError `authentication` unless `given` is the HMAC with `secret`, or with one of several with commas
    between, while it changes; nothing is right without a secret. `written`: base64, or hexlify."""
    made = [written(hmac.new(one.encode(), signed, digest).digest()) for one in secret.split(",") if one]
    if not any(hmac.compare_digest(one, given.encode()) for one in made):
        raise VendorError(REFUSED, "authentication", detail="the webhook's signature is not ours")


def shared(secret: str, given: str) -> None:
    """Raises VendorError `authentication` unless `given` is the secret, or one of several with commas between, while
    it changes; nothing is right without a secret. For vendors that sign nothing: believe no word of the body."""
    if not any(hmac.compare_digest(one.encode(), given.encode()) for one in secret.split(",") if one):
        raise VendorError(REFUSED, "authentication", detail="the webhook does not know our secret")


def must_be_fresh(moment: str) -> None:
    """Raises VendorError `authentication` unless it was signed within five minutes: unix seconds, or ISO 8601."""
    seconds = int(moment) if moment.isdecimal() and len(moment) < 12 else milliseconds(moment) / 1000
    if abs(time.time() - seconds) > FRESH_SECONDS:
        raise VendorError(REFUSED, "authentication", detail="the webhook is old")


def content(body: bytes) -> Row:
    """The body's JSON object, empty when it is none."""
    try:
        return Row(parsed(body))
    except ValueError:
        return Row(None)
