"""`python -m scripts.rename_article OLD NEW`: argv, files and printing."""

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from portal.errors import ContentError, suggestion
from portal.mistakes import text_of
from portal.urls import unfit
from portal.walkthroughs import steps
from scripts import rename_article
from scripts.rename_article import edits

LISTS = ("search-tests.yml", "redirects.yml")
# Folders with Markdown that may link to an article.
BESIDE = ("changelog", "status/incidents", "status/maintenance")


class Refused(Exception):
    """The article cannot be renamed; `str()` says why and what to do."""


def main(argv: Sequence[str] | None = None) -> int:
    """Rename, and say which files have changed."""
    words = (rename_article.__doc__ or "").splitlines()[0]
    parser = argparse.ArgumentParser(prog="python -m scripts.rename_article", description=words)
    parser.add_argument("old", help="its id, the path below docs/ without .md")
    parser.add_argument("new", help="the id it gets")
    parser.add_argument("--root", type=Path, default=Path(), help="the project's folder")
    given = parser.parse_args(argv)
    try:
        changed = rename(given.root, _id(given.old), _id(given.new))
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    print(f"docs/{_id(given.old)}.md is now docs/{_id(given.new)}.md, and its old address leads there.")
    for name in changed:
        print(f"  changed: {name}")
    return 0


def rename(root: Path, old: str, new: str) -> list[str]:
    """Move the article and mend what names it; the other files that changed. Raises Refused."""
    source, target = root / "docs" / f"{old}.md", root / "docs" / f"{new}.md"
    _check(root, old, new, source, target)
    texts = dict(_mended(root, old, new))
    name = f"docs/{old}.md"
    own = texts.pop(name, text_of(source, name))
    own = edits.with_redirect(edits.own(own, name, f"docs/{new}.md", "docs"), old)
    moved = _walkthrough(root, old, new)
    own = edits.pictures(own, f"docs/{new}.md", moved)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(own, "utf-8")
    source.unlink()
    for before, after in moved.items():
        (root / after).parent.mkdir(parents=True, exist_ok=True)
        (root / before).rename(root / after)
    for other, text in texts.items():
        (root / other).write_text(text, "utf-8")
    return sorted(texts)


def _walkthrough(root: Path, old: str, new: str) -> dict[str, str]:
    """The files of the article's walkthrough, each with its new name. Raises Refused."""
    file = f"docs/{old}{steps.ENDING}"
    if not (root / file).is_file():
        return {}
    try:
        before = steps.parse(text_of(root / file, file), file)
    except ContentError as error:
        raise Refused(str(error)) from error
    after = replace(before, file=f"docs/{new}{steps.ENDING}")
    names = zip((before.file, before.facts, *before.pictures), (after.file, after.facts, *after.pictures), strict=True)
    return {one: other for one, other in names if (root / one).is_file()}


def _check(root: Path, old: str, new: str, source: Path, target: Path) -> None:
    if not source.is_file():
        ids = [path.relative_to(root / "docs").as_posix().removesuffix(".md") for path in root.glob("docs/**/*.md")]
        raise Refused(f"There is no docs/{old}.md.{suggestion(old, ids)}")
    if target.exists():
        raise Refused(f"docs/{new}.md is there already: choose another name, or remove that one first.")
    if wrong := unfit(new):
        raise Refused(f"docs/{new}.md: {wrong}")
    if not re.fullmatch(r"[^/\s]+(/[^/\s]+)*", new) or ".." in new.split("/"):
        raise Refused(f"'{new}' is no id such as billing/update-card.")


def _mended(root: Path, old: str, new: str) -> Iterator[tuple[str, str]]:
    """The files whose text changes, with the new text."""
    folders = [root / "docs", *(root / name for name in BESIDE)]
    for path in [path for folder in folders for path in sorted(folder.rglob("*.md"))]:
        name = path.relative_to(root).as_posix()
        text = text_of(path, name)
        found = edits.links(text, name, "docs", old, new)
        found = edits.in_front_matter(found, lambda yaml: _related(yaml, old, new))
        if found != text:
            yield name, found
    for path in [root / "mkdocs.yml", *(root / "docs" / name for name in LISTS)]:
        text = text_of(path, path.name) if path.is_file() else ""
        if (found := edits.named(text, old, new)) != text:
            yield path.relative_to(root).as_posix(), found


def _related(yaml: str, old: str, new: str) -> str:
    """Front matter with the id in its `related` alone: other keys are words for customers."""
    return re.sub(
        r"^related:(?:[ \t]*\[[^\]]*\][ \t]*\n|[ \t]*\n(?:[ \t]*-.*\n)*)",
        lambda match: edits.named(match[0], old, new),
        yaml,
        flags=re.MULTILINE,
    )


def _id(text: str) -> str:
    return text.strip().removeprefix("docs/").removesuffix(".md").strip("/")


if __name__ == "__main__":
    raise SystemExit(main())
