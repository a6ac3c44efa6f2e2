"""Ask us: the form's handlers. A ticket is never lost and never doubled."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING
from urllib.parse import quote

from werkzeug.wrappers import Response

from functions import outbox, pages
from functions.errors import Problem
from functions.http import client, json_response, see_other, wants_json
from functions.rate import limit
from functions.signin import drafts, sessions
from functions.signin.ways import by_mail, way_in
from functions.tickets import form, ledger, uploads
from portal.addresses import normalise, subject_of_typed
from portal.models import Requester
from portal.tickets import Draft, File, faults

if TYPE_CHECKING:
    from functions.http import Request
    from functions.services import Services
    from functions.signin.sessions import Session
    from functions.stores import Row

PARENTS = (("ask/", "Ask us"),)
NO_FILES = "We take files only from people who are signed in. Remove them, or sign in first."
UNVERIFIED = "not verified: typed into the form, so do not trust it before the customer answered from it"


def submit(request: "Request", services: "Services") -> Response:
    """POST /api/tickets: file the ticket of a signed-in customer. Without a session the message is kept until they sign
    in: an open form that mails a typed address is a spam relay."""
    draft = form.read(request, services)
    files, fault = uploads.read(request)
    session = _asker(request, services)
    anonymous = services.settings.tickets_anonymous
    wrong = faults(draft, form.topics(services)) | ({"files": fault} if fault else {})
    if request.form.get("website"):
        wrong["website"] = "Leave this field empty."
    if session is None and anonymous == "open" and normalise(request.form.get("email", "")) is None:
        wrong["email"] = "Write your whole e-mail address, like ada@example.com."
    if session is None and anonymous == "open" and files:
        wrong["files"] = NO_FILES
    if wrong:
        return _again(request, services, draft, wrong, stranger=session is None)
    if session is None:
        limit(services, "draft", client(request, services.settings), times=20, per_seconds=3600)
        return _unknown(request, services, draft, files)
    key, also = ledger.keys(services, session.requester.subject, asdict(draft), files, request.form.get("key", ""))
    row = ledger.by_key(services, session.requester.subject, key, also)
    facts = form.with_account(form.facts(request, services), session, request)
    row = row or _file(services, session.requester, draft, key, files, facts)
    return answer(request, _sent(services, row))


def confirm_page(request: "Request", services: "Services") -> Response:
    """GET /my/ask/: the draft written before signing in, and a button that sends it."""
    token = request.args.get("draft", "")
    session = sessions.require(request, services)
    if not _enough(services, session):
        if not services.settings.oidc_issuer:
            raise Problem(403, "This portal takes questions from people with an account, and has no sign-in for them.")
        return see_other(way_in(services, services.url(f"my/ask/?draft={quote(token, safe='')}")))
    row = drafts.find(services, token)
    if row is None:
        subject = session.requester.subject
        sent = ledger.by_key(services, subject, ledger.draft_key(token, subject))
        if sent:
            return see_other(services.url(f"my/ticket/?ref={sent['reference']}"))
        raise Problem(404, drafts.GONE)
    return _confirm(services, session, row, token)


def send(request: "Request", services: "Services") -> Response:
    """POST /api/tickets/send: the button of `confirm_page`; a second press finds the ticket of the first."""
    token = request.form.get("draft", "")
    session = _asker(request, services)
    if session is None:  # signed out meanwhile: the page asks again, after signing in
        return answer(request, services.url(f"my/ask/?draft={quote(token)}"))
    subject = session.requester.subject
    key = ledger.draft_key(token, subject)
    row = ledger.by_key(services, subject, key)
    if row is None:
        files, fault = uploads.read(request)
        kept = drafts.find(services, token)
        if kept is None:
            raise Problem(404, drafts.GONE)
        if fault and wants_json(request):
            raise Problem(422, fault, fields={"files": fault})
        if fault:
            return _confirm(
                services, session, kept, token, {"files": fault}, 422, bool(request.form.get("context_account"))
            )
        facts = form.with_account(json.loads(kept["facts"]), session, request)
        row = _file(services, session.requester, drafts.from_row(kept), key, files, facts, token)
    return answer(request, _sent(services, row))


def sent_page(request: "Request", services: "Services") -> Response:
    """GET /my/ask/sent/?ref=: thanks for a ticket of an unverified address; shows only the reference in the address."""
    reference = request.args.get("ref", "")
    if not ledger.REFERENCE.fullmatch(reference):  # anyone can write an address, and it is shown as our words
        raise Problem(404, "There is no page here.")
    return pages.render(services, "We have your message", "tickets/sent.html", reference=reference)


def answer(request: "Request", location: str) -> Response:
    """A redirect to the next page for a form, its address as JSON for a script."""
    return json_response({"location": location}, 201) if wants_json(request) else see_other(location)


def _unknown(request: "Request", services: "Services", draft: Draft, files: list[File]) -> Response:
    """Keep the message of someone who is not signed in, or file it in an open portal. Files are not kept: the form
    could be used to fill the disk."""
    facts = form.facts(request, services)
    if services.settings.tickets_anonymous == "open":
        return _open(request, services, draft, facts)
    here = services.url(f"my/ask/?draft={drafts.keep(services, draft, facts, [file.name for file in files])}")
    # The form's second button: without it the way leads through the product's own sign-in.
    address = request.form.get("way") == "address" and services.settings.tickets_anonymous == "verify"
    return answer(request, by_mail(services, here) if address else here)


def _open(request: "Request", services: "Services", draft: Draft, facts: dict[str, str]) -> Response:
    """File a ticket of an unverified address: agents are told, no mail is sent, and no page here shows the ticket,
    not even to the address's owner."""
    address = normalise(request.form.get("email", "")) or ""
    subject = subject_of_typed(address)
    requester = Requester(subject, address)
    key, also = ledger.keys(services, subject, asdict(draft), (), request.form.get("key", ""))
    row = ledger.by_key(services, subject, key, also)
    row = row or _file(services, requester, draft, key, [], facts | {"E-mail address": UNVERIFIED})
    return answer(request, services.url(f"my/ask/sent/?ref={row['reference']}"))


