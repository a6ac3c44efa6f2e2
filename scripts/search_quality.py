"""Measures the portal's search on given articles and questions: quality, size and speed, printed as JSON.

python -m scripts.search_quality ARTICLES.jsonl QUERIES.jsonl [--pooled FILE] [--peers]

ARTICLES has lines of {"id", "title", "body_markdown"} and perhaps "questions"; QUERIES and the pooled ones have lines
of {"query", "relevant": [ids]}. Our search and stock Material's are asked in Chromium. --peers adds MiniSearch (`npm
ci` in tests/node installs it) and Pagefind (fetched on demand), and tests whether ours is better only by chance; one
that is not installed is left out, and named.
"""

import argparse
import gzip
import json
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import brotli
from playwright.sync_api import Page

from scripts.lib import search_browser, search_peers, search_site
from scripts.lib.search_measures import figures, paired_bootstrap
from scripts.lib.search_site import Article
from scripts.lib.search_variants import VARIANTS, variants

Found = Mapping[str, Sequence[Sequence[str]]]


@dataclass(frozen=True)
class Questions:
    """Queries with the ids of their right articles, and which of them are in the cleaner subset."""

    texts: Sequence[str]
    relevant: Sequence[Sequence[str]]
    pooled: Sequence[int]

    def measured(self, found: Found) -> dict[str, Any]:
        """{"full": {variant: figures}, "pooled": the same}."""
        everything = range(len(self.texts))
        sets = {"full": everything, "pooled": self.pooled} if self.pooled else {"full": everything}
        return {
            name: {
                variant: figures([found[variant][i] for i in numbers], [self.relevant[i] for i in numbers])
                for variant in VARIANTS
            }
            for name, numbers in sets.items()
        }

    def compared(self, own: Found, other: Found) -> dict[str, Any]:
        """The difference to another engine on the clean queries, and whether it is chance."""
        sets = {"full": range(len(self.texts)), "pooled": self.pooled or range(len(self.texts))}
        return {
            name: paired_bootstrap(
                [own["clean"][i] for i in numbers],
                [other["clean"][i] for i in numbers],
                [self.relevant[i] for i in numbers],
            )
            for name, numbers in sets.items()
        }


def read(articles: Path, queries: Path, pooled: Path | None) -> tuple[list[Article], Questions]:
    """Articles and questions of the files; raises ValueError or KeyError for a line of another shape."""
    lines = _lines(queries)
    asked = {(line["query"], tuple(line["relevant"])): None for line in _lines(pooled)} if pooled else {}
    chosen = [i for i, line in enumerate(lines) if (line["query"], tuple(line["relevant"])) in asked]
    questions = Questions([line["query"] for line in lines], [line["relevant"] for line in lines], chosen)
    return [Article.of(line) for line in _lines(articles)], questions


def measure(articles: Sequence[Article], questions: Questions, folder: Path, peers: bool = False) -> dict[str, Any]:
    """Everything that is printed; builds the sites in `folder`."""
    asked = variants(list(questions.texts))
    site, ids = search_site.build(articles, folder)
    stock = search_site.build_stock(folder)
    with search_browser.chromium() as page, search_site.serve(site) as url, search_site.serve(stock) as stock_url:
        ours = search_browser.ours(page, url)
        # On a page without scripts, since Material's pages build its index themselves.
        blank, stock_blank = f"{url}assets/favicon.svg", f"{stock_url}sitemap.xml"
        # First, in a fresh browser.
        engines = {"material": (stock_blank, search_browser.MATERIAL), "ours": (blank, ours)}
        timed = search_browser.times(page, engines, asked["clean"])
        found = {name: search_browser.find(page, blank, ours, texts, ids) for name, texts in asked.items()}
        sentence = next((text for text, ids_ in zip(asked["clean"], found["clean"], strict=True) if ids_), "")
        result: dict[str, Any] = questions.measured(found)
        result.setdefault("pooled", result["full"])
        result["bytes"] = sizes(site, search_browser.loaded(page, url, sentence) if sentence else [])
        result["browser"] = {
            "throttle": search_browser.THROTTLE,
            **timed,
            "share": search_browser.ratios(timed["ours"], timed["material"]),
        }
        result["peers"] = _peers(page, articles, questions, asked, found, stock_blank, ids, folder) if peers else {}
    return result


def _peers(
    page: Page,
    articles: Sequence[Article],
    questions: Questions,
    asked: Mapping[str, Sequence[str]],
    found: Found,
    stock_url: str,
    ids: Mapping[str, str],
    folder: Path,
) -> dict[str, Any]:
    others: dict[str, dict[str, Any]] = {}
    asking: list[Callable[[], dict[str, Any]]] = [
        lambda: search_peers.minisearch(articles, asked),
        lambda: {"pagefind": {"found": search_peers.pagefind(page, articles, asked, folder / "pagefind")}},
    ]
    for ask in asking:
        try:
            others |= ask()
        except search_peers.Missing as error:
            print(f"Left out of the peers: {error}.", file=sys.stderr)
    others["material"] = {
        "found": {
            name: search_browser.find(page, stock_url, search_browser.MATERIAL, texts, ids)
            for name, texts in asked.items()
        }
    }
    return {
        name: questions.measured(other["found"])
        | {"ours_against_it": questions.compared(found, other["found"])}
        | ({"bytes": other["bytes"]} if "bytes" in other else {})
        for name, other in others.items()
    }


def sizes(site: Path, paths: Sequence[str]) -> dict[str, Any]:
    """Raw, gzip and brotli bytes of the index, of engine and interface, of the sentences, and of all."""
    kinds: dict[str, list[bytes]] = {"index": [], "engine": [], "sentences": []}
    for path in paths:
        kind = {".txt": "index", ".json": "sentences"}.get(Path(path).suffix, "engine")
        kinds[kind].append((site / path.lstrip("/")).read_bytes())
    if not kinds["index"]:
        kinds["index"] = [path.read_bytes() for path in (site / "assets").glob("search.*.txt")]
    found = {kind: _compressed(contents) for kind, contents in kinds.items()}
    # Sentences load after the first result.
    found["first_result"] = {name: found["index"][name] + found["engine"][name] for name in ("raw", "gzip", "brotli")}
    return found | {"files": sorted(paths)}


def _compressed(contents: Sequence[bytes]) -> dict[str, int]:
    return {
        "raw": sum(map(len, contents)),
        "gzip": sum(len(gzip.compress(content, 9)) for content in contents),
        "brotli": sum(len(brotli.compress(content, quality=11)) for content in contents),
    }


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def main(arguments: list[str] | None = None) -> int:
    """Argv and printing."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.search_quality",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("articles", type=Path)
    parser.add_argument("queries", type=Path)
    parser.add_argument("--pooled", type=Path, help="the queries whose right article can be found at all")
    parser.add_argument("--peers", action="store_true", help="MiniSearch, Pagefind and stock Material, too")
    options = parser.parse_args(arguments)
    articles, questions = read(options.articles, options.queries, options.pooled)
    with tempfile.TemporaryDirectory(prefix="search-") as folder:
        print(json.dumps(measure(articles, questions, Path(folder), options.peers), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
