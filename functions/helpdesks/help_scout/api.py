"""Help Scout's API: its token, its manners, its searches and its pages."""

import re
from collections.abc import Callable, Iterator, Mapping

from functions.helpdesks import pages
from functions.helpdesks.oauth import TokenApi
from functions.helpdesks.rows import Row
from functions.helpdesks.web import Answer, address
from functions.helpdesks.words import trimmed

MOST_SAVED = 50


class HelpScoutApi(TokenApi):
    """An OAuth application of the operator's."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        get = trimmed(environ)
        app = {"client_id": get("HELPSCOUT_APP_ID"), "client_secret": get("HELPSCOUT_APP_SECRET")}
        form = {"grant_type": "client_credentials", **app}
        super().__init__(
            address(get("HELPSCOUT_API") or "https://api.helpscout.net", "HELPSCOUT_API"),
            lambda api: api.call("POST", "/v2/oauth2/token", data=form),
            wait="X-RateLimit-Retry-After",
            wrong=lambda said: [one.text("path") for one in said.rows("_embedded", "errors")],
        )

    def of(self, address: str, most: int = pages.MOST) -> Iterator[Row]:
        """The conversations of an address, and others: their search finds what begins like it. One with a quote would
        be another query, so it has none."""
        is_plain = '"' not in address and "\\" not in address
        return self.conversations(f'(email:"{address}")', most) if is_plain else iter(())

    def conversations(self, query: str, most: int = pages.MOST) -> Iterator[Row]:
        """The conversations that a search finds on its first `most` pages, latest change first."""
        return self._held("conversations", lambda number: self.found(query, number), most)

    def found(self, query: str, page: int = 1) -> Answer:
        """One page of a search; without a status only the active ones would be in it."""
        wanted = {"query": query, "status": "all", "sortField": "modifiedAt", "sortOrder": "desc", "page": page}
        return self.call("GET", "/v2/conversations", wanted)

    def conversation(self, number: str) -> Row:
        """One conversation; the one it was merged into, if it was."""
        answer = self.call("GET", f"/v2/conversations/{number}", allow={301})
        moved = re.search(r"/v2/conversations/([0-9]{1,18})$", answer.headers.get("Location", ""))
        if answer.status == 301 and moved:
            answer = self.call("GET", f"/v2/conversations/{moved[1]}")
        return answer.row()

    def threads(self, conversation: Row) -> list[Row]:
        """Everything in a conversation, newest first."""
        path = f"/v2/conversations/{conversation.ref('id')}/threads"
        return [*self._held("threads", lambda number: self.call("GET", path, {"page": number}))]

    def saved_replies(self, mailbox: str) -> Iterator[Row]:
        """The agents' saved answers; a list of them has only the names."""
        path = f"/v2/mailboxes/{mailbox}/saved-replies"
        for row in self.call("GET", path).rows()[:MOST_SAVED]:
            yield self.call("GET", f"{path}/{row.ref('id')}").row()

    def field_ids(self, mailbox: str) -> list[str]:
        """The custom fields of an inbox."""
        found = self.call("GET", f"/v2/mailboxes/{mailbox}/fields").row().rows("_embedded", "fields")
        return [one.ref("id") for one in found]

    def _held(self, name: str, fetch: Callable[[int], Answer], most: int = pages.MOST) -> Iterator[Row]:
        def more(page: Answer, number: int) -> bool:
            return number < (page.row("page").number("totalPages") or 0)

        for page in pages.numbered(fetch, more, most):
            # An empty page has no `_embedded` at all.
            yield from page.rows("_embedded", name) if "_embedded" in page.row() else ()
