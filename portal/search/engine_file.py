"""The browser's search engine joined into one file, since a phone would wait for a request for each module.

It understands only what those modules use: `import { a, b } from "./x.js";` on a line of its own, and `export` before a
function or a constant.
"""

import re
from collections.abc import Mapping

IMPORT = re.compile(r'^import \{ (?P<names>[\w, ]+) \} from "\./(?P<module>[\w-]+)\.js";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const) (?P<name>\w+))", re.MULTILINE)

# Comments on lines of their own are removed; a comment beside code stays.
COMMENT = re.compile(r"^ *(?://.*|/\*\*.*\*/)\n", re.MULTILINE)


def joined(sources: Mapping[str, str], first: str) -> str:
    """The module `first` with all that it imports, exporting the same names. Raises ValueError for other syntax."""
    done: dict[str, str] = {}
    _add(first, sources, done)
    exports = ", ".join(EXPORT.findall(sources[first]))
    return "".join(done.values()) + f"export const {{ {exports} }} = {_name(first)};\n"


def _add(module: str, sources: Mapping[str, str], done: dict[str, str]) -> None:
    """Add a module, in a scope of its own, after those that it imports."""
    text = sources[module]
    for found in IMPORT.finditer(text):
        if found["module"] not in done:
            _add(found["module"], sources, done)
    text = COMMENT.sub("", text)
    body = IMPORT.sub(lambda found: f"const {{ {found['names']} }} = {_name(found['module'])};\n", text)
    body, exports = EXPORT.sub("", body), ", ".join(EXPORT.findall(text))
    if left := re.search(r"^(?:import|export)\b.*", body, re.MULTILINE):
        raise ValueError(f"{module}.js: cannot join {left[0]!r}")
    done[module] = f"const {_name(module)} = (() => {{\n{body}return {{ {exports} }};\n}})();\n"


def _name(module: str) -> str:
    # With "_", since a module may export its own name.
    return "_" + module.replace("-", "_")
