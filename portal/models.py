"""The customer, as tickets, billing and account share them."""

from dataclasses import dataclass, field

# A scope of the session: to read every ticket of the customer's organisation.
ORGANISATION_SCOPE = "tickets:account"


def clean(text: str) -> str:
    """Another system's text without the characters that databases and pages refuse: control characters and lone
    surrogates (a name that was cut inside an emoji)."""
    return "".join(character for character in text if character.isprintable()).strip()


def counted(number: int, noun: str) -> str:
    """A number and what it counts: `1 ticket`, `2 tickets`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def is_true(claim: object) -> bool:
    """Whether a claim says yes; some providers send every claim as text, and to Python 1 is True."""
    return claim is True or claim == "true"


@dataclass(frozen=True)
class Requester:
    """A customer as a verified session knows them; never filled from a form or a URL.

    `email` is an address that the identity provider verified, `account` the customer organisation's id
    (a claim, never an email's domain), `scopes` what the session may do (e.g. `tickets:account`).
    """

    subject: str
    email: str
    name: str = ""
    account: str | None = None
    scopes: frozenset[str] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        for name in ("subject", "email", "name", "account"):
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, clean(value))
