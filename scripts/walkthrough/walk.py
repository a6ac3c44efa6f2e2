"""One walkthrough: its steps in a browser context of their own."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, cast

from portal.walkthroughs.drift import BLOCKED, GONE, Drift
from portal.walkthroughs.facts import Kept, Shot
from portal.walkthroughs.steps import Fill, Step, Walkthrough
from portal.walkthroughs.targets import Target
from scripts.walkthrough import taking
from scripts.walkthrough.finding import find
from scripts.walkthrough.product import SECONDS, Product, Unreachable, first_line
from scripts.walkthrough.taking import Frame, Scheme

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Locator, Page

STILL = """
const still = new CSSStyleSheet();
still.replaceSync(`*, *::before, *::after {
  animation-duration: 0s !important; animation-delay: 0s !important;
  transition-duration: 0s !important; transition-delay: 0s !important;
  caret-color: transparent !important; scroll-behavior: auto !important;
}`);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, still];
"""
# Without them nothing can be clicked or filled in.
NEEDED = ("click", "fill")


class SecretMissing(Exception):
    """A step types a secret that the environment does not have; `str()` names it."""


@dataclass(frozen=True)
class Orders:
    """What a command wants of each walkthrough: seconds to wait for an element, the present time, and whether pictures
    are taken (`again`: also those that are up to date)."""

    patience: float
    now: datetime
    takes: bool = True
    again: bool = False


@dataclass
class Result:
    """What came of a walkthrough: drifts with the lines of their steps, the facts and new pictures by their file, or
    why nothing can be said."""

    walkthrough: Walkthrough
    kept: Kept = field(default_factory=Kept)
    drifts: list[tuple[int, Drift]] = field(default_factory=list)
    pictures: dict[str, bytes] = field(default_factory=dict)
    stale: list[str] = field(default_factory=list)
    unknown: str = ""
    left: int = 0
    seconds: float = 0.0


async def walk(
    browser: "Browser", walkthrough: Walkthrough, product: Product, before: Kept, missing: set[str], orders: Orders
) -> Result:
    """Take the steps. `before` are the facts of the last time, `missing` the shots whose files are not there."""
    from playwright.async_api import Error

    result, begun = Result(walkthrough), time.perf_counter()
    context: BrowserContext | None = None
    try:
        context = await _context(browser, walkthrough, product, orders)
        walker = _Walker(await context.new_page(), product, before, missing, orders, result)
        for number, (step, line) in enumerate(zip(walkthrough.steps, walkthrough.lines, strict=True), 1):
            if not await walker.take(step, line):
                result.left = len(walkthrough.steps) - number
                break
    except Unreachable as error:
        result.unknown = str(error)
    except Error as error:
        result.unknown = f"{product.address}: {first_line(error)}"
    finally:
        if context is not None:
            await context.close()
    result.seconds = time.perf_counter() - begun
    return result


async def _context(browser: "Browser", walkthrough: Walkthrough, product: Product, orders: Orders) -> "BrowserContext":
    state = await product.signed_in(browser, walkthrough.person) if walkthrough.person else None
    context = await browser.new_context(
        viewport={"width": walkthrough.size[0], "height": walkthrough.size[1]},
        device_scale_factor=taking.SCALE,
        color_scheme="light",
        reduced_motion="reduce",
        locale=walkthrough.language,
        timezone_id=walkthrough.time_zone,
        storage_state=state,
        bypass_csp=True,
        service_workers="block",
    )
    context.set_default_timeout(1000 * SECONDS)
    await context.add_init_script(STILL)
    await context.clock.set_fixed_time(walkthrough.clock or orders.now)
    return context


@dataclass
class _Walker:
    """A page, and what the steps so far have marked and hidden for the next picture."""

    page: "Page"
    product: Product
    before: Kept
    missing: set[str]
    orders: Orders
    result: Result
    marks: "dict[str, Locator]" = field(default_factory=dict)
    masks: "dict[str, Locator]" = field(default_factory=dict)

    async def take(self, step: Step, line: int) -> bool:
        """Take a step; False when those after it cannot be taken."""
        if step.goto is not None:
            return await self._goto(step.goto, line)
        if step.shot is not None:
            await self._shot(step, line)
            return True
        target = step.fill.field if step.fill else cast(Target, getattr(step, step.verb))
        element = await self._find(target, line, keeps=step.mask is None)
        if element is None:
            return step.verb not in NEEDED
        if step.verb in NEEDED:
            return await self._use(element, step, target, line)
        if step.annotate is not None:
            self.marks[str(target)] = element
        elif step.mask is not None:
            self.masks[str(target)] = element
        return True

    async def _goto(self, path: str, line: int) -> bool:
        self.marks, self.masks = {}, {}
        address = self.product.page(path)
        answer = await self.page.goto(address)
        status = answer.status if answer else 200
        if status in (404, 410):
            self.result.drifts.append((line, Drift(GONE, path, path, f"it answers {status}")))
            return False
        if status >= 400:
            raise Unreachable(f"{address} answers {status}")
        await taking.settle(self.page)
        return True

    async def _find(self, target: Target, line: int, *, keeps: bool = True) -> "Locator | None":
        """The element; its facts are kept, but for one that is hidden."""
        found = await find(self.page, target, self.before.elements, self.orders.patience)
        self.result.drifts += [(line, drift) for drift in found.drifts]
        if found.facts is not None and keeps:
            self.result.kept.elements[str(target)] = found.facts
        return found.element

    async def _use(self, element: "Locator", step: Step, target: Target, line: int) -> bool:
        """Click, or fill in."""
        from playwright.async_api import TimeoutError as Late

        try:
            if step.fill:
                await _fill(element, step.fill)
            else:
                await element.click(timeout=1000 * max(2, self.orders.patience))
        except Late:
            self.result.drifts.append((line, Drift(BLOCKED, str(target), target.name)))
            return False
        await self.page.wait_for_load_state()
        await taking.settle(self.page)
        # No colours of a pointer in the next picture.
        await self.page.mouse.move(0, 0)
        return True

    async def _shot(self, step: Step, line: int) -> None:
        name = str(step.shot)
        of = await self._find(step.of, line) if step.of else None
        marks, self.marks = self.marks, {}
        if self.result.drifts:
            return
        await taking.settle(self.page)
        # A click may have led to a page without some of them.
        masks = {target: mask for target, mask in self.masks.items() if await mask.is_visible()}
        frame = Frame((str(step.of), of) if of else None, step.height, marks, masks)
        schemes = cast(tuple[Scheme, ...], self.result.walkthrough.schemes)
        shot = await taking.seen(self.page, frame, schemes)
        self.result.kept.shots[name] = shot
        if not self._is_right(name, shot):
            self.result.stale.append(name)
            for scheme in schemes if self.orders.takes else ():
                picture = await taking.take(self.page, frame, scheme)
                self.result.pictures[self.result.walkthrough.picture(name, scheme)] = picture
        # The next page begins as the first did.
        await taking.paint(self.page, schemes[0])

    def _is_right(self, name: str, shot: Shot) -> bool:
        known: Mapping[str, Shot] = self.before.shots
        return known.get(name) == shot and name not in self.missing and not self.orders.again


async def _fill(element: "Locator", fill: Fill) -> None:
    """Type, or choose; raises SecretMissing."""
    text = fill.text
    if fill.secret is not None:
        text = os.environ.get(fill.secret)
        if not text:
            raise SecretMissing(f"Set {fill.secret} in the environment: a step types it.")
    if await element.evaluate("element => element.localName") == "select":
        await element.select_option(label=text)
    else:
        await element.fill(text or "")
