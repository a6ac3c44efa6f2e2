"""The whole portal on one origin for a container or a server: the functions, and beside them the site's files."""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from functions.app import app as functions
from functions.errors import SettingsError
from functions.hosts.site import Site

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def create(environ: Mapping[str, str], api: "WSGIApplication" = functions) -> "WSGIApplication":
    """The site in PORTAL_SITE_DIR, and `api` at /api/ and /my/ below its base path; raises SettingsError without a
    build."""
    file = Path(environ.get("PORTAL_BUILD_DIR", "build")) / "headers.json"
    if not file.is_file():
        raise SettingsError(f"{file} is missing: run `make build`, and ship build/ and site/ with the functions.")
    [(pattern, headers)] = json.loads(file.read_text("utf-8")).items()
    base = pattern.removesuffix("*")
    site = Site(Path(environ.get("PORTAL_SITE_DIR", "site")).resolve(), base, headers)

    def portal(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        ours = path.startswith((f"{base}api/", f"{base}my/"))
        return api(environ, start_response) if ours else site(environ, start_response)

    return portal


def __getattr__(name: str) -> "WSGIApplication":
    """`app`, made when a server asks for it."""
    if name != "app":
        raise AttributeError(name)
    return create(os.environ)
