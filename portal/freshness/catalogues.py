"""The labels in translation catalogues, by their keys: JSON, ARB, YAML, PO, Fluent, XLIFF, .properties, .strings."""

import difflib
import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from xml.etree import ElementTree

import yaml
from babel import localedata
from babel.messages.pofile import PoFileError, read_po
from fluent.syntax import FluentParser, ast

from portal.freshness.diffs import Line
from portal.freshness.facts import Renamed

# Where products keep their catalogues; other JSON and YAML is no text for people.
CATALOGUE = re.compile(
    r"(^|/)(locales?|i18n|l10n|lang|langs|languages|translations?|messages|intl|strings)(/|[.\w-]*\.(json|ya?ml)$)"
    r"|\.(arb|po|pot|ftl|xlf|xliff|strings|properties)$",
    re.IGNORECASE,
)
# The parts of a path that may name a language: `locales/pt-BR.json`, `de.lproj/`, `messages_fr.properties`.
PART = re.compile(r"[/.]|(?<=[a-z])_(?=[a-z]{2}(?:_[A-Z]{2})?\.)")
# Folders that are called like a language and are none.
NO_LANGUAGE = frozenset(["ts", "lib", "app", "src"])
PROPERTY = re.compile(r"^\s*((?:\\.|[^\s:=\\#!])(?:\\.|[^\s:=\\])*)\s*[:=\s]\s*(.*)$")
STRINGS = re.compile(r'"((?:[^"\\]|\\.)*)"\s*=\s*"((?:[^"\\]|\\.)*)"\s*;')
ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
DEEPEST = 30
ALIKE = 0.6

Labels = dict[str, str]


class CatalogueError(ValueError):
    """A catalogue that cannot be read; `str()` says why."""


def is_catalogue(path: str) -> bool:
    """Whether a file of the product is a catalogue of labels, in whatever language."""
    return CATALOGUE.search(path) is not None and PurePosixPath(path).suffix.lower() in READERS


def is_read(path: str, language: str) -> bool:
    """Whether a file is a catalogue in the language of the articles, or in none that its path names."""
    return is_catalogue(path) and language_of(path) in {"", language.lower().partition("-")[0]}


def language_of(path: str) -> str:
    """The language that a path names, such as "de"; "" when it names none."""
    for part in reversed(PART.split(path)[:-1]):
        code = part.replace("-", "_").partition("_")[0].lower()
        if 2 <= len(code) <= 3 and code not in NO_LANGUAGE and localedata.exists(code):
            return code
    return ""


def read(path: str, text: str) -> Labels:
    """The labels of a catalogue by key; raises CatalogueError for one that is broken."""
    try:
        return READERS[PurePosixPath(path).suffix.lower()](text.removeprefix("\ufeff"))
    except (ValueError, yaml.YAMLError, PoFileError, ElementTree.ParseError, RecursionError) as error:
        raise CatalogueError(f"{path}: {error}") from error


def renamed(path: str, before: Labels, after: Labels, text: str) -> list[Renamed]:
    """The labels that have another text under the same key, or no key any more; `text` is the file before."""
    found = []
    new = {key: label for key, label in after.items() if key not in before}
    for key, was in before.items():
        now = after.get(key) or (_alike(key, was, new) if key not in after else "")
        if was.strip() and now != was:
            found.append(Renamed(was, now, _line(path, text, was)))
    return found


def _alike(key: str, was: str, new: Labels) -> str:
    """The new label that took the place of one whose key is its own text, as Gettext's are; "" when none did."""
    if not key.endswith(f"|{was}"):
        return ""
    close = difflib.get_close_matches(was, new.values(), n=1, cutoff=ALIKE)
    return close[0] if close else ""


def _line(path: str, text: str, label: str) -> Line:
    """The line of a file that has a label, for the report."""
    sought = label.split("\n")[0][:60]
    for number, line in enumerate(text.split("\n"), 1):
        if sought in line:
            return Line(path, number, line.strip())
    return Line(path, 1, label)


