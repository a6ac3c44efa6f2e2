"""A handler's tools: settings, store, clock, the site's build, and the vendors, each connected on first use."""

import importlib
import json
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from functions import vendors
from functions.errors import Problem, SettingsError, VendorError
from functions.settings import Settings
from functions.stores import Store, connect

if TYPE_CHECKING:
    from functions.billers import Biller
    from functions.bots import BotCheck
    from functions.helpdesks import HelpDesk
    from functions.identity import IdentityProvider
    from functions.mail import Outgoing
    from functions.mail.mailer import Mailer
    from functions.monitors.source import Source


class Services:
    """One per process; a vendor's module is imported when it is first needed. `clock` gives the unix time in ms."""

    def __init__(self, settings: Settings, clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000) -> None:
        self.settings = settings
        self.clock = clock
        self._bundle: dict[str, tuple[int, Any]] = {}
        # The last values that a part read, used while the store does not answer.
        self.memory: dict[str, Any] = {}

    @cached_property
    def store(self) -> Store:
        return connect(self.settings.database_url)

    @cached_property
    def desk(self) -> "HelpDesk":
        desk: HelpDesk = self._connect(vendors.connector("helpdesks", self.settings.helpdesk))
        return desk

    @cached_property
    def biller(self) -> "Biller":
        """The billing system; raises Problem 404 when the portal has none."""
        if self.settings.biller == "none":
            raise Problem(404, "This help centre has no billing page.")
        biller: Biller = self._connect(vendors.connector("billers", self.settings.biller))
        return biller

    @cached_property
    def identity(self) -> "IdentityProvider":
        """The identity provider; raises Problem 404 when the portal has none."""
        if not self.settings.oidc_issuer:
            raise Problem(404, "You can't sign in to this help centre.")
        identity: IdentityProvider = self._connect("functions.identity.oidc:connect")
        return identity

    @cached_property
    def outgoing(self) -> "Outgoing | None":
        """What takes emails: the mail server, or an adopter's own; None when the portal sends none."""
        if not self.settings.sends_mail:
            return None
        own = ":" in self.settings.mailer
        outgoing: Outgoing = self._connect(self.settings.mailer if own else "functions.mail.smtp:connect")
        return outgoing

    @cached_property
    def mailer(self) -> "Mailer":
        from functions.mail.mailer import Mailer

        return Mailer(self.outgoing, self.settings.mail_from)

    @cached_property
    def monitor(self) -> "Source":
        """An adopter's own monitor; raises VendorError when there is none."""
        if self.settings.monitor == "none":
            raise VendorError(kind="authentication", detail="MONITOR is not set")
        monitor: Source = self._connect(self.settings.monitor)
        return monitor

    @cached_property
    def bots(self) -> "BotCheck":
        bots: BotCheck = self._connect(vendors.connector("bots", self.settings.bot_check))
        return bots

    @property
    def portal(self) -> dict[str, Any]:
        """build/portal.json: the public settings, articles, components and incidents of the last build."""
        portal: dict[str, Any] = self._built("portal.json", json.loads)
        return portal

    @property
    def shell(self) -> str:
        """build/shell.html: the site's own page around a slot."""
        shell: str = self._built("shell.html", str)
        return shell

    @property
    def base(self) -> str:
        """The path the portal lives under, with a slash at both ends."""
        return str(self.portal["base_path"])

    def now(self) -> int:
        """Unix time in milliseconds."""
        return self.clock()

    def url(self, path: str) -> str:
        """A path of this portal below its base path."""
        return self.base + path.lstrip("/")

    def absolute(self, path: str) -> str:
        """The full address of a path of this portal, for emails and other systems."""
        return self.settings.public_origin + self.url(path)

    def _connect(self, where: str) -> Any:
        module, _, function = where.partition(":")
        return getattr(importlib.import_module(module), function)(self.settings, self)

    def _built(self, name: str, parse: Any) -> Any:
        """A file of the build, read again when a new build has written it (as `mkdocs serve` does)."""
        file: Path = self.settings.build_dir / name
        try:
            stamp = file.stat().st_mtime_ns
        except FileNotFoundError as error:
            raise SettingsError(f"{file} is missing: run `make build`, and ship it with the functions.") from error
        known = self._bundle.get(name)
        if known is None or known[0] != stamp:
            try:
                known = self._bundle[name] = (stamp, parse(file.read_text("utf-8")))
            except ValueError as error:
                raise SettingsError(f"{file} is not whole ({error}): run `make build`, and ship it again.") from error
        return known[1]
