"""Moves a setting within the text of a YAML file, whose comments and order stay."""

from collections.abc import Callable

import yaml

Path = tuple[str, ...]


class ByHand(Exception):
    """A spelling that is not edited by a program; `str()` says which."""


def move(text: str, old: Path, new: Path, change: Callable[[str], str] | None = None) -> str:
    """The text with the setting `old` under the name `new`, its value changed by `change`; without `old` the same text.

    Raises ByHand for a setting within `{...}`, for one that is there under both names, and where the value to change is
    no single word; yaml.YAMLError for what is not YAML.
    """
    key = _find(text, old)
    if key is None:
        return text
    if _find(text, new) is not None:
        raise ByHand(f"both {'.'.join(old)} and {'.'.join(new)} are there.")
    lines = text.splitlines(keepends=True)
    first, last = _block(lines, key[0])
    name, colon, rest = "".join(lines[first:last]).partition(":")
    if change is not None:
        rest = _changed(key[1], change)
    if old[:-1] == new[:-1]:
        lines[first:last] = [f"{name[: len(name) - len(name.lstrip())]}{new[-1]}{colon}{rest}"]
        return "".join(lines)
    del lines[first:last]
    return _put(_without_empty("".join(lines), old[:-1]), new, rest, len(name) - len(name.lstrip()))


Found = tuple[yaml.Node, yaml.Node]


def _find(text: str, path: Path) -> Found | None:
    """The nodes of a setting's key and value."""
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    found: Found | None = None
    for name in path:
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        found = next((pair for pair in pairs if pair[0].value == name), None)
        if found is None:
            return None
        node = found[1]
    return found


def _block(lines: list[str], key: yaml.Node) -> tuple[int, int]:
    """The lines of a setting, from its key's to that after its value's last."""
    first, indent = key.start_mark.line, key.start_mark.column
    if lines[first][:indent].strip():
        raise ByHand(f"it is within brackets in line {first + 1}.")
    last = first + 1
    for number in range(first + 1, len(lines)):
        line = lines[number]
        depth = len(line) - len(line.lstrip())
        if line.strip() and (depth < indent or (depth == indent and not line.lstrip().startswith("- "))):
            break
        if line.strip() and not line.lstrip().startswith("#"):
            last = number + 1
    return first, last


def _changed(value: yaml.Node, change: Callable[[str], str]) -> str:
    if not isinstance(value, yaml.ScalarNode) or value.tag != "tag:yaml.org,2002:str":
        raise ByHand(f"its value in line {value.start_mark.line + 1} is no plain text.")
    return f" {yaml.safe_dump(change(value.value), allow_unicode=True, width=1_000_000).splitlines()[0]}\n"


def _without_empty(text: str, path: Path) -> str:
    """The text without the setting `path`, and those around it, that have nothing in them any more."""
    while path and (found := _find(text, path)) and found[1].tag == "tag:yaml.org,2002:null":
        lines = text.splitlines(keepends=True)
        first, last = _block(lines, found[0])
        text, path = "".join(lines[:first] + lines[last:]), path[:-1]
    return text


def _put(text: str, path: Path, rest: str, was: int) -> str:
    """The text with a setting more; `was` is how far its lines were indented."""
    there = next(number for number in range(len(path) - 1, -1, -1) if not number or _find(text, path[:number]))
    lines = text.splitlines(keepends=True)
    at, indent = len(lines), 0
    found = _find(text, path[:there]) if there else None
    if found:
        if not isinstance(found[1], yaml.MappingNode) or found[1].flow_style:
            raise ByHand(
                f"{'.'.join(path[:there])} in line {found[0].start_mark.line + 1} is within brackets or empty."
            )
        at, indent = found[0].start_mark.line + 1, found[1].value[0][0].start_mark.column
    elif lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    parents = [f"{' ' * (indent + 2 * depth)}{name}:\n" for depth, name in enumerate(path[there:-1])]
    depth = indent + 2 * len(parents)
    head, *others = rest.splitlines(keepends=True)
    body = [f"{' ' * depth}{path[-1]}:{head}", *(_shifted(line, depth - was) for line in others)]
    return "".join([*lines[:at], *parents, *body, *lines[at:]])


def _shifted(line: str, by: int) -> str:
    """A line that is indented by so many spaces more, or less."""
    if not line.strip():
        return line
    return " " * by + line if by > 0 else line[min(-by, len(line) - len(line.lstrip())) :]
