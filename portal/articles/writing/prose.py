"""How an article reads: long sentences, hard words, the passive, fillers, phrases longer than they need to be, and the
product's own terms."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from portal.articles.writing.reading import MARK, Prose, beginning

Place = tuple[int, str]
# A line, what is wrong there, and what to do.
Mended = tuple[int, str, str]
# Fewer words say nothing about how hard a text is.
ENOUGH_WORDS = 100
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
VOWELS = re.compile(r"[aeiouy]+")
IRREGULAR = (
    "begun|broken|brought|built|chosen|done|drawn|driven|found|given|held|hidden|kept|known|led|made|met|paid|put|read"
    "|run|seen|sent|set|shown|sold|spent|taken|told|understood|written"
)
# Only with the one who does it is a passive sure, and turned around at once: "the card is connected" is a state.
PASSIVE = re.compile(
    rf"\b(?:am|is|are|was|were|be|been|being) (?:\w+ly )?(?P<verb>\w+ed|{IRREGULAR})(?P<rest> by (?P<by>"
    r"(?:the|a|an|your|our|their|this|that|another|us|you|them|someone|any|some|each|every|[A-Z]\w+)\b ?[\w-]*))"
)
NO_DOER = re.compile(
    r"(?:the|a|an) (?:end|time|same|following|number|beginning|minute|second|hour|day|factor)"
    r"|(?:January|February|March|April|May|June|July|August|September|October|November|December)\b.*"
)
# A state that a "by" belongs to without being a deed.
STATES = frozenset(
    {"followed", "preceded", "caused", "powered", "covered", "affected", "supported", "sorted", "grouped", "replaced"}
)
LONG, EMPTY, COURTESY = "is longer than it need be", "says nothing", "adds nothing here"
# What a text must have before it is worth looking for the words, which are a pattern; why, and what to do.
FILLERS: tuple[tuple[tuple[str, ...], re.Pattern[str], str, str], ...] = tuple(
    (hints, re.compile(rf"\b(?:{words})(?![\w-])", re.IGNORECASE), why, mend)
    for hints, words, why, mend in (
        (("in order to", "so as to"), r"in order to|so as to", LONG, "write 'to'"),
        (("to the fact that",), r"(?:due|owing) to the fact that", LONG, "write 'because'"),
        (("point in time", "at the present"), r"at this point in time|at the present time", LONG, "write 'now'"),
        (("in the event",), r"in the event (?:of an?|that)", LONG, "write 'if'"),
        (("for the purpose",), r"for the purposes? of", LONG, "write 'for' or 'to'"),
        (("in regard", "with re"), r"with (?:regard|respect) to|in regards? to", LONG, "write 'about'"),
        (("prior to",), r"prior to", LONG, "write 'before'"),
        (("majority of",), r"a (?:large |vast )?majority of", LONG, "write 'most'"),
        (("utili",), r"utili[sz](?:e|es|ed|ing)", LONG, "write 'use'"),
        (("note that", "aware that", "mind that", "remember that", "noting that"),
         r"(?:please )?(?:note|be aware|keep in mind|remember) that(?!:)|it is important to note that"
         r"|it is worth noting that", EMPTY, "say it without the announcement"),
        (("please",), r"please(?! note that| be aware| keep in mind| remember that)", COURTESY,
         "write what to do alone, such as 'Contact us'"),
        (("simply", "basically", "obviously", "of course", "needless"),
         r"simply|basically|obviously|of course|needless to say", EMPTY,
         "take it out; what is simple for you is not for everyone"),
        (("really ", "very ", "extremely "), r"(?<!not )(?:really|very|extremely)(?= [a-z])", EMPTY,
         "take it out, or say how much"),
        (("as mentioned", "as stated", "as described", "as noted"),
         r"as (?:mentioned|stated|described|noted) (?:above|below|earlier|previously)", "makes readers search",
         "link to it, or take it out"),
        (("etc", "and so on"), r"etc\.?|and so on", "leaves readers to guess",
         "name the rest, or say what the examples have in common"),
    )
)  # fmt: skip
# What proselint knows of phrases that say a thing twice, of clichés and of officialese. Left out are its rules of
# typography, dates and spelling, on which portals differ, and three that take a second for each thousand articles.
FAMILIES = ("redundancy", "cliches", "industrial_language", "hedging", "nonwords", "misc.pretension", "misc.debased")
# Right in a help centre: a menu that drops down, what is for free, a problem at the end of a day.
ALLOWED = re.compile(
    r"drop[- ]?downs?(?: menus?)?|for free|.* (?:version|number|code)s?|end of the day|back up",
    re.IGNORECASE,
)


def long_sentences(found: Sequence[Place], most: int) -> Iterator[Place]:
    """Each of an article's sentences with more words than `most`."""
    for line, sentence in found:
        if sentence.count(" ") >= most:
            count = len(WORD.findall(sentence)) + sentence.count(MARK)
            if count > most:
                yield line, f"a sentence of {count} words: '{beginning(sentence)}'"


