"""The settings of the functions, read once from the environment; all mistakes are listed at once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from functions import vendors
from functions.errors import SettingsError
from portal.urls import ascii_host, is_local, is_safe, why_unsafe

# A variable that a serverless platform sets -> the platform. Its disk does not last, so SQLite would lose tickets.
SERVERLESS = {
    "AWS_LAMBDA_FUNCTION_NAME": "AWS Lambda",
    "VERCEL": "Vercel",
    "K_SERVICE": "Google Cloud Run",
    "FUNCTION_TARGET": "Google Cloud Functions",
    "FUNCTIONS_WORKER_RUNTIME": "Azure Functions",
}
# Headers to which every proxy adds, so that a client may write the beginning.
SHARED_HEADERS = {"forwarded", "forwarded-for", "x-forwarded", "x-forwarded-for", "x-original-forwarded-for"}
# How vendors begin the keys with which real money and real customers are reached.
LIVE_KEY = re.compile(r"(?:sk|rk|pk|whsec)_live_")
HEADER = re.compile(r"[a-z0-9-]+")
# Ours of a customer's claims; the last three only say more on the billing page.
CLAIMS = (
    *("account", "plan", "role", "account_admin", "billing_customer", "billing_admin", "scopes"),
    *("billing_admins", "seats_used", "locale"),
)


class Space(NamedTuple):
    """How much the portal keeps, in bytes: of events and of tickets' files in a day, from one address or person and
    altogether; the free disk below which, and the size of a database near which, its health says so (0: any)."""

    events_each: int
    events_all: int
    files_each: int
    files_all: int
    disk_free: int
    database: int


@dataclass(frozen=True, eq=False)
class Settings:
    """The settings of the functions; `repr` hides what is secret."""

    public_origin: str
    secret_keys: tuple[str, ...] = field(repr=False)
    tick_tokens: tuple[str, ...] = field(repr=False)
    database_url: str = field(repr=False)
    build_dir: Path
    cookie_name: str
    body_limit: int
    client_ip_header: str
    trusted_hops: int
    helpdesk: str
    biller: str
    billing_hosts: frozenset[str]
    billing_customers: str
    billing_sign_in_minutes: int
    oidc_issuer: str
    oidc_client_id: str
    oidc_client_secret: str = field(repr=False)
    oidc_claims: Mapping[str, str]
    oidc_scopes: str
    oidc_hosts: frozenset[str]
    smtp_url: str = field(repr=False)
    mailer: str
    mail_from: str
    mail_sign_in: bool
    answer_in_mail: bool
    bot_check: str
    tickets_anonymous: str
    support_mailbox: str
    ticket_body_days: int
    space: Space
    monitor: str
    status_interval: int
    demo: bool
    preview: bool
    environ: Mapping[str, str] = field(repr=False)

    @property
    def secure(self) -> bool:
        """Whether customers reach the portal over HTTPS."""
        return self.public_origin.startswith("https://")

    @property
    def loopback(self) -> bool:
        """Whether the portal is reached on this machine only."""
        return is_local(self.public_origin)

    @property
    def vendors(self) -> tuple[str, ...]:
        """The vendors that an operator chooses by name; one with a colon is their own (functions/custom.py)."""
        return (self.helpdesk, self.biller, self.bot_check, self.mailer, self.monitor)

    @property
    def sends_mail(self) -> bool:
        """Whether emails leave: by the mail server, or by an adopter's own."""
        return bool(self.smtp_url) or ":" in self.mailer

    @property
    def public_host(self) -> str:
        """Host and port of the portal as customers see it."""
        return urlsplit(self.public_origin).netloc


def read(environ: Mapping[str, str]) -> Settings:
    """Read the settings; raises SettingsError that lists every missing and wrong one."""
    reader = Reader(environ)
    values = _address(reader) | _keys(reader) | _store(reader) | _identity(reader) | _mail(reader) | _parts(reader)
    settings = Settings(
        **values,
        build_dir=Path(reader.get("PORTAL_BUILD_DIR", "build")),
        body_limit=reader.number("BODY_LIMIT", 4_000_000),
        space=_space(reader),
        monitor=reader.vendor("MONITOR", "monitors", "none"),
        status_interval=reader.number("STATUS_INTERVAL", 0),
        demo=reader.get("DEMO") == "1",
        preview=_preview(reader),
        environ=dict(environ),
    )
    if reader.faults:
        raise SettingsError("The functions cannot start:\n" + "\n".join(f"- {fault}" for fault in reader.faults))
    return settings


