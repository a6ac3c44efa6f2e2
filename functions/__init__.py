"""The portal's functions: one WSGI app, and what it needs at run time."""

import gc
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import Any

# What Werkzeug's package imports and no function needs: its development server and its test client, a third of the
# time of a cold start (decision 51).
WERKZEUG = {"werkzeug.serving": {"run_simple": None}, "werkzeug.test": {"Client": None}}
# An import makes many objects and hardly any rubbish: by its own 700, Python would look for it some
# sixty times. A first request makes 35,000.
gc.set_threshold(50_000)


@contextmanager
def without(unused: Mapping[str, Mapping[str, Any]]) -> Iterator[None]:
    """Import in this block with a stand-in for each module in `unused` (module -> the names that are asked of it).
    Afterwards they are the real ones again for whoever imports them; one that is imported already stays."""
    names = unused.keys() - sys.modules.keys()
    for name in names:
        sys.modules[name] = ModuleType(name)
        vars(sys.modules[name]).update(unused[name])
    try:
        yield
    finally:
        for name in names:
            del sys.modules[name]


def _import_werkzeug() -> None:
    """Import the package without them, unless somebody has it already."""
    if "werkzeug" in sys.modules:
        return
    with without(WERKZEUG):
        import werkzeug
    # So that who asks for them does not get the stand-ins' None.
    for module, names in WERKZEUG.items():
        for name in (*names, module.rpartition(".")[2]):
            vars(werkzeug).pop(name, None)


_import_werkzeug()
