"""What the page says before a change is what is then charged, to the cent."""

from html import unescape

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from demo import server
from demo.billers import stripe
from demo.billers.company import DAY, PLANS, TERM, Company, Customer, Subscription
from functions.billers.stripe import Stripe
from functions.billers.stripe.account import Account
from portal.billing import Change, Money
from portal.billing.money import written
from tests.conftest import Browser
from tests.functions.billing.conftest import TERM_BEGAN, Enter, confirm, look, offer

CURRENCIES = ("EUR", "USD", "JPY", "KWD")
AT = st.integers(TERM_BEGAN, TERM_BEGAN + TERM - 1)
SEATS = st.integers(1, 10_000)
# Several changes after each other: the number of seats and the plan, with the seconds between them.
STEPS = st.lists(st.tuples(SEATS, st.sampled_from(sorted(PLANS)), st.integers(0, DAY)), min_size=1, max_size=4)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=AT, seats=SEATS, currency=st.sampled_from(CURRENCIES), tax=st.sampled_from([0, 7, 19, 25]), steps=STEPS)
def test_a_preview_is_what_is_then_charged(
    at: int, seats: int, currency: str, tax: int, steps: list[tuple[int, str, int]]
):
    moment = [at]
    books = Company(clock=lambda: moment[0])
    one = Subscription("sub", "cus", seats=seats, currency=currency, start=TERM_BEGAN)
    books.join(Customer("cus", "a@b.example", tax=tax), one)
    fake = stripe.Stripe(books)
    with server.running(fake) as origin:
        biller = Stripe(Account(origin, stripe.KEY), "", lambda: moment[0] * 1000)
        for number, (wanted, plan, later) in enumerate(steps):
            what = "seats" if plan == one.plan else "change_plan"
            price = f"price_{plan}_{currency.lower()}" if what == "change_plan" else ""
            change = Change(what, "sub", wanted if what == "seats" else None, price, moment[0] * 1000)  # type: ignore[arg-type]
            preview = biller.preview("cus", change)
            before, credit = len(books.invoices), books.credits.get("cus", 0)
            moment[0] = min(moment[0] + later % 900, one.end)  # the customer thinks for a while
            biller.apply("cus", change, f"key-{number}")
            made = books.invoices[before:]

            total = sum(bill.total for bill in made)
            charged = sum(books.left[bill.number] for bill in made)
            assert preview.today == Money(total if total < 0 else charged, currency)
            assert books.credits.get("cus", 0) == credit - total + charged
            assert preview.later == Money(books.renewal(one), currency)
            assert sum(line.amount.minor for line in preview.lines) + (preview.tax.minor if preview.tax else 0) == total


def test_the_amount_on_the_page_is_the_amount_of_the_invoice(browser: Browser, enter: Enter, books: Company):
    books.customers["cus_demo"].tax = 19
    enter()
    for seats in (7, 11, 12, 300):
        page = look(browser, "seats", seats=str(seats))
        confirm(browser, offer(page))

        assert f"<dd>{written(Money(books.invoices[-1].total, 'EUR'))}</dd>" in unescape(page.text)
