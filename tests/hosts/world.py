"""The portal that all hosts serve: one build, one store, one signed-in customer, at an https address."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from functions.services import Services
from functions.settings import read
from functions.signin import sessions
from tests.conftest import ADA, SHELL, write_bundle

HOST = "help.acme.example"
BASES = ("/", "/help/")
POLICY = "default-src 'none'; script-src 'self'; frame-ancestors 'none'"
PAGES = {"index": "Front", "404": "Missing", "status/index": "Status", "unavailable/index": "Away"}
PAGE = "<!doctype html><title>{title}</title><p>{title}: größer, 日本語"


@dataclass(frozen=True)
class World:
    """A portal below `base`: its folder, the environment of its functions, and the customer's cookie."""

    base: str
    folder: Path
    environ: dict[str, str]
    cookie: str


def make(folder: Path, base: str, database_url: str = "") -> World:
    """Write the build and the site below a folder, and bring the store up to date."""
    build = write_bundle(folder / "build", base_path=base, site_url=f"https://{HOST}{base}")
    (build / "shell.html").write_text(SHELL.replace("<head>", "<head><meta charset=utf-8>"))
    headers = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}
    (build / "headers.json").write_text(json.dumps({f"{base}*": headers}))
    for name, title in PAGES.items():
        page = folder / "site" / f"{name}.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(PAGE.format(title=title))
    (folder / "site" / "assets").mkdir(exist_ok=True)
    (folder / "site" / "assets" / "portal.js").write_text("export const long = 1;\n" * 500)
    environ = {
        "PUBLIC_ORIGIN": f"https://{HOST}",
        "TRUSTED_HOPS": "1",
        "SECRET_KEYS": hashlib.sha256(base.encode()).hexdigest(),
        "TICK_TOKEN": "tick-token-of-the-tests",
        "DATABASE_URL": database_url or f"sqlite:///{folder / 'portal.db'}",
        "PORTAL_BUILD_DIR": str(build),
        "PORTAL_SITE_DIR": str(folder / "site"),
    }
    services = Services(read(environ))
    services.store.migrate()
    cookie = f"{services.settings.cookie_name}={sessions.start(services, ADA, {})}"
    services.store.close()
    return World(base, folder, environ, cookie)
