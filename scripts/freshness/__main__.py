"""Find the articles that a release of the product made wrong.

python -m scripts.freshness --clone ../web --range v4.1.0..v4.2.0
python -m scripts.freshness --repo acme/web --pull 812
python -m scripts.freshness scan --clone ../web
python -m scripts.freshness answer v4.2.0 plans-and-billing/update-card yes
python -m scripts.freshness evaluate CASES.jsonl ARTICLES.jsonl...
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from portal.freshness import answers, ranking
from scripts.freshness import bench, judge
from scripts.freshness.errors import FreshnessError
from scripts.freshness.run import flagged, keep, known, run, suggest
from scripts.freshness.sweep import sweep

COMMANDS = ("evaluate", "learn", "scan", "answer", "bench")
FLAGS, ANSWERS = Path("freshness.json"), Path("freshness/answers.jsonl")
API = "https://api.github.com"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command: 0, 1 for something found by `scan` or below the bars, 2 after printing what is wrong."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    command = given.pop(0) if given and given[0] in COMMANDS else ""
    today = datetime.now(UTC).date()
    try:
        if command in {"evaluate", "learn"}:
            options = _judging(command).parse_args(given)
            return judge.evaluate(options) if command == "evaluate" else judge.learn(options)
        if command == "scan":
            return sweep(_scanning().parse_args(given), today)
        if command == "bench":
            return bench.bench(_benching().parse_args(given))
        if command == "answer":
            return answer(_answering().parse_args(given))
        options = _checking().parse_args(given)
        return suggest(options) if _complete(options).suggest_covers else run(options, today)
    except FreshnessError as error:
        print(error, file=sys.stderr)
        return 2


def answer(options: argparse.Namespace) -> int:
    """Keep whether a flagged article had become wrong. Raises FreshnessError."""
    found = flagged(options.json, options.release, options.article)
    keep(options.answers, [replace(found, wrong=options.wrong == "yes")])
    print(answers.precision(known(options.answers)))
    return 0


def _judging(command: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m scripts.freshness {command}", description=judge.__doc__)
    parser.add_argument("cases", type=Path, metavar="CASES.jsonl", help="changes, and the articles each made wrong")
    parser.add_argument("articles", type=Path, nargs="+", metavar="ARTICLES.jsonl", help="the texts of the articles")
    if command == "evaluate":
        parser.add_argument("--bars", default="", help="exit 1 below them: r5=.93,p=.70@.61,high=.86@.30,alarms=.05")
        parser.add_argument("--unseen", action="store_true", help="judge each product by what the others teach")
    else:
        parser.add_argument("--out", type=Path, default=ranking.WEIGHTS, help="the file of weights to write")
    return parser


def _scanning() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.freshness scan", description="Names that articles quote and the product has nowhere."
    )
    parser.add_argument("--clone", type=Path, action="append", required=True, help="your product's clone; repeatable")
    parser.add_argument("--revision", default="HEAD", help="the commit, tag or branch to look at")
    parser.add_argument("--ignore", type=Path, default=Path("freshness/ignore.yml"), help="names that are right")
    return _about_articles(parser)


def _benching() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.freshness bench", description=bench.__doc__)
    parser.add_argument("--clone", type=Path, default=Path(), help="a clone with a long history")
    parser.add_argument("--range", default="", metavar="A..B", help="a release of it (default: some 500 commits)")
    return _about_articles(parser)


def _answering() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.freshness answer", description="Keep whether a flagged article had become wrong."
    )
    parser.add_argument("release", help="the release that flagged it, as freshness.json names it")
    parser.add_argument("article", help="the article's id, such as plans-and-billing/update-card")
    parser.add_argument("wrong", choices=["yes", "no"], help="whether the release had made it wrong")
    parser.add_argument("--json", type=Path, default=FLAGS)
    parser.add_argument("--answers", type=Path, default=ANSWERS)
    return parser


def _checking() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.freshness",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--clone", type=Path, help="a clone of your product, with its history and tags")
    parser.add_argument("--repo", default="", metavar="OWNER/NAME", help="your product on GitHub")
    parser.add_argument("--range", default="", metavar="A..B", help="the release before and the new one")
    parser.add_argument("--pull", type=int, metavar="NUMBER", help="a pull request of --repo instead")
    parser.add_argument("--release", default="", help="the release's name in reports (default: the end of the range)")
    parser.add_argument("--suggest-covers", action="store_true", help="print `covers` as the history proposes them")
    parser.add_argument("--markdown", action="store_true", help="the report as Markdown")
    parser.add_argument("--annotations", action="store_true", help="GitHub's annotations as well")
    parser.add_argument("--json", type=Path, nargs="?", const=FLAGS, help="write freshness.json for the build")
    parser.add_argument("--views", default="", metavar="FILE|store", help="page views by article, to rank by")
    parser.add_argument("--issue", default="", metavar="OWNER/NAME", help="keep one issue for each release there")
    parser.add_argument("--answers", type=Path, default=ANSWERS, help="where the answers in issues are kept")
    parser.add_argument("--language", default="en", help="the language of the articles")
    parser.add_argument("--base-url", default=API, help="of GitHub Enterprise: https://HOST/api/v3")
    return _about_articles(parser)


def _about_articles(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--docs", type=Path, default=Path("docs"), help="the folder of your articles")
    parser.add_argument("--config", type=Path, default=Path("mkdocs.yml"), help="where review_days are set")
    return parser


def _complete(options: argparse.Namespace) -> argparse.Namespace:
    """The options of a check; raises FreshnessError when they name no change."""
    if options.suggest_covers:
        if options.clone is None:
            raise FreshnessError("--suggest-covers needs --clone FOLDER.")
        return options
    if options.pull is not None and not options.repo:
        raise FreshnessError("--pull needs --repo OWNER/NAME.")
    if options.pull is None and not options.range:
        raise FreshnessError("Say which change: --range A..B with --clone or --repo, or --pull NUMBER with --repo.")
    if options.clone is None and not options.repo:
        raise FreshnessError("Say where your product is: --clone FOLDER, or --repo OWNER/NAME on GitHub.")
    return options


if __name__ == "__main__":
    sys.exit(main())
