"""What vendors write and how we say it: times as unix milliseconds, and our facts in their fields."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from functions.errors import VendorError

if TYPE_CHECKING:
    from portal.tickets import Ticket


def milliseconds(value: object) -> int:
    """An ISO 8601 time; 0 for anything else, since one odd field must not hide a ticket."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return 0
    return int(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() * 1000) if moment else 0


def when(value: str) -> int:
    """The same, or unix seconds as text."""
    return int(value) * 1000 if value.isdecimal() else milliseconds(value)


def iso(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"


def fields(setting: str) -> Mapping[str, str]:
    """Which fact goes into which field of the vendor: `account=27648,plan=27642`."""
    pairs = (pair.partition("=") for pair in setting.split(",") if pair.strip())
    return {ours.strip(): theirs.strip() for ours, _, theirs in pairs}


def numeric(value: str, name: str) -> int:
    """A number of the vendor in our settings; raises VendorError `authentication`, since nothing can work without."""
    if not (value.isascii() and value.isdecimal()):
        raise VendorError("Our help desk is not set up.", "authentication", detail=f"{name} has {value!r}, no number")
    return int(value)


def filled(setting: Mapping[str, str], ticket: "Ticket") -> dict[str, str]:
    """The vendor's fields and what goes into them: account, plan, role, article or topic, as far as there is one."""
    known = {name.lower(): value for name, value in ticket.facts.items()}
    known |= {"account": ticket.requester.account or "", "topic": ticket.draft.topic}
    known["article"] = ticket.draft.context.get("article", "")
    return {theirs: known[ours] for ours, theirs in setting.items() if known.get(ours)}
