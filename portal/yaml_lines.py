"""YAML: the line of every key in a text, so that an error can point a writer at the place to fix; and front matter
of our own."""

from functools import lru_cache
from itertools import takewhile
from typing import Any

import yaml

Path = tuple[str | int, ...]


# A rebuild while somebody writes reads few files anew.
@lru_cache(maxsize=1_000)
def lines(text: str, first_line: int = 1) -> dict[Path, int]:
    """The 1-based line of every key and list item by its path, not to be changed; raises yaml.YAMLError, for what YAML
    would silently read as something else Misread.

    The text is only composed, so that tags such as `!ENV` need no constructor.
    """
    return of(yaml.compose(text, Loader=yaml.SafeLoader), first_line)


def of(root: yaml.Node | None, first_line: int = 1) -> dict[Path, int]:
    """The same of a text that is composed already."""
    found: dict[Path, int] = {}
    if root is not None:
        _walk(root, (), first_line, found, set())
    return found


def front_matter(fields: dict[str, Any]) -> str:
    """A page of front matter alone, from which YAML reads `fields` again whatever characters are in them."""
    return f"---\n{yaml.safe_dump(fields, allow_unicode=True, sort_keys=False, width=1_000_000)}---\n"


class Misread(yaml.MarkedYAMLError):
    """What YAML takes for something else than its writer meant, and does not refuse; `line` is 1-based."""

    def __init__(self, sentence: str, key: yaml.Node, line: int) -> None:
        super().__init__(problem=sentence, problem_mark=key.start_mark)
        self.line = line

    def __str__(self) -> str:
        return str(self.problem)


def nearest(found: dict[Path, int], path: Path) -> int | None:
    """The line of `path`, or of the innermost key around it that is in the file."""
    while path and path not in found:
        path = path[:-1]
    return found.get(path)


def _walk(node: yaml.Node, path: Path, first_line: int, found: dict[Path, int], seen: set[int]) -> None:
    # An alias is the same node again, perhaps within itself; the first line counts.
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        _check_commas(node, first_line)
        for key, value in node.value:
            here = (*path, str(key.value))
            if here in found and key.value != "<<":
                first, second = found[here], first_line + key.start_mark.line
                sentence = f"'{key.value}' is there twice, in line {first} and line {second}; remove one of the two"
                raise Misread(sentence, key, second)
            found[here] = first_line + key.start_mark.line
            _walk(value, here, first_line, found, seen)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            here = (*path, number)
            found[here] = first_line + value.start_mark.line
            _walk(value, here, first_line, found, seen)


def _check_commas(node: yaml.MappingNode, first_line: int) -> None:
    """Raise Misread for `{description: Water, time}`: between braces, after the comma stands a key without a value."""
    pairs = node.value if node.flow_style else []
    for number, (key, value) in enumerate(pairs):
        rest = [str(after.value) for after, nothing in takewhile(_has_no_colon, pairs[number + 1 :])]
        if rest and isinstance(value, yaml.ScalarNode) and value.style is None and value.value:
            sentence = (
                f'a text with a comma between braces needs quotes: {key.value}: "{", ".join([value.value, *rest])}"'
            )
            raise Misread(sentence, key, first_line + key.start_mark.line)


def _has_no_colon(pair: tuple[yaml.Node, yaml.Node]) -> bool:
    key, value = pair
    return key.end_mark.index == value.start_mark.index == value.end_mark.index
