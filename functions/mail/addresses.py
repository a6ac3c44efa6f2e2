"""Limits of emails per mailbox."""

import hmac
from collections.abc import Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

from functions.stores.people import Held
from portal.clock import DAY_MS, MINUTE_MS

if TYPE_CHECKING:
    from functions.services import Services

SPACED_MS = 10 * MINUTE_MS

# What a mail is about has its own count; sign-in has the empty one.
ABOUT = ("", "status:", "changelog:")
PEOPLE = (Held("verify_mailed", "who = :mailbox"),)


def may_mail(services: "Services", address: str, about: str = "") -> bool:
    """Count one more mail to an address `about` one of ABOUT and return True, unless it had one of these within ten
    minutes or three within a day."""
    now = services.now()
    row = services.store.one(
        "insert into verify_mailed (who, at1, at2, at3) values (:who, :now, 0, 0)"
        " on conflict (who) do update set at1 = :now, at2 = verify_mailed.at1, at3 = verify_mailed.at2"
        " where (verify_mailed.at1 <= :spaced or verify_mailed.at1 > :later)"
        " and (verify_mailed.at3 <= :yesterday or verify_mailed.at3 > :later) returning who",
        who=mailbox(services.settings.secret_keys[0], about + address),
        now=now,
        spaced=now - SPACED_MS,
        yesterday=now - DAY_MS,
        # Written before the clock was set back.
        later=now + SPACED_MS,
    )
    return row is not None


def proven(services: "Services", address: str) -> None:
    """Let an address have emails again: its owner just showed that the last one was wanted."""
    whos = {f"k{number}": who for number, who in enumerate(sorted(mailboxes(services, address, ABOUT[:1])))}
    names = ", ".join(f":{name}" for name in whos)
    services.store.run(f"delete from verify_mailed where who in ({names})", **whos)  # noqa: S608 - our own names


def mailboxes(services: "Services", address: str, abouts: Sequence[str] = ABOUT) -> set[str]:
    """Every keyed hash under which mails to an address may be counted, also with keys of before."""
    return {mailbox(key, f"{about}{address}") for key in services.settings.secret_keys for about in abouts}


def purge(services: "Services", deadline: float) -> None:
    """Job of the tick: forget when addresses were mailed after a day."""
    services.store.run("delete from verify_mailed where at1 < :old", old=services.now() - DAY_MS)


def mailbox(key: str, address: str) -> str:
    """A keyed hash of where an address's mail ends up."""
    local, _, domain = address.rpartition("@")
    # ada+1@, ada+2@ ... reach one mailbox, which must not be flooded.
    spelling = f"{local.partition('+')[0] or local}@{domain}"
    return hmac.new(key.encode(), spelling.encode(), sha256).hexdigest()
