"""Lighthouse on the built site: `make lighthouse` prints the four scores of home and article, exit 1 below 95.

The site is served as a host does, compressed and with the functions beside it. Lighthouse runs with its mobile
throttling in Debian's Chromium.
"""

import json
import os
import subprocess
import tempfile
from pathlib import Path

from scripts.lib import chromium
from scripts.lib.host import served

ROOT = Path(__file__).parent.parent
TOOLS = ROOT / "tests" / "node" / "node_modules" / ".bin"
PAGES = ("", "plans-and-billing/update-card/")
LEAST = 95


def main() -> int:
    worst = 100
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as url:
        for page in PAGES:
            scores = score(url + page, Path(folder))
            worst = min(worst, *scores.values())
            print(f"/{page:<34}" + "  ".join(f"{name} {value}" for name, value in scores.items()))
    return 0 if worst >= LEAST else 1


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
