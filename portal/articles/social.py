"""The picture that networks and chats show of an article: its title in the brand's colour, the same bytes each time."""

import hashlib
import io
from functools import lru_cache
from pathlib import Path

import font_source_sans_pro
import PIL
from PIL import Image, ImageColor, ImageDraw, ImageFont

SIZE = WIDTH, HEIGHT = 1200, 630
MARGIN = 88
# The largest size of letters in which the title fits.
LETTERS = (84, 72, 62, 54, 46)
LINES, LEADING = 4, 1.18
FONTS = Path(font_source_sans_pro.font_directory)
# Part of the cache's key: another way to draw makes another picture.
RECIPE = f"2 {SIZE} {LETTERS} {PIL.__version__}"
PAPER, INK, BAND = "#ffffff", "#1b1c22", 132


def drawn(title: str, name: str, fill: str, on_fill: str, cache: Path) -> bytes | None:
    """A PNG with the title and the site's name, white with a band of `fill`, on which `on_fill` is read; from the cache
    when it is there. None for a title with letters that the font has not."""
    if not _has(title) or not _has(name):
        return None
    key = hashlib.sha256("\0".join((RECIPE, title, name, fill, on_fill)).encode()).hexdigest()[:24]
    file = cache / f"{key}.png"
    if file.is_file():
        return file.read_bytes()
    content = _draw(title, name, fill, on_fill)
    cache.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    part.write_bytes(content)
    part.replace(file)
    return content


def _draw(title: str, name: str, fill: str, on_fill: str) -> bytes:
    font, lines = _fitted(title)
    step = round(font.size * LEADING)
    paper, band = Image.new("L", (WIDTH, HEIGHT - BAND)), Image.new("L", (WIDTH, BAND))
    top = (HEIGHT - BAND - step * len(lines)) // 2
    for number, line in enumerate(lines):
        ImageDraw.Draw(paper).text((MARGIN, top + number * step), line, 255, font)
    small = _font("Semibold", 44)
    ImageDraw.Draw(band).text((MARGIN, BAND // 2), _cut(name, small), 255, small, anchor="lm")
    # Two times 32 colours, from the ground's to the letters': finding them in a picture takes ten times as long.
    image = Image.new("L", SIZE)
    image.paste(paper.point([value >> 3 for value in range(256)]), (0, 0))
    image.paste(band.point([32 + (value >> 3) for value in range(256)]), (0, HEIGHT - BAND))
    image.putpalette([*_between(PAPER, INK), *_between(fill, on_fill)])
    buffer = io.BytesIO()
    image.save(buffer, "PNG", bits=8)
    return buffer.getvalue()


def _between(ground: str, ink: str) -> list[int]:
    """Red, green and blue of 32 colours from one to the other."""
    one, other = (ImageColor.getrgb(colour)[:3] for colour in (ground, ink))
    return [
        round(start + (end - start) * part / 31) for part in range(32) for start, end in zip(one, other, strict=True)
    ]


def _fitted(title: str) -> tuple[ImageFont.FreeTypeFont, list[str]]:
    """The largest letters in which the title has few enough lines; what is longer yet ends in dots."""
    for size in LETTERS:
        font = _font("Bold", size)
        lines = _lines(title, font)
        if len(lines) <= LINES:
            return font, [_cut(line, font) for line in lines]
    return font, [*(_cut(line, font) for line in lines[: LINES - 1]), _cut(" ".join(lines[LINES - 1 :]), font)]


def _lines(text: str, font: ImageFont.FreeTypeFont) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        if lines and font.getlength(f"{lines[-1]} {word}") <= WIDTH - 2 * MARGIN:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _cut(line: str, font: ImageFont.FreeTypeFont) -> str:
    """The line as far as it fits."""
    if font.getlength(line) <= WIDTH - 2 * MARGIN:
        return line
    while line and font.getlength(f"{line}…") > WIDTH - 2 * MARGIN:
        line = line[:-1]
    return f"{line.rstrip()}…"


@lru_cache(maxsize=16)
def _font(weight: str, size: int) -> ImageFont.FreeTypeFont:
    # The basic layout needs no other library, which might set letters otherwise on another machine.
    return ImageFont.truetype(FONTS / f"SourceSansPro-{weight}.ttf", size, layout_engine=ImageFont.Layout.BASIC)


def _has(text: str) -> bool:
    return bool(text.strip()) and all(character.isspace() or _is_drawn(character) for character in text)


@lru_cache(maxsize=4096)
def _is_drawn(character: str) -> bool:
    """Whether the font has a shape for a character, other than the box for what it has not."""
    font = _font("Bold", 24)
    return bytes(font.getmask(character)) != bytes(font.getmask("\uffff"))
