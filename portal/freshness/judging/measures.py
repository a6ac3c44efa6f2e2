"""How well the check finds the articles that known changes made wrong."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from portal.freshness.judging.cases import Case, library
from portal.freshness.ranking import MOST_SHOWN, Ranked, Weights, learned, rank

BAR = re.compile(r"^(?P<name>r1|r3|r5|p|high|alarms)=(?P<figure>\d*\.?\d+)(?:@(?P<recall>\d*\.?\d+))?$")


@dataclass(frozen=True)
class Answer:
    """What the check said of a case: the articles it puts first, without those that are neither right nor wrong."""

    case: Case
    ranked: Sequence[Ranked]

    def at_least(self, chance: float) -> list[Ranked]:
        """The articles shown at a threshold."""
        return [one for one in self.ranked[:MOST_SHOWN] if one.chance >= chance]


@dataclass(frozen=True)
class Figures:
    """Shares from 0 to 1: right articles among the first 1, 3 and 5; precision and recall of those shown at both
    thresholds; changes that needed no article and got a high alarm, or any."""

    r1: float
    r3: float
    r5: float
    p: float
    recall: float
    high_p: float
    high_recall: float
    alarms: float
    ranked_alarms: float
    cases: int
    pages: int

    def as_json(self) -> dict[str, float]:
        """The figures to three digits."""
        return {name: round(value, 3) for name, value in asdict(self).items()}


def answer(case: Case, texts: Mapping[tuple[str, str], str], weights: Weights | None = None) -> Answer:
    """The check's answer to a case."""
    ranked = rank(case.evidence, library(case, texts), case.history, case.left, weights)
    return Answer(case, [one for one in ranked if one.id not in case.ignored])


def figures(answers: Iterable[Answer], weights: Weights | None = None) -> Figures:
    """How good the answers are."""
    weights, answers = weights or learned(), list(answers)
    affected = [one for one in answers if one.case.affected]
    quiet = [one for one in answers if not one.case.affected]
    pages = sum(len(one.case.positives) for one in affected)
    firsts = [sum(_right(one, one.ranked[:most]) for one in affected) for most in (1, 3, 5)]
    shown, high = (_precision(affected, threshold, pages) for threshold in (weights.shown, weights.high))
    loud, any_alarm = (
        _share(sum(bool(one.at_least(threshold)) for one in quiet), len(quiet))
        for threshold in (weights.high, weights.shown)
    )
    r1, r3, r5 = (_share(count, pages) for count in firsts)
    return Figures(r1, r3, r5, *shown, *high, loud, any_alarm, len(answers), pages)


def _right(one: Answer, ranked: Iterable[Ranked]) -> int:
    return sum(found.id in one.case.positives for found in ranked)


def _precision(affected: Sequence[Answer], threshold: float, pages: int) -> tuple[float, float]:
    shown = [(one, one.at_least(threshold)) for one in affected]
    right = sum(_right(one, found) for one, found in shown)
    return _share(right, sum(len(found) for _, found in shown)), _share(right, pages)


def _share(count: int, of: int) -> float:
    return count / of if of else 0.0


def missed(figures: Figures, bars: str) -> list[str]:
    """A sentence for each of the bars, such as `r5=.93,p=.70@.61`, that the figures miss; raises ValueError."""
    found = []
    for bar in filter(None, bars.split(",")):
        match = BAR.match(bar.strip())
        if match is None:
            raise ValueError(f"{bar!r} is no bar: write r5=.93, p=.70@.61, high=.86@.30 or alarms=.05")
        name, bound = match["name"], float(match["figure"])
        value = figures.high_p if name == "high" else float(getattr(figures, name))
        if value > bound if name == "alarms" else value < bound:
            found.append(f"{name} is {value:.3f}, and the bar is {bound}")
        recall = figures.high_recall if name == "high" else figures.recall
        if match["recall"] and recall < float(match["recall"]):
            found.append(f"the recall of {name} is {recall:.3f}, and the bar is {match['recall']}")
    return found
