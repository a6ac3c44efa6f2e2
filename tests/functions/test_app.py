"""The app: routes, errors, and what every answer carries."""

import ast
import json
import logging
import subprocess
import sys
from html import unescape
from pathlib import Path

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Response

from functions import app as app_module
from functions import health
from functions.app import Portal
from functions.errors import Problem
from functions.logs import JsonLines
from functions.services import Services
from functions.settings import read
from tests.conftest import Browser, write_bundle


def test_importing_the_app_imports_no_vendor_and_no_site_builder():
    code = "import sys, functions.app; print(' '.join(sys.modules))"
    modules = set(
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    )

    heavy = {"requests", "mkdocs", "jinja2", "yaml", "pydantic", "markdown", "authlib", "pg8000", "sqlite3", "smtplib"}
    assert not heavy & modules
    assert not {
        name
        for name in modules
        if name.startswith(("functions.helpdesks.", "functions.billers.", "functions.identity."))
    }


def test_every_route_leads_to_a_handler():
    import importlib

    for methods in app_module.ROUTES.values():
        for where in methods.values():
            module, _, function = where.partition(":")
            assert callable(getattr(importlib.import_module(module), function)), where


def test_health_tells_the_age_of_the_last_tick(browser: Browser, services: Services):
    before = browser.get("/api/health").json
    tick = browser.get("/api/tick", headers={"Authorization": "Bearer " + "t" * 16})
    after = browser.get("/api/health").json

    assert before.pop("store")["nearly_full"] is False
    assert before == {
        "status": "late",
        "tick_age_seconds": None,
        "failing_jobs": [],
        "deliveries": {"failed": 0, "overdue": 0},
        "clock": {"moved_seconds": 0, "settled": True},
        "dropped_events": 0,
        "build": "test",
    }
    assert tick.status_code == 200
    assert after["status"] == "ok"
    assert after["tick_age_seconds"] == 0


def test_while_the_tick_changes_its_token_the_old_and_the_new_one_count(environ: dict[str, str]):
    services = Services(read(environ | {"TICK_TOKEN": f"{'n' * 16},{'t' * 16}"}))
    services.store.migrate()
    client = Browser(Portal(services))
    given = ["n" * 16, "t" * 16, f"{'n' * 16},{'t' * 16}", "n" * 15, "", ","]
    answers = [client.post("/api/tick", headers={"Authorization": f"Bearer {token}"}).status_code for token in given]
    services.store.close()

    # The third: a scheduler that was set up from the same variable.
    assert answers == [200, 200, 200, 401, 401, 401]


@pytest.mark.parametrize("token", ["", "Bearer ", "Bearer wrong", "t" * 15])
def test_the_tick_needs_its_token(browser: Browser, token: str):
    assert browser.post("/api/tick", headers={"Authorization": token}).status_code == 401


def test_an_unknown_page_is_a_page_for_a_person_and_a_problem_for_a_script(browser: Browser):
    page = browser.get("/my/nowhere/")
    problem = browser.get("/api/nowhere", headers={"Accept": "application/json"})

    assert page.status_code == problem.status_code == 404
    assert "<h1>Page not found</h1>" in page.text
    assert page.headers["X-Request-Id"] in page.text
    assert problem.mimetype == "application/problem+json"
    assert problem.json["detail"] == "There is no page here."


def test_the_wrong_method_names_the_right_ones(browser: Browser):
    answer = browser.get("/api/tickets")

    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"


def test_a_missing_slash_is_put_right(browser: Browser):
    answer = browser.get("/my/tickets")

    assert (answer.status_code, answer.headers["Location"]) == (308, "/my/tickets/")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:8000"}, 422),
        ({"Sec-Fetch-Site": "same-origin"}, 422),
        ({}, 422),
    ],
)
def test_a_form_of_another_site_is_refused(app: Portal, headers: dict[str, str], status: int):
    answer = Client(app).post(
        "/api/tickets", base_url="http://127.0.0.1:8000", headers={"Accept": "application/json"} | headers
    )

    assert answer.status_code == status


def test_every_answer_is_hardened(browser: Browser):
    page = browser.get("/my/nowhere/")

    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self' 'sha256-AAAA'" in policy
    assert "frame-ancestors 'none'" in policy
    assert browser.get("/api/health").headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"


@pytest.mark.parametrize(
    "header", [("Location", "/x\r\nSet-Cookie: evil=1"), ("X-Name", "größer"), ("X-Größe", "1")], ids=repr
)
def test_a_header_that_could_be_split_or_that_hosts_send_differently_is_withheld(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, header: tuple[str, str]
):
    def bad(request: object, services: object) -> Response:
        response = Response("x")
        response.headers._list.append(header)
        return response

    monkeypatch.setattr("functions.health.read", bad)
    answer = browser.get("/api/health")

    assert answer.status_code == 500
    assert header[0] not in answer.headers


