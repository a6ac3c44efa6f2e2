"""Which lines of a release customers need to read, in which category, and in words without the workshop's marks."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from portal.changelog import classes, cues
from portal.changelog.classes import MARKER, PREFIX, Policy, Verdict
from portal.changelog.config import Override
from portal.changelog.cues import GENERIC_HEADING, MACHINE, TYPES
from portal.changelog.outline import DEFINITION, ITEM, STEPS, blocks, heading, items
from portal.changelog.wording import said, tidy, without_comments, without_private
from portal.sanitise import MAX_CHARACTERS, clean, to_text

MAX_ITEMS = 200
# What customers read for each class.
SHOWN = {cues.BREAKING: "Breaking", cues.FEATURE: "New", cues.IMPROVEMENT: "Improved", cues.FIX: "Fixed"}
LEFT_OUT = "Internal"
NUMBER = re.compile(r"(?:#|/pull/|/issues/|/merge_requests/)(\d{1,7})\b")


@dataclass(frozen=True)
class Decisions:
    """What a team says beside the text of a release: its words for classes; the beginning of a line -> what to do with
    it; number of a pull request -> its labels; repositories whose links lead customers nowhere; id -> title of
    articles."""

    policy: Policy = field(default_factory=Policy)
    overrides: Mapping[str, Override] = field(default_factory=dict)
    labels: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    private: tuple[str, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Sorted:
    """A release's blocks by category ("" is the introduction); each block that customers need not read with the rule
    that says so; the lines whose class a writer should look at, with how each is shown; and the overrides
    that met a line."""

    kept: dict[str, list[str]] = field(default_factory=dict)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    unsure: list[tuple[str, str]] = field(default_factory=list)
    used: set[str] = field(default_factory=set)


def classify(body: str, decisions: Decisions | None = None) -> Sorted:
    """Sort a release's text. Every block is in `kept`, or in `left_out` with a reason."""
    decisions = decisions or Decisions()
    found, seen, count = Sorted(), dict[str, str](), 0
    section = before = pending = ""
    for block in _news(without_comments(clean(body[:MAX_CHARACTERS]))):
        words = heading(block)
        if words is not None and not MACHINE.match(words):
            section, before = to_text(words).lower(), ""
            known = section in decisions.policy.headings or classes.heading_kind(section)
            spoken_for = known or GENERIC_HEADING.fullmatch(section)
            pending = "" if spoken_for else f"**{to_text(words)}**"
            continue
        text = without_private(tidy(block), decisions.private)
        key, override = _override(text, decisions.overrides)
        found.used.add(key)
        category, verdict = _category(block, section, before, decisions, override)
        text = _worded(text, override, decisions.titles)
        if reason := _reason(text, category, verdict, seen) or ("too many lines" if count == MAX_ITEMS else ""):
            found.left_out.append((block, reason))
        elif category == "Improved" and not section and not before and not ITEM.match(block):
            found.kept.setdefault("", []).append(text)
            count += 1
            continue
        else:
            found.kept.setdefault(category, []).extend([pending, text] if pending else [text])
            pending, count = "", count + 1
            found.unsure += [] if verdict.sure or not ITEM.match(block) else [(text, _doubt(category, verdict))]
        if ITEM.match(text):
            seen.setdefault(said(text), category)
        before = category
    if list(found.kept) == [""]:
        found.kept = {"Improved": found.kept[""]}
    return found


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


def _category(block: str, section: str, before: str, decisions: Decisions, override: Override) -> tuple[str, Verdict]:
    if override.hide:
        return LEFT_OUT, Verdict(cues.INTERNAL, "hidden by an override")
    labels = (
        label for number in NUMBER.findall(block[: classes.REACH]) for label in decisions.labels.get(int(number), ())
    )
    found = classes.verdict(block, section, labels, decisions.policy)
    if override.kind:
        found = Verdict(override.kind, "override", marks=found.marks)
    elif not ITEM.match(block) and before and found.kind in (cues.FEATURE, cues.IMPROVEMENT, cues.FIX):
        # A paragraph or code after an item belongs to it.
        return before, Verdict(cues.INTERNAL, "belongs to a line left out") if before == LEFT_OUT else found
    if found.kind == cues.INTERNAL and not found.sure:
        return SHOWN[found.otherwise], found  # on a guess nothing is left out
    security = found.kind == cues.FIX and cues.SECURITY in found.marks
    return "Security" if security else SHOWN.get(found.kind, LEFT_OUT), found


def _doubt(category: str, verdict: Verdict) -> str:
    """How a line is shown whose class is not sure, as the report says it."""
    return f"{category}, but it may be about work on the product" if verdict.kind == cues.INTERNAL else category


def _override(text: str, overrides: Mapping[str, Override]) -> tuple[str, Override]:
    """The override whose key a line begins with, and its key; the longest wins."""
    told = said(text)
    keys = [key for key in overrides if (begins := said(key)) and told.startswith(begins)]
    return (best := max(keys, key=len), overrides[best]) if keys else ("", Override())


def _worded(text: str, override: Override, titles: Mapping[str, str]) -> str:
    marker = MARKER.match(text)
    if override.text:
        text = (marker[0] if marker else "") + override.text
    links = [f"[{titles.get(id, id)}](../docs/{id}.md)" for id in override.articles]
    return f"{text} ({', '.join(links)})" if links else text


def _reason(text: str, category: str, verdict: Verdict, seen: dict[str, str]) -> str:
    """Why a block is left out; "" when it is shown."""
    told = said(text)
    if category == LEFT_OUT:
        return verdict.rule
    if not told:
        return "no words"
    if seen.get(told) in (category, "Breaking") or (told in seen and ITEM.match(text) and category != "Breaking"):
        return "said before"  # a squashed commit and its merge tell the same news
    return ""
