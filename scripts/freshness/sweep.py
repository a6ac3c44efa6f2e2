"""`scan`: names that articles quote and that the product has nowhere any more, and articles overdue for a review."""

import argparse
from datetime import date

from portal.freshness import report, scan, tree
from portal.freshness.words import squeezed
from portal.models import counted
from scripts.freshness import articles, ignored
from scripts.freshness.clone import open_clone
from scripts.freshness.run import overdue


def sweep(options: argparse.Namespace, today: date) -> int:
    """Print what the scan found; 1 when it found a name that is gone. Raises FreshnessError."""
    shelf = articles.read(options.docs)
    names, over = ignored.read(options.ignore, today)
    quoted = scan.quoted(shelf.documents, names)
    wanted = {squeezed(scan.sought(one.name)) for one in quoted}
    texts = (text for folder in options.clone for text in open_clone(folder).texts(options.revision))
    missing = scan.missing(quoted, tree.count(wanted, texts))
    print("\n".join(report.unknown(missing)) or f"{counted(len(quoted), 'quoted name')}: the product has them all.")
    for name in over:
        print(f"{options.ignore}: the day of '{name}' has passed; look again, or give it a new one")
    late = overdue(options, shelf, today)
    if late:
        print("\n".join(["", "Overdue for a review:", *late]))
    return int(bool(missing))
