"""A store that an earlier build wrote, row by row as it wrote them: everything pending in it happens after an upgrade.

The rows are literal, and their kinds, jobs and JSON are never changed together with the code.
"""

import hmac
import shutil
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from itsdangerous import URLSafeSerializer
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from functions import outbox, stores, tick
from functions.app import Portal
from functions.services import Services
from functions.settings import read
from portal.status import Board, Check, Component, Page, write
from tests.conftest import Browser, Clock, unmigrated, write_bundle
from tests.functions.inbox import Inbox, listening

NOW = 1_795_384_800_000
KEY = "k" * 32
LATER = "0073"  # the first migration that the earlier build did not have
REQUESTER = (
    '{"subject": "sub-ada", "email": "ada@customer.example", "name": "Ada", "account": "customer", "scopes": []}'
)
JOBS = (
    "outbox poll look_at_tickets purge_tickets purge_events purge_webhooks tell purge_samples purge_drafts"
    " purge_sessions purge_verify purge_rates purge_outbox"
)
INCIDENT = (
    '{"id": "2026-11-22-web", "title": "Web is slow", "status": "resolved", "impact": "minor",'
    f' "started_at": {NOW - 600_000}, "resolved_at": {NOW}, "components": {{"web": "degraded_performance"}},'
    f' "updates": [{{"at": {NOW}, "status": "resolved", "body": "It is over.", "components": {{"web": "operational"}},'
    ' "next_update_by": null, "edited_at": null}], "body": "", "source": "manual", "built": false}'
)
MAIL = (
    '"title": "Investigating: Web is slow", "body": "We look.",'
    ' "link": "http://127.0.0.1:8000/status/#2026-11-22-web", "update": "2026-11-22-web-1795384200"'
)
# Kind, payload and subject of every delivery, in the order in which they were put.
OUTBOX = (
    ("ticket.create", '{"ticket": "t1"}', "sub-ada"),
    ("ticket.reply", '{"reply": "r1"}', "sub-ada"),
    ("ticket.rating", '{"ticket": "t1"}', "sub-ada"),
    ("ticket.look", '{"ticket": "t1"}', "sub-ada"),
    (
        "mail.send",
        '{"to": "ada@customer.example", "subject": "Answered", "text": "There is an answer.", "message_id": "a-1"}',
        "sub-ada",
    ),
    ("status.mail", f'{{"to": "heard@customer.example", "who": "s1", {MAIL}}}', "s1"),
    ("status.mail", f'{{"to": "ada@customer.example", "who": "subject:sub-ada", {MAIL}}}', "subject:sub-ada"),
    ("status.confirm", f'{{"address": "new@customer.example", "components": ["web"], "asked_at": {NOW}}}', ""),
    ("status.webhook", '{"webhook": "h1", "id": "2026-11-22-web-1795384200", "data": {"type": "status.update"}}', ""),
    ("mail.verify", '{"verify": "v1", "nonce": "n1"}', "mail:e5e5"),
)
ROWS = (
    "insert into session (id, subject_id, requester, claims, created_at, seen_at, claims_at, sid, tokens, asked_at)"
    " values ('session-1', 'sub-ada', :requester, '{\"plan\": \"Team\"}', :now, :now, :now, null, null, 0)",
    "insert into ticket (id, reference, key, subject_id, account, email, name, topic, subject, body, context, state,"
    " created_at, updated_at, facts, follows, good, good_reason, good_at) values ('t1', 'ABCD-2345', 'key-1',"
    " 'sub-ada', 'customer', 'ada@customer.example', 'Ada', 'getting-in', 'Locked out', 'I cannot sign in.',"
    " '{}', 'accepted', :now, :now, '{\"Account\": \"customer\"}', '', 'no', 'Still locked out', :now)",
    "insert into ticket_reply (id, ticket_id, n, key, body, status, state, created_at)"
    " values ('r1', 't1', 1, 'key-2', 'Still waiting.', '', 'accepted', :now)",
    "insert into ticket_file (id, ticket_id, reply_id, n, name, type, size, data)"
    " values ('f1', 't1', '', 0, 'screen.txt', 'text/plain', 2, 'aGk=')",
    "insert into draft (token_hash, topic, subject, body, context, created_at, expires_at, facts, files)"
    " values ('d1', 'getting-in', 'Draft', 'A text', '{}', :now, :until, '{}', '[]')",
    "insert into preference values ('sub-ada', 'incident_mail:web', 1, 'ada@customer.example', :now)",
    "insert into subscriber values ('s1', 'heard@customer.example', '[]', :now)",
    "insert into subscriber values ('s2', 'spared@customer.example', '[\"web\"]', :now)",
    "insert into rate values ('status-mail:2026-11-22-web s1', :now, 1)",
    "insert into rate values ('status-mail:2026-11-22-web subject:sub-ada', :now, 1)",
    "insert into rate values ('status-silent:2026-11-22-web s2', :now, 1)",
    "insert into webhook values ('h1', 'sub-ada', :url, 'whsec_c2VjcmV0', 0, :now)",
    "insert into status_incident values ('2026-11-22-web', :incident, '{\"states\": {}, \"changes\": []}', 1, 2, :now)",
    "insert into status_live (component_id, state, since, checked_at, ok_at, ok, run, run_since, error, revision,"
    " fails) values ('web', 'operational', :now, :now, :now, 1, 5, :now, '', 5, 0)",
    "insert into status_sample values ('web', :now, 'ok', 20)",
    "insert into status_told values ('2026-11-22-web-1795384200', :now)",
    "insert into verify values ('v1', 'eve@customer.example', '/my/', 'n1', :token, 'c', 0, :until)",
)


