"""Tasks that customers can do in the portal, which the search offers beside the articles that explain them."""

from collections.abc import Collection

from portal.search import Document

# Part of the portal, title, address, one sentence, other words that customers have for it.
JOBS = (
    ("billing", "Download an invoice", "my/billing/", "Every invoice and receipt is on your billing page.",
     ["invoice", "receipt", "bill pdf", "vat invoice"]),
    ("billing", "Update your card", "my/billing/", "Replace the card that pays for your plan.",
     ["credit card", "payment method", "new card"]),
    ("billing", "Change your plan", "my/billing/", "See the price before you confirm.",
     ["upgrade", "downgrade", "seats", "yearly billing"]),
    ("billing", "Cancel your plan", "my/billing/", "You can use it until its last day.",
     ["cancel subscription", "stop renewal"]),
    ("tickets", "Your requests", "my/tickets/", "Your questions and our answers.",
     ["ticket answer", "my requests", "support reply"]),
    ("tickets", "Contact support", "ask/", "Ask us when no article helps.",
     ["ask us", "talk to a human", "phone number", "complaint"]),
    ("account", "Your account", "my/account/", "Your profile, password and sign-in.",
     ["sign out", "profile"]),
    ("status", "Is there an outage?", "status/", "See what's working and what isn't.",
     ["is it down", "incident", "status page", "not loading"]),
)  # fmt: skip


def documents(parts: Collection[str]) -> list[Document]:
    """The jobs of the parts that are switched on."""
    return [
        Document(title, url, description=sentence, kind="status" if part == "status" else "job", questions=others)
        for part, title, url, sentence, others in JOBS
        if part in parts
    ]
