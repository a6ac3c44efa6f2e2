"""Which articles have a word or a name, and how often."""

import math
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import chain

# A posting is one number: the article's place, and in so many bits how often it has the part.
BITS = 10
MOST = (1 << BITS) - 1

# For each run of characters between blanks, the places of the articles that have it, one for each time.
Runs = Mapping[str, "array[int]"]


def runs(texts: Iterable[str]) -> Runs:
    """The texts by what stands between blanks; no word or name has a blank in it."""
    found: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
    for place, text in enumerate(texts):
        for run in text.split():
            found[run].append(place)
    return found


class Index:
    """The articles by the parts of runs: stems or names.

    The runs of a part are joined when it is first asked for: a change asks for a few of a hundred thousand.
    """

    def __init__(self, runs: Runs, parts: Callable[[str], Sequence[str]], articles: int) -> None:
        self._runs: dict[str, list[array[int]]] = {}
        by_size: defaultdict[int, list[array[int]]] = defaultdict(list)
        for run, places in runs.items():
            found = parts(run)
            by_size[len(found)].append(places)
            for part in found:
                self._runs.setdefault(part, []).append(places)
        self.lengths = _lengths(by_size, articles)
        self._joined: dict[str, array[int]] = {}
        # Most parts are in one article or two: their logarithms are taken once.
        rare = cache(lambda having: max(0.0, math.log((articles + 1) / (having + 0.5)) / math.log(articles + 1)))
        self._rarities = {part: rare(_having(places)) for part, places in self._runs.items()}

    def __contains__(self, part: str) -> bool:
        return part in self._runs

    def rarity(self, part: str) -> float:
        """How much a part tells: about 1 for one that one article has, 0 for one that none or all have."""
        return self._rarities.get(part, 0.0)

    def postings(self, part: str) -> Sequence[int]:
        """The articles that have a part, by place, each with how often in the lower bits."""
        if part not in self._runs:
            return ()
        if part not in self._joined:
            counts = sorted(Counter(chain.from_iterable(self._runs[part])).items())
            self._joined[part] = array("I", [place << BITS | min(times, MOST) for place, times in counts])
        return self._joined[part]


def _having(places: "Sequence[array[int]]") -> int:
    """How many articles are among the places."""
    return 1 if len(places) == len(places[0]) == 1 else len(set().union(*places))


def _lengths(by_size: Mapping[int, Iterable[Iterable[int]]], articles: int) -> Sequence[int]:
    """How many parts each article has."""
    lengths = [0] * articles
    for size, places in by_size.items():
        for place, times in Counter(chain.from_iterable(places)).items():
            lengths[place] += size * times
    return lengths
