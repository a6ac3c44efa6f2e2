"""Intercom's API: its version and manners, its searches and pages, and who a customer is there."""

import re
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

from functions.errors import VendorError
from functions.helpdesks import pages
from functions.helpdesks.own_tickets import same
from functions.helpdesks.rows import Row
from functions.helpdesks.web import Answer, Api, address
from functions.helpdesks.words import UNREACHABLE, numeric, trimmed
from portal.models import Requester
from portal.tickets import File

VERSION = "2.16"
PER_PAGE = 100
# A group of conditions takes fifteen.
MOST_CONTACTS = 15
# How long a contact's address is believed: a list asks for the same one in each of its tickets.
KNOWN_SECONDS, MOST_KNOWN = 60, 1000
Condition = Mapping[str, Any]


class IntercomApi(Api):
    """One workspace, with its access token."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        get = trimmed(environ)
        sent = {"Authorization": f"Bearer {get('INTERCOM_TOKEN')}", "Intercom-Version": VERSION}
        super().__init__(
            address(get("INTERCOM_API") or "https://api.intercom.io", "INTERCOM_API"),
            lambda: sent,
            wait="X-RateLimit-Reset",
            until=True,
            wrong=lambda said: [one.text("field") for one in said.rows("errors")],
        )
        self.admin = str(numeric(get("INTERCOM_ADMIN"), "INTERCOM_ADMIN"))
        self._writers: dict[str, str] = {}
        self._known: dict[str, tuple[str, float]] = {}

    def writer(self, requester: Requester) -> str:
        """The contact in whose name a customer's ticket is made; kept, since a search finds a new one minutes later."""
        if requester.email not in self._writers:
            users = [row.text("id") for row in self._contacts(requester) if row.text("role") == "user"]
            self._writers[requester.email] = users[0] if users else self._added(requester)
        return self._writers[requester.email]

    def owner(self, requester: Requester, ticket: Row) -> str:
        """The contact of a ticket that has the requester's address, "" when there is none."""
        contacts = [one.text("id") for one in ticket.rows("contacts", "contacts")]
        return next((one for one in contacts if is_contact(one) and same(self._address(one), requester)), "")

    def tickets_of(self, requester: Requester, *also: Condition) -> Iterator[Row]:
        """The tickets of every contact with the requester's address: several may share one."""
        ids = [row.text("id") for row in self._contacts(requester)][:MOST_CONTACTS]
        rows = self.tickets(condition("contact_ids", "IN", ids), *also) if ids else iter(())
        return (row for row in rows if self.owner(requester, row))

    def tickets(self, *conditions: Condition) -> Iterator[Row]:
        """The tickets for which every condition is true."""
        return self._all("tickets", lambda after: self.found(*conditions, after=after))

    def found(self, *conditions: Condition, after: str = "") -> Answer:
        """One page of a search for tickets."""
        return self._search("/tickets/search", conditions, after)

    def note(self, ticket: str, text: str, files: Sequence[File] = ()) -> None:
        """Add a private note, in the name of our teammate; its text is HTML there, and a contact's own is not."""
        held = [{"content_type": one.type, "name": one.name, "data": b64encode(one.data).decode()} for one in files]
        body: dict[str, Any] = {"message_type": "note", "type": "admin", "admin_id": self.admin}
        body |= {"body": escape(text).replace("\n", "<br>"), **({"attachment_files": held} if held else {})}
        self.call("POST", f"/tickets/{ticket}/reply", body=body)

    def macros(self) -> Iterator[Row]:
        def page(after: str) -> Answer:
            query = {"per_page": PER_PAGE, **({"starting_after": after} if after else {})}
            return self.call("GET", "/macros", query)

        return self._all("data", page)

    def attributes(self, ticket_type: str) -> list[str] | None:
        """The names of what a ticket of this type can hold; None when customers can have no such ticket."""
        for row in self.call("GET", "/ticket_types").rows("data"):
            if row.ref("id") == ticket_type and row.text("category") == "Customer":
                held = row.row("ticket_type_attributes")
                # Their description names the list after the field that it is in; their examples call it `data`.
                names = [*held.rows("data"), *held.rows("ticket_type_attributes")]
                return [one.text("name") for one in names if not one.flag("archived")]
        return None

    def state(self, category: str, ticket: Row) -> str:
        """The id of a state that tickets of this one's type can have; raises VendorError `unavailable` if none is."""
        for row in self.call("GET", "/ticket_states").rows("data"):
            types = [one.ref("id") for one in row.rows("ticket_types", "data")]
            fits = row.text("category") == category and ticket.ref("ticket_type", "id") in types
            if fits and row.ref("id") and not row.flag("archived"):
                return row.ref("id")
        raise VendorError(UNREACHABLE, detail=f"the ticket's type has no state of the category {category}")

    def _contacts(self, requester: Requester) -> list[Row]:
        if not requester.email:
            return []
        conditions = [condition("email", "=", requester.email)]
        rows = self._all("data", lambda after: self._search("/contacts/search", conditions, after))
        own = [row for row in rows if is_contact(row.text("id")) and same(row.text("email"), requester)]
        for row in own:
            self._know(row)
        return own

    def _added(self, requester: Requester) -> str:
        who = {"role": "user", "email": requester.email, "name": requester.name or requester.email}
        answer = self.call("POST", "/contacts", body=who, allow={409})
        if answer.fault:
            # The id of the contact that is there already stands in a sentence and nowhere else.
            said = " ".join(one.text("message") for one in Row(answer.data).rows("errors"))
            found = re.search(r"\bid=([0-9a-f]{1,40})\b", said)
            if not found:
                raise answer.fault
            return found[1]
        if not is_contact(answer.row().text("id")):
            raise VendorError(UNREACHABLE, detail="the contact has no id")
        return answer.row().text("id")

    def _address(self, contact: str) -> str:
        found, until = self._known.get(contact, ("", 0.0))
        if time.monotonic() > until:
            row = self.call("GET", f"/contacts/{contact}", allow={404}).row()
            found = row.text("email") if row.text("id") == contact else ""
            self._know(row)
        return found

    def _know(self, contact: Row) -> None:
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[contact.text("id")] = (contact.text("email"), time.monotonic() + KNOWN_SECONDS)

    def _search(self, path: str, conditions: Sequence[Condition], after: str) -> Answer:
        pagination = {"per_page": PER_PAGE, **({"starting_after": after} if after else {})}
        query = conditions[0] if len(conditions) == 1 else {"operator": "AND", "value": [*conditions]}
        return self.call("POST", path, body={"query": query, "pagination": pagination})

    def _all(self, name: str, page: Callable[[str], Answer]) -> Iterator[Row]:
        def following(answer: Answer) -> str:
            return answer.row().text("pages", "next", "starting_after")

        for answer in pages.linked(page, "", following):
            yield from answer.rows(name)


def condition(field: str, operator: str, value: str | int | list[str]) -> Condition:
    return {"field": field, "operator": operator, "value": value}


def created(since: int) -> Condition:
    """Made since then: at least, because they count by days, and "after" would leave the first one out."""
    return condition("created_at", ">=", since // 1000)


def is_contact(value: str) -> bool:
    """Whether this can be a contact's id; it becomes a part of addresses."""
    return re.fullmatch(r"[0-9a-f]{1,40}", value) is not None
