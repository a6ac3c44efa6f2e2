"""Whether each account finds its customer in the billing system."""

from functions.billing import customers
from functions.errors import VendorError
from portal.models import counted
from scripts.billing_customers import problems
from scripts.doctor import Check, Found, Portal, bad, good, unknown

# Each is a call to the billing system.
MOST = 20


def table(portal: Portal) -> Found:
    settings = portal.services.settings
    if settings.biller == "none" or not portal.part("billing"):
        return unknown("there is no billing to find customers in")
    if not settings.billing_customers:
        return good("customers are known by the claim billing_customer")
    try:
        found = customers.entries(portal.services)
        faults = list(problems(portal.services, found, MOST))
    except VendorError as error:
        return unknown(f"the billing system does not answer: {error.detail or error.public}", "See the row of billing.")
    if not found:
        return bad("the table of billing customers is empty", "Fill it, or leave BILLING_CUSTOMERS out.")
    if faults:
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        return bad(faults[0] + more, "Run `python -m scripts.billing_customers check`, and mend the table.")
    return good(f"the table of billing customers has {counted(len(found), 'row')} without a fault")


CHECKS = (Check("billing-customers", "Each account's billing", table, stage=3, mistake=5),)
