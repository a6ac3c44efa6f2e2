"""The demo's billing server behaves as Stripe documents."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from demo import billing, billing_books, server

HEADERS = {"Authorization": f"Bearer {billing.KEY}", "Stripe-Version": "2026-10-28.endive"}


@pytest.fixture
def books() -> billing_books.Books:
    return billing_books.Books()


@pytest.fixture
def origin(books: billing_books.Books) -> Iterator[str]:
    with server.running(billing.create_app(books)) as origin:
        yield origin
        books.hurry.set()


def post(origin: str, form: dict[str, str], **headers: str) -> requests.Response:
    return requests.post(
        f"{origin}/v1/billing_portal/sessions", data=form, headers=HEADERS | headers, timeout=5, allow_redirects=False
    )


def test_a_session_belongs_to_a_customer_and_has_an_address(origin: str):
    answer = post(origin, {"customer": "cus_demo", "return_url": "http://127.0.0.1/back"})
    session = answer.json()

    assert answer.status_code == 200
    assert session["object"] == "billing_portal.session"
    assert session["url"].startswith(f"{origin}/p/session/")
    assert answer.headers["Request-Id"].startswith("req_")


@pytest.mark.parametrize(
    ("form", "headers", "status", "code"),
    [
        ({"customer": "cus_demo"}, {"Authorization": "Bearer wrong"}, 401, None),
        ({"customer": "cus_demo"}, {"Stripe-Version": "2019-01-01"}, 400, None),
        ({"customer": "cus_none"}, {}, 400, "resource_missing"),
        ({}, {}, 400, "parameter_missing"),
        ({"customer": "cus_demo", "email": "a@b.example"}, {}, 400, "parameter_unknown"),
        ({"customer": "cus_demo", "flow_data[type]": "pay_me"}, {}, 400, None),
        ({"customer": "cus_demo", "flow_data[type]": "subscription_cancel"}, {}, 400, "parameter_missing"),
        (
            {
                "customer": "cus_demo",
                "flow_data[type]": "subscription_cancel",
                "flow_data[subscription_cancel][subscription]": "sub_none",
            },
            {},
            400,
            "resource_missing",
        ),
    ],
    ids=str,
)
def test_a_wrong_request_gets_an_error_object(
    form: dict[str, str], headers: dict[str, str], status: int, code: str | None, origin: str
):
    answer = post(origin, form, **headers)
    error: dict[str, Any] = answer.json()["error"]

    assert answer.status_code == status
    assert error["type"] == "invalid_request_error"
    assert error["message"]
    assert error.get("code") == code


def test_an_unknown_customer_in_a_path_is_not_found(origin: str):
    answer = requests.get(f"{origin}/v1/customers/cus_none", headers=HEADERS, timeout=5)

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "resource_missing"


def test_what_the_customer_chooses_is_kept(origin: str, books: billing_books.Books):
    form = {
        "customer": "cus_demo",
        "return_url": "http://127.0.0.1/back",
        "flow_data[type]": "subscription_cancel",
        "flow_data[subscription_cancel][subscription]": "sub_demo",
        "flow_data[after_completion][type]": "redirect",
        "flow_data[after_completion][redirect][return_url]": "http://127.0.0.1/done",
    }
    url = post(origin, form).json()["url"]
    done = requests.post(url, data={"cancel": "1"}, allow_redirects=False, timeout=5)
    found = requests.get(f"{origin}/v1/subscriptions", {"customer": "cus_demo"}, headers=HEADERS, timeout=5).json()

    assert done.headers["Location"] == "http://127.0.0.1/done"
    assert found["data"][0]["cancel_at_period_end"] is True


def test_a_session_is_over_after_five_minutes(origin: str, books: billing_books.Books):
    url = post(origin, {"customer": "cus_demo"}).json()["url"]
    before = requests.get(url, timeout=5).status_code
    opened = books.clock()
    books.clock = lambda: opened + 301
    after = requests.get(url, timeout=5)
    changed = requests.post(url, data={"card": "amex"}, timeout=5, allow_redirects=False)

    assert before == 200
    assert after.status_code == 410
    assert changed.status_code == 410
    assert books.customers["cus_demo"]["card"] == "visa"


@pytest.mark.parametrize(("mood", "status"), [("rate_limited", 429), ("broken", 500)])
def test_it_misbehaves_when_asked_to(mood: str, status: int, origin: str):
    requests.post(origin, data={"mood": mood}, timeout=5)
    bad = post(origin, {"customer": "cus_demo"})
    requests.post(origin, data={"mood": "well"}, timeout=5)

    assert bad.status_code == status
    assert "error" in bad.json()
    assert post(origin, {"customer": "cus_demo"}).status_code == 200


def test_slow_means_slower_than_anyone_waits(origin: str):
    requests.post(origin, data={"mood": "slow"}, timeout=5)

    with pytest.raises(requests.Timeout):
        requests.get(f"{origin}/v1/customers/cus_demo", headers=HEADERS, timeout=0.3)
