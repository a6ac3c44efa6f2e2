"""What the doctor looks at: a portal, a check of it, and what a check finds.

Each part brings its checks as rows in a module of this folder; `MODULES` in __main__.py lists them.
"""

import importlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any, Literal
from urllib.parse import urljoin

import requests

from functions.errors import Problem, SettingsError, StoreError, VendorError, why
from functions.services import Services
from functions.settings import read
from functions.stores import connect

State = Literal["pass", "fail", "unknown"]
TIMEOUT_SECONDS = (3.05, 10)
# A page of the site is smaller than this by far.
MOST_BYTES = 2_000_000


@dataclass(frozen=True)
class Found:
    """What a check found: a sentence, and for anything but a pass what to do."""

    state: State
    says: str
    do: str = ""


@dataclass(frozen=True)
class Check:
    """A row of the doctor: `stage` is the stage of the launch whose criterion it is (0: what all of them stand on),
    `mistake` the mistake that it would notice (0: none)."""

    id: str
    title: str
    run: Callable[["Portal"], Found]
    stage: int = 0
    mistake: int = 0


def good(says: str) -> Found:
    return Found("pass", says)


def bad(says: str, do: str) -> Found:
    return Found("fail", says, do)


def unknown(says: str, do: str = "") -> Found:
    return Found("unknown", says, do)


@dataclass
class Portal:
    """The portal under examination: its environment, and the address of the live site ("" without one)."""

    environ: Mapping[str, str]
    url: str = ""
    _pages: dict[str, "Answer"] = field(default_factory=dict)
    _found: dict[Callable[["Portal"], Found], Found] = field(default_factory=dict)

    @cached_property
    def services(self) -> Services:
        """The functions' own tools, with a store that is there already; raises SettingsError."""
        services = Services(read(self.environ))
        services.store = connect(services.settings.database_url, create=False)
        return services

    @property
    def bundle(self) -> dict[str, Any]:
        """build/portal.json; raises SettingsError."""
        return self.services.portal

    def built(self, name: str) -> Any:
        """A JSON file of the build; raises SettingsError."""
        file = self.services.settings.build_dir / name
        try:
            return json.loads(file.read_text("utf-8"))
        except FileNotFoundError as error:
            raise SettingsError(f"{file} is missing: run `make build`.") from error
        except ValueError as error:
            raise SettingsError(f"{file} is not whole ({error}): run `make build`.") from error

    @property
    def today(self) -> date:
        """The day in UTC."""
        return datetime.fromtimestamp(self.services.now() / 1000, UTC).date()

    def part(self, name: str) -> bool:
        """Whether a part is switched on."""
        return bool(self.bundle["parts"].get(name))

    def found(self, run: Callable[["Portal"], Found]) -> Found:
        """What a check finds, looked for once: another check may need it, too."""
        if run not in self._found:
            self._found[run] = run(self)
        return self._found[run]

    def page(self, path: str) -> "Answer":
        """The live site's answer at `path`, asked once; redirects are not followed. Raises NoAnswer."""
        if path not in self._pages:
            self._pages[path] = _get(urljoin(self.url.rstrip("/") + "/", path))
        return self._pages[path]


@dataclass(frozen=True)
class Answer:
    """A page of the live site: its address, status, headers by lower-case name, and text."""

    url: str
    status: int
    headers: Mapping[str, str]
    text: str

    def links(self) -> set[str]:
        """The whole addresses that the page links to."""
        return {
            urljoin(self.url, found)
            for found in re.findall(r"<a\b[^>]{0,2000}?\bhref=\"?([^\s\">]{1,2000})", self.text)
        }


class NoAnswer(Exception):
    """The live site did not answer; `str()` says where and why."""


def examine(check: Check, portal: Portal) -> Found:
    """Run a check; what stands in its way is an answer as well."""
    try:
        return portal.found(check.run)
    except SettingsError as error:
        return unknown("cannot be looked at before the settings and the build are right", _whole(error))
    except NoAnswer as error:
        return bad(str(error), "See that the site is deployed, and that this machine reaches it.")
    except StoreError as error:
        return unknown(f"the store does not answer: {error}", "See the row of the store.")


def _whole(error: SettingsError) -> str:
    """All that is wrong, in one line."""
    first, *others = str(error).splitlines()
    return " ".join([first, *(line.removeprefix("- ") for line in others)])


def connected(portal: Portal, name: str) -> Any:
    """The vendor that is `services.NAME`; raises Refused for a module or a function that is not there."""
    try:
        return getattr(portal.services, name)
    except Problem as error:
        raise Refused(error.public) from error
    except ImportError as error:
        raise Refused(_missing(error.name or "")) from error
    except AttributeError as error:
        raise Refused(f"{error}") from error
    except TypeError as error:  # an adapter that lacks what the interface asks for
        raise Refused(f"{error}") from error


def _missing(module: str) -> str:
    own = module.partition(".")[0] in {"custom", "functions"}
    return f"there is no module {module!r}" + ("" if own else "; this is not the portal's Python")


class Refused(Exception):
    """A vendor could not be connected; `str()` says why."""


def asked(check: Callable[[], list[str]], passes: str, do: str) -> Found:
    """What a vendor's own `check()` says: a sentence for each fault."""
    try:
        faults = check()
    except VendorError as error:
        return bad(error.detail or error.public, do)
    return bad("; ".join(fault.rstrip(".") for fault in faults), do) if faults else good(passes)


def _get(url: str) -> Answer:
    try:
        with requests.get(url, timeout=TIMEOUT_SECONDS, allow_redirects=False, stream=True) as response:
            text = response.raw.read(MOST_BYTES, decode_content=True).decode("utf-8", "replace")
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Answer(url, response.status_code, headers, text)
    except (requests.RequestException, OSError) as error:
        raise NoAnswer(f"{url} does not answer ({why(error)})") from error


def load(module: str) -> tuple[Check, ...]:
    """The rows of a part's module."""
    found: tuple[Check, ...] = importlib.import_module(f"scripts.doctor.{module}").CHECKS
    return found
