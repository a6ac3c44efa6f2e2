"""Where an article names a label."""

import re

FRONT = re.compile(r"\A\ufeff?-{3}[ \t]*\n.*?\n(?:-{3}|\.{3})[ \t]*\n", re.DOTALL)
# What people read of a line: no address of a link, no comment.
UNREAD = re.compile(r"\]\([^)]*\)|<!--.*?-->")


def lines(text: str, label: str) -> list[tuple[int, str]]:
    """The lines (1-based) of an article that name a label; those that mark it, as **bold** or a link, first and alone
    if there are any."""
    front = FRONT.match(text)
    first = text[: front.end()].count("\n") if front else 0
    words = re.escape(" ".join(label.split())).replace(r"\ ", r"\s+")
    marked = re.compile(rf"(?:\*\*|`|\[|\"|“)[^*`\"]*?(?<!\w){words}(?!\w)", re.IGNORECASE)
    plain = re.compile(rf"(?<!\w){words}(?!\w)", re.IGNORECASE)
    body = [(number, line) for number, line in enumerate(text.split("\n"), 1) if number > first]
    shown = [(number, line, UNREAD.sub("]", line)) for number, line in body]
    for pattern in (marked, plain):
        if found := [(number, line.strip()) for number, line, read in shown if pattern.search(read)]:
            return found
    return []


def heading(text: str) -> tuple[int, str]:
    """The line of an article's title, or its first."""
    found = [(number, line.strip()) for number, line in enumerate(text.split("\n"), 1) if line.startswith("title:")]
    return found[0] if found else (1, text.partition("\n")[0].strip())
