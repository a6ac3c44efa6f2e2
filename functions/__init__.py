"""The portal's functions: one WSGI app, and what it needs at run time."""

import gc
import sys
from types import ModuleType

# What Werkzeug's package imports and no function needs: its development server and its test client, a third of the
# time of a cold start (decision 51).
UNUSED = {"werkzeug.serving": "run_simple", "werkzeug.test": "Client"}
# An import makes many objects and hardly any rubbish: by its own 700, Python would look for it some sixty times.
gc.set_threshold(20_000)


def _import_werkzeug() -> None:
    """Import the package with empty modules in place of those two. They are real ones again for who imports them."""
    if "werkzeug" in sys.modules:
        return
    for module, name in UNUSED.items():
        sys.modules[module] = ModuleType(module)
        setattr(sys.modules[module], name, None)
    try:
        import werkzeug
    finally:
        for module in UNUSED:
            del sys.modules[module]
    for module, name in UNUSED.items():
        delattr(werkzeug, name)
        vars(werkzeug).pop(module.rpartition(".")[2], None)


_import_werkzeug()
