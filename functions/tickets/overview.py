"""The customer's list of tickets: the desk's, with those that it does not show yet, and filters."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from werkzeug.wrappers import Response

from functions import pages
from functions.errors import Problem, VendorError
from functions.signin import drafts, sessions
from functions.tickets import ledger
from functions.tickets.ledger import DELIVERED, DESK, WAITING, may_read_organisation
from portal.tickets import RECEIVED, STATUS_WORDS, Thread, word
from portal.tickets.match import SKEW_MS

if TYPE_CHECKING:
    from functions.http import Request
    from functions.services import Services
    from functions.stores import Row
    from portal.models import Requester

PER_PAGE = 20
MOST = 1000
# All of a ticket's row but its texts, which a list does not need.
COLUMNS = (
    "id, reference, subject_id, account, email, name, subject, state, desk_ref, created_at, updated_at, desk_status,"
    " desk_at, agent_at, seen_at, own_status, own_at"
)
STATES = {"accepted": "waiting", "delivered": "sent", "desk": "sent", "mailed": "mailed", "failed": "failed"}
# What the list may be filtered by: each state that a customer reads, under the name it has in an address.
FILTERS = {"received": RECEIVED} | {name: STATUS_WORDS[name] for name in ("open", "pending", "solved")}


@dataclass(frozen=True)
class Filters:
    """The chosen filters; `from_` and `to` are days, both included."""

    status: str = ""
    whose: str = "mine"
    text: str = ""
    from_: str = ""
    to: str = ""

    def address(self, page: int) -> str:
        """The query of a page with these filters."""
        pairs = {"status": self.status, "whose": self.whose, "text": self.text, "from": self.from_, "to": self.to}
        kept = {name: value for name, value in pairs.items() if value and (name, value) != ("whose", "mine")}
        return urlencode(kept | ({"page": str(page)} if page > 1 else {}))


def overview_page(request: "Request", services: "Services") -> Response:
    """GET /my/tickets/: tickets, the unsolved first, newest activity first; from our own record when the desk is
    down."""
    requester = sessions.require(request, services).requester
    organisation = may_read_organisation(requester)
    filters = _filters(request, organisation)
    rows, problem, as_of = _own(services, requester)
    mine = bool(rows)
    if filters.whose == "organisation":
        rows = _colleagues(services, requester)
    chosen = [row for row in rows if _matches(row, filters)]
    chosen.sort(key=lambda row: (row["status"] == "solved", -row["updated_at"]))
    last = max(1, -(-len(chosen) // PER_PAGE))
    page = min(max(request.args.get("page", 1, type=int), 1), last)
    path = services.url("my/tickets/")
    return pages.render(
        services,
        "Your requests",
        "tickets/overview.html",
        rows=chosen[(page - 1) * PER_PAGE : page * PER_PAGE],
        filters={"status": filters.status, "whose": filters.whose, "text": filters.text}
        | {"from": filters.from_, "to": filters.to},
        filtered=filters != Filters(),
        organisation=organisation,
        words=FILTERS,
        unsent=drafts.of(services, requester.email),
        problem=problem,
        as_of=as_of,
        page=page,
        pages=last,
        total=len(chosen),
        ever=mine or bool(rows),
        link=lambda number: f"{path}?{filters.address(number)}",
        parents=(pages.HUB,),
    )


def status_of(row: "Row", thread: Thread | None = None) -> str:
    """The status to show: the customer's own last change until the desk has a later one."""
    said, said_at = (thread.status, thread.updated_at) if thread else (row["desk_status"], row["desk_at"])
    if row["own_status"] and (row["own_at"] or 0) > (said_at or 0):
        return str(row["own_status"])
    return str(said or "open")


def waits(row: "Row") -> bool:
    """Whether no agent has the request yet."""
    return row["state"] not in {DELIVERED, DESK}


def _filters(request: "Request", organisation: bool) -> Filters:
    given = request.args
    status = given.get("status", "")
    return Filters(
        status if status in FILTERS else "",
        "organisation" if organisation and given.get("whose") == "organisation" else "mine",
        ledger.plain(given.get("text", ""), 100),
        *(_day(given.get(name, "")) for name in ("from", "to")),
    )


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _matches(row: dict[str, Any], filters: Filters) -> bool:
    wanted = filters.text.casefold()
    return (
        FILTERS.get(filters.status) in {None, row["word"]}
        and (wanted in row["subject"].casefold() or wanted in row["reference"].casefold())
        and (not filters.from_ or row["updated_at"] >= _start(filters.from_))
        and (not filters.to or row["updated_at"] < _start(filters.to, days=1))
    )


