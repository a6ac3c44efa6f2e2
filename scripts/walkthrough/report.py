"""What walkthroughs found: the articles to check, in the report of the freshness check, and lines for the terminal."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from portal.freshness.check import CERTAIN, LIKELY, Hit
from portal.freshness.diffs import Line
from portal.freshness.library import digest
from portal.freshness.proofs import Proof
from portal.freshness.release import Checked
from portal.models import counted
from portal.walkthroughs import mentions
from portal.walkthroughs.drift import Drift
from scripts.walkthrough.walk import Result

# As which product the walkthroughs stand in freshness.json and in issues.
NAME = "walkthroughs"
# Lines of an article shown for one label.
MOST = 3


def checked(root: Path, results: Iterable[Result], release: str, day: str) -> Checked:
    """The articles whose steps are no longer true, each drift beside the lines that name the label."""
    hits = [_hit(root, result) for result in results if result.drifts]
    return Checked(NAME, release, day, tuple(sorted(hits, key=lambda hit: (hit.tier, hit.id))))


def _hit(root: Path, result: Result) -> Hit:
    walkthrough = result.walkthrough
    text = (root / walkthrough.article).read_text("utf-8").replace("\r\n", "\n")
    written = (root / walkthrough.file).read_text("utf-8").splitlines()
    found: dict[Drift, int] = {}
    for line, drift in result.drifts:
        # Several steps may name one element; the first is enough.
        found.setdefault(drift, line)
    proofs = [
        proof
        for drift, line in found.items()
        for proof in _proofs(text, drift, Line(walkthrough.file, line, written[line - 1].strip()))
    ]
    # A label that the text names is wrong for its readers; another one only for the pictures.
    is_named = any(mentions.lines(text, drift.label) for drift in found)
    reason = (
        f"its walkthrough has {counted(len(found), 'step')} that {'is' if len(found) == 1 else 'are'} no longer true"
    )
    if result.left:
        reason += f", and {counted(result.left, 'step')} after that could not be taken"
    id = walkthrough.article.partition("/")[2].removesuffix(".md").removesuffix("/index")
    tier = CERTAIN if is_named else LIKELY
    return Hit(id, walkthrough.article, tier, 1.0, (reason,), tuple(proofs), digest(text))


def _proofs(text: str, drift: Drift, step: Line) -> list[Proof]:
    places = mentions.lines(text, drift.label)[:MOST] or [mentions.heading(text)]
    return [Proof(line, said, step, drift.sentence) for line, said in places]


def summary(root: Path, results: Sequence[Result], changed: Sequence[str], *, takes: bool) -> list[str]:
    """The lines below the report: what is unknown, out of date or new, and how many of each."""
    lines = [f"{one.walkthrough.file}: unknown. {one.unknown}" for one in results if one.unknown]
    old = [f"{one.walkthrough.file}: {shot}" for one in results if not one.drifts for shot in one.stale]
    if takes:
        lines += [f"{'written' if (root / name).exists() else 'removed'}: {name}" for name in changed]
    else:
        lines += [f"{name} looks different now; take it again: python -m scripts.walkthrough" for name in old]
    unknown, drifted = sum(bool(one.unknown) for one in results), sum(bool(one.drifts) for one in results)
    fine = len(results) - sum(bool(one.unknown or one.drifts) for one in results)
    files = f"{counted(len(changed), 'file')} written" if takes else f"{counted(len(old), 'picture')} out of date"
    return [*lines, f"{counted(len(results), 'walkthrough')}: {fine} true, {drifted} not, {unknown} unknown; {files}."]


def seconds(results: Iterable[Result]) -> list[str]:
    """How long each took, the longest first."""
    ordered = sorted(results, key=lambda one: -one.seconds)
    return [f"{one.seconds:5.1f} s  {one.walkthrough.file}" for one in ordered]
