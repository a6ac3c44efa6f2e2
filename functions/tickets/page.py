"""A ticket's page: the desk's public messages, and those of ours that it does not show yet."""

import json
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from werkzeug.wrappers import Response

from functions import pages
from functions.errors import Problem, VendorError
from functions.signin import drafts, sessions
from functions.tickets import contents, form, ledger, markup, uploads
from functions.tickets.ledger import DELIVERED, WAITING
from functions.tickets.overview import STATES, status_of, waits
from portal.clock import DAY_MS, MINUTE_MS
from portal.tickets import Message, Thread, plain, word
from portal.tickets.files import ACCEPT, MOST
from portal.tickets.links import pieces
from portal.tickets.match import Sent, present

if TYPE_CHECKING:
    from functions.http import Request
    from functions.services import Services
    from functions.stores import Row
    from portal.models import Requester
    from portal.tickets import Attachment

LATE_MS = 15 * MINUTE_MS
RATING_MS = 7 * DAY_MS
NONE = "We couldn't find that request."
# What a customer has just done, as the address of the page says it.
DONE = ("sent", "replied", "solved", "reopened", "rated", "add")


def ticket_page(request: "Request", services: "Services") -> Response:
    """GET /my/ticket/?ref=: one ticket; the same 404 for a foreign one and for none."""
    requester = sessions.require(request, services).requester
    row = readable(services, requester, request.args.get("ref", ""))
    return render(request, services, requester, row)


def readable(services: "Services", requester: "Requester", reference: str, *, own: bool = False) -> "Row":
    """The ticket's row; Problem 404 unless this customer may read it, or with `own` unless it is theirs."""
    row = ledger.by_reference(services, requester, reference)
    if row is None or (own and row["subject_id"] != requester.subject):
        raise Problem(404, NONE)
    return row


def render(
    request: "Request",
    services: "Services",
    requester: "Requester",
    row: "Row",
    wrong: dict[str, str] | None = None,
    typed: str = "",
) -> Response:
    """The page of a ticket; with what is wrong in the reply, 422 and the typed text."""
    thread, problem = _thread(services, requester, row)
    own = row["subject_id"] == requester.subject
    if thread and own:  # a colleague who reads an answer first must not keep its mail from the owner
        ledger.saw(services, row, thread)
        ledger.read_to_the_end(services, row, thread)
    status = status_of(row, thread)
    return pages.render(
        services,
        row["subject"],
        "tickets/page.html",
        422 if wrong else 200,
        ticket=_ticket(services, row, status, thread),
        messages=_messages(services, row, thread, own),
        problem=problem,
        context=form.shown(drafts.from_row(row), json.loads(row["facts"]) if own else {}, services),
        done={name: request.args.get(name) == "1" for name in DONE},
        without_files=request.args.get("files") == "0",
        can=_can(services, status, own, bool(thread and thread.closed)),
        reply={"key": secrets.token_hex(16), "typed": typed, "wrong": wrong or {}} | _limits(services),
        rating=_rating(request, services, row, status, own),
        parents=(pages.HUB, ("my/tickets/", "Your requests")),
    )


def _ticket(services: "Services", row: "Row", status: str, thread: Thread | None) -> dict[str, Any]:
    """The ticket itself; `follows` and `follow_ups` are the references of those before and after it."""
    return {
        "reference": row["reference"],
        "status": status,
        "word": word(status, waits=waits(row)),
        "state": STATES[row["state"]],
        "late": row["state"] == WAITING and services.now() - row["created_at"] > LATE_MS,
        "next": _next(services, row, status),
        "closed": bool(thread and thread.closed),
        "follows": _reference_of(services, row),
        "follow_ups": _follow_ups(services, row),
    }


def _can(services: "Services", status: str, own: bool, closed: bool) -> dict[str, bool]:
    """The actions that this customer has."""
    can = services.desk.capabilities
    return {
        "reply": own,
        "solve": own and can.solves and status != "solved",
        "reopen": own and can.reopens and status == "solved" and not closed,
    }


def _limits(services: "Services") -> dict[str, Any]:
    """The limits of a reply's files."""
    return {"max_files": MOST, "file_types": ACCEPT, "bytes": services.settings.body_limit}


def _thread(services: "Services", requester: "Requester", row: "Row") -> tuple[Thread | None, str]:
    """The desk's ticket, or None and the error (empty when the desk has nothing to show)."""
    if not row["desk_ref"] or not services.desk.capabilities.reads:
        return None, ""
    try:
        ledger.may_look(services, requester)
        return services.desk.ticket(ledger.requester_of(row), row["desk_ref"]), ""
    except (VendorError, Problem) as error:
        return None, error.public


