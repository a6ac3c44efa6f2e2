"""Webhooks of the status page: every update is posted, signed, to a customer's own https address, until that is gone.

Signed as Standard Webhooks does it (https://www.standardwebhooks.com), for which libraries exist in every language.
"""

import hmac
import json
import logging
import secrets
from base64 import b64decode, b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from functions import clock, pages
from functions.errors import Problem, VendorError
from functions.http import has_control, see_other
from functions.rate import hold, limit
from functions.signin import sessions
from functions.stores.people import Held
from portal.clock import DAY_MS

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from functions.http import Request
    from functions.services import Services

MOST_PER_CUSTOMER = 5
# An address that failed for so long is removed.
GIVE_UP_MS = 3 * DAY_MS
PREFIX = "whsec_"
PEOPLE = (Held("webhook", "owner = :subject", is_name=True),)

log = logging.getLogger(__name__)


def webhooks_page(request: "Request", services: "Services") -> "Response":
    """GET /my/status/webhooks/: the customer's webhooks with their secrets, and a form for another."""
    session = sessions.require(request, services)
    rows = services.store.all(
        "select * from webhook where owner = :owner order by created_at, id",
        owner=session.requester.subject,
    )
    return pages.render(services, "Status webhooks", "status/webhooks.html", hooks=rows, most=MOST_PER_CUSTOMER)


def add_or_remove(request: "Request", services: "Services") -> "Response":
    """POST /api/status/webhooks: url to add one, or remove=id."""
    session = sessions.require(request, services)
    owner = session.requester.subject
    limit(services, "webhook", owner, times=20, per_seconds=3600)
    remove = request.form.get("remove", "")
    if remove:
        services.store.run("delete from webhook where id = :id and owner = :owner", id=remove, owner=owner)
        return see_other(services.url("my/status/webhooks/"))
    url = checked(services, request.form.get("url", ""))
    if not _add(services, owner, url):
        raise Problem(422, f"You have {MOST_PER_CUSTOMER} webhooks, the maximum. Remove one first.")
    return see_other(services.url("my/status/webhooks/"))


def _add(services: "Services", owner: str, url: str) -> bool:
    """Whether the address is now one of the owner's; of several posts at once one is done after the other."""
    store = services.store
    with store.transaction():
        hold(services, "webhooks of", owner)
        known = [row["url"] for row in store.all("select url from webhook where owner = :owner", owner=owner)]
        if url in known:
            return True
        if len(known) >= MOST_PER_CUSTOMER:
            return False
        store.run(
            "insert into webhook (id, owner, url, secret, created_at) values (:id, :owner, :url, :secret, :now)",
            id=secrets.token_hex(12),
            url=url,
            owner=owner,
            secret=PREFIX + b64encode(secrets.token_bytes(32)).decode(),
            now=services.now(),
        )
    return True


def deliver(services: "Services", payload: dict[str, Any]) -> None:
    """Outbox `status.webhook`: payload webhook, id, data. Raises VendorError, after which the outbox tries again."""
    key = payload["webhook"]
    row = services.store.one("select * from webhook where id = :key", key=key)
    if row is None:
        return
    body = json.dumps(payload["data"], ensure_ascii=False, separators=(",", ":")).encode()
    status = post(row["url"], body, signed(row["secret"], payload["id"], services.now() // 1000, body), services)
    if 200 <= status < 300:
        services.store.run("update webhook set failing_since = 0 where id = :key", key=key)
        return
    _failed(services, key, gone=status == 410)
    raise VendorError("The webhook did not accept the update.", "unavailable", detail=f"answered {status or 'nothing'}")


def signed(secret: str, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers that sign a message."""
    content = f"{message_id}.{timestamp}.".encode() + body
    signature = b64encode(hmac.new(b64decode(secret.removeprefix(PREFIX)), content, sha256).digest()).decode()
    return {"webhook-id": message_id, "webhook-timestamp": str(timestamp), "webhook-signature": f"v1,{signature}"}


def post(url: str, body: bytes, headers: dict[str, str], services: "Services") -> int:
    """The status of the answer; 0 when none came."""
    from functions.outgoing.post import send  # an HTTP client, which no other request needs

    # On a loopback portal every address is private.
    return send(url, body, headers, private=services.settings.loopback)


def _failed(services: "Services", key: str, *, gone: bool) -> None:
    now = services.now()
    services.store.run(
        "update webhook set failing_since = :now where id = :key and failing_since = 0", key=key, now=now
    )
    removed = services.store.run(
        "delete from webhook where id = :key and (:gone = 1 or failing_since < :old)",
        key=key,
        gone=int(gone),
        old=now - GIVE_UP_MS if clock.moved(services).settled else 0,
    )
    if removed:
        log.warning("webhook %s is gone; it is not called again", key)


def checked(services: "Services", typed: str) -> str:
    """The typed address, if it may become a webhook; raises Problem 422."""
    url = typed.strip()
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Problem(422, "This is not a URL. Enter one like https://example.com/hook.") from error
    local = services.settings.loopback and parts.scheme == "http"
    plain = parts.hostname and not parts.username and not parts.password and not has_control(url) and port != 0
    from functions.outgoing.careful import ascii_url  # an HTTP client, which no other request needs

    spelled = ascii_url(url) if plain else None
    if spelled is None or len(url) > 500 or not (parts.scheme == "https" or local):
        raise Problem(422, "We can't call this URL. Enter one like https://example.com/hook.")
    return spelled
