"""What vendors write and how we say it: times as unix milliseconds, their states in our words, our facts in their
fields, and their failures in a sentence."""

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from functions.errors import VendorError

if TYPE_CHECKING:
    from portal.tickets import Status, Ticket

UNREACHABLE = "We can't reach our help desk right now. Nothing was lost."
REFUSED = "Our help desk couldn't accept this."
GONE = "We couldn't find that request."

log = logging.getLogger(__name__)


def trimmed(environ: Mapping[str, str]) -> Callable[[str], str]:
    """The variables of the environment without spaces around them; empty when not set."""
    return lambda name: environ.get(name, "").strip()


def milliseconds(value: str) -> int:
    """An ISO 8601 time; 0 for anything else, since one odd field must not hide a ticket."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return 0
    return max(0, int(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() * 1000))


def iso(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"


def status(words: "Mapping[str, Status]", said: str) -> "Status":
    """Our word for theirs. One that we do not know, of a workflow of the site's own, is open: nothing gets lost."""
    if said not in words:
        log.warning("the help desk calls a ticket %r, which we do not know: it is shown as open", said[:40])
    return words.get(said, "open")


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
    """The vendor's fields and what goes into them: account, plan, role, article or topic, without the empty ones."""
    known = {name.lower(): value for name, value in ticket.facts.items()}
    known |= {"account": ticket.requester.account or "", "topic": ticket.draft.topic}
    known["article"] = ticket.draft.context.get("article", "")
    return {theirs: known[ours] for ours, theirs in setting.items() if known.get(ours)}
