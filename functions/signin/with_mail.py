"""Sign-in by email: a link and a code prove that someone reads an address.

Every address gets the same page and the same email, so nothing can be learned about an address. GET changes nothing: a
link signs in the browser that presses its button, a code only the page that asked. Each works once, and a link that an
email scanner has used up leaves the code valid.
"""

import hmac
import logging
import re
import secrets
from collections.abc import Callable
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import quote

from werkzeug.wrappers import Response

from functions import outbox, pages
from functions.errors import Problem, VendorError
from functions.http import Request, client, json_response, see_other, wants_json
from functions.mail.addresses import may_mail, proven
from functions.rate import limit
from functions.signin import drafts, mail_code, sessions
from functions.signin.ways import MORE, by_mail, return_path, way_in
from functions.stores.people import Held
from portal.addresses import normalise, subject
from portal.clock import MINUTE_MS
from portal.models import Requester

if TYPE_CHECKING:
    from functions.services import Services
    from functions.stores import Row

ATTEMPTS = 5
PAGE = "my/verify/"
PARENTS = ((PAGE, "Sign in"),)
TITLE = "Sign in by email"
ASK_TITLE = "Confirm your email to send your question"
CHECK_USED = "Try again: this page was already used, or was open for too long."
EARLY = "This page wasn't ready yet. It continues by itself now. If nothing happens, try again."
# Longer addresses are cut or refused by email programs.
LETTER_MOST = 1500
PEOPLE = (Held("verify", "address = :address"),)

log = logging.getLogger(__name__)


def form_page(request: Request, services: "Services") -> Response:
    """GET /my/verify/?return=: the form for an address."""
    back = return_path(request.args.get("return", ""), services)
    if not services.settings.mail_sign_in:
        if services.settings.oidc_issuer:
            return see_other(way_in(services, back))
        raise Problem(404, "You can't sign in to this help centre. Email us instead.")
    if sessions.current(request, services) is not None:
        return see_other(back)
    # The address was typed into the form of a question already: this page only does the bot check, by itself.
    asked = drafts.behind(services, back)
    typed = asked[1]["owner"] if asked else ""
    return _form(services, back, typed, goes_on=bool(typed) and "change" not in request.args)


def send_mail(request: Request, services: "Services") -> Response:
    """POST /api/verify: mail a link and a code, and redirect to the field for the code."""
    _must_be_on(services)
    form = request.form
    back = return_path(form.get("return", ""), services)
    typed, page_id = form.get("email", "").strip(), form.get("ask", "")
    try:
        _count(request, services)
    except Problem as problem:
        if wants_json(request):
            raise
        return _slowed(_form(services, back, typed, page_id, limit=problem.public), problem)
    address = normalise(typed)
    if address is None:
        return _form(services, back, typed, page_id, email="Enter your full email address, like ada@example.com.")
    if form.get("website"):
        return _form(services, back, typed, page_id, website="Leave this field empty.")
    row = _row(services, page_id)
    # The same page asks again: back button, second press, or its own "send another". One check is enough for it.
    if row is None or row["address"] != address:
        answer = form.get("check", "")
        refused = _refused(services, answer)
        if refused:
            # Without any answer the page's script was not there yet: the next page answers and sends by itself.
            return _form(
                services, back, typed, page_id, goes_on=not answer, **{"check" if answer else "early": refused}
            )
        page_id = page_id if row is None and re.fullmatch(r"[\w-]{32}", page_id) else _random()
    delivery = _keep(services, page_id, address, back)
    response = see_other(services.url(f"my/verify/sent/?ask={page_id}"))
    if delivery:
        # After the answer, so that its time says nothing; without that chance the tick delivers.
        response.call_on_close(lambda: outbox.deliver(services, delivery))
    return response


def puzzle(request: Request, services: "Services") -> Response:
    """GET /api/verify: the bot check's name and puzzle, for another form that has an address field."""
    _must_be_on(services)
    return json_response({"check": services.bots.name, "puzzle": services.bots.puzzle()})


def ask(
    request: Request, services: "Services", address: str, back: str, page_key: str
) -> tuple[str, Callable[[], object] | None]:
    """Another form's address, normalised, that is to be proven: the next page's address, and what is to be done after
    the answer. That page has the field for the code, or does the bot check when the form's field `check` has none."""
    _count(request, services)
    # A second press of the same form leads to the page whose code is in the email already.
    page_id = mail_code.page_id(services.settings.secret_keys[0], page_key, address) if page_key else _random()
    row = _row(services, page_id)
    if (row is None or row["address"] != address) and _refused(services, request.form.get("check", "")):
        return by_mail(services, back), None
    delivery = _keep(services, page_id, address, back)
    after = (lambda: outbox.deliver(services, delivery)) if delivery else None
    return services.url(f"my/verify/sent/?ask={page_id}"), after


