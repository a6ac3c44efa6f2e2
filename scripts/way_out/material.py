"""What of Material the portal's theme uses, counted: what leaving it would have to replace."""

import re
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
OURS = ROOT / "hooks" / "theme"
THEIRS = Path(str(distribution("mkdocs-material").locate_file("material/templates")))
FEATURES = re.compile(r"features: \[([^\]]*)\]")
BLOCK = re.compile(r"\{%-? block (\w+)")


@dataclass(frozen=True)
class Uses:
    """Names of what is used, and lines: ours of templates and styles, Material's of templates that are still read."""

    overridden: tuple[str, ...]
    read: tuple[str, ...]
    blocks: tuple[str, ...]
    variables: tuple[str, ...]
    classes: tuple[str, ...]
    features: tuple[str, ...]
    template_lines: int
    style_lines: int
    read_lines: int


def uses() -> Uses:
    """Count in the theme as it is now, beside the Material that is installed."""
    templates = {file.relative_to(OURS).as_posix(): file.read_text("utf-8") for file in OURS.rglob("*.html")}
    styles = [file.read_text("utf-8") for file in OURS.rglob("*.css")]
    scripts = [file.read_text("utf-8") for file in OURS.rglob("*.js")]
    theirs = {file.relative_to(THEIRS).as_posix() for file in THEIRS.rglob("*.html")}
    overridden = theirs & set(templates)
    read = {name for text in templates.values() for name in _named(text) if name in theirs - set(templates)}
    base = set(BLOCK.findall((THEIRS / "base.html").read_text("utf-8")))
    everything = [*templates.values(), *styles, *scripts]
    return Uses(
        overridden=tuple(sorted(overridden)),
        read=tuple(sorted(read)),
        blocks=tuple(sorted(base & set(BLOCK.findall(templates["main.html"])))),
        variables=_found(r"--md-[a-z-]+[a-z]", styles),
        classes=_found(r"\bmd-[a-z]+(?:[_-]+[a-z]+)*", [re.sub(r"--md-[a-z-]+", "", text) for text in everything]),
        features=tuple(yaml.safe_load(f"[{_first(FEATURES, (ROOT / 'hooks/base.yml').read_text('utf-8'))}]")),
        template_lines=sum(text.count("\n") for text in templates.values()),
        style_lines=sum(text.count("\n") for text in styles),
        read_lines=sum((THEIRS / name).read_text("utf-8").count("\n") for name in read),
    )


def as_text(found: Uses) -> list[str]:
    """The counts, a line each, with the names."""
    names = ("overridden", "read", "blocks", "variables", "classes", "features")
    lines = [f"{len(getattr(found, name))} {name}: {', '.join(getattr(found, name))}" for name in names]
    return [
        *lines,
        f"{found.template_lines} lines of templates and {found.style_lines} of styles are ours;"
        f" {found.read_lines} lines of Material's templates are read",
    ]


def _named(template: str) -> list[str]:
    return re.findall(r"\{%-? (?:include|extends|import|from) \"([^\"]+)\"", template)


def _found(pattern: str, texts: list[str]) -> tuple[str, ...]:
    return tuple(sorted({name for text in texts for name in re.findall(pattern, text)}))


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1] if found else ""
