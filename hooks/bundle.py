"""Writes what the functions need from the build: the page that they fill, and facts about the site."""

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from jinja2 import Environment
from mkdocs.commands.build import get_context
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.utils import get_build_datetime, get_relative_url

from portal import brand
from portal.assets import policy

TITLE = "<!--portal:title-->"
CRUMBS = "<!--portal:crumbs-->"
CONTENT = "<!--portal:content-->"


@dataclass
class State:
    """What on_post_build needs and MkDocs passes to earlier events only."""

    nav: Navigation | None = None
    files: Files | None = None
    env: Environment | None = None
    serving: bool = False


state = State()


def on_startup(command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
    """While a writer looks at the site, a script of MkDocs is in each page, which only the header's policy knows."""
    state.serving = command == "serve"


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
    config.extra["view"]["headers"] = _headers(config)
    return env


def on_post_build(config: MkDocsConfig) -> None:
    """Write shell.html and portal.json into the build folder; a reader sees the old file or the new one, never half."""
    shell = _shell(config, config.extra["base_path"])
    for marker in (TITLE, CRUMBS, CONTENT):
        if shell.count(marker) != 1:
            times = shell.count(marker)
            raise PluginError(f"shell.html has {marker} {times} times, the functions need it exactly once")
    data = _portal(config)
    data["csp_script_hashes"] = policy.script_hashes(shell)
    data["built_at"] = get_build_datetime().isoformat(timespec="seconds")
    folder = Path(config.config_file_path).parent / os.environ.get("PORTAL_BUILD_DIR", "build")
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "shell.html", shell)
    _write(folder / "portal.json", json.dumps(data, ensure_ascii=False, indent=1, default=str) + "\n")
    paths = {f"{config.extra['base_path']}*": config.extra["view"]["headers"]}
    _write(folder / "headers.json", json.dumps(paths, indent=1) + "\n")
    _write(folder / "redirects.json", json.dumps(config.extra["view"]["redirects"], indent=0) + "\n")


def _headers(config: MkDocsConfig) -> dict[str, str]:
    """The headers of the site's pages, and in the view the policy that the pages carry.

    The scripts are those of the theme alone, as it makes them at every depth of the site: what stands in an article or
    in a release is never among them, whatever it is.
    """
    assert state.files is not None
    pages = [file.page for file in state.files.documentation_pages() if file.page is not None]
    depths = {get_relative_url(".", page.url) for page in pages} | {config.extra["base_path"]}
    hashes = {value for depth in sorted(depths) for value in policy.script_hashes(_shell(config, depth))}
    https = urlsplit(config.site_url or "").scheme == "https"
    content = policy.content_policy(
        sorted(hashes), _hosts(config), plain_http=not https or config.extra["view"]["demo"]
    )
    config.extra["view"]["policy"] = "" if state.serving else content
    return policy.headers(content, https and not config.extra["view"]["demo"], config.extra["view"]["preview"])


def _hosts(config: MkDocsConfig) -> dict[str, list[str]]:
    """The hosts of the adopter's own scripts and sheets, and those that the settings name."""
    hosts = {name: list(found) for name, found in config.extra["portal"]["allow"].items()}
    own = [(str(script), "script-src") for script in config.extra_javascript]
    for address, name in [*own, *((sheet, "style-src") for sheet in config.extra_css)]:
        parts = urlsplit(address)
        if parts.netloc:
            hosts.setdefault(name, []).append(f"{parts.scheme or 'https'}://{parts.netloc}")
    return {name: list(dict.fromkeys(found)) for name, found in hosts.items()}


def _shell(config: MkDocsConfig, base_url: str) -> str:
    """A page that works at any address, when every URL in it starts at the base path as in the 404 page."""
    assert state.env is not None
    assert state.nav is not None
    assert state.files is not None
    # A page with somebody's own data has a policy without other hosts.
    kept = {key: config[key] for key in ("extra_javascript", "extra_css")}
    for key, listed in kept.items():
        config[key] = [one for one in listed if not urlsplit(str(one)).netloc]
    context = get_context(state.nav, state.files, config, base_url=base_url)
    html = state.env.get_template("shell.html").render(context)
    for key, listed in kept.items():
        config[key] = listed
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
        "sign_in": portal["sign_in"],
        "account": portal["account"],
        "brand": brand.for_functions(portal["brand"]),
        "articles": [
            {key: article[key] for key in ("id", "title", "url", "topic", "reviewed", "unlisted")}
            for article in [*view["articles"], *view["unlisted"]]
        ],
        "changelog": view.get("changelog"),
        "status": view.get("status_bundle", {}),
    }


def _write(path: Path, text: str) -> None:
    half = path.with_name(f".{path.name}.{os.getpid()}")
    half.write_text(text, encoding="utf-8")
    half.replace(path)
