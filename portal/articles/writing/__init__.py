"""What writers are told about their articles: each rule is a row, and a finding says where, why and how to mend it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from portal import articles
from portal.articles import Article
from portal.articles.writing import facts, library, prose, reading, structure
from portal.articles.writing.facts import Facts

Level = Literal["error", "warning", "advice", "off"]
# Pixels and bytes above which a picture only makes the repository heavy: the widest form is made from 1,360.
WIDEST, HEAVIEST = 4000, 2_000_000


@dataclass(frozen=True)
class Rule:
    """A row: its name in settings and reports, how serious it is unless a portal says otherwise, what it asks for, and
    how to mend what it finds. What the build says by itself is not said again there (`built`)."""

    name: str
    level: Level
    asks: str
    mend: str
    built: bool = False


RULES: dict[str, Rule] = {
    rule.name: rule
    for rule in (
        Rule("file", "error", "The file can be read", "Mend the line named here.", built=True),
        Rule("markdown", "warning", "The text is shown as it was meant", "Write it as the sentence says.", built=True),
        Rule("link", "error", "Links, anchors and pictures lead somewhere", "Mend the address, or take the link out.",
             built=True),
        Rule("external", "warning", "Links to other sites lead somewhere",
             "Find the new address, or take the link out."),
        Rule("duplicate", "warning", "A question is answered once",
             "Join the two articles, or word this question so that it tells them apart."),
        Rule("near-duplicate", "advice", "Two questions are not nearly the same",
             "Join the two articles, or say in both titles what differs."),
        Rule("copied-question", "warning", "`questions` are other wordings",
             "Put other words there, as customers write them, or take the line out."),
        Rule("overdue", "warning", "A review is not late",
             "Do the steps, mend what changed, and set `reviewed` to the day."),
        Rule("term", "warning", "A term has one spelling", "Write it as `extra.portal.glossary` has it."),
        Rule("picture-size", "advice", "A picture is no heavier than it need be",
             f"Save it smaller: a still as PNG or JPEG at most {WIDEST} pixels wide, or a shorter animation."),
        Rule("title", "advice", "The title is a question, a task or a symptom",
             "Word it as a customer would: 'How do I ...?', 'Change ...', '... does not work'."),
        Rule("answer-first", "advice", "The answer stands first",
             "Begin with the answer in one or two sentences, and put the rest below it."),
        Rule("steps", "advice", "Steps are numbered", "Number them with '1.', so that readers find their place again."),
        Rule("no-link", "advice", "An article leads on to others",
             "Link to the next question a reader has, or name two articles under `related`."),
        Rule("orphan", "advice", "Another article leads to this one",
             "Link to it from the article that comes before it, or name it under `related` there."),
        Rule("long-sentence", "advice", "Sentences are short", "Make two of it, or a list."),
        Rule("hard-words", "advice", "The text is plain", "Shorten that sentence first, and choose shorter words."),
        Rule("passive", "advice", "Somebody does something", "Say who does it first: 'we send' for 'is sent by us'."),
        Rule("filler", "advice", "Every word says something", "Take it out."),
        Rule("wordy", "advice", "Phrases are short", "Say it in fewer words."),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """Something to mend: file and line, the rule, why, and how. `key` is the text of the line, by which it is known
    again after lines have moved."""

    file: str
    line: int
    rule: str
    level: Level
    why: str
    mend: str
    key: str = field(default="", compare=False)


@dataclass(frozen=True)
class Options:
    """What a portal chose: the level of each rule, the lengths and the glossary."""

    levels: Mapping[str, Level] = field(default_factory=dict)
    sentence: int = 35
    grade: int = 12
    glossary: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def level(self, rule: str) -> Level:
        """How serious a rule is here."""
        return self.levels.get(rule, RULES[rule].level)

    def finding(self, file: str, line: int, rule: str, why: str, mend: str = "", key: str = "") -> Finding:
        """A finding at its level; its own mending comes before the rule's."""
        mend = f"{mend[:1].upper()}{mend[1:]}." if mend else RULES[rule].mend
        return Finding(file, line, rule, self.level(rule), why, mend, key)


def options(portal: Mapping[str, Any]) -> Options:
    """The choices in `extra.portal`, as its model dumps them."""
    chosen = portal["writing"]
    glossary = {right: tuple(wrong) for right, wrong in portal["glossary"].items()}
    return Options(dict(chosen["levels"]), chosen["sentence"], chosen["grade"], glossary)


@dataclass(frozen=True)
class Checked:
    """One article after its own rules: the places found, as line, rule, why, mending and the line's text; and what the
    rules of the whole library need."""

    places: tuple[tuple[int, str, str, str, str], ...]
    facts: Facts | None = None


