"""What the account menu and the overview tell customers of themselves, from the store alone."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from functions.services import Services


def new_answers(services: "Services", subject: str) -> int:
    """How many of a customer's requests have an answer that they have not opened; 0 without the part."""
    if not services.portal["parts"].get("tickets", True):
        return 0
    row = services.store.one(
        "select count(*) as n from ticket where subject_id = :subject and agent_at > seen_at", subject=subject
    )
    return int(row["n"]) if row else 0
