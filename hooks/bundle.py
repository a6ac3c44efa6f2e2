"""Writes what the functions need from the build: the page that they fill, and facts about the site."""

import base64
import hashlib
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment
from mkdocs.commands.build import get_context
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.utils import get_build_datetime

TITLE = "<!--portal:title-->"
CRUMBS = "<!--portal:crumbs-->"
CONTENT = "<!--portal:content-->"
SCRIPT = re.compile(r"<script(?P<attributes>[^>]*)>(?P<text>.*?)</script>", re.DOTALL | re.IGNORECASE)


@dataclass
class State:
    """What on_post_build needs and MkDocs passes to earlier events only."""

    nav: Navigation | None = None
    files: Files | None = None
    env: Environment | None = None


state = State()


def on_nav(nav: Navigation, config: MkDocsConfig, files: Files) -> Navigation:
    """Keep the navigation for the shell."""
    state.nav = nav
    return nav


def on_env(env: Environment, config: MkDocsConfig, files: Files) -> Environment:
    """Keep the templates and the files for the shell, and name the build by a hash of its pages."""
    state.env, state.files = env, files
    digest = hashlib.sha256()
    for file in files.documentation_pages():
        digest.update(f"{file.src_uri}\0{file.page.content if file.page else ''}\0".encode())
    config.extra["view"]["build"] = digest.hexdigest()[:12]
    return env


def on_post_build(config: MkDocsConfig) -> None:
    """Write shell.html and portal.json into the build folder, each atomically."""
    shell = _shell(config)
    data = _portal(config)
    data["csp_script_hashes"] = script_hashes(shell)
    data["built_at"] = get_build_datetime().isoformat(timespec="seconds")
    folder = Path(config.config_file_path).parent / os.environ.get("PORTAL_BUILD_DIR", "build")
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "shell.html", shell)
    _write(folder / "portal.json", json.dumps(data, ensure_ascii=False, indent=1, default=str) + "\n")


def script_hashes(html: str) -> list[str]:
    """The Content-Security-Policy hashes of a page's inline scripts; JSON blocks need none."""
    found: dict[str, None] = {}
    for match in SCRIPT.finditer(html):
        if "src=" not in match["attributes"] and "json" not in match["attributes"]:
            digest = hashlib.sha256(match["text"].encode()).digest()
            found[f"sha256-{base64.b64encode(digest).decode()}"] = None
    return list(found)


def _shell(config: MkDocsConfig) -> str:
    """shell.html, which works at any address: every URL in it begins with the base path, as in the 404 page."""
    assert state.env is not None
    assert state.nav is not None
    assert state.files is not None
    context = get_context(state.nav, state.files, config, base_url=config.extra["base_path"])
    html = state.env.get_template("shell.html").render(context)
    for marker in (TITLE, CRUMBS, CONTENT):
        if html.count(marker) != 1:
            raise PluginError(f"shell.html has {marker} {html.count(marker)} times, the functions need it exactly once")
    return html


def _portal(config: MkDocsConfig) -> dict[str, Any]:
    """portal.json: settings, topics and articles for the functions."""
    portal, view = config.extra["portal"], config.extra["view"]
    return {
        "build": view["build"],
        "product": portal["product"],
        "site_name": config.site_name,
        "site_url": config.site_url,
        "base_path": config.extra["base_path"],
        "support_email": portal["support_email"],
        "response_time": portal["response_time"],
        "topics": [{key: topic[key] for key in ("id", "title", "routine")} for topic in view["topics"]],
        "parts": portal["parts"],
        "account": portal["account"],
        "articles": [{key: article[key] for key in ("id", "title", "url", "topic")} for article in view["articles"]],
        "status": view.get("status_bundle", {}),
    }


def _write(path: Path, text: str) -> None:
    half = path.with_name(f".{path.name}.{os.getpid()}")
    half.write_text(text, encoding="utf-8")
    half.replace(path)
