"""A picture of a page: what is seen in it, in light and dark, and the file with its marks."""

import asyncio
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from portal.walkthroughs.drawing import Box, drawn
from portal.walkthroughs.facts import Shot, steady

if TYPE_CHECKING:
    from playwright.async_api import FloatRect, Locator, Page

OUTLINE = Path(__file__).with_name("outline.js").read_text("utf-8")
MASK = "element => element.setAttribute('data-walk-mask', '')"
# Dots of a picture for each CSS pixel.
SCALE = 2
# Around what a picture shows, so that a frame at its edge is whole.
MARGIN = 16
QUIET_MS, QUIET_MOST_MS = 120, 2500
# So long a script may take to follow the reader's colours.
PAINTED_MS = 50
SETTLED = Path(__file__).with_name("settled.js").read_text("utf-8")
# What Playwright says when a page leads to another while it is asked; more in a row are no page to wait for.
LED_ON, MOST_PAGES = "context was destroyed", 5
Scheme = Literal["light", "dark"]


@dataclass(frozen=True)
class Frame:
    """What is in a picture: its element or the whole window, at most so high, with the elements marked and hidden, by
    their targets."""

    of: "tuple[str, Locator] | None"
    height: int | None
    marks: "Mapping[str, Locator]"
    masks: "Mapping[str, Locator]"


async def settle(page: "Page", quiet: int = QUIET_MS) -> None:
    """Wait until a page has not changed for `quiet` ms; a page that leads to another meanwhile, until that one has."""
    from playwright.async_api import Error

    for left in reversed(range(MOST_PAGES)):
        try:
            await page.evaluate(SETTLED, [quiet, QUIET_MOST_MS])
        except Error as error:
            if LED_ON not in str(error) or not left:
                raise
            await page.wait_for_load_state()
        else:
            return


async def seen(page: "Page", frame: Frame, schemes: Sequence[Scheme]) -> Shot:
    """What a picture would show; two that are equal need no new picture."""
    for mask in frame.masks.values():
        await mask.evaluate(MASK)
    root = frame.of[1] if frame.of else page.locator("body")
    outlines: list[list[tuple[str, str]]] = []
    for scheme in schemes:
        await paint(page, scheme)
        outline = await root.evaluate(OUTLINE)
        outlines.append([(f'{tag} "{steady(text)}"', style) for tag, text, style in outline])
    merged = _merged(outlines)
    styles = list(dict.fromkeys(style for _, style in merged))
    return Shot(
        frame.of[0] if frame.of else "",
        tuple(frame.marks),
        tuple(frame.masks),
        tuple(f"{words} {styles.index(style)}" for words, style in merged),
        tuple(styles),
    )


def _merged(outlines: list[list[tuple[str, str]]]) -> list[tuple[str, str]]:
    """Each element once, with its styles in all schemes; or all lists, when the schemes show other elements."""
    words = {tuple(word for word, _ in outline) for outline in outlines}
    if len(words) > 1:
        return [element for outline in outlines for element in outline]
    return [(rows[0][0], " | ".join(dict.fromkeys(style for _, style in rows))) for rows in zip(*outlines, strict=True)]


async def take(page: "Page", frame: Frame, scheme: Scheme) -> bytes:
    """The picture in a scheme, as WebP."""
    await paint(page, scheme)
    await page.evaluate("scrollTo(0, 0)")
    clip = await _clip(page, frame)
    marks, masks = [await _boxes(found.values(), clip) for found in (frame.marks, frame.masks)]
    picture = await page.screenshot(full_page=True, clip=clip, animations="disabled", caret="hide", scale="device")
    # Outside this thread, in which the other walkthroughs go on.
    return await asyncio.to_thread(drawn, picture, marks, masks, scheme, SCALE)


async def paint(page: "Page", scheme: Scheme) -> None:
    """Show a page in a scheme, also one whose script follows only after the change."""
    await page.emulate_media(color_scheme=scheme)
    await page.wait_for_function("scheme => matchMedia(`(prefers-color-scheme: ${scheme})`).matches", arg=scheme)
    await settle(page, PAINTED_MS)


async def _clip(page: "Page", frame: Frame) -> "FloatRect":
    """The part of the page that is taken, in whole pixels."""
    wide, high = await page.evaluate("[document.documentElement.clientWidth, document.documentElement.scrollHeight]")
    if frame.of is None:
        size = page.viewport_size
        assert size is not None
        return {"x": 0, "y": 0, "width": size["width"], "height": frame.height or size["height"]}
    box = await frame.of[1].bounding_box()
    assert box is not None
    x, y = max(0, math.floor(box["x"]) - MARGIN), max(0, math.floor(box["y"]) - MARGIN)
    right = min(wide, math.ceil(box["x"] + box["width"]) + MARGIN)
    if frame.height:
        box["height"] = min(frame.height, box["height"])
    lower = min(high, math.ceil(box["y"] + box["height"]) + MARGIN)
    return {"x": x, "y": y, "width": right - x, "height": lower - y}


async def _boxes(elements: "Iterable[Locator]", clip: "FloatRect") -> list[Box]:
    found = [await element.bounding_box() for element in elements]
    return [Box(one["x"] - clip["x"], one["y"] - clip["y"], one["width"], one["height"]) for one in found if one]
