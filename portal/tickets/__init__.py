"""A customer's ticket: what is sent to a help desk, what comes back, and the words customers read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from portal.models import Requester, clean

Status = Literal["open", "pending", "on_hold", "solved"]

# The states of a desk in a customer's words; adapters map the desk's own to these. What a request on hold waits for
# is said beside the word.
STATUS_WORDS: Mapping[Status, str] = {
    "open": "In progress",
    "pending": "We replied",
    "on_hold": "In progress",
    "solved": "Solved",
}
# A request that was accepted here and that no agent has seen yet.
RECEIVED = "Received"
SUBJECT_MIN, SUBJECT_MAX = 5, 120
BODY_MIN, BODY_MAX = 20, 20_000
# What a customer may send along, in the order in which it is shown, with its label.
CONTEXT_LABELS: Mapping[str, str] = {
    "article": "Article you came from",
    "query": "Your search",
    "vote": "Your feedback on the article",
    "read": "Articles you read on this visit",
    "browser": "Browser and system",
}
VOTES: Mapping[str, str] = {
    "missing_info": "not helpful: something is missing",
    "inaccurate": "not helpful: the steps don't match what I see",
    "unclear": "not helpful: I couldn't follow a step",
    "broken": "not helpful: a link or picture is broken",
    "not_my_question": "not helpful: it didn't answer my question",
    "no": "not helpful",
    "yes": "helpful",
}


class Draft(NamedTuple):
    """A message before it is sent; `context` maps CONTEXT_LABELS' names to plain text."""

    topic: str
    subject: str
    body: str
    context: Mapping[str, str] = {}


@dataclass(frozen=True)
class File:
    """A file as the customer sent it; `type` is a MIME type that the portal allows."""

    name: str
    type: str
    data: bytes = field(repr=False)


class Ticket(NamedTuple):
    """A draft of a verified customer on its way to the help desk; `key` makes a second delivery harmless.

    `facts` is what the portal itself knows (account, plan, role, seconds in the form, searches with their result
    counts, the article's address and revision), label -> plain text, for the agents only; `follows` is the desk's
    reference of the closed ticket that this one goes on from.
    """

    key: str
    reference: str
    requester: Requester
    draft: Draft
    created_at: int
    files: tuple[File, ...] = ()
    facts: Mapping[str, str] = {}
    follows: str = ""


class Reply(NamedTuple):
    """A customer's further message; `key` is of this reply alone."""

    key: str
    body: str
    created_at: int
    files: tuple[File, ...] = ()
    solves: bool = False


class Attachment(NamedTuple):
    """A file of a message as the desk names it: its size in bytes; never the desk's own address for it."""

    name: str
    type: str
    size: int


class Message(NamedTuple):
    """One public message of a ticket; `at` in unix milliseconds. `body` is plain text; `html` is what the desk has
    instead, untrusted: clean it before showing it. `name` is the agent's as the desk has it; customers read the first
    name alone."""

    author: Literal["customer", "agent"]
    body: str
    at: int
    html: str = ""
    files: tuple[Attachment, ...] = ()
    name: str = ""


class Thread(NamedTuple):
    """A ticket as the help desk has it; times in unix milliseconds, messages oldest first. `closed` means that a
    reply cannot open it again."""

    desk_ref: str
    reference: str
    subject: str
    status: Status
    created_at: int
    updated_at: int
    messages: tuple[Message, ...] = ()
    closed: bool = False


def word(status: str, *, waits: bool = False) -> str:
    """A status in the customer's words; an unknown one reads as open. `waits`: no agent has seen the request yet."""
    if waits and status == "open":
        return RECEIVED
    return next((text for known, text in STATUS_WORDS.items() if known == status), STATUS_WORDS["open"])


def faults(draft: Draft, topics: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with a draft: field -> what to do, empty when it can be sent. `topics` is id -> title."""
    wrong = {}
    if draft.topic not in topics:
        wrong["topic"] = "Choose a topic."
    if not SUBJECT_MIN <= len(draft.subject) <= SUBJECT_MAX:
        wrong["subject"] = f"Write your question in {SUBJECT_MIN} to {SUBJECT_MAX} characters."
    if len(draft.body) < BODY_MIN:
        wrong["body"] = f"Tell us a little more: at least {BODY_MIN} characters."
    elif len(draft.body) > BODY_MAX:
        wrong["body"] = f"This is {len(draft.body):,} characters long. Shorten it to {BODY_MAX:,}."
    return wrong


def note(ticket: Ticket) -> str:
    """The agents' note beside the message, plain text with one fact on a line: the customer's context, the portal's
    facts, and its reference."""
    rows = {CONTEXT_LABELS.get(name, name): value for name, value in ticket.draft.context.items()}
    rows |= ticket.facts
    rows |= {"Follow-up to": ticket.follows} if ticket.follows else {}
    rows |= {"Portal reference": ticket.reference, "Portal key": ticket.key}
    return "Sent along by the portal\n" + "\n".join(
        f"{_harmless(name)}: {_harmless(value)}" for name, value in rows.items()
    )


def rating_note(good: bool, reason: str) -> str:
    """The agents' note of the customer's answer to "Did we solve it?"."""
    if good:
        return "The customer says: this solved it."
    return "The customer says: this did not solve it." + (f" What was missing: {_harmless(reason)}" if reason else "")


# Characters that a desk may render as Markdown or HTML, and their replacements.
HARMLESS = str.maketrans({"<": "\u2039", ">": "\u203a", "[": "(", "]": ")", "`": "'", "*": "\u2217"})


def _harmless(text: str) -> str:
    """One line without markup: a customer's text must not read as markup or as another fact."""
    return clean(" ".join(text.split()))[:500].translate(HARMLESS)
