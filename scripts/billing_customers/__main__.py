"""Check the table of billing customers: `python -m scripts.billing_customers check [--most 200]`.

Names what would keep customers from their billing: accounts with two customers, customers with two accounts, empty
cells, customers whom the billing system does not know, and accounts that use the portal and are not in the table. Exits
1 when there is any.
"""

import argparse
import sys

from functions.billing import customers
from functions.errors import Problem, SettingsError, StoreError, VendorError
from portal.models import counted
from scripts.billing_customers import problems
from scripts.lib.environment import services as environment


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.billing_customers", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("command", choices=["check"])
    parser.add_argument("--most", type=int, default=200, help="ask the billing system for so many customers (200)")
    most = parser.parse_args(argv).most
    with environment() as services:
        try:
            found = customers.entries(services)
            faults = list(problems(services, found, most))
        except (SettingsError, StoreError, VendorError, Problem) as error:
            print(f"The table could not be checked: {error}", file=sys.stderr)
            return 1
        where = services.settings.billing_customers
    if not where:
        print("BILLING_CUSTOMERS is not set: customers are known by the claim billing_customer alone.")
        return 0
    print(*faults, sep="\n", end="\n" if faults else "")
    print(f"{counted(len(found), 'row')}, {counted(len(faults), 'problem')}.")
    return int(bool(faults))


if __name__ == "__main__":
    raise SystemExit(main())
