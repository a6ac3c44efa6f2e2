"""The data of the demo's billing server: customers, subscriptions and portal sessions."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Session:
    """A portal session: its address lets a customer act without signing in, for a short while."""

    customer: str
    return_url: str
    flow: str | None
    subscription: str | None
    after: str | None
    created: float


@dataclass
class Books:
    """All data of the server; `mood` is how its API answers."""

    clock: Callable[[], float] = time.time
    mood: str = "well"
    hurry: threading.Event = field(default_factory=threading.Event)
    sessions: dict[str, Session] = field(default_factory=dict)
    customers: dict[str, dict[str, Any]] = field(default_factory=dict)
    subscriptions: dict[str, dict[str, Any]] = field(default_factory=dict)
    switched_off: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.customers["cus_demo"] = {"name": "Bluebird", "email": "ada@bluebird.example", "card": "visa"}
        self.subscriptions["sub_demo"] = {"customer": "cus_demo", "plan": "team", "status": "active", "ends": False}
