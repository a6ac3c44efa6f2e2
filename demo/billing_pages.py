"""The pages of the demo's billing portal."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from markupsafe import Markup
from werkzeug import Response

from demo import pages

if TYPE_CHECKING:
    from demo.billing_books import Books, Session

# Brand, last four digits, label: Stripe's well-known test cards.
CARDS = {
    "visa": ("visa", "4242", "Visa ending in 4242"),
    "mastercard": ("mastercard", "4444", "Mastercard ending in 4444"),
    "amex": ("amex", "0005", "American Express ending in 0005"),
}
PLANS = {"starter": "Starter, 9.00 a month", "team": "Team, 19.00 a seat", "company": "Company, 39.00 a seat"}
TITLES = {
    "payment_method_update": "Update your card",
    "subscription_update": "Change your plan",
    "subscription_cancel": "Cancel your plan",
}
# Far enough that no demo outlives it.
PERIOD_END = int(datetime(2031, 4, 30, 12, tzinfo=UTC).timestamp())
LAST_DAY = "30 Apr 2031"
ENDS = Markup("<p>If you cancel, your plan stays available until {}.</p>")
CHOICE = Markup('<label><input type="radio" name="{}" value="{}"{}> {}</label>')
FRONT = Markup("<p>Card: {}</p><ul><li>Invoice DEMO-0001, paid</li><li>Invoice DEMO-0002, paid</li></ul>")
FORM = Markup('<form method="post">{}<button>{}</button></form>')


def portal_page(session: "Session", books: "Books") -> Response:
    """The page of the session's flow, or the portal's front page when it has none."""
    customer = books.customers[session.customer]
    subscription = books.subscriptions.get(session.subscription or "", {})
    match session.flow:
        case "payment_method_update":
            body = _choose("card", {name: card[2] for name, card in CARDS.items()}, customer["card"], "Use this card")
        case "subscription_update":
            body = _choose("plan", PLANS, subscription["plan"], "Change plan")
        case "subscription_cancel":
            hidden = Markup('<input type="hidden" name="cancel" value="1">')
            body = ENDS.format(LAST_DAY) + FORM.format(hidden, "Cancel plan")
        case _:
            body = FRONT.format(CARDS[customer["card"]][2])
    back = Markup('<p><a href="{}">Return to the help portal</a></p>').format(session.return_url)
    return pages.page(TITLES.get(session.flow or "", "Billing"), "the billing system's own page", body + back)


def _choose(name: str, choices: dict[str, str], chosen: str, button: str) -> Markup:
    checked = {True: Markup(" checked"), False: ""}
    options = [CHOICE.format(name, key, checked[key == chosen], text) for key, text in choices.items()]
    return FORM.format(Markup().join(options), button)
