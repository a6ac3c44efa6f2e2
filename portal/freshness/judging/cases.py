"""Known changes and the articles that each made wrong: the data with which the check is taught and judged."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from portal.freshness import diffs
from portal.freshness.evidence import Evidence, gather
from portal.freshness.library import Document, Library

AFFECTED = "affected"


class CaseError(ValueError):
    """A line of the data that cannot be read; `str()` names file and line."""


@dataclass(frozen=True)
class Case:
    """One commit of a product: what it changed, the articles at that time, and those that it made wrong."""

    id: str
    repo: str
    affected: bool
    positives: frozenset[str]
    ignored: frozenset[str]
    subject: str
    files: tuple[str, ...]
    diff: str
    articles: Mapping[str, str]  # path -> blob
    history: Mapping[str, float]
    left: Mapping[str, int]  # removed string, in lower case -> how often the product still has it

    @property
    def evidence(self) -> Evidence:
        """What the commit says."""
        return gather(diffs.parse(self.diff, self.subject, self.files))


def read(file: str, lines: Iterable[str]) -> Iterator[Case]:
    """The cases of a JSONL file; raises CaseError."""
    for number, data in _rows(file, lines):
        try:
            yield Case(
                id=data["id"],
                repo=data["repo"],
                affected=data["label"] == AFFECTED,
                positives=frozenset(data["positives"]),
                ignored=frozenset(data["ignored"]),
                subject=data["subject"],
                files=tuple(data["files"]),
                diff=data["diff"],
                articles=data["articles"],
                history=data["cochange"],
                left={text.lower(): count for text, count in data["remaining"].items()},
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise CaseError(f"{file}:{number}: a case lacks {error}") from error


def read_articles(file: str, lines: Iterable[str]) -> dict[tuple[str, str], str]:
    """The texts of articles by repository and blob; raises CaseError."""
    found = {}
    for number, data in _rows(file, lines):
        try:
            found[data["repo"], data["sha"]] = data["text"]
        except (KeyError, TypeError) as error:
            raise CaseError(f"{file}:{number}: an article lacks {error}") from error
    return found


def library(case: Case, texts: Mapping[tuple[str, str], str]) -> Library:
    """The articles as they were before a case's commit; raises CaseError when a text is missing."""
    missing = [path for path, blob in case.articles.items() if (case.repo, blob) not in texts]
    if missing:
        raise CaseError(f"{case.id}: no article file has the text of {missing[0]} ({case.articles[missing[0]]})")
    return Library(Document(path, path, texts[case.repo, blob]) for path, blob in case.articles.items())


def _rows(file: str, lines: Iterable[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                data = json.loads(line)
            except json.JSONDecodeError as error:
                raise CaseError(f"{file}:{number}: not JSON: {error}") from error
            if not isinstance(data, dict):
                raise CaseError(f"{file}:{number}: expected a JSON object")
            yield number, data