def hard(found: Sequence[Place], most: int) -> Iterator[Place]:
    """The hardest sentence of an article whose text asks for more years of school than `most`."""
    words = [WORD.findall(sentence) for _, sentence in found]
    whole = [each for each in words if len(each) > 2]
    if sum(map(len, whole)) < ENOUGH_WORDS:
        return
    reached = round(grade(whole))
    if reached > most:
        _, (line, sentence) = max(zip(words, found, strict=True), key=lambda each: grade([each[0]]) * len(each[0]))
        yield line, f"the text asks for {reached} years of school, its hardest sentence is '{beginning(sentence)}'"


def grade(sentences: Sequence[Sequence[str]]) -> float:
    """The years of school that a text asks for, from the words of its sentences (Flesch and Kincaid, 1975)."""
    words = sum(map(len, sentences))
    if not words:
        return 0.0
    beats = sum(syllables(word.lower()) for sentence in sentences for word in sentence)
    return 0.39 * words / len(sentences) + 11.8 * beats / words - 15.59


@lru_cache(maxsize=20_000)
def syllables(word: str) -> int:
    """About how many syllables an English word has."""
    count = len(VOWELS.findall(word))
    silent = (word.endswith("e") and not word.endswith(("le", "ee", "ye"))) or word.endswith(("ed", "es"))
    if silent and not word.endswith(("ted", "ded", "ses", "zes", "ces", "ges", "xes", "ches", "shes")):
        count -= 1
    return max(1, count)


def passives(own: Prose) -> Iterator[Place]:
    """Each passive that names who does it, and so can be said the other way round."""
    for match in PASSIVE.finditer(own.text):
        if match["verb"] not in STATES and not NO_DOER.fullmatch(match["by"]) and not match["by"].endswith("ing"):
            done = own.text[match.start() : match.start("rest")]
            yield own.line_at(match.start()), f"'{done} by …' names who does it last"


def fillers(own: Prose) -> Iterator[Mended]:
    """Each word that says nothing, with its line and what to do."""
    lower = own.text.lower()
    for hints, pattern, why, mend in FILLERS:
        if any(hint in lower for hint in hints):
            for match in pattern.finditer(own.text):
                yield own.line_at(match.start()), f"'{match[0]}' {why}", mend


def wordy(own: Prose) -> Iterator[Mended]:
    """Each phrase that proselint knows to be longer than what it says, with its line and what to do."""
    for start, end, better in sorted(set(_phrases(f"\n{own.text}\n"))):
        phrase = own.text[start:end].strip()
        if MARK not in phrase and "\n" not in phrase and not ALLOWED.fullmatch(phrase):
            mend = f"write '{better}'" if better else "say it in plain words"
            yield own.line_at(start), f"'{phrase}' is longer than what it says", mend


def _phrases(text: str) -> Iterator[tuple[int, int, str]]:
    """Where proselint finds something in a text that begins with an empty line, and its proposal."""
    for check in _checks():
        for found in check.check_with_flags(text):
            yield found.span[0] - 1, found.span[1] - 1, found.replacements or ""


@lru_cache(maxsize=1)
def _checks() -> tuple[Any, ...]:
    # Its lists take a quarter of a second to load: only when an article has changed.
    from proselint.checks import __register__
    from proselint.registry import CheckRegistry

    registry = CheckRegistry()
    registry.register_many(__register__)
    return tuple(check for check in registry.checks if check.path.startswith(FAMILIES))


def terms(own: Prose, glossary: Mapping[str, Sequence[str]]) -> Iterator[Mended]:
    """Each product term in another spelling than the glossary's, with its line and the right one."""
    for right, pattern in _patterns(tuple((right, tuple(wrong)) for right, wrong in glossary.items())):
        for match in pattern.finditer(own.text):
            if match[0] not in (right, right[:1].upper() + right[1:]):
                yield own.line_at(match.start()), f"'{match[0]}' is another spelling of a term", f"write '{right}'"


@lru_cache(maxsize=4)
def _patterns(glossary: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """For each right spelling what finds it and the wrong ones, whatever their capitals."""
    return tuple(
        (right, re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, (*wrong, right)))})(?![\w-])", re.IGNORECASE))
        for right, wrong in glossary
    )
