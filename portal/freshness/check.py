"""The check of a release or pull request: its changes against the articles, and what came of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property

from portal.freshness import covers as declared
from portal.freshness import words
from portal.freshness.diffs import Change
from portal.freshness.evidence import Evidence, gather
from portal.freshness.facts import Fact, Renamed, facts
from portal.freshness.library import Document, Library, digest
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
    """An article to check: how sure that is, why, the lines side by side, and the digest of its text."""

    id: str
    file: str
    tier: int
    chance: float
    because: tuple[str, ...]
    proofs: tuple[Proof, ...]
    digest: str = ""


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
    found: dict[str, list[_Suspicion]] = {}
    for commit in commits:
        for one in _of_commit(commit, library, left, repo):
            found.setdefault(one.document.id, []).append(one)
    strongest = [sorted(of_article, key=_Suspicion.rank) for of_article in found.values()]
    ordered = sorted(strongest, key=lambda of_article: of_article[0].rank())
    sure = [of_article for of_article in ordered if of_article[0].tier != POSSIBLE]
    possible = [of_article for of_article in ordered if of_article[0].tier == POSSIBLE][:MOST_POSSIBLE]
    # Taken from a commit's diff once, and only when it is shown.
    known = cache(lambda number: facts(commits[number].change, left, commits[number].renamed))
    numbers = {id(commit): number for number, commit in enumerate(commits)}
    return [_hit(of_article, lambda commit: known(numbers[id(commit)])) for of_article in sure + possible]


@dataclass(frozen=True)
class _Suspicion:
    """An article that one commit may have made wrong."""

    document: Document
    commit: Commit
    tier: int
    chance: float
    because: tuple[str, ...]

    def rank(self) -> tuple[int, float, str]:
        """Its place among others, the surest first."""
        return self.tier, -self.chance, self.document.id


def _hit(suspicions: Sequence[_Suspicion], known: Callable[[Commit], list[Fact]]) -> Hit:
    """The suspicions against an article as one, with the most telling proofs of the strongest."""
    first = suspicions[0]
    proofs: dict[tuple[int, str], Proof] = {}
    for one in suspicions[:MOST_SHOWN]:
        for proof in prove(one.document, one.commit.change, one.commit.evidence, known(one.commit)):
            proofs.setdefault((proof.line, proof.what), proof)
    telling = sorted(proofs.values(), key=lambda proof: proof.rank)[:MOST_SHOWN]
    because = tuple(dict.fromkeys(reason for one in suspicions for reason in one.because))
    return Hit(
        first.document.id,
        first.document.file,
        first.tier,
        first.chance,
        because,
        tuple(telling),
        digest(first.document.text),
    )


def _of_commit(commit: Commit, library: Library, left: Mapping[str, int], repo: str) -> list[_Suspicion]:
    evidence, weights = commit.evidence, learned()
    ranked = {one.id: one for one in rank(evidence, library, commit.history, left)[:MOST_SHOWN]}
    quoting = _quoting(commit.renamed, library, left)
    found = []
    for id in {*library.covering, *ranked, *quoting}:
        document = library.documents[library.places[id]]
        entries = covered(document, commit.change, evidence, repo) if document.covers else ()
        chance = ranked[id].chance if id in ranked else 0.0
        because = entries or quoting.get(id, ())
        if because:
            chance = 1.0 if entries else max(chance, weights.high)
        if chance >= weights.shown:
            tier = CERTAIN if entries else LIKELY if chance >= weights.high else POSSIBLE
            found.append(_Suspicion(document, commit, tier, chance, because))
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
    return bool(path) and path in change.lower
