"""What an article says that it covers: paths of the product, labels, routes, settings and calls of its API."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import lru_cache

KINDS = ("paths", "ui", "routes", "settings", "api")
ARROW = re.compile(r"\s*(?:→|->|›|»| > )\s*")
GLOB = re.compile(r"\*\*/|\*\*|\*|\?|\{[^{}]*\}")
# A glob of one product among several: `web:src/**`.
OF_REPO = re.compile(r"^([\w.-]+(?:/[\w.-]+)?):(?!//)(.+)$")


@dataclass(frozen=True)
class Covers:
    """What an article describes, by kind."""

    paths: tuple[str, ...] = ()
    ui: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    api: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any(getattr(self, one.name) for one in fields(self))


def matches(pattern: str, path: str, repo: str = "") -> bool:
    """Whether a glob of a product's files names a path; `repo` is the product's OWNER/NAME."""
    of = OF_REPO.match(pattern)
    if of is not None:
        if repo and of[1] not in {repo, repo.rpartition("/")[2]}:
            return False
        pattern = of[2]
    return _compiled(pattern.strip("/")).fullmatch(path) is not None


def steps(label: str) -> list[str]:
    """The labels on a way through menus: `Settings → Billing` has two."""
    return [step for step in ARROW.split(label) if step.strip()]


@lru_cache(4096)
def _compiled(glob: str) -> re.Pattern[str]:
    """A glob as Git reads it: `**` crosses folders, `*` and `?` do not; a folder stands for all in it."""
    made, at = "", 0
    for match in GLOB.finditer(glob):
        made += re.escape(glob[at : match.start()]) + _wild(match[0])
        at = match.end()
    return re.compile(made + re.escape(glob[at:]) + ("(?:/.*)?" if not glob.endswith("*") else ""))


def _wild(text: str) -> str:
    if text.startswith("{"):
        return "(?:" + "|".join(map(re.escape, text[1:-1].split(","))) + ")"
    return {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}[text]


def entries(covers: Covers) -> Iterable[tuple[str, str]]:
    """Every entry with its kind."""
    return ((kind, one) for kind in KINDS for one in getattr(covers, kind))
