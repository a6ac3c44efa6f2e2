"""The picture that networks and chats show of an article: its title in the brand's colour, the same bytes each time."""

import hashlib
import io
from functools import lru_cache
from pathlib import Path

import font_source_sans_pro
import PIL
from PIL import Image, ImageDraw, ImageFont

SIZE = WIDTH, HEIGHT = 1200, 630
MARGIN = 88
# The largest size of letters in which the title fits.
LETTERS = (84, 72, 62, 54, 46)
LINES, LEADING = 4, 1.18
FONTS = Path(font_source_sans_pro.font_directory)
# Part of the cache's key: another way to draw makes another picture.
RECIPE = f"1 {SIZE} {LETTERS} {PIL.__version__}"
PAPER = "#ffffff"


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
    image = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(image)
    band = 132
    pen.rectangle((0, HEIGHT - band, WIDTH, HEIGHT), fill)
    font, lines = _fitted(title)
    step = round(font.size * LEADING)
    top = (HEIGHT - band - step * len(lines)) // 2
    for number, line in enumerate(lines):
        pen.text((MARGIN, top + number * step), line, "#1b1c22", font)
    pen.text(
        (MARGIN, HEIGHT - band // 2), _cut(name, _font("Semibold", 44)), on_fill, _font("Semibold", 44), anchor="lm"
    )
    buffer = io.BytesIO()
    image.quantize(64, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


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