class Reader:
    """Reads variables of an environment and gathers in `faults` what is wrong with them, a sentence each."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.faults: list[str] = []

    def get(self, name: str, default: str = "") -> str:
        """The variable without spaces around it; `default` when it is empty or not there."""
        return self.environ.get(name, "").strip() or default

    def need(self, name: str, what: str) -> str:
        """A variable that must be set; `what` tells an operator what belongs there."""
        value = self.get(name)
        if not value:
            self.faults.append(f"Set {name}: {what}.")
        return value

    def number(self, name: str, default: int) -> int:
        value = self.get(name, str(default))
        if not value.isdecimal():
            self.faults.append(f"{name}={value!r} is not a whole number.")
            return default
        return int(value)

    def words(self, name: str, default: str = "") -> list[str]:
        """The variable's entries, which stand between commas."""
        return [word.strip() for word in self.get(name, default).split(",") if word.strip()]

    def host(self, name: str) -> str:
        """The host and port of an address, empty without one."""
        try:
            parts = urlsplit(self.get(name))
        except ValueError:
            self.faults.append(f"{name} cannot be read as an address; write a '[' or ']' in it as %5B or %5D.")
            return ""
        self._check_host(name, parts.hostname or "")
        try:
            _ = parts.port
        except ValueError:
            # Its password stays out of the log.
            self.faults.append(f"{name} has a port that is not a number from 0 to 65535 behind its host.")
        return parts.netloc

    def hosts(self, name: str, default: str = "") -> list[str]:
        """The variable's hosts, which stand between commas."""
        found = self.words(name, default)
        for host in found:
            self._check_host(name, host)
        return found

    def _check_host(self, name: str, host: str) -> None:
        # Browsers and HTTP clients differ in how they encode another one.
        if not host.isascii():
            written = ascii_host(host)
            self.faults.append(f"{name} has the host {host!r}" + (f"; write it as {written}." if written else "."))

    def choice(self, name: str, *known: str) -> str:
        """One of the known values, the first when nothing is set."""
        value = self.get(name, known[0])
        if value in known:
            return value
        self.faults.append(f"{name}={value!r} is not one of: {', '.join(known)}.")
        return known[0]

    def vendor(self, name: str, family: str, default: str) -> str:
        """The name of a vendor of a family (functions/vendors.py) that has all it needs, or an adopter's own as
        custom.MODULE:FUNCTION."""
        value = self.get(name, default)
        known = vendors.family(family)
        if value in known:
            for variable, what in known[value].needs.items():
                # What takes the portal's emails in the server's place takes the desk's, too.
                if variable != "SMTP_URL" or not self.get("MAILER"):
                    self.need(variable, what)
        elif value != default and not (value.startswith("custom.") and ":" in value):
            self.faults.append(f"{name}={value!r} is not {_instead(value, {*known, default})}")
            return default
        return value


def _instead(value: str, known: set[str]) -> str:
    """What to write instead of a vendor that there is not."""
    if value.startswith("custom."):
        return f"whole: name the function after a colon, {value}:connect."
    if ":" in value:
        return f"in the folder custom/, where a vendor of your own lies: custom.{value.removeprefix('custom.')}."
    import difflib  # only for a setting that is wrong

    close = difflib.get_close_matches(value, known, n=1)
    guess = f" Did you mean '{close[0]}'?" if close else ""
    return f"one of: {', '.join(sorted(known))}, or custom.MODULE:FUNCTION.{guess}"


def _address(reader: Reader) -> dict[str, Any]:
    origin = reader.need("PUBLIC_ORIGIN", "the address customers see, e.g. https://help.acme.com").rstrip("/")
    secure = origin.startswith("https://")
    if origin:
        reader.faults += _origin_faults(origin)
    if secure and not reader.get("CLIENT_IP_HEADER") and not reader.get("TRUSTED_HOPS"):
        reader.faults.append(
            "Set CLIENT_IP_HEADER (the header in which your host gives the client's address, e.g. cf-connecting-ip) or"
            " TRUSTED_HOPS (how many of your proxies add to X-Forwarded-For; 0: clients connect directly)."
        )
    return {
        "public_origin": origin,
        "cookie_name": reader.get("COOKIE_NAME", "__Host-portal" if secure else "portal"),
        "client_ip_header": _client_ip_header(reader),
        "trusted_hops": reader.number("TRUSTED_HOPS", 0),
    }


