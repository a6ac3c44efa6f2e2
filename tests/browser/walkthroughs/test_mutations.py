"""Walkthroughs of six of the portal's own pages, each as it is and changed as a product's release might."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Page
from werkzeug.wrappers import Request, Response

from demo import server
from portal.walkthroughs import facts, steps
from portal.walkthroughs.drift import AMBIGUOUS, MISSING, RENAMED
from portal.walkthroughs.facts import Kept
from scripts.lib.world import World
from scripts.screenshots import sign_in
from scripts.walkthrough.files import Job
from scripts.walkthrough.product import Product
from scripts.walkthrough.run import run
from scripts.walkthrough.walk import Orders, Result

MUTATE = Path(__file__).with_name("mutants.js").read_text("utf-8")
# Each page, with the elements that its steps name.
PAGES = {
    "my/billing/": ("button: Update card", "label: Number of seats"),
    "my/account/": ("box: Your data", "link: See your devices"),
    "my/account/notifications/": ("button: Save notifications", "checkbox: Email me when you answer"),
    "ask/": ("label: Your question in one sentence", "button: Send to Acme support"),
    "status/": ("heading: Components", "text: Subscribe to updates"),
    "changelog/": ("region: Get updates", "heading: Safer and easier sign-in"),
}
TRUE_CHANGES = {"rename": {RENAMED}, "delete": {MISSING}, "duplicate": {AMBIGUOUS}}
NO_CHANGES = ("restyle", "wrap", "reorder", "numbers")
RIGHT = "right"
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Case:
    """A page as one mutation left it: the mutation, the page, and which of its elements it was done to."""

    kind: str
    page: str
    at: int


CASES = [
    *(Case(kind, page, at) for page in PAGES for kind in TRUE_CHANGES for at in (0, 1)),
    *(Case(kind, page, 0) for page in PAGES for kind in (*NO_CHANGES, "translate")),
]


class Mirror:
    """The six pages without their scripts, as they are and changed; what they load comes from the world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.pages: dict[str, str] = {}

    def __call__(self, environ, start_response):
        request = Request(environ)
        path = request.path.lstrip("/")
        _, _, inside = path.partition("/")
        if path in self.pages:
            answer = Response(self.pages[path], mimetype="text/html")
        else:
            theirs = requests.get(self.world.url + (inside if path.startswith(("case", RIGHT)) else path), timeout=20)
            answer = Response(theirs.content, theirs.status_code, mimetype=theirs.headers.get("Content-Type"))
        return answer(environ, start_response)


def text_of(page: str) -> str:
    first, second = (f"{{{target}}}" for target in PAGES[page])
    return (
        f"product: http://127.0.0.1/\nsteps:\n  - goto: {page}\n  - annotate: {first}\n  - annotate: {second}\n"
        "  - shot: page\n    of: {css: main}\n"
    )


def copied(page: Page, path: str, world: World) -> str:
    """The page's HTML without scripts, with data-target on the elements that its steps name."""
    page.goto(world.url + path)
    page.wait_for_load_state("networkidle" if path.startswith("my/") else "load")
    for at, target in enumerate(PAGES[path]):
        word, _, name = target.partition(": ")
        role = {"box": "heading"}.get(word, word)
        find = {"label": page.get_by_label, "text": page.get_by_text}.get(role)
        element = find(name, exact=True) if find else page.get_by_role(role, name=name, exact=True)
        element.first.evaluate("(element, at) => { element.dataset.target = at }", at)
    page.evaluate("document.querySelectorAll('script, noscript').forEach((element) => element.remove())")
    return page.content()


@pytest.fixture(scope="module")
def mirror(world: World, chromium: Browser) -> Iterator[tuple[Mirror, str]]:
    """The mirror and its origin; a case's page lies below caseN/."""
    mirror = Mirror(world)
    page = chromium.new_page(viewport={"width": 760, "height": 640})
    sign_in(page, world, "Ada")
    blank = chromium.new_page()
    for path in PAGES:
        html = copied(page, path, world)
        mirror.pages[f"{RIGHT}/{path}"] = html
        for number, case in enumerate(CASES):
            if case.page == path:
                blank.set_content(html)
                blank.evaluate(MUTATE, [case.kind, case.at])
                mirror.pages[f"case{number}/{path}"] = blank.content()
    page.context.close()
    blank.context.close()
    with server.running(mirror) as origin:
        yield mirror, origin


def walked(jobs: list[Job], origin: str, *, takes: bool = False, again: bool = False) -> list[Result]:
    """Run them in a thread of their own, since this one has the tests' browser."""
    orders = Orders(0.15, NOW, takes=takes, again=again)
    products = {job.walkthrough.file: Product(f"{origin}/{job.walkthrough.file.partition('/')[0]}") for job in jobs}
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(run, jobs, lambda one: products[one.file], orders, 4).result()


def job(page: str, place: str, before: Kept) -> Job:
    return Job(steps.parse(text_of(page), f"{place}/{page.replace('/', '-')}x.steps.yml"), before, frozenset())


@pytest.fixture(scope="module")
def right(mirror: tuple[Mirror, str]) -> dict[str, Kept]:
    """The facts of each page while its article is right."""
    results = walked([job(page, RIGHT, Kept()) for page in PAGES], mirror[1], takes=True)
    assert [(one.drifts, one.unknown, len(one.pictures)) for one in results] == [([], "", 2)] * len(PAGES)
    return {page: facts.read(facts.written(one.kept), "x") for page, one in zip(PAGES, results, strict=True)}


@pytest.fixture(scope="module")
def judged(mirror: tuple[Mirror, str], right: dict[str, Kept]) -> dict[Case, Result]:
    """What became of every case."""
    jobs = [job(case.page, f"case{number}", right[case.page]) for number, case in enumerate(CASES)]
    return dict(zip(CASES, walked(jobs, mirror[1]), strict=True))


def named(result: Result) -> set[str]:
    return {drift.what for _, drift in result.drifts}


def wanted(case: Case) -> set[str]:
    targets = [target.replace(": ", ' "') + '"' for target in PAGES[case.page]]
    return set(targets) if case.kind == "translate" else {targets[case.at]} if case.kind in TRUE_CHANGES else set()


def test_every_change_that_makes_an_article_wrong_is_found_and_no_other(judged: dict[Case, Result]) -> None:
    assert {case: one.unknown for case, one in judged.items() if one.unknown} == {}
    assert {case: named(one) for case, one in judged.items() if named(one) != wanted(case)} == {}


def test_what_happened_is_said_rightly(judged: dict[Case, Result]) -> None:
    said = {case: {drift.kind for _, drift in one.drifts} for case, one in judged.items()}

    assert {case: kinds for case, kinds in said.items() if not kinds <= TRUE_CHANGES.get(case.kind, {*kinds})} == {}


def test_a_new_look_or_order_asks_for_new_pictures_and_other_numbers_do_not(judged: dict[Case, Result]) -> None:
    stale = {case: bool(one.stale) for case, one in judged.items()}

    assert all(stale[case] for case in stale if case.kind in ("restyle", "reorder"))
    assert not any(stale[case] for case in stale if case.kind == "numbers")
