"""Answers to bot checks that were accepted: each counts once."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from functions.services import Services

NOBODY = ("bot_used",)


def first_time(services: "Services", answer: str, valid_ms: int) -> bool:
    """Remember an answer while it could be used again; False when it was used before."""
    kept = services.store.run(
        "insert into bot_used (id, expires_at) values (:id, :until) on conflict (id) do nothing",
        id=answer,
        until=services.now() + valid_ms,
    )
    return kept == 1


def purge(services: "Services", deadline: float) -> None:
    """Job of the tick: forget answers whose puzzle is over."""
    services.store.run("delete from bot_used where expires_at < :now", now=services.now())
