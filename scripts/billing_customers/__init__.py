"""What is wrong with the operator's table of billing customers."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from functions.billing.customers import Entry
from functions.errors import VendorError

if TYPE_CHECKING:
    from functions.services import Services
    from functions.stores import Store


def problems(services: "Services", found: list[Entry], most: int) -> Iterator[str]:
    """A sentence for each; the billing system is asked for `most` customers. VendorError when it does not answer."""
    yield from _empty(found)
    yield from _several(found)
    yield from _missing(found, used(services.store))
    yield from _unknown(found, lambda customer: bool(services.biller.subscriptions(customer)), most)


def used(store: "Store") -> set[str]:
    """The accounts of people who are signed in or have asked something."""
    rows = store.all("select distinct account from ticket where account is not null")
    signed_in = (json.loads(row["requester"]) for row in store.all("select requester from session"))
    return {row["account"] for row in rows} | {one["account"] for one in signed_in if one.get("account")}


def _empty(found: Iterable[Entry]) -> Iterator[str]:
    for one in found:
        if not one.name or not one.customer:
            yield f"line {one.line}: {'billing_customer' if one.name else one.key} is empty"


def _several(found: Iterable[Entry]) -> Iterator[str]:
    of_name, of_customer = defaultdict(set), defaultdict(set)
    for one in found:
        if one.name and one.customer:
            of_name[f"{one.key} {one.name}"].add(one.customer)
            of_customer[one.customer].add(f"{one.key} {one.name}")
    for name, those in sorted(of_name.items()):
        if len(those) > 1:
            yield f"{name} has several customers ({', '.join(sorted(those))}): its billing stays closed"
    for customer, names in sorted(of_customer.items()):
        if len(names) > 1:
            yield f"customer {customer} stands for {', '.join(sorted(names))}: each sees the other's invoices"


def _missing(found: Iterable[Entry], accounts: Iterable[str]) -> Iterator[str]:
    found = list(found)
    if any(one.key == "account" for one in found):
        for account in sorted(set(accounts) - {one.name for one in found if one.key == "account"}):
            yield f"account {account} uses the portal and is not in the table"


def _unknown(found: Iterable[Entry], is_known: Callable[[str], bool], most: int) -> Iterator[str]:
    for customer in sorted({one.customer for one in found if one.customer})[:most]:
        try:
            if not is_known(customer):
                yield f"customer {customer} has no subscription"
        except VendorError as error:
            if error.kind != "not_found":
                raise
            yield f"customer {customer} is unknown to the billing system"
