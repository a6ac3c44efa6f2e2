"""Say what in mkdocs.yml would build another site than the portal: `python -m scripts.mkdocs_file [FILE]`."""

import sys
from pathlib import Path

from scripts.mkdocs_file import faults


def main() -> int:
    """Print what is wrong; 1 when anything is."""
    path = Path(sys.argv[1] if len(sys.argv) > 1 else "mkdocs.yml")
    found = list(faults(path.read_text("utf-8"), path.name))
    for sentence in found:
        print(sentence, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