def _messages(services: "Services", row: "Row", thread: Thread | None, own: bool) -> list[dict[str, Any]]:
    """The desk's messages and those of ours that it does not show yet, oldest first."""
    who = "You" if own else row["name"] or row["email"]
    there = list(thread.messages) if thread else []
    shown = [_of_desk(services, row, message, number, who) for number, message in enumerate(there)]
    if row["body"] and not any(message.author == "customer" for message in there):
        shown.append(_of_ours(services, row["id"], "", row["body"], row["created_at"], STATES[row["state"]], who))
    replies = services.store.all(
        "select * from ticket_reply where ticket_id = :id and body <> '' order by n", id=row["id"]
    )
    marked = services.desk.capabilities.replies == "marked"
    found = present(
        [Sent(reply["body"], reply["first_tried_at"] or reply["created_at"]) for reply in replies], there, marked=marked
    )
    # A reply delivered longer ago than the lists lag is in the thread, though the desk may have changed its text.
    shows_by_now = services.now() - services.desk.capabilities.list_lag * 1000 - 10 * MINUTE_MS
    for reply, is_there in zip(replies, found, strict=True):
        settled = reply["state"] == DELIVERED and thread is not None and reply["delivered_at"] < shows_by_now
        if not is_there and not settled:
            state = "sent" if reply["state"] == "followed" else STATES[reply["state"]]
            shown.append(_of_ours(services, row["id"], reply["id"], reply["body"], reply["created_at"], state, who))
    shown.sort(key=lambda message: message["at"])
    if shown:
        shown[-1]["latest"] = True
    return shown


def _of_desk(services: "Services", row: "Row", message: Message, number: int, who: str) -> dict[str, Any]:
    downloads = services.desk.capabilities.downloads

    def url(file: int) -> str:
        query = urlencode({"ref": row["reference"], "m": number, "n": file})
        return services.url(f"my/ticket/file/?{query}") if downloads else ""

    files = [
        {"name": file.name, "size": file.size, "url": url(place), "picture": _previews(file)}
        for place, file in enumerate(message.files)
    ]
    return {
        "author": message.author,
        "who": who if message.author == "customer" else plain.first_name(message.name),
        "body": list(pieces(message.body)),
        "html": markup.clean(message.html) if message.html else "",
        "at": message.at,
        "files": files,
        "state": "sent",
        "latest": False,
    }


def _previews(file: "Attachment") -> bool:
    """Whether a file is shown as a picture; what it really is decides when it is fetched."""
    return file.type in contents.PICTURES and file.size <= uploads.PREVIEW_MOST


def _of_ours(
    services: "Services", ticket_id: str, reply_id: str, body: str, at: int, state: str, who: str
) -> dict[str, Any]:
    files = services.store.all(
        "select name, type, size from ticket_file where ticket_id = :ticket and reply_id = :reply order by n",
        ticket=ticket_id,
        reply=reply_id,
    )
    return {
        "author": "customer",
        "who": who,
        "body": list(pieces(body)),
        "html": "",
        "at": at,
        "files": [file | {"url": "", "picture": False} for file in files],
        "state": state,
        "latest": False,
    }


def _next(services: "Services", row: "Row", status: str) -> str:
    """A sentence about the next step."""
    words = {
        "accepted": "We saved your request and are passing it to our team.",
        "mailed": "Our team has your request by email and will reply to you by email.",
        "failed": "We saved your request, but our team hasn't seen it yet. We know about the problem.",
    }
    if not services.desk.capabilities.reads and row["state"] == DELIVERED and status != "solved":
        return f"{services.portal['response_time']} We'll reply by email to {row['email']}.".strip()
    by_status = {
        "open": services.portal["response_time"],
        "pending": "Reply below if you need more help.",
        "on_hold": "We're waiting for a fix and will write to you when it's ready.",
        "solved": "Not solved after all? Reply below.",
    }
    return words.get(row["state"]) or str(by_status.get(status, by_status["open"]))


def _reference_of(services: "Services", row: "Row") -> str:
    if not row["follows"]:
        return ""
    before = services.store.one(
        "select reference from ticket where desk_ref = :ref and subject_id = :subject",
        ref=row["follows"],
        subject=row["subject_id"],
    )
    return str(before["reference"]) if before else ""


def _follow_ups(services: "Services", row: "Row") -> list[str]:
    if not row["desk_ref"]:
        return []
    after = services.store.all(
        "select reference from ticket where follows = :ref and subject_id = :subject order by created_at",
        ref=row["desk_ref"],
        subject=row["subject_id"],
    )
    return [one["reference"] for one in after]


def _rating(request: "Request", services: "Services", row: "Row", status: str, own: bool) -> dict[str, Any]:
    preset = request.args.get("good", "")
    return {
        "asked": own and status == "solved",
        "good": row["good"] or "",
        "reason": row["good_reason"] or "",
        "open": row["good_at"] is None or services.now() - row["good_at"] < RATING_MS,
        "preset": preset if preset in {"yes", "no"} else "",
    }
