"""Which class a line of a release belongs to, and the named rule that decided: the first rule that fits.

A line is breaking when a customer must act, or loses or finds renamed something they use; a fix when it restores what
was meant, security included; internal when no customer can notice it; anything else is a feature, or an improvement of
one. Where the first words or nothing at all would make it news, the weights of its words are asked too (`learnt`). Only
machine text, a declared type or heading, and the patterns of WORKSHOP drop a line: one that is internal by its weights
is not `sure`, and stays on the page.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from portal.changelog import credits, learnt
from portal.changelog.cues import (
    BETTER,
    BREAKING,
    BUMP,
    BUMP_GROUP,
    CHANGES,
    DEPRECATED,
    ENDS,
    FEATURE,
    FIX,
    FIXES,
    GENERIC_HEADING,
    GOES,
    HEADINGS,
    IMPROVEMENT,
    INTERNAL,
    INTERNAL_SCOPES,
    MACHINE,
    NEW,
    SAFETY,
    SECURITY,
    SIGNS,
    TYPES,
    WORKSHOP,
)  # fmt: skip
from portal.changelog.outline import ITEM

PREFIX = re.compile(r"^(?P<type>[a-zA-Z]+)(?:\((?P<scope>[^()\n]*)\))?(?P<bang>!)?:[ \t]+(?=\S)")
SCOPE = re.compile(r"^\*(?:\*(?P<bold>[^*\n]{1,60}?):?\*\*:?|\((?P<cliff>[^)\n]+)\)\*)[ \t]*(?=\S)")
BRACKET = re.compile(r"^\[(?P<scope>[\w,/ .-]{1,40})\]:?[ \t]+(?=\S)")
# `Webhooks: fix the order`: what it is about, then the news.
TOPIC = re.compile(r"^(?P<scope>`?[\w/-]{1,30}`?|[A-Z][\w./&-]{0,24}(?: [\w./&-]{1,24}){0,2}):[ \t]+(?=\S)")
MARKED = re.compile(
    r"\bBREAKING\b|(?<![Nn]on-)(?<![Nn]o )\b[Bb]reaking change\b|\(BC(?: break)?\)|\[\*\*breaking\*\*\]"
    r"|^(?:\*\*)?[Bb]reaking(?:\*\*|:)"
)
MARKER = re.compile(r"^[ \t]*[-*+][ \t]+")
# What the rules read of a line: any cue stands within it, and the time stays bounded.
REACH = 600


@dataclass(frozen=True)
class Verdict:
    """The class of a line and the rule that decided; not `sure` when a writer should look at it, and then `otherwise`
    is the class that it has without the weights of its words."""

    kind: str
    rule: str
    sure: bool = True
    marks: tuple[str, ...] = ()
    otherwise: str = ""


@dataclass(frozen=True)
class Line:
    """A line without bullet, references, type (or gitmoji) and scope; `declared` is the class that its type means, and
    heading and labels are in lower case."""

    text: str
    whole: str
    section: str
    type: str
    declared: str
    scope: str
    bang: bool
    labels: tuple[str, ...]
    by_heading: str


@dataclass(frozen=True)
class Policy:
    """A team's own words: headings and labels of pull requests, in lower case, and the class each of them means."""

    headings: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)


def verdict(block: str, section: str = "", labels: Iterable[str] = (), policy: Policy | None = None) -> Verdict:
    """Decide the class of one line of a list, or of a paragraph, whose words are not weighed."""
    policy = policy or Policy()
    line = read(block, section, labels, policy.headings)
    rules = RULES if ITEM.match(block) else PROSE
    found = next(found for rule in rules if (found := rule(line, policy)) is not None)
    if rules is RULES and line.section not in policy.headings:
        found = _weighed(line, found)
    return replace(found, marks=_marks(line, found.kind))


