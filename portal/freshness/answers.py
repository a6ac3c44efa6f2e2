"""What people answered: whether an article that was flagged had become wrong."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from portal.freshness.release import TIERS


@dataclass(frozen=True)
class Answer:
    """One answer; `wrong` says that the release had made the article wrong."""

    repo: str
    release: str
    article: str
    tier: int
    wrong: bool

    @property
    def key(self) -> tuple[str, str, str]:
        """What is answered once: the article's flag for one release of one product."""
        return self.repo, self.release, self.article


def read(file: str, lines: Iterable[str]) -> list[Answer]:
    """The answers of a JSONL file; raises ValueError with file and line."""
    found = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                data = json.loads(line)
                found.append(
                    Answer(data["repo"], data["release"], data["article"], int(data["tier"]), data["wrong"] is True)
                )
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"{file}:{number}: this is no answer: {error}") from error
    return found


def written(answers: Iterable[Answer]) -> str:
    """The answers as JSONL, the last of each article and release, in their order."""
    latest: Mapping[tuple[str, str, str], Answer] = {one.key: one for one in answers}
    return "".join(f"{json.dumps(vars(one), ensure_ascii=False)}\n" for _, one in sorted(latest.items()))


def precision(answers: Iterable[Answer]) -> str:
    """How often the flags were right, in a sentence; "" without answers."""
    answers = list(answers)
    if not answers:
        return ""
    counts = Counter((one.tier, one.wrong) for one in answers)
    total = sum(one.wrong for one in answers)
    parts = [
        f"{name} {counts[tier, True]} of {counts[tier, True] + counts[tier, False]}"
        for tier, name in TIERS.items()
        if counts[tier, True] + counts[tier, False]
    ]
    share = round(100 * total / len(answers))
    return f"Of {len(answers)} answered flags {total} were right ({share} %): {', '.join(parts)}."
