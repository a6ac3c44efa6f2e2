"""What only a function may know: read once from the environment, all mistakes listed at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from functions.errors import SettingsError

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
# A variable that a serverless platform sets, and the platform: its disk forgets, so SQLite would lose tickets.
SERVERLESS = {
    "AWS_LAMBDA_FUNCTION_NAME": "AWS Lambda",
    "VERCEL": "Vercel",
    "K_SERVICE": "Google Cloud Run",
    "FUNCTION_TARGET": "Google Cloud Functions",
    "FUNCTIONS_WORKER_RUNTIME": "Azure Functions",
}
DESKS = {
    name: f"functions.helpdesks.{name}:connect"
    for name in ("built_in", "email", "request_tracker", "zendesk", "help_scout")
}
# What a help desk cannot work without: variable -> what it is.
DESK_NEEDS = {
    "email": {
        "SUPPORT_MAILBOX": "the address of the team's mailbox",
        "SMTP_URL": "the mail server, e.g. smtps://user:password@mail.acme.com",
    },
    "request_tracker": {
        "RT_URL": "its address, e.g. https://rt.acme.com",
        "RT_USER": "the user that was made for the portal",
        "RT_TOKEN": "an authentication token of that user",
    },
    "help_scout": {
        "HELPSCOUT_APP_ID": "the App ID of an OAuth application made for the portal",
        "HELPSCOUT_APP_SECRET": "its secret",
        "HELPSCOUT_MAILBOX": "the number of the inbox, as in its address",
    },
    "zendesk": {
        "ZENDESK_SUBDOMAIN": "the first part of acme.zendesk.com",
        "ZENDESK_CLIENT_ID": "the identifier of an OAuth client made for the portal",
        "ZENDESK_CLIENT_SECRET": "its secret",
    },
}
BOTS = {name: f"functions.bots.{name}:connect" for name in ("altcha", "turnstile", "none")}
BILLERS = {"stripe": "functions.billers.stripe:connect"}
CLAIMS = ("account", "plan", "role", "account_admin", "billing_customer", "billing_admin", "scopes")


@dataclass(frozen=True)
class Settings:
    """The settings of the functions; `repr` hides what is secret."""

    public_origin: str
    secret_keys: tuple[str, ...] = field(repr=False)
    tick_token: str = field(repr=False)
    database_url: str = field(repr=False)
    build_dir: Path
    cookie_name: str
    body_limit: int
    client_ip_header: str
    trusted_hops: int
    helpdesk: str
    biller: str
    billing_hosts: frozenset[str]
    oidc_issuer: str
    oidc_client_id: str
    oidc_client_secret: str = field(repr=False)
    oidc_claims: Mapping[str, str]
    oidc_scopes: str
    oidc_hosts: frozenset[str]
    smtp_url: str = field(repr=False)
    mail_from: str
    mail_sign_in: bool
    bot_check: str
    tickets_anonymous: str
    support_mailbox: str
    ticket_body_days: int
    demo: bool
    environ: Mapping[str, str] = field(repr=False)

    @property
    def secure(self) -> bool:
        """Whether customers reach the portal over HTTPS."""
        return self.public_origin.startswith("https://")

    @property
    def loopback(self) -> bool:
        """Whether this is a portal on one's own machine."""
        return urlsplit(self.public_origin).hostname in LOOPBACK

    @property
    def public_host(self) -> str:
        """Host and port of the portal as customers see it."""
        return urlsplit(self.public_origin).netloc


