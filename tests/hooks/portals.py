"""Small portals to build, with the real theme and the real hooks."""

import os
import subprocess
import sys
import tempfile
from multiprocessing import get_context
from pathlib import Path

from mkdocs.__main__ import cli

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


# Imports take most of a small build: each is forked from a process that has them behind it. MkDocs runs the hooks
# themselves anew in each.
WARM = get_context("forkserver")
HOOKS = sorted(f"hooks.{path.stem}" for path in (ROOT / "hooks").glob("*.py"))
WARM.set_forkserver_preload(["mkdocs.commands.build", "pymdownx.superfences", "tests.hooks.portals", *HOOKS])


def mkdocs(folder: Path, site: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run `mkdocs build` in `folder`, as an adopter's CI does: the site in `site`, the bundle beside it in build/."""
    variables = environ(PORTAL_BUILD_DIR=str(site.parent / "build"), **environment)
    with tempfile.TemporaryDirectory() as said:
        process = WARM.Process(target=_build, args=(folder, site, variables, Path(said)))
        process.start()
        process.join()
        output, errors = (Path(said, name).read_text("utf-8") for name in ("stdout", "stderr"))
    return subprocess.CompletedProcess(command(site), process.exitcode or 0, output, errors)


def _build(folder: Path, site: Path, environ: dict[str, str], said: Path) -> None:
    """Be `mkdocs build`: ends this process with its code; what it prints is in said/stdout and said/stderr."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    for number, name in enumerate(("stdout", "stderr"), start=1):
        os.dup2(os.open(said / name, os.O_WRONLY | os.O_CREAT), number)
    cli(command(site))


def mkdocs_from_the_start(folder: Path, site: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """The same in a Python of its own, which reads what is set for it before anything else."""
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", *command(site)],
        cwd=folder,
        env=environ(PORTAL_BUILD_DIR=str(site.parent / "build"), **environment),
        capture_output=True,
        text=True,
    )


def environ(**changes: str) -> dict[str, str]:
    """This environment, with the project importable and without MkDocs's advertisement."""
    return os.environ | {"NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(ROOT)} | changes


def command(site: Path) -> list[str]:
    return ["build", "--site-dir", str(site)]
