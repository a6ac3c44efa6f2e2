"""Request Tracker's two doors: REST 2 with its query language, and the mail gateway, through which alone somebody else
than the portal's user can write."""

from base64 import b64decode
from collections.abc import Iterator, Mapping
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any

from functions.errors import VendorError
from functions.helpdesks import pages
from functions.helpdesks.rows import Row
from functions.helpdesks.web import Answer, Api, address
from functions.helpdesks.words import REFUSED, UNREACHABLE, trimmed
from portal.models import Requester
from portal.tickets import Reply

PAGE = 100


class RequestTrackerApi(Api):
    """A user with rights of its own, known by its token: a password would be hashed again at each call, about 0.3 s of
    their server's time."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        get = trimmed(environ)
        base = address(get("RT_URL"), "RT_URL")
        super().__init__(base + "/REST/2.0", lambda: {"Authorization": f"token {get('RT_TOKEN')}"})
        self._gateway = Api(base + "/REST/1.0/NoAuth", dict)

    def tickets(self, query: str, most: int = pages.MOST) -> Iterator[Row]:
        """The tickets that a query finds, newest activity first, of the first `most` pages."""
        return self._items("/tickets", self._shown(query), most)

    def count(self, query: str) -> int:
        return self.call("GET", "/tickets", self._shown(query) | {"per_page": 1}).number("total")

    def transactions(self, ticket: str) -> list[Row]:
        """The transactions of a ticket, oldest first."""
        shown = {"fields": "Type,Created,Creator", "fields[Creator]": "EmailAddress,Name,RealName"}
        return [*self._items(f"/ticket/{ticket}/history", shown)]

    def parts(self, ticket: str) -> list[Row]:
        """Texts and files of a ticket without their content, which would bring every file along."""
        shown = {"fields": "ContentType,Filename,TransactionId,Headers"}
        return [*self._items(f"/ticket/{ticket}/attachments", shown)]

    def content(self, part: str) -> bytes:
        """The content of one text or file."""
        try:
            return b64decode(self.call("GET", f"/attachment/{part}").row().text("Content"))
        except ValueError as error:
            raise VendorError(UNREACHABLE, detail="an attachment is not base64") from error

    def correspond(self, queue: str, ticket: str, subject: str, requester: Requester, reply: Reply) -> None:
        """Write as the customer. The ticket is named beside the mail: its subject may name another."""
        mail = _mail(subject, requester, reply)
        form = {"queue": queue, "ticket": ticket, "action": "correspond", "message": mail.as_bytes().decode("ascii")}
        said = self._gateway.call("POST", "/mail-gateway", data=form, plain=True).data
        if not said.startswith("ok"):
            raise VendorError(UNREACHABLE, detail="the mail gateway did not take the reply")

    def change(self, ticket: str, status: str) -> bool:
        """Whether it has this status now: what the user or the lifecycle does not allow is answered with 200, too."""
        path = f"/ticket/{ticket}"
        self.call("PUT", path, body={"Status": status})
        return self.call("GET", path).row().text("Status") == status

    def _shown(self, query: str) -> dict[str, Any]:
        fields = {"fields": "Subject,Status,Created,LastUpdated,Requestor", "fields[Requestor]": "EmailAddress"}
        return {"query": query, "orderby": "LastUpdated", "order": "DESC", **fields}

    def _items(self, path: str, query: Mapping[str, Any], most: int = pages.MOST) -> Iterator[Row]:
        def fetch(number: int) -> Answer:
            return self.call("GET", path, {**query, "per_page": PAGE, "page": number})

        # How many there are it tells to few users.
        for page in pages.numbered(fetch, lambda page, _: len(page.rows("items")) == PAGE, most):
            yield from page.rows("items")


def _mail(subject: str, requester: Requester, reply: Reply) -> EmailMessage:
    """The reply; a line end in a subject or a name would begin another header."""
    mail = EmailMessage()
    try:
        mail["From"] = Address(addr_spec=requester.email)
    except (ValueError, IndexError) as error:
        raise VendorError(REFUSED, "rejected", detail="the address cannot stand in a mail") from error
    mail["Subject"], mail["Message-ID"] = " ".join(subject.split())[:200], f"<{reply.key}@portal>"
    mail.set_content(reply.body, cte="base64")
    for one in reply.files:
        kind, _, subtype = one.type.partition("/")
        mail.add_attachment(one.data, kind, subtype or "octet-stream", filename=" ".join(one.name.split()))
    return mail


def quoted(value: str) -> str:
    """A string of the query language."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
