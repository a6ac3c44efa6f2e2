"""Files that lie where nothing reads them: a folder's name misspelt, `.yaml` for `.yml`, an article that is no .md."""

import difflib
import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from portal.errors import ContentError, suggestion

# What is read below the project's folder, and in which form.
READ = {
    "status": ("components.yml", "incidents/*.md", "maintenance/*.md", "history/*.json", "corrections/*.yml"),
    "changelog": ("*.md", "config.yml", "overrides.yml", "sync.json"),
}
# Lists for the build, in the folder of articles.
LISTS = ("synonyms.yml", "search-tests.yml", "redirects.yml")
NO_ARTICLE = frozenset([".markdown", ".mdown", ".mkdn", ".mkd", ".mdx", ".rst", ".adoc", ".asciidoc"])
STEPS = re.compile(r"[.-]steps?\.ya?ml$")
IGNORED = re.compile(r"(^|/)(\.[^/]*|[^/]*~|#[^/]*#|README\.md)$|(^|/)\.[^/]*/")


def strays(names: Iterable[str], docs: str = "docs") -> Iterator[ContentError]:
    """A ContentError for each file that would silently do nothing; `names` are paths below the project's folder."""
    there = frozenset(names)
    for name in sorted(there):
        folder, _, rest = name.partition("/")
        if not rest or IGNORED.search(name):
            continue
        if folder == docs:
            wrong = _in_docs(rest)
        elif folder in READ:
            wrong = _in_ours(folder, rest)
        else:
            wrong = f"nothing reads the folder '{folder}'. Did you mean '{meant(folder)}'?" if meant(folder) else ""
        twin = f"{name.removesuffix('.yaml')}.yml"
        if wrong and name.endswith(".yaml") and twin in there:
            wrong = f"is not read, since {twin} is there as well. Move into that what you need, and delete this file"
        if wrong:
            yield ContentError(name, None, wrong)


def meant(folder: str) -> str:
    """The folder that is read and whose name this is, or is almost; empty when there is none."""
    close = difflib.get_close_matches(folder.lower().replace("-", ""), READ, n=1, cutoff=0.8)
    return close[0] if close else ""


def _in_docs(name: str) -> str:
    suffix = PurePosixPath(name).suffix
    if suffix.lower() in NO_ARTICLE or (suffix != ".md" and suffix.lower() == ".md"):
        return "is no article for the build: an article's name ends in .md"
    if STEPS.search(name) and not name.endswith(".steps.yml"):
        return "is not read, and would be published: the name of a walkthrough ends in .steps.yml"
    if suffix in (".yml", ".yaml") and "/" not in name and name not in LISTS:
        guess = suggestion(name.replace("_", "-"), LISTS)
        return f"is not read, and would be published.{guess}" if guess else ""
    return ""


def _in_ours(folder: str, name: str) -> str:
    wanted = READ[folder]
    if any(_fits(name, pattern) for pattern in wanted):
        return ""
    known = [pattern.partition("/")[0] for pattern in wanted if "/" in pattern]
    first, _, rest = name.partition("/")
    if rest and first not in known:
        return f"nothing reads the folder '{first}'.{suggestion(first, known) or _list(folder, wanted)}"
    if not rest and (guess := suggestion(name, [one for one in wanted if "*" not in one])):
        return f"is not read.{guess}"
    return f"is not read.{_list(folder, wanted)}"


def _list(folder: str, wanted: Iterable[str]) -> str:
    return f" What is read: {', '.join(f'{folder}/{pattern}' for pattern in wanted)}."


def _fits(name: str, pattern: str) -> bool:
    return name.count("/") == pattern.count("/") and PurePosixPath(name).match(pattern)
