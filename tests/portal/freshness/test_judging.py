"""Cases, figures and learning: the numbers are those that one counts by hand."""

import json
from dataclasses import replace

import pytest

from portal.freshness.judging import cases, learning, measures
from portal.freshness.judging.cases import Case, CaseError
from portal.freshness.judging.measures import Answer
from portal.freshness.ranking import Ranked, Weights
from tests.portal.freshness.changes import ARTICLES

WEIGHTS = Weights({}, {}, 0.0, shown=0.3, high=0.8)


def case(id: str, positives: tuple[str, ...] = (), affected: bool = True, diff: str = "") -> Case:
    return Case(
        id=id,
        repo="acme/web",
        affected=affected,
        positives=frozenset(positives),
        ignored=frozenset(),
        subject="",
        files=("web/a.py",),
        diff=diff,
        articles={article: f"sha-{article}" for article in ARTICLES},
        history={},
        left={},
    )


def ranked(**chances: float) -> list[Ranked]:
    return [Ranked(id, chance, chance, {}) for id, chance in chances.items()]


def test_figures_are_shares_of_pages_shown_and_changes() -> None:
    answers = [
        Answer(case("1", positives=("a",)), ranked(a=0.9, b=0.5, c=0.1)),
        Answer(case("2", positives=("a", "d")), ranked(b=0.85, c=0.4, d=0.35, a=0.3)),
        Answer(case("3", affected=False), ranked(a=0.9)),
        Answer(case("4", affected=False), ranked(a=0.4)),
        Answer(case("5", affected=False), ranked(a=0.1)),
    ]

    found = measures.figures(answers, WEIGHTS)

    assert (found.r1, found.r3, found.r5) == (1 / 3, 2 / 3, 1.0)
    assert (found.p, found.recall) == (2 / 5, 2 / 3)
    assert (found.high_p, found.high_recall) == (1 / 2, 1 / 3)
    assert (found.alarms, found.ranked_alarms) == (1 / 3, 2 / 3)


def test_no_cases_have_figures_of_zero() -> None:
    assert set(measures.figures([], WEIGHTS).as_json().values()) == {0}


@pytest.mark.parametrize(
    ("bars", "missed"),
    [
        ("r5=.93,p=.70@.61,high=.86@.30,alarms=.05", []),
        ("r5=.96", ["r5 is 0.950, and the bar is 0.96"]),
        ("p=.70@.70", ["the recall of p is 0.620, and the bar is .70"]),
        ("high=.95@.20,alarms=.01", ["high is 0.900, and the bar is 0.95", "alarms is 0.020, and the bar is 0.01"]),
        ("", []),
    ],
)
def test_bars_that_are_missed_are_named(bars: str, missed: list[str]) -> None:
    figures = measures.Figures(0.6, 0.9, 0.95, 0.75, 0.62, 0.9, 0.35, 0.02, 0.4, 10, 12)

    assert measures.missed(figures, bars) == missed


@pytest.mark.parametrize("bars", ["r5", "r7=.5", "p=high", "alarms=-1"])
def test_what_is_no_bar_is_refused(bars: str) -> None:
    with pytest.raises(ValueError, match="is no bar"):
        measures.missed(measures.Figures(*[0.5] * 9, 1, 1), bars)


def lessons() -> list[learning.Lesson]:
    """Changes of three products whose removed labels tell the right article from two others."""
    texts = {("acme/web", f"sha-{id}"): text for id, text in ARTICLES.items()}
    labels = {"billing/card": "Update card", "billing/invoice": "See invoices", "data/export": "Export data"}
    # Words of every article, in a comment: the labels alone tell which is meant.
    noise = "# owner invitation archive invoice webhook declined"
    diff = "--- a/x.html\n+++ b/x.html\n@@ -1,2 +1,2 @@\n-<b>{}</b>\n-{noise}\n+<b>Other</b>\n+{noise}\n"
    taught = [case(label, (id,), diff=diff.format(label, noise=noise)) for id, label in labels.items()]
    return learning.lessons(taught, texts)


def test_a_sign_that_tells_the_right_article_gets_weight_and_none_counts_against() -> None:
    weights = learning.learn(lessons())

    assert sum(weights.order["labels"]) > 0
    assert all(weight >= 0 for pair in weights.order.values() for weight in pair)
    assert weights.order["numbers"] == (0, 0)


def test_pages_that_are_neither_right_nor_wrong_teach_nothing() -> None:
    texts = {("acme/web", f"sha-{id}"): text for id, text in ARTICLES.items()}
    ignoring = replace(case("1", positives=("billing/card",)), ignored=frozenset(["billing/invoice"]))

    (lesson,) = learning.lessons([ignoring], texts)

    assert "billing/invoice" not in lesson.ids


def test_the_lowest_point_is_found_and_only_free_weights_go_below_zero() -> None:
    def slope(weights: list[float]) -> tuple[float, list[float]]:
        aims = (3.0, -2.0, -2.0)
        return (
            sum((weight - aim) ** 2 for weight, aim in zip(weights, aims, strict=True)),
            [2 * (weight - aim) for weight, aim in zip(weights, aims, strict=True)],
        )

    assert learning.descend(slope, 3, frozenset([2])) == pytest.approx([3.0, 0.0, -2.0], abs=1e-3)


ROW = {
    "id": "1", "repo": "acme/web", "label": "affected", "positives": ["a.md"], "ignored": [], "subject": "x",
    "files": [], "diff": "", "articles": {"a.md": "s1"}, "cochange": {}, "remaining": {},
}  # fmt: skip


def test_cases_are_read_as_they_are_written() -> None:
    (found,) = cases.read("cases.jsonl", [json.dumps(ROW), "", "\n"])

    assert found.affected
    assert [document.text for document in cases.library(found, {("acme/web", "s1"): "# A"}).documents] == ["# A"]


@pytest.mark.parametrize(
    "line", ["{", "[]", json.dumps({name: value for name, value in ROW.items() if name != "diff"})]
)
def test_a_line_that_is_no_case_is_named(line: str) -> None:
    with pytest.raises(CaseError, match=r"cases\.jsonl:1: "):
        list(cases.read("cases.jsonl", [line]))


def test_a_text_that_is_missing_is_named() -> None:
    (found,) = cases.read("cases.jsonl", [json.dumps(ROW)])

    with pytest.raises(CaseError, match=r"no article file has the text of a\.md \(s1\)"):
        cases.library(found, cases.read_articles("articles.jsonl", ['{"repo": "acme/web", "sha": "s2", "text": ""}']))
