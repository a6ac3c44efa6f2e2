"""`evaluate` and `learn`: how well the check does on known cases, and the weights that it learns from them."""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from portal.freshness import ranking
from portal.freshness.judging import learning, measures
from portal.freshness.judging.cases import Case, CaseError, read, read_articles
from portal.freshness.judging.measures import Answer, Figures
from portal.freshness.ranking import Weights
from scripts.freshness.errors import FreshnessError

Texts = Mapping[tuple[str, str], str]


def evaluate(options: argparse.Namespace) -> int:
    """Print the figures, by product and together; 1 when they are below `--bars`. Raises FreshnessError."""
    cases, texts = _data(options.cases, options.articles)
    weights = ranking.learned()
    answers = _unseen(cases, texts) if options.unseen else [measures.answer(case, texts) for case in cases]
    repos = sorted({case.repo for case in cases})
    for repo in repos if len(repos) > 1 else ():
        print(_line(repo, measures.figures([one for one in answers if one.case.repo == repo], weights)))
    figures = measures.figures(answers, weights)
    print(_line("all products" if len(repos) > 1 else "".join(repos), figures))
    try:
        missed = measures.missed(figures, options.bars)
    except ValueError as error:
        raise FreshnessError(str(error)) from error
    for sentence in missed:
        print(f"below the bar: {sentence}")
    print(json.dumps(figures.as_json()))
    return int(bool(missed))


def learn(options: argparse.Namespace) -> int:
    """Write the weights that the cases teach. Raises FreshnessError."""
    cases, texts = _data(options.cases, options.articles)
    weights = learning.learn(learning.lessons(cases, texts))
    options.out.write_text(json.dumps(_rounded(weights), indent=1) + "\n", "utf-8")
    print(f"{options.out}: learnt from {len(cases)} cases")
    return 0


def _unseen(cases: Sequence[Case], texts: Texts) -> list[Answer]:
    """The answers to each product's cases with weights learnt from the other products alone."""
    lessons, found = learning.lessons(cases, texts), []
    for repo in sorted({case.repo for case in cases}):
        others = [lesson for lesson in lessons if lesson.repo != repo]
        if not any(any(lesson.right) for lesson in others):
            raise FreshnessError("--unseen needs the cases of two products or more: one to learn from, one to judge.")
        weights = learning.learn(others)
        found += [measures.answer(case, texts, weights) for case in cases if case.repo == repo]
    return found


def _data(cases: Path, articles: Sequence[Path]) -> tuple[list[Case], Texts]:
    try:
        texts: dict[tuple[str, str], str] = {}
        for file in articles:
            with file.open(encoding="utf-8") as lines:
                texts |= read_articles(str(file), lines)
        with cases.open(encoding="utf-8") as lines:
            found = list(read(str(cases), lines))
    except (CaseError, OSError) as error:
        raise FreshnessError(str(error)) from error
    if not found:
        raise FreshnessError(f"{cases} has no cases.")
    return found, texts


def _line(name: str, figures: Figures) -> str:
    one = figures
    return (
        f"{name}: {one.cases} cases, {one.pages} pages; R@1 {one.r1:.2f}, R@3 {one.r3:.2f}, R@5 {one.r5:.2f}; "
        f"precision {one.p:.2f} at recall {one.recall:.2f}; high {one.high_p:.2f} at {one.high_recall:.2f}; "
        f"alarms {one.alarms:.3f} (any {one.ranked_alarms:.2f})"
    )


def _rounded(weights: Weights) -> dict[str, object]:
    return {
        "shown": weights.shown,
        "high": weights.high,
        "bias": round(weights.bias, 4),
        "order": {sign: [round(raw, 4), round(relative, 4)] for sign, (raw, relative) in weights.order.items()},
        "chance": {sign: round(weight, 4) for sign, weight in weights.chance.items()},
    }