def article(file: str, text: str, chosen: Options, stems: Callable[[str], list[str]]) -> Checked:
    """Check one article by itself; its mistakes are places as well."""
    lines = text.split("\n")
    found: list[tuple[int, str, str, str]] = []
    try:
        known = articles.parse(library.id_of(file.partition("/")[2]), file, text)
        wrong = [("markdown", one) for one in (*articles.misspellings(file, text), *articles.text_faults(file, text))]
    except ExceptionGroup as group:
        wrong, known = [("file", one) for one in articles.mistakes_in(group)], None
    found += [(one.line or 1, rule, one.message, "") for rule, one in wrong]
    facts_ = None
    if known is not None:
        body, first = articles.body_of(file, text)
        units = reading.units(body, first)
        facts_ = facts.of(known, body, first, units, stems)
        found += _found(known, units, first, chosen)
    places = ((line, rule, why, mend, lines[line - 1].strip()) for line, rule, why, mend in found if line <= len(lines))
    return Checked(tuple(sorted(one for one in places if chosen.level(one[1]) != "off")), facts_)


def _found(
    known: Article, units: list[reading.Unit], first: int, chosen: Options
) -> Iterator[tuple[int, str, str, str]]:
    at = known.lines.get(("title",), first)
    yield from ((at, "title", why, "") for why in structure.title(known.title))
    sentences, own = reading.sentences(units), reading.prose_of(units)
    by_line = (
        ("answer-first", structure.answer_first(units, first)),
        ("steps", structure.steps(units)),
        ("long-sentence", prose.long_sentences(sentences, chosen.sentence)),
        ("hard-words", prose.hard(sentences, chosen.grade)),
        ("passive", prose.passives(own)),
    )
    for rule, found in by_line:
        yield from ((line, rule, why, "") for line, why in found)
    mended = (("filler", prose.fillers(own)), ("wordy", prose.wordy(own)), ("term", prose.terms(own, chosen.glossary)))
    for rule, places in mended:
        yield from ((line, rule, why, mend) for line, why, mend in places)


@dataclass(frozen=True)
class Around:
    """What lies around the articles: every file below docs/ with its bytes, what the home page names, how many days a
    review lasts in topics that differ, and the day."""

    files: Mapping[str, int]
    today: date
    often: tuple[str, ...] = ()
    days: Mapping[str, int] = field(default_factory=dict)
    review_days: int = 180
    docs: str = "docs"


def around(portal: Mapping[str, Any], files: Mapping[str, int], docs: str, today: date) -> Around:
    """What lies around the articles of a portal, from `extra.portal` as its model dumps it."""
    days = {topic["id"]: topic["review_days"] for topic in portal["topics"] if topic["review_days"]}
    return Around(files, today, tuple(portal["often_asked"]), days, portal["freshness"]["review_days"], docs)


def whole(checked: Mapping[str, Checked], outside: Around, chosen: Options) -> list[Finding]:
    """Every finding in a library by file and line; `checked` has each article under its path below docs/."""
    found = [
        chosen.finding(f"{outside.docs}/{name}", line, rule, why, mend, key)
        for name, one in checked.items()
        for line, rule, why, mend, key in one.places
    ]
    files = {library.id_of(name): f"{outside.docs}/{name}" for name in checked}
    known = {library.id_of(name): one.facts for name, one in checked.items() if one.facts is not None}
    for rule, id, line, why in _among(known, outside):
        if chosen.level(rule) != "off":
            found.append(chosen.finding(files[id], line, rule, why, key=f"{rule} {why if rule != 'overdue' else ''}"))
    return sorted(found, key=lambda one: (one.file, one.line, one.rule, one.why))


def _among(known: library.Library, outside: Around) -> Iterator[tuple[str, str, int, str]]:
    rows: tuple[tuple[str, Iterable[library.Place]], ...] = (
        ("no-link", library.unlinked(known)),
        ("orphan", library.orphans(known, outside.often)),
        ("link", library.broken(known, outside.files)),
        ("overdue", library.overdue(known, outside.days, outside.review_days, outside.today)),
        ("copied-question", library.copied(known)),
        ("picture-size", _heavy(known, outside.files)),
    )
    for rule, found in rows:
        yield from ((rule, id, line, why) for id, line, why in found)
    for id, line, why, same in library.duplicates(known):
        yield "duplicate" if same else "near-duplicate", id, line, why


def _heavy(known: library.Library, files: Mapping[str, int]) -> Iterator[library.Place]:
    for id, each in known.items():
        for line, picture in each.pictures:
            if files.get(picture, 0) > HEAVIEST:
                yield id, line, f"the picture '{picture}' has {files[picture] / 1_000_000:.1f} MB"
