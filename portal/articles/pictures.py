"""An article's pictures: made small for the page, each with its size, and with the whole picture behind a link."""

import hashlib
import html
import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import PIL
from PIL import Image, ImageOps

# The width of an article's text in pixels, and the same for screens with two dots a pixel.
WIDTHS = (680, 1360)
SIZES = "(max-width: 719px) 100vw, 680px"
KINDS = frozenset({"PNG", "JPEG", "WEBP"})
QUALITY = 84
# Part of the cache's key: another way to encode makes other files.
RECIPE = f"1 {WIDTHS} {QUALITY} {PIL.__version__}"
TAG = re.compile(r"<(?P<end>/?)a\b[^>]*>|<img\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*>")
ENDING = re.compile(r"(\.\w+)$")
SCHEMES = {"only-light": "light", "only-dark": "dark", "gh-light-mode-only": "light", "gh-dark-mode-only": "dark"}


@dataclass(frozen=True)
class Picture:
    """A picture's own size in pixels, and its smaller forms by their width; none for what cannot be made smaller."""

    width: int
    height: int
    forms: dict[int, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Shown:
    """A picture in a page: the address of each form by its width, seen from the page."""

    picture: Picture
    addresses: dict[int, str]


def made(data: bytes, cache: Path) -> Picture | None:
    """The forms of a picture, from the cache when they are there; None for what is no picture that Pillow reads."""
    key = hashlib.sha256(RECIPE.encode() + data).hexdigest()[:24]
    facts = cache / key / "facts.json"
    if facts.is_file():
        width, height, widths = json.loads(facts.read_text("utf-8"))
        return Picture(width, height, {one: (cache / key / f"{one}.webp").read_bytes() for one in widths})
    picture = _encoded(data)
    if picture is not None:
        facts.parent.mkdir(parents=True, exist_ok=True)
        for width, form in picture.forms.items():
            (facts.parent / f"{width}.webp").write_bytes(form)
        # Last, so that half a folder counts as none.
        facts.write_text(json.dumps([picture.width, picture.height, list(picture.forms)]), "utf-8")
    return picture


def _encoded(data: bytes) -> Picture | None:
    try:
        with Image.open(io.BytesIO(data)) as opened:
            moving = getattr(opened, "n_frames", 1) > 1
            kind = opened.format
            if kind not in KINDS or moving:
                return Picture(*opened.size)
            image = ImageOps.exif_transpose(opened)
            image.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None
    image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    widths = sorted({min(width, image.width) for width in WIDTHS})
    forms = {width: _webp(image, width, exact=kind == "PNG") for width in widths}
    # A form that is larger than what the writer gave helps nobody.
    return Picture(*image.size, {width: form for width, form in forms.items() if len(form) < len(data)})


def _webp(image: Image.Image, width: int, *, exact: bool) -> bytes:
    """The picture in that width; of a screenshot the smaller of exact and almost exact."""
    height = max(1, round(image.height * width / image.width))
    small = image if width == image.width else image.resize((width, height), Image.Resampling.LANCZOS)
    found = []
    for lossless in {False, exact}:
        buffer = io.BytesIO()
        small.save(buffer, "WEBP", quality=QUALITY, lossless=lossless, method=4)
        found.append(buffer.getvalue())
    return min(found, key=len)


def shown(text: str, find: Callable[[str], Shown | None]) -> str:
    """A page's HTML with its pictures as `find` gives them for an address: smaller forms, sizes, all but the first
    loaded when they come near, and a link to the whole picture around each that has none yet."""
    depth, first = 0, True
    parts: list[str] = []
    at = 0
    for match in TAG.finditer(text):
        if match["end"] is not None:
            depth += -1 if match["end"] else 1
            continue
        parts += [text[at : match.start()], _tag(match[0], find, first=first, linked=depth > 0)]
        at, first = match.end(), False
    return "".join([*parts, text[at:]])


def _tag(tag: str, find: Callable[[str], Shown | None], *, first: bool, linked: bool) -> str:
    attributes = _Attributes(tag).found
    address, _, mark = attributes.get("src", "").partition("#")
    found, scheme = find(address), SCHEMES.get(mark, "")
    if found is None or mark or find(dark := dark_of(address)) is None:
        return _img(attributes, found, address, scheme, first=first, linked=linked)
    return "".join(
        _img(attributes | {"src": one}, find(one), one, shade, first=False, linked=linked)
        for one, shade in ((address, "light"), (dark, "dark"))
    )


def dark_of(address: str) -> str:
    """Where the picture for the dark scheme lies, if there is one: `card.dark.webp` beside `card.webp`."""
    return ENDING.sub(r".dark\1", address)


def _img(
    attributes: dict[str, str], found: Shown | None, address: str, scheme: str, *, first: bool, linked: bool
) -> str:
    """A picture's tag, with a link around it if it may have one; only shown in `scheme`, unless that is empty."""
    attributes = dict(attributes)
    # One of a pair for light and dark is not shown: lazy, it is not loaded either.
    if not first or scheme:
        attributes.setdefault("loading", "lazy")
    attributes.setdefault("decoding", "async")
    if found is not None:
        if not {"width", "height"} & attributes.keys():
            attributes |= {"width": str(found.picture.width), "height": str(found.picture.height)}
        if found.addresses:
            attributes["src"] = list(found.addresses.values())[-1]
            attributes["srcset"] = ", ".join(f"{one} {width}w" for width, one in found.addresses.items())
            attributes["sizes"] = SIZES
    kind = f"hf-shot--{scheme}" if scheme else ""
    if linked or found is None or not attributes.get("alt"):
        return f"<img {_written(attributes | ({'class': _joined(kind, attributes)} if kind else {}))}>"
    link = {"class": f"hf-shot {kind}".strip(), "href": address}
    return f"<a {_written(link)}><img {_written(attributes)}></a>"


def _joined(kind: str, attributes: dict[str, str]) -> str:
    return f"{kind} {attributes.get('class', '')}".strip()


def _written(attributes: dict[str, str]) -> str:
    return " ".join(f'{name}="{html.escape(value)}"' for name, value in attributes.items())


class _Attributes(HTMLParser):
    """The attributes of one tag."""

    def __init__(self, tag: str) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.feed(tag)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Called with the tag."""
        self.found = {name: value or "" for name, value in attrs}
