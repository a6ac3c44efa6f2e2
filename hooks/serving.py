"""`python -m hooks.serving`: the site while a writer works on it. While a mistake stands, every page says which one.

MkDocs' own `serve` ends when the first build fails, and shows the last good page without a word when a later one does.
"""

import argparse
import html
import logging
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import yaml
from jinja2 import TemplateError
from mkdocs.__main__ import State
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, ConfigurationError, MkDocsException
from mkdocs.livereload import LiveReloadServer

from portal import yaml_lines
from portal.errors import ContentError
from portal.mistakes import of_yaml, text_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# The page of mistakes, as a file of the site: MkDocs adds the script that reloads a page to its files only.
PAGE = "mistakes.html"
# What a writer edits, beside docs/ and mkdocs.yml.
WATCHED = ("changelog", "status", "custom", "hooks/theme")
FRAME = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>Not built yet</title>
<style>
:root {{ color-scheme: light dark }}
body {{ max-width: 760px; margin: 48px auto; padding: 0 24px; font: 16px/1.6 system-ui, sans-serif }}
h1 {{ font-size: 28px; line-height: 1.3 }}
li {{ margin: 12px 0; overflow-wrap: anywhere }}
code {{ font-weight: 600 }}
</style>
</head>
<body>
<h1>The page cannot be built yet</h1>
<p>{number} to put right. Your page comes back when the last one is put right and saved.</p>
<ol>
{items}
</ol>
</body>
</html>
"""
log = logging.getLogger("mkdocs.portal")


class Heard(logging.Handler):
    """Keeps what a build warns of."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Called by logging."""
        text = record.getMessage()
        for name in ("portal: ", "status: "):
            text = text.removeprefix(name)
        self.said += text.splitlines()


class Quiet(logging.Filter):
    """Leaves out the requests that no writer made: the tick of the demo, and the pages that wait for a change."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Called by logging."""
        text = record.getMessage()
        return not any(path in text for path in ("/api/tick", "/api/health", "/livereload/"))


class Builds:
    """Builds that stop at a mistake without stopping the server; `mistakes` are those of the last one."""

    def __init__(self, once: Callable[[], Any], root: Path) -> None:
        self._once = once
        self._root = root
        self._building = threading.Lock()
        self._mistakes: list[str] = []

    @property
    def mistakes(self) -> list[str]:
        """The mistakes of the last build; waits for one that is going on."""
        with self._building:
            return self._mistakes

    def __call__(self) -> None:
        """Build, and write the page of mistakes when there are some."""
        with self._building:
            self._mistakes = self._build()

    def _build(self) -> list[str]:
        heard = Heard()
        logger = logging.getLogger("mkdocs")
        logger.addHandler(heard)
        try:
            self._once()
        except (MkDocsException, ContentError, TemplateError, OSError) as error:
            if not isinstance(error, Abort):
                log.error("%s", error)
            log.error("Every page shows this until it is put right.")
            # The last thing heard is the line above.
            found = list(dict.fromkeys(line for line in heard.said[:-1] if line.strip())) or [str(error)]
            self._root.mkdir(parents=True, exist_ok=True)
            (self._root / PAGE).write_text(page(found), "utf-8")
            return found
        finally:
            logger.removeHandler(heard)
        return []


def page(mistakes: Sequence[str]) -> str:
    """The page that names them, the place of each first."""
    items = []
    for mistake in mistakes:
        place, colon, text = mistake.partition(": ")
        is_place = colon and " " not in place and ("." in place or "/" in place)
        shown = f"<code>{html.escape(place)}</code><br>{html.escape(text)}" if is_place else html.escape(mistake)
        items.append(f"<li>{shown}</li>")
    number = "One mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
    return FRAME.format(number=number, items="\n".join(items))


def telling(site: "WSGIApplication", mistakes: "WSGIApplication", builds: Builds) -> "WSGIApplication":
    """The site, whose pages are `mistakes` while there are some."""

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        is_page = path.endswith((".html", "/")) or "." not in path.rpartition("/")[2]
        if builds.mistakes and is_page and not path.startswith("/livereload/"):
            return mistakes(environ, start_response)
        return site(environ, start_response)

    return answer


