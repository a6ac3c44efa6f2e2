"""YAML: the line of every key in a text, so that an error can point a writer at the place to fix; and front matter
of our own."""

from typing import Any

import yaml

Path = tuple[str | int, ...]


def lines(text: str, first_line: int = 1, loader: Any = yaml.SafeLoader) -> dict[Path, int]:
    """The 1-based line of every key and list item by its path; raises yaml.YAMLError, for a key that
    stands twice Doubled.

    The text is only composed, so that tags such as `!ENV` need no constructor.
    """
    found: dict[Path, int] = {}
    root = yaml.compose(text, Loader=loader)
    if root is not None:
        _walk(root, (), first_line, found, set())
    return found


def front_matter(fields: dict[str, Any]) -> str:
    """A page of front matter alone, from which YAML reads `fields` again whatever characters are in them."""
    return f"---\n{yaml.safe_dump(fields, allow_unicode=True, sort_keys=False, width=1_000_000)}---\n"


class Doubled(yaml.MarkedYAMLError):
    """A key that stands twice, with the lines of both: YAML would silently take the second."""

    def __init__(self, key: yaml.Node, first: int, second: int) -> None:
        sentence = f"'{key.value}' is there twice, in line {first} and line {second}; remove one of the two"
        super().__init__(problem=sentence, problem_mark=key.start_mark)
        self.line = second

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
        for key, value in node.value:
            here = (*path, str(key.value))
            if here in found and key.value != "<<":
                raise Doubled(key, found[here], first_line + key.start_mark.line)
            found[here] = first_line + key.start_mark.line
            _walk(value, here, first_line, found, seen)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            here = (*path, number)
            found[here] = first_line + value.start_mark.line
            _walk(value, here, first_line, found, seen)
