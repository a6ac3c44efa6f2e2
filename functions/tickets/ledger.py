"""The portal's own record of tickets: what was accepted, under which key, and the desk's last answer."""

import base64
import hashlib
import json
import re
import secrets
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from functions import outbox
from functions.rate import limit_reading, spend
from functions.signin import drafts
from portal.clock import MINUTE_MS
from portal.models import ORGANISATION_SCOPE, Requester
from portal.tickets import Draft, File, Reply, Thread, Ticket

if TYPE_CHECKING:
    from functions.services import Services
    from functions.stores import Row

# No letters or digits that look alike: a customer may have to read this aloud.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
REFERENCE = re.compile(f"[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}")
# Calls to the desk for one customer's pages within LOOKS_SECONDS; more than a person needs.
LOOKS, LOOKS_SECONDS = 300, 600
WINDOW_MS = 10 * MINUTE_MS
# `accepted` waits for the desk, `delivered` is there, `mailed` went to the support mailbox, `failed` needs a person,
# `desk` was made in the desk and has only its reference here.
WAITING, DELIVERED, MAILED, FAILED, DESK = "accepted", "delivered", "mailed", "failed", "desk"


def add(
    services: "Services",
    requester: Requester,
    draft: Draft,
    key: str,
    *,
    facts: Mapping[str, str] | None = None,
    files: Iterable[File] = (),
    follows: str = "",
) -> "Row | None":
    """Write a ticket with its files and its delivery, inside a transaction; None when the key is known already."""
    row = services.store.one(
        "insert into ticket (id, reference, key, subject_id, account, email, name, topic, subject, body, context,"
        " state, created_at, updated_at, facts, follows)"
        " values (:id, :reference, :key, :subject_id, :account, :email, :name, :topic, :subject, :body, :context,"
        " 'accepted', :now, :now, :facts, :follows) on conflict (subject_id, key) do nothing returning *",
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
        facts=json.dumps(facts or {}),
        follows=follows,
    )
    if row is not None:
        add_files(services, row["id"], "", files)
        row["delivery"] = outbox.put(services, "ticket.create", {"ticket": row["id"]}, subject_id=requester.subject)
    return row


def may_keep(services: "Services", subject: str, files: Iterable[File]) -> bool:
    """Whether files fit into the day's budgets of this customer and of all, which they are then taken from."""
    size, space = sum(len(file.data) for file in files), services.settings.space
    with services.store.transaction():
        return not size or (
            spend(services, "files-bytes", subject, size, space.files_each)
            and spend(services, "files-bytes", "all", size, space.files_all)
        )


def add_files(services: "Services", ticket_id: str, reply_id: str, files: Iterable[File]) -> None:
    """Keep files until they are delivered."""
    for number, file in enumerate(files):
        services.store.run(
            "insert into ticket_file (id, ticket_id, reply_id, n, name, type, size, data)"
            " values (:id, :ticket, :reply, :n, :name, :type, :size, :data)",
            id=secrets.token_hex(12),
            ticket=ticket_id,
            reply=reply_id,
            n=number,
            name=file.name,
            type=file.type,
            size=len(file.data),
            data=base64.b64encode(file.data).decode(),
        )


def add_reply(
    services: "Services", ticket: "Row", key: str, body: str, status: str, files: Iterable[File] = (), also: str = ""
) -> str | None:
    """Write a customer's message, change of state, or both, with its delivery; returns the delivery's id, None when
    `key` or `also` is known already."""
    now = services.now()
    with services.store.transaction():
        # The ticket's row is locked by this, so the numbers below are each given once.
        services.store.run("update ticket set updated_at = updated_at where id = :id", id=ticket["id"])
        known = "select id from ticket_reply where ticket_id = :ticket and key = :also"
        if also and services.store.one(known, ticket=ticket["id"], also=also):
            return None
        row = services.store.one(
            "insert into ticket_reply (id, ticket_id, n, key, body, status, state, created_at)"
            " select :id, :ticket, coalesce(max(n), 0) + 1, :key, :body, :status, 'accepted', :now"
            " from ticket_reply where ticket_id = :ticket on conflict (ticket_id, key) do nothing returning *",
            id=secrets.token_hex(12),
            ticket=ticket["id"],
            key=key,
            body=body,
            status=status,
            now=now,
        )
        if row is None:
            return None
        services.store.run(
            "update ticket set updated_at = :now, own_status = :status, own_at = :now where id = :id",
            now=now,
            status=status or "open",
            id=ticket["id"],
        )
        add_files(services, ticket["id"], row["id"], files)
        return outbox.put(services, "ticket.reply", {"reply": row["id"]}, subject_id=ticket["subject_id"])


def by_key(services: "Services", subject: str, key: str, also: str = "") -> "Row | None":
    """The customer's ticket that was filed under `key`, or under the other key it may have."""
    return services.store.one(
        "select * from ticket where subject_id = :subject and key in (:key, :also)", subject=subject, key=key, also=also
    )


def by_reference(services: "Services", requester: Requester, reference: str) -> "Row | None":
    """A ticket that this customer may read; the same one query for a foreign ticket and for none."""
    return services.store.one(
        "select * from ticket where reference = :reference"
        " and (subject_id = :subject or (account = :account and :organisation = 1))",
        reference=plain(reference, 20).upper(),
        subject=requester.subject,
        account=requester.account or "",
        organisation=int(may_read_organisation(requester)),
    )


def may_read_organisation(requester: Requester) -> bool:
    """Whether the session has an account and ORGANISATION_SCOPE."""
    return bool(requester.account) and ORGANISATION_SCOPE in requester.scopes


