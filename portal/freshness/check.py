"""The check of a release or pull request: its changes against the articles, and what came of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from portal.freshness import covers as declared
from portal.freshness import words
from portal.freshness.diffs import Change
from portal.freshness.evidence import Evidence, gather
from portal.freshness.facts import Renamed
from portal.freshness.library import Document, Library
from portal.freshness.proofs import Proof, prove
from portal.freshness.ranking import MOST_SHOWN, learned, rank

CERTAIN, LIKELY, POSSIBLE = 1, 2, 3
# Articles that are only possible are listed up to so many, whatever the size of the release.
MOST_POSSIBLE = 5


@dataclass(frozen=True)
class Commit:
    """One change with what is known beside its diff: renamed labels, and which articles changed with its files."""

    change: Change
    renamed: tuple[Renamed, ...] = ()
    history: Mapping[str, float] = field(default_factory=dict)
    sha: str = ""

    @cached_property
    def evidence(self) -> Evidence:
        """What the change says, with the labels of its catalogues."""
        return gather(self.change, [one.was for one in self.renamed], [one.now for one in self.renamed if one.now])


@dataclass(frozen=True)
class Hit:
    """An article to check: how sure that is, why, and the lines side by side."""

    id: str
    file: str
    tier: int
    chance: float
    because: tuple[str, ...]
    proofs: tuple[Proof, ...]


def wanted(commits: Iterable[Commit], library: Library) -> frozenset[str]:
    """The strings that were removed and that articles have: whether the product still has them is worth a look."""
    found: set[str] = set()
    for commit in commits:
        evidence = commit.evidence
        removed = (name for name, count in evidence.removed.items() if evidence.added.get(name, 0) < count)
        found.update(name for name in removed if library.knows(name))
        found.update(label for label in evidence.old_labels - evidence.new_labels if library.quotes(label))
    return frozenset(found)


def check(commits: Sequence[Commit], library: Library, left: Mapping[str, int], repo: str = "") -> list[Hit]:
    """The articles that a release's commits may have made wrong, the surest first.

    `left` says how often the product still has each string of `wanted`, after the last commit.
    """
    found: dict[str, Hit] = {}
    for commit in commits:
        for hit in _of_commit(commit, library, left, repo):
            found[hit.id] = _stronger(found[hit.id], hit) if hit.id in found else hit
    ordered = sorted(found.values(), key=lambda hit: (hit.tier, -hit.chance, hit.id))
    sure = [hit for hit in ordered if hit.tier != POSSIBLE]
    return sure + [hit for hit in ordered if hit.tier == POSSIBLE][:MOST_POSSIBLE]


def _of_commit(commit: Commit, library: Library, left: Mapping[str, int], repo: str) -> list[Hit]:
    evidence, weights = commit.evidence, learned()
    ranked = {one.id: one for one in rank(evidence, library, commit.history, left)[:MOST_SHOWN]}
    quoting = _quoting(commit.renamed, library, left)
    found = []
    for document in library.documents:
        entries = covered(document, commit.change, evidence, repo) if document.covers else ()
        chance = ranked[document.id].chance if document.id in ranked else 0.0
        because = entries or quoting.get(document.id, ())
        if because:
            chance = 1.0 if entries else max(chance, weights.high)
        if chance >= weights.shown:
            tier = CERTAIN if entries else LIKELY if chance >= weights.high else POSSIBLE
            proofs = prove(document, commit.change, evidence, left, commit.renamed)
            found.append(Hit(document.id, document.file, tier, chance, because, proofs))
    return found


def _quoting(renamed: Iterable[Renamed], library: Library, left: Mapping[str, int]) -> dict[str, tuple[str, ...]]:
    """The articles that mark a label whose key has another text now, and that the product has nowhere else; each
    with a sentence on the label."""
    found: dict[str, tuple[str, ...]] = {}
    for one in renamed:
        label = words.squeezed(one.was)
        for place in () if left.get(label) else library.marking(label):
            id = library.documents[place].id
            found[id] = (*found.get(id, ()), f'quotes "{one.was}"')
    return found


def _stronger(one: Hit, other: Hit) -> Hit:
    """Two hits of an article as one: the surer of them, with what both found."""
    first, second = sorted((one, other), key=lambda hit: (hit.tier, -hit.chance))
    proofs = {(proof.line, proof.what): proof for proof in (*second.proofs, *first.proofs)}
    merged = sorted(proofs.values(), key=lambda proof: proof.rank)[:MOST_SHOWN]
    because = tuple(dict.fromkeys([*first.because, *second.because]))
    return replace(first, because=because, proofs=tuple(merged))


def covered(document: Document, change: Change, evidence: Evidence, repo: str = "") -> tuple[str, ...]:
    """The entries of an article's `covers` that a change touches, as `paths: web/billing/**`."""
    return tuple(
        f"{kind}: {entry}"
        for kind, entry in declared.entries(document.covers)
        if _touches(kind, entry, change, evidence, repo)
    )


def _touches(kind: str, entry: str, change: Change, evidence: Evidence, repo: str) -> bool:
    if kind == "paths":
        return any(declared.matches(entry, path, repo) for path in change.paths)
    if kind == "ui":
        # A way through menus is touched where one of its steps is.
        steps = {words.squeezed(step) for step in declared.steps(entry)}
        return bool(steps & (evidence.old_labels | evidence.new_labels))
    if kind == "settings":
        return entry.lower() in evidence.removed or entry.lower() in evidence.added
    # Frameworks write routes with and without the slashes at their ends.
    path = entry.rpartition(" ")[2].lower().strip("/")
    return bool(path) and any(
        path in line.text.lower() for _, hunk in change.hunks for line in (*hunk.removed, *hunk.added)
    )
