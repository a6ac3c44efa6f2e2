"""Serves the functions on the origin of `mkdocs serve`, so that a writer sees the whole portal."""

import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.livereload import LiveReloadServer
from werkzeug.wrappers import Response

from hooks import serving
from portal.assets.policy import script_hash

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Pages with a form: a reload would lose what is typed.
FORM_PAGES = ("ask/", "feedback/")


def on_serve(server: LiveReloadServer, config: MkDocsConfig, builder: Callable[..., Any]) -> LiveReloadServer:
    """Mount the functions in front of the site; an error while importing them stops the server."""
    # Imported here, since a build needs no functions.
    from functions.app import app

    # The page just left may still be polling: a short wait lets the form page send its own poll.
    server.poll_response_timeout = 5
    builds = serving.Builds(server.builder, Path(config.site_dir))
    server.builder = builds
    site = guarded(server.serve_request, config.extra["view"]["headers"])
    told = serving.telling(site, serving.of_mistakes(server), builds)
    server.set_app(mount(app, told, config.extra["base_path"]))
    serving.watch(server, Path(config.config_file_path))
    return server


def guarded(site: "WSGIApplication", headers: Mapping[str, str]) -> "WSGIApplication":
    """The site's pages with the headers that a host sends, and the script that MkDocs adds to each of them allowed."""

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        found = Response.from_app(site, environ)
        found.headers.update(headers)
        found.headers["Content-Security-Policy"] = _with_reload(headers["Content-Security-Policy"], found.get_data())
        return found(environ, start_response)

    return answer


def _with_reload(policy: str, body: bytes) -> str:
    # The last thing in the page, so that nothing of a writer's is taken for it.
    before, end, _ = body.rpartition(b"</script></body>")
    text = before.rpartition(b"<script>")[2].decode(errors="replace")
    if not end or "livereload(" not in text:
        return policy
    return policy.replace("script-src ", f"script-src '{script_hash(text)}' ", 1)


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
