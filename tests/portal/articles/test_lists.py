"""An article's lists look in the portal as they do on GitHub."""

from html.parser import HTMLParser

import markdown
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.articles.lists import aligned
from portal.sanitise import github

LISTS = [
    "Do this:\n- a\n- b",
    "Text\n1. a\n2. b",
    "1. One\n\n   more\n\n2. Two\n\n   ```\n   x = 1\n\n   y\n   ```\n3. Three",
    "1. One\n   - x\n   - y\n2. Two",
    "1. One\n\n   - x\n   - y\n\n2. Two",
    "- a\n  - b\n    - c\n- d",
    "- a\n\n  para\n- b",
    "- a\n    - b\n- c",
    "1. a\n\n    four\n2. b",
    "1) One\n2) Two",
    "3. Third\n4. Fourth",
    "10. Ten\n\n    more\n11. Eleven",
    "1. One\n   goes on\n2. Two",
    "1. One\n\n   > quoted\n\n2. Two",
    "* a\n   * b\n\n     more\n   * c\n* d",
    "Before\n\n1. One\n\n   More\n\nBetween\n\n2. Two",
    "```\n- no list\n1) none\n```\n\n- a",
]


class Shape(HTMLParser):
    """The lists, items, code and words of a page, without how it is laid out."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("ol", "ul", "li", "pre", "blockquote"):
            self.found.append(f"<{tag}{dict(attrs).get('start') or ''}>")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("ol", "ul", "pre"):
            self.found.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.found += data.split()


def shown(text: str) -> list[str]:
    return Shape(markdown.markdown(aligned(text), extensions=["sane_lists", "pymdownx.superfences"])).found


@pytest.mark.parametrize("text", LISTS)
def test_a_list_has_the_shape_that_github_gives_it(text: str) -> None:
    assert shown(text) == Shape(github.render(text)).found


@pytest.mark.parametrize("head", ["!!! note", '??? tip "More"', "???+ warning", '=== "Linux"', "1. a\n\n    !!! note"])
# Python-Markdown itself loses a paragraph in a list of a list of a box.
@pytest.mark.parametrize("text", [text for text in LISTS if not text.startswith("* a\n   * b\n\n     more")])
def test_a_list_in_a_box_has_the_same_shape(head: str, text: str) -> None:
    extensions = ["sane_lists", "admonition", "pymdownx.details", "pymdownx.tabbed", "pymdownx.superfences"]
    inside = " " * (len(head.rpartition("\n")[2]) - len(head.rpartition("\n")[2].lstrip()) + 4)
    boxed = head + "\n" + "\n".join(inside + line if line else "" for line in text.split("\n"))
    found = Shape(markdown.markdown(aligned(f"{boxed}\n\nAfter"), extensions=extensions)).found
    whole = " ".join(found)

    assert " ".join(Shape(github.render(text)).found) in whole
    assert whole.endswith("After")


@pytest.mark.parametrize(
    "text",
    [
        "Words alone.",
        "!!! note\n    Do:\n\n    - a\n    - b\n\nAfter",
        "```\n!!! note\n    Do:\n    - a\n```",
        "!!! note\n    - a\n    - b",
        "- a\n- b",
        "1. a\n\n    b\n\n2. c",
        "    - code",
        "a - b\nc * d",
    ],
)
def test_what_is_right_already_stays_as_it_is(text: str) -> None:
    assert aligned(text) == text


@given(st.text(alphabet=st.sampled_from("ab -*1.)\n>`"), max_size=80))
def test_no_word_is_lost_or_moved_to_another_line(text: str) -> None:
    kept = [line.strip() for line in aligned(text).split("\n") if line.strip()]

    assert [line.replace(")", ".") for line in kept] == [
        line.strip().replace(")", ".") for line in text.split("\n") if line.strip()
    ]
