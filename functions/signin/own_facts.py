"""What the account menu and the overview tell customers of themselves, from the session and the store alone."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from portal.models import is_true

if TYPE_CHECKING:
    from functions.services import Services
    from portal.models import Requester

# The scope of those who may write on the status page.
ON_CALL = "status_write"


def on_call(services: "Services", requester: "Requester") -> bool:
    """Whether somebody may write on the status page; False without the part."""
    return bool(services.portal["parts"].get("status", True)) and ON_CALL in requester.scopes


def pays(services: "Services", claims: Mapping[str, Any]) -> bool:
    """Whether somebody pays for their organisation, so that their pages ask whether a payment failed."""
    on = services.portal["parts"].get("billing", True) and services.settings.biller != "none"
    return bool(on) and claims.get("level") != "address" and is_true(claims.get("billing_admin"))


def new_answers(services: "Services", subject: str) -> int:
    """How many of a customer's requests have an answer that they have not opened; 0 without the part."""
    if not services.portal["parts"].get("tickets", True):
        return 0
    row = services.store.one(
        "select count(*) as n from ticket where subject_id = :subject and agent_at > seen_at", subject=subject
    )
    return int(row["n"]) if row else 0
