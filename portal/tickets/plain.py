"""A message of a help desk as plain text, and the first name of who wrote it."""

import html
from collections.abc import Iterator

from portal.foreign_html import MOST, tags
from portal.models import clean
from portal.tickets import Message

LINE_END = frozenset("br /p /div /li /h1 /h2 /h3 /h4 /h5 /h6".split())  # noqa: SIM905
NAME_MOST = 40


def text(message: Message) -> str:
    """The text of a message; of HTML what a browser would show, with its line ends."""
    if message.body or not message.html:
        return message.body
    return html.unescape("".join(_pieces(message.html[:MOST])))


def first_name(name: str) -> str:
    """The first name in a full name, also in one written as "Byron, Ada"; empty when it holds an address or none."""
    last, comma, first = clean(" ".join(name.split())).partition(",")
    words = (first if comma else last).split()
    return words[0] if words and "@" not in name and len(words[0]) <= NAME_MOST else ""


def _pieces(markup: str) -> Iterator[str]:
    """The text of HTML, with a line end where a browser would begin a new line."""
    at = 0
    for start, end, name in tags(markup):
        yield markup[at:start] + ("\n" if name in LINE_END else "")
        at = end
    yield markup[at:]
