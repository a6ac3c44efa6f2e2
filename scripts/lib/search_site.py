"""The articles of a measurement as a portal and as a stock Material site, built by MkDocs and served."""

import functools
import http.server
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts import try_corpus

STOCK = """\
site_name: Stock
site_url: http://127.0.0.1/
docs_dir: {docs}
site_dir: stock
theme: {{name: material, font: false}}
plugins: [search]
"""
FOLDER = "library"


@dataclass(frozen=True)
class Article:
    """One line of ARTICLES.jsonl."""

    id: str
    title: str
    body: str
    questions: Sequence[str] = ()

    @classmethod
    def of(cls, line: Mapping[str, Any]) -> "Article":
        """The article in a parsed line; raises KeyError when id, title or body_markdown is missing."""
        return cls(str(line["id"]), str(line["title"]), str(line["body_markdown"]), line.get("questions") or [])


def write(articles: Sequence[Article], docs: Path) -> dict[str, str]:
    """The articles as Markdown files with plain names; returns the id by the page's address."""
    (docs / FOLDER).mkdir(parents=True)
    (docs / "index.md").write_text("# Home\n", encoding="utf-8")
    ids = {}
    for number, article in enumerate(articles):
        # As JSON, so that no title can break the YAML.
        front = json.dumps({"title": article.title, "questions": list(article.questions)}, ensure_ascii=False)
        (docs / FOLDER / f"a{number}.md").write_text(f"---\n{front}\n---\n\n{article.body}\n", encoding="utf-8")
        ids[f"{FOLDER}/a{number}"] = article.id
    return ids


def build(articles: Sequence[Article], folder: Path) -> tuple[Path, dict[str, str]]:
    """Build a portal of these articles in folder/site."""
    ids = write(articles, folder / "docs")
    try_corpus.build(folder / "docs", folder)
    return folder / "site", ids


def build_stock(folder: Path) -> Path:
    """Build a stock Material site of the same files in folder/stock. Raises CalledProcessError."""
    config = folder / "stock.yml"
    config.write_text(STOCK.format(docs=folder / "docs"), encoding="utf-8")
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--config-file", str(config)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    return folder / "stock"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    # As every host: one connection for many small files, without Nagle's delay.
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing: only the figures are printed."""


class _Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore errors: a browser that leaves a page does not read the answer to its end."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve a folder on a free port and yield its address."""
    server = _Server(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