class Receiver:
    """A customer's server that keeps what it is sent."""

    def __init__(self) -> None:
        self.came: list[str] = []

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        self.came.append(Request(environ).headers["webhook-id"])
        return Response(status=204)(environ, start_response)


@pytest.fixture
def receiver() -> Iterator[tuple[Receiver, str]]:
    receiver = Receiver()
    server = make_server("127.0.0.1", 0, receiver)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield receiver, f"http://127.0.0.1:{server.server_port}/hook"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, str]]:
    with listening() as found:
        yield found


@pytest.fixture
def upgraded(
    environ: dict[str, str],
    tmp_path: Path,
    inbox: tuple[Inbox, str],
    receiver: tuple[Receiver, str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Services]:
    """Services on the store of the earlier build, migrated as at an upgrade."""
    earlier = tmp_path / "migrations"
    earlier.mkdir()
    for file in stores.MIGRATIONS.glob("*.sql"):
        if file.stem < LATER:
            shutil.copy(file, earlier)
    board = Board(
        Page("acme", "Acme", "http://127.0.0.1:8000/status/"),
        (Component("web", "Web app", checks=(Check("${CHECK_NOT_SET}"),)),),
    )
    write_bundle(tmp_path / "build", status=write(board))
    services = Services(read(environ | {"SMTP_URL": inbox[1], "MAIL_FROM": "support@acme.example"}), Clock())
    services.clock.at = NOW
    with monkeypatch.context() as patch:
        patch.setattr(stores, "MIGRATIONS", earlier)
        services.store.migrate()
    write_rows(services, receiver[1])
    services.store.migrate()
    yield services
    services.store.close()


def write_rows(services: Services, url: str) -> None:
    link = urlsafe_b64encode(hmac.new(KEY.encode(), b"verify\nlink\nv1\nn1", sha256).digest()).decode().rstrip("=")
    values = {
        "now": NOW,
        "until": NOW + 900_000,
        "requester": REQUESTER,
        "incident": INCIDENT,
        "url": url,
        "token": sha256(link.encode()).hexdigest(),
    }
    for sql in ROWS:
        services.store.run(sql, **{name: value for name, value in values.items() if f":{name}" in sql})
    for number, (kind, payload, subject) in enumerate(OUTBOX):
        services.store.run(
            "insert into outbox (id, kind, payload, subject_id, attempts, next_at, leased_until, created_at)"
            " values (:id, :kind, :payload, :subject, 0, :at, 0, :at)",
            id=f"o{number}",
            kind=kind,
            payload=payload,
            subject=subject,
            at=NOW - 1000 + number,
        )
    for name in JOBS.split():
        services.store.run("insert into job values (:name, :at, 0, :at, null)", name=name, at=NOW - 1000)


def test_every_kind_and_every_job_that_was_ever_written_still_has_its_function():
    assert {kind for kind, _, _ in OUTBOX} <= outbox.KINDS.keys()
    assert set(JOBS.split()) <= tick.JOBS.keys()


@unmigrated
def test_everything_pending_in_an_earlier_store_happens_after_an_upgrade(
    upgraded: Services, inbox: tuple[Inbox, str], receiver: tuple[Receiver, str]
):
    outcomes = [tick.tick(upgraded, float("inf")) for _ in range(2)]
    left = upgraded.store.all("select kind, attempts, error from outbox where done_at is null")

    assert set(JOBS.split()) <= outcomes[0].keys()
    assert {outcome for one in outcomes for outcome in one.values()} == {"done"}
    assert left == []
    # Nobody is told of the end who was spared the beginning, and everybody else is.
    assert sorted(inbox[0].to) == [
        "ada@customer.example",
        "ada@customer.example",
        "ada@customer.example",
        "eve@customer.example",
        "heard@customer.example",
        "heard@customer.example",
        "new@customer.example",
    ]
    assert receiver[0].came == ["2026-11-22-web-1795384200", "2026-11-22-web-1795384800"]


@unmigrated
def test_a_ticket_of_an_earlier_store_reaches_the_desk_with_file_reply_and_rating(upgraded: Services):
    tick.tick(upgraded, float("inf"))
    messages = upgraded.store.all("select body, is_public from desk_message order by created_at, is_public desc")
    texts = " ".join(row["body"] for row in messages)

    assert [row["body"] for row in messages if row["is_public"]] == ["I cannot sign in.", "Still waiting."]
    assert "Account: customer" in texts
    assert "Still locked out" in texts
    assert upgraded.store.all("select name from desk_file") == [{"name": "screen.txt"}]


@unmigrated
def test_who_was_signed_in_stays_so_and_the_status_is_what_it_was(upgraded: Services):
    browser = Browser(Portal(upgraded))
    browser.set_cookie("portal", str(URLSafeSerializer([KEY], salt="session").dumps("session-1")), domain="127.0.0.1")
    page, summary = browser.get("/my/tickets/"), browser.get("/api/v2/summary.json").json

    assert page.status_code == 200
    assert "Locked out" in page.text
    assert summary["status"]["indicator"] == "none"
    assert upgraded.store.all("select incident_id, who, heard from status_heard order by who") == [
        {"incident_id": "2026-11-22-web", "who": "s1", "heard": 1},
        {"incident_id": "2026-11-22-web", "who": "s2", "heard": 0},
        {"incident_id": "2026-11-22-web", "who": "subject:sub-ada", "heard": 1},
    ]
