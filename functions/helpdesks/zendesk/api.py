"""Zendesk's API: its token, its pages, and who a customer is there."""

from collections.abc import Iterator, Mapping
from typing import Any

from functions.helpdesks import pages
from functions.helpdesks.oauth import TokenApi
from functions.helpdesks.own_tickets import same
from functions.helpdesks.rows import Row
from functions.helpdesks.web import Answer, address
from functions.helpdesks.words import trimmed
from portal.models import Requester
from portal.tickets import File

TOKEN_SECONDS = 172_800
PAGE = {"page[size]": 100}


class ZendeskApi(TokenApi):
    """A confidential OAuth client; what it does, its owner does."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        get = trimmed(environ)
        client = {"client_id": get("ZENDESK_CLIENT_ID"), "client_secret": get("ZENDESK_CLIENT_SECRET")}
        body = {"grant_type": "client_credentials", "scope": "read write", "expires_in": TOKEN_SECONDS, **client}
        super().__init__(
            address(get("ZENDESK_API") or f"https://{get('ZENDESK_SUBDOMAIN')}.zendesk.com", "ZENDESK_API"),
            lambda api: api.call("POST", "/oauth/tokens", body=body),
            wrong=lambda said: said.row("details"),
        )
        self._users: dict[str, str] = {}

    def all(self, name: str, path: str, query: Mapping[str, Any] | None = None) -> Iterator[Row]:
        """The rows of every page, by their cursor."""
        for page in self._pages(path, query):
            yield from page.rows(name)

    def _pages(self, path: str, query: Mapping[str, Any] | None = None) -> Iterator[Answer]:
        def following(page: Answer) -> str:
            return page.row().text("links", "next") if page.row().flag("meta", "has_more") else ""

        return pages.linked(lambda at: self.call("GET", at, query if at == path else None), path, following)

    def changed(self, since: int) -> Iterator[Row]:
        """The tickets that changed since then, new ones among them (unix seconds)."""

        def following(page: Answer) -> str:
            return "" if page.row().flag("end_of_stream") else page.row().text("after_url")

        first = f"/api/v2/incremental/tickets/cursor?start_time={since}"
        for page in pages.linked(lambda at: self.call("GET", at), first, following):
            yield from page.rows("tickets")

    def user(self, requester: Requester) -> str:
        """The id of the user with exactly this address, "" when there is none: their search finds what begins like it.
        Kept, since asking costs a call of a small budget."""
        if requester.email not in self._users:
            query = {"query": f'email:"{requester.email}"'}
            rows = self.call("GET", "/api/v2/users/search", query).rows("users")
            own = [row.ref("id") for row in rows if same(row.text("email"), requester)]
            if len(own) != 1:
                return ""
            self._users[requester.email] = own[0]
        return self._users[requester.email]

    def field_ids(self) -> list[str]:
        return [row.ref("id") for row in self.all("ticket_fields", "/api/v2/ticket_fields", PAGE)]

    def comments(self, ticket: str) -> Iterator[tuple[Row, str]]:
        """The comments of a ticket, each with its author's name."""
        for page in self._pages(f"/api/v2/tickets/{ticket}/comments", {**PAGE, "include": "users"}):
            names = {user.ref("id"): user.text("name") for user in page.rows("users")}
            yield from ((row, names.get(row.ref("author_id"), "")) for row in page.rows("comments"))

    def update(self, ticket: str, **changes: Any) -> None:
        self.call("PUT", f"/api/v2/tickets/{ticket}", body={"ticket": changes})

    def upload(self, file: File) -> str:
        """A token, good for an hour; until it is used, anyone with the file's address can read it."""
        headers = {"Content-Type": file.type}
        answer = self.call("POST", "/api/v2/uploads", {"filename": file.name}, data=file.data, headers=headers)
        return answer.row("upload").text("token")
