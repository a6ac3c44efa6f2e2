"""Subscribing to the weekly email of what changed (functions.mail.opt_in)."""

import secrets
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from functions import pages
from functions.mail import opt_in, preferences
from functions.stores.people import Held

if TYPE_CHECKING:
    from functions.http import Request
    from functions.services import Services

LIST, PREFERENCE = "changelog", "changelog_digest"
# A subscriber's emails are queued under the row's id.
PEOPLE = (Held("digest_subscriber", "address = :address", is_name=True),)


def subscribe(request: "Request", services: "Services") -> Response:
    """POST /api/changelog/subscribe: email. Emails a link; the same for everyone."""
    return opt_in.ask(request, services, LIST)


def sent_page(request: "Request", services: "Services") -> Response:
    """GET /my/changelog/sent/: what happens next."""
    return pages.render(services, "Check your email", "sent.html", back=("changelog/", "Back to the changelog"))


def confirm_page(request: "Request", services: "Services") -> Response:
    """GET /my/changelog/confirm/?token=: the page that the email's link opens, with the button."""
    token = request.args.get("token", "")
    (address,) = opt_in.asked(services, LIST, token)
    return pages.render(services, "Confirm your subscription", "changelog/confirm.html", token=token, address=address)


def confirm(request: "Request", services: "Services") -> Response:
    """POST /api/changelog/confirm: the button; a second press changes nothing."""
    (address,) = opt_in.asked(services, LIST, request.form.get("token", ""))
    services.store.run(
        "insert into digest_subscriber (id, address, created_at) values (:id, :address, :now)"
        " on conflict (address) do nothing",
        id=secrets.token_hex(12),
        address=address,
        now=services.now(),
    )
    return pages.render(services, "You're subscribed", "changelog/subscribed.html", address=address)


def unsubscribe_page(request: "Request", services: "Services") -> Response:
    """GET of either address to unsubscribe: a page with the button."""
    who = opt_in.leaving(request, services, LIST)
    title = "Unsubscribe from weekly changes"
    return pages.render(services, title, "changelog/unsubscribe.html", id=who, token=request.args["token"])


def unsubscribe(request: "Request", services: "Services") -> Response:
    """POST /api/changelog/unsubscribe?id=&token= with List-Unsubscribe=One-Click: no cookie, no redirect."""
    who = opt_in.leaving(request, services, LIST)
    kind, _, subject = who.partition(":")
    if kind == "subject":
        preferences.stop(services, subject, PREFERENCE)
    else:
        services.store.run("delete from digest_subscriber where id = :id", id=who)
    return pages.render(services, "You're unsubscribed", "changelog/unsubscribed.html")


def recipients(services: "Services") -> Iterator[tuple[str, str]]:
    """Id and address of each subscriber, and of the customers who chose it; each address once."""
    seen = set()
    for row in services.store.all("select id, address from digest_subscriber order by id"):
        seen.add(row["address"])
        yield row["id"], row["address"]
    for subject, address in preferences.recipients(services, PREFERENCE):
        if address not in seen:
            seen.add(address)
            yield f"subject:{subject}", address


def wanted(services: "Services", who: str) -> bool:
    """Whether `who` still wants the email: they may have unsubscribed after one was queued."""
    kind, _, subject = who.partition(":")
    if kind == "subject":
        return preferences.wants(services, subject, PREFERENCE)
    return services.store.one("select 1 as one from digest_subscriber where id = :who", who=who) is not None


def deliver(services: "Services", payload: dict[str, Any]) -> None:
    """Outbox `changelog.confirm`: the email with the link."""
    product = services.portal["product"]
    subject = f"Confirm your subscription to changes in {product}"
    opt_in.send_link(services, LIST, payload, subject, f"To get a weekly email about what changed in {product}")
