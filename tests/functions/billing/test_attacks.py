"""What an attacker tries: other customers' ids, forged offers and returns, other sites' forms, links that change."""

import pytest
from itsdangerous import URLSafeSerializer

from demo.billers.company import Company, Customer, Subscription
from demo.billers.stripe import Stripe
from functions.billing import offers
from functions.services import Services
from portal.billing import Change
from tests.conftest import Browser
from tests.functions.billing.conftest import NOW, Enter, choose, confirm, look, offer


@pytest.fixture
def other(books: Company) -> Customer:
    """Another customer with a plan and invoices of their own."""
    eve = Customer("cus_other", "eve@other.example")
    books.join(eve, Subscription("sub_other", "cus_other", seats=3))
    return eve


def test_the_customer_comes_from_the_session_and_never_from_the_form(
    browser: Browser, enter: Enter, vendor: Stripe, other: Customer
):
    enter()
    form = {"job": "update_card", "customer": other.id, "billing_customer": other.id}
    browser.post(f"/api/billing?customer={other.id}", data=form)

    assert [link.customer for link in vendor.doors.links.values()] == ["cus_demo"]


@pytest.mark.parametrize("job", ["seats", "change_plan", "cancel", "resume"])
def test_another_customers_plan_is_not_found(job: str, browser: Browser, enter: Enter, other: Customer, books: Company):
    enter()
    page = look(browser, job, subscription="sub_other", seats="9", plan="price_company_eur")
    missing = look(browser, job, subscription="sub_none", seats="9", plan="price_company_eur")

    assert page.status_code == missing.status_code == 404
    assert "sub_other" not in page.text.partition("<form")[0]
    assert books.subscriptions["sub_other"].seats == 3


def test_another_customers_invoice_is_not_found(browser: Browser, enter: Enter, other: Customer, books: Company):
    enter()
    theirs = f"in_{books.bills(other.id)[0].number}"
    answers = [browser.get("/my/billing/invoice/", query_string={"id": one}) for one in (theirs, "in_none", "", "../x")]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert all("Location" not in answer.headers for answer in answers)


def test_another_customers_change_is_not_found(browser: Browser, enter: Enter, other: Customer):
    enter()
    done = confirm(browser, offer(look(browser, "cancel"))).location
    enter(billing_customer=other.id)

    assert browser.get(done).status_code == 404


def test_an_offer_of_one_customer_is_of_no_use_to_another(
    browser: Browser, enter: Enter, other: Customer, books: Company
):
    enter(billing_customer=other.id)
    sealed = offer(look(browser, "seats", subscription="sub_other", seats="9"))
    enter()

    assert confirm(browser, sealed).status_code == 409
    assert books.subscriptions["sub_other"].seats == 3


@pytest.mark.parametrize("sealed", ["", "x", "x.y", "a" * 5000, "\u00e9.\u00e9"])
def test_rubbish_instead_of_an_offer_is_refused(sealed: str, browser: Browser, enter: Enter):
    enter()

    assert confirm(browser, sealed).status_code == 409


def test_an_offer_that_was_changed_or_signed_elsewhere_is_refused(
    browser: Browser, enter: Enter, services: Services, books: Company
):
    enter()
    services.clock.at = NOW * 1000  # type: ignore[attr-defined]
    before = ("price_team_eur", 5, False, "active")
    cheap, dear = (
        offers.seal(services, offers.Offer("k", "cus_demo", Change("seats", "sub_demo", seats), before, NOW * 1000))
        for seats in (1, 500)
    )
    swapped = f"{cheap.rpartition('.')[0]}.{dear.rpartition('.')[2]}"
    another = str(URLSafeSerializer("x" * 32, salt="billing-offer").dumps({"key": "k"}))
    other_use = str(URLSafeSerializer(services.settings.secret_keys[0], salt="session").dumps({"key": "k"}))

    assert [confirm(browser, bad).status_code for bad in (swapped, another, other_use)] == [409] * 3
    assert books.subscriptions["sub_demo"].seats == 5


