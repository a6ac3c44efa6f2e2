"""Vendors of an adopter's own (`HELPDESK=custom.desk:connect`): connected when the portal starts, so that what is wrong
with them is said then and not to the first customer."""

import difflib
import importlib
import inspect
import logging
import os
import re
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from functions.errors import SettingsError

if TYPE_CHECKING:
    from functions.services import Services
    from functions.settings import Settings

# Variable -> the field of the settings, the service that it chooses, and what it has to be.
CHOICES = {
    "HELPDESK": ("helpdesk", "desk", "functions.helpdesks:HelpDesk"),
    "BILLER": ("biller", "biller", "functions.billers:Biller"),
    "BOT_CHECK": ("bot_check", "bots", "functions.bots:BotCheck"),
    "MAILER": ("mailer", "outgoing", "functions.mail:Outgoing"),
    "MONITOR": ("monitor", "monitor", "functions.monitors.source:Source"),
}
log = logging.getLogger(__name__)

VARIABLE = re.compile(r"[A-Z][A-Z0-9_]+")
ABSTRACT = re.compile(r"abstract class '?(\w+)'? .*abstract methods? (.+)$")


def check(settings: "Settings", services: "Services") -> None:
    """Connect each vendor of an adopter's own; raises SettingsError that lists everything wrong with them."""
    faults = []
    for variable, (field, service, interface) in CHOICES.items():
        where = getattr(settings, field)
        if ":" in where:
            try:
                function(where)
                faults += [f"{variable}={where!r}: {fault}" for fault in lacks(getattr(services, service), interface)]
            except SettingsError as error:
                faults.append(f"{variable}={where!r}: {error}")
            except Exception as error:
                # Whatever an adopter's module does: the operator reads it at the start.
                log.warning("%s=%s", variable, where, exc_info=error)
                faults.append(f"{variable}={where!r}: {_raised(error)}")
    if faults:
        raise SettingsError("The functions cannot start:\n" + "\n".join(f"- {fault}" for fault in faults))


def function(where: str) -> Callable[..., Any]:
    """The function that `custom.MODULE:FUNCTION` names; raises SettingsError."""
    name, _, called = where.partition(":")
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise SettingsError(_missing_module(name, error)) from error
    found = getattr(module, called, None)
    if found is None:
        known = [key for key, value in vars(module).items() if callable(value) and value.__module__ == name]
        raise SettingsError(f"{name} has no '{called}'.{_guess(called, known)}")
    if not callable(found):
        raise SettingsError(f"'{called}' in {name} is {_article(found)}, not a function that connects.")
    if wrong := _arguments(found, ["settings", "services"]):
        raise SettingsError(f"{called}{wrong}")
    made: Callable[..., Any] = found
    return made


def lacks(vendor: object, interface: str) -> Iterator[str]:
    """What an object lacks of an interface, all of it, a sentence each."""
    module, _, name = interface.partition(":")
    home = importlib.import_module(module)
    protocol = getattr(home, name)
    file = f"{module.replace('.', '/')}{'/__init__' if hasattr(home, '__path__') else ''}.py"
    wanted = {key: value for key, value in vars(protocol).items() if not key.startswith("_") and callable(value)}
    facts = list(inspect.get_annotations(protocol))
    if vendor is None or isinstance(vendor, type):
        got = "nothing" if vendor is None else f"the class {vendor.__name__} itself; call it"
        yield f"it returned {got}. It has to return an object with the methods of {name} in {file}."
        return
    missing = [key for key in [*facts, *wanted] if not hasattr(vendor, key)]
    if missing:
        yield f"{type(vendor).__name__} lacks {', '.join(missing)}. {name} in {file} says what each is."
    for key, value in wanted.items():
        own = getattr(vendor, key, None)
        names = list(inspect.signature(value).parameters)[1:]
        if own is not None and not callable(own):
            yield f"'{key}' of {type(vendor).__name__} is {_article(own)}, not a method."
        elif own is not None and (wrong := _arguments(own, names)):
            yield f"{type(vendor).__name__}.{key}{wrong}"


def _arguments(found: Callable[..., Any], names: list[str]) -> str:
    """What is wrong with the arguments that something takes, empty when it can be called with these."""
    try:
        signature = inspect.signature(found)
        signature.bind(*names)
    except (TypeError, ValueError) as error:
        if isinstance(error, ValueError):
            return ""  # written in C, without a signature
        return f" has to take ({', '.join(names)}), and takes ({', '.join(signature.parameters)})."
    return ""


def _missing_module(name: str, error: ModuleNotFoundError) -> str:
    if error.name is None or not f"{name}.".startswith(f"{error.name}."):
        return f"{name} needs the package '{error.name}', which is not installed where the functions run."
    folder = Path("custom")
    known = [f"custom.{file.stem}" for file in sorted(folder.glob("*.py")) if file.stem != "__init__"]
    return f"there is no {name.replace('.', '/')}.py beside the folder functions/.{_guess(name, known)}"


def _raised(error: Exception) -> str:
    """A sentence about what an adopter's module raised, with the place in it."""
    if isinstance(error, KeyError) and error.args and VARIABLE.fullmatch(str(error.args[0])):
        return f"it needs {error.args[0]}, which is not set."
    abstract = ABSTRACT.search(str(error)) if isinstance(error, TypeError) else None
    if abstract:
        names = abstract[2].replace("'", "")
        return f"{abstract[1]} lacks the methods {names}, which its base class leaves to it."
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if f"{os.sep}custom{os.sep}" in frame.filename
    ]
    place = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    if isinstance(error, SyntaxError):
        place = f" ({Path(error.filename or '').name}, line {error.lineno})"
    return f"it raised {type(error).__name__}: {error.msg if isinstance(error, SyntaxError) else error}{place}."


def _guess(word: str, known: list[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    if close:
        return f" Did you mean '{close[0]}'?"
    return f" There is: {', '.join(known)}." if known else ""


def _article(value: object) -> str:
    name = type(value).__name__
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"
