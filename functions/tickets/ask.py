"""Contact support: the form's handlers. A ticket is never lost and never doubled."""

import json
from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from functions import outbox, pages
from functions.errors import Problem
from functions.http import client, json_response, see_other, wants_json
from functions.rate import limit
from functions.signin import drafts, sessions
from functions.signin.ways import way_in
from functions.tickets import form, ledger, uploads
from portal.addresses import normalise, subject_of_typed
from portal.models import Requester
from portal.tickets import Draft, File, faults
from portal.tickets.files import ACCEPT

if TYPE_CHECKING:
    from functions.http import Request
    from functions.services import Services
    from functions.signin.sessions import Session
    from functions.stores import Row

PARENTS = (("ask/", "Contact support"),)
NO_FILES = "For security, we accept files only after you sign in. Remove them, or sign in first."
NO_ADDRESS = "Enter your full email address, like ada@example.com."
UNVERIFIED = "not verified: typed into the form, so don't trust it until the customer has answered from it"


def submit(request: "Request", services: "Services") -> Response:
    """POST /api/tickets: file the ticket of a signed-in customer. Without a session the message is kept until they sign
    in: an open form that mails a typed address is a spam relay."""
    draft = form.read(request, services)
    files, fault = uploads.read(request)
    session = _asker(request, services)
    wrong = faults(draft, form.topics(services)) | ({"files": fault} if fault else {})
    if request.form.get("website"):
        wrong["website"] = "Leave this field empty."
    if session is None:
        wrong |= _strangers_faults(request, services, files)
    if wrong:
        return _again(request, services, draft, wrong, stranger=session is None)
    if session is None:
        limit(services, "draft", client(request, services.settings), times=20, per_seconds=3600)
        return _unknown(request, services, draft, files)
    key, also = ledger.keys(services, session.requester.subject, draft._asdict(), files, request.form.get("key", ""))
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
            raise Problem(
                403, "Only customers with an account can contact support here, and this portal has no sign-in."
            )
        return see_other(way_in(services, drafts.page(services, token)))
    row = drafts.find(services, token, session.requester.email)
    if row is None:
        sent = ledger.sent_draft(services, token, session.requester.subject)
        if sent:
            return see_other(services.url(f"my/ticket/?ref={sent['reference']}"))
        raise Problem(404, drafts.GONE)
    # From now on it stands among their requests until it is sent.
    drafts.belongs_to(services, row, session.requester.email)
    return _confirm(services, session, row, token)


def send(request: "Request", services: "Services") -> Response:
    """POST /api/tickets/send: send a draft, or with `discard=1` delete it. A second press finds the ticket of the
    first."""
    # In the address where the email was confirmed, and the browser goes on with its POST.
    token = request.form.get("draft") or request.args.get("draft", "")
    session = _asker(request, services)
    if session is None:  # signed out meanwhile: the page asks again, after signing in
        return answer(request, drafts.page(services, token))
    kept = drafts.find(services, token, session.requester.email)
    if kept is None:
        row = ledger.sent_draft(services, token, session.requester.subject)
        if row is None:
            raise Problem(404, drafts.GONE)
        return answer(request, _sent(services, row))
    if request.form.get("discard"):
        drafts.use_up(services, token, session.requester.email)
        return answer(request, services.url("my/tickets/"))
    return _send(request, services, session, kept, token)


def _send(request: "Request", services: "Services", session: "Session", kept: "Row", token: str) -> Response:
    files, fault = uploads.read(request)
    if fault and wants_json(request):
        raise Problem(422, fault, fields={"files": fault})
    if fault:
        tell = bool(request.form.get(form.ACCOUNT))
        return _confirm(services, session, kept, token, {"files": fault}, 422, tell)
    facts = form.with_account(json.loads(kept["facts"]), session, request)
    key = ledger.draft_key(kept["token_hash"], session.requester.subject)
    row = _file(services, session.requester, drafts.from_row(kept), key, files, facts, token)
    missing = json.loads(kept["files"]) and not files
    return answer(request, _sent(services, row) + ("&add=1" if missing else ""))


def sent_page(request: "Request", services: "Services") -> Response:
    """GET /my/ask/sent/?ref=: thanks for a ticket of an unverified address; shows only the reference in the address."""
    reference = request.args.get("ref", "")
    if not ledger.REFERENCE.fullmatch(reference):  # anyone can write an address, and it is shown as our words
        raise Problem(404, "There is no page here.")
    return pages.render(services, "We received your request", "tickets/sent.html", reference=reference)


def answer(request: "Request", location: str) -> Response:
    """A redirect to the next page for a form, its address as JSON for a script."""
    return json_response({"location": location}, 201) if wants_json(request) else see_other(location)


