"""What to write next: the questions of the last 90 days by how often they came, and which of them have no article.

python -m scripts.top_questions [--top 50] [--json]

Reads the help desk's subjects and saved answers (where it has them), searches without a result, and page views.
Subjects are shown without addresses, numbers and tokens, and only where at least two customers wrote nearly the same.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from functions.errors import StoreError, VendorError
from functions.services import Services
from portal.articles import demand
from portal.articles.demand import Question
from portal.articles.writing import cache
from portal.models import clean, counted
from portal.search.words import stems
from scripts.check_articles import WritersError, choices, judged, options, read
from scripts.freshness import views
from scripts.lib import piped
from scripts.lib.environment import services as environment
from scripts.top_questions import FEWEST, asked, headline, library_of, tickets_in


def main(arguments: Sequence[str] | None = None) -> int:
    """Argv and printing: 0, 1 when the help desk or the store does not answer, 2 without articles."""
    given = _parser().parse_args(arguments)
    with environment() as services:
        try:
            shelf = read(given.docs)
            known = judged(shelf, options(choices(given.config)), given.config.parent / cache.FILE)
            wordings = list(asked(services))
            found, tickets = demand.questions(wordings, library_of(known), stems), tickets_in(wordings)
            read_by = views.stored(services.store, services.now(), _ids(services))
        except WritersError as error:
            print(error, file=sys.stderr)
            return 2
        except (VendorError, StoreError) as error:
            print(getattr(error, "detail", "") or str(error), file=sys.stderr)
            return 1
    written = _as_json if given.json else _as_text
    print("\n".join(written(found, read_by, given.top, tickets)))
    return 0


def _as_text(found: Sequence[Question], read_by: Mapping[str, int], top: int, tickets: int) -> Iterator[str]:
    for number, one in enumerate(_shown(found, top), start=1):
        times = ", ".join(f"{count} by {source}" for source, count in sorted(one.times.items()))
        views_ = f", read {counted(read_by.get(one.article, 0), 'time')}" if one.article else ""
        yield f"{number:3}. {clean(one.text)}  ({times})"
        yield f"     {one.article + views_ if one.article else 'no article: python -m scripts.new_article'}"
    yield headline(found, top, tickets)


def _as_json(found: Sequence[Question], read_by: Mapping[str, int], top: int, tickets: int) -> Iterator[str]:
    share, missing = demand.covered(found, top, tickets)
    rows = [
        {"question": one.text, "times": one.times, "article": one.article or None, "views": read_by.get(one.article)}
        for one in _shown(found, top)
    ]
    yield json.dumps({"questions": rows, "share_of_tickets": round(share, 3), "without_article": missing}, indent=1)


def _ids(services: Services) -> Mapping[str, str]:
    return {article["url"]: article["id"] for article in services.portal["articles"]}


def _shown(found: Sequence[Question], top: int) -> list[Question]:
    return [one for one in found[:top] if one.total >= FEWEST]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.top_questions",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--docs", type=Path, default=Path("docs"), help="the folder of your articles")
    parser.add_argument("--config", type=Path, default=Path("mkdocs.yml"), help="where extra.portal is")
    parser.add_argument("--top", type=int, default=50, help="how many questions (default: 50)")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    return parser


if __name__ == "__main__":
    sys.exit(piped.run(main))
