"""Whose each path of a portal's repository is: what an upgrade replaces, and what it never touches.

An upgrade asks the table of the version that it brings, as a program of its own: it reads paths, each with a NUL behind
it, and prints those of upstream. So this module imports nothing of ours.
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass

UPSTREAM = "upstream"
YOURS = "yours"
# In the repository of Helpfront alone: what tests and releases the product, and its examples.
PRODUCT = "product"


@dataclass(frozen=True)
class Row:
    """A folder (with a slash at its end) or a file, and whose it is."""

    path: str
    owner: str
    what: str


# The row with the longest path counts. A path that no row names is yours; so a row stays when its files go, or upgrades
# would leave them behind.
TABLE = (
    Row("portal/", UPSTREAM, "articles, releases, incidents: what a portal is about"),
    Row("hooks/", UPSTREAM, "how the site is built; its theme and its search"),
    Row("functions/", UPSTREAM, "requests, billing, account: what a static page cannot do"),
    Row("scripts/", UPSTREAM, "the commands"),
    Row("demo/", UPSTREAM, "the world of `make serve`"),
    Row("hosts/", UPSTREAM, "the files that each host wants"),
    Row("requirements/", UPSTREAM, "the versions of every dependency, with hashes"),
    Row("tests/", UPSTREAM, "the tests of all this, on a portal of their own"),
    Row("Makefile", UPSTREAM, "`make serve`, `make check-content`, `make build`"),
    Row("pyproject.toml", UPSTREAM, "the version of Helpfront, and its tools' settings"),
    Row("CHANGELOG.md", UPSTREAM, "what is new in Helpfront"),
    Row("LICENSE", UPSTREAM, "the licence of all rows above"),
    Row(".dockerignore", UPSTREAM, "what stays out of an image"),
    Row(".pre-commit-config.yaml", UPSTREAM, "checks before a commit, for who changes code"),
    Row(".github/CONTRIBUTING.md", UPSTREAM, "how the code is built"),
    Row(".github/decisions/", UPSTREAM, "why it is built this way"),
    Row(".github/guides/", UPSTREAM, "the guides"),
    Row(".github/screenshots/", UPSTREAM, "the guides' pictures"),
    Row(".github/workflows/content.yml", UPSTREAM, "builds and checks every change of your content"),
    Row(".github/workflows/deploy.yml", UPSTREAM, "puts the portal on your host"),
    Row(".github/workflows/freshness.yml", UPSTREAM, "finds the articles that a release of your product made wrong"),
    Row(".github/workflows/incidents.yml", UPSTREAM, "brings incidents that were posted on the portal into Git"),
    Row(".github/workflows/release.yml", UPSTREAM, "writes your product's releases into the changelog"),
    Row(".github/workflows/status-history.yml", UPSTREAM, "writes a line of uptime a day"),
    Row(".github/workflows/upgrade.yml", UPSTREAM, "opens a pull request with the next version"),
    Row(".github/workflows/walkthroughs.yml", UPSTREAM, "keeps the pictures of articles true"),
    Row("mkdocs.yml", YOURS, "name, address, brand, topics, parts"),
    Row("docs/", YOURS, "articles and their pictures, synonyms, search questions"),
    Row("changelog/", YOURS, "what changed in your product"),
    Row("status/", YOURS, "components, incidents, maintenance"),
    Row("custom/", YOURS, "logo and font, adapters of your own"),
    Row("README.md", YOURS, "what this repository is, for your colleagues"),
    Row(".gitignore", YOURS, "what Git leaves out"),
    Row(".upstream.toml", YOURS, "where Helpfront comes from, and which commit of it this is"),
    Row(".github/", YOURS, "everything else in it: reviewers, issue forms, the security contact"),
    Row(".ci/", PRODUCT, "what the product's CI runs"),
    Row("findings/", PRODUCT, "surprises of libraries, as programs"),
    Row(".github/workflows/ci.yml", PRODUCT, "the product's CI"),
)


def owner(path: str) -> str:
    """Who owns a file, named by its path from the repository's root."""
    rows = [row for row in TABLE if path == row.path or (row.path.endswith("/") and path.startswith(row.path))]
    return max(rows, key=lambda row: len(row.path)).owner if rows else YOURS


def upstream(paths: Iterable[str]) -> list[str]:
    """The paths among these that an upgrade replaces."""
    return [path for path in paths if owner(path) == UPSTREAM]


def table() -> str:
    """The rows of upstream's and of yours, as Markdown for the guide."""
    lines = ["| Path | Whose | What it is |", "|---|---|---|"]
    lines += [f"| `{row.path}` | {row.owner} | {row.what} |" for row in TABLE if row.owner != PRODUCT]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write("".join(f"{path}\0" for path in upstream(sys.stdin.read().split("\0")[:-1])))
