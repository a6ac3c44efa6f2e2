"""The table of .github/guides/billing.md, made from what each billing system's adapter declares."""

import importlib
from collections.abc import Callable
from pathlib import Path

from functions.billers import Capabilities
from functions.vendors import family
from portal.billing import Job

FILE = Path(__file__).parents[2] / ".github" / "guides" / "billing.md"
BEGIN, END = "<!-- table: python -m scripts.billing capabilities -->\n", "<!-- end of the table -->"
WHERE = {
    "here": "in the portal",
    "link": "one press leads to the vendor's page for it",
    "home": "leads to the front page of the vendor's portal, and says so",
    "no": "no",
}
JOBS: dict[Job, str] = {
    "update_card": "Update the payment method",
    "seats": "Change seats",
    "change_plan": "Change plan",
    "invoices": "See invoices",
    "details": "Billing address and tax number",
    "cancel": "Cancel",
    "resume": "Take a cancellation back",
    "take_back": "Take back a change of the next period",
}
PDF = {"link": "an address of the vendor", "bytes": "through the portal", "no": "no"}
WEBHOOKS = {"signed": "signed", "password": "a password; the event is read again", "no": "no"}
ROWS: list[tuple[str, Callable[[Capabilities], str]]] = [
    ("Price before a change", lambda can: "yes" if can.previews else "no"),
    ("A second try under the same key", lambda can: "harmless" if can.keyed else "not known: the plan is read instead"),
    ("Brings customers back", lambda can: "yes" if can.returns else "no"),
    ("Keeps why a customer cancels", lambda can: "yes" if can.reasons else "no, so nobody is asked"),
    ("Invoices as PDF", lambda can: PDF[can.pdf]),
    ("Webhooks", lambda can: WEBHOOKS[can.webhooks]),
]


def written(page: str) -> str:
    """The guide with a current table; raises ValueError when it has no place for one."""
    head, begin, rest = page.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{FILE.name} needs the lines {BEGIN.strip()} and {END}")
    return f"{head}{BEGIN}\n{table()}\n{END}{tail}"


def table() -> str:
    """A column for each billing system."""
    can = {biller.title: importlib.import_module(biller.module).CAN for biller in family("billers").values()}
    lines = [f"| | {' | '.join(can)} |", f"|---{'|---' * len(can)}|"]
    lines += [
        f"| {words} | {' | '.join(WHERE[one.jobs[job]] for one in can.values())} |" for job, words in JOBS.items()
    ]
    lines += [f"| {words} | {' | '.join(say(one) for one in can.values())} |" for words, say in ROWS]
    return "\n".join(lines) + "\n"