def sent_page(request: Request, services: "Services") -> Response:
    """GET /my/verify/sent/?ask=: what to do next, and the field for the code."""
    _must_be_on(services)
    page_id = request.args.get("ask", "")
    row = _row(services, page_id)
    session = sessions.current(request, services)
    if session is not None and (row is None or session.requester.email == row["address"]):
        return see_other(row["back"] if row else services.url("my/"))
    if row is None:
        return _gone(services)
    return _sent(services, row, page_id)


def enter_code(request: Request, services: "Services") -> Response:
    """POST /api/verify/code: sign in by the code, in the page that asked for it; five attempts."""
    _must_be_on(services)
    limit(services, "verify-code", client(request, services.settings), times=60, per_seconds=3600)
    page_id = request.form.get("ask", "")
    digits = mail_code.typed(request.form.get("code", ""))
    row = services.store.one(
        "update verify set attempts = attempts + 1"
        " where id = :id and attempts < :most and expires_at > :now returning *",
        id=_hash(page_id),
        most=ATTEMPTS,
        now=services.now(),
    )
    if row is None and not _row(services, page_id):
        return _gone(services)
    if row is None or not _is_code(services, row, digits):
        # Not an answer of its own: coming back to one, a browser asks whether to send the form again.
        return see_other(services.url(f"my/verify/sent/?ask={page_id}"))
    # Both ways in are over, and of two tabs one is first.
    if not services.store.run("delete from verify where id = :id", id=row["id"]):
        return _gone(services)
    return _sign_in(request, services, row)


def link_page(request: Request, services: "Services") -> Response:
    """GET /my/verify/open/?token=: the email's link; a page with a button, which opening does not use up."""
    _must_be_on(services)
    token = request.args.get("token", "")
    row = services.store.one(
        "select * from verify where token_hash = :hash and expires_at > :now",
        hash=mail_code.token_hash(token),
        now=services.now(),
    )
    session = sessions.current(request, services)
    if row is None:
        return _used(services, session)
    # Warn before replacing an account's session: with an address alone, billing is closed.
    same = session is not None and session.requester.subject == subject(row["address"])
    now_as = session.requester.email if session and not same else ""
    asked = drafts.behind(services, row["back"])
    template = "signin/ask_open.html" if asked else "signin/mail_open.html"
    draft = drafts.from_row(asked[1]) if asked else None
    return _private(
        pages.render(services, "Sign in", template, address=row["address"], token=token, now_as=now_as, draft=draft)
    )


def confirm(request: Request, services: "Services") -> Response:
    """POST /api/verify/open: the button of `link_page` signs in the browser that pressed it, once."""
    _must_be_on(services)
    # Every browser says which site a form comes from. What does not is a scanner's script.
    if request.headers.get("Sec-Fetch-Site", request.headers.get("Origin")) is None:
        raise Problem(403, "Open the link in a browser and choose Sign in there.")
    row = services.store.one(
        "update verify set token_hash = null where token_hash = :hash and expires_at > :now returning *",
        hash=mail_code.token_hash(request.form.get("token", "")),
        now=services.now(),
    )
    if row is None:
        return _used(services, sessions.current(request, services))
    return _sign_in(request, services, row)


def purge(services: "Services", deadline: float) -> None:
    """Job of the tick: forget links and codes that are over."""
    services.store.run("delete from verify where expires_at < :now", now=services.now())


def _count(request: Request, services: "Services") -> None:
    limit(services, "verify", client(request, services.settings), times=20, per_seconds=3600)


def _slowed(response: Response, problem: Problem) -> Response:
    """The form that keeps what was typed, as the answer to one press too many."""
    response.status_code = problem.status
    response.headers["Retry-After"] = str(problem.retry_after)
    return response


def _must_be_on(services: "Services") -> None:
    if not services.settings.mail_sign_in:
        raise Problem(404, "This help centre has no sign-in by email.")


def _keep(services: "Services", page_id: str, address: str, back: str) -> str | None:
    """Keep what was asked for, with a new link and code when the address may be mailed; returns the outbox row."""
    row_id, nonce, key = _hash(page_id), secrets.token_hex(12), services.settings.secret_keys[0]
    with services.store.transaction():
        services.store.run(
            "insert into verify (id, address, back, nonce, attempts, expires_at)"
            " values (:id, :address, :back, '', 0, :until) on conflict (id) do update set address = :address,"
            " back = :back, nonce = '', token_hash = null, code_hash = null, attempts = 0, expires_at = :until"
            " where verify.expires_at <= :now",
            id=row_id,
            address=address,
            back=back,
            now=services.now(),
            until=services.now() + mail_code.VALID_MS,
        )
        # The same form again, with another text.
        services.store.run(
            "update verify set back = :back where id = :id and address = :address",
            back=back,
            id=row_id,
            address=address,
        )
        if not may_mail(services, address):
            return None
        services.store.run(
            "update verify set nonce = :nonce, token_hash = :token, code_hash = :code, attempts = 0,"
            " expires_at = :until where id = :id and address = :address",
            nonce=nonce,
            token=mail_code.token_hash(mail_code.token(key, row_id, nonce)),
            code=mail_code.code_hash(key, row_id, mail_code.code(key, row_id, nonce)),
            until=services.now() + mail_code.VALID_MS,
            id=row_id,
            address=address,
        )
        payload = {"verify": row_id, "nonce": nonce}
        return outbox.put(services, "mail.verify", payload, subject_id=subject(address))


