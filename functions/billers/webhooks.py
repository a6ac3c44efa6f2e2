"""Checks of a vendor's webhook: its signature over the raw bytes, and its age."""

import hmac
from collections.abc import Iterable
from hashlib import sha256

from functions.errors import VendorError

FRESH_MS = 300_000


def verify(secret: str, signed: bytes, given: Iterable[str]) -> None:
    """Raises VendorError `authentication` unless one of the hexadecimal signatures is the HMAC-SHA256; nothing is
    right without a secret."""
    made = hmac.new(secret.encode(), signed, sha256).hexdigest().encode()
    right = [hmac.compare_digest(made, one.encode("utf-8", "replace")) for one in given]
    if not secret or not any(right):
        raise VendorError("Refused.", "authentication", detail="the webhook's signature is not ours")


def must_be_fresh(signed_at: int, now: int) -> None:
    """Raises VendorError `authentication` unless it was signed within five minutes of now; both in unix ms."""
    if abs(now - signed_at) > FRESH_MS:
        raise VendorError("Refused.", "authentication", detail="the webhook is more than five minutes off")