def may_look(services: "Services", requester: Requester) -> None:
    """Count one more call to the desk for this customer; raises Problem 429 past their share: all customers share the
    desk's own limit."""
    limit_reading(services, "look", requester.subject, LOOKS, LOOKS_SECONDS)


def ticket_of(services: "Services", row: "Row") -> Ticket:
    """The ticket of a row as a desk is given it."""
    return Ticket(
        row["key"],
        row["reference"],
        requester_of(row),
        drafts.from_row(row),
        row["created_at"],
        files_of(services, row["id"], ""),
        json.loads(row["facts"]),
        row["follows"],
    )


def reply_of(services: "Services", row: "Row") -> Reply:
    """The reply of a row as a desk is given it."""
    return Reply(
        row["key"],
        row["body"],
        row["created_at"],
        files_of(services, row["ticket_id"], row["id"]),
        row["status"] == "solved",
    )


def requester_of(row: "Row") -> Requester:
    """The ticket's requester, without the scopes of their session."""
    return Requester(row["subject_id"], row["email"], row["name"], row["account"])


def files_of(services: "Services", ticket_id: str, reply_id: str) -> tuple[File, ...]:
    """The files that are still kept."""
    rows = services.store.all(
        "select * from ticket_file where ticket_id = :ticket and reply_id = :reply order by n",
        ticket=ticket_id,
        reply=reply_id,
    )
    return tuple(File(row["name"], row["type"], base64.b64decode(row["data"])) for row in rows if row["data"])


def saw(services: "Services", row: "Row", thread: Thread) -> bool:
    """Store the desk's last state of a ticket; True when it has a new answer of an agent."""
    answered_at = max((message.at for message in thread.messages if message.author == "agent"), default=0)
    if (thread.status, thread.updated_at) != (row["desk_status"], row["desk_at"]):
        services.store.note(
            "update ticket set desk_status = :status, desk_at = :at where id = :id",
            status=thread.status,
            at=thread.updated_at,
            id=row["id"],
        )
    # Of two concurrent readers, one gets True.
    return answered_at > row["agent_at"] and bool(
        services.store.note(
            "update ticket set agent_at = :at where id = :id and agent_at < :at returning id",
            at=answered_at,
            id=row["id"],
        )
    )


def read_to_the_end(services: "Services", row: "Row", thread: Thread) -> None:
    """Store that the customer was shown the newest answer."""
    answered_at = max((message.at for message in thread.messages if message.author == "agent"), default=0)
    if answered_at > row["seen_at"]:
        services.store.note("update ticket set seen_at = :at where id = :id", at=answered_at, id=row["id"])


def adopt(services: "Services", requester: Requester, desk_ref: str, subject: str, at: int) -> "Row | None":
    """A reference of ours for a ticket that was made in the desk (by mail, or by an agent); None while the store
    cannot write."""
    key = "desk-" + hashlib.sha256(desk_ref.encode()).hexdigest()[:34]
    services.store.note(
        "insert into ticket (id, reference, key, subject_id, account, email, name, topic, subject, body, context,"
        " state, desk_ref, created_at, updated_at, delivered_at)"
        " values (:id, :reference, :key, :subject_id, :account, :email, :name, '', :subject, '', '{}', 'desk',"
        " :desk_ref, :at, :at, :at) on conflict (subject_id, key) do nothing",
        id=secrets.token_hex(12),
        reference=_reference(),
        key=key,
        subject_id=requester.subject,
        account=requester.account,
        email=requester.email,
        name=requester.name,
        subject=plain(subject, 200),
        desk_ref=desk_ref,
        at=at,
    )
    return by_key(services, requester.subject, key)


def keys(
    services: "Services", owner: str, message: object, files: Iterable[File], given: str, prefix: str = ""
) -> tuple[str, str]:
    """The idempotency key of a `message` (of JSON's types) of a customer or in a ticket, and a second key that it may
    have been stored under: from `given`, the page's own key, else from this ten-minute window and the one before.
    The message is part of the key, so an edited text is a new ticket or reply."""
    what = json.dumps([message, [(file.name, hashlib.sha256(file.data).hexdigest()) for file in files]], sort_keys=True)

    def key(moment: str) -> str:
        return (prefix + hashlib.sha256("\n".join([moment, owner, what]).encode()).hexdigest())[:40]

    if page_key(given):
        return key(given), ""
    window = services.now() // WINDOW_MS
    return key(f"window-{window}"), key(f"window-{window - 1}")


def page_key(given: str) -> str:
    """The key that a form's page made for itself, or an empty text when it is none."""
    return given if re.fullmatch(r"[A-Za-z0-9-]{16,64}", given) else ""


def draft_key(draft_id: str, subject: str) -> str:
    """The key of the ticket that a draft becomes, so that its second sending finds the first."""
    return "draft-" + hashlib.sha256(f"{draft_id}\n{subject}".encode()).hexdigest()[:34]


def sent_draft(services: "Services", token: str, subject: str) -> "Row | None":
    """The customer's ticket that was made of the draft with this token or id."""
    return by_key(services, subject, draft_key(drafts.id_of(token), subject), draft_key(token, subject))


def plain(text: str, most: int) -> str:
    """One line of text without invisible characters: mail counts U+0085 and U+2028 as ends of a line, and U+202E shows
    letters in another order. The two joiners stay, since scripts and emoji need them."""
    line = "".join(one if one.isprintable() or one in "\u200c\u200d" else " " for one in text)
    return re.sub(" +", " ", line).strip()[:most]


def _reference() -> str:
    """Opaque, and unguessable enough that a foreign one is not found by trying: 30^8."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"