def _client_ip_header(reader: Reader) -> str:
    given = reader.get("CLIENT_IP_HEADER")
    name = given.lower().replace("_", "-").removeprefix("http-").rstrip(":")
    if name in SHARED_HEADERS:
        reader.faults.append(
            f"CLIENT_IP_HEADER={given!r} is a header that clients may begin themselves. Leave it out, and set"
            " TRUSTED_HOPS to how many of your proxies add to X-Forwarded-For."
        )
    elif given and not HEADER.fullmatch(name):
        reader.faults.append(f"CLIENT_IP_HEADER={given!r} is not the name of one header.")
    return name


def _origin_faults(origin: str) -> list[str]:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return [f"PUBLIC_ORIGIN={origin!r} cannot be read as an address."]
    if parts.path or parts.query or parts.fragment or not parts.hostname:
        return [f"PUBLIC_ORIGIN={origin!r} must be scheme and host only; the path comes from site_url."]
    if is_safe(origin):
        return []
    return [f"PUBLIC_ORIGIN={origin!r} {why_unsafe(origin)}."]


def _keys(reader: Reader) -> dict[str, Any]:
    reader.need("SECRET_KEYS", "one or more random keys, newest first")
    keys = tuple(reader.words("SECRET_KEYS"))
    if any(len(key) < 32 for key in keys):
        reader.faults.append("SECRET_KEYS has a key of fewer than 32 characters; make one with: openssl rand -hex 32")
    reader.need("TICK_TOKEN", "the scheduler's bearer token, at least 16 random characters")
    tokens = tuple(reader.words("TICK_TOKEN"))
    if any(len(token) < 16 for token in tokens):
        reader.faults.append("TICK_TOKEN has fewer than 16 characters.")
    return {"secret_keys": keys, "tick_tokens": tokens}


def _store(reader: Reader) -> dict[str, Any]:
    url = reader.get("DATABASE_URL", "sqlite:///.portal/portal.db")
    scheme = url.partition("://")[0].lower() if "://" in url else ""
    reader.host("DATABASE_URL")
    if scheme not in {"postgresql", "postgres", "sqlite"}:
        reader.faults.append(f"DATABASE_URL has the scheme {scheme!r}; use postgresql:// or sqlite:///FILE.")
    platform = next((name for variable, name in SERVERLESS.items() if reader.environ.get(variable)), "")
    if scheme == "sqlite" and platform:
        reader.faults.append(
            f"DATABASE_URL must be postgresql:// on {platform}: a file there is lost with its tickets."
        )
    return {"database_url": url}


def _space(reader: Reader) -> Space:
    def megabytes(name: str, default: int) -> int:
        return reader.number(name, default) * 1_000_000

    return Space(
        events_each=megabytes("EVENTS_MB_EACH", 5),
        events_all=megabytes("EVENTS_MB_ALL", 100),
        files_each=megabytes("FILES_MB_EACH", 100),
        files_all=megabytes("FILES_MB_ALL", 2_000),
        disk_free=megabytes("DISK_FREE_MB", 1_000),
        database=megabytes("DATABASE_MB", 0),
    )


def _identity(reader: Reader) -> dict[str, Any]:
    issuer, issuers_host = reader.get("OIDC_ISSUER"), reader.host("OIDC_ISSUER")
    scopes = reader.get("OIDC_SCOPES", "openid profile email")
    if issuer:
        if "://" not in issuer or (issuers_host.isascii() and issuers_host and not is_safe(issuer)):
            reader.faults.append(f"OIDC_ISSUER={issuer!r} {why_unsafe(issuer)}.")
        elif issuer.partition("://")[2][:1] in {"", "/"}:
            reader.faults.append(f"OIDC_ISSUER={issuer!r} has no host; write it as the provider does: https://HOST/...")
        reader.need("OIDC_CLIENT_ID", "the portal's client id at the identity provider")
        reader.need("OIDC_CLIENT_SECRET", "the portal's client secret at the identity provider")
        if "openid" not in scopes.split():
            reader.faults.append("OIDC_SCOPES must name openid, with the others after spaces: openid profile email")
    return {
        "oidc_issuer": issuer,
        "oidc_client_id": reader.get("OIDC_CLIENT_ID"),
        "oidc_client_secret": reader.get("OIDC_CLIENT_SECRET"),
        "oidc_claims": _claims(reader),
        "oidc_scopes": scopes,
        "oidc_hosts": frozenset({issuers_host, *reader.hosts("OIDC_HOSTS")} - {""}),
    }


