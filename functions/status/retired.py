"""The tick's job that ends subscriptions to retired components, with an email that says so."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from functions import outbox
from functions.mail import preferences
from functions.status import incident_store
from portal.status import Board, Component, notice

if TYPE_CHECKING:
    from functions.services import Services


def end(services: "Services", deadline: float) -> None:
    """Take retired components out of what people subscribed to, and tell each of them once; a subscription to nothing
    else ends."""
    board = incident_store.board(services)
    if board is None or not board.retired:
        return
    with services.store.transaction():
        for who, address, gone, kept in [*_subscribers(services, board), *_customers(services, board)]:
            if services.mailer.configured:
                outbox.put(services, "mail.send", _email(services, who, address, gone, kept), subject_id=who)


def _subscribers(services: "Services", board: Board) -> Iterator[tuple[str, str, list[Component], list[str]]]:
    """Id, address, retired components and the names of the others, of each subscriber whom it concerns."""
    for row in services.store.all("select id, address, components from subscriber order by id"):
        chosen = json.loads(row["components"])
        gone = [one for one in board.retired if one.id in chosen]
        if not gone:
            continue
        kept = [one for one in board.components if one.id in chosen]
        if kept:
            rest = json.dumps([one.id for one in kept])
            services.store.run("update subscriber set components = :rest where id = :id", rest=rest, id=row["id"])
        else:  # an empty list would mean all components
            services.store.run("delete from subscriber where id = :id", id=row["id"])
        yield row["id"], row["address"], gone, [one.name for one in kept]


def _customers(services: "Services", board: Board) -> Iterator[tuple[str, str, list[Component], list[str]]]:
    """The same of each customer who chose a retired component under Notifications."""
    names = {f"incident_mail:{one.id}": one for one in (*board.components, *board.retired)}
    chosen: dict[tuple[str, str], list[Component]] = {}
    rows = services.store.all(
        "select subject_id, email, kind from preference where wanted = 1 and kind like :kinds"
        " order by subject_id, kind",
        kinds="incident_mail:%",
    )
    for row in rows:
        if row["kind"] in names:
            chosen.setdefault((row["subject_id"], row["email"]), []).append(names[row["kind"]])
    for (subject, address), components in chosen.items():
        gone = [one for one in components if one in board.retired]
        for one in gone:
            preferences.stop(services, subject, "incident_mail", one.id)
        if gone:
            yield f"subject:{subject}", address, gone, [one.name for one in components if one not in gone]


def _email(services: "Services", who: str, address: str, gone: list[Component], kept: list[str]) -> dict[str, Any]:
    """What `mail.send` needs to say what ended and what goes on."""
    names = notice.listed([one.name for one in gone])
    rest = (
        f"You still get updates about {notice.listed(kept)}."
        if kept
        else f"To follow other components, subscribe again: {services.absolute('status/')}"
    )
    product = services.portal["product"]
    ended = (
        f"{names} are no longer part of {product}, so we send no more updates about them. Their"
        if len(gone) > 1
        else f"{names} is no longer part of {product}, so we send no more updates about it. Its"
    )
    text = f"{ended} past incidents stay on the status page.\n\n{rest}\n"
    return {
        "to": address,
        "subject": f"[{product} status] No more updates about {names}",
        "text": text,
        "message_id": f"retired-{'-'.join(one.id for one in gone)}-{who}".replace(":", "-"),
    }