def _start(day: str, days: int = 0) -> int:
    try:
        moment = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC) + timedelta(days=days)
    except OverflowError:
        return 2**62
    return int(moment.timestamp() * 1000)


def _own(services: "Services", requester: "Requester") -> tuple[list[dict[str, Any]], str, int | None]:
    """The customer's tickets, the desk's error or an empty text, and for a stored list its time."""
    rows = services.store.all(
        f"select {COLUMNS} from ticket where subject_id = :subject order by updated_at desc limit :most",  # noqa: S608
        subject=requester.subject,
        most=MOST,
    )
    threads, problem, as_of = _threads(services, requester)
    # Of two rows for one ticket of the desk the one that was written here counts.
    by_ref = {row["desk_ref"]: row for row in sorted(rows, key=lambda row: row["state"] != DESK) if row["desk_ref"]}
    by_reference = {row["reference"]: row for row in rows if not row["desk_ref"]}
    waiting_since = min((row["created_at"] for row in rows if row["state"] == WAITING), default=2**62)
    listed: dict[str, dict[str, Any]] = {}
    for thread in threads:
        row = by_ref.get(thread.desk_ref) or by_reference.get(thread.reference)
        if row is None and not problem and thread.created_at < waiting_since - SKEW_MS:
            row = ledger.adopt(services, requester, thread.desk_ref, thread.subject, thread.created_at)
        if row is not None:
            if not problem:
                ledger.saw(services, row, thread)
            listed[row["reference"]] = _line(row, requester, thread)
    shown_refs = {thread.desk_ref for thread in threads}
    for row in rows:
        double = row["state"] == DESK and row["desk_ref"] in shown_refs
        if row["reference"] not in listed and not double:
            listed[row["reference"]] = _line(row, requester)
    return list(listed.values()), problem, as_of


def _threads(services: "Services", requester: "Requester") -> tuple[list[Thread], str, int | None]:
    """The desk's list; when it does not answer, the stored list with the error and its time."""
    if not services.desk.capabilities.reads:
        return [], "", None
    try:
        ledger.may_look(services, requester)
        threads = services.desk.tickets(requester)
    except (VendorError, Problem) as error:
        row = services.store.one("select * from ticket_list where subject_id = :id", id=requester.subject)
        known = [Thread(**thread) for thread in json.loads(row["threads"])] if row else []
        return known, error.public, row["at"] if row else None
    services.store.note(
        "insert into ticket_list (subject_id, threads, at) values (:id, :threads, :now)"
        " on conflict (subject_id) do update set threads = excluded.threads, at = excluded.at",
        id=requester.subject,
        threads=json.dumps([thread._asdict() | {"messages": ()} for thread in threads[:MOST]]),
        now=services.now(),
    )
    return threads, "", None


def _colleagues(services: "Services", requester: "Requester") -> list[dict[str, Any]]:
    """Every ticket that was asked through the portal for the organisation of the session's claim."""
    rows = services.store.all(
        f"select {COLUMNS} from ticket where account = :account order by updated_at desc limit :most",  # noqa: S608
        account=requester.account or "",
        most=MOST,
    )
    return [_line(row, requester) for row in rows]


def _line(row: "Row", requester: "Requester", thread: Thread | None = None) -> dict[str, Any]:
    status = status_of(row, thread)
    said = max(row["own_at"] or 0, row["created_at"])
    own = row["subject_id"] == requester.subject
    return {
        "reference": row["reference"],
        "subject": row["subject"] or (thread.subject if thread else ""),
        "status": status,
        "word": word(status, waits=waits(row)),
        "last": "us" if status == "pending" or row["agent_at"] > said else "you" if row["state"] != DESK else "",
        "created_at": row["created_at"],
        "updated_at": max(thread.updated_at if thread else row["desk_at"] or 0, row["own_at"] or 0, row["created_at"]),
        "own": own,
        "new": own and row["agent_at"] > row["seen_at"],
        "owner": "" if own else row["name"] or row["email"],
        "state": STATES[row["state"]],
    }
