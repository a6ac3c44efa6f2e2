"""A portal that has a fault, with lines of its own to the systems around it, and its customer."""

import html
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from werkzeug.serving import WSGIRequestHandler, make_server

from functions.app import Portal as Functions
from functions.services import Services
from functions.settings import read
from functions.signin import sessions
from functions.stores.sqlite import SQLite
from portal.clock import MINUTE_MS
from portal.models import Requester
from scripts.lib.portal_faults.front import Front
from scripts.lib.portal_faults.outside import LIES, Outside
from scripts.lib.portal_faults.said import said

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

BUNDLE: dict[str, Any] = {
    "build": "one",
    "built_at": "2026-11-20T08:00:00Z",
    "product": "Acme",
    "site_url": "http://127.0.0.1/",
    "base_path": "/",
    "support_email": "support@acme.example",
    "response_time": "We usually answer within a working day.",
    "topics": [{"id": name, "title": name.title(), "routine": True} for name in ("exports", "plans")],
    "parts": dict.fromkeys(("articles", "tickets", "billing", "account", "status", "changelog"), True),
    "articles": [],
    "status": {
        "page": {"id": "acme", "name": "Acme", "url": "http://127.0.0.1/status/", "time_zone": "UTC"},
        "defaults": {}, "groups": [], "components": [], "incidents": [], "maintenances": [],
    },
}  # fmt: skip
SHELL = (
    "<!doctype html><title><!--portal:title--></title><main><nav><!--portal:crumbs--></nav><!--portal:content--></main>"
)
ADMIN = {"billing_admin": True, "billing_customer": "cus_demo", "plan": "Team", "account": "acme"}
MOST_TICKS = 90
# After the longest answer of a test's system: timeouts of the portal are shorter.
PATIENCE_SECONDS = 60


class Clock:
    """The machine's time, `off` milliseconds from the right one."""

    def __init__(self) -> None:
        self.off = 0

    def __call__(self) -> int:
        return time.time_ns() // 1_000_000 + self.off


class Troubled(SQLite):
    """The store of the portal on a disk in trouble: each connection begins with `pragmas`."""

    def __init__(self, file: str) -> None:
        super().__init__(file)
        self.pragmas: tuple[str, ...] = ()

    def _connection(self) -> Any:
        known = getattr(self._thread, "connection", None)
        connection = super()._connection()
        if connection is not known:
            for pragma in self.pragmas:
                connection.execute(f"pragma {pragma}")
        return connection


@dataclass(frozen=True)
class Seen:
    """What a customer sees: the answer's status, and the sentence that tells them how things are."""

    status: int
    says: str

    def __str__(self) -> str:
        return f"{self.status} {self.says}"


@dataclass
class Portal:
    """A portal under a fault, its lines to the outside, and its customer, whose sign-in is `cookie`."""

    services: Services
    origin: str
    folder: Path
    fronts: dict[str, Front]
    clock: Clock
    around: Outside
    name: str
    cookie: str = ""
    accepted: list[tuple[str, str]] = field(default_factory=list)
    reference: str = ""
    # Texts that were typed, refused, and not given back.
    forgotten: list[str] = field(default_factory=list)

    def get(self, path: str) -> Seen:
        return self._seen(self._call("get", path))

    def ask(self, marker: str, **changed: str) -> Seen:
        """Send the contact form; a redirect to the ticket means that it was accepted."""
        subject = f"{self.name}: {marker}"
        # Long enough for pages of its own: a store that is full has room for a few words.
        form = {"topic": "exports", "subject": subject, "body": f"{subject}, please look at this. " * 100} | changed
        answer = self._call("post", "/api/tickets", form | {"key": secrets.token_hex(16)})
        if answer.status_code == 303 and "/my/ticket/" in answer.headers["Location"]:
            self.accepted.append(("ticket", subject))
            self.reference = self.reference or answer.headers["Location"].partition("ref=")[2].partition("&")[0]
        return self._sent(answer, form["body"])

    def reply(self) -> Seen:
        body = " ".join([f"{self.name}: an addition of {len(self.accepted)}."] * 100)
        form = {"ref": self.reference, "body": body, "key": secrets.token_hex(16)}
        answer = self._call("post", "/api/tickets/reply", form)
        if answer.status_code == 303:
            self.accepted.append(("reply", body))
        return self._sent(answer, body)

    def post(self, path: str, **form: str) -> Seen:
        return self._seen(self._call("post", path, form))

    def sign_in_by_email(self) -> Seen:
        address = f"{self.name}@customer.example"
        answer = self._call("post", "/api/verify", {"email": address, "check": "passes"})
        if answer.status_code == 303:
            self.accepted.append(("email", address))
        return self._seen(answer)

    def deliver(self) -> None:
        """Tick once a minute, by the portal's clock, until nothing waits."""
        for _ in range(MOST_TICKS):
            headers = {"Authorization": f"Bearer {self.services.settings.tick_tokens[0]}"}
            requests.post(f"{self.origin}/api/tick", headers=headers, timeout=PATIENCE_SECONDS)
            row = self.services.store.one(
                "select count(*) as n from outbox where done_at is null and failed_at is null"
            )
            if row and not row["n"]:
                return
            self.clock.off += MINUTE_MS

    def compare(self) -> tuple[int, int]:
        """How many of what was accepted arrived nowhere, and how many twice."""
        desk = requests.get(f"{self.around.desk}/state", timeout=PATIENCE_SECONDS).json()
        texts = [text for tickets in desk.values() for one in tickets for text in one]
        mailbox = self.around.mailbox
        arrived: dict[str, Callable[[str], int]] = {
            "ticket": lambda subject: len(desk.get(subject, [])) + len(mailbox.ids.get(subject, ())),
            "reply": texts.count,
            "email": lambda address: int(address in mailbox.came),
        }
        counts = [arrived[kind](what) for kind, what in self.accepted]
        return counts.count(0), sum(count > 1 for count in counts)

    def _sent(self, answer: requests.Response, body: str) -> Seen:
        """What a customer sees who sent a text; when it was not taken, the page must have it."""
        if answer.status_code >= 400 and body.strip() not in html.unescape(answer.text):
            self.forgotten.append(body)
        return self._seen(answer)

    def _call(self, method: str, path: str, form: dict[str, str] | None = None) -> requests.Response:
        headers = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin", "Cookie": f"portal={self.cookie}"}
        return requests.request(
            method, self.origin + path, data=form, headers=headers, timeout=PATIENCE_SECONDS, allow_redirects=False
        )

    def _seen(self, answer: requests.Response) -> Seen:
        there = answer.headers.get("Location", "")
        if not there:
            return Seen(answer.status_code, said(answer.text))
        parts = urlsplit(there)
        if parts.netloc in {"", urlsplit(self.origin).netloc}:
            return self._seen(self._call("get", f"{parts.path}?{parts.query}"))
        names = {front.port: name for name, front in self.fronts.items()}
        ports = {target[1]: name for name, target in self.around.targets.items()}
        where = (names | ports).get(parts.port or 0, parts.netloc)
        return Seen(answer.status_code, f"the page of the {'identity provider' if where == 'identity' else where}")


