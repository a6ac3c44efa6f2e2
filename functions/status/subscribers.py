"""Subscribing to the status page by email, for all components or some (functions.mail.opt_in)."""

import json
import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from functions import pages
from functions.errors import Problem
from functions.mail import opt_in, preferences
from functions.stores.people import Held

if TYPE_CHECKING:
    from functions.http import Request
    from functions.services import Services

LIST = "status"
# A subscriber's emails are queued under the row's id.
PEOPLE = (Held("subscriber", "address = :address", is_name=True),)


def subscribe(request: "Request", services: "Services") -> Response:
    """POST /api/status/subscribe: email, component (any number; none: all). Emails a link; the same for everyone."""
    return opt_in.ask(request, services, LIST, components=_known(services, request.form.getlist("component")))


def sent_page(request: "Request", services: "Services") -> Response:
    """GET /my/status/sent/: what happens next."""
    return pages.render(services, "Check your email", "sent.html", back=("status/", "Back to status"))


def confirm_page(request: "Request", services: "Services") -> Response:
    """GET /my/status/confirm/?token=: the page that the email's link opens, with the button."""
    token = request.args.get("token", "")
    address, chosen = opt_in.asked(services, LIST, token)
    names = [name for key, name in _components(services).items() if key in chosen]
    title = "Confirm your subscription"
    return pages.render(services, title, "status/confirm.html", token=token, address=address, components=names)


def confirm(request: "Request", services: "Services") -> Response:
    """POST /api/status/confirm: the button; a second press changes nothing."""
    address, chosen = opt_in.asked(services, LIST, request.form.get("token", ""))
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
    who = opt_in.leaving(request, services, LIST)
    return pages.render(
        services, "Unsubscribe from status updates", "status/unsubscribe.html", id=who, token=request.args["token"]
    )


def unsubscribe(request: "Request", services: "Services") -> Response:
    """POST /api/status/unsubscribe?id=&token= with List-Unsubscribe=One-Click: no cookie, no redirect."""
    who = opt_in.leaving(request, services, LIST)
    kind, _, subject = who.partition(":")
    if kind == "subject":
        preferences.stop(services, subject, "incident_mail")
    else:
        services.store.run("delete from subscriber where id = :id", id=who)
    return pages.render(services, "You're unsubscribed", "status/unsubscribed.html")


def way_out(services: "Services", who: str) -> str:
    """The query that ends the emails of `who`: a subscriber's id, or `subject:` and a customer's."""
    return opt_in.way_out(services, LIST, who)


def wanted(services: "Services", who: str) -> bool:
    """Whether `who` still wants emails: they may have unsubscribed after one was queued."""
    kind, _, subject = who.partition(":")
    if kind == "subject":
        return preferences.wants_any(services, subject, "incident_mail")
    return services.store.one("select 1 as one from subscriber where id = :who", who=who) is not None


def deliver(services: "Services", payload: dict[str, Any]) -> None:
    """Outbox `status.confirm`: the email with the link."""
    product = services.portal["product"]
    subject = f"Confirm your subscription to {product} status"
    opt_in.send_link(services, LIST, payload, subject, f"To get emails about incidents and maintenance of {product}")


def _components(services: "Services") -> dict[str, str]:
    bundle = services.portal.get("status") or {}
    return {component["id"]: component["name"] for component in bundle.get("components", ())}


def _known(services: "Services", chosen: Iterable[str]) -> list[str]:
    wanted, known = set(chosen) - {""}, set(_components(services))
    if wanted - known:
        raise Problem(422, "This page had changed, so nothing was saved. Reload the status page and choose again.")
    # Choosing all of them means also those that are added later.
    return [] if wanted == known else sorted(wanted)
