"""Which lines of a release customers need to read, in which category, and in words without the workshop's marks."""

import re
from collections.abc import Iterator, Mapping

from portal.changelog import credits
from portal.changelog.outline import DEFINITION, ITEM, STEPS, blocks, heading, items
from portal.sanitise import MAX_CHARACTERS, clean, to_text

MAX_ITEMS = 200
INTERNAL = "Internal"

# The first row that a heading contains decides; a heading that is in no row says nothing about its lines.
HEADINGS: tuple[tuple[str, str], ...] = (
    (r"^major changes$|breaking|removed|removals|deprecat|upgrade notes", "Breaking"),
    (r"security|vulnerabilit", "Security"),
    (r"dependenc|internal|\btests?\b|testing|\bci\b|\bcd\b|chore|\bdocs?\b|documentation|refactor|infrastructure"
     r"|\bbuild\b|maintenance|miscellaneous tasks|code style|\bstyling\b|contributors|housekeeping", INTERNAL),
    (r"^minor changes$", "New"),
    (r"^patch changes$", "Fixed"),
    (r"\bbug|\bfix", "Fixed"),
    (r"feature|\badded\b|(?<!what.s )\bnew\b|additions", "New"),
    (r"improve|enhance|performance|\bchanged\b|\bchanges\b.*behaviou?r", "Improved"),
)  # fmt: skip
# These say nothing, nor do version numbers and dates; any other heading is shown above its lines.
GENERIC_HEADING = re.compile(
    r"what.?s (?:new|changed)|(?:all (?:.* )?|notable )?changes|changelog|also|other.*|\[?v?\d.*"
)

# https://www.conventionalcommits.org, with the types that teams add to it.
PREFIXES: Mapping[str, str] = {
    "feat": "New", "feature": "New", "fix": "Fixed", "bugfix": "Fixed", "hotfix": "Fixed", "perf": "Improved",
    "improvement": "Improved", "revert": "Improved", "security": "Security", "build": INTERNAL, "chore": INTERNAL,
    "ci": INTERNAL, "deps": INTERNAL, "docs": INTERNAL, "doc": INTERNAL, "refactor": INTERNAL, "style": INTERNAL,
    "test": INTERNAL, "tests": INTERNAL, "fixed": "Fixed", "fixes": "Fixed", "added": "New", "new": "New",
    "changed": "Improved", "breaking": "Breaking", "improved": "Improved",
}  # fmt: skip
INTERNAL_SCOPES = frozenset({"ci", "e2e", "test", "tests", "deps", "docs", "build", "lint", "release", "dev"})
FIRST_WORDS: Mapping[str, str] = {
    "fix": "Fixed", "fixes": "Fixed", "fixed": "Fixed", "resolve": "Fixed", "resolves": "Fixed", "resolved": "Fixed",
    "add": "New", "adds": "New", "added": "New", "introduce": "New", "introduces": "New", "introduced": "New",
}  # fmt: skip

PREFIX = re.compile(r"^(?P<type>[a-zA-Z]+)(?:\((?P<scope>[^()\n]*)\))?(?P<bang>!)?:[ \t]+(?=\S)")
SCOPE = re.compile(r"^\*(?:\*(?P<bold>[^*\n]+?):?\*\*:?|\((?P<cliff>[^)\n]+)\)\*)[ \t]*")
BREAKING = re.compile(r"\bBREAKING\b|\[\*\*breaking\*\*\]|^(?:\*\*)?[Bb]reaking(?: change)?(?:\*\*|:)")
BREAKING_MARK = re.compile(r"^\[\*\*breaking\*\*\][ \t]*", re.IGNORECASE)  # git-cliff
MARKER = re.compile(r"^[ \t]*[-*+][ \t]+")

