"""Finding the elements that steps name on a page of the product, and what became of those that are not there."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from portal.walkthroughs.drift import RENAMED, Drift, is_found, judge
from portal.walkthroughs.facts import Facts, Known, known
from portal.walkthroughs.targets import ROLES, UNNAMED, Target

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

    Scope = Page | Locator

DESCRIBE = Path(__file__).with_name("describe.js").read_text("utf-8")
FIELDS = "input:not([type=hidden]), select, textarea"

BOXES = ("li", "article", "section", "fieldset", "details", "dialog", "form", "tr", "aside", "nav", "body")
AROUND = f"xpath=ancestor::*[{' or '.join(f'self::{tag}' for tag in BOXES)}][1]"


@dataclass(frozen=True)
class Found:
    """What a target led to: the element, if there is one to go on with, its facts, and the drifts on the way."""

    element: "Locator | None"
    facts: Known | None
    drifts: tuple[Drift, ...] = ()


async def find(page: "Page", target: Target, before: Mapping[str, Known], patience: float) -> Found:
    """The element of a target, for which the page has `patience` seconds to show it; `before` has the facts of all
    targets when the article was right."""
    scope: Page | Locator = page
    drifts: tuple[Drift, ...] = ()
    if target.within is not None:
        around = await find(page, target.within, before, patience)
        # Of a region that is gone the rest is looked for on the whole page.
        scope, drifts = around.element or page, around.drifts
    matching = _matching(scope, target)
    count = await _count(matching, patience)
    if not is_found(target, count):
        return await _lost(page, target, count, before.get(str(target)), drifts)
    element = matching.first
    if target.word in UNNAMED:
        return Found(element, None, drifts)
    (facts,) = await _facts(element)
    others = await _facts(_alike(page, target, facts))
    return Found(_whole(element, target), known(facts, others), drifts)


async def _lost(page: "Page", target: Target, count: int, was: Known | None, drifts: tuple[Drift, ...]) -> Found:
    """What became of a target, and the element to go on with when that is certain."""
    alike = _alike(page, target, was)
    now = await _facts(alike)
    drift = judge(target, count, was, now)
    element = None
    if drift.kind == RENAMED:
        element = _whole(alike.nth(next(place for place, one in enumerate(now) if one.name == drift.now)), target)
    return Found(element, None, (*drifts, drift))


def _whole(element: "Locator", target: Target) -> "Locator":
    """The element itself, or of a box's heading the box around it."""
    return element.locator(AROUND) if target.word == "box" else element


def _matching(scope: "Scope", target: Target) -> "Locator":
    """The visible elements with the target's name."""
    name = target.name if target.is_exact else target.pattern
    if target.word == "css":
        found = scope.locator(target.name)
    elif target.word == "testid":
        found = scope.get_by_test_id(target.name)
    elif target.word == "label":
        found = scope.get_by_label(name, exact=True)
    elif target.word == "text":
        found = scope.get_by_text(name, exact=True)
    else:
        found = scope.get_by_role(ROLES[target.word], name=name, exact=True)  # type: ignore[arg-type]
    return found.filter(visible=True)


def _alike(page: "Page", target: Target, facts: Facts | None) -> "Locator":
    """The visible elements of the target's kind, whatever their names."""
    if target.word in ROLES:
        found = page.get_by_role(ROLES[target.word])  # type: ignore[arg-type]
    elif target.word == "label":
        found = page.locator(FIELDS)
    else:
        found = page.locator(facts.tag if facts else ":not(*)")
    return found.filter(visible=True)


async def _count(matching: "Locator", patience: float) -> int:
    from playwright.async_api import TimeoutError as Late

    if count := await matching.count():
        return count
    try:
        await matching.first.wait_for(state="visible", timeout=1000 * patience)
    except Late:
        return 0
    return await matching.count()


async def _facts(elements: "Locator") -> list[Facts]:
    return [Facts(**one) for one in await elements.evaluate_all(DESCRIBE)]
