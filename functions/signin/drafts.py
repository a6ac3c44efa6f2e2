"""Messages written before signing in: kept for a day, found by a token, deleted when sent."""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from functions.errors import Problem
from portal.clock import HOUR_MS
from portal.tickets import Draft

if TYPE_CHECKING:
    from functions.services import Services
    from functions.stores import Row

DRAFT_MS = 24 * HOUR_MS
NOBODY = ("draft",)
GONE = "This message is no longer here: it was sent, or a day has passed since you wrote it."


def keep(services: "Services", draft: Draft, facts: Mapping[str, str] | None = None, files: Sequence[str] = ()) -> str:
    """Keep a draft for a day, with facts for the agents and the names of left-out files; returns its token."""
    token = secrets.token_urlsafe(24)
    now = services.now()
    services.store.run(
        "insert into draft (token_hash, topic, subject, body, context, created_at, expires_at, facts, files)"
        " values (:hash, :topic, :subject, :body, :context, :now, :expires, :facts, :files)",
        hash=_hash(token),
        topic=draft.topic,
        subject=draft.subject,
        body=draft.body,
        context=json.dumps(draft.context),
        now=now,
        expires=now + DRAFT_MS,
        facts=json.dumps(facts or {}),
        files=json.dumps(list(files)),
    )
    return token


def find(services: "Services", token: str) -> "Row | None":
    """The draft's row, or None."""
    return services.store.one(
        "select * from draft where token_hash = :hash and expires_at > :now", hash=_hash(token), now=services.now()
    )


def draft(services: "Services", token: str) -> Draft | None:
    """The draft, or None."""
    row = find(services, token)
    return from_row(row) if row else None


def use_up(services: "Services", token: str) -> "Row":
    """Delete and return the draft's row, inside the transaction that makes its ticket; Problem 404 without one."""
    row = services.store.one(
        "delete from draft where token_hash = :hash and expires_at > :now returning *",
        hash=_hash(token),
        now=services.now(),
    )
    if row is None:
        raise Problem(404, GONE)
    return row


def purge(services: "Services", deadline: float) -> None:
    """Job of the tick: delete drafts older than a day."""
    services.store.run("delete from draft where expires_at < :now", now=services.now())


def from_row(row: "Row") -> Draft:
    """The draft of a row of `draft` or `ticket`."""
    return Draft(row["topic"], row["subject"], row["body"], json.loads(row["context"]))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
