"""The tick's job that tells subscribers of each update once, within limits per address."""

import json
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING, Any

from functions import outbox
from functions.errors import Problem, VendorError
from functions.mail import preferences
from functions.pages import when
from functions.rate import limit
from functions.status import incident_store
from functions.status.subscribers import wanted, way_out
from functions.stores.people import Held
from portal.status import OVER, PHASES, Board, Incident, Update, news, notice
from portal.status.summary import iso, update_id

if TYPE_CHECKING:
    from functions.services import Services

# Emails about one incident to one address in an hour and in a day, its end apart; and incidents that an address hears
# of in a day, so that a flapping component sends a few emails and not hundreds.
MOST_PER_HOUR, MOST_PER_DAY, MOST_INCIDENTS = 4, 12, 6
EARLIER = 5
LONGEST_LINE = 998  # RFC 5322, 2.1.1
PEOPLE = (Held("status_heard", "who in (:name, 'subject:' || :name)"),)
NOBODY = ("status_told",)


def announce(services: "Services", deadline: float) -> None:
    """Job of the tick: tell of every update that is new."""
    board = incident_store.board(services)
    if board is not None:
        for event, update in news.fresh(board, services.now()):
            tell(services, board, event, update)


def tell(services: "Services", board: Board, event: Any, update: Update) -> bool:
    """Queue an email for every recipient of an update, in the transaction that marks it as told; False when it was
    told before."""
    affected = _affected(event)
    with services.store.transaction():
        first = services.store.run(
            "insert into status_told (update_id, at) values (:id, :now) on conflict (update_id) do nothing",
            id=update_id(event.key, update),
            now=services.now(),
        )
        if not first:
            return False
        for hook in services.store.all("select id from webhook order by id"):
            payload = {"webhook": hook["id"], "id": update_id(event.key, update), "data": _data(event, update, board)}
            outbox.put(services, "status.webhook", payload, subject_id="")
        for who, address in _recipients(services, affected) if services.mailer.configured else ():
            if _may_have(services, event.id, who, over=update.status in OVER):
                text = message(event, update, board)
                payload = {"to": address, "who": who, **text, "body": text["body"] + _earlier(event, update)}
                outbox.put(services, "status.mail", payload, subject_id=who)
    return True


def untold(services: "Services", board: Board) -> list[tuple[Any, Update, int]]:
    """What subscribers should know and were never told, since it came to the portal too late: the event, its last
    update, and how many addresses may hear of it."""
    told = {row["update_id"] for row in services.store.all("select update_id from status_told")}
    return [
        (event, update, audience(services, _affected(event)))
        for event, update in news.late(board, services.now())
        if update_id(event.key, update) not in told
    ]


def purge(services: "Services", deadline: float) -> None:
    """Job of the tick: forget which updates were told to whom after 40 days."""
    old = services.now() - news.KEPT_MS
    services.store.run("delete from status_told where at < :old", old=old)
    services.store.run("delete from status_heard where at < :old", old=old)


def deliver(services: "Services", payload: dict[str, Any]) -> None:
    """Outbox `status.mail`: one update to one address, with the headers of an unsubscribe button."""
    if not services.mailer.configured:
        raise VendorError("This portal can't send email.", "unsupported", detail="SMTP_URL is not set")
    if not wanted(services, payload["who"]):
        return
    product = services.portal["product"]
    out = way_out(services, payload["who"])
    # Mail programs show no button for a folded or encoded List-Unsubscribe.
    mail = EmailMessage(policy=SMTP.clone(max_line_length=LONGEST_LINE))
    mail["To"] = payload["to"]
    mail["Subject"] = f"[{product} status] {payload['title']}"
    mail["Auto-Submitted"] = "auto-generated"
    mail["List-Id"] = f"{_plain(product)} status <status.{services.settings.public_host.partition(':')[0]}>"
    mail["List-Unsubscribe"] = f"<{services.absolute('api/status/unsubscribe' + out)}>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(
        f"{payload['body']}\n\nSee updates:\n{payload['link']}\n\n"
        f"Unsubscribe:\n{services.absolute('my/status/unsubscribe/' + out)}\n"
    )
    services.mailer.post(mail, f"status-{payload['update']}-{payload['who']}".replace(":", "-"))