def read(environ: Mapping[str, str]) -> Settings:
    """Read the settings; raises SettingsError that lists every missing and wrong one."""
    faults: list[str] = []

    def get(name: str, default: str = "") -> str:
        return environ.get(name, "").strip() or default

    def need(name: str, what: str) -> str:
        value = get(name)
        if not value:
            faults.append(f"Set {name}: {what}.")
        return value

    def number(name: str, default: int) -> int:
        value = get(name, str(default))
        if not value.isdecimal():
            faults.append(f"{name}={value!r} is not a whole number.")
            return default
        return int(value)

    def choice(name: str, default: str, known: Mapping[str, str]) -> str:
        value = get(name, default)
        if value in known or value == default:
            return value
        if value.startswith("custom.") and ":" in value:
            return value
        names = ", ".join(sorted({*known, default}))
        faults.append(f"{name}={value!r} is not one of: {names}, or custom.MODULE:FUNCTION.")
        return default

    origin = need("PUBLIC_ORIGIN", "the address customers see, e.g. https://help.acme.com").rstrip("/")
    faults += _origin_faults(origin)
    keys = tuple(
        key.strip() for key in need("SECRET_KEYS", "one or more random keys, newest first").split(",") if key.strip()
    )
    if any(len(key) < 32 for key in keys):
        faults.append("SECRET_KEYS has a key of fewer than 32 characters; make one with: openssl rand -hex 32")
    tick_token = need("TICK_TOKEN", "the scheduler's bearer token, at least 16 random characters")
    if tick_token and len(tick_token) < 16:
        faults.append("TICK_TOKEN has fewer than 16 characters.")
    database_url = get("DATABASE_URL", "sqlite:///.portal/portal.db")
    faults += _database_faults(database_url, environ)
    issuer = get("OIDC_ISSUER")
    if issuer:
        need("OIDC_CLIENT_ID", "the portal's client id at the identity provider")
        need("OIDC_CLIENT_SECRET", "the portal's client secret at the identity provider")
        if "openid" not in get("OIDC_SCOPES", "openid").split():
            faults.append("OIDC_SCOPES must name openid, with the others after spaces: openid profile email")
    claims, wrong = _claims(get("OIDC_CLAIMS"))
    faults += wrong
    helpdesk = choice("HELPDESK", "built_in", DESKS)
    for name, what in DESK_NEEDS.get(helpdesk, {}).items():
        need(name, what)
    biller = choice("BILLER", "none", BILLERS)
    if biller == "stripe":
        need("STRIPE_KEY", "a restricted key (rk_...) that may write portal sessions")
    smtp_url = get("SMTP_URL")
    if smtp_url:
        need("MAIL_FROM", "the address that the portal's mail comes from")
    mail_sign_in = get("MAIL_SIGN_IN", "on")
    if mail_sign_in not in {"on", "off"}:
        faults.append(f"MAIL_SIGN_IN={mail_sign_in!r} is not one of: on, off.")
    bot_check = choice("BOT_CHECK", "altcha", BOTS)
    if bot_check == "turnstile":
        need("TURNSTILE_SITEKEY", "the site key of your Turnstile widget")
        need("TURNSTILE_SECRET", "the secret key of your Turnstile widget")
    if bot_check == "none" and urlsplit(origin).hostname not in LOOPBACK:
        faults.append("BOT_CHECK='none' works on this machine's loopback only; use altcha or turnstile.")
    anonymous = get("TICKETS_ANONYMOUS", "verify")
    if anonymous not in {"verify", "off", "open"}:
        faults.append(f"TICKETS_ANONYMOUS={anonymous!r} is not one of: verify, off, open.")
    if get("SUPPORT_MAILBOX") and not smtp_url:
        faults.append("SUPPORT_MAILBOX needs SMTP_URL: without a mail server nothing gets there.")
    secure = origin.startswith("https://")
    if secure and not get("CLIENT_IP_HEADER") and not get("TRUSTED_HOPS"):
        faults.append(
            "Set CLIENT_IP_HEADER (the header in which your host gives the client's address, e.g. cf-connecting-ip) or"
            " TRUSTED_HOPS (how many proxies of yours add to X-Forwarded-For; 0: clients connect directly)."
        )
    settings = Settings(
        public_origin=origin,
        secret_keys=keys,
        tick_token=tick_token,
        database_url=database_url,
        build_dir=Path(get("PORTAL_BUILD_DIR", "build")),
        cookie_name=get("COOKIE_NAME", "__Host-portal" if secure else "portal"),
        body_limit=number("BODY_LIMIT", 4_000_000),
        client_ip_header=get("CLIENT_IP_HEADER").lower(),
        trusted_hops=number("TRUSTED_HOPS", 0),
        helpdesk=helpdesk,
        biller=biller,
        billing_hosts=frozenset(_words(get("BILLING_HOSTS", "billing.stripe.com"))),
        oidc_issuer=issuer,
        oidc_client_id=get("OIDC_CLIENT_ID"),
        oidc_client_secret=get("OIDC_CLIENT_SECRET"),
        oidc_claims=claims,
        oidc_scopes=get("OIDC_SCOPES", "openid profile email"),
        oidc_hosts=frozenset({urlsplit(issuer).netloc, *_words(get("OIDC_HOSTS"))} - {""}),
        smtp_url=smtp_url,
        mail_from=get("MAIL_FROM"),
        mail_sign_in=bool(smtp_url) and mail_sign_in == "on",
        bot_check=bot_check,
        tickets_anonymous=anonymous,
        support_mailbox=get("SUPPORT_MAILBOX"),
        ticket_body_days=number("TICKET_BODY_DAYS", 30),
        demo=get("DEMO") == "1",
        environ=dict(environ),
    )
    if faults:
        raise SettingsError("The functions cannot start:\n" + "\n".join(f"- {fault}" for fault in faults))
    return settings


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _origin_faults(origin: str) -> list[str]:
    if not origin:
        return []
    parts = urlsplit(origin)
    if parts.path or parts.query or parts.fragment or not parts.hostname:
        return [f"PUBLIC_ORIGIN={origin!r} must be scheme and host only; the path comes from site_url."]
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return []
    return [f"PUBLIC_ORIGIN={origin!r} must be https:// (plain http only on this machine's loopback)."]


def _database_faults(url: str, environ: Mapping[str, str]) -> list[str]:
    scheme = urlsplit(url).scheme
    if scheme in {"postgresql", "postgres"}:
        return []
    if scheme != "sqlite":
        return [f"DATABASE_URL has the scheme {scheme!r}; use postgresql:// or sqlite:///FILE."]
    for variable, platform in SERVERLESS.items():
        if environ.get(variable):
            return [f"DATABASE_URL must be postgresql:// on {platform}: a file there is lost with its tickets."]
    return []


def _claims(text: str) -> tuple[dict[str, str], list[str]]:
    claims = {name: name for name in CLAIMS}
    faults = []
    for pair in _words(text):
        name, _, claim = pair.partition("=")
        if name not in CLAIMS or not claim:
            faults.append(f"OIDC_CLAIMS has {pair!r}; write NAME=CLAIM with NAME one of: {', '.join(CLAIMS)}.")
        else:
            claims[name] = claim
    return claims, faults
