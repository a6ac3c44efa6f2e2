"""Lean style sheets: rules that the pages need are kept unchanged."""

import re
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from hooks import lean

FOLDER = files("material") / "templates" / "assets" / "stylesheets"
SHEETS = {
    file.name: file.read_text(encoding="utf-8")
    for file in FOLDER.iterdir()
    if lean.SHEETS.fullmatch(f"assets/stylesheets/{file.name}")
}


def test_the_installed_material_has_the_two_sheets() -> None:
    assert sorted(name.partition(".")[0] for name in SHEETS) == ["main", "palette"]


@pytest.mark.parametrize(
    ("css", "left"),
    [
        (".md-nav{a:b}.md-content{c:d}", ".md-content{c:d}"),
        (".md-nav a,.md-content a,.md-search{a:b}", ".md-content a{a:b}"),
        ("@media print{.md-footer{a:b}}body{c:d}", "body{c:d}"),
        ("@media print{.md-footer{a:b}p{e:f}}", "@media print{p{e:f}}"),
        ("@keyframes md-nav{0%{a:b}}", "@keyframes md-nav{0%{a:b}}"),
        ('@charset "UTF-8";p{a:b}', '@charset "UTF-8";p{a:b}'),
        ("p:is(.x,.md-nav .y),.md-nav:is(p,q){a:b}", "p:is(.x,.md-nav .y){a:b}"),
        ("p:not(.md-nav){a:b}", "p:not(.md-nav){a:b}"),
        (".md-navigation,.md-topic{a:b}", ".md-navigation,.md-topic{a:b}"),
        ('p:after{content:"},.md-nav{"}q{a:b}', 'p:after{content:"},.md-nav{"}q{a:b}'),
        (
            "[data-md-color-primary=red],[data-md-color-primary=custom]{a:b}",
            "[data-md-color-primary=custom]{a:b}",
        ),
        (".tabbed-set{a:b}p{c:d}", "p{c:d}"),
    ],
)
def test_rules_for_what_is_not_there_go_and_others_stay(css: str, left: str) -> None:
    assert lean.trim(css, lean.pattern(set())) == left


def test_an_extension_that_a_writer_switches_on_keeps_its_rules() -> None:
    assert lean.trim(".critic{a:b}", lean.pattern({"pymdownx.critic"})) == ".critic{a:b}"


@pytest.mark.parametrize("css", SHEETS.values(), ids=SHEETS)
def test_a_sheet_of_which_nothing_is_unused_stays_as_it_is(css: str) -> None:
    assert lean.trim(css, re.compile(r"(?!)")) == css


def unread(css: str) -> list[str]:
    """What hooks/lean.py cannot read of a sheet: rules within rules, and brackets within a pseudo-class's brackets."""
    css = re.sub(r"""/\*.*?\*/|"[^"]*"|'[^']*'""", "", css, flags=re.DOTALL)
    found = re.findall(r":(?:not|is|where|has)\([^()]*\([^{},]*", css)
    heads: list[str] = []
    for head, brace in re.findall(r"([^{};]*)([{}])", css):
        if brace == "}":
            heads.pop()
        else:
            found += [head] if heads and not heads[-1].startswith("@") else []
            heads.append(head)
    return found


@pytest.mark.parametrize("css", SHEETS.values(), ids=SHEETS)
def test_the_installed_sheets_have_nothing_that_the_trimmer_cannot_read(css: str) -> None:
    assert unread(css) == []


@pytest.mark.parametrize("css", ["p{a:b;q &{c:d}}", "@media print{p{q{a:b}}}", "p:is(:not(.x),q){a:b}"])
def test_the_check_sees_what_the_trimmer_cannot_read(css: str) -> None:
    assert len(unread(css)) == 1


@pytest.mark.parametrize(
    ("css", "left"),
    [
        ("/* a */\n.a {\n  b: c; /* d */\n}\n", ".a {\nb: c;\n}\n"),
        ('a:after { content: "/* b */"; }', 'a:after { content: "/* b */"; }'),
        ("a { b: url(data:image/svg,/*c*/); }", "a { b: url(data:image/svg,/*c*/); }"),
        ("a { b: 'c\\'/*d*/'; }", "a { b: 'c\\'/*d*/'; }"),
        ("/**//* ** */a{}/* open", "a{}/* open"),
    ],
)
def test_a_bare_sheet_has_no_comments_and_all_that_is_quoted(css: str, left: str) -> None:
    assert lean.bare(css) == left


OURS = sorted((Path(__file__).parents[2] / "hooks/theme/assets").rglob("*.css"))


def heads(css: str, around: str = "") -> Iterator[str]:
    """The selectors of a sheet, each with the conditions around it."""
    for head, body in lean.rules(css):
        if body is not None:
            words = " ".join(head.split())
            if words.startswith(("@media", "@supports")):
                yield from heads(body, f"{around}{words} ")
            else:
                yield around + words


@pytest.mark.parametrize("sheet", OURS, ids=lambda sheet: sheet.name)
def test_no_selector_stands_twice_in_a_sheet(sheet: Path) -> None:
    counts = Counter(heads(lean.bare(sheet.read_text())))

    assert [head for head, count in counts.items() if count > 1] == []
