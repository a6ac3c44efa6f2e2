"""Serves the functions on the origin of `mkdocs serve`, so that a writer sees the whole portal."""

import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.livereload import LiveReloadServer

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Pages with a form: a reload would lose what is typed.
FORM_PAGES = ("ask/", "feedback/")
WATCHED = ("changelog", "status", "custom", "hooks/theme")


def on_serve(server: LiveReloadServer, config: MkDocsConfig, builder: Callable[..., Any]) -> LiveReloadServer:
    """Mount the functions in front of the site; an error while importing them stops the server."""
    # Imported here, since a build needs no functions.
    from functions.app import app

    # The page just left may still be polling: a short wait lets the form page send its own poll.
    server.poll_response_timeout = 5
    server.set_app(mount(app, server.serve_request, config.extra["base_path"]))
    root = Path(config.config_file_path).parent
    for folder in WATCHED:
        if (root / folder).is_dir():
            server.watch(str(root / folder))
    return server


def mount(api: "WSGIApplication", site: "WSGIApplication", base: str, seconds: float = 60) -> "WSGIApplication":
    """Route the functions' addresses below `base` to `api` and all others to `site`; the reload polls of form pages are
    answered after `seconds`, without a reload."""
    functions = (f"{base}api/", f"{base}my/")
    forms = tuple(base + page for page in FORM_PAGES)
    never = threading.Event()

    def portal(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path.startswith(functions):
            return api(environ, start_response)
        if path.startswith("/livereload/") and urlsplit(environ.get("HTTP_REFERER", "")).path.startswith(forms):
            # The script polls again at once after a good answer, so the answer is delayed.
            never.wait(seconds)
            start_response("200 OK", [("Content-Type", "text/plain"), ("Cache-Control", "no-store")])
            return [b"0"]
        return site(environ, start_response)

    return portal