# Lines that are no news whoever reads them: whole classes of machine text, never a judgement about the words.
MACHINE = re.compile(
    r"\*{0,2}full changelog\b|@[\w\[\]-]+ made (?:their|his|her) first contribution|thanks to @.{0,80}contribut"
    r"|(?:build|chore|fix)\(deps|.{0,300}\bby @(?:dependabot|renovate|github-actions|snyk-bot|pre-commit-ci)\b"
    r"|updated? (?:all )?(?:[\w-]+ )?dependencies\b|lock file maintenance"
    r"|merge (?:pull request #|branch |remote-tracking )|version packages$|\d{4}-\d{2}-\d{2}$",
    re.IGNORECASE,
)
# `Bump lodash from 4.17.20 to 4.17.21`; `Bump max upload size from 10 MB to 50 MB` is news.
BUMP = re.compile(
    r"(?:bump|upgrade|update)[sd]? (?P<said>(?:dependency|package|module|action) )?"
    r"`?(?P<name>@?[\w.-]+(?:/[\w./-]+)?)`?"
    r" (?:from `?(?P<from>v?\d[\w.+-]*)`? )?to `?(?P<to>v?\d[\w.+-]*)`?(?: (?:in|for) [\w./-]+)?(?: \[security\])?",
    re.IGNORECASE,
)
BUMP_GROUP = re.compile(r"bump the [\w.-]+ group\b.{0,80}\bwith \d+ updates?\b", re.IGNORECASE)
RELATIVE_LINK = re.compile(r"\[(?P<words>[^\[\]\n]{1,300})\]\((?!https?://|mailto:)[^()\s]{0,300}\)")


