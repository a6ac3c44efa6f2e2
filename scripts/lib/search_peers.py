"""Other engines on the same articles, from npm: MiniSearch with defaults and tuned (tests/node), and Pagefind."""

import html
import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import markdown
from playwright.sync_api import Page

from portal.search import sections
from scripts.lib import search_browser, search_site
from scripts.lib.search_site import Article

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / "tests" / "node"
NODE = TOOLS / "node_modules" / ".bin" / "node"
PAGEFIND = "pagefind@1.5.2"
Found = dict[str, list[list[str]]]


class Missing(RuntimeError):
    """An engine is not installed; `str()` says how to install it."""


def minisearch(articles: Sequence[Article], queries: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """{"minisearch" | "minisearch_tuned": {"found": {variant: ids of every query}, "bytes": of its index}}.

    Raises Missing.
    """
    if not NODE.exists() or not (TOOLS / "node_modules" / "minisearch").exists():
        raise Missing("MiniSearch is not installed; `npm ci` in tests/node installs it")
    documents = []
    for article in articles:
        parts = sections.sections(markdown.markdown(article.body, extensions=["tables", "admonition"]))
        documents.append(
            {
                "id": article.id,
                "title": article.title,
                "headings": " ".join(part.title for part in parts),
                "questions": " ".join(article.questions),
                "text": " ".join(part.text for part in parts),
            }
        )
    answer = subprocess.run(
        [str(NODE), str(TOOLS / "minisearch.mjs")],
        input=json.dumps({"documents": documents, "queries": {name: list(texts) for name, texts in queries.items()}}),
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def pagefind(page: Page, articles: Sequence[Article], queries: Mapping[str, Sequence[str]], folder: Path) -> Found:
    """The ids that Pagefind finds for each query in its own index of the articles. Raises Missing."""
    folder.mkdir()
    ids = {}
    for number, article in enumerate(articles):
        body = markdown.markdown(article.body, extensions=["tables", "admonition"])
        (folder / f"a{number}.html").write_text(
            f'<!doctype html><html lang="en"><title>{html.escape(article.title)}</title>'
            f"<body><h1>{html.escape(article.title)}</h1>{body}</body></html>",
            encoding="utf-8",
        )
        ids[f"a{number}"] = article.id
    # Not locked: its program is a package for each platform, so a lock made on one breaks on another.
    tools = folder.with_name("tools")
    install = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(tools), PAGEFIND]
    program = tools / "node_modules" / "pagefind" / "lib" / "runner" / "bin.cjs"
    try:
        subprocess.run(install, check=True, capture_output=True, text=True)
        subprocess.run([str(NODE), str(program), "--site", str(folder)], check=True, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise Missing(f"Pagefind needs npm, and Node from `npm ci` in tests/node: {error}") from error
    except subprocess.CalledProcessError as error:
        raise Missing(f"Pagefind could not be installed or run: {error.stderr.strip()}") from error
    with search_site.serve(folder) as url:
        return {
            name: search_browser.find(page, f"{url}a0.html", search_browser.PAGEFIND, texts, ids)
            for name, texts in queries.items()
        }