def _strangers_faults(request: "Request", services: "Services", files: list[File]) -> dict[str, str]:
    """What is wrong with the form of someone who is not signed in."""
    anonymous, wrong = services.settings.tickets_anonymous, {}
    wanted = anonymous == "open" or (anonymous == "verify" and _by_address(request))
    if wanted and (anonymous == "open" or services.settings.mail_sign_in) and _address(request) is None:
        wrong["email"] = NO_ADDRESS
    if anonymous == "open" and files:
        wrong["files"] = NO_FILES
    return wrong


def _address(request: "Request") -> str | None:
    return normalise(request.form.get("email", ""))


def _by_address(request: "Request") -> bool:
    """Whether a stranger asks with an email address: they typed one, and did not press "Sign in to send"."""
    way = request.form.get("way", "")
    return way != "account" and bool(request.form.get("email", "").strip() or way == "address")


def _unknown(request: "Request", services: "Services", draft: Draft, files: list[File]) -> Response:
    """Keep the message of someone who is not signed in, or file it in an open portal. Files are not kept: the form
    could be used to fill the disk."""
    facts = form.facts(request, services)
    settings = services.settings
    if settings.tickets_anonymous == "open":
        return _open(request, services, draft, facts)
    names = [file.name for file in files]
    address = _address(request) if _by_address(request) else None
    if address is None or not settings.mail_sign_in or settings.tickets_anonymous != "verify":
        return answer(request, drafts.page(services, drafts.keep(services, draft, facts, names)))
    page_key = ledger.page_key(request.form.get("key", ""))
    # Imported here, since a customer with a session needs none of it.
    from functions.signin import with_mail

    token = drafts.keep(services, draft, facts, names, owner=address, page_key=page_key)
    location, after = with_mail.ask(request, services, address, drafts.page(services, token), page_key)
    response = answer(request, location)
    if after:  # after the answer, so that its time says nothing of the address
        response.call_on_close(after)
    return response


def _open(request: "Request", services: "Services", draft: Draft, facts: dict[str, str]) -> Response:
    """File a ticket of an unverified address: agents are told, no mail is sent, and no page here shows the ticket,
    not even to the address's owner."""
    address = _address(request) or ""
    subject = subject_of_typed(address)
    requester = Requester(subject, address)
    key, also = ledger.keys(services, subject, draft._asdict(), (), request.form.get("key", ""))
    row = ledger.by_key(services, subject, key, also)
    row = row or _file(services, requester, draft, key, [], facts | {"Email address": UNVERIFIED})
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
            drafts.use_up(services, token, requester.email)
        row = ledger.add(services, requester, draft, key, facts=facts, files=files if fits else ())
    if row is not None:
        row["without_files"] = not fits
        outbox.deliver_first(services, row["delivery"])
    row = row or ledger.by_key(services, requester.subject, key)  # a request with the same key was faster
    if row is None:
        raise Problem(503, "We couldn't save your message. Go back and send it again.")
    return row


def _confirm(
    services: "Services",
    session: "Session",
    row: "Row",
    token: str,
    wrong: dict[str, str] | None = None,
    status: int = 200,
    tell: bool | None = None,
) -> Response:
    draft, facts = drafts.from_row(row), json.loads(row["facts"])
    return pages.render(
        services,
        f"Send your question to {services.portal['product']} support?",
        "tickets/confirm.html",
        status,
        draft=draft,
        token=token,
        requester=session.requester,
        topic=form.topics(services).get(draft.topic, draft.topic),
        context=form.shown(draft, form.without_refusal(facts), services),
        told=session.told,
        tell=not form.refused(facts) if tell is None else tell,
        file_types=ACCEPT,
        left_files=json.loads(row["files"]),
        wrong=wrong or {},
        parents=PARENTS,
        leads_away=True,
    )


def _again(request: "Request", services: "Services", draft: Draft, wrong: dict[str, str], stranger: bool) -> Response:
    """422 with everything the customer typed: fields for a script, the same form again for a person."""
    if wants_json(request):
        raise Problem(422, "Check the marked fields.", fields=wrong)
    return pages.render(
        services,
        "Contact support",
        "tickets/again.html",
        422,
        draft=draft,
        wrong=wrong,
        kept={name: request.form[name] for name in form.KEPT if name in request.form},
        context=form.again(request, services, draft),
        tell=bool(request.form.get(form.ACCOUNT)),
        account=bool(services.settings.oidc_issuer),
        topics=form.topics(services),
        anonymous=services.settings.tickets_anonymous,
        stranger=stranger,
        email=ledger.plain(request.form.get("email", ""), 254),
        file_types=ACCEPT,
        had_files=any(upload.filename for upload in request.files.getlist("files")),
        parents=PARENTS,
        leads_away=True,
    )
