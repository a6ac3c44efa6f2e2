"""What the billing server of the demo knows: customers, subscriptions, and who may act without signing in."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Session:
    """A portal session: where a customer may act without signing in, for a short while."""

    customer: str
    return_url: str
    flow: str | None
    subscription: str | None
    after: str | None
    created: float


@dataclass
class Books:
    """Everything the server knows; `mood` is how it answers its API."""

    clock: Callable[[], float] = time.time
    mood: str = "well"
    hurry: threading.Event = field(default_factory=threading.Event)
    sessions: dict[str, Session] = field(default_factory=dict)
    customers: dict[str, dict[str, Any]] = field(default_factory=dict)
    subscriptions: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.customers["cus_demo"] = {"name": "Acme Customer", "email": "ada@acme-customer.example", "card": "visa"}
        self.subscriptions["sub_demo"] = {"customer": "cus_demo", "plan": "team", "status": "active", "ends": False}
