"""What the first view of a page costs: requests and gzip bytes, beside stock Material of the same articles.

python -m scripts.page_weight [--config mkdocs.yml] [--article ID]

Builds the portal and serves it compressed, with the functions, to a Chromium that has nothing in its cache. A request
counts with its body as gzip makes it; a page is there when all of its components have started.
"""

import argparse
import gzip
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from scripts.lib import search_site
from scripts.lib.host import ROOT, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Response

STARTED = "() => document.querySelectorAll('[data-portal]:not([data-started])').length === 0"


@dataclass(frozen=True)
class Weight:
    """The requests of a first view: their addresses, each with its bytes after gzip."""

    parts: Mapping[str, int]

    @property
    def requests(self) -> int:
        return len(self.parts)

    @property
    def bytes(self) -> int:
        return sum(self.parts.values())


def first_view(browser: "Browser", url: str) -> Weight:
    """Load a page as a new visitor, until nothing of it is missing."""
    return first_views(browser, [url])[0]


def first_views(browser: "Browser", urls: Iterable[str]) -> list[Weight]:
    """Load each page as a new visitor of its own; they wait for the silence after their last request together."""
    visits = [Visit(browser, url) for url in urls]
    return [visit.weight() for visit in visits]


class Visit:
    """A new visitor's page on its way, and every answer that comes for it."""

    def __init__(self, browser: "Browser", url: str) -> None:
        self.url = url
        self.context = browser.new_context(viewport={"width": 1440, "height": 900})
        self.page = self.context.new_page()
        self.answers: list[Response] = []
        self.page.on("response", lambda answer: self.answers.append(answer))
        self.page.goto(url, wait_until="commit")

    def weight(self) -> Weight:
        """What the page has cost, once nothing of it is missing."""
        self.page.wait_for_load_state("networkidle")
        self.page.wait_for_function(STARTED)
        self.page.wait_for_load_state("networkidle")
        bodies = [(answer.url, answer.body()) for answer in self.answers]
        # A browser without a window has no place for the icon, and does not ask for it.
        place = self.page.locator("link[rel=icon]").get_attribute("href") or ""
        icon = self.context.request.get(urljoin(self.url, place))
        bodies.append((icon.url, icon.body()))
        # Two requests for one address are two.
        parts = {f"{address}#{number}": len(gzip.compress(body, 9)) for number, (address, body) in enumerate(bodies)}
        self.context.close()
        return Weight(parts)


@contextmanager
def stock(folder: Path, docs: Path) -> Iterator[str]:
    """Stock Material of the same articles."""
    shutil.copytree(docs, folder / "docs")
    for path in (folder / "docs").rglob("*.md"):
        # Templates of ours, which Material does not have.
        path.write_text(re.sub(r"^template: .*\n", "", path.read_text("utf-8"), flags=re.MULTILINE), "utf-8")
    with search_site.serve(search_site.build_stock(folder)) as url:
        yield url


def measure(config: Path, article: str | None = None) -> dict[str, Weight]:
    """The weights by the page's name; raises ValueError for an article that does not exist."""
    # Only this command needs a browser, and only machines that test have one.
    from playwright.sync_api import sync_playwright

    from scripts.lib.chromium import launch

    with tempfile.TemporaryDirectory(prefix="weight-") as name, sync_playwright() as playwright:
        folder = Path(name)
        browser = launch(playwright)
        with served(folder, config) as url:
            facts = json.loads((folder / "build" / "portal.json").read_text("utf-8"))
            ids = [one["id"] for one in facts["articles"]]
            id = article or ids[0]
            if id not in ids:
                raise ValueError(f"{id!r} is no article of {config}")
            pages = {"article": f"{id}/", "home": ""} | ({"status": "status/"} if facts["parts"]["status"] else {})
            found = {what: first_view(browser, url + path) for what, path in pages.items()}
        with stock(folder, config.parent / "docs") as url:
            found["stock Material, the article"] = first_view(browser, f"{url}{id}/")
        browser.close()
    return found


def main(arguments: list[str] | None = None) -> int:
    """Argv and printing."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.page_weight", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--config", type=Path, default=ROOT / "mkdocs.yml")
    parser.add_argument("--article", help="its id; the first one without this")
    parser.add_argument("--parts", action="store_true", help="each request as well")
    options = parser.parse_args(arguments)
    for name, weight in measure(options.config.resolve(), options.article).items():
        print(f"{name:<30}{weight.requests:>4} requests{weight.bytes / 1000:>8.1f} KB gzip")
        for address, size in weight.parts.items() if options.parts else ():
            print(f"    {size:>7}  {address}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
