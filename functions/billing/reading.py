"""What the billing system says of a customer, read in parts and for a bounded time; and what was last read."""

import json
import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from functions.errors import Problem, VendorError
from portal.billing import Invoice, Money, Subscription, Summary
from portal.clock import DAY_MS, HOUR_MS

if TYPE_CHECKING:
    from functions.billers import Biller
    from functions.services import Services

# The page comes after this long with what is known by then.
WAIT_SECONDS = 2.5
# The notice about a failed payment asks the billing system again after this long, unless a webhook comes first.
KNOWN_MS = HOUR_MS
NOBODY = ("billing_known",)

log = logging.getLogger(__name__)


def summary(services: "Services", customer: str) -> Summary:
    """Everything the page shows; a part that fails or is late is named in `missing`. VendorError `not_found` when
    there is no such customer."""
    biller = services.biller
    parts: dict[str, Callable[[], Any]] = {
        "plan": lambda: _plans(biller, customer),
        "invoices": lambda: tuple(biller.invoices(customer)),
        "method": lambda: biller.payment_method(customer),
    }
    found = in_time(parts, WAIT_SECONDS)
    subscriptions, charge, charge_known = found.get("plan") or ((), None, False)
    missing = [name for name in parts if name not in found]
    if "plan" in found and not charge_known:
        missing.append("charge")
    known = Summary(
        subscriptions, found.get("invoices") or (), found.get("method"), charge, tuple(missing), services.now()
    )
    if not {"plan", "invoices"} & set(missing):
        keep(services, customer, known)
    return known


def in_time(parts: dict[str, Callable[[], Any]], seconds: float) -> dict[str, Any]:
    """The results of those that end in time, all begun at once. A VendorError of kind `not_found` is raised; any other
    goes to the log, and its part is left out."""
    found: dict[str, Any] = {}
    wrong: dict[str, VendorError] = {}

    def run(name: str, part: Callable[[], Any]) -> None:
        try:
            found[name] = part()
        except VendorError as error:
            wrong[name] = error

    # A daemon thread ends with the process; each call has a time limit of its own.
    threads = [threading.Thread(target=run, args=one, daemon=True) for one in parts.items()]
    for thread in threads:
        thread.start()
    until = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    found, wrong = dict(found), dict(wrong)
    for name, error in wrong.items():
        if error.kind == "not_found":
            raise error
        log.warning("billing: %s could not be read: %s %s", name, error.kind, error.detail)
    if late := [name for name in parts if name not in found | wrong]:
        log.warning("billing: not in time: %s", ", ".join(late))
    return found


def _plans(biller: "Biller", customer: str) -> tuple[tuple[Subscription, ...], Any, bool]:
    """The subscriptions, and the next charge when there is one of them; it is asked last and may be missing."""
    subscriptions = tuple(biller.subscriptions(customer))
    if len(subscriptions) != 1:
        return subscriptions, None, True
    try:
        return subscriptions, biller.next_charge(customer, subscriptions[0]), True
    except VendorError as error:
        log.warning("billing: the next charge could not be read: %s %s", error.kind, error.detail)
        return subscriptions, None, False


def failed(known: Summary) -> Invoice | None:
    """The invoice whose payment failed last; one without an amount when only the plan tells that it is unpaid."""
    invoice = next((one for one in known.invoices if one.failed), None)
    if invoice or not any(one.state == "past_due" for one in known.subscriptions):
        return invoice
    return Invoice("", "", 0, Money(0, ""), "open", has_pdf=False, failed=True)


def keep(services: "Services", customer: str, known: Summary) -> None:
    """Keep for the notice whether a payment failed."""
    invoice = failed(known)
    text = json.dumps([invoice.at, invoice.total.minor, invoice.total.currency]) if invoice else ""
    services.store.note(
        "insert into billing_known (customer, failed, read_at) values (:customer, :failed, :now)"
        " on conflict (customer) do update set failed = :failed, read_at = :now",
        customer=customer,
        failed=text,
        now=services.now(),
    )


def forget(services: "Services", customer: str) -> None:
    """Something changed there (a webhook, a change of ours): read again before the next notice."""
    services.store.run("delete from billing_known where customer = :customer", customer=customer)


def notice(services: "Services", customer: str) -> tuple[int, Money] | None:
    """When a payment failed (unix ms, 0: unknown) and how much it was; None when all is paid, or nobody knows."""
    row = services.store.one(
        "select failed from billing_known where customer = :customer and read_at > :since",
        customer=customer,
        since=services.now() - KNOWN_MS,
    )
    if row is None:
        try:
            invoice = failed(summary(services, customer))
        except (VendorError, Problem) as error:
            log.warning("billing: no notice: %s", error)
            return None
        return (invoice.at, invoice.total) if invoice else None
    if not row["failed"]:
        return None
    at, minor, currency = json.loads(row["failed"])
    return at, Money(minor, currency)


def purge(services: "Services", deadline: float) -> None:
    """Job of the tick: what was read of a customer is forgotten after a day."""
    services.store.run("delete from billing_known where read_at < :old", old=services.now() - DAY_MS)
