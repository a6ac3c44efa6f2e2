"""Freshdesk's API: an agent's key, its pages, and who a customer is there."""

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from functions.helpdesks import multipart, pages
from functions.helpdesks.own_tickets import same
from functions.helpdesks.rows import Row
from functions.helpdesks.web import Answer, Api, address
from functions.helpdesks.words import iso, trimmed
from portal.models import Requester
from portal.tickets import File

PAGE = 100
# Their list begins thirty days ago unless it is told when; no desk there is older than this.
EVER = 1_262_304_000_000


class FreshdeskApi(Api):
    """An agent, whose key is the user of a password that nobody reads."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        get = trimmed(environ)
        base = address(get("FRESHDESK_API") or f"https://{get('FRESHDESK_DOMAIN')}.freshdesk.com", "FRESHDESK_API")
        known = b64encode(f"{get('FRESHDESK_KEY')}:X".encode()).decode()
        super().__init__(
            base + "/api/v2",
            lambda: {"Authorization": f"Basic {known}"},
            wrong=lambda said: [one.text("field") for one in said.rows("errors")],
        )
        self._contacts: dict[str, str] = {}

    def contact(self, requester: Requester) -> str:
        """The id of the contact with exactly this address, "" when there is none. Kept: each call costs a part of a
        small budget."""
        if requester.email not in self._contacts:
            rows = self.call("GET", "/contacts", {"email": requester.email}).rows()
            own = [row.ref("id") for row in rows if any(same(one, requester) for one in _addresses(row))]
            if len(own) != 1:
                return ""
            self._contacts[requester.email] = own[0]
        return self._contacts[requester.email]

    def tickets(
        self, since: int = EVER, most: int = pages.MOST, order: str = "updated_at", **query: str
    ) -> Iterator[Row]:
        """The tickets that changed since then, latest first by `order`, of the first `most` pages."""
        wanted = {"updated_since": iso(since), "order_by": order, "order_type": "desc", **query}
        return self._all("/tickets", wanted, most)

    def conversations(self, ticket: str) -> Iterator[Row]:
        """Answers and notes, oldest first. Those that come along with a ticket are only the first ten."""
        return self._all(f"/tickets/{ticket}/conversations", {})

    def canned(self) -> Iterator[Row]:
        """The saved answers of all agents."""
        for folder in self.call("GET", "/canned_response_folders").rows()[: pages.MOST]:
            if not folder.flag("personal"):
                yield from self.call("GET", f"/canned_response_folders/{folder.ref('id')}/responses").rows()

    def field_names(self) -> list[str]:
        return [row.text("name") for row in self.call("GET", "/ticket_fields").rows()]

    def write(self, path: str, body: Mapping[str, Any], files: Sequence[File]) -> Row:
        """What was made; with files it is a form."""
        sent = multipart.form(body, "attachments[]", files) if files else {"body": body}
        return self.call("POST", path, **sent).row()

    def _all(self, path: str, query: Mapping[str, str], most: int = pages.MOST) -> Iterator[Row]:
        def fetch(number: int) -> Answer:
            return self.call("GET", path, {**query, "per_page": PAGE, "page": number})

        for page in pages.numbered(fetch, lambda page, _: 'rel="next"' in page.headers.get("Link", ""), most):
            yield from page.rows()


def _addresses(contact: Row) -> list[str]:
    return [contact.text("email"), *contact.texts("other_emails")]
