"""The Nu HTML checker over every page: `make check-html` prints what it finds, exit 1 for what is on no list.

python -m scripts.check_html [--config mkdocs.yml]

Static pages are those of a build, personal ones come from the running demo, signed out and signed in, with a ticket.
Needs Java (Debian's default-jre-headless); npm brings the checker (tests/node/nu).
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.lib.host import ROOT, build
from scripts.lib.world import World, running
from scripts.screenshots import SIGNED_IN, SIGNED_OUT

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

TOOL = ROOT / "tests" / "node" / "nu"
JAR = TOOL / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
# What is let pass: a pattern over the message and the place, and why.
EXCEPTIONS = (
    (
        r"Attribute .autocomplete. is only allowed .*id=\"__(drawer|search)\"",
        "Material's own switches, which its script looks for and base.html has in no block",
    ),
    (
        r"violates Content Security Policy \(meta tag\)",
        "the checker reads files, for which 'self' is nothing: tests/browser/test_policy.py looks in a browser",
    ),
)


@dataclass(frozen=True)
class Finding:
    """What the checker says of a place in a page."""

    page: str
    line: int
    message: str
    extract: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}: {self.message} [{' '.join(self.extract.split())}]"


def findings(answer: Mapping[str, Any], folder: Path) -> list[Finding]:
    """The checker's JSON, errors and warnings, each message once a page."""
    found: dict[tuple[str, str], Finding] = {}
    for message in answer["messages"]:
        page = message.get("url", "").removeprefix(f"file:{folder}/").removeprefix("./")
        text = message["message"]
        one = Finding(page, message.get("lastLine", 0), text, message.get("extract", ""))
        found.setdefault((page, text + one.extract), one)
    return list(found.values())


def unexpected(found: Iterable[Finding]) -> list[Finding]:
    """Those on no list."""
    patterns = [re.compile(pattern, re.DOTALL) for pattern, _ in EXCEPTIONS]
    return [one for one in found if not any(pattern.search(one.message + one.extract) for pattern in patterns)]


def check(folder: Path) -> list[Finding]:
    """All HTML files below a folder. Raises RuntimeError when the checker does not run."""
    java = shutil.which("java")
    if java is None:
        raise RuntimeError("The checker needs Java: apt-get install default-jre-headless")
    if not JAR.is_file():
        raise RuntimeError(f"{JAR.relative_to(ROOT)} is missing: make check-html fetches it")
    command = [java, "-jar", str(JAR), "--format", "json", "--stdout", "--skip-non-html", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True)
    try:
        return findings(json.loads(done.stdout), folder)
    except ValueError as error:
        raise RuntimeError(f"the checker did not run:\n{done.stdout}{done.stderr}") from error


def collect(config: Path, folder: Path) -> None:
    """Every page as a file: the build's in folder/site, the functions' in folder/my."""
    # Only this command needs a browser, and only machines that test have one.
    from playwright.sync_api import sync_playwright

    from scripts.lib.chromium import launch

    build(folder, "https://help.acme.example/", config)
    (folder / "my").mkdir()
    with running(folder / "state", config=config) as world, sync_playwright() as playwright:
        browser = launch(playwright)
        for name, html in personal(world, browser.new_context()):
            (folder / "my" / f"{name}.html").write_text(html, encoding="utf-8")
        browser.close()


def personal(world: World, context: "BrowserContext") -> Iterator[tuple[str, str]]:
    """The pages that the functions make, as they send them."""
    page = context.new_page()
    for name, path in SIGNED_OUT.items():
        yield name, context.request.get(world.url + path).text()
    page.goto(f"{world.url}api/signin?way=account&return=/ask/")
    page.get_by_role("button", name="Ada").click()
    page.locator("[data-portal='tickets/ask'][data-started]").wait_for()
    page.get_by_label("What is it about?").select_option(index=1)
    page.get_by_label("Your question in one sentence").fill("Is this page right?")
    page.get_by_label("What happened").fill("A ticket that only the HTML checker reads.")
    page.get_by_role("button", name="Send to").click()
    page.get_by_text("We received your request.").wait_for()
    yield "ticket", context.request.get(page.url).text()
    for name, path in SIGNED_IN.items():
        yield name, context.request.get(world.url + path).text()
    yield "nowhere", context.request.get(f"{world.url}my/nowhere/").text()


def main(arguments: list[str] | None = None) -> int:
    """Argv and printing."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.check_html", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--config", type=Path, default=ROOT / "mkdocs.yml")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="html-") as name:
        folder = Path(name)
        collect(options.config.resolve(), folder)
        pages = [*(folder / "site").rglob("*.html"), *(folder / "my").glob("*.html")]
        found = [one for part in ("site", "my") for one in check(folder / part)]
    left = unexpected(found)
    for one in left:
        print(one)
    print(f"{len(pages)} pages: {len(left)} findings, and {len(found) - len(left)} that are let pass:")
    for pattern, why in EXCEPTIONS:
        print(f"  {pattern}: {why}")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
