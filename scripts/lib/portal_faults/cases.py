"""The faults: what happens, and what a customer does meanwhile."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass

from functions.errors import StoreError
from portal.clock import DAY_MS, HOUR_MS
from scripts.lib.portal_faults.front import Mood
from scripts.lib.portal_faults.world import BUNDLE, Portal, Seen, Troubled, build

BALLAST = (4000, 400, 40, 4)


@dataclass(frozen=True)
class Does:
    """What a customer does, as the table says it."""

    what: str
    step: Callable[[Portal], Seen]


@dataclass(frozen=True)
class Fault:
    """A fault with its name and title; `happens` lasts as long as its block."""

    name: str
    title: str
    happens: Callable[[Portal], AbstractContextManager[None]]
    steps: tuple[Does, ...]
    # And once the fault is over.
    after: tuple[Does, ...] = ()


LOOKS = Does("opens their requests", lambda one: one.get("/my/tickets/"))
READS = Does("opens a request", lambda one: one.get(f"/my/ticket/?ref={one.reference}"))
ASKS = Does("asks", lambda one: one.ask("during the fault"))
REPLIES = Does("replies", lambda one: one.reply())
BILLING = Does("opens billing", lambda one: one.get("/my/billing/"))
CARD = Does("updates their card", lambda one: one.post("/api/billing", job="update_card"))
SIGNS_IN = Does("signs in", lambda one: one.get("/api/signin?way=account"))
BY_EMAIL = Does("signs in by email", lambda one: one.sign_in_by_email())
STATUS = Does("looks at the status", lambda one: one.get("/api/v2/status.json"))
OLD_TOPIC = Does("asks about a topic that is no more", lambda one: one.ask("old page", topic="plans"))
NEW_TOPIC = Does("asks about a new topic", lambda one: one.ask("new page", topic="billing", context_article="a/new"))


@contextmanager
def with_pragma(one: Portal, pragma: str) -> Iterator[None]:
    store = one.services.store
    assert isinstance(store, Troubled)
    store.close()
    store.pragmas = (pragma,)
    yield
    store.pragmas = ()
    store.close()


@contextmanager
def full(one: Portal) -> Iterator[None]:
    """No page can be added to the file, and none is free."""
    store = one.services.store
    store.run("create table ballast (data text)")
    row = store.one("pragma page_count")
    limit = f"max_page_count={(row or {})['page_count'] + 20}"
    store.run(f"pragma {limit}")
    for size in BALLAST:
        while _fits(one, "x" * size):
            continue
    with with_pragma(one, limit):
        yield
    store.run("drop table ballast")


def _fits(one: Portal, text: str) -> bool:
    try:
        return one.services.store.run("insert into ballast values (:data)", data=text) == 1
    except StoreError:
        return False


@contextmanager
def locked(one: Portal) -> Iterator[None]:
    """Another process holds the one writer's lock."""
    with closing(sqlite3.connect(one.folder / "portal.db", isolation_level=None)) as other:
        other.execute("begin exclusive")
        yield
        other.execute("rollback")


@contextmanager
def gone(one: Portal) -> Iterator[None]:
    """The file is moved away, and comes back."""
    away = one.folder / "away"
    away.mkdir()
    for file in one.folder.glob("portal.db*"):
        file.rename(away / file.name)
    yield
    for file in away.iterdir():
        file.rename(one.folder / file.name)


@contextmanager
def identity(one: Portal, mood: Mood) -> Iterator[None]:
    """The provider's claims are old, so that it is asked again for somebody who is signed in."""
    one.services.store.run("update session set claims_at = :old", old=one.services.now() - 2 * HOUR_MS)
    with one.fronts["identity"].being(mood):
        yield


@contextmanager
def clock(one: Portal, off: int) -> Iterator[None]:
    """The machine's clock is wrong while customers come and the scheduler ticks, and is put right again."""
    one.deliver()
    one.clock.off += off
    one.deliver()
    yield
    one.deliver()
    one.clock.off -= off


@contextmanager
def deployed(one: Portal, *, page_is_newer: bool) -> Iterator[None]:
    """The page that is open and the functions are of two builds, whose topics differ."""
    if not page_is_newer:
        topics = [topic for topic in BUNDLE["topics"] if topic["id"] != "plans"]
        build(one.folder, build="two", topics=topics)
    yield
    build(one.folder, build="two", topics=[*BUNDLE["topics"], {"id": "billing", "title": "Billing", "routine": True}])


def in_the_middle(one: Portal) -> Seen:
    """The build is replaced while a request waits for the help desk."""
    seen: list[Seen] = []
    with one.fronts["desk"].being("slow"):
        asking = threading.Thread(target=lambda: seen.append(one.ask("in the middle")))
        asking.start()
        build(one.folder, build="two")
    asking.join()
    return seen[0]


def _mood(front: str, mood: Mood) -> Callable[[Portal], AbstractContextManager[None]]:
    return lambda one: one.fronts[front].being(mood)


def _outside() -> Iterator[Fault]:
    said: dict[Mood, str] = {"slow": "is slow", "down": "is down", "lying": "lies"}
    steps = {
        "desk": ("The help desk", (LOOKS, READS, ASKS, REPLIES)),
        "billing": ("The billing system", (BILLING, CARD)),
        "identity": ("The identity provider", (SIGNS_IN, LOOKS, ASKS)),
        "email": ("The email server", (BY_EMAIL, ASKS)),
    }
    for front, (title, does) in steps.items():
        for mood, is_so in said.items():
            happens = _identity(mood) if front == "identity" else _mood(front, mood)
            yield Fault(f"{front}-{mood}", f"{title} {is_so}", happens, does)


def _identity(mood: Mood) -> Callable[[Portal], AbstractContextManager[None]]:
    return lambda one: identity(one, mood)


AFTER = (Does("opens a request once the clock is right", READS.step), ASKS)
AT_THE_STORE = (STATUS, LOOKS, READS, ASKS, REPLIES)
FAULTS: tuple[Fault, ...] = (
    Fault("store-read-only", "The store is read-only", lambda one: with_pragma(one, "query_only=on"), AT_THE_STORE),
    Fault("store-full", "The store is full", full, AT_THE_STORE),
    Fault("store-locked", "The store is locked", locked, AT_THE_STORE),
    Fault("store-gone", "The store is gone", gone, AT_THE_STORE),
    *_outside(),
    Fault("clock-ahead", "The clock is 30 days ahead", lambda one: clock(one, 30 * DAY_MS), (LOOKS, ASKS), AFTER),
    Fault("clock-behind", "The clock is a day behind", lambda one: clock(one, -DAY_MS), (LOOKS, ASKS, REPLIES), AFTER),
    Fault(
        "deploy-old-page",
        "A page of before a deploy",
        lambda one: deployed(one, page_is_newer=False),
        (OLD_TOPIC, ASKS),
    ),
    Fault(
        "deploy-new-page",
        "A page of a deploy, functions of before",
        lambda one: deployed(one, page_is_newer=True),
        (NEW_TOPIC, ASKS),
    ),
    Fault(
        "deploy-in-between",
        "A deploy in the middle of a request",
        lambda one: deployed(one, page_is_newer=True),
        (Does("asks", in_the_middle), REPLIES),
    ),
)
