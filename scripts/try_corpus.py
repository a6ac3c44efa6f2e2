"""Build any folder of articles as this portal in a temporary folder, and list MkDocs's warnings.

python -m scripts.try_corpus DOCS [--expected FILE] [--keep DIR]
"""

import argparse
import difflib
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONFIG = """\
INHERIT: hooks/base.yml
site_name: Corpus
site_url: http://127.0.0.1/
docs_dir: {docs}
site_dir: site
extra:
  portal:
    product: Corpus
    support_email: support@corpus.example
"""


class BuildFailed(RuntimeError):
    """MkDocs ended with an error; `str()` is its output."""


def build(docs: Path, folder: Path) -> list[str]:
    """Build the articles in `docs` into folder/site and folder/build; the warnings, sorted. Raises BuildFailed."""
    folder.mkdir(parents=True, exist_ok=True)
    # Theme and hooks lie next to mkdocs.yml, as in an adopter's repository.
    hooks = folder / "hooks"
    if not hooks.exists():
        hooks.symlink_to(ROOT / "hooks")
    (folder / "mkdocs.yml").write_text(CONFIG.format(docs=docs.resolve()), encoding="utf-8")
    environment = os.environ | {
        "NO_MKDOCS_2_WARNING": "1",
        "PORTAL_BUILD_DIR": str(folder / "build"),
        "PYTHONPATH": str(ROOT),
    }
    # Every warning is listed, and none of them ends the build.
    command = [sys.executable, "-m", "mkdocs", "build", "--no-strict", "--config-file", str(folder / "mkdocs.yml")]
    result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if result.returncode != 0:
        raise BuildFailed(result.stderr)
    return warnings(result.stderr)


def warnings(log: str) -> list[str]:
    """The warnings in a log of MkDocs, each on one line, sorted."""
    found: list[str] = []
    warning = False
    for line in log.splitlines():
        match = re.match(r"(?P<level>[A-Z]+) +-  (?P<text>.*)", line)
        if match:
            warning = match["level"] in ("WARNING", "ERROR")
            if warning:
                found.append(match["text"].strip())
        elif warning:
            found[-1] += " " + line.strip()
    return sorted(found)


def differences(expected: list[str], found: list[str]) -> list[str]:
    """The warnings that are gone (-) and those that are new (+)."""
    lines = difflib.unified_diff(expected, found, lineterm="", n=0)
    return [line for line in lines if line[0] in "+-" and not line.startswith(("+++", "---"))]


def main(arguments: list[str] | None = None) -> int:
    """Argv and printing; 1 when the warnings are not the expected ones."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.try_corpus", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("docs", type=Path, help="a folder of Markdown articles")
    parser.add_argument("--expected", type=Path, help="a file with the warnings that are known")
    parser.add_argument("--keep", type=Path, help="build here, and keep it")
    options = parser.parse_args(arguments)
    if not options.docs.is_dir():
        parser.error(f"{options.docs} is not a folder")
    with tempfile.TemporaryDirectory(prefix="corpus-") as temporary:
        started = time.monotonic()
        try:
            found = build(options.docs, (options.keep or Path(temporary)).resolve())
        except BuildFailed as error:
            print(error, file=sys.stderr)
            return 1
        seconds = time.monotonic() - started
    print(
        f"{sum(1 for _ in options.docs.rglob('*.md'))} Markdown files, {len(found)} warnings, {seconds:.1f} s",
        file=sys.stderr,
    )
    if options.expected is None:
        print("\n".join(found))
        return 0
    changed = differences(options.expected.read_text(encoding="utf-8").splitlines(), found)
    print("\n".join(changed or ["The warnings are the expected ones."]))
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main())
