"""The outbox's emails: fixed texts without anything that a customer wrote."""

from typing import TYPE_CHECKING, Any

from functions.errors import VendorError

if TYPE_CHECKING:
    from functions.services import Services


def deliver(services: "Services", payload: dict[str, Any]) -> None:
    """Outbox `mail.send`: payload to, subject, text, message_id, and html where there is one."""
    if not services.mailer.configured:
        raise VendorError("This help centre sends no emails.", "unsupported", detail="SMTP_URL is not set")
    services.mailer.send(
        payload["to"], payload["subject"], payload["text"], payload["message_id"], payload.get("html", "")
    )