def read(block: str, section: str, labels: Iterable[str], headings: Mapping[str, str]) -> Line:
    """Take a line apart."""
    whole = credits.without_start(MARKER.sub("", block, count=1)[: 2 * REACH]).lstrip()
    sign = next((sign for sign in SIGNS if whole.startswith(sign)), "")
    text, scope, kind, declared = whole[len(sign) :].lstrip("\ufe0f: "), "", sign, SIGNS.get(sign, "")
    bang = declared == BREAKING
    if bracket := BRACKET.match(text):
        scope, text = bracket["scope"], text[bracket.end() :]
    prefix = PREFIX.match(text)
    if prefix and prefix["type"].lower() in TYPES:
        kind, bang = prefix["type"].lower(), bool(prefix["bang"])
        declared = TYPES[kind]
        scope, text = prefix["scope"] or scope, text[prefix.end() :]
    elif found := SCOPE.match(text):
        scope, text = found["bold"] or found["cliff"] or "", text[found.end() :]
    elif found := TOPIC.match(text):
        scope, text = found["scope"], text[found.end() :]
    said = headings.get(section)
    by_heading = heading_kind(section) if said is None else said
    scope = scope.strip(": ").lower()
    plain = credits.without(text[:REACH]).replace("**", "").strip()
    return Line(
        plain, whole, section, kind, declared, scope, bang, tuple(label.lower() for label in labels), by_heading
    )


def heading_kind(section: str) -> str:
    """What a heading (lower case) says of its lines: a class, "security", or "" for nothing."""
    if not section or GENERIC_HEADING.fullmatch(section):
        return ""
    return next((kind for pattern, kind in HEADINGS if re.search(pattern, section)), "")


def is_bump(text: str) -> bool:
    """Whether a line is about a dependency: the name of a package, and versions."""
    text = re.sub(r"\[([^\[\]]{1,100})\]\([^()\s]{1,300}\)", r"\1", credits.without(text[:300]))
    if BUMP_GROUP.match(text):
        return True
    match = BUMP.fullmatch(text)
    if match is None:
        return False
    known = bool(match["said"]) or bool(re.search(r"[/@._-]|\d", match["name"]))
    return known or all("." in version for version in (match["from"], match["to"]) if version)


Rule = Callable[[Line, Policy], Verdict | None]


def _machine(line: Line, _: Policy) -> Verdict | None:
    if line.by_heading == BREAKING:
        return None
    if MACHINE.match(line.whole):
        return Verdict(INTERNAL, "machine text")
    return Verdict(INTERNAL, "dependency") if is_bump(line.text) else None


def _labelled(line: Line, policy: Policy) -> Verdict | None:
    return next((Verdict(policy.labels[one], f"label {one!r}") for one in line.labels if one in policy.labels), None)


def _marked(line: Line, _: Policy) -> Verdict | None:
    return Verdict(BREAKING, "marked as breaking") if line.bang or MARKED.search(line.whole[:REACH]) else None


def _declared_internal(line: Line, _: Policy) -> Verdict | None:
    if line.by_heading in (BREAKING, SECURITY):
        return None
    if line.by_heading == INTERNAL:
        named = "`" in line.text and _first(GOES, line.text)
        ends = _first(ENDS, line.text) or named
        if ends and not _first(WORKSHOP, line.text) and not _first(FIXES[:1], line.text):
            return Verdict(BREAKING, f"text: {ends}", sure=False)
        return Verdict(INTERNAL, f"heading {line.section!r}")
    if line.declared == INTERNAL:
        return Verdict(INTERNAL, f"type {line.type!r}")
    return Verdict(INTERNAL, f"scope {line.scope!r}") if line.scope in INTERNAL_SCOPES else None


def _ends(line: Line, _: Policy) -> Verdict | None:
    found = _first(ENDS, line.text)
    if found == "deprecated" and _first(FIXES[:1], line.text):
        return None
    return Verdict(BREAKING, f"text: {found}", line.by_heading == BREAKING) if found else None


