"""The built site as a host serves it: text compressed, assets cacheable, and the functions beside it."""

import functools
import gzip
import http.server
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from werkzeug.test import Client

from functions.app import create

ROOT = Path(__file__).resolve().parents[2]
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
        for name, value in self.site_headers().items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-cache" if path.suffix == ".html" else "max-age=31536000")
        self.end_headers()
        return BytesIO(body)

    def site_headers(self) -> dict[str, str]:
        """What the build says that a host sends with its files."""
        text = (Path(self.directory).parent / "build" / "headers.json").read_text("utf-8")
        [found] = json.loads(text).values()
        return dict(found)

    def _function(self) -> BytesIO:
        answer = self.functions.get(self.path, base_url=f"http://{self.headers['Host']}")
        self.send_response(answer.status_code)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.end_headers()
        return BytesIO(answer.data)

    def do_POST(self) -> None:
        """Measuring sends what it saw; nobody counts it here."""
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: what is printed is the scores."""


@contextmanager
def served(folder: Path, config: Path = ROOT / "mkdocs.yml") -> Iterator[str]:
    """The portal of `config`, built in `folder` and served on a free port of loopback."""
    handler = functools.partial(Host, directory=str(folder / "site"))
    # One thread: the functions' client and its store belong to it.
    server = http.server.HTTPServer(("127.0.0.1", 0), handler)
    url = f"http://127.0.0.1:{server.server_port}/"
    build(folder, url, config)
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


def build(folder: Path, url: str, config: Path) -> None:
    """Build the site into folder/site for an address. Raises CalledProcessError."""
    environ = os.environ | {"SITE_URL": url, "PORTAL_BUILD_DIR": str(folder / "build"), "NO_MKDOCS_2_WARNING": "1"}
    environ["PYTHONPATH"] = str(ROOT)
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--config-file", str(config)]
    subprocess.run([*command, "--site-dir", str(folder / "site")], cwd=config.parent, env=environ, check=True)
