"""Portals in the brands of demo/brands/, for pictures and tests: the content is that of the tests' portal."""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml

from scripts.lib.world import ROOT

BRANDS = ROOT / "demo" / "brands"
NAMES = tuple(sorted(folder.name for folder in BRANDS.iterdir()))
CONTENT = ROOT / "tests" / "acme"
FILES = ("logo", "logo_dark", "favicon", "font", "font_bold", "picture")


class Failed(RuntimeError):
    """The build of a brand's portal ended with an error; `str()` is its output."""


def build(name: str, folder: Path) -> str:
    """Build the portal of a brand into folder/site, and return what the build said; raises Failed."""
    shutil.copytree(CONTENT, folder, symlinks=True, dirs_exist_ok=True, ignore=shutil.ignore_patterns("hooks"))
    (folder / "hooks").symlink_to(ROOT / "hooks")
    shutil.copytree(BRANDS / name, folder / "custom")
    _settle(name, folder)
    variables = {"PYTHONPATH": str(ROOT), "NO_MKDOCS_2_WARNING": "1", "SITE_URL": "http://127.0.0.1/"}
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict"],
        cwd=folder, env=os.environ | variables, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        raise Failed(done.stderr)
    return done.stderr


def _settle(name: str, folder: Path) -> None:
    """Write the brand into mkdocs.yml, and the product's name into the content."""
    given: dict[str, Any] = yaml.safe_load((BRANDS / name / "brand.yml").read_text("utf-8"))
    brand = {key: f"custom/{value}" if key in FILES else value for key, value in given["brand"].items()}
    config = folder / "mkdocs.yml"
    # JSON is YAML as well; the date is one again without its quotes.
    text = json.dumps(brand, default=str)
    product = given["product"]
    before = config.read_text("utf-8").replace("Acme", product).replace("acme", product.lower())
    config.write_text(before.replace("  portal:\n", f"  portal:\n    brand: {text}\n", 1), "utf-8")
    components = folder / "status/components.yml"
    components.write_text(components.read_text("utf-8").replace("Acme", product), "utf-8")


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing of each request."""


@contextmanager
def serving(site: Path) -> Iterator[str]:
    """The address, on this machine, of a built site."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
