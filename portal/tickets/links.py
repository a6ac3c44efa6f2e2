"""Addresses in a plain text, so that a page can show them as links: http and https only."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from portal.urls import ascii_host

# An address ends at a space, at a quote, and at what could hide its end from a reader: a character that turns the
# direction of text or is not seen. East Asian punctuation has no space before it.
ADDRESS = re.compile(
    r"(?<![a-z0-9+.-])https?://[^\s<>\"`\\^|\x00-\x1f\x7f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    r"\u3000-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\u201c-\u201f\u00ab\u00bb]+",
    re.IGNORECASE,
)
# What ends a sentence or a word in bold, and no address.
AFTER = ".,:;!?'*_~\u2018\u2019\u2026"
CLOSING = {")": "(", "]": "[", "}": "{"}


def pieces(text: str) -> Iterator[tuple[str, str]]:
    """The text in pieces, in order: each with the address that it is, or with an empty one."""
    place = 0
    for found in ADDRESS.finditer(text):
        address = _without_what_follows(found[0])
        if not _is_plain(address):
            continue
        if text[place : found.start()]:
            yield text[place : found.start()], ""
        yield address, address
        place = found.start() + len(address)
    if text[place:]:
        yield text[place:], ""


def _without_what_follows(address: str) -> str:
    """An address up to the bracket that closes one before it, without the punctuation at its end."""
    open_ones = dict.fromkeys(CLOSING.values(), 0)
    for place, character in enumerate(address):
        if character in open_ones:
            open_ones[character] += 1
        elif character in CLOSING:
            open_ones[CLOSING[character]] -= 1
            if open_ones[CLOSING[character]] < 0:
                return address[:place].rstrip(AFTER)
    return address.rstrip(AFTER)


def _is_plain(address: str) -> bool:
    """Whether the address says where it leads: to a host, without a name before it that looks like another one."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    return bool(host) and "@" not in parts.netloc and ascii_host(host or "") is not None
