"""Ask us: from a form to a ticket that is never lost and never doubled, and the customer's own list of tickets."""

import hashlib
import json
import re
import secrets
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from werkzeug.wrappers import Response

from functions import drafts, outbox, sessions
from functions.errors import Problem, VendorError
from functions.http import came_from, client, json_response, see_other, wants_json
from functions.rate import limit
from functions.signin import by_mail
from portal.models import Requester
from portal.tickets import CONTEXT_LABELS, STATUS_WORDS, VOTES, Draft, Thread, Ticket, faults

if TYPE_CHECKING:
    from functions.http import Request
    from functions.services import Services
    from functions.sessions import Session
    from functions.stores import Row

# No letters or digits that look alike: a customer may have to read this aloud.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
WINDOW_MS = 10 * 60_000
# Hidden fields of the form that go back into it with the text; `context_came` is the row without JavaScript.
KEPT = ("key", "context_came", *(f"context_{name}" for name in CONTEXT_LABELS))


def submit(request: "Request", services: "Services") -> Response:
    """POST /api/tickets: file the ticket of a signed-in customer; keep anyone else's as a draft and ask them to
    sign in first (an open form that mails a typed address is a spam relay)."""
    draft = _read(request, services)
    wrong = faults(draft, _topics(services))
    if request.form.get("website"):
        wrong["website"] = "Leave this field empty."
    if wrong:
        return _form(request, services, draft, wrong)
    session = sessions.current(request, services)
    if session is None:
        limit(services, "draft", client(request, services.settings), times=20, per_seconds=3600)
        here = services.url(f"my/ask/?draft={drafts.keep(services, draft)}")
        # The form's second button: without it the way leads through the product's own sign-in.
        return _go(request, by_mail(services, here) if request.form.get("way") == "address" else here)
    key, also = _keys(services, session, draft, request.form.get("key", ""))
    row = _by_key(services, session.requester, key, also) or _file(services, session.requester, draft, key)
    return _go(request, services.url(f"my/ticket/?ref={row['reference']}&sent=1"))


def confirm(request: "Request", services: "Services") -> Response:
    """GET /my/ask/: what was written before signing in, and one button that sends it."""
    session = sessions.require(request, services)
    token = request.args.get("draft", "")
    row = drafts.find(services, token)
    if row is None:
        sent = _by_key(services, session.requester, _draft_key(token, session.requester))
        if sent:
            return see_other(services.url(f"my/ticket/?ref={sent['reference']}"))
        raise Problem(404, drafts.GONE)
    draft = drafts.of(row)
    product = services.portal["product"]
    return services.page(
        f"Send this to {product} support?",
        "ask_confirm.html",
        draft=draft,
        token=token,
        requester=session.requester,
        topic=_topics(services).get(draft.topic, draft.topic),
        context=_shown(draft, services),
    )


def send(request: "Request", services: "Services") -> Response:
    """POST /api/tickets/send: the button of `confirm`; a second press finds the ticket of the first."""
    token = request.form.get("draft", "")
    session = sessions.current(request, services)
    if session is None:  # signed out meanwhile: the page asks again, after signing in
        return _go(request, services.url(f"my/ask/?draft={quote(token)}"))
    key = _draft_key(token, session.requester)
    row = _by_key(services, session.requester, key) or _file(services, session.requester, token, key)
    return _go(request, services.url(f"my/ticket/?ref={row['reference']}&sent=1"))


def index(request: "Request", services: "Services") -> Response:
    """GET /my/tickets/: the customer's tickets, newest activity first; from our own record when the desk is down."""
    requester = sessions.require(request, services).requester
    own = services.store.all(
        "select * from ticket where subject_id = :subject order by updated_at desc limit 200", subject=requester.subject
    )
    problem = ""
    threads: list[Thread] = []
    try:
        threads = services.desk.tickets(requester)
    except VendorError as error:
        problem = error.public
    known = {thread.desk_ref for thread in threads}
    threads += [_own_thread(row) for row in own if row["desk_ref"] not in known]
    threads.sort(key=lambda thread: (thread.status == "solved", -thread.updated_at))
    return services.page("Your tickets", "tickets.html", threads=threads, words=STATUS_WORDS, problem=problem)