@contextmanager
def portal(folder: Path, around: Outside, name: str) -> Iterator[Portal]:
    """A portal with its own store, and lines of its own to the outside."""
    folder.mkdir(parents=True)
    build(folder)
    fronts = {key: Front(target, LIES[key], first=key == "email") for key, target in around.targets.items()}
    playing: list[Functions] = []

    def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Any:
        try:
            return playing[0](environ, start_response)
        finally:
            playing[0].services.store.close()

    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    origin = f"http://127.0.0.1:{server.server_port}"
    clock = Clock()
    services = Services(read(_environment(folder, origin, fronts, around)), clock)
    services.__dict__["store"] = Troubled(str(folder / "portal.db"))
    services.store.migrate()
    playing.append(Functions(services))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        one = Portal(services, origin, folder, fronts, clock, around, name)
        one.cookie = sessions.start(services, Requester(f"sub-{name}", f"ada-{name}@customer.example", "Ada"), ADMIN)
        yield one
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        services.store.close()
        for front in fronts.values():
            front.close()


def build(folder: Path, **changes: Any) -> None:
    """Write what a build hands to the functions."""
    (folder / "portal.json").write_text(json.dumps(BUNDLE | changes), "utf-8")
    (folder / "shell.html").write_text(SHELL, "utf-8")


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """The faults are the run's own."""


def _environment(folder: Path, origin: str, fronts: dict[str, Front], around: Outside) -> dict[str, str]:
    billing = f"127.0.0.1:{around.targets['billing'][1]}"
    return {
        "PUBLIC_ORIGIN": origin,
        "SECRET_KEYS": secrets.token_hex(32),
        "TICK_TOKEN": secrets.token_hex(16),
        "DATABASE_URL": f"sqlite:///{folder / 'portal.db'}",
        "PORTAL_BUILD_DIR": str(folder),
        "HELPDESK": "zendesk",
        "ZENDESK_SUBDOMAIN": "acme",
        "ZENDESK_CLIENT_ID": "portal",
        "ZENDESK_CLIENT_SECRET": "zendesk-client-secret",
        "ZENDESK_API": f"http://{fronts['desk'].address}",
        "BILLER": "stripe",
        "STRIPE_KEY": "rk_test_demo",
        "STRIPE_API": f"http://{fronts['billing'].address}",
        "BILLING_HOSTS": f"{billing},{fronts['billing'].address}",
        "OIDC_ISSUER": f"http://{fronts['identity'].address}",
        "OIDC_CLIENT_ID": "portal-demo",
        "OIDC_CLIENT_SECRET": "portal-demo-secret",
        "SMTP_URL": f"smtp://{fronts['email'].address}",
        "MAIL_FROM": "portal@acme.example",
        "SUPPORT_MAILBOX": "help@acme.example",
        "BOT_CHECK": "none",
        "DISK_FREE_MB": "0",
    }