def _workshop(line: Line, _: Policy) -> Verdict | None:
    # "Removed" says what happened and not to whom.
    said = line.by_heading == SECURITY or (line.by_heading == BREAKING and "remov" not in line.section)
    found = "" if said else _first(WORKSHOP, line.text)
    return Verdict(INTERNAL, f"text: {found}") if found else None


def _changes(line: Line, _: Policy) -> Verdict | None:
    restores = line.by_heading in (FIX, SECURITY) or line.declared == FIX or _first(FIXES[:1], line.text)
    adds = line.by_heading == FEATURE or line.declared == FEATURE
    found = "" if restores else _first(GOES if adds else CHANGES, line.text)
    if found == "no longer" and _first(FIXES[1:], line.text):
        return None
    return Verdict(BREAKING, f"text: {found}", line.by_heading == BREAKING) if found else None


def _heading(line: Line, _: Policy) -> Verdict | None:
    kind = FIX if line.by_heading == SECURITY else line.by_heading
    if not kind or (kind in (FEATURE, IMPROVEMENT) and _first(FIXES[:1], line.text)):
        return None
    return Verdict(kind, f"heading {line.section!r}")


def _type(line: Line, _: Policy) -> Verdict | None:
    kind = line.declared
    return Verdict(FIX if kind == SECURITY else kind, f"type {line.type!r}") if kind else None


def _text(line: Line, _: Policy) -> Verdict | None:
    if SAFETY.search(line.text):
        return Verdict(FIX, "text: security")
    if found := _first(FIXES[:1], line.text):
        return Verdict(FIX, f"text: {found}")
    if NEW.match(line.text):
        return Verdict(FEATURE, "text: first word")
    found = _first(FIXES[1:], line.text)
    if found:
        return Verdict(FIX, f"text: {found}", sure=False)
    return Verdict(IMPROVEMENT, "text: first word") if BETTER.match(line.text) else None


def _unsure(line: Line, _: Policy) -> Verdict | None:
    return Verdict(IMPROVEMENT, "no rule fits", sure=False)


RULES: tuple[Rule, ...] = (
    _machine, _labelled, _marked, _declared_internal, _ends, _workshop, _changes, _heading, _type, _text, _unsure,
)  # fmt: skip
PROSE: tuple[Rule, ...] = (_machine, _marked, _declared_internal, _heading, _unsure)


# How far ahead a class has to be by the weights of a line's words, in hundredths of log odds, chosen on labelled lines
# of products that the weights were not learnt from; below 0 it may be a close second, as a line that breaks something
# is the worst to miss. And how much more it takes against a rule that called the line news.
AHEAD: Mapping[str, int] = {BREAKING: -40, INTERNAL: -40, FIX: 120}
SAYS: tuple[tuple[str, int], ...] = (("no rule fits", 0), ("text: first word", 40), ("heading", 120))


def _weighed(line: Line, found: Verdict) -> Verdict:
    """What the weights of its words say of a line that is called news with little reason."""
    says = next((more for rule, more in SAYS if found.rule.startswith(rule)), None)
    if says is None or found.kind not in (FEATURE, IMPROVEMENT):
        return found
    margins = learnt.margins(line.text, line.scope)
    ahead = (kind for kind, margin in margins.items() if kind in AHEAD and margin > AHEAD[kind] + says)
    kind = next((kind for kind in ahead if kind != FIX or not line.by_heading), "")
    return Verdict(kind, "weights of its words", sure=False, otherwise=found.kind) if kind else found


def _first(patterns: Iterable[tuple[str, str]], text: str) -> str:
    return next((name for name, pattern in patterns if re.search(pattern, text, re.IGNORECASE)), "")


def _marks(line: Line, kind: str) -> tuple[str, ...]:
    if kind == INTERNAL:
        return ()
    safe = line.by_heading == SECURITY or line.declared == SECURITY or SAFETY.search(line.text)
    ending = re.search(ENDS[1][1], line.text, re.IGNORECASE) or "deprecat" in line.section
    return (SECURITY,) * bool(safe) + (DEPRECATED,) * bool(ending and kind == BREAKING)
