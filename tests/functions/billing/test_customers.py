"""Whose billing somebody sees: by a verified claim, or by the operator's own table, and by nothing that was typed."""

import os
from pathlib import Path

import pytest

from demo.billers.company import Company, Customer, Subscription
from functions.billing import customers
from functions.billing.customers import Entry
from functions.errors import SettingsError
from functions.services import Services
from functions.settings import read
from functions.signin import sessions
from portal.models import Requester
from scripts.billing_customers import problems
from scripts.billing_customers.__main__ import main
from scripts.doctor import Portal
from scripts.doctor.customers import table
from tests.conftest import Browser
from tests.functions.billing.conftest import Enter


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The operator's table: Ada's account is the demo's customer."""
    file = tmp_path / "customers.csv"
    file.write_text("account,billing_customer\nacme-customer,cus_demo\n", "utf-8-sig")
    return file


@pytest.fixture
def environ(environ: dict[str, str], file: Path) -> dict[str, str]:
    return environ | {"BILLING_CUSTOMERS": str(file)}


def plan(browser: Browser) -> bool:
    """Whether the billing page shows the demo's customer's plan."""
    return "Visa" in browser.get("/my/billing/").text


def test_the_table_tells_whose_billing_it_is_when_no_claim_does(browser: Browser, enter: Enter):
    enter(billing_customer=None)

    assert plan(browser)


def test_a_verified_claim_counts_more_than_the_table(browser: Browser, enter: Enter, file: Path):
    file.write_text("account,billing_customer\nacme-customer,cus_other\n")
    enter()

    assert plan(browser)


@pytest.mark.parametrize("name", ["", "acme", "ACME-CUSTOMER", "acme-customer ", "*", "ada@acme-customer.example"])
def test_another_account_gets_nothing(browser: Browser, enter: Enter, file: Path, name: str):
    file.write_text(f"account,billing_customer\n{name}x,cus_demo\n,cus_demo\n")
    enter(billing_customer=None)

    assert not plan(browser)


def test_a_row_without_an_account_belongs_to_nobody(browser: Browser, services: Services, file: Path):
    file.write_text("account,billing_customer\n,cus_demo\n")
    nobody = Requester("ben", "ben@elsewhere.example", "Ben")
    cookie = sessions.start(services, nobody, {"billing_admin": True})
    browser.set_cookie("portal", cookie, domain="127.0.0.1")

    assert not plan(browser)


def test_an_email_address_is_never_looked_at(browser: Browser, enter: Enter, file: Path, services: Services):
    file.write_text("account,subject,email,billing_customer\n,,ada@acme-customer.example,cus_demo\n")
    enter(billing_customer=None, email="ada@acme-customer.example")

    assert not plan(browser)
    assert all(one.key in {"account", "subject"} for one in customers.entries(services))


def test_a_subject_may_stand_in_the_table_instead_of_an_account(browser: Browser, enter: Enter, file: Path):
    file.write_text("subject,billing_customer\nada,cus_demo\n")
    enter(billing_customer=None)

    assert plan(browser)


def test_two_customers_for_one_account_close_its_billing_and_go_to_the_log(
    browser: Browser, enter: Enter, file: Path, books: Company, caplog: pytest.LogCaptureFixture
):
    books.join(Customer("cus_2", "two@customer.example"), Subscription("sub_2", "cus_2"))
    file.write_text("account,billing_customer\nacme-customer,cus_demo\nacme-customer,cus_2\n")
    enter(billing_customer=None)

    assert not plan(browser)
    assert "several" in caplog.text


def test_only_a_billing_admin_gets_in_by_the_table(browser: Browser, enter: Enter):
    enter(billing_customer=None, billing_admin=False)

    assert not plan(browser)


def test_the_file_is_read_again_when_it_has_changed(services: Services, file: Path):
    before = customers.entries(services)
    file.write_text("account,billing_customer\nother,cus_2\n")
    os.utime(file, ns=(1, 1))

    assert before == [Entry("account", "acme-customer", "cus_demo", 2)]
    assert customers.entries(services) == [Entry("account", "other", "cus_2", 2)]