NESTED = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]|[ \t]*(?:```|~~~)")
NESTED_BULLET = re.compile(r"[ \t]+[-*+][ \t]+")


def classify(body: str) -> tuple[dict[str, list[str]], list[str]]:
    """Sort a release's blocks into categories ("" is the introduction) and those that customers need not read."""
    kept: dict[str, list[str]] = {}
    left_out: list[str] = []
    said: dict[str, str] = {}
    section = before = pending = ""
    count = 0
    for block in _news(without_comments(clean(body[:MAX_CHARACTERS]))):
        words = heading(block)
        if words is not None and not MACHINE.match(words):
            section, before = to_text(words).lower(), ""
            spoken_for = _by_heading(section) or GENERIC_HEADING.fullmatch(section)
            pending = "" if spoken_for else f"**{to_text(words)}**"
            continue
        category, text = _category(block, section, before), tidy(block)
        told = _told(text)
        if count == MAX_ITEMS or category == INTERNAL or not told or said.get(told) in (category, "Breaking"):
            left_out.append(block)
        elif told in said and ITEM.match(text) and category != "Breaking":
            left_out.append(block)  # a squashed commit and its merge tell the same news
        elif category == "Improved" and not section and not before and not ITEM.match(block):
            kept.setdefault("", []).append(text)
            count += 1
            continue
        else:
            kept.setdefault(category, []).extend([pending, text] if pending else [text])
            pending = ""
            count += 1
        if ITEM.match(text):
            said.setdefault(told, category)
        before = category
    return ({"Improved": kept[""]} if list(kept) == [""] else kept), left_out


def tidy(block: str) -> str:
    """Take the marks of the workshop (authors, numbers, commits, types) off the ends of a block and begin it like a
    sentence."""
    if block.startswith(("```", "~~~", "    ")):
        return block
    marker = MARKER.match(block)
    first, *rest = _pieces(block[marker.end() if marker else 0 :])
    lead, text = ("- " if marker else ""), _without_links(first if STEPS.match(first) else credits.without(first))
    scope = ""
    if (prefix := PREFIX.match(text)) and prefix["type"].lower() in PREFIXES:
        scope, text = prefix["scope"] or "", text[prefix.end() :]
    elif found := SCOPE.match(text):
        scope, text = (found["bold"] or found["cliff"] or "").strip(), text[found.end() :]
    text = BREAKING_MARK.sub("", text).strip()
    if re.search(r"\w", scope) and text and not re.fullmatch(r"\W*breaking( change)?\W*", scope, re.I):
        text = f"**{scope.strip('_ ')}:** {text}"
    elif re.match(r"[a-z]+(?=[.,:;!?]*(?:\s|$))", text):
        # `camelCase` and `/paths` are names, and a name keeps its spelling.
        text = text[0].upper() + text[1:]
    return lead + "\n".join([text, *rest]).rstrip()


def without_comments(text: str) -> str:
    """The text without `<!-- -->`; one that never ends hides the rest, as on GitHub."""
    kept, at = [], 0
    while (start := text.find("<!--", at)) >= 0:
        kept.append(text[at:start])
        end = text.find("-->", start + 4)
        at = end + 3 if end >= 0 else len(text)
    return "".join([*kept, text[at:]])


def _news(text: str) -> Iterator[str]:
    """The blocks of a text; a numbered list of changes is a list of changes, and one of steps stays one."""
    for block in blocks(text):
        if DEFINITION.match(block):
            continue
        numbered = items(block) if STEPS.match(block) else []
        if numbered and all((found := PREFIX.match(item)) and found["type"].lower() in PREFIXES for item in numbered):
            yield from (f"- {item}" for item in numbered)
        else:
            yield block


def _pieces(text: str) -> list[str]:
    """The first paragraph, and each further line; the ends of nested items are tidied as well."""
    first: list[str] = []
    lines = text.split("\n")
    while lines and lines[0].strip() and not (first and NESTED.match(lines[0])):
        first.append(lines.pop(0))
        if credits.GENERATED.search(first[-1][-credits.REACH :]):
            break
    rest, code = [], False
    for line in lines:
        code ^= line.lstrip().startswith(("```", "~~~"))
        nested = None if code else NESTED_BULLET.match(line)
        rest.append(nested[0] + credits.without(line[nested.end() :]) if nested else line)
    return ["\n".join(first), *rest]


def _told(text: str) -> str:
    """What a line says, without its spelling."""
    plain = to_text(text)
    return "".join(filter(str.isalnum, plain)).casefold() or plain


def _without_links(text: str) -> str:
    """A link into the repository leads nowhere from here: its words stay. Code is left as it is."""
    parts = text.split("`")
    return "`".join(RELATIVE_LINK.sub(r"\g<words>", one) if n % 2 == 0 else one for n, one in enumerate(parts))


def _is_bump(text: str) -> bool:
    """Whether a line is about a dependency: the name of a package, and versions."""
    text = re.sub(r"\[([^\[\]]{1,100})\]\([^()\s]{1,300}\)", r"\1", credits.without(text[:300]))
    if BUMP_GROUP.match(text):
        return True
    match = BUMP.fullmatch(text)
    if match is None:
        return False
    known = bool(match["said"]) or bool(re.search(r"[/@._-]|\d", match["name"]))
    return known or all("." in version for version in (match["from"], match["to"]) if version)


def _category(block: str, section: str, before: str) -> str:
    text = credits.without_start(MARKER.sub("", block, count=1)[:2000])
    prefix = PREFIX.match(text)
    kind = PREFIXES.get(prefix["type"].lower(), "") if prefix else ""
    if MACHINE.match(text) or _is_bump(text[prefix.end() :] if prefix and kind else text):
        return INTERNAL
    if (prefix and kind and prefix["bang"]) or BREAKING.search(text):
        return "Breaking"
    by_heading = _by_heading(section)
    scope = SCOPE.match(text)
    named = (prefix["scope"] if prefix and kind else scope["bold"] or scope["cliff"] if scope else "") or ""
    if by_heading == INTERNAL or kind == INTERNAL or named.strip(": ").lower() in INTERNAL_SCOPES:
        return by_heading if by_heading in ("Breaking", "Security") else INTERNAL
    if not ITEM.match(block) and before:
        return before  # a paragraph or code after an item belongs to it
    if STEPS.match(block):
        return by_heading or "Improved"
    first = re.match(r"[A-Za-z]+", text)
    return by_heading or kind or FIRST_WORDS.get(first[0].lower() if first else "", "Improved")


def _by_heading(section: str) -> str:
    if GENERIC_HEADING.fullmatch(section):
        return ""
    return next((category for pattern, category in HEADINGS if section and re.search(pattern, section)), "")