def test_an_address_outside_ascii_leads_on_in_ascii(browser: Browser, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(
        "functions.health.read", lambda request, services: Response(status=303, headers={"Location": "/größer/"})
    )

    assert browser.get("/api/health").headers["Location"] == "/gr%C3%B6%C3%9Fer/"


def test_a_fault_is_a_kind_page_with_a_reference_and_a_log_without_what_was_typed(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def broken(request: object, services: object) -> Response:
        raise ValueError("secret of ada@customer.example")

    monkeypatch.setattr("functions.health.read", broken)
    with caplog.at_level(logging.INFO, logger="functions"):
        answer = browser.get("/api/health?token=hunter2")
    lines = [JsonLines().format(record) for record in caplog.records]

    assert answer.status_code == 500
    assert answer.headers["X-Request-Id"] in answer.text
    assert any("ValueError at functions/test_app.py" in line for line in lines)
    assert not any("ada@customer.example" in line or "hunter2" in line for line in lines)
    assert json.loads(lines[-1])["route"] == "/api/health"


def test_a_body_over_the_limit_is_refused(browser: Browser, services: Services):
    answer = browser.post("/api/tickets", data={"body": "x" * (services.settings.body_limit + 1)})

    assert answer.status_code == 413
    assert "Too large" in answer.text


def test_localhost_is_sent_to_the_public_host(browser: Browser):
    answer = browser.get("/my/tickets/?a=1", base_url="http://localhost:8000")

    assert (answer.status_code, answer.headers["Location"]) == (307, "http://127.0.0.1:8000/my/tickets/?a=1")


def test_a_personal_page_leads_to_signing_in_and_back(browser: Browser):
    answer = browser.get("/my/ticket/?ref=AB")

    assert answer.status_code == 303
    assert answer.headers["Location"] == "/api/signin?return=%2Fmy%2Fticket%2F%3Fref%3DAB"


def test_a_script_that_is_not_signed_in_gets_401(browser: Browser):
    assert browser.get("/my/tickets/", headers={"Accept": "application/json"}).status_code == 401


@pytest.mark.parametrize("stripped", [True, False])
def test_below_a_base_path_everything_keeps_the_path(environ: dict[str, str], tmp_path, stripped: bool):
    environ["PORTAL_BUILD_DIR"] = str(
        write_bundle(tmp_path / "below", base_path="/help/", site_url="http://127.0.0.1:8000/help/")
    )
    client = Browser(Portal(Services(read(environ))))
    answer = client.get("/my/tickets/") if stripped else client.get("/help/my/tickets/")

    assert answer.headers["Location"] == "/help/api/signin?return=%2Fhelp%2Fmy%2Ftickets%2F"


def test_without_a_build_the_answer_says_so_without_naming_files(environ: dict[str, str], tmp_path):
    environ["PORTAL_BUILD_DIR"] = str(tmp_path / "nowhere")
    answer = Browser(Portal(Services(read(environ)))).get("/api/health")

    assert answer.status_code == 500
    assert "nowhere" not in answer.text


def test_when_the_store_is_gone_the_customer_is_told(environ: dict[str, str], tmp_path):
    (tmp_path / "file").write_text("")
    environ["DATABASE_URL"] = f"sqlite:///{tmp_path / 'file'}"
    answer = Browser(Portal(Services(read(environ)))).get("/api/health")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "60"


@pytest.mark.parametrize(
    ("part", "path"),
    [
        ("tickets", "/my/tickets/"),
        ("billing", "/my/billing/"),
        ("account", "/my/account/"),
        ("status", "/api/v2/status.json"),
    ],
)
def test_a_part_that_is_switched_off_is_not_there(environ: dict[str, str], tmp_path, part: str, path: str):
    environ["PORTAL_BUILD_DIR"] = str(write_bundle(tmp_path / "off", parts={part: False}))

    assert Browser(Portal(Services(read(environ)))).get(path).status_code == 404


def test_each_status_that_a_handler_raises_has_a_heading_of_its_own():
    raised = {
        node.args[0].value
        for path in Path(app_module.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Problem"
        if node.args and isinstance(node.args[0], ast.Constant)
    }

    assert {404, 409, 413, 422, 429, 503} <= raised
    assert raised <= set(app_module.TITLES)


@pytest.mark.parametrize(
    ("status", "heading", "helps"),
    [
        (400, "We couldn't read that", False),
        (403, "Not allowed", False),
        (404, "Page not found", False),
        (409, "This can't be done now", False),
        (418, "We couldn't read that", False),
        (422, "Check what you entered", False),
        (429, "Too many attempts", False),
        (500, "Something went wrong", True),
        (502, "Something went wrong", True),
        (503, "Not available right now", True),
    ],
)
def test_a_problem_is_headed_by_its_kind_and_names_the_status_page_only_where_that_may_explain_it(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, status: int, heading: str, helps: bool
):
    def raises(request: object, services: object) -> None:
        raise Problem(status, "A sentence.")

    monkeypatch.setattr(health, "read", raises)
    page = browser.get("/api/health", headers={"Accept": "text/html"})

    assert page.status_code == status
    assert f"<h1>{heading}</h1>" in unescape(page.text)
    assert ("Check the status page" in page.text) == helps


@pytest.mark.parametrize("path", ["/api/signin", "/my/sign-in/", "/my/verify/", "/my/", "/api/session"])
def test_where_signing_in_leads_nowhere_there_is_no_way_to_it(environ: dict[str, str], tmp_path, path: str):
    codes = {}
    for name, bundle in {
        "nothing": {"parts": {"tickets": False}, "sign_in": False},
        "questions of strangers": {"parts": {"tickets": True}, "sign_in": False},
        "an older build": {"parts": {"tickets": False}},
    }.items():
        environ["PORTAL_BUILD_DIR"] = str(write_bundle(tmp_path / name, **bundle))
        services = Services(read(environ))
        services.store.migrate()
        codes[name] = Browser(Portal(services)).get(path)
        services.store.close()

    assert "There is no page here." in codes["nothing"].text
    assert "There is no page here." not in codes["questions of strangers"].text + codes["an older build"].text
