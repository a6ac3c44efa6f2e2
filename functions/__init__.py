"""The portal's functions: one WSGI app, and what it needs at run time."""

import gc
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

# An import makes many objects and hardly any rubbish: by its own 700, Python would look for it some
# sixty times. A first request makes 35,000.
gc.set_threshold(50_000)


class Later(ModuleType):
    """A module that is imported when something of it is first asked for, apart from what it was given."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)  # the import system asks for __path__ of a module that it only binds
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), name)


def _spooled_file(*arguments: Any, **options: Any) -> Any:
    """`tempfile.SpooledTemporaryFile`, for an upload that is too large for memory."""
    from tempfile import SpooledTemporaryFile

    return SpooledTemporaryFile(*arguments, **options)


def _no_text(_: Any) -> str:
    return ""


# What Werkzeug imports and the first answer does not need: module -> what is taken from it by name. With these a first
# ticket costs a third more instructions and a quarter more memory (decisions 51 and 61).
WERKZEUG: dict[str, dict[str, Any]] = {
    # The development server and the test client; nothing asks the package itself for them.
    "werkzeug.serving": {"run_simple": None},
    "werkzeug.test": {"Client": None},
    "email.utils": {},
    "inspect": {"cleandoc": str, "signature": _no_text},  # to write docstrings
    "ipaddress": {},
    "mimetypes": {},
    "pkgutil": {},
    "tempfile": {"SpooledTemporaryFile": _spooled_file},
}


@contextmanager
def without(unused: Mapping[str, Mapping[str, Any]]) -> Iterator[None]:
    """Import in this block with a stand-in for each module in `unused` (module -> the names that are given in its
    place). Afterwards a stand-in that somebody holds is the real module in all it is asked for, and an import gets the
    real one; one that is imported already stays."""
    stand_ins = {name: Later(name) for name in unused.keys() - sys.modules.keys()}
    for name, stand_in in stand_ins.items():
        vars(stand_in).update(unused[name])
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name, stand_in in stand_ins.items():
            _let_go(name, stand_in, unused[name])


def _let_go(name: str, stand_in: Later, given: Mapping[str, Any]) -> None:
    """Leave imports to the real module, and hand on to it what is asked of the stand-in."""
    if sys.modules.get(name) is stand_in:
        del sys.modules[name]
        package, _, module = name.rpartition(".")
        if package in sys.modules:
            setattr(sys.modules[package], module, stand_in)  # as an import does; the real one replaces it
    for attribute in given:
        delattr(stand_in, attribute)


def _import_werkzeug() -> None:
    """Import the package without them, unless somebody has it already."""
    if "werkzeug" in sys.modules:
        return
    with without(WERKZEUG):
        import werkzeug
    # So that who asks for them does not get the stand-ins' None.
    del werkzeug.run_simple, werkzeug.Client


_import_werkzeug()
