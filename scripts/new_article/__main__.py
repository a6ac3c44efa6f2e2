"""Begin an article: its file, front matter and headings. A question that an article answers already is refused.

python -m scripts.new_article "How do I change my card?" [--topic plans-and-billing] [--owner support]

The new article is a draft, which only `make serve` shows, until you take `draft: true` out.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from portal.articles.writing import cache, structure
from scripts.check_articles import WritersError, choices, judged, options, read
from scripts.lib import piped
from scripts.new_article import answered, name_of, text_of


def main(arguments: Sequence[str] | None = None) -> int:
    """Argv, questions to the writer and printing: 0, 1 for a question that is answered, 2 for what is missing."""
    given = _parser().parse_args(arguments)
    try:
        shelf = read(given.docs)
        portal = choices(given.config)
        known = judged(shelf, options(portal), given.config.parent / cache.FILE)
        if before := answered(given.question, known):
            print(
                f"{given.docs}/{before[0]} answers that already: '{before[1]}'. Add your words there.", file=sys.stderr
            )
            return 1
        topics = [topic.id for topic in portal.topics] if portal else []
        topics = topics or sorted({name.partition("/")[0] for name in shelf.texts if "/" in name})
        topic = given.topic or _asked("Topic", topics)
        if topic not in topics:
            raise WritersError(f"There is no topic '{topic}'. Give one with --topic: {', '.join(topics)}.")
        path = given.docs / topic / f"{given.name or name_of(given.question)}.md"
        if path.exists():
            raise WritersError(f"{path} is there already. Give another name with --name.")
    except WritersError as error:
        print(error, file=sys.stderr)
        return 2
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text_of(given.question, given.owner or _asked("Owner", [])), "utf-8")
    for doubt in structure.title(given.question):
        print(f"Think again: {doubt}.", file=sys.stderr)
    print(path)
    return 0


def _asked(what: str, choices: Sequence[str]) -> str:
    """What the writer answers; empty where nobody can be asked."""
    if not sys.stdin.isatty():
        return ""
    among = f" ({', '.join(choices)})" if choices else ""
    return input(f"{what}{among}: ").strip()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.new_article",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("question", help="the question, as customers ask it")
    parser.add_argument("--topic", default="", help="a folder of docs/")
    parser.add_argument("--owner", default="", help="who is asked when it may be wrong")
    parser.add_argument("--name", default="", help="the file's name, without .md")
    parser.add_argument("--docs", type=Path, default=Path("docs"), help="the folder of your articles")
    parser.add_argument("--config", type=Path, default=Path("mkdocs.yml"), help="where the topics are")
    return parser


if __name__ == "__main__":
    sys.exit(piped.run(main))
