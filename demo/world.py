"""The demo's plan: the port of each process, and the environment of the portal's functions."""

import json
import secrets
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mkdocs.utils.yaml import yaml_load

from demo.billers import vendors
from demo.server import HOST
from portal.urls import is_local

# Is there while the demo runs: commands in another terminal take it for their settings.
ENVIRONMENT = "demo.env.json"
KEYS = "demo.keys.json"
# A vendor of the writer's own, which they name in the shell -> the demo's settings that theirs then replace.
OWN = {
    "HELPDESK": ("HELPDESK",),
    "OIDC_ISSUER": ("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_CLAIMS"),
}
# In the order of their ports, which follow the portal's.
PROCESSES = ("identity", "billing", "service", "mail", "smtp")


class Refused(Exception):
    """The demo cannot start; `str()` says why and what to do."""


@dataclass(frozen=True)
class World:
    """The addresses of everything; `state` is the folder of the demo's database and keys, `biller` the name of the
    billing system."""

    origin: str
    base: str
    ports: dict[str, int]
    state: Path
    config: Path
    biller: str

    @property
    def url(self) -> str:
        """The portal's front page."""
        return self.origin + self.base

    def address(self, name: str) -> str:
        """The origin of one of the demo's services."""
        return f"http://{HOST}:{self.ports[name]}"


def plan(environ: Mapping[str, str]) -> World:
    """The demo's world from PORT, PUBLIC_ORIGIN, DEMO_STATE, MKDOCS_CONFIG and BILLER; raises Refused."""
    text = environ.get("PORT", "").strip() or "8000"
    if not text.isdecimal() or not 1024 <= int(text) <= 65000:
        raise Refused(f"PORT={text!r} is not a port from 1024 to 65000.")
    port = int(text)
    origin = environ.get("PUBLIC_ORIGIN", "").strip().rstrip("/") or f"http://{HOST}:{port}"
    if not is_local(origin):
        raise Refused(
            f"PUBLIC_ORIGIN={origin!r} is not on this computer. The demo signs anyone in, so it runs on loopback only:"
            " unset PUBLIC_ORIGIN."
        )
    biller = environ.get("BILLER", "").strip() or "stripe"
    if biller not in vendors.VENDORS:
        raise Refused(f"BILLER={biller!r} is not one of the demo's: {', '.join(vendors.VENDORS)}.")
    config = Path(environ.get("MKDOCS_CONFIG", "mkdocs.yml"))
    ports = {"portal": port} | {name: port + number for number, name in enumerate(PROCESSES, 1)}
    world = World(origin, base_path(config), ports, Path(environ.get("DEMO_STATE", ".portal")), config, biller)
    check_ports(world)
    return world


def base_path(config: Path) -> str:
    """The path of `site_url`, under which `mkdocs serve` serves as well, with a slash at both ends."""
    path = urlsplit(_read(config).get("site_url") or "").path.strip("/")
    return f"/{path}/" if path else "/"


def support_email(config: Path) -> str:
    """The address of the demo's emails: the portal's own."""
    portal = (_read(config).get("extra") or {}).get("portal") or {}
    return str(portal.get("support_email") or "support@portal.example")


def _read(config: Path) -> dict[str, Any]:
    try:
        with config.open("rb") as file:
            settings: dict[str, Any] = yaml_load(file)
    except FileNotFoundError as error:
        raise Refused(f"{config} is missing. Run this in the project's folder.") from error
    return settings


def check_ports(world: World) -> None:
    """Raise Refused when something else listens on one of the ports."""
    taken = [f"{port} ({name})" for name, port in world.ports.items() if not _is_free(port)]
    if taken:
        raise Refused(
            f"Already in use: port {', '.join(taken)}. Stop what listens there, or choose another first port:"
            f" PORT={world.ports['portal'] + 100} make serve"
        )


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As the servers do, so that a port whose last connection has just closed counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def settings(world: World) -> dict[str, str]:
    """The functions' environment; its random keys are kept, so that sessions survive a restart."""
    keys = _keys(world.state / KEYS)
    billing = world.address("billing")
    support = support_email(world.config)
    found = {
        "PUBLIC_ORIGIN": world.origin,
        **keys,
        "DATABASE_URL": f"sqlite:///{world.state / 'portal.db'}",
        "HELPDESK": "built_in",
        "OIDC_ISSUER": world.address("identity"),
        "OIDC_CLIENT_ID": "portal-demo",
        "OIDC_CLIENT_SECRET": "portal-demo-secret",
        "OIDC_CLAIMS": "",
        **vendors.settings(world.biller, billing),
        "BILLING_HOSTS": urlsplit(billing).netloc,
        "SMTP_URL": f"smtp://{HOST}:{world.ports['smtp']}",
        "MAIL_FROM": support,
        "SUPPORT_MAILBOX": support,
        "ACCOUNT_URL": world.address("service"),
        "CHECK_DEMO_URL": f"{world.address('service')}/health",
        "DEMO": "1",
        "STATUS_INTERVAL": "10",
    }
    # Read by `python -m scripts.desk` in another terminal, to answer this demo's tickets.
    _write(world.state / ENVIRONMENT, found)
    return found


