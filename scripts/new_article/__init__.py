"""Begin an article: its file, front matter and headings. A question that an article answers already is refused.

python -m scripts.new_article "How do I change my card?" [--topic plans-and-billing] [--owner support]

The new article is a draft, which only `make serve` shows, until you take `draft: true` out.
"""

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from markdown.extensions.toc import slugify

from portal import yaml_lines
from portal.articles.writing import Checked, cache, facts, library, structure
from portal.search.words import stems
from scripts.check_articles import WritersError, choices, judged, options, read

# Words that say nothing in an address.
LEFT_OUT = re.compile(
    r"^(?:how (?:do|can|to) (?:i |we )?|can i |where (?:do|can) i |what (?:is|are) |why (?:can[’']?t i )?|i )"
    r"|\b(?:an?|the|my|our|your)\b|[?!.]+$",
    re.IGNORECASE,
)
LONGEST = 60
TEXT = """
Answer the question here, in one or two sentences.

## Steps

1. Open ...

## What you will see

## If it does not work
"""


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


def answered(question: str, known: Mapping[str, Checked]) -> tuple[str, str] | None:
    """The file of the article that answers nearly the same question, and how it words it; drafts count as well."""
    words = facts.words_of(question, stems)
    shares = [
        (library.alike(words, own), name, text)
        for name, one in known.items()
        if one.facts
        for _, text, own in one.facts.questions
    ]
    best = max(shares, default=(0.0, "", ""))
    return (best[1], best[2]) if best[0] >= library.NEAR else None


def name_of(question: str) -> str:
    """A short name for the file, of the words that say what it is about."""
    bare = LEFT_OUT.sub(" ", question)
    for _ in range(2):
        bare = LEFT_OUT.sub(" ", bare.strip())
    name = slugify(bare, "-") or slugify(question, "-") or "new-article"
    return name[:LONGEST].rsplit("-", 1)[0] if len(name) > LONGEST else name


def text_of(question: str, owner: str) -> str:
    """The text of a new article: a draft with the headings that readers know."""
    front = {
        "title": question,
        "description": "One sentence for lists and search engines.",
        "questions": ["Another wording, as customers write it"],
        **({"owner": owner} if owner else {}),
        "draft": True,
    }
    return yaml_lines.front_matter(front) + TEXT


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
