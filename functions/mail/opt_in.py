"""Joining a list of emails: asked for in a form, confirmed by a button behind an emailed link, ended by one click (RFC
8058).

Every address gets the same answer and the same email, on the list or not. Links only open a page with a button, since
scanners follow links. A list's name is in its routes (`/my/NAME/confirm/`), its kind of delivery (`NAME.confirm`), its
count of emails and the salt of its links.
"""

import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from functions import outbox
from functions.errors import Problem
from functions.http import client, see_other
from functions.mail import delivery
from functions.mail.addresses import may_mail
from functions.pages import when
from functions.rate import limit
from portal.addresses import normalise
from portal.clock import HOUR_MS

if TYPE_CHECKING:
    from functions.http import Request
    from functions.services import Services

VALID_MS = 48 * HOUR_MS
ONE_CLICK = "One-Click"


def ask(request: "Request", services: "Services", name: str, **chosen: Any) -> Response:
    """Answer a form with `email`: an email with a link, the same for everyone. Raises Problem 404, 422 and 429."""
    if not services.mailer.configured:
        raise Problem(404, f"This portal can't send email. Follow the feeds on the {name} page instead.")
    limit(services, "subscribe", client(request, services.settings), times=20, per_seconds=3600)
    address = normalise(request.form.get("email", ""))
    if address is None:
        raise Problem(422, "Enter a complete email address, like ada@example.com. Go back and try again.")
    response = see_other(services.url(f"my/{name}/sent/"))
    # A robot (it fills in the hidden field) and a mailbox past its limit get the same answer.
    if not request.form.get("website") and may_mail(services, address, f"{name}:"):
        payload = {"address": address, **chosen, "asked_at": services.now()}
        with services.store.transaction():
            row = outbox.put(services, f"{name}.confirm", payload, subject_id="")
        # After the answer, whose time then tells nothing; else the tick delivers.
        response.call_on_close(lambda: outbox.deliver(services, row))
    return response


def send_link(services: "Services", name: str, payload: dict[str, Any], subject: str, purpose: str) -> None:
    """Outbox `NAME.confirm`: the email with the link, made at each try so that the store never holds the link."""
    until = payload["asked_at"] + VALID_MS
    if services.now() >= until:
        return
    chosen = [value for key, value in payload.items() if key not in ("address", "asked_at")]
    token = _signer(services, _joins(name)).dumps([payload["address"], *chosen, until])
    text = (
        f"{purpose}, open this link and confirm:\n\n"
        f"{services.absolute(f'my/{name}/confirm/?token={token}')}\n\n"
        f"The link works until {when(until)}. If this wasn't you, ignore this email.\n"
    )
    message = {"to": payload["address"], "subject": subject, "text": text}
    delivery.deliver(services, message | {"message_id": f"subscribe-{payload['asked_at']}-{secrets.token_hex(4)}"})


def asked(services: "Services", name: str, token: str) -> list[Any]:
    """What the link of `send_link` confirms: the address and what was chosen. Raises Problem 404."""
    gone = f"This link has expired or is incomplete. Subscribe again on the {name} page."
    try:
        *found, until = _signer(services, _joins(name)).loads(token)
    except BadSignature as error:
        raise Problem(404, gone) from error
    if services.now() >= until:
        raise Problem(404, gone)
    return list(found)


def way_out(services: "Services", name: str, who: str) -> str:
    """The query that ends the emails of `who`: a subscriber's id, or `subject:` and a customer's."""
    return "?" + urlencode({"id": who, "token": str(_signer(services, _leaves(name)).dumps(who))})


def leaving(request: "Request", services: "Services", name: str) -> str:
    """Who follows a `way_out`. Raises Problem 404, and 400 for a POST without the button's field."""
    gone = "This link is incomplete or too old. Copy the whole link from the email, or use the one in our latest email."
    try:
        who = str(_signer(services, _leaves(name)).loads(request.args.get("token", "")))
    except BadSignature as error:
        raise Problem(404, gone) from error
    if who != request.args.get("id"):
        raise Problem(404, gone)
    if request.method == "POST" and request.form.get("List-Unsubscribe") != ONE_CLICK:
        raise Problem(400, "Nothing was changed. Open the link in the email and choose Unsubscribe.")
    return who


def _joins(name: str) -> str:
    return f"{name} subscription"


def _leaves(name: str) -> str:
    return f"{name} unsubscription"


def _signer(services: "Services", purpose: str) -> URLSafeSerializer:
    # With the purpose in the key a link to confirm is no link to unsubscribe, and a session's cookie is neither.
    return URLSafeSerializer(list(reversed(services.settings.secret_keys)), salt=purpose)
