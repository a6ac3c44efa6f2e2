"""The files of walkthroughs: steps, facts and pictures beside the articles."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from portal.articles import is_left_out
from portal.errors import ContentError, Mistakes
from portal.mistakes import text_of
from portal.walkthroughs import facts, steps
from portal.walkthroughs.facts import Kept
from portal.walkthroughs.steps import ENDING, Walkthrough
from scripts.walkthrough.walk import Result

# A picture of one dot.
EMPTY = b"RIFF\x1a\x00\x00\x00WEBPVP8L\r\x00\x00\x00/\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"


@dataclass(frozen=True)
class Job:
    """A walkthrough to take, the facts of the last time, and its shots that have no picture."""

    walkthrough: Walkthrough
    before: Kept
    missing: frozenset[str]


def jobs(root: Path, docs: str, files: Sequence[str], parts: dict[str, bool]) -> list[Job]:
    """The walkthroughs in these files, or in all below `docs`, but those of articles that are not published with these
    parts. Raises ContentError for what is wrong in any of them."""
    found, wrong = [], Mistakes()
    named = [root / file for file in files] or sorted((root / docs).rglob(f"*{ENDING}"))
    for path in named:
        with wrong.kept():
            job = _job(root, path)
            if not is_left_out(root / job.walkthrough.article, parts):
                found.append(job)
    wrong.stop()
    return found


def _job(root: Path, path: Path) -> Job:
    name = path.resolve().relative_to(root.resolve()).as_posix()
    if not name.endswith(ENDING) or not path.is_file():
        raise ContentError(name, None, f"is no file of steps: its name ends in {ENDING}, beside an article")
    walkthrough = steps.parse(text_of(path, name), name)
    if not (root / walkthrough.article).is_file():
        raise ContentError(name, None, f"has no article beside it: {walkthrough.article} is missing")
    kept = root / walkthrough.facts
    before = facts.read(text_of(kept, walkthrough.facts), walkthrough.facts) if kept.is_file() else Kept()
    missing = {
        step.shot
        for step in walkthrough.steps
        for scheme in walkthrough.schemes
        if step.shot and not (root / walkthrough.picture(step.shot, scheme)).is_file()
    }
    return Job(walkthrough, before, frozenset(missing))


def write(root: Path, job: Job, result: Result) -> list[str]:
    """Write what is new of a walkthrough, and remove the pictures of shots that it no longer has; the files that
    changed. Nothing is written while a step is not true."""
    if result.drifts or result.unknown:
        return []
    new = {name: picture for name, picture in result.pictures.items() if _differs(root / name, picture)}
    if not facts.alike(job.before, result.kept):
        new[job.walkthrough.facts] = facts.written(result.kept).encode()
    for name, data in new.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    gone = [name for name in _old(job, result) if (root / name).is_file()]
    for name in gone:
        (root / name).unlink()
    return sorted([*new, *gone])


def _differs(path: Path, data: bytes) -> bool:
    return not path.is_file() or path.read_bytes() != data


def _old(job: Job, result: Result) -> Iterable[str]:
    """The pictures of shots that were taken last time, and that the steps no longer have."""
    for shot in job.before.shots.keys() - result.kept.shots.keys():
        yield from (job.walkthrough.picture(shot, scheme) for scheme in ("light", "dark"))


@contextmanager
def stood_in(root: Path, found: Sequence[Job]) -> Iterator[None]:
    """Have an empty picture wherever one is still to be taken, since the portal is not built with a link that leads
    nowhere."""
    paths = [root / name for job in found for name in job.walkthrough.pictures if not (root / name).is_file()]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(EMPTY)
    try:
        yield
    finally:
        for path in paths:
            if path.read_bytes() == EMPTY:
                path.unlink()
