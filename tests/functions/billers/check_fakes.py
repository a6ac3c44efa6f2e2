"""Everything that a portal asks of each billing system, for `make check-fakes`."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from demo.billers import chargebee, recurly, stripe
from demo.billers.company import DAY, Card, Company, Customer, Subscription
from functions.billers import Biller
from functions.services import Services
from functions.settings import read
from portal.billing import Change
from tests.functions.billers.benches import CHARGEBEE, RECURLY, STRIPE

PORTAL = {
    "PUBLIC_ORIGIN": "http://127.0.0.1:8000",
    "SECRET_KEYS": "k" * 32,
    "TICK_TOKEN": "t" * 16,
    "BOT_CHECK": "none",
}


# Recurly writes its patterns as Ruby does, between slashes; in OpenAPI slashes stand for themselves.
SLASHES = re.compile(r"/(.+)/i?")
NULL = {"type": "string", "nullable": True, "maxLength": 0}


@dataclass(frozen=True)
class Known:
    """What is known to be wrong with a specification: paths that begin like one of `beyond` are not in it, `base` is
    not in its paths, and of properties that may be `expanded` it knows the id only. `besides` are calls that it does
    not have: method, path and type of the body. In the schema `circular`, which has itself inside, Prism would take
    anything there; we send nothing of that kind."""

    beyond: tuple[str, ...] = ()
    base: str = ""
    expanded: tuple[str, ...] = ()
    besides: re.Pattern[str] = re.compile("(?!)")
    circular: str = ""

    @contextmanager
    def mended(self, spec: Path) -> Iterator[Path]:
        """The specification as it is meant."""
        with TemporaryDirectory() as folder:
            right = Path(folder) / spec.name
            text = json.dumps(_mended(yaml.safe_load(spec.read_text("utf-8")), self.expanded))
            if self.circular:
                head, inside, tail = text.partition(f'"{self.circular}": {{')
                itself = json.dumps({"$ref": f"#/components/schemas/{self.circular}"})
                text = head + inside + tail.replace(itself, '{"not": {}}', 1)
            right.write_text(text, "utf-8")
            yield right


def _mended(found: Any, expanded: tuple[str, ...]) -> Any:
    """With patterns that can match; and with null as a choice of its own where `nullable` stands without a `type`, for
    which Prism stops checking the whole answer and does not say so (findings/prism-nullable-without-type.sh)."""
    if isinstance(found, list):
        return [_mended(each, expanded) for each in found]
    if not isinstance(found, dict):
        return found
    right = {name: _mended(each, expanded) for name, each in found.items()}
    if isinstance(right.get("pattern"), str) and (inner := SLASHES.fullmatch(right["pattern"])):
        right["pattern"] = inner[1]
    for name in set(expanded) & set(right):
        right[name] = {"anyOf": [right[name], {"type": "object"}]}
    if right.get("nullable") is True and "type" not in right:
        rest = {name: each for name, each in right.items() if name != "nullable"}
        return {"anyOf": [rest, NULL]}
    return right


@dataclass(frozen=True)
class Checked:
    """A vendor's specification and its fake; `run` asks the fake at an address."""

    spec: str
    fake: Any
    run: Callable[[str, Any], None]
    known: Known = Known()


def live(biller: Biller, books: Company) -> None:
    """A customer looks at everything, changes seats and plan, cancels, resumes, and pays late."""
    customer = Customer("acme", "acme@customer.example", tax=19)
    books.join(customer, Subscription("sub-acme", "acme"))
    books.join(Customer("trying", "t@customer.example", card=None), Subscription("sub-t", "trying", state="trial"))
    assert biller.check() == []
    (one,) = biller.subscriptions("acme")
    assert biller.next_charge("acme", one)
    assert biller.payment_method("acme")
    for change in (
        Change("seats", one.id, seats=8),
        Change("seats", one.id, seats=2),
        Change("change_plan", one.id, plan=biller.plans("acme", one)[-1].id),
    ):
        biller.preview("acme", change)
        biller.apply("acme", change, f"key-{change}")
    biller.apply("acme", Change("cancel", one.id), "key-cancel")
    biller.apply("acme", Change("resume", one.id), "key-resume")
    bills = biller.invoices("acme")
    assert biller.pdf("acme", bills[0].id)
    for job, where in biller.capabilities().jobs.items():
        if where in {"link", "home"}:
            biller.portal_url("acme", job, "http://127.0.0.1:8000/my/billing/")
    books.bills("acme")[0].state = "overdue"
    customer.card = Card(declined=True)
    assert biller.subscriptions("acme")
    assert biller.subscriptions("trying")
    assert biller.active_customers() == 2


def _biller(environ: dict[str, str]) -> Biller:
    return Services(read(PORTAL | environ)).biller


def _chargebee(origin: str, fake: chargebee.Chargebee) -> None:
    live(_biller(CHARGEBEE | {"CHARGEBEE_API": origin}), fake.books)


def _recurly(origin: str, fake: recurly.Recurly) -> None:
    live(_biller(RECURLY | {"RECURLY_API": origin}), fake.books)


def _stripe(origin: str, fake: stripe.Stripe) -> None:
    live(_biller(STRIPE | {"STRIPE_API": origin}), fake.books)


BILLERS = (
    Checked(
        "stripe.openapi.yaml",
        stripe.Stripe(Company()),
        _stripe,
        Known(expanded=("product", "default_payment_method")),
    ),
    Checked(
        "chargebee.openapi.yaml",
        chargebee.Chargebee(Company(grain=DAY)),
        _chargebee,
        Known(("/api/v2/item_prices", "/files/"), "/api/v2"),
    ),
    Checked(
        "recurly.openapi.yaml", recurly.Recurly(Company(grain=DAY)), _recurly, Known(("/accounts/code-acme/balance",))
    ),
)
