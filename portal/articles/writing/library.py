"""What only shows when all articles are looked at: the same question twice, an article that no other leads to, a link
that leads nowhere, a review that is late."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta

from portal.articles.writing.facts import FAILS, Facts

# The part of their words that two questions share when they ask the same.
NEAR = 0.8
Place = tuple[str, int, str]
Library = Mapping[str, Facts]


def unlinked(library: Library) -> Iterator[Place]:
    """Each article from which no link leads to another."""
    for id, facts in library.items():
        if facts.listed and not facts.related and not any(target for _, target, _ in facts.links):
            yield id, facts.lines["title"], "no link leads from here to another article"


def orphans(library: Library, often: Collection[str]) -> Iterator[Place]:
    """Each article that no other one leads to, and that the home page does not name."""
    named = {*often, *(id for facts in library.values() for id in facts.related)}
    for id, facts in library.items():
        named |= {id_of(target) for _, target, _ in facts.links if target and id_of(target) != id}
    for id, facts in library.items():
        if facts.listed and id not in named:
            yield id, facts.lines["title"], "no other article leads here"


def broken(library: Library, files: Collection[str]) -> Iterator[Place]:
    """Each link to a file that is not in `files` (paths below docs/) or to an anchor that its page has not."""
    for id, facts in library.items():
        for line, target, anchor in facts.links:
            page = facts if not target else library.get(id_of(target))
            if target and target not in files:
                yield id, line, f"the link to '{target}' leads nowhere"
            elif anchor and page and not anchor.startswith(":~:") and not _has(page, anchor):
                yield id, line, f"the anchor '#{anchor}' is not on {repr(target) if target else 'this page'}"
        for line, target in facts.pictures:
            if target not in files:
                yield id, line, f"there is no picture '{target}'"


def _has(page: Facts, anchor: str) -> bool:
    return anchor in page.anchors or anchor.startswith(("fnref:", "__"))


def overdue(library: Library, days: Mapping[str, int], default: int, today: date) -> Iterator[Place]:
    """Each article whose review is older than its topic allows; `days` has the topics that differ from `default`."""
    for id, facts in library.items():
        last = date.fromisoformat(facts.reviewed) if facts.reviewed else None
        due = last + timedelta(days=days.get(id.partition("/")[0], default)) if last else today
        if due < today:
            yield id, facts.lines["reviewed"], f"the review of {facts.reviewed} was due again on {due}"


def copied(library: Library) -> Iterator[Place]:
    """Each other wording that only repeats the title or another wording of the same article."""
    for id, facts in library.items():
        seen: dict[str, str] = {}
        for line, text, _ in facts.questions:
            key = " ".join(text.lower().rstrip("?!. ").split())
            if key in seen:
                yield id, line, f"'{text}' repeats {seen[key]}"
            seen.setdefault(key, "the title" if not seen else "another wording")


def duplicates(library: Library) -> Iterator[tuple[str, int, str, bool]]:
    """Each question that an article before it answers already; the last value tells the same words from nearly the
    same ones."""
    asked = [
        (id, line, text, frozenset(words))
        for id, facts in sorted(library.items())
        if facts.listed
        for line, text, words in facts.questions
        if len(words) > 1
    ]
    for fails in (False, True):
        # How to do something and why one can't are two questions, however many words they share.
        alike = [one for one in asked if (FAILS in one[3]) is fails]
        for number, other, share in pairs([words for *_, words in alike]):
            (id, line, text, _), (before, _, said, _) = alike[number], alike[other]
            if id != before:
                what = "is asked by" if share == 1 else "is nearly what is asked by"
                yield id, line, f"'{text}' {what} '{before}' as well ('{said}')", share == 1


def pairs(sets: list[frozenset[str]]) -> Iterator[tuple[int, int, float]]:
    """For each set the most similar one before it, when they share NEAR of their members at least, and that share.

    Two such sets share one of their rarest members (prefix filtering, Chaudhuri 2006), so few are compared.
    """
    counts = Counter(member for one in sets for member in one)
    index: dict[str, list[int]] = {}
    for number, one in enumerate(sets):
        rare = sorted(one, key=lambda member: (counts[member], member))
        prefix = rare[: len(rare) - -(-len(rare) * 4 // 5) + 1]
        best = max(
            _shares(one, sets, {other for member in prefix for other in index.get(member, ())}), default=(0.0, 0)
        )
        if best[0] >= NEAR:
            yield number, -best[1], best[0]
        for member in prefix:
            index.setdefault(member, []).append(number)


def alike(one: Collection[str], other: Collection[str]) -> float:
    """The part of their words that two questions share; 0 when something fails in only one of them."""
    words, others = set(one), set(other)
    return len(words & others) / len(words | others) if (FAILS in words) == (FAILS in others) and words else 0.0


def _shares(one: frozenset[str], sets: list[frozenset[str]], others: Iterable[int]) -> Iterator[tuple[float, int]]:
    for other in others:
        yield len(one & sets[other]) / len(one | sets[other]), -other


def id_of(target: str) -> str:
    """The id of the article in a file below docs/."""
    return target.removesuffix(".md").removesuffix("/index")
