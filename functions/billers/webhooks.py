"""Checks of a vendor's webhook: its signature over the raw bytes, and its age."""

import hmac
from base64 import b64encode
from collections.abc import Iterable, Mapping
from hashlib import sha256

from functions.errors import VendorError
from functions.foreign.rows import Row, parsed

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


def must_be_password(headers: Mapping[str, str], user: str, password: str) -> None:
    """Raises VendorError `authentication` unless the headers have these Basic credentials; nothing is right without a
    password."""
    made = b"Basic " + b64encode(f"{user}:{password}".encode())
    given = header(headers, "Authorization").encode("utf-8", "replace")
    if not hmac.compare_digest(made, given) or not password:
        raise VendorError("Refused.", "authentication", detail="the webhook's password is not ours")


def header(headers: Mapping[str, str], name: str) -> str:
    """A header, however its name is written; empty when it is not there."""
    return next((value for key, value in headers.items() if key.lower() == name.lower()), "")


def content(raw_body: bytes) -> Row:
    """The body's JSON object, empty when it is none."""
    try:
        return Row(parsed(raw_body))
    except ValueError:
        return Row(None)


def forged(error: VendorError) -> VendorError:
    """What reading an event again says of its webhook: one that the vendor does not know was not theirs."""
    if error.kind != "not_found":
        return error
    return VendorError("Refused.", "authentication", detail="the webhook tells of nothing that the vendor knows")
