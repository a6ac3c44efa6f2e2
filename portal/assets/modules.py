"""Several ES modules as one file: each of them would be a request that a phone waits for.

Only what our modules use of the language is understood: `import { a, b as c } from "./x.js";` and `import * as d from
"../y.js";` on lines of their own, `export` before a function or a constant, and `import("./z.js")` of what comes later.
A module's name is its path without .js.
"""

import posixpath
import re
from collections.abc import Mapping
from types import MappingProxyType

_IMPORT = re.compile(
    r'^import (?:\{ (?P<names>[\w, ]+) \}|\* as (?P<whole>\w+)) from "(?P<path>\.{1,2}/[\w./-]+)\.js";\n', re.MULTILINE
)
_LATER = re.compile(r'\bimport\("(?P<path>\.{1,2}/[\w./-]+)\.js"\)')
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const) (?P<name>\w+))", re.MULTILINE)

# What a browser has no use for; a comment beside code stays.
_COMMENT = re.compile(r"^ *(?://.*|/\*\*(?:[^*]|\*(?!/))*\*/)\n", re.MULTILINE)


def joined(sources: Mapping[str, str], first: str, shared: bool = False) -> str:
    """The module `first` with all that it needs, exporting what it exports; when `shared`, also all of the joined ones
    as `modules` by their names. Raises ValueError for what it does not understand."""
    done: dict[str, str] = {}
    _add(first, sources, done, first)
    exports = ", ".join(_EXPORT.findall(sources[first]))
    text = "".join(done.values())
    # Indentation is for readers; a text over several lines would lose its own, so then it stays.
    if not any(line.count("`") % 2 for line in text.splitlines()):
        text = re.sub(r"^ +", "", text, flags=re.MULTILINE)
    if exports:
        text += f"export const {{ {exports} }} = {_name(first)};\n"
    if shared:
        members = ", ".join(f'"{module}": {_name(module)}' for module in done)
        text += f"export const modules = {{ {members} }};\n"
    return text


def needed(sources: Mapping[str, str], first: str) -> list[str]:
    """The modules that `joined` puts into one file."""
    done: dict[str, str] = {}
    _add(first, sources, done, first)
    return list(done)


def beside(
    text: str, module: str, first: str, together: list[str], within: Mapping[str, str] = MappingProxyType({})
) -> str:
    """A module that is loaded later: what it imports of those that were joined, it gets from their file, so that none
    is there twice with a state of its own. Those of `within`, which import nothing and keep no state, are put in."""

    def taken(found: re.Match[str]) -> str:
        other = _resolved(module, found["path"])
        if other in within:
            done: dict[str, str] = {}
            _add(other, within, done, module)
            return "".join(done.values()) + _taken(found, _name(other))
        if other not in together:
            return found[0]
        own = f"{_name(other)}_"
        source = f'import {{ modules as {own} }} from "{_relative(first, module)}.js";\n'
        return source + _taken(found, f'{own}["{other}"]')

    for found in _LATER.finditer(text):
        if _resolved(module, found["path"]) in together:
            raise ValueError(f"{module}.js: cannot load {found['path']}.js later, it is there from the start")
    return _IMPORT.sub(taken, plain(text))


def plain(text: str) -> str:
    """A module without the comments that stand on lines of their own."""
    return _COMMENT.sub("", text)


def _add(module: str, sources: Mapping[str, str], done: dict[str, str], first: str) -> None:
    """Each module after those that it imports, in a scope of its own."""
    text = sources[module]
    for found in _IMPORT.finditer(text):
        other = _resolved(module, found["path"])
        if other not in done:
            _add(other, sources, done, first)
    text = plain(text)
    body = _IMPORT.sub(lambda found: _taken(found, _name(_resolved(module, found["path"]))), text)
    body, exports = _EXPORT.sub("", body), ", ".join(_EXPORT.findall(text))
    body = _LATER.sub(lambda found: f'import("{_relative(_resolved(module, found["path"]), first)}.js")', body)
    if left := re.search(r"^(?:import|export)\b.*|\bimport\.meta\b.*", body, re.MULTILINE):
        raise ValueError(f"{module}.js: cannot join {left[0]!r}")
    done[module] = f"const {_name(module)} = (() => {{\n{body}return {{ {exports} }};\n}})();\n"


def _taken(found: re.Match[str], source: str) -> str:
    if found["whole"]:
        return f"const {found['whole']} = {source};\n"
    return f"const {{ {found['names'].replace(' as ', ': ')} }} = {source};\n"


def _resolved(module: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(module), path))


def _relative(module: str, seen_from: str) -> str:
    path = posixpath.relpath(module, posixpath.dirname(seen_from) or ".")
    return path if path.startswith("../") else f"./{path}"


def _name(module: str) -> str:
    # A module may have the name of what it exports.
    return "_" + re.sub(r"\W", "_", module)
