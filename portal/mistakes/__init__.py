"""Mistakes of writers in our own words: a file that is not UTF-8, YAML that cannot be read, fields that a model
refuses."""

import re
from pathlib import Path
from typing import Any

import yaml
from yaml.reader import ReaderError

from portal import yaml_lines
from portal.errors import ContentError

# What PyYAML says, and what a writer can do about it; the first that matches.
YAML_WORDS = (
    (r"mapping values are not allowed", "a second ': ' stands in this line; put the text in quotes"),
    (r"could not find expected ':'", "a key without ': ', or a quote that is not closed, in this line or above it"),
    (r"'\\t' that cannot start any token", "a tab; indent with spaces"),
    (r"'`' that cannot start any token", "a text begins with a backtick; put it in quotes"),
    (r"'@' that cannot start any token", "a text begins with '@'; put it in quotes"),
    (r"'%' that cannot start any token", "a text begins with '%'; put it in quotes"),
    (r"expected <block end>, but found '-'", "this item is not indented as the others of its list are"),
    (r"expected <block end>", "this line is not indented as those beside it, or text follows a closing quote"),
    (r"expected ',' or '[\]}]'", "a '[' or '{' that is not closed, or a comma is missing"),
    (r"unexpected end of stream", "a quote that is not closed"),
    (r"undefined alias", "a text begins with '*'; put it in quotes"),
    (r"expected alphabetic or numeric character", "a text begins with '&', '*' or '!'; put it in quotes"),
    (r"could not determine a constructor|undefined tag", "a text begins with '!'; put it in quotes"),
    (r"unknown escape character", "a backslash between double quotes; use single quotes"),
    (r"expected a single document", "a line '---' in the middle; a file has one part only"),
    (r"special characters are not allowed", "a character that YAML does not allow; type this line again"),
    (r"sequence entries are not allowed", "a list begins in the line of its key; begin it on a line of its own"),
    (r"expected the node content", "a value is missing here, or begins with a sign that needs quotes"),
    (r"duplicate anchor", "the same '&name' twice"),
)  # fmt: skip
# libyaml takes a tenth of the time for the front matter of an article; it would not survive thousands of brackets.
QUICK: Any = getattr(yaml, "CSafeLoader", None)
FAST = 5000
# What libyaml reads otherwise than Python's reader, or lets pass where that one says what is wrong: tags, odd spaces,
# braces, a comment at a block's mark, and in brackets '?' and '---' (findings/pyyaml-two-readers.sh).
DIFFERS = re.compile("[\\t\\x85\\u2028\\u2029\\ufeff!{]|[|>][-+0-9]*#|\\[(?:.|\\n)*(?:\\?|---|\\.\\.\\.)")


def text_of(path: Path, name: str) -> str:
    """The text of a file; raises ContentError with the line of the first byte that is not UTF-8."""
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        # The line as the writer sees it, if the file is what it most often is.
        line = data.count(b"\n", 0, error.start) + 1
        shown = data.splitlines()[line - 1].decode("cp1252", errors="replace").strip()[:60]
        raise ContentError(name, line, f"is not UTF-8 text: {shown!r}; save the file as UTF-8") from error


def of_yaml(error: Exception, text: str, file: str, first_line: int = 1) -> ContentError:
    """What a YAML reader refused, as a sentence for the writer; `first_line` is that of the YAML in its file."""
    if isinstance(error, yaml_lines.Misread):
        return ContentError(file, error.line, str(error))
    if isinstance(error, RecursionError):
        return ContentError(file, None, "is nested too deeply")
    said = " ".join(filter(None, (getattr(error, "context", ""), getattr(error, "problem", "")))) or str(error)
    words = next((ours for pattern, ours in YAML_WORDS if re.search(pattern, said)), said)
    return ContentError(file, _line(error, text) + first_line, f"is not valid YAML: {words}")


def _line(error: Exception, text: str) -> int:
    """The line at which YAML stopped (from 0); of a character that it does not allow, it only has the position."""
    if isinstance(error, ReaderError):
        return text.count("\n", 0, error.position)
    mark = getattr(error, "problem_mark", None)
    return int(mark.line) if mark else 0


def loaded(text: str, file: str, first_line: int = 1, *, typed: bool = True) -> tuple[Any, dict[yaml_lines.Path, int]]:
    """The data of a YAML text and the line of each key; raises ContentError. Not `typed`, every value stays text."""
    try:
        if typed and len(text) <= FAST and (quick := quickly(text, first_line)):
            return quick
        reader = yaml.SafeLoader(text) if typed else yaml.BaseLoader(text)  # both make plain data
        node = reader.get_single_node()
        # Before the data, for which merged keys are put in their places.
        found = yaml_lines.of(node, first_line)
        return None if node is None else reader.construct_document(node), found
    except (yaml.YAMLError, RecursionError) as error:
        raise of_yaml(error, text, file, first_line) from error


def quickly(text: str, first_line: int) -> tuple[Any, dict[yaml_lines.Path, int]] | None:
    """The same by libyaml; None for what it refuses or does not read alike, and where PyYAML was built without it."""
    if QUICK is None or DIFFERS.search(text):
        return None
    try:
        reader = QUICK(text)
        node = reader.get_single_node()
        found = yaml_lines.of(node, first_line)
        return None if node is None else (reader.construct_document(node), found)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None  # Python's reader says what is wrong in the words of YAML_WORDS
