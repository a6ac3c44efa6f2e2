"""Third-party identity providers, each in its own process, and a customer who fills in their forms."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import requests

CLIENT = "portal-test"
SECRET = "portal-test-secret"
PORTAL = "http://127.0.0.1:8000/"
NODE = Path(__file__).parent / "node"
# Ada's name at every provider, and her password where there is one.
PASSWORD = "correct-horse-battery-7"
PEOPLE: dict[str, dict[str, Any]] = {
    "ada": {
        "name": "Ada Byron",
        "email": "ada@customer.example",
        "email_verified": True,
        "account": "acme",
        "billing_customer": "cus_1",
        "billing_admin": True,
    },
    "bob": {"name": "Bob Stone", "email": "bob@customer.example", "email_verified": False},
}
HOPS = 12


@contextmanager
def _process(*command: str, cwd: Path | None = None) -> Iterator[str]:
    """Run a provider and yield its origin, which it prints when it is ready."""
    with subprocess.Popen(
        command, cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout is not None
            origin = process.stdout.readline().strip()
            assert origin.startswith("http://"), f"{' '.join(command)} did not start"
            yield origin
        finally:
            process.terminate()


@contextmanager
def mock_provider() -> Iterator[str]:
    """oidc-provider-mock as the demo runs it; yields its issuer. Nobody has a password."""
    with _process(sys.executable, "-m", "demo.identity", "0") as origin:
        yield origin


@contextmanager
def strict_provider(
    portal: str = PORTAL, client: str = CLIENT, secret: str = SECRET, way: str = "client_secret_basic"
) -> Iterator[str]:
    """The certified `oidc-provider`, for a portal at this address and a client that may show its secret in this way
    alone; yields its issuer. Any password is right."""
    settings = {
        "client": client,
        "secret": secret,
        "way": way,
        "portal": portal,
        "backchannel": f"{portal}api/signin/backchannel",
        "people": PEOPLE,
    }
    node = NODE / "node_modules/.bin/node"
    with _process(str(node), "oidc_provider.mjs", json.dumps(settings), cwd=NODE) as origin:
        yield origin


@contextmanager
def canaille(portal: str = PORTAL, client: str = CLIENT, secret: str = SECRET) -> Iterator[str]:
    """Canaille with its account pages; yields its issuer. `ada` and `bob` have PASSWORD."""
    with _process(sys.executable, "-m", "tests.canaille", portal, client, secret) as origin:
        yield origin


class Customer:
    """A customer at a provider's pages, with a browser that has forms and no scripts."""

    def __init__(self, name: str) -> None:
        self.session = requests.Session()
        self.typed = {"login": name, "sub": name, "password": PASSWORD}

    def walk(self, url: str, until: str = PORTAL) -> str:
        """Follow redirects and send each page's first form, filled in, until the provider sends them to an address
        that starts with `until`; returns it."""
        answer = self.session.get(url, allow_redirects=False, timeout=10)
        for _ in range(HOPS):
            while "Location" in answer.headers:
                there = urljoin(answer.url, answer.headers["Location"])
                if there.startswith(until):
                    return there
                answer = self.session.get(there, allow_redirects=False, timeout=10)
            answer = self._send_form(answer)
        raise AssertionError(f"still at the provider after {HOPS} pages: {answer.url}\n{answer.text[:2000]}")

    def _send_form(self, answer: requests.Response) -> requests.Response:
        form = _Form(self.typed)
        form.feed(answer.text)
        assert form.action is not None, f"{answer.status_code} {answer.url}\n{answer.text[:2000]}"
        action = urljoin(answer.url, form.action)
        return self.session.post(action, data=form.fields, allow_redirects=False, timeout=10)


class _Form(HTMLParser):
    """The first POST form of a page, and the fields that its first button sends."""

    def __init__(self, typed: dict[str, str]) -> None:
        super().__init__()
        self.typed = typed
        self.action: str | None = None
        self.inside = self.pressed = False
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attributes}
        if tag == "form" and self.action is None and found.get("method", "").lower() == "post":
            self.action, self.inside = found.get("action", ""), True
        # A button may be outside its form and name it.
        if not (self.inside or (self.action and found.get("form"))) or not found.get("name"):
            return
        name, kind = found["name"], found.get("type", "text")
        if tag == "input" and kind not in {"checkbox", "submit"}:
            self.fields[name] = found.get("value") or self.typed.get(name, "")
        elif tag in {"button", "input"} and kind != "checkbox" and not self.pressed:
            self.pressed = True
            self.fields[name] = found.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
