"""A portal's brand: what its settings make of the pages, the status site and the emails."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from portal.brand.colour import DARK, LIGHT, READABLE, Accent, Palette, accent, least

PALETTES = (LIGHT, DARK)
# Where the build publishes the files of a brand.
FOLDER = "assets/brand/"
FAMILY = "Brand"


@dataclass(frozen=True)
class File:
    """A file that a setting names, by its path from mkdocs.yml, and its place in the site."""

    setting: str
    path: str
    kinds: tuple[str, ...]

    @property
    def uri(self) -> str:
        """Its place in the site; two files of one name in two folders do not meet."""
        return f"{FOLDER}{self.setting.replace('.', '-')}{PurePosixPath(self.path).suffix.lower()}"


PICTURES = (".svg", ".png", ".webp", ".jpg", ".jpeg", ".gif")
KINDS = {
    "logo": PICTURES,
    "logo_dark": PICTURES,
    "favicon": (".svg", ".png", ".ico"),
    "font": (".woff2",),
    "font_bold": (".woff2",),
    # What networks show of a page that is shared: none takes an SVG.
    "picture": (".png", ".jpg", ".jpeg"),
}


@dataclass(frozen=True)
class Name:
    """What the help centre is called on all of its pages: the product's name, if it begins with that, and the rest."""

    product: str
    rest: str

    @property
    def whole(self) -> str:
        """The name in titles."""
        return f"{self.product} {self.rest}".strip()

    @property
    def word(self) -> str:
        """The name inside the help centre, as the first of each breadcrumb."""
        return self.rest or self.product


def name(product: str, site_name: str, word: str | None) -> Name:
    """The product with `word` behind it; without a word, what `site_name` says."""
    if word is not None:
        return Name(product, word)
    words = " ".join(site_name.split())
    begins = f"{words} ".startswith(f"{product} ")
    return Name(product, words[len(product) + 1 :]) if begins else Name("", words)


def files(brand: Mapping[str, Any]) -> list[File]:
    """The files that the settings under `brand` name."""
    return [File(name, brand[name], kinds) for name, kinds in KINDS.items() if brand.get(name)]


def accents(brand: Mapping[str, Any]) -> dict[str, Accent]:
    """The accent in each palette; empty without one of the adopter's own."""
    given = {LIGHT.name: brand.get("accent"), DARK.name: brand.get("accent_dark") or brand.get("accent")}
    return {palette.name: accent(str(given[palette.name]), palette) for palette in PALETTES if given[palette.name]}


def adjusted(brand: Mapping[str, Any]) -> list[str]:
    """A sentence for each palette in which the accent, as it is given, could not be read as text."""
    found = accents(brand)
    return [_sentence(found[palette.name], palette) for palette in PALETTES
            if palette.name in found and found[palette.name].adjusted]  # fmt: skip


def _sentence(one: Accent, palette: Palette) -> str:
    reached = least(one.fill, palette)
    return (
        f"extra.portal.brand: {one.fill} has a contrast of only {reached:.1f} on some {palette.name} grounds, and text"
        f" needs {READABLE}: links are {one.text} there, and buttons keep {one.fill}."
    )


def sheet(brand: Mapping[str, Any]) -> str:
    """The brand's rules of CSS, to come last in a sheet that is one folder below assets/."""
    found = accents(brand)
    rules = [_colours(':root, [data-md-color-scheme="default"]', found.get("light"))]
    dark = _colours('[data-md-color-scheme="slate"]', found.get("dark"))
    rules.append(f"@media screen {{ {dark} }}" if dark else "")
    if brand.get("radius") is not None:
        rules.append(f":root {{ --hf-radius: {brand['radius']}px; }}")
    rules += _fonts(brand)
    return "\n".join(rule for rule in rules if rule) + "\n"


def _colours(selector: str, one: Accent | None) -> str:
    if one is None:
        return ""
    toward = "#000" if one.on_fill == "#ffffff" else "#fff"
    return (
        f"{selector} {{ --hf-accent: {one.text}; --hf-accent-soft: {one.soft}; --hf-fill: {one.fill};"
        f" --hf-on-accent: {one.on_fill}; --hf-fill-toward: {toward}; }}"
    )


def _fonts(brand: Mapping[str, Any]) -> list[str]:
    named = {file.setting: file for file in files(brand)}
    rules = []
    # One file is taken for every weight (a variable font has them all), two for regular and bold.
    weights = {"font": "100 900"} if "font_bold" not in named else {"font": "100 500", "font_bold": "501 900"}
    for setting, weight in weights.items():
        if setting in named:
            name = PurePosixPath(named[setting].uri).name
            rules.append(
                f'@font-face {{ font-family: "{FAMILY}"; src: url("../brand/{name}")'
                f' format("woff2"); font-weight: {weight}; font-display: swap; }}'
            )
    return [*rules, f':root {{ --hf-font: "{FAMILY}"; }}'] if rules else []


def announcement(brand: Mapping[str, Any], today: date) -> dict[str, Any] | None:
    """The announcement, up to its last day."""
    found: dict[str, Any] | None = brand.get("announcement")
    return found if found and found["until"] >= today else None


def for_functions(brand: Mapping[str, Any]) -> dict[str, Any]:
    """What emails take of a brand: a button's colour and corners, what is written on it, and a line's colour."""
    one = accents(brand).get("light")
    colours = {"fill": one.fill, "on_fill": one.on_fill, "accent": one.text} if one else {}
    return colours | ({"radius": brand["radius"]} if brand.get("radius") is not None else {})
