"""E-mail addresses that people type: one spelling, who they are here, and how many mails each may get."""

import hmac
import re
from hashlib import sha256
from typing import TYPE_CHECKING

from functions.stores.people import Held
from portal.clock import DAY_MS, MINUTE_MS

if TYPE_CHECKING:
    from functions.services import Services

SPACED_MS = 10 * MINUTE_MS
LONGEST = 254
ADDRESS = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}"
)


# What a mail is about has its own count; sign-in has the empty one.
ABOUT = ("", "status:")
PEOPLE = (Held("verify_mailed", "who = :mailbox"),)


def normalise(typed: str) -> str | None:
    """The one spelling of an address, or None when it is none: lower case, the domain in ASCII.

    This spelling is also the one that is mailed to, so whoever reads the mail owns exactly what they sign in as.
    """
    local, at, domain = typed.strip().rpartition("@")
    # Before lower(): some letters outside ASCII become other people's addresses by it.
    # And a mail goes to what an encoded word (RFC 2047) spells.
    if not at or not local.isascii() or "=?" in local or len(typed) > LONGEST:
        return None
    try:
        ascii_domain = domain.encode("idna").decode()
    except UnicodeError:
        return None
    address = f"{local}@{ascii_domain}".lower()
    return address if ADDRESS.fullmatch(address) and len(local) <= 64 and len(address) <= LONGEST else None


def subject(address: str) -> str:
    """Who the owner of an address is in this portal. Not keyed: a change of keys must not hide anyone's tickets,
    and whoever can read the store reads the address beside it anyway."""
    return f"mail:{sha256(address.encode()).hexdigest()[:40]}"


def may_mail(services: "Services", address: str, about: str = "") -> bool:
    """Count one more mail to an address `about` one of ABOUT and return True, unless it had one of these within ten
    minutes or three within a day."""
    now = services.now()
    row = services.store.one(
        "insert into verify_mailed (who, at1, at2, at3) values (:who, :now, 0, 0)"
        " on conflict (who) do update set at1 = :now, at2 = verify_mailed.at1, at3 = verify_mailed.at2"
        " where verify_mailed.at1 <= :spaced and verify_mailed.at3 <= :yesterday returning who",
        who=mailbox(services.settings.secret_keys[0], about + address),
        now=now,
        spaced=now - SPACED_MS,
        yesterday=now - DAY_MS,
    )
    return row is not None


def mailboxes(services: "Services", address: str) -> set[str]:
    """Every keyed hash under which mails to an address may be counted, also with keys of before."""
    return {mailbox(key, f"{about}{address}") for key in services.settings.secret_keys for about in ABOUT}


def purge(services: "Services", deadline: float) -> None:
    """Job of the tick: forget when addresses were mailed after a day."""
    services.store.run("delete from verify_mailed where at1 < :old", old=services.now() - DAY_MS)


def mailbox(key: str, address: str) -> str:
    """A keyed hash of where an address's mail ends up."""
    local, _, domain = address.rpartition("@")
    # ada+1@, ada+2@ ... are one mailbox to the one who would be flooded.
    spelling = f"{local.partition('+')[0] or local}@{domain}"
    return hmac.new(key.encode(), spelling.encode(), sha256).hexdigest()