def show(request: "Request", services: "Services") -> Response:
    """GET /my/ticket/?ref=: one ticket; the same 404 for a foreign one and for none."""
    requester = sessions.require(request, services).requester
    row = services.store.one(
        "select * from ticket where reference = :reference and subject_id = :subject",
        reference=_plain(request.args.get("ref", ""), 20).upper(),
        subject=requester.subject,
    )
    if row is None:
        raise Problem(404, "There is no such ticket of yours.")
    problem = ""
    thread = _own_thread(row)
    if row["desk_ref"]:
        try:
            thread = services.desk.ticket(requester, row["desk_ref"])
        except VendorError as error:
            problem = error.public
    draft = drafts.of(row)
    return services.page(
        row["subject"],
        "ticket.html",
        thread=thread,
        reference=row["reference"],
        words=STATUS_WORDS,
        problem=problem,
        state=row["state"],
        sent=request.args.get("sent") == "1",
        body=row["body"],
        context=_shown(draft, services),
    )


def deliver(services: "Services", payload: dict[str, Any]) -> None:
    """Outbox `ticket.create`: give the ticket to the desk; the key makes a second call harmless."""
    row = services.store.one("select * from ticket where id = :id", id=payload["ticket"])
    if row is None or row["desk_ref"]:
        return  # erased on request, or an earlier delivery got through and died before it could say so
    requester = Requester(row["subject_id"], row["email"], row["name"], row["account"])
    ticket = Ticket(row["key"], row["reference"], requester, drafts.of(row), row["created_at"])
    try:
        desk_ref = services.desk.create(ticket)
    except VendorError as error:
        if error.kind in outbox.FINAL:  # the customer must not wait for what will never happen
            services.store.run("update ticket set state = 'failed' where id = :id", id=row["id"])
        raise
    services.store.run(
        "update ticket set desk_ref = :ref, state = 'delivered', updated_at = :now where id = :id",
        ref=desk_ref,
        now=services.now(),
        id=row["id"],
    )


def _read(request: "Request", services: "Services") -> Draft:
    """The draft in a form; context rows are enums, ids of articles that exist, or short plain text."""
    form = request.form
    articles = {article["id"]: article["title"] for article in services.portal["articles"]}
    article = form.get("context_article", "")
    if form.get("context_came"):  # the row without JavaScript, which knows only that there was an article
        article = article or came_from(request, services.settings, "from")
    read = [articles[part] for part in form.get("context_read", "").split(",")[:5] if part in articles]
    context = {
        "article": article if article in articles else "",
        "query": _plain(form.get("context_query", ""), 120),
        "vote": VOTES.get(form.get("context_vote", ""), ""),
        "read": "; ".join(read),
        "browser": _plain(form.get("context_browser", ""), 80),
    }
    return Draft(
        form.get("topic", ""),
        _plain(form.get("subject", ""), 1000),
        form.get("body", "").replace("\r\n", "\n").replace("\x00", "").strip(),
        {name: value for name, value in context.items() if value},
    )


def _plain(text: str, most: int) -> str:
    """One line of text without control characters."""
    return re.sub(r"[\x00-\x1f\x7f]+", " ", text).strip()[:most]


def _form(request: "Request", services: "Services", draft: Draft, wrong: dict[str, str]) -> Response:
    """422 with everything the customer typed: fields for a script, the same form again for a person."""
    if wants_json(request):
        raise Problem(422, "Look at the marked fields.", fields=wrong)
    kept = {name: request.form[name] for name in KEPT if name in request.form}
    return services.page(
        "Ask us", "ask_again.html", 422, draft=draft, wrong=wrong, kept=kept, topics=services.portal["topics"]
    )


