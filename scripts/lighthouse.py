"""Lighthouse on the built site: `make lighthouse` prints the four scores of home and article, exit 1 below 95.

The site is served as a host does, compressed and with the functions beside it. Lighthouse runs with its mobile
throttling in Debian's Chromium.
"""

import functools
import gzip
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from werkzeug.test import Client

from functions.app import create
from scripts.lib import chromium

ROOT = Path(__file__).parent.parent
TOOLS = ROOT / "tests" / "node" / "node_modules" / ".bin"
PAGES = ("", "plans-and-billing/update-card/")
LEAST = 95
TEXT = (".html", ".css", ".js", ".json", ".svg", ".xml", ".txt")


class Host(http.server.SimpleHTTPRequestHandler):
    """Files as a static host serves them, text compressed and assets cacheable, and /api/ from the functions."""

    functions: Client

    def send_head(self) -> BytesIO | None:
        if self.path.startswith("/api/"):
            return self._function()
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            self.send_error(404)
            return None
        body = path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        if path.suffix in TEXT:
            body = gzip.compress(body, 9)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-cache" if path.suffix == ".html" else "max-age=31536000")
        self.end_headers()
        return BytesIO(body)

    def _function(self) -> BytesIO:
        answer = self.functions.get(self.path, base_url=f"http://{self.headers['Host']}")
        self.send_response(answer.status_code)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.end_headers()
        return BytesIO(answer.data)

    def do_POST(self) -> None:
        """Accept the events of insights/measure.js and drop them."""
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing: only the scores are printed."""


def main() -> int:
    worst = 100
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as url:
        for page in PAGES:
            scores = score(url + page, Path(folder))
            worst = min(worst, *scores.values())
            print(f"/{page:<34}" + "  ".join(f"{name} {value}" for name, value in scores.items()))
    return 0 if worst >= LEAST else 1


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve the built site on a free port of loopback and yield its address."""
    handler = functools.partial(Host, directory=str(folder / "site"))
    # A single thread, since the functions' store belongs to the thread that opened it.
    server = http.server.HTTPServer(("127.0.0.1", 0), handler)
    url = f"http://127.0.0.1:{server.server_port}/"
    build(folder, url)
    portal = create(
        {
            "PUBLIC_ORIGIN": url.rstrip("/"),
            "SECRET_KEYS": "k" * 32,
            "TICK_TOKEN": "t" * 16,
            "DATABASE_URL": f"sqlite:///{folder / 'portal.db'}",
            "PORTAL_BUILD_DIR": str(folder / "build"),
        }
    )
    portal.services.store.migrate()
    Host.functions = Client(portal)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield url
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def build(folder: Path, url: str) -> None:
    """Build the site into folder/site for an address."""
    environ = os.environ | {"SITE_URL": url, "PORTAL_BUILD_DIR": str(folder / "build"), "NO_MKDOCS_2_WARNING": "1"}
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(folder / "site")]
    subprocess.run(command, cwd=ROOT, env=environ, check=True)


def score(url: str, folder: Path) -> dict[str, int]:
    """Lighthouse's four scores of a page, 0 to 100; raises CalledProcessError when it cannot run."""
    flags = "--headless=new --no-sandbox --disable-gpu --disable-background-networking --no-first-run"
    report = folder / "report.json"
    command = [
        str(TOOLS / "node"),
        str(TOOLS / "lighthouse"),
        url,
        "--quiet",
        "--output=json",
        f"--output-path={report}",
    ]
    environ = os.environ | {"CHROME_PATH": chromium.find() or ""}
    subprocess.run([*command, f"--chrome-flags={flags}"], env=environ, check=True, stdout=subprocess.DEVNULL)
    categories = json.loads(report.read_text("utf-8"))["categories"]
    return {name: round((categories[name]["score"] or 0) * 100) for name in categories}


if __name__ == "__main__":
    raise SystemExit(main())
