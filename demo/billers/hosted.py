"""A billing system's own pages: the page that a link opens, where a customer chooses a card, and the PDF of an invoice.

A link is a credential: whoever has it acts for the customer, until it expires.
"""

import secrets
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from markupsafe import Markup
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from demo import pages
from demo.billers.company import Card, Company
from portal.urls import LOOPBACK

OPEN_SECONDS = 300
CARDS = {
    "visa": ("Visa ending in 4242", Card()),
    "mastercard": ("Mastercard ending in 4444", Card("mastercard", "4444", 9, 2030)),
    "asks": ("Visa ending in 3184, whose bank asks", Card("visa", "3184", 6, 2032, asks=True)),
    "declined": ("Visa ending in 0341, which is declined", Card("visa", "0341", 1, 2029, declined=True)),
}
CHOICE = Markup('<label><input type="radio" name="card" value="{}"> {}</label>')
FORM = Markup('<form method="post">{}<button>Use this card</button></form>')
BACK = Markup('<p><a href="{}">Back</a></p>')
ROW = Markup("<li>Invoice {}, {}</li>")
PDF = b"%%PDF-1.4\n%% invoice %s of the demo\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%%%EOF\n"


@dataclass(frozen=True)
class Link:
    """An opened door: `what` is card, home, a change to confirm, or an invoice's number."""

    customer: str
    what: str
    back: str
    until: int


@dataclass
class Doors:
    """The links that were handed out."""

    company: Company
    links: dict[str, Link] = field(default_factory=dict)

    def open(self, customer: str, what: str, back: str = "", seconds: int = OPEN_SECONDS) -> str:
        """The key of a new link."""
        key = secrets.token_urlsafe(18)
        self.links[key] = Link(customer, what, back, self.company.now() + seconds)
        return key

    def page(self, request: Request, key: str) -> Response:
        """What a link leads to: 410 once it has expired."""
        link = self.links.get(key)
        if link is None or self.company.now() > link.until:
            text = Markup("<p>This link has expired. Go back to the portal and open billing again.</p>")
            return pages.page("Link expired", "the billing system's own page", text, 410)
        if link.what.startswith("confirm:"):
            return self._confirm(request, link)
        if link.what not in {"card", "home"}:
            return pdf(link.what)
        customer = self.company.customers[link.customer]
        if request.method == "POST" and request.form.get("card") in CARDS:
            customer.card = CARDS[request.form["card"]][1]
            return redirect(_local(link.back) or request.path, 303)
        body = FORM.format(Markup().join(CHOICE.format(name, text) for name, (text, _) in CARDS.items()))
        if link.what == "home":
            rows = Markup().join(ROW.format(one.number, one.state) for one in self.company.bills(customer.id))
            body = Markup("<h2>Invoices</h2><ul>{}</ul><h2>Card</h2>").format(rows) + body
        if back := _local(link.back):
            body += BACK.format(back)
        return pages.page("Update your card" if link.what == "card" else "Billing", "the billing system's page", body)

    def _confirm(self, request: Request, link: Link) -> Response:
        """Where the owner of a card tells the bank that a change of seats is theirs."""
        _, name, seats, _ = link.what.split(":")
        if request.method == "POST":
            one = self.company.subscriptions[name]
            self.company.change(one, one.plan, int(seats), self.company.now())
            return redirect(_local(link.back) or request.path, 303)
        body = Markup('<p>{} seats</p><form method="post"><button>Confirm</button></form>').format(seats)
        return pages.page("Confirm your change", "the billing system's own page", body)


def pdf(number: str) -> Response:
    """An invoice as a file."""
    return Response(PDF % number.encode(), mimetype="application/pdf")


def _local(address: str) -> str:
    """A demo sends nobody away from this computer."""
    return address if urlsplit(address).hostname in LOOPBACK else ""