def _claims(reader: Reader) -> dict[str, str]:
    claims = {name: name for name in CLAIMS}
    for pair in reader.words("OIDC_CLAIMS"):
        name, _, claim = pair.partition("=")
        if name not in CLAIMS or not claim:
            reader.faults.append(f"OIDC_CLAIMS has {pair!r}; write NAME=CLAIM with NAME one of: {', '.join(CLAIMS)}.")
        else:
            claims[name] = claim
    return claims


def _mail(reader: Reader) -> dict[str, Any]:
    smtp_url = reader.get("SMTP_URL")
    host = reader.host("SMTP_URL")
    mailer = reader.vendor("MAILER", "mail", "smtp")
    sends = bool(smtp_url) or ":" in mailer
    if smtp_url and (smtp_url.partition("://")[0] not in ("smtp", "smtps") or not host):
        # Its password stays out of the log.
        reader.faults.append("SMTP_URL is no address of an email server; write smtps://user:password@host.")
    if smtp_url and ":" in mailer:
        reader.faults.append(f"SMTP_URL and MAILER={mailer!r} are two ways for one email: take one of them out.")
    if sends:
        reader.need("MAIL_FROM", "the address that the portal's emails come from")
    elif reader.get("SUPPORT_MAILBOX"):
        reader.faults.append("SUPPORT_MAILBOX needs SMTP_URL: without an email server nothing gets there.")
    sign_in = reader.choice("MAIL_SIGN_IN", "on", "off") == "on"
    return {
        "smtp_url": smtp_url,
        "mailer": mailer,
        "mail_from": reader.get("MAIL_FROM"),
        "mail_sign_in": sends and sign_in,
        "answer_in_mail": reader.choice("ANSWER_IN_MAIL", "on", "off") == "on",
        "support_mailbox": reader.get("SUPPORT_MAILBOX"),
    }


def _preview(reader: Reader) -> bool:
    """Whether this is a preview of a change, which may come from anybody: with the built-in vendors and no live key."""
    if reader.get("PREVIEW") != "1":
        return False
    for name, own in (
        ("HELPDESK", "built_in"),
        ("BILLER", "none"),
        ("OIDC_ISSUER", ""),
        ("SMTP_URL", ""),
        ("MAILER", "smtp"),
    ):
        if reader.get(name, own) != own:
            reader.faults.append(
                f"{name} is set, and PREVIEW=1: a preview has the built-in vendors and sends no email."
            )
    live = sorted(name for name, value in reader.environ.items() if LIVE_KEY.match(value.strip()))
    if live:
        reader.faults.append(f"{', '.join(live)}: a live key, and PREVIEW=1. Take it out of the previews' environment.")
    return True


def _parts(reader: Reader) -> dict[str, Any]:
    biller = reader.vendor("BILLER", "billers", "none")
    known = vendors.family("billers").get(biller)
    hosts = [host.format_map({name: reader.get(name) for name in known.needs}) for host in known.hosts] if known else []
    bot_check = reader.vendor("BOT_CHECK", "bots", "altcha")
    if bot_check == "none" and not is_local(reader.get("PUBLIC_ORIGIN")):
        reader.faults.append("BOT_CHECK='none' works on this machine's loopback only; use altcha or turnstile.")
    return {
        "helpdesk": reader.vendor("HELPDESK", "helpdesks", "built_in"),
        "biller": biller,
        "billing_hosts": frozenset(reader.hosts("BILLING_HOSTS", ",".join(hosts))),
        "billing_customers": _customers(reader),
        "billing_sign_in_minutes": reader.number("BILLING_SIGN_IN_MINUTES", 60),
        "bot_check": bot_check,
        "tickets_anonymous": reader.choice("TICKETS_ANONYMOUS", "verify", "off", "open"),
        "ticket_body_days": reader.number("TICKET_BODY_DAYS", 30),
    }


def _customers(reader: Reader) -> str:
    """The operator's table of billing customers: a query, or a file."""
    where = reader.get("BILLING_CUSTOMERS")
    if where and not where.lower().startswith("select ") and not Path(where).is_file():
        reader.faults.append(f"BILLING_CUSTOMERS={where!r} is neither a file nor a query that begins with select.")
    return where