@pytest.mark.parametrize("minutes", [16, -2])
def test_a_price_is_good_for_a_quarter_of_an_hour(
    minutes: int, browser: Browser, enter: Enter, services: Services, books: Company
):
    enter()
    sealed = offer(look(browser, "seats", seats="7"))
    services.clock.at = NOW * 1000 + minutes * 60_000  # type: ignore[attr-defined]

    assert confirm(browser, sealed).status_code == 409
    assert books.subscriptions["sub_demo"].seats == 5


@pytest.mark.parametrize(
    "method_and_path",
    [
        ("GET", "/api/billing?job=cancel&subscription=sub_demo"),
        ("GET", "/api/billing/change?offer=x"),
        ("HEAD", "/api/billing?job=update_card"),
    ],
    ids=str,
)
def test_a_link_or_a_prefetch_changes_and_opens_nothing(
    method_and_path: tuple[str, str], browser: Browser, enter: Enter, vendor: Stripe
):
    enter()
    method, path = method_and_path

    assert browser.open(path, method=method).status_code == 405
    assert vendor.doors.links == {}


def test_a_page_that_is_prefetched_changes_nothing(browser: Browser, enter: Enter, books: Company, vendor: Stripe):
    enter()
    for path in ("", "change/?what=cancel&subscription=sub_demo", "change/?what=seats&subscription=sub_demo&seats=9"):
        assert browser.get(f"/my/billing/{path}", headers={"Sec-Purpose": "prefetch"}).status_code == 200

    assert books.subscriptions["sub_demo"].seats == 5
    assert books.subscriptions["sub_demo"].state == "active"
    assert vendor.doors.links == {}
    assert {path for method, path in vendor.faults.calls if method == "POST"} == {"/v1/invoices/create_preview"}


@pytest.mark.parametrize("path", ["/api/billing", "/api/billing/change"])
@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}], ids=str)
def test_a_form_of_another_site_is_refused(
    path: str, headers: dict[str, str], browser: Browser, enter: Enter, books: Company, vendor: Stripe
):
    enter()
    sealed = offer(look(browser, "cancel"))
    form = {"job": "update_card", "offer": sealed}

    assert browser.post(path, data=form, headers=headers).status_code == 403
    assert books.subscriptions["sub_demo"].state == "active"
    assert vendor.doors.links == {}


def test_a_forged_return_claims_nothing(browser: Browser, enter: Enter):
    enter()
    pages = [browser.get(f"/my/billing/{path}") for path in ("?job=cancel", "?job=<script>", "done/?id=made-up")]

    assert "Cancelled" not in pages[0].text
    assert "<script>" not in pages[1].text
    assert pages[2].status_code == 404


@pytest.mark.parametrize("there", ["//evil.example", "https://evil.example/x", "/\\evil.example"])
def test_no_parameter_leads_to_another_site(there: str, browser: Browser, enter: Enter):
    enter()
    form = {"job": "update_card", "return": there, "return_url": there, "back": there, "next": there}
    answer = browser.post("/api/billing", data=form)

    assert "evil" not in answer.location


def test_an_address_on_a_host_that_is_not_allowed_is_not_followed(browser: Browser, enter: Enter, vendor: Stripe):
    vendor.foreign = True
    enter()
    answer = choose(browser, "update_card")

    assert answer.status_code == 503
    assert "Location" not in answer.headers
    assert "evil.example" not in answer.text


def test_an_unknown_job_is_refused(browser: Browser, enter: Enter, vendor: Stripe):
    enter()

    assert choose(browser, "delete_everything").status_code == 422
    assert browser.get("/my/billing/change/?what=delete").status_code == 404
    assert vendor.faults.calls == []


def test_what_a_customer_types_as_a_reason_reaches_the_vendor_as_text(browser: Browser, enter: Enter, vendor: Stripe):
    enter()
    sealed = offer(look(browser, "cancel"))
    confirm(browser, sealed, reason="x&cancel_at_period_end=false\u0000\n" + "y" * 3000)

    assert vendor.reasons["sub_demo"].startswith("x&cancel_at_period_end=false y")
    assert len(vendor.reasons["sub_demo"]) == 1000
