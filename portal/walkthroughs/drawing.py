"""A picture of a page with its marks: frames with numbers around what the article names, and blocks over what nobody
should see."""

import io
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PIL import Image, ImageDraw, ImageFont

# The frame, the number on it, what parts both from the page, and the block over hidden text.
COLOURS = {
    "light": ("#c2500a", "#ffffff", "#ffffff", "#d5dae1"),
    "dark": ("#ffb77c", "#10141a", "#10141a", "#3a4250"),
}
# Drawn so many times larger and made small again, which smooths the edges.
FINE = 4
LINE, HALO, ROUND, GAP, DISC = 2, 1.5, 8, 5, 11
# So far from a box anything is drawn.
REACH = 24


@dataclass(frozen=True)
class Box:
    """A rectangle in CSS pixels, from the picture's upper left corner."""

    x: float
    y: float
    width: float
    height: float

    def grown(self, by: float) -> tuple[float, float, float, float]:
        """Its corners, further out on each side."""
        return self.x - by, self.y - by, self.x + self.width + by, self.y + self.height + by


def drawn(picture: bytes, marks: Sequence[Box], masks: Sequence[Box], scheme: str, scale: float) -> bytes:
    """The picture (PNG, `scale` pixels for each CSS pixel) as lossless WebP, with marks and masks in the colours of a
    scheme. A single mark has no number."""
    with Image.open(io.BytesIO(picture)) as opened:
        image = opened.convert("RGB")
    for box in masks:
        _over(image, box, scale, partial(_block, colours=COLOURS[scheme]))
    for number, box in enumerate(marks, 1):
        words = str(number) if len(marks) > 1 else ""
        _over(image, box, scale, partial(_mark, number=words, colours=COLOURS[scheme]))
    buffer = io.BytesIO()
    # A higher method takes twenty times as long and makes nothing smaller.
    image.save(buffer, "WEBP", lossless=True, quality=75, method=4)
    return buffer.getvalue()


Pen = ImageDraw.ImageDraw
Colours = tuple[str, str, str, str]


def _over(image: Image.Image, box: Box, scale: float, draw: Callable[[Pen, Box, float], None]) -> None:
    """Draw around a box, with smooth edges, on nothing but its part of the picture."""
    left, top = (max(0, math.floor(one) - REACH) for one in (box.x, box.y))
    right = min(math.ceil(image.width / scale), math.ceil(box.x + box.width) + REACH)
    lower = min(math.ceil(image.height / scale), math.ceil(box.y + box.height) + REACH)
    if right <= left or lower <= top:
        return
    size = round((right - left) * scale), round((lower - top) * scale)
    patch = Image.new("RGBA", (size[0] * FINE, size[1] * FINE))
    draw(ImageDraw.Draw(patch), Box(box.x - left, box.y - top, box.width, box.height), scale * FINE)
    smooth = patch.resize(size, Image.Resampling.BOX)
    image.paste(smooth, (round(left * scale), round(top * scale)), smooth)


def _block(pen: Pen, box: Box, unit: float, colours: Colours) -> None:
    pen.rounded_rectangle([one * unit for one in box.grown(2)], 4 * unit, fill=colours[3])


def _mark(pen: Pen, box: Box, unit: float, number: str, colours: Colours) -> None:
    """A frame around the box, with a number on its upper right corner or, at the edge of the picture, beside it."""
    frame, ink, halo, _ = colours
    for colour, line in ((halo, LINE + 2 * HALO), (frame, LINE)):
        # A line is drawn inwards, so the halo begins further out.
        corners = [one * unit for one in box.grown(GAP + (line - LINE) / 2)]
        pen.rounded_rectangle(corners, ROUND * unit, outline=colour, width=round(line * unit))
    if not number:
        return
    # On the right, since what names a field is above it on the left; the patch ends where the picture does.
    x = min((box.x + box.width + GAP) * unit, pen.im.size[0] - (DISC + HALO) * unit)
    y = max(box.y - GAP, DISC + HALO) * unit
    for colour, radius in ((halo, (DISC + HALO) * unit), (frame, DISC * unit)):
        pen.ellipse([x - radius, y - radius, x + radius, y + radius], fill=colour)
    pen.text((x, y), number, fill=ink, font=ImageFont.load_default(size=14 * unit), anchor="mm")