def end(world: World) -> None:
    """Take the demo's settings away, so that no command takes those of a demo that has ended."""
    (world.state / ENVIRONMENT).unlink(missing_ok=True)


def _keys(file: Path) -> dict[str, str]:
    """The demo's random keys, made at its first start."""
    if not file.exists():
        _write(file, {"SECRET_KEYS": secrets.token_hex(32), "TICK_TOKEN": secrets.token_hex(16)})
    found: dict[str, str] = json.loads(file.read_text("utf-8"))
    return found


def _write(file: Path, values: Mapping[str, str]) -> None:
    """Write a file that only its owner reads."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(json.dumps(values, indent=1), "utf-8")


def own(environ: Mapping[str, str]) -> dict[str, str]:
    """The settings of vendors that the shell names; raises Refused when one lacks what it needs."""
    found: dict[str, str] = {}
    for name, variables in OWN.items():
        if environ.get(name, "").strip() in ("", "built_in"):
            continue
        needed = [variable for variable in variables if variable != "OIDC_CLAIMS"]
        missing = [variable for variable in needed if not environ.get(variable, "").strip()]
        if missing:
            raise Refused(f"{name}={environ[name]!r} needs {', '.join(missing)} as well: set them, or unset {name}.")
        found |= {variable: environ.get(variable, "") for variable in variables}
    return found


def environment(world: World, environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of the processes: the demo's settings over the shell's, so that no real key is used unless the
    shell names its vendor."""
    return {**environ, **settings(world), **own(environ), "NO_MKDOCS_2_WARNING": "1", "PYTHONUNBUFFERED": "1"}


def commands(world: World) -> dict[str, list[str]]:
    """The processes to run, by name; the portal comes last, since it needs the others."""
    ports = {name: str(port) for name, port in world.ports.items()}
    python = [sys.executable, "-m"]
    site = ["--config-file", str(world.config), "--dev-addr", f"{HOST}:{ports['portal']}"]
    return {
        "identity": [*python, "demo.identity", ports["identity"]],
        "billing": [*python, "demo.billers", world.biller, ports["billing"], f"{world.url}api/billing/webhook"],
        "service": [*python, "demo.service", ports["service"]],
        "mail": [*python, "demo.mail", ports["mail"], ports["smtp"]],
        "portal": [*python, "hooks.serving", *site],
    }


def signpost(world: World, environ: Mapping[str, str]) -> str:
    """The lines that the console shows once the portal answers."""
    theirs = own(environ)
    rows = [
        ("Portal", world.url),
        ("Inbox", world.address("mail") + "/"),
        ("Product", world.address("service") + "/      switch it off and watch the status dot"),
        ("Billing", world.address("billing") + "/      make it slow or broken"),
        ("Sign in", _sign_in(world, theirs)),
        ("Answer", _answer(theirs)),
        ("Releases", "of a product, against the articles: .github/guides/freshness.md"),
        ("Stop", "Ctrl-C"),
    ]
    lines = [f"  {name:<8} {text}" for name, text in rows]
    return "\n".join(["", _running(theirs), *lines, ""])


def _running(theirs: Mapping[str, str]) -> str:
    names = " and ".join(name for name in OWN if name in theirs)
    rest = f" {names} of your shell: what you do there is real." if names else ""
    return f"The portal is running. Everything here is a demo on this computer.{rest}"


def _sign_in(world: World, theirs: Mapping[str, str]) -> str:
    if issuer := theirs.get("OIDC_ISSUER"):
        return f"at {issuer}, which must know the address {world.url}api/signin/callback"
    return "choose ada (owner), ben (member) or cleo (on call); no password"


def _answer(theirs: Mapping[str, str]) -> str:
    if desk := theirs.get("HELPDESK"):
        return f"in {desk}"
    return "python -m scripts.desk list      then show, reply or close a ticket"
