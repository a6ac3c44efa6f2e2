"""Small changes and articles for the tests."""

from portal.freshness import diffs
from portal.freshness.check import Commit
from portal.freshness.covers import Covers
from portal.freshness.diffs import Change
from portal.freshness.library import Document, Library

ARTICLES = {
    "billing/card": """# Update your card

Open Billing and choose **Update card**.
A declined card is tried again for `RETRY_DAYS` days, which is 3 days.
""",
    "billing/invoice": "# Find an invoice\n\nOpen Billing and choose **See invoices**. Each invoice is a PDF.\n",
    "team/invite": "# Invite a teammate\n\nChoose **Invite**. The invitation expires after 7 days.\n",
    "team/roles": "# Roles of a team\n\nAn owner may do everything. Use `GET /v1/members` to list members.\n",
    "api/webhooks": "# Webhooks\n\nSet `WEBHOOK_SECRET`. We sign the body and send it in `X-Acme-Signature`.\n",
    "data/export": "# Export your data\n\nChoose **Export data**. You get an archive with everything in it.\n",
}


def library(**covers: Covers) -> Library:
    """The articles, some with what they cover (by their last name)."""
    return Library(
        Document(id, f"docs/{id}.md", text, covers.get(id.rpartition("/")[2], Covers()))
        for id, text in ARTICLES.items()
    )


def change(path: str, old: str = "", new: str = "", subject: str = "") -> Change:
    """The change of one hunk of a file."""
    removed, added = (
        [f"{sign}{line}" for line in text.split("\n")] if text else [] for sign, text in (("-", old), ("+", new))
    )
    head = f"@@ -5,{len(removed)} +5,{len(added)} @@"
    text = "\n".join([f"diff --git a/{path} b/{path}", f"--- a/{path}", f"+++ b/{path}", head, *removed, *added])
    return diffs.parse(text, subject)


def commit(path: str, old: str = "", new: str = "", subject: str = "") -> Commit:
    """The same as a commit."""
    return Commit(change(path, old, new, subject))
