"""Whether an article is due for a review: when somebody last read it with care, and how long that may last."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

# A commit that touches more articles moved or restyled them; nobody read them for it.
BULK = 20
DEFAULT_DAYS = 180
# What Git is asked for: the day of each commit, and the files that it touched below the folder.
LISTING = ("-c", "core.quotePath=off", "log", "--format=%x00%cs", "--name-only", "--relative", "--", ".")


@dataclass(frozen=True)
class Edit:
    """A commit of the articles: its day, and the files that it touched."""

    day: date
    files: tuple[str, ...]


@dataclass(frozen=True)
class Review:
    """An article's last review and when the next one is due; `owner` is "" when nobody is named."""

    id: str
    last: date | None
    due: date | None
    owner: str = ""

    def overdue(self, today: date) -> int:
        """By how many days the review is late: 0 when it is not, or when nothing says when the last one was."""
        return max(0, (today - self.due).days) if self.due else 0


def edits(listing: str) -> list[Edit]:
    """The commits in Git's answer to LISTING."""
    blocks = (block.partition("\n") for block in listing.split("\0")[1:])
    return [Edit(date.fromisoformat(day), tuple(filter(None, names.split("\n")))) for day, _, names in blocks]


def edited(edits: Iterable[Edit]) -> dict[str, date]:
    """The last day on which somebody changed each file, without commits that touched many at once."""
    found: dict[str, date] = {}
    for edit in edits:
        if len(edit.files) <= BULK:
            for file in edit.files:
                found[file] = max(edit.day, found.get(file, edit.day))
    return found


def review(id: str, reviewed: date | None, changed: date | None, days: int, owner: str = "") -> Review:
    """The review of one article: a writer's edit counts as one, as the front matter's `reviewed` does."""
    last = max(filter(None, [reviewed, changed]), default=None)
    return Review(id, last, last + timedelta(days=days) if last else None, owner)


def late(reviews: Iterable[Review], today: date) -> list[Review]:
    """The reviews that are overdue, the longest first."""
    found = [one for one in reviews if one.overdue(today)]
    return sorted(found, key=lambda one: (-one.overdue(today), one.id))


def days_of(topic: str, topics: Mapping[str, int | None], default: int = DEFAULT_DAYS) -> int:
    """How long a review lasts in a topic."""
    return topics.get(topic) or default