def _go(request: "Request", location: str) -> Response:
    """To the next page: a redirect for a form, its address for a script."""
    return json_response({"location": location}, 201) if wants_json(request) else see_other(location)


def _file(services: "Services", requester: Requester, draft: Draft | str, key: str) -> "Row":
    """Ledger row and outbox row in one transaction, then a first delivery. `draft` may be the token of a kept one,
    which is used up by this: whoever comes second with it is told so. Raises Problem 404 or 429."""
    limit(services, "ticket", requester.subject, times=30, per_seconds=3600)
    delivery = ""
    with services.store.transaction():
        what = drafts.use_up(services, draft) if isinstance(draft, str) else draft
        row = _insert(services, requester, what, key)
        if row is not None:
            delivery = outbox.put(services, "ticket.create", {"ticket": row["id"]}, subject_id=requester.subject)
    if delivery:
        outbox.deliver_first(services, delivery)
    row = row or _by_key(services, requester, key)  # a request with the same key was faster
    if row is None:
        raise Problem(503, "Your message could not be saved just now. Go back and send it again.")
    return row


def _insert(services: "Services", requester: Requester, draft: Draft, key: str) -> "Row | None":
    return services.store.one(
        "insert into ticket (id, reference, key, subject_id, account, email, name, topic, subject, body, context,"
        " state, created_at, updated_at)"
        " values (:id, :reference, :key, :subject_id, :account, :email, :name, :topic, :subject, :body, :context,"
        " 'accepted', :now, :now) on conflict (subject_id, key) do nothing returning *",
        id=secrets.token_hex(12),
        reference=_reference(),
        key=key,
        subject_id=requester.subject,
        account=requester.account,
        email=requester.email,
        name=requester.name,
        topic=draft.topic,
        subject=draft.subject,
        body=draft.body,
        context=json.dumps(draft.context),
        now=services.now(),
    )


def _by_key(services: "Services", requester: Requester, key: str, also: str = "") -> "Row | None":
    """The customer's ticket that was filed under `key`, or under the other key it may have."""
    return services.store.one(
        "select * from ticket where subject_id = :subject and key in (:key, :also)",
        subject=requester.subject,
        key=key,
        also=also,
    )


def _keys(services: "Services", session: "Session", draft: Draft, given: str) -> tuple[str, str]:
    """The idempotency key of a message: from the page's own key, or without one from this ten-minute window, with
    that of the window before beside it. The message is part of it, so an edited text is a new ticket."""
    message = json.dumps(asdict(draft), sort_keys=True)

    def key(moment: str) -> str:
        return hashlib.sha256("\n".join([moment, session.requester.subject, message]).encode()).hexdigest()[:40]

    if re.fullmatch(r"[A-Za-z0-9-]{16,64}", given):
        return key(given), ""
    window = services.now() // WINDOW_MS
    return key(f"window-{window}"), key(f"window-{window - 1}")


def _draft_key(token: str, requester: Requester) -> str:
    """The key of the ticket that a draft becomes, so that its second sending finds the first."""
    return "draft-" + hashlib.sha256(f"{token}\n{requester.subject}".encode()).hexdigest()[:34]


def _reference() -> str:
    """Opaque, and unguessable enough that a foreign one is not found by trying: 30^8."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def _own_thread(row: "Row") -> Thread:
    """A ticket as our own record has it, until the desk's answer is there."""
    return Thread(row["desk_ref"] or "", row["reference"], row["subject"], "open", row["created_at"], row["updated_at"])


def _topics(services: "Services") -> dict[str, str]:
    return {topic["id"]: topic["title"] for topic in services.portal["topics"]}


def _shown(draft: Draft, services: "Services") -> list[tuple[str, str]]:
    """The rows of "We sent this along": label and text; an article is shown by its title."""
    titles = {article["id"]: article["title"] for article in services.portal["articles"]}
    return [
        (CONTEXT_LABELS[name], titles.get(value, value))
        for name, value in draft.context.items()
        if name in CONTEXT_LABELS
    ]
