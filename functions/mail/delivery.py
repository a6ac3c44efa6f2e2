"""The outbox's emails. What goes to an address that nobody has verified is a fixed text: nothing that was typed."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from functions.services import Services


def deliver(services: "Services", payload: dict[str, Any]) -> None:
    """Outbox `mail.send`: payload to, subject, text, message_id, and where there is one html and the `thread` that the
    email belongs to."""
    services.mailer.send(
        payload["to"],
        payload["subject"],
        payload["text"],
        payload["message_id"],
        payload.get("html", ""),
        payload.get("thread", ""),
    )
