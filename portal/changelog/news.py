"""Which lines of a release customers need to read, in which category, and in words without the workshop's marks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from portal.changelog import classes, credits
from portal.changelog.classes import MACHINE, MARKER, PREFIX, SCOPE, TYPES, Policy, Verdict
from portal.changelog.outline import DEFINITION, ITEM, STEPS, blocks, heading, items
from portal.sanitise import MAX_CHARACTERS, clean, to_text

MAX_ITEMS = 200
# What customers read for each class.
SHOWN = {classes.BREAKING: "Breaking", classes.FEATURE: "New", classes.IMPROVEMENT: "Improved", classes.FIX: "Fixed"}
LEFT_OUT = "Internal"
BREAKING_MARK = re.compile(r"^\[\*\*breaking\*\*\][ \t]*", re.IGNORECASE)  # git-cliff

RELATIVE_LINK = re.compile(r"\[(?P<words>[^\[\]\n]{1,300})\]\((?!https?://|mailto:)[^()\s]{0,300}\)")
NESTED = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]|[ \t]*(?:```|~~~)")
NESTED_BULLET = re.compile(r"[ \t]+[-*+][ \t]+")


@dataclass
class Sorted:
    """A release's blocks by category ("" is the introduction); each block that customers need not read with the rule
    that says so; and the lines whose class a writer should look at, with the class that was chosen."""

    kept: dict[str, list[str]] = field(default_factory=dict)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    unsure: list[tuple[str, str]] = field(default_factory=list)


def classify(body: str, policy: Policy | None = None) -> Sorted:
    """Sort a release's text. Every block is in `kept`, or in `left_out` with a reason."""
    found, said, count = Sorted(), dict[str, str](), 0
    section = before = pending = ""
    for block in _news(without_comments(clean(body[:MAX_CHARACTERS]))):
        words = heading(block)
        if words is not None and not MACHINE.match(words):
            section, before = to_text(words).lower(), ""
            spoken_for = classes.heading_kind(section) or classes.GENERIC_HEADING.fullmatch(section)
            pending = "" if spoken_for else f"**{to_text(words)}**"
            continue
        (category, verdict), text = _category(block, section, before, policy), tidy(block)
        if reason := _reason(text, category, verdict, said) or ("too many lines" if count == MAX_ITEMS else ""):
            found.left_out.append((block, reason))
        elif category == "Improved" and not section and not before and not ITEM.match(block):
            found.kept.setdefault("", []).append(text)
            count += 1
            continue
        else:
            found.kept.setdefault(category, []).extend([pending, text] if pending else [text])
            pending, count = "", count + 1
            found.unsure += [] if verdict.sure or not ITEM.match(block) else [(text, category)]
        if ITEM.match(text):
            said.setdefault(_told(text), category)
        before = category
    if list(found.kept) == [""]:
        found.kept = {"Improved": found.kept[""]}
    return found


def tidy(block: str) -> str:
    """Take the marks of the workshop (authors, numbers, commits, types) off the ends of a block and begin it like a
    sentence."""
    if block.startswith(("```", "~~~", "    ")):
        return block
    marker = MARKER.match(block)
    first, *rest = _pieces(block[marker.end() if marker else 0 :])
    lead, text = ("- " if marker else ""), _without_links(first if STEPS.match(first) else credits.without(first))
    scope = ""
    if (prefix := PREFIX.match(text)) and prefix["type"].lower() in TYPES:
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
        if numbered and all((found := PREFIX.match(item)) and found["type"].lower() in TYPES for item in numbered):
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


def _category(block: str, section: str, before: str, policy: Policy | None) -> tuple[str, Verdict]:
    found = classes.verdict(block, section, policy=policy)
    if not ITEM.match(block) and before and found.kind in (classes.FEATURE, classes.IMPROVEMENT, classes.FIX):
        # A paragraph or code after an item belongs to it.
        return before, Verdict(classes.INTERNAL, "belongs to a line left out") if before == LEFT_OUT else found
    security = found.kind == classes.FIX and classes.SECURITY in found.marks
    return "Security" if security else SHOWN.get(found.kind, LEFT_OUT), found


def _reason(text: str, category: str, verdict: Verdict, said: dict[str, str]) -> str:
    """Why a block is left out; "" when it is shown."""
    told = _told(text)
    if verdict.kind == classes.INTERNAL:
        return verdict.rule
    if not told:
        return "no words"
    if said.get(told) in (category, "Breaking") or (told in said and ITEM.match(text) and category != "Breaking"):
        return "said before"  # a squashed commit and its merge tell the same news
    return ""
