"""Messages written before signing in: kept for a day, found by a token or by their owner, deleted when sent."""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlsplit

from functions.errors import Problem
from functions.rate import spend
from functions.stores.people import Held
from portal.clock import HOUR_MS
from portal.tickets import Draft

if TYPE_CHECKING:
    from functions.services import Services
    from functions.stores import Row

FULL = "We can't keep more messages today. Sign in first, or email us."
DRAFT_MS = 24 * HOUR_MS
PAGE = "my/ask/"
# So many unsent messages of one address are shown: anyone may type it.
MOST_SHOWN = 3
PEOPLE = (Held("draft", "owner = :address", key="token_hash"),)
GONE = "This message is no longer here. It was sent, or it is more than a day old."
# A draft by its token, or by its id (the token's hash) for its owner alone.
WHICH = "(token_hash = :hash or (token_hash = :token and owner = :owner and owner <> '')) and expires_at > :now"


def keep(
    services: "Services",
    draft: Draft,
    facts: Mapping[str, str] | None = None,
    files: Sequence[str] = (),
    *,
    owner: str = "",
    page_key: str = "",
) -> str:
    """Keep a draft for a day, with facts for the agents and the names of left-out files; returns its token. `owner` is
    a normalised address; with it, the draft of the same form and address is replaced. Drafts count to the day's
    budget of files, past which a Problem 503 is raised."""
    token = secrets.token_urlsafe(24)
    now = services.now()
    size = len(json.dumps([draft.subject, draft.body, draft.context, facts or {}]))
    with services.store.transaction():
        if not spend(services, "files-bytes", "all", size, services.settings.space.files_all):
            raise Problem(503, FULL)
        if owner and page_key:
            services.store.run("delete from draft where owner = :owner and page_key = :key", owner=owner, key=page_key)
        services.store.run(
            "insert into draft (token_hash, topic, subject, body, context, created_at, expires_at, facts, files, owner,"
            " page_key) values (:hash, :topic, :subject, :body, :context, :now, :expires, :facts, :files, :owner,"
            " :key)",
            hash=id_of(token),
            topic=draft.topic,
            subject=draft.subject,
            body=draft.body,
            context=json.dumps(draft.context),
            now=now,
            expires=now + DRAFT_MS,
            facts=json.dumps(facts or {}),
            files=json.dumps(list(files)),
            owner=owner,
            key=page_key,
        )
    return token


def find(services: "Services", token: str, owner: str = "") -> "Row | None":
    """The row of the draft with this token, or with this id when it belongs to `owner`."""
    return services.store.one(f"select * from draft where {WHICH}", **_which(services, token, owner))  # noqa: S608


def of(services: "Services", owner: str) -> "list[Row]":
    """The newest unsent drafts of an address: id (in place of a token), subject and created_at."""
    return services.store.all(
        "select token_hash as id, subject, created_at from draft where owner = :owner and owner <> ''"
        " and expires_at > :now order by created_at desc limit :most",
        owner=owner.lower(),
        now=services.now(),
        most=MOST_SHOWN,
    )


def belongs_to(services: "Services", row: "Row", owner: str) -> None:
    """Make an address the draft's owner, while the store can write."""
    if row["owner"] != owner.lower():
        services.store.note(
            "update draft set owner = :owner where token_hash = :id", owner=owner.lower(), id=row["token_hash"]
        )


def use_up(services: "Services", token: str, owner: str = "") -> "Row":
    """Delete and return the draft's row, inside the transaction that makes its ticket; Problem 404 without one."""
    row = services.store.one(f"delete from draft where {WHICH} returning *", **_which(services, token, owner))  # noqa: S608
    if row is None:
        raise Problem(404, GONE)
    return row


def page(services: "Services", token: str) -> str:
    """The path of the page that shows a draft and sends it."""
    return services.url(f"{PAGE}?draft={quote(token, safe='')}")


def behind(services: "Services", path: str) -> "tuple[str, Row] | None":
    """The token and the row of the draft that a path made by `page` leads to; None for any other path, or when it is
    gone."""
    if not path.startswith(services.url(f"{PAGE}?")):
        return None
    token = parse_qs(urlsplit(path).query).get("draft", [""])[0]
    row = find(services, token) if token else None
    return (token, row) if row else None


def purge(services: "Services", deadline: float) -> None:
    """Job of the tick: delete drafts older than a day."""
    services.store.run("delete from draft where expires_at < :now", now=services.now())


def from_row(row: "Row") -> Draft:
    """The draft of a row of `draft` or `ticket`."""
    return Draft(row["topic"], row["subject"], row["body"], json.loads(row["context"]))


def id_of(token: str) -> str:
    """The id under which the draft of a token is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def _which(services: "Services", token: str, owner: str) -> "dict[str, str | int]":
    return {"hash": id_of(token), "token": token, "owner": owner.lower(), "now": services.now()}
