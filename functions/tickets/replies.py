"""The buttons of a ticket: reply, mark as solved or open again, and rate."""

import secrets
from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from functions import outbox
from functions.errors import Problem
from functions.http import wants_json
from functions.rate import limit
from functions.signin import sessions
from functions.tickets import form, ledger, uploads
from functions.tickets.ask import answer
from functions.tickets.overview import status_of
from functions.tickets.page import RATING_MS, readable, render
from portal.tickets import BODY_MAX, File

if TYPE_CHECKING:
    from functions.http import Request
    from functions.services import Services
    from functions.stores import Row

REASON_MAX = 500
# The name under which the ticket's page is told what the button did.
SAID = {"solved": "solved", "open": "reopened"}
# A button beside the reply's -> what it makes of the ticket. Its form has the reply's text, which must not get lost.
BUTTONS = {"solve": "solved", "reopen": "open"}


def reply(request: "Request", services: "Services") -> Response:
    """POST /api/tickets/reply: a message of the customer's on their own ticket; `solve=1` or `reopen=1` changes
    its state as well, with or without a message."""
    requester = sessions.require(request, services).requester
    row = readable(services, requester, request.form.get("ref", ""), own=True)
    body = form.message(request.form.get("body", ""))
    changes = next((status for name, status in BUTTONS.items() if request.form.get(name) == "1"), "")
    files, fault = uploads.read(request)
    wrong = _faults(body, files, fault, bool(changes))
    if request.form.get("website"):
        wrong["body"] = "This looks like an automated message. Leave the hidden field empty."
    if wrong and wants_json(request):
        raise Problem(422, "Check the marked fields.", fields=wrong)
    if wrong:
        return render(request, services, requester, row, wrong, body)
    done = f"&{SAID[changes]}=1" if changes else ""
    if not body and status_of(row) == changes:  # pressed twice it is the same
        return _back(request, services, row, done)
    limit(services, "reply", requester.subject, times=60, per_seconds=3600)
    key, also = ledger.keys(services, row["id"], body, files, request.form.get("key", ""), "reply-")
    fits = ledger.may_keep(services, requester.subject, files)
    _deliver(services, ledger.add_reply(services, row, key, body, changes, files if fits else (), also))
    if body:
        done += "&replied=1" + ("#latest" if fits else "&files=0#latest")
    return _back(request, services, row, done)


def set_status(request: "Request", services: "Services") -> Response:
    """POST /api/tickets/status: solved, or open again, without a message."""
    requester = sessions.require(request, services).requester
    row = readable(services, requester, request.form.get("ref", ""), own=True)
    wanted = request.form.get("status", "")
    if wanted not in SAID:
        raise Problem(422, "A request can be solved or open.", fields={"status": "Choose solved or open."})
    if status_of(row) != wanted:  # pressed twice it is the same
        limit(services, "reply", requester.subject, times=60, per_seconds=3600)
        _deliver(services, ledger.add_reply(services, row, f"status-{secrets.token_hex(16)}", "", wanted))
    return _back(request, services, row, f"&{SAID[wanted]}=1")


def rate(request: "Request", services: "Services") -> Response:
    """POST /api/tickets/rating: whether it helped; may be changed for a week."""
    requester = sessions.require(request, services).requester
    row = readable(services, requester, request.form.get("ref", ""), own=True)
    good = request.form.get("good", "")
    if good not in {"yes", "no"}:
        raise Problem(422, "Choose yes or no.", fields={"good": "Choose yes or no."})
    reason = form.message(request.form.get("reason", ""))[:REASON_MAX] if good == "no" else ""
    if (good, reason) != (row["good"], row["good_reason"] or ""):  # pressed twice it is the same
        limit(services, "rating", requester.subject, times=20, per_seconds=3600)
        _rate(services, requester.subject, row["id"], good, reason)
    return _back(request, services, row, "&rated=1#rating")


def _rate(services: "Services", subject: str, ticket: str, good: str, reason: str) -> None:
    now = services.now()
    with services.store.transaction():
        done = services.store.run(
            "update ticket set good = :good, good_reason = :reason, good_at = coalesce(good_at, :now)"
            " where id = :id and (good_at is null or good_at > :week)",
            good=good,
            reason=reason,
            now=now,
            week=now - RATING_MS,
            id=ticket,
        )
        if not done:
            raise Problem(409, "You can no longer change your answer. Reply to the request instead.")
        outbox.put(services, "ticket.rating", {"ticket": ticket}, subject_id=subject)


def _faults(body: str, files: list[File], fault: str, changes: bool) -> dict[str, str]:
    wrong = {"files": fault} if fault else {}
    if len(body) > BODY_MAX:
        wrong["body"] = f"This is {len(body):,} characters long. Shorten it to {BODY_MAX:,}."
    elif not body and (files or not changes):
        wrong["body"] = "Write a message."
    return wrong


def _deliver(services: "Services", delivery: str | None) -> None:
    if delivery:
        outbox.deliver_first(services, delivery)


def _back(request: "Request", services: "Services", row: "Row", rest: str = "") -> Response:
    return answer(request, services.url(f"my/ticket/?ref={row['reference']}{rest}"))