def _data(event: Any, update: Update, board: Board) -> dict[str, Any]:
    """A webhook's payload, in the words of the summary."""
    text = message(event, update, board)
    states = event.states if isinstance(event, Incident) else dict.fromkeys(event.components, "under_maintenance")
    names = {one.id: one.name for one in board.ever}
    affected = [{"id": key, "name": names[key], "status": states[key]} for key in sorted(states) if key in names]
    planned = not isinstance(event, Incident)
    times = {"scheduled_for": iso(event.start), "scheduled_until": iso(event.end)} if planned else {}
    return {
        "type": "status.update",
        "page": {"id": board.page.id, "name": board.page.name, "url": board.page.url},
        "event": {"id": event.id, "name": event.title, "shortlink": text["link"], "components": sorted(states)}
        | {"affected": affected, "summary": text["title"]}
        | times,
        "update": {"id": text["update"], "status": update.status, "body": update.body, "at": iso(update.at)}
        | {"next_update_by": iso(update.next_update_by)},
    }


def message(event: Any, update: Update, board: Board) -> dict[str, str]:
    """What an email or a webhook says of an update: title, body, link, and the update's id."""
    url = board.page.url
    page = f"{url}incidents/{event.id}/" if isinstance(event, Incident) and event.built else f"{url}#{event.key}"
    body = "\n\n".join([update.body, "\n".join(notice.facts(event, board))]).strip()
    if update.next_update_by is not None:
        body += f"\n\nNext update by {when(update.next_update_by)}."
    return {
        "title": notice.subject(event, update, board),
        "body": body,
        "link": page,
        "update": update_id(event.key, update),
    }


def _affected(event: Any) -> set[str]:
    return set(event.states) if isinstance(event, Incident) else set(event.components)


def _earlier(event: Any, update: Update) -> str:
    """The updates before this one, since some may have had no email of their own."""
    before = [one for one in event.updates if one.at < update.at][-EARLIER:]
    lines = [f"{when(one.at)}, {PHASES[one.status]}:\n{one.body}" for one in reversed(before)]
    return "\n\n".join(["\n\nEarlier updates:", *lines]) if lines else ""


def audience(services: "Services", affected: set[str]) -> int:
    """How many addresses an update about these components may go to; 0 for a portal that sends no email."""
    return sum(1 for _ in _recipients(services, affected)) if services.mailer.configured else 0


def _recipients(services: "Services", affected: set[str]) -> Iterator[tuple[str, str]]:
    """Id and address of the subscribers and customers who chose one of these components; each address once."""
    seen = set()
    for row in services.store.all("select * from subscriber order by id"):
        chosen = set(json.loads(row["components"]))
        if not chosen or chosen & affected:
            seen.add(row["address"])
            yield row["id"], row["address"]
    for component in sorted(affected):
        for subject, address in preferences.recipients(services, "incident_mail", component):
            if address not in seen:
                seen.add(address)
                yield f"subject:{subject}", address


def _may_have(services: "Services", incident: str, who: str, *, over: bool) -> bool:
    """Whether the limits allow one more email; an incident's end goes to everyone but those who were spared it."""
    row = services.store.one(
        "select heard from status_heard where incident_id = :incident and who = :who", incident=incident, who=who
    )
    if over:
        return row is None or bool(row["heard"])
    if not (row and row["heard"]):
        heard = _allows(services, "status-new", who, MOST_INCIDENTS, 86_400)
        _remember(services, incident, who, heard=heard)
        if not heard:
            return False
    key = f"{incident} {who}"
    hourly = _allows(services, "status-mail", key, MOST_PER_HOUR, 3600)
    return hourly and _allows(services, "status-mail-day", key, MOST_PER_DAY, 86_400)


def _remember(services: "Services", incident: str, who: str, *, heard: bool) -> None:
    services.store.run(
        "insert into status_heard (incident_id, who, heard, at) values (:incident, :who, :heard, :now)"
        " on conflict (incident_id, who) do update set heard = excluded.heard, at = excluded.at",
        incident=incident,
        who=who,
        heard=int(heard),
        now=services.now(),
    )


def _allows(services: "Services", what: str, who: str, times: int, per_seconds: int) -> bool:
    try:
        limit(services, what, who, times=times, per_seconds=per_seconds)
    except Problem:
        return False
    return True


def _plain(text: str) -> str:
    """One line, as a header needs it."""
    return " ".join(text.split())
