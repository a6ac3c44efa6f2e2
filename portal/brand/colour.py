"""Colours and their contrast, as WCAG 2.2 counts it; an accent that can be read on a page, light or dark."""

import colorsys
from dataclasses import dataclass

# What WCAG asks of text.
READABLE = 4.5
WHITE, BLACK = "#ffffff", "#000000"
Rgb = tuple[float, float, float]


@dataclass(frozen=True)
class Palette:
    """The grounds on which the accent is text: the page's own, and the one with least contrast to the accent."""

    name: str
    page: str
    worst: str
    # Whether an accent is made darker here, rather than lighter.
    darker: bool


LIGHT = Palette("light", "#ffffff", "#f7f7f9", darker=True)
DARK = Palette("dark", "#121318", "#1d1f26", darker=False)
# Of the accent in the soft ground behind a chosen row or a step's number.
SOFT = {"light": 0.08, "dark": 0.16}


@dataclass(frozen=True)
class Accent:
    """An accent in one palette: as text and lines, behind text, as a button and what is written on it."""

    text: str
    soft: str
    fill: str
    on_fill: str
    adjusted: bool


def rgb(colour: str) -> Rgb:
    """Red, green and blue from 0 to 1 of `#rrggbb`."""
    return int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255


def hex_of(colour: Rgb) -> str:
    """`#rrggbb` of red, green and blue from 0 to 1."""
    return "#" + "".join(f"{round(min(1, max(0, part)) * 255):02x}" for part in colour)


def luminance(colour: str) -> float:
    """The relative luminance of `#rrggbb`, 0 to 1."""
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in rgb(colour)]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: str, other: str) -> float:
    """How well one colour is read on the other: 1 (not at all) to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mixed(colour: str, share: float, ground: str) -> str:
    """`share` (0 to 1) of a colour over a ground."""
    red, green, blue = (
        share * part + (1 - share) * other for part, other in zip(rgb(colour), rgb(ground), strict=True)
    )
    return hex_of((red, green, blue))


def written_on(fill: str) -> str:
    """White where it can be read, else black: one of the two always can."""
    return WHITE if contrast(WHITE, fill) >= READABLE else BLACK


def accent(colour: str, palette: Palette) -> Accent:
    """The accent `#rrggbb` in a palette: its hue stays, and it is darker or lighter where it could not be read."""
    text = _readable(colour, palette)
    return Accent(text, _soft(text, palette), colour, written_on(colour), text != colour)


def least(colour: str, palette: Palette) -> float:
    """The least contrast that a colour has as text on the grounds of a palette."""
    return min(contrast(colour, ground) for ground in (palette.page, palette.worst, _soft(colour, palette)))


def _soft(text: str, palette: Palette) -> str:
    return mixed(text, SOFT[palette.name], palette.page)


def _readable(colour: str, palette: Palette) -> str:
    hue, light, saturation = colorsys.rgb_to_hls(*rgb(colour))
    # A hundred steps to black or white, either of which can be read.
    for step in range(101):
        tried = light * (1 - step / 100) if palette.darker else light + (1 - light) * step / 100
        found = colour if not step else hex_of(colorsys.hls_to_rgb(hue, tried, saturation))
        if least(found, palette) >= READABLE:
            return found
    return BLACK if palette.darker else WHITE
