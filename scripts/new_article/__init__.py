"""A new article: whether another answers its question, its file's name, and its text."""

import re
from collections.abc import Mapping

from markdown.extensions.toc import slugify

from portal import yaml_lines
from portal.articles.writing import Checked, facts, library
from portal.search.words import stems

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
