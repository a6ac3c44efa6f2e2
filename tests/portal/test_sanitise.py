"""Markdown from outside becomes harmless, readable, and inert to every template engine."""

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment

from portal.sanitise import MAX_CHARACTERS, TAGS, to_html, to_text

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<iframe src=//evil.example></iframe>",
    "<style>body{display:none}</style>",
    "<form action=//evil.example><input name=q></form>",
    "[a](javascript:alert(1))",
    "[a](data:text/html;base64,PHNjcmlwdD4=)",
    "[a](vbscript:x)",
    "[a](&#106;avascript:alert(1))",
    "<javascript:alert(1)>",
    "![a](javascript:alert(1))",
    '[a](https://x.example "onmouseover=alert(1)")',
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    '<div style="position:fixed;inset:0" id=location>x</div>',
    "![](https://evil.example/pixel.gif)",
    "<scr<script>x</script>ipt>alert(1)</script>",
    "`<script>alert(1)</script>`",
    "```\n</code></pre><script>alert(1)</script>\n```",
    "| a |\n|---|\n| <script>alert(1)</script> |",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_leaves_only_allowed_tags_and_links(attack: str) -> None:
    tree = ET.fromstring(f"<body>{to_html(attack).replace('<br>', '<br/>').replace('<hr>', '<hr/>')}</body>")

    assert {element.tag for element in tree.iter()} <= TAGS | {"body"}
    assert {name for element in tree.iter() for name in element.attrib} <= {"href", "title", "rel"}
    assert all(a.attrib["href"].startswith("https://") for a in tree.iter("a"))


@pytest.mark.parametrize(
    "source", ["{{ config.secret }}", "`{{ config.secret }}`", "{% raw %}x", "{# gone #}", "```\n{{ 7 * 7 }}\n```"]
)
def test_a_template_engine_that_meets_the_result_finds_nothing_to_evaluate(source: str) -> None:
    html = to_html(source)

    assert "{" not in html
    assert Environment(autoescape=True).from_string(html).render(config={"secret": "S3"}) == html
    assert to_text(source) == source.strip("`\n")


def test_what_only_looks_like_a_tag_is_kept_as_text() -> None:
    assert to_text("A List<String> and <your-domain> in 1 < 2") == "A List<String> and <your-domain> in 1 < 2"


def test_known_tags_are_dropped_and_their_words_stay() -> None:
    assert to_text("<details><summary>More</summary>text<!-- note --></details>") == "Moretext"


@pytest.mark.parametrize("indent", ["  ", "    "])
def test_lists_nest_by_two_spaces_and_by_four(indent: str) -> None:
    assert to_html(f"- a\n{indent}- b").count("<ul>") == 2


def test_headings_fold_into_the_page_and_relative_links_keep_only_their_words() -> None:
    assert to_html("# Title") == "<h2>Title</h2>"
    assert to_html("###### Deep") == "<h4>Deep</h4>"
    assert to_html("see [here](docs/x.md)") == "<p>see here</p>"


def test_control_characters_that_no_feed_may_carry_are_gone() -> None:
    assert to_html("a\x00b\x08c\x1bd") == "<p>abcd</p>"


def test_a_huge_text_is_cut() -> None:
    assert len(to_html("word " * MAX_CHARACTERS)) <= MAX_CHARACTERS + 10


@given(st.text(alphabet=st.sampled_from("<>/{}[]()!`~*_#-+&;:\"' \n\tabs1\x00\ud800"), max_size=120))
def test_no_input_gives_anything_but_safe_html(source: str) -> None:
    html = to_html(source)

    assert "{" not in html
    assert "<script" not in html
    html.encode()
