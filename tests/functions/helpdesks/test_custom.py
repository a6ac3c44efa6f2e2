"""A help desk in custom/: what such an adapter imports stays where it is, and the portal works with it."""

import base64
import hmac
import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug import Request, Response
from werkzeug.exceptions import NotFound

from functions.errors import VendorError
from functions.services import Services
from tests.conftest import ADA, BEN, Browser
from tests.functions.conftest import Play

SECRET = "s" * 16
MESSAGE = {
    "topic": "getting-in",
    "subject": "Locked out of my account",
    "body": "The link in the email leads to an empty page.",
}


class Vendor:
    """The vendor behind the adapter: tickets in memory, one to a page of the list, and a token for every call."""

    def __init__(self) -> None:
        self.tickets: list[dict[str, Any]] = []

    @Request.application
    def app(self, request: Request) -> Response:
        if request.path == "/token":
            return json_response({"access_token": "pass", "expires_in": 3600})
        if request.headers.get("Authorization") != "Bearer pass":
            return Response(status=401)
        if request.path == "/tickets" and request.method == "POST":
            self.tickets.append({"id": len(self.tickets) + 1, **request.get_json()})
            return json_response(self.tickets[-1])
        if request.path == "/tickets":
            page = int(request.args["page"])
            return json_response({"tickets": self.tickets[page - 1 : page], "pages": len(self.tickets)})
        number = int(request.path.removeprefix("/tickets/"))
        if number > len(self.tickets):
            raise NotFound
        if request.method == "POST":
            for name, value in request.get_json().items():
                self.tickets[number - 1][name] = self.tickets[number - 1][name] + value if name != "state" else value
        return json_response(self.tickets[number - 1])


def json_response(data: Any) -> Response:
    return Response(json.dumps(data), mimetype="application/json")


@pytest.fixture
def vendor(stage: Play, environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    """The vendor, and the adapter in a folder `custom` beside the portal's own."""
    vendor = Vendor()
    (tmp_path / "custom").mkdir()
    shutil.copy(Path(__file__).parent / "custom_desk.py", tmp_path / "custom" / "desk.py")
    monkeypatch.syspath_prepend(tmp_path)
    environ |= {"HELPDESK": "custom.desk:connect", "DESK_URL": stage(vendor.app), "DESK_SECRET": SECRET}
    yield vendor
    for module in ("custom.desk", "custom"):
        sys.modules.pop(module, None)


def ask(browser: Browser) -> str:
    """The reference of a ticket that is filed through the app."""
    sent = browser.post("/api/tickets", data=MESSAGE)
    found = re.search(r"ref=([0-9A-Z-]+)", sent.headers["Location"])
    assert found
    return found[1]


def test_a_customer_asks_reads_and_answers_through_a_desk_in_custom(vendor: Vendor, browser: Browser, sign_in):
    sign_in(browser)
    reference = ask(browser)
    vendor.tickets[0]["said"].append({"from": "Grace", "text": "Try it again, please.", "at": "2026-11-20T08:00:00Z"})
    page = browser.get(f"/my/ticket/?ref={reference}").text
    browser.post("/api/tickets/reply", data={"ref": reference, "body": "Thank you, it works.", "solve": "1"})

    (ticket,) = vendor.tickets
    assert MESSAGE["body"] in page
    assert "Try it again, please." in page
    assert MESSAGE["subject"] in browser.get("/my/tickets/").text
    assert [ticket["said"][-1]["text"], ticket["state"]] == ["Thank you, it works.", "done"]


def test_a_desk_in_custom_has_the_portals_own_guards(vendor: Vendor, services: Services, browser: Browser, sign_in):
    sign_in(browser)
    ask(browser)
    with pytest.raises(VendorError) as error:
        services.desk.ticket(BEN, "1")

    assert services.desk.ticket(ADA, "1").subject == MESSAGE["subject"]
    assert error.value.kind == "not_found"
    assert services.desk.check() == []


@pytest.mark.parametrize(("secret", "status"), [(SECRET, 204), ("another", 401)])
def test_a_webhook_of_a_desk_in_custom_is_checked(vendor: Vendor, browser: Browser, secret: str, status: int):
    body = b'{"id": 1, "delivery": "d-1"}'
    signature = base64.b64encode(hmac.new(secret.encode(), body, "sha256").digest()).decode()
    answer = browser.post("/api/desk/webhook", data=body, headers={"Signature": signature})

    assert answer.status_code == status