def of_mistakes(server: LiveReloadServer) -> "WSGIApplication":
    """The page of mistakes at any address."""

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        return server.serve_request(environ | {"PATH_INFO": server.mount_path + PAGE}, start_response)

    return answer


def _without_functions(mistakes: "WSGIApplication") -> "WSGIApplication":
    """The page of mistakes, and for an address of the functions, which need a build, that they are not there."""

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if not {"api", "my"} & set(environ["PATH_INFO"].split("/")):
            return mistakes(environ, start_response)
        start_response("503 Service Unavailable", [("Content-Type", "text/plain")])
        return [b"The portal is not built yet."]

    return answer


def watch(server: LiveReloadServer, config_file: Path) -> None:
    """Build again when something that a writer edits changes."""
    server.watch(str(config_file))
    for name in WATCHED:
        if (folder := config_file.parent / name).is_dir():
            server.watch(str(folder))


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m hooks.serving", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--config-file", type=Path, default=Path("mkdocs.yml"))
    parser.add_argument("--dev-addr", default="127.0.0.1:8000", help="host:port")
    given = parser.parse_args(argv)
    # Its handler writes the build's lines as MkDocs does, as long as it is referred to.
    shown = State()  # type: ignore[no-untyped-call]
    logging.getLogger("mkdocs.livereload").addFilter(Quiet())
    with tempfile.TemporaryDirectory(prefix="portal_") as folder:
        _serve(given.config_file.resolve(), given.dev_addr, Path(folder))
    del shown
    return 0


def _serve(config_file: Path, address: str, root: Path) -> None:
    """Show the mistakes of the first build until there are none, and then the site."""
    host, _, port = address.rpartition(":")
    read: list[MkDocsConfig] = []

    def once() -> None:
        config = _config(config_file, address, root)
        config.plugins.on_startup(command="serve", dirty=False)
        read.append(config)
        build(config, serve_url=config.site_url)

    builds = Builds(once, root)
    builds()
    if builds.mistakes:
        docs = read[-1].docs_dir if read else str(config_file.parent / "docs")
        _serve_mistakes(config_file, docs, (host, int(port)), root, builds)
        return
    config = read[-1]
    server = LiveReloadServer(once, host, int(port), str(root), urlsplit(config.site_url or "/").path)
    server.error_handler = lambda code: _page_of(root / f"{code}.html")
    server.watch(config.docs_dir)
    watch(server, config_file)
    server = config.plugins.on_serve(server, config=config, builder=once)
    _run(server)


def _serve_mistakes(config_file: Path, docs: str, address: tuple[str, int], root: Path, builds: Builds) -> None:
    """Nothing but the mistakes; when the first build succeeds, this program begins anew, with the functions."""
    server = LiveReloadServer(builds, *address, str(root))
    server.set_app(telling(server.serve_request, _without_functions(of_mistakes(server)), builds))

    def again() -> None:
        builds()
        if not builds.mistakes:
            threading.Thread(target=server.shutdown).start()

    server.builder = again
    server.watch(docs)
    watch(server, config_file)
    _run(server)
    if not builds.mistakes:
        shutil.rmtree(root)
        os.execv(sys.executable, [sys.executable, "-m", "hooks.serving", *sys.argv[1:]])  # noqa: S606 - this program


def _run(server: LiveReloadServer) -> None:
    try:
        server.serve()  # type: ignore[no-untyped-call]
    except KeyboardInterrupt:
        log.info("Shutting down...")
    finally:
        server.shutdown()


def _config(config_file: Path, address: str, root: Path) -> MkDocsConfig:
    """The settings, as MkDocs' own `serve` changes them; raises ConfigurationError."""
    text = text_of(config_file, config_file.name)
    try:
        yaml_lines.lines(text)
    except (yaml.YAMLError, RecursionError) as error:
        raise ConfigurationError(str(of_yaml(error, text, config_file.name))) from error
    config = load_config(str(config_file), site_dir=str(root), dev_addr=address)
    path = urlsplit(config.site_url or "/").path
    config.site_url = f"http://{address}/{path.strip('/')}/" if path.strip("/") else f"http://{address}/"
    return config


def _page_of(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


if __name__ == "__main__":
    raise SystemExit(main())
