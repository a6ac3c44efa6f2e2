"""What a writer's Markdown says that the site would silently show as something else, with the line of each."""

import re
from collections.abc import Iterator
from functools import lru_cache

# The kinds of boxes that have a tone of their own (hooks/theme/assets/article.css).
BOXES = tuple("note abstract info tip success question warning failure danger bug example quote".split())  # noqa: SIM905
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
BOX = re.compile(r"( *)(!!!|\?\?\?\+?)(?: +([\w-]+))?(.*)")
TAB = re.compile(r"( *)===[!+]?(?= |\")")
SETEXT = re.compile(r" {0,3}=+ *")
HEADING_MARKS = re.compile(r"^#[ \t]*|[ \t]+#+[ \t]*$|[ \t]*\{[^{}\n]*\}[ \t]*$")
PICTURE = re.compile(r"!\[(?P<alt>[^\]]*)\][\[(]|(?P<tag><img\b[^>]*>)")
# What editors and phones call a picture that is pasted.
NO_WORDS = re.compile(
    r"(?:image|picture|screenshot|photo|img|alt text)[\s_\d.:-]*|.*\.(?:png|jpe?g|gif|webp|svg)", re.IGNORECASE
)
# What other tools and hosts read, and what to write here instead.
ELSEWHERE = (
    (re.compile(r" *(!!!|\?\?\?\+?)\w"), "a box needs a space after its marks: '{0}', not '{1}'"),
    (re.compile(r" *===\""), "a tab needs a space after its marks: '=== \"Title\"'"),
    (re.compile(r" *(?:!!|\?\?)(?: +\w+| *\"|$)"), "a box begins with three marks: '!!! note'"),
    (re.compile(r" {0,3}> *\[!(\w+)\]"), "a box of GitHub's; write '!!! {0}' and indent its text by four spaces"),
    (re.compile(r" *:::+ *(\w+)"), "a box of another tool; write '!!! {0}' and indent its text by four spaces"),
    (re.compile(r" *\{\{[<%].*[>%]\}\}| *\{% .* %\}"), "a command of another tool, shown as it stands; take it out"),
    (re.compile(r" *import .* from ['\"].*['\"];? *"), "a line of MDX, shown as it stands; take it out"),
)  # fmt: skip
# How the lines begin that one of them matches.
MARKS = frozenset("!?=>:{i")


def faults(text: str, first_line: int = 1, *, heading: bool = True) -> Iterator[tuple[int, str]]:
    """Each place as line and sentence; `heading` False where no heading of the first level may stand at all."""
    lines = text.split("\n")
    for number, line in outside_code(text):
        for pattern, sentence in ELSEWHERE if line.lstrip(" ")[:1] in MARKS else ():
            if match := pattern.match(line):
                yield first_line + number, _filled(sentence, match, line)
        yield from ((first_line + number, found) for found in [*_box(lines, number), *_pictures(line)])
    for number, _, _ in [*headings(text)][1 if heading else 0 :]:
        yield first_line + number, "a second heading of the first level; an article has one, so write it with '##'"


# Several rules look at the same article, one after the other.
@lru_cache(maxsize=4)
def outside_code(text: str) -> tuple[tuple[int, str], ...]:
    """The lines of a Markdown text that are neither code nor a comment, each with its number, from 0."""
    return tuple(_outside_code(text.split("\n")))


def headings(text: str) -> Iterator[tuple[int, str, bool]]:
    """The headings of the first level: the line (from 0), the words in Markdown, and whether text stands above it."""
    lines = text.split("\n")
    above = False
    for number, line in outside_code(text):
        if _is_first_level(lines, number):
            yield number, HEADING_MARKS.sub("", line), above
        above = above or bool(line.strip() and not line.lstrip().startswith("<!--"))


def _outside_code(lines: list[str]) -> Iterator[tuple[int, str]]:
    fence = ""
    comment = False
    for number, line in enumerate(lines):
        mark = FENCE.match(line.lstrip(" ")) if not comment else None
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence) and not line.strip(" `~"):
            fence = ""
        elif not fence:
            before = comment
            comment = "-->" not in line if comment else line.lstrip().startswith("<!--") and "-->" not in line
            if not before and not comment and not (line.startswith("    ") and _is_code(lines, number)):
                yield number, line


def _is_code(lines: list[str], number: int) -> bool:
    """Whether an indented line is code: nothing less indented above it is a list, a box or a tab."""
    for before in range(number - 1, -1, -1):
        line = lines[before]
        if line.strip() and not line.startswith("    "):
            return not (BOX.match(line) or TAB.match(line) or re.match(r" {0,3}([-*+]|\d+[.)])\s|\[\^|: ", line))
    return True


def _box(lines: list[str], number: int) -> Iterator[str]:
    """A box of an unknown kind, or without a text in it."""
    if lines[number].lstrip(" ")[:1] not in MARKS:
        return
    match = BOX.match(lines[number])
    tab = TAB.match(lines[number])
    if match is None and tab is None:
        return
    if match is not None and match[3] and match[3].lower() not in BOXES:
        yield f"there is no box '{match[3]}'; write one of: {', '.join(BOXES)}"
    if match is not None and not match[3]:
        return
    inside = len((match or tab)[1]) + 4  # type: ignore[index]
    rest = next((line for line in lines[number + 1 :] if line.strip()), "")
    if len(rest) - len(rest.lstrip(" ")) < inside:
        yield "nothing is in this box or tab: indent its text by four spaces"


def _pictures(line: str) -> Iterator[str]:
    """A picture without words for those who do not see it."""
    if "![" not in line and "<img" not in line:
        return
    for match in PICTURE.finditer(line):
        if line[: match.start()].count("`") % 2:
            continue
        alt, tag = (match["alt"] or "").strip(), match["tag"]
        named = re.search(r"\balt\s*=\s*(?:\"([^\"]*)\"|'([^']*)')?", tag or "")
        if tag and named:
            alt = named[1] or named[2] or ""
        if not alt and not named:
            yield (
                "a picture has no words for those who do not see it; write ![what it shows](file.png), or "
                '<img src="..." alt=""> for one that only decorates'
            )
        elif NO_WORDS.fullmatch(alt):
            yield f"a picture is called '{alt}'; say what it shows"


def _is_first_level(lines: list[str], number: int) -> bool:
    line = lines[number]
    below = lines[number + 1] if number + 1 < len(lines) else ""
    return (line[:1] in ("#", "<") and bool(re.match(r"#(?!#)\s*\S|<h1[\s>]", line))) or bool(
        "=" in below and line.strip() and not line.startswith((" ", "#", ">", "-", "|")) and SETEXT.fullmatch(below)
    )


def _filled(sentence: str, match: re.Match[str], line: str) -> str:
    """The sentence with what was meant and what was written in it."""
    groups = match.groups()
    if "{1}" in sentence:
        mark = groups[0]
        word = line.strip().removeprefix(mark)
        return sentence.format(f"{mark} {word}", f"{mark}{word}")
    kind = (groups[0] or "note").lower() if groups else ""
    kind = {"important": "info", "caution": "warning"}.get(kind, kind if kind in BOXES else "note")
    return sentence.format(kind) if groups else sentence
