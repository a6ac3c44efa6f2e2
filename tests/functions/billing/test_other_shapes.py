"""A billing system that answers with JSON of another shape is one that is down, never a fault of ours."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from werkzeug import Request, Response

from functions.app import Portal
from functions.services import Services
from functions.settings import read
from tests.conftest import ADA, Browser
from tests.functions.conftest import Play

PLAIN = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
WORDS = ("data", "url", "status", "id", "cancel_at", "invoice_settings", "default_payment_method", "card", "features")
WORDS += ("brand", "last4", "exp_month", "exp_year", "object", "enabled", "payment_method_update")
SHAPES = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=3)
)


@pytest.fixture
def database_url(tmp_path: Any) -> str:
    return f"sqlite:///{tmp_path / 'portal.db'}"


@pytest.fixture
def answering(stage: Play) -> Callable[[Any], str]:
    def play(shape: Any) -> str:
        return stage(Request.application(lambda _: Response(json.dumps(shape), mimetype="application/json")))

    return play


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shape=SHAPES)
@example(shape={"url": "https://billing.evil.example/"})
@example(shape={"data": [{}]})
@example(shape={"data": 3})
@example(shape={"data": [], "invoice_settings": {"default_payment_method": {"card": {"brand": "visa"}}}})
def test_any_json_leaves_the_page_or_says_what_could_not_be_opened(
    shape: Any, answering: Callable[[Any], str], environ: dict[str, str], services: Services, sign_in
):
    own = environ | {"BILLER": "stripe", "STRIPE_KEY": "rk_test_x", "STRIPE_API": answering(shape)}
    portal = Services(read(own), services.clock)
    browser = Browser(Portal(portal))
    sign_in(browser, ADA, billing_admin=True, billing_customer="cus_1")
    looked, opened = browser.get("/my/billing/"), browser.post("/api/billing", data={"job": "update_card"})
    services.store.run("delete from rate")
    portal.store.close()

    assert looked.status_code == 200
    assert opened.status_code in {503, 422}
    assert "our billing provider" in opened.text
    assert "Nothing was changed" not in opened.text
