"""Front's API: messages that it only accepts, its pages, its statuses and its reports."""

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import quote

from functions.errors import VendorError
from functions.helpdesks import multipart, pages
from functions.helpdesks.rows import Row
from functions.helpdesks.web import Answer, Api, address
from functions.helpdesks.words import UNREACHABLE, trimmed
from portal.models import Requester
from portal.tickets import File

METRIC = "new_segments_count"
LOOKS = 3


class FrontApi(Api):
    """One company, with an API token."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        get = trimmed(environ)
        sent = {"Authorization": f"Bearer {get('FRONT_TOKEN')}"}
        super().__init__(
            address(get("FRONT_API") or "https://api2.frontapp.com", "FRONT_API"), lambda: sent, wrong=_wrong
        )
        self.inbox, self._mailbox = quote(get("FRONT_INBOX"), safe=""), get("FRONT_ADDRESS")

    def accepted(self, requester: Requester, text: str, files: Sequence[File], said: Mapping[str, Any], at: int) -> str:
        """The uid of a message that Front has accepted; it has no id and no conversation yet. `at` in unix ms."""
        body = {
            "sender": {"handle": requester.email, "name": requester.name or requester.email}, "to": [self._mailbox],
            "body": escape(text).replace("\n", "<br>"), "body_format": "html", "type": "email",
            "created_at": at // 1000, **said,
            # Without these two it would be archived from the start, and no rule would see it.
            "metadata": {"is_inbound": True, "is_archived": False, "should_skip_rules": False},
        }  # fmt: skip
        sent = multipart.form(body, "attachments[]", files) if files else {"body": body}
        uid = self.call("POST", f"/inboxes/{self.inbox}/imported_messages", **sent).row().text("message_uid")
        if not re.fullmatch(r"[0-9A-Za-z_-]{1,80}", uid):
            raise VendorError(UNREACHABLE, detail="the message has no uid")
        return uid

    def conversation_of(self, uid: str) -> str:
        """The conversation that an accepted message is in; raises VendorError `unavailable` while it is in none."""
        answer = self.call("GET", f"/messages/alt:uid:{uid}", allow={404})
        link = Row(answer.data).text("_links", "related", "conversation")
        found = link.rpartition("/conversations/")[2]
        if answer.fault or not is_conversation(found):
            raise VendorError(UNREACHABLE, detail="the message is accepted and not there yet", alone=True)
        return found

    def of(self, email: str) -> Iterator[Row]:
        """The conversations of the contact with this address."""
        if not email:
            return
        path = f"/contacts/alt:email:{quote(email, safe='@')}/conversations"
        for page in self._pages(path, allow={404}):
            yield from page.rows("_results") if not page.fault else ()

    def conversation(self, number: str) -> Row:
        """One conversation; the one it was merged into, if it was."""
        answer = self.call("GET", f"/conversations/{number}", allow={301})
        moved = answer.headers.get("Location", "").rpartition("/conversations/")[2]
        if answer.status == 301 and is_conversation(moved):
            answer = self.call("GET", f"/conversations/{moved}")
        return answer.row()

    def messages(self, conversation: str) -> list[Row]:
        """Everything that was said with the customer; what agents say to each other is somewhere else."""
        return [row for page in self._pages(f"/conversations/{conversation}/messages") for row in page.rows("_results")]

    def comments(self, conversation: str) -> list[Row]:
        """What agents say to each other."""
        return self.call("GET", f"/conversations/{conversation}/comments").rows("_results")

    def active(self, since: int) -> Iterator[Row]:
        """The inbox's conversations with something after then (unix seconds)."""
        query = quote(f"inbox:{self.inbox} after:{since}", safe="")
        for page in self._pages(f"/conversations/search/{query}"):
            yield from page.rows("_results")

    def templates(self) -> Iterator[Row]:
        for page in self._pages("/message_templates"):
            yield from page.rows("_results")

    def add_fields(self, conversation: str, values: Mapping[str, str]) -> None:
        """Write custom fields beside those that are there: the ones that are left out would be erased."""
        held = self.call("GET", f"/conversations/{conversation}").row("custom_fields")
        change = {"custom_fields": {**{name: held.value(name) for name in held}, **values}}
        self.call("PATCH", f"/conversations/{conversation}", body=change)

    def field_names(self) -> list[str]:
        return [row.text("name") for row in self.call("GET", "/conversations/custom_fields").rows("_results")]

    def status(self, category: str) -> str:
        """The id of the company's first status of a category, "" when it has none."""
        answer = self.call("GET", "/company/statuses", allow={404})
        rows = Row(answer.data).rows("_results")
        return next((row.text("id") for row in rows if row.text("category") == category), "")

    def begun(self, since: int, until: int) -> int:
        """How many conversations began in [since, until) in the inbox (unix seconds), from a report that Front makes
        in its own time; raises VendorError `unavailable` while it does."""
        wanted = {"start": since, "end": until, "metrics": [METRIC], "filters": {"inbox_ids": [self.inbox]}}
        report = self.call("POST", "/analytics/reports", body=wanted).row()
        for _ in range(LOOKS):
            if report.text("status") == "done":
                break
            report = self.call("GET", f"/analytics/reports/{quote(report.text('uid'), safe='')}").row()
        found = [one.number("value") for one in report.rows("metrics") if one.text("id") == METRIC]
        if report.text("status") != "done" or not found or found[0] is None:
            raise VendorError(UNREACHABLE, detail="the report is not ready: ask again in a minute", alone=True)
        return found[0]

    def _pages(self, path: str, allow: set[int] | None = None) -> Iterator[Answer]:
        def following(page: Answer) -> str:
            return Row(page.data).text("_pagination", "next")

        return pages.linked(lambda at: self.call("GET", at, allow=allow or ()), path, following)


def is_conversation(value: str) -> bool:
    """Whether this can be a conversation's id; it becomes a part of addresses."""
    return re.fullmatch(r"cnv_[0-9a-z]{1,30}", value) is not None


def _wrong(said: Row) -> list[str]:
    """The fields in `body.subject: is too long`, and nothing that follows them."""
    found = [re.match(r"(?:body\.)?([A-Za-z_.]{1,40}):", one) for one in said.texts("_error", "details")]
    return [one[1] for one in found if one]
