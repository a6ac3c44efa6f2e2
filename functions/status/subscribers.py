"""Subscribing to the status page by email: asked for here, confirmed by a button, ended by one click (RFC 8058).

Every address gets the same answer and the same email, subscribed or not. Links only open a page with a button, since
scanners follow links.
"""

import json
import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from functions import outbox, pages
from functions.errors import Problem
from functions.http import client, see_other
from functions.mail import delivery, preferences
from functions.mail.addresses import may_mail
from functions.pages import when
from functions.rate import limit
from functions.stores.people import Held
from portal.addresses import normalise
from portal.clock import HOUR_MS

if TYPE_CHECKING:
    from functions.http import Request
    from functions.services import Services

VALID_MS = 48 * HOUR_MS
CONFIRM = "status subscription"
STOP = "status unsubscription"
ONE_CLICK = "One-Click"
# A subscriber's emails are queued under the row's id.
PEOPLE = (Held("subscriber", "address = :address", is_name=True),)
NO_LINK = "This link is incomplete or too old. Copy the whole link from the email, or use the one in our latest email."
GONE = "This link has expired or is incomplete. Subscribe again on the status page."


def subscribe(request: "Request", services: "Services") -> Response:
    """POST /api/status/subscribe: email, component (any number; none: all). Emails a link; the same for everyone."""
    if not services.mailer.configured:
        raise Problem(404, "This portal can't send email. Follow the feeds on the status page instead.")
    limit(services, "subscribe", client(request, services.settings), times=20, per_seconds=3600)
    address = normalise(request.form.get("email", ""))
    if address is None:
        raise Problem(422, "Enter a complete email address, like ada@example.com. Go back and try again.")
    chosen = _known(services, request.form.getlist("component"))
    response = see_other(services.url("my/status/sent/"))
    # A robot (it fills in the hidden field) and a mailbox past its limit get the same answer.
    if not request.form.get("website") and may_mail(services, address, "status:"):
        payload = {"address": address, "components": chosen, "asked_at": services.now()}
        with services.store.transaction():
            row = outbox.put(services, "status.confirm", payload, subject_id="")
        # After the answer, whose time then tells nothing; else the tick delivers.
        response.call_on_close(lambda: outbox.deliver(services, row))
    return response


def sent_page(request: "Request", services: "Services") -> Response:
    """GET /my/status/sent/: what happens next."""
    return pages.render(services, "Check your email", "status/sent.html")


def confirm_page(request: "Request", services: "Services") -> Response:
    """GET /my/status/confirm/?token=: the page that the email's link opens, with the button."""
    token = request.args.get("token", "")
    address, chosen = _asked(services, token)
    names = [name for key, name in _components(services).items() if key in chosen]
    title = "Confirm your subscription"
    return pages.render(services, title, "status/confirm.html", token=token, address=address, components=names)


def confirm(request: "Request", services: "Services") -> Response:
    """POST /api/status/confirm: the button; a second press changes nothing."""
    address, chosen = _asked(services, request.form.get("token", ""))
    services.store.run(
        "insert into subscriber (id, address, components, created_at) values (:id, :address, :components, :now)"
        " on conflict (address) do update set components = excluded.components",
        id=secrets.token_hex(12),
        address=address,
        components=json.dumps(chosen),
        now=services.now(),
    )
    return pages.render(services, "You're subscribed", "status/subscribed.html", address=address)


def unsubscribe_page(request: "Request", services: "Services") -> Response:
    """GET of either address to unsubscribe: a page with the button."""
    who = _who(request, services)
    return pages.render(
        services, "Unsubscribe from status updates", "status/unsubscribe.html", id=who, token=request.args["token"]
    )


def unsubscribe(request: "Request", services: "Services") -> Response:
    """POST /api/status/unsubscribe?id=&token= with List-Unsubscribe=One-Click: no cookie, no redirect."""
    who = _who(request, services)
    if request.form.get("List-Unsubscribe") != ONE_CLICK:
        raise Problem(400, "Nothing was changed. Open the link in the email and choose Unsubscribe.")
    kind, _, subject = who.partition(":")
    if kind == "subject":
        preferences.stop(services, subject, "incident_mail")
    else:
        services.store.run("delete from subscriber where id = :id", id=who)
    return pages.render(services, "You're unsubscribed", "status/unsubscribed.html")


def way_out(services: "Services", who: str) -> str:
    """The query that ends the emails of `who`: a subscriber's id, or `subject:` and a customer's."""
    return "?" + urlencode({"id": who, "token": str(_signer(services, STOP).dumps(who))})


def wanted(services: "Services", who: str) -> bool:
    """Whether `who` still wants emails: they may have unsubscribed after one was queued."""
    kind, _, subject = who.partition(":")
    if kind == "subject":
        return preferences.wants_any(services, subject, "incident_mail")
    return services.store.one("select 1 as one from subscriber where id = :who", who=who) is not None


def deliver(services: "Services", payload: dict[str, Any]) -> None:
    """Outbox `status.confirm`: the email with the link, made at each try so that the store never holds the link."""
    until = payload["asked_at"] + VALID_MS
    if services.now() >= until:
        return
    token = _signer(services, CONFIRM).dumps([payload["address"], payload["components"], until])
    product = services.portal["product"]
    text = (
        f"To get emails about incidents and maintenance of {product}, open this link and confirm:\n\n"
        f"{services.absolute(f'my/status/confirm/?token={token}')}\n\n"
        f"The link works until {when(until)}. If this wasn't you, ignore this email.\n"
    )
    message = {"to": payload["address"], "subject": f"Confirm your subscription to {product} status", "text": text}
    delivery.deliver(services, message | {"message_id": f"subscribe-{payload['asked_at']}-{secrets.token_hex(4)}"})


def _components(services: "Services") -> dict[str, str]:
    bundle = services.portal.get("status") or {}
    return {component["id"]: component["name"] for component in bundle.get("components", ())}


def _known(services: "Services", chosen: Iterable[str]) -> list[str]:
    wanted, known = set(chosen) - {""}, set(_components(services))
    if wanted - known:
        raise Problem(422, "This page had changed, so nothing was saved. Reload the status page and choose again.")
    # Choosing all of them means also those that are added later.
    return [] if wanted == known else sorted(wanted)


def _asked(services: "Services", token: str) -> tuple[str, list[str]]:
    try:
        address, chosen, until = _signer(services, CONFIRM).loads(token)
    except BadSignature as error:
        raise Problem(404, GONE) from error
    if services.now() >= until:
        raise Problem(404, GONE)
    return address, chosen


def _who(request: "Request", services: "Services") -> str:
    try:
        who = str(_signer(services, STOP).loads(request.args.get("token", "")))
    except BadSignature as error:
        raise Problem(404, NO_LINK) from error
    if who != request.args.get("id"):
        raise Problem(404, NO_LINK)
    return who


def _signer(services: "Services", purpose: str) -> URLSafeSerializer:
    # With the purpose in the key a link to confirm is no link to unsubscribe, and a session's cookie is neither.
    return URLSafeSerializer(list(reversed(services.settings.secret_keys)), salt=purpose)
