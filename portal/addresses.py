"""Email addresses: what counts as one, its one spelling, and who its owner is in the portal."""

import re
from hashlib import sha256

from portal.urls import ascii_host

LONGEST, LONGEST_LOCAL = 254, 64
ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
LOCAL = re.compile(rf"{ATOM}(?:\.{ATOM})*")
# Two labels at least, and the last is no number: that would be an IP address.
DOMAIN = re.compile(rf"(?:{LABEL}\.)+(?!\d+$)[a-z0-9][a-z0-9-]{{0,61}}[a-z0-9]")
BY_MAIL, TYPED = "mail:", "unverified:"
# No subject of an identity provider may begin so.
RESERVED = (BY_MAIL, TYPED)


def checked(text: str) -> str | None:
    """An address with its domain in ASCII and its local part unchanged (to a provider Ada@ and ada@ may be two); None
    when `text` is not exactly one address."""
    local, _, domain = text.rpartition("@")
    # A header reads an encoded word (RFC 2047) as another address.
    if len(text) > LONGEST or len(local) > LONGEST_LOCAL or "=?" in local or not LOCAL.fullmatch(local):
        return None
    host = ascii_host(domain)
    if host is None or not DOMAIN.fullmatch(host) or len(local) + 1 + len(host) > LONGEST:
        return None
    return f"{local}@{host}"


def normalise(typed: str) -> str | None:
    """The one spelling of a typed address, in lower case; None when it is not an address.

    The portal mails to this spelling as well, so the reader of the mail owns exactly what they sign in as.
    """
    address = checked(typed.strip())
    # Lower case comes last: outside ASCII some letters turn into another person's address.
    return address.lower() if address else None


def subject(address: str) -> str:
    """The subject of someone who signed in by a mail to this normalised address. Not keyed: a change of keys must not
    hide anyone's tickets, and the address is stored beside it."""
    return BY_MAIL + _digest(address)


def subject_of_typed(address: str) -> str:
    """The subject of a normalised address that was typed into a form and never verified."""
    return TYPED + _digest(address)


def is_by_mail(subject: str) -> bool:
    """Whether the subject signed in by a mail, without an account."""
    return subject.startswith(BY_MAIL)


def is_verified(subject: str) -> bool:
    """Whether someone has shown that the subject's address is theirs, at the identity provider or by a mail."""
    return not subject.startswith(TYPED)


def is_reserved(subject: str) -> bool:
    """Whether a subject looks like one that the portal itself gives, so that no identity provider may use it."""
    return subject.startswith(RESERVED)


def _digest(address: str) -> str:
    return sha256(address.encode()).hexdigest()[:40]
