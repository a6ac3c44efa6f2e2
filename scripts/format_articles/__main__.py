"""Tidy the Markdown of articles and change nothing that readers see: a file is written only when its page's HTML stays
the same to the byte.

python -m scripts.format_articles [FILE...] [--check]

Exits 1 with --check when a file would change.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from mkdocs.config import load_config
from mkdocs.exceptions import Abort, ConfigurationError

from portal.articles import formatting, mistakes_in
from portal.errors import ContentError
from portal.mistakes import text_of
from scripts.format_articles import renderer
from scripts.lib import piped


def main(arguments: Sequence[str] | None = None) -> int:
    """Argv and printing: 0, 1 for a file that would change, 2 for one that cannot be read."""
    given = _parser().parse_args(arguments)
    try:
        config = load_config(str(given.config), plugins=[], hooks=[])
    except (ConfigurationError, Abort) as error:
        print(f"{given.config} is not valid: {error}", file=sys.stderr)
        return 2
    docs = Path(config.docs_dir)
    counts, wrong = Counter[str](), False
    for path in given.files or sorted(docs.rglob("*.md")):
        try:
            text = text_of(path, str(path))
            tidied, outcome = formatting.formatted(str(path), text, renderer(config))
        except (ContentError, ExceptionGroup) as error:
            found = mistakes_in(error) if isinstance(error, ExceptionGroup) else [error]
            print("\n".join(str(one) for one in found), file=sys.stderr)
            wrong = True
            continue
        counts[outcome] += 1
        if tidied != text:
            print(f"{'would change' if given.check else 'changed'}: {path}")
            if not given.check:
                path.write_text(tidied, "utf-8")
    print(
        f"{counts.total()} articles: {counts['changed']} tidied, {counts['unchanged']} tidy already, "
        f"{counts['refused']} that could not be tidied without changing the page.",
        file=sys.stderr,
    )
    return 2 if wrong else int(given.check and counts["changed"] > 0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.format_articles",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", nargs="*", type=Path, help="only these files (default: every article)")
    parser.add_argument("--config", type=Path, default=Path("mkdocs.yml"), help="where docs_dir and extensions are")
    parser.add_argument("--check", action="store_true", help="write nothing, and exit 1 when a file would change")
    return parser


if __name__ == "__main__":
    sys.exit(piped.run(main))