def _json(text: str) -> Labels:
    # Keys of ARB that begin with @ describe a label.
    return {key: value for key, value in _leaves(json.loads(text)) if not re.search(r"(^|\.)@", key)}


def _yaml(text: str) -> Labels:
    # Every value as text: the `no:` and `on:` of a catalogue are no truth values.
    return dict(_leaves(yaml.load(text, Loader=yaml.BaseLoader)))  # noqa: S506 - BaseLoader makes only text


def _leaves(data: object, path: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    if isinstance(data, str):
        yield path, data
    elif isinstance(data, dict | list) and depth < DEEPEST:
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from _leaves(value, f"{path}.{key}" if path else str(key), depth + 1)


def _po(text: str) -> Labels:
    """Gettext's key is the source text itself, which is the label too where it is not translated."""
    catalogue = read_po(io.StringIO(text), ignore_obsolete=True, abort_invalid=True)
    found = {}
    for message in catalogue:
        if message.id:
            source = message.id[0] if isinstance(message.id, tuple | list) else message.id
            shown = message.string[0] if isinstance(message.string, tuple | list) else message.string
            found[f"{message.context or ''}|{source}"] = shown or source
    return found


def _fluent(text: str) -> Labels:
    found: Labels = {}
    for entry in FluentParser(with_spans=False).parse(text).body:
        if isinstance(entry, ast.Message | ast.Term):
            parts = [("", entry.value), *((f".{one.id.name}", one.value) for one in entry.attributes)]
            found |= {f"{entry.id.name}{end}": _pattern(value) for end, value in parts if value is not None}
    return found


def _pattern(pattern: ast.Pattern) -> str:
    """The text of a pattern; of a choice, its default's."""
    pieces = []
    for element in pattern.elements:
        if isinstance(element, ast.TextElement):
            pieces.append(element.value)
        elif isinstance(element, ast.Placeable) and isinstance(element.expression, ast.SelectExpression):
            pieces += [_pattern(one.value) for one in element.expression.variants if one.default]
        else:
            pieces.append("{}")
    return "".join(pieces)


def _xliff(text: str) -> Labels:
    """XLIFF 1.2 and 2: the source of each unit, by id."""
    # Expat refuses entities that grow without bounds, and reads no other file.
    root = ElementTree.fromstring(text)  # noqa: S314
    found = {}
    for unit in root.iter():
        if _tag(unit) in {"trans-unit", "unit"}:
            key = unit.get("resname") or unit.get("name") or unit.get("id") or ""
            for number, source in enumerate(one for one in unit.iter() if _tag(one) == "source"):
                found[f"{key}.{number}" if number else key] = "".join(source.itertext()).strip()
    return found


def _tag(element: ElementTree.Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _properties(text: str) -> Labels:
    """Java's properties; a backslash at the end of a line joins the next one to it."""
    joined = re.sub(r"(?<!\\)((?:\\\\)*)\\\r?\n[ \t]*", r"\1", text)
    matches = (PROPERTY.match(line) for line in joined.splitlines() if not re.match(r"\s*[#!]", line))
    return {_unescaped(match[1]): _unescaped(match[2].strip()) for match in matches if match}


def _strings(text: str) -> Labels:
    """Apple's strings."""
    bare = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return {_unescaped(match[1]): _unescaped(match[2]) for match in STRINGS.finditer(bare)}


def _unescaped(text: str) -> str:
    plain = {"n": "\n", "t": "\t", "r": "\r"}
    return ESCAPE.sub(
        lambda match: chr(int(match[1][1:], 16)) if len(match[1]) == 5 else plain.get(match[1], match[1]), text
    )


READERS: dict[str, Callable[[str], Labels]] = {
    ".json": _json, ".arb": _json, ".yml": _yaml, ".yaml": _yaml, ".po": _po, ".pot": _po, ".ftl": _fluent,
    ".xlf": _xliff, ".xliff": _xliff, ".properties": _properties, ".strings": _strings,
}  # fmt: skip