def _row(services: "Services", page_id: str) -> "Row | None":
    """The request of the page with this id, until it expires."""
    return services.store.one(
        "select * from verify where id = :id and expires_at > :now", id=_hash(page_id), now=services.now()
    )


def _is_code(services: "Services", row: "Row", digits: str) -> bool:
    keys = services.settings.secret_keys
    return any(hmac.compare_digest(mail_code.code_hash(key, row["id"], digits), row["code_hash"] or "") for key in keys)


def _refused(services: "Services", answer: str) -> str:
    """Why the bot check did not let this pass, or nothing."""
    try:
        passed = services.bots.passes(answer)
    except VendorError as error:
        log.warning("bot check: %s", error.detail)
        return error.public
    return "" if passed else CHECK_USED if answer else EARLY


def _sign_in(request: Request, services: "Services", row: "Row") -> Response:
    sessions.end(request, services)
    proven(services, row["address"])
    requester = Requester(subject(row["address"]), row["address"])
    asked = drafts.behind(services, row["back"])
    # The customer has pressed "Confirm and send": 307 lets the browser send the draft, now with a session.
    send = services.url(f"api/tickets/send?draft={quote(asked[0], safe='')}") if asked else ""
    response = Response(status=307, headers={"Location": send}) if send else see_other(row["back"])
    sessions.set_cookie(response, sessions.start(services, requester, {"level": "address"}), services)
    return _private(response)


def _form(
    services: "Services", back: str, typed: str = "", page_id: str = "", *, goes_on: bool = False, **wrong: str
) -> Response:
    """The form for an address; it sends itself with `goes_on`, or when it was sent before its script was there."""
    bots = services.bots
    return pages.render(
        services,
        TITLE,
        "signin/mail_form.html",
        422 if wrong else 200,
        wrong=wrong,
        typed=typed[:300],
        goes_on=goes_on,
        ask=page_id or _random(),
        back=back,
        check=bots.name,
        puzzle=bots.puzzle(),
        letter=_letter(services, back),
        account=way_in(services, back) if services.settings.oidc_issuer else "",
        sees_more=pages.offers(services, MORE),
    )


def _sent(services: "Services", row: "Row", page_id: str) -> Response:
    left = ATTEMPTS - row["attempts"]
    asked = drafts.behind(services, row["back"])
    return _private(
        pages.render(
            services,
            ASK_TITLE if asked else "Check your email",
            "signin/ask_sent.html" if asked else "signin/mail_sent.html",
            address=row["address"],
            ask=page_id,
            back=row["back"],
            left=max(left, 0),
            tried=row["attempts"] > 0,
            change=f"{by_mail(services, row['back'])}&change=1",
            question=asked[1]["subject"] if asked else "",
            parents=() if asked else PARENTS,
        )
    )


def _used(services: "Services", session: sessions.Session | None) -> Response:
    if session is not None:
        return see_other(services.url("my/"))
    return _gone(services)


def _gone(services: "Services") -> Response:
    return pages.render(
        services,
        "This link no longer works",
        "signin/mail_gone.html",
        410,
        minutes=mail_code.VALID_MS // MINUTE_MS,
        again=services.url(PAGE),
        parents=PARENTS,
    )


def _letter(services: "Services", back: str) -> str:
    """A mailto: link to support with the draft's text, for browsers without JavaScript."""
    to = services.portal.get("support_email")
    if not to:
        return ""
    asked = drafts.behind(services, back)
    letter = f"mailto:{to}"
    if asked is None:
        return letter
    draft = drafts.from_row(asked[1])
    body = draft.body
    while len(quote(body)) > LETTER_MOST:
        body = body[: len(body) * 9 // 10]
    return f"{letter}?subject={quote(draft.subject)}&body={quote(body)}"


def _private(response: Response) -> Response:
    """The address of this page is a secret. Not `no-referrer`: browsers then send forms with `Origin: null`."""
    response.headers["Referrer-Policy"] = "strict-origin"
    return response


def _random() -> str:
    return secrets.token_urlsafe(24)


def _hash(page_id: str) -> str:
    return sha256(page_id.encode()).hexdigest()
