"""What became of an element that a step names and the page does not have, or has more than once."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.walkthroughs.facts import LASTING, Facts, Known, mark
from portal.walkthroughs.targets import UNNAMED, Target

RENAMED, MISSING, AMBIGUOUS, BLOCKED, GONE = "renamed", "missing", "ambiguous", "blocked", "gone"


@dataclass(frozen=True)
class Drift:
    """A step that is no longer true: of which kind, the element or address, and what it is called now. `guesses` are
    new names that may be its own, when it is missing."""

    kind: str
    what: str
    label: str
    now: str = ""
    count: int = 0
    guesses: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """What happened, for the writer."""
        if self.kind == RENAMED:
            return f'{self.what} is called "{self.now}" now'
        if self.kind == AMBIGUOUS:
            return f"{self.what}: the page has {self.count} of them, so the words don't say which"
        if self.kind == BLOCKED:
            return f"{self.what} is there, but cannot be used"
        if self.kind == GONE:
            return f"the page {self.what} is gone: {self.now}"
        if self.guesses:
            names = " or ".join(f'"{one}"' for one in self.guesses)
            return f"{self.what} is missing; new on the page: {names}"
        return f"{self.what} is missing"


def is_found(target: Target, count: int) -> bool:
    """Whether a target is what the step means, when the page has `count` of it."""
    return count == 1 or (count > 1 and target.first)


def judge(target: Target, count: int, known: Known | None, now: Sequence[Facts]) -> Drift:
    """The drift of a target that is not found. `known` is how it was when the article was right, `now` what the page
    has of its kind."""
    label = target.name.replace("*", " ").strip()
    if count > 1:
        return Drift(AMBIGUOUS, str(target), label, count=count)
    if target.word in UNNAMED or known is None:
        return Drift(MISSING, str(target), label)
    renamed, guesses = _successor(known, now)
    if renamed is not None:
        return Drift(RENAMED, str(target), label, renamed.name)
    return Drift(MISSING, str(target), label, guesses=guesses)


def _successor(known: Known, now: Sequence[Facts]) -> tuple[Facts | None, tuple[str, ...]]:
    """The element that took its place, or the names of those that may have.

    Where an element stands among others says nothing: the second button of a form may be any. What it is called by
    the page's own code says most; then, that it is the only new one in the region of the old.
    """
    new = [one for one in now if one.name and mark(one.name) not in known.others]
    for key in LASTING:
        value = getattr(known, key)
        same = [one for one in new if value and getattr(one, key) == value]
        if len(same) == 1:
            return same[0], ()
    inside = [one for one in new if one.region == known.region and one.tag == known.tag]
    gone = set(known.beside) - {mark(one.name) for one in now}
    # With neighbours renamed as well, either could be either.
    if len(inside) == 1 and not gone:
        return inside[0], ()
    return None, tuple(dict.fromkeys(one.name for one in inside or new))[:3]