def test_the_table_may_be_a_query_in_the_portals_own_database(environ: dict[str, str], services: Services):
    services.store.run("create table orgs (name text, stripe text)")
    services.store.run("insert into orgs values ('acme-customer', 'cus_demo'), ('other', '')")
    query = "select name as account, stripe as billing_customer from orgs order by name"
    found = customers.entries(_with(environ, services, query))

    assert [(one.name, one.customer) for one in found] == [("acme-customer", "cus_demo"), ("other", "")]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "the first line must be"),
        ("email,billing_customer\n", "the first line must be"),
        ("account,customer\n", "the first line must be"),
        ('account,billing_customer\n"' + "x" * 200_000 + "\n", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_mistake_of_the_settings(services: Services, file: Path, text: str, says: str):
    file.write_text(text)
    with pytest.raises(SettingsError, match=says):
        customers.entries(services)


def test_a_query_without_the_columns_is_a_mistake_of_the_settings(environ: dict[str, str], services: Services):
    with pytest.raises(SettingsError, match="it needs billing_customer"):
        customers.entries(_with(environ, services, "select 1 as account"))


def test_a_table_that_is_not_there_is_named_at_the_start(environ: dict[str, str]):
    with pytest.raises(SettingsError, match="neither a file nor a query"):
        read(environ | {"BILLING_CUSTOMERS": "nowhere.csv"})


def _with(environ: dict[str, str], services: Services, where: str) -> Services:
    """The same store with another table of customers."""
    other = Services(read(environ | {"BILLING_CUSTOMERS": where}), services.clock)
    other.store = services.store
    return other


def test_the_check_names_what_keeps_customers_from_their_billing(
    services: Services, file: Path, books: Company, browser: Browser, enter: Enter
):
    books.join(Customer("cus_2", "two@customer.example"), Subscription("sub_2", "cus_2"))
    books.customers["cus_bare"] = Customer("cus_bare", "bare@customer.example")
    file.write_text(
        "account,billing_customer\n"
        "one,cus_demo\ntwo,cus_demo\nthree,cus_2\nthree,cus_demo\n,cus_2\nfour,\nfive,cus_gone\nsix,cus_bare\n"
    )
    enter()
    found = list(problems(services, customers.entries(services), 200))

    assert found == [
        "line 6: account is empty",
        "line 7: billing_customer is empty",
        "account three has several customers (cus_2, cus_demo): its billing stays closed",
        "customer cus_demo stands for account one, account three, account two: each sees the other's invoices",
        "account acme-customer uses the portal and is not in the table",
        "customer cus_bare has no subscription",
        "customer cus_gone is unknown to the billing system",
    ]


def test_the_command_ends_with_1_when_there_is_a_problem(
    environ: dict[str, str], services: Services, file: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    well = main(["check"])
    first = capsys.readouterr().out
    file.write_text("account,billing_customer\nacme-customer,cus_gone\n")
    ill = main(["check"])
    second = capsys.readouterr().out
    file.write_text("nothing\n")
    broken = main(["check"])
    monkeypatch.delenv("BILLING_CUSTOMERS")

    assert (well, ill, broken, main(["check"])) == (0, 1, 1, 0)
    assert first == "1 row, 0 problems.\n"
    assert "customer cus_gone is unknown to the billing system\n1 row, 1 problem." in second
    assert "by the claim billing_customer alone" in capsys.readouterr().out


def test_the_doctor_looks_at_the_table(environ: dict[str, str], services: Services, file: Path):
    def state(**changes: str) -> tuple[str, str]:
        found = table(Portal(environ | changes))
        return found.state, found.says

    without = state(BILLING_CUSTOMERS="")
    well = state()
    file.write_text("account,billing_customer\nacme-customer,cus_gone\nx,\n")
    ill = state()
    file.write_text("account,billing_customer\n")

    assert without == ("pass", "customers are known by the claim billing_customer")
    assert well == ("pass", "the table of billing customers has 1 row without a fault")
    assert ill == ("fail", "line 3: billing_customer is empty (and 1 more)")
    assert state()[0] == "fail"
    assert state(BILLER="none")[0] == "unknown"
