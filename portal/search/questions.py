"""docs/search-tests.yml: questions with the article that answers each, by which writers test the search."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from portal import mistakes
from portal.errors import ContentError, Mistakes, absent

# The article must be among the first three results, for nine questions of ten.
TOP = 3
ENOUGH = 0.9


@dataclass(frozen=True)
class Result:
    """The number of questions, and for each that failed what was found first instead."""

    asked: int
    failed: Mapping[str, Sequence[str]]

    @property
    def passed(self) -> bool:
        """Whether enough questions found their article."""
        return self.asked - len(self.failed) >= ENOUGH * self.asked


def parse(file: str, text: str, ids: Collection[str], hidden: Mapping[str, str] | None = None) -> dict[str, str]:
    """Question -> article id; raises ContentError for anything else, and for an article that does not exist or is
    `hidden`."""
    data, lines = mistakes.loaded(text, file)
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise ContentError(file, 1, "must be lines of `question: article`, such as `they took money twice: billing/x`.")
    found = Mistakes()
    for question, article in data.items():
        line = lines.get((str(question),))
        if not isinstance(question, str) or not isinstance(article, str):
            found.add(
                file, line, f"{question!r}: {article!r} must be a question and an article id; put both in quotes."
            )
        elif article not in ids:
            found.add(file, line, absent(article, ids, hidden or {}))
    found.stop()
    return data


def judge(expected: Mapping[str, str], found: Mapping[str, Sequence[str]]) -> Result:
    """Compare with what the search found: article ids for each question, best first."""
    failed = {question: found[question][:TOP] for question, id in expected.items() if id not in found[question][:TOP]}
    return Result(len(expected), failed)


def report(file: str, result: Result) -> str:
    """The message to the writer when too many questions fail."""
    lines = [
        f"{file}: only {result.asked - len(result.failed)} of {result.asked} questions find their article among the "
        f"first {TOP}. Add the customers' words to `questions:` in the article's front matter, or to docs/synonyms.yml."
    ]
    lines += [f"  {question!r} finds {', '.join(found) or 'nothing'}" for question, found in result.failed.items()]
    return "\n".join(lines)