def _sent(services: "Services", row: "Row") -> str:
    """The ticket's page, which thanks for it; with `files=0` it says that the files were not taken."""
    files = "&files=0" if row.get("without_files") else ""
    return services.url(f"my/ticket/?ref={row['reference']}&sent=1{files}")


def _asker(request: "Request", services: "Services") -> "Session | None":
    """The session, if it is enough to file a ticket, or None."""
    session = sessions.current(request, services)
    return session if session and _enough(services, session) else None


def _enough(services: "Services", session: "Session") -> bool:
    """With TICKETS_ANONYMOUS=off a proven address is not enough."""
    return services.settings.tickets_anonymous != "off" or session.claims.get("level") != "address"


def _file(
    services: "Services",
    requester: Requester,
    draft: Draft,
    key: str,
    files: list[File],
    facts: dict[str, str],
    token: str = "",
) -> "Row":
    """Ledger row and outbox row in one transaction, then a first delivery. The draft
    of `token` is deleted with it. Raises Problem 404 when that is gone, and 429."""
    limit(services, "ticket", requester.subject, times=30, per_seconds=3600)
    fits = ledger.may_keep(services, requester.subject, files)
    with services.store.transaction():
        if token:
            drafts.use_up(services, token)
        row = ledger.add(services, requester, draft, key, facts=facts, files=files if fits else ())
    if row is not None:
        row["without_files"] = not fits
        outbox.deliver_first(services, row["delivery"])
    row = row or ledger.by_key(services, requester.subject, key)  # a request with the same key was faster
    if row is None:
        raise Problem(503, "Your message could not be saved just now. Go back and send it again.")
    return row


def _confirm(
    services: "Services",
    session: "Session",
    row: "Row",
    token: str,
    wrong: dict[str, str] | None = None,
    status: int = 200,
    tell: bool = True,
) -> Response:
    draft = drafts.from_row(row)
    return pages.render(
        services,
        f"Send this to {services.portal['product']} support?",
        "tickets/confirm.html",
        status,
        draft=draft,
        token=token,
        requester=session.requester,
        topic=form.topics(services).get(draft.topic, draft.topic),
        context=form.shown(draft, json.loads(row["facts"]), services),
        told=session.told,
        tell=tell,
        file_types=",".join(uploads.TYPES),
        left_files=json.loads(row["files"]),
        wrong=wrong or {},
        parents=PARENTS,
        leads_away=True,
    )


def _again(request: "Request", services: "Services", draft: Draft, wrong: dict[str, str], stranger: bool) -> Response:
    """422 with everything the customer typed: fields for a script, the same form again for a person."""
    if wants_json(request):
        raise Problem(422, "Look at the marked fields.", fields=wrong)
    return pages.render(
        services,
        "Ask us",
        "tickets/again.html",
        422,
        draft=draft,
        wrong=wrong,
        kept={name: request.form[name] for name in form.KEPT if name in request.form},
        context=form.again(request, services, draft),
        tell=bool(request.form.get(form.ACCOUNT)),
        topics=services.portal["topics"],
        anonymous=services.settings.tickets_anonymous,
        stranger=stranger,
        email=ledger.plain(request.form.get("email", ""), 254),
        file_types=",".join(uploads.TYPES),
        had_files=any(upload.filename for upload in request.files.getlist("files")),
        parents=PARENTS,
        leads_away=True,
    )
