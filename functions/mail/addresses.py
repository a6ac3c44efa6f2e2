"""Limits of emails per mailbox."""

import hmac
from hashlib import sha256
from typing import TYPE_CHECKING

from portal.clock import DAY_MS, MINUTE_MS

if TYPE_CHECKING:
    from functions.services import Services

SPACED_MS = 10 * MINUTE_MS


def may_mail(services: "Services", address: str) -> bool:
    """Count one more mail to an address and return True; False when it had one in ten minutes or three in a day."""
    now = services.now()
    row = services.store.one(
        "insert into verify_mailed (who, at1, at2, at3) values (:who, :now, 0, 0)"
        " on conflict (who) do update set at1 = :now, at2 = verify_mailed.at1, at3 = verify_mailed.at2"
        " where verify_mailed.at1 <= :spaced and verify_mailed.at3 <= :yesterday returning who",
        who=mailbox(services, address),
        now=now,
        spaced=now - SPACED_MS,
        yesterday=now - DAY_MS,
    )
    return row is not None


def mailbox(services: "Services", address: str) -> str:
    """A keyed hash of the mailbox behind an address."""
    local, _, domain = address.rpartition("@")
    # ada+1@, ada+2@ ... reach one mailbox, which must not be flooded.
    spelling = f"{local.partition('+')[0] or local}@{domain}"
    return hmac.new(services.settings.secret_keys[0].encode(), spelling.encode(), sha256).hexdigest()
