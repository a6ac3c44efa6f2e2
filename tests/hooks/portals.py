"""Small portals to build, with the real theme and the real hooks."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# The whole portal of the tests: what an adopter writes in docs/ and beside it is not theirs to test.
SITE = ROOT / "tests" / "acme"
CONFIG = """\
INHERIT: hooks/base.yml
site_name: Acme Help
site_url: https://acme.example/help/
extra:
  portal:
    product: Acme
    support_email: support@acme.example
"""
ARTICLE = "---\ntitle: {title}\n---\n\n{text}\n"


def write(folder: Path, articles: dict[str, str], config: str = CONFIG) -> Path:
    """Write an adopter's repository: mkdocs.yml, docs/, and our hooks."""
    (folder / "hooks").symlink_to(ROOT / "hooks")
    (folder / "mkdocs.yml").write_text(config)
    for id, text in articles.items():
        path = folder / "docs" / f"{id}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def mkdocs(folder: Path, site: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `mkdocs build` in `folder`, as an adopter's CI does: the site in `site`, the bundle beside it in build/."""
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--site-dir", str(site)],
        cwd=folder,
        env=environ(PORTAL_BUILD_DIR=str(site.parent / "build"), **environment),
        capture_output=True,
        text=True,
    )


def environ(**changes: str) -> dict[str, str]:
    """This environment, with the project importable and without MkDocs's advertisement."""
    return os.environ | {"NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(ROOT)} | changes
