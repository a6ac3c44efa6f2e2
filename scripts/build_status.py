"""Write the status page alone, for a second host: `python -m scripts.build_status [FOLDER]`, or `make build-status`.

One page with everything in it, the feeds and the calendar: no file of the portal, nothing of a third party, and below
100 KB. While the portal answers, the page shows its live state; while it does not, what was last known, with its age.
Put it on another host, with another DNS provider and another CDN than the portal's.
"""

import argparse
import base64
import mimetypes
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from mkdocs.utils.yaml import yaml_load

from portal import brand, settings
from portal.articles import links
from portal.errors import ContentError
from portal.sanitise import to_html
from portal.status import Board, events, feeds, recur
from portal.status import files as status_files
from portal.status import page as status_page

LIB, TEMPLATE = Path(__file__).parent / "lib", "status_site.html"
STATUS = Path("status")
LIMIT = 100_000
# Pictures of the brand that stand in the page, and the most bytes of each.
INLINE, LARGEST_PICTURE = ("logo", "logo_dark", "favicon"), 15_000
NO_LOOK: dict[str, Any] = {"pictures": {}, "links": {}, "radius": 8, "name_in_logo": False}
FEEDS = {"feed.xml": feeds.atom, "rss.xml": feeds.rss, "feed.json": feeds.json_feed}


class TooLarge(Exception):
    """A sentence for the person at the terminal."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.build_status", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=Path("status-site"), help="where to write it")
    parser.add_argument("--status", type=Path, help="the folder with components.yml; without it status/")
    parser.add_argument("--docs", type=Path, default=Path("docs"), help="the folder with the articles")
    parser.add_argument("--portal", help="the portal's address; without it the site_url of mkdocs.yml")
    given = parser.parse_args(arguments)
    none = _why_none(Path("mkdocs.yml")) if given.status is None else None
    if none:
        # A workflow asks for the page of every portal, and one without status is as good as any.
        print(f"{none}: there is no status page to write.")
        return 0
    given.status = given.status or STATUS
    try:
        config = Path("mkdocs.yml")
        portal = given.portal or _site_url(config)
        size = write(given.status, given.folder, portal, int(time.time() * 1000), given.docs, _look(config))
        for sentence in [*status_files.missing(given.status), *status_files.skipped(given.status)]:
            print(sentence, file=sys.stderr)
    except (ContentError, TooLarge) as error:
        print(error, file=sys.stderr)
        return 1
    except ExceptionGroup as group:
        print(*group.exceptions, sep="\n", file=sys.stderr)
        return 1
    print(f"{given.folder}/: {size:,} bytes in all")
    return 0


def write(
    status: Path,
    folder: Path,
    portal: str,
    built_at: int,
    docs: Path = Path("docs"),
    look: Mapping[str, Any] | None = None,
) -> int:
    """Write the site and return its size in bytes; links to articles in `docs` lead to the portal, and `look` is the
    brand's. Raises ContentError, or TooLarge above 100 KB."""
    written = status_files.load(status)
    if written is None:
        raise ContentError(f"{status}/components.yml", None, "is missing")
    portal = portal.rstrip("/") + "/"
    # Incidents have no pages of their own here: every link leads to their place on the one page.
    incidents = tuple(replace(one, built=False) for one in written.incidents)
    page = replace(written.page, url=written.page.url or f"{portal}status/")
    written = replace(written, page=page, incidents=incidents)
    written = events.linked(written, lambda text: links.resolved(text, lambda href: links.article(href, docs, portal)))
    board = recur.expanded(written, built_at)
    files = {
        "index.html": _page(board, status, portal, built_at, look or {}),
        "maintenance.ics": feeds.calendar(written),
    }
    files |= _fitting(board, LIMIT - _size(files))
    size = _size(files)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    return size


def _fitting(board: Board, room: int) -> dict[str, str]:
    """The feeds, with as many of the newest updates as there is room for; raises TooLarge when one is too much."""
    most = feeds.MOST
    while most:
        files = {name: feed(board, "", to_html, most=most) for name, feed in FEEDS.items()}
        if _size(files) <= room:
            return files
        most //= 2
    raise TooLarge(f"The site has more than {LIMIT:,} bytes. Shorten what is planned, and the incidents that are open.")


def _size(files: Mapping[str, str]) -> int:
    return sum(len(text.encode()) for text in files.values())


def _page(board: Board, status: Path, portal: str, built_at: int, look: Mapping[str, Any]) -> str:
    corrections = status_files.load_corrections(status, [one.id for one in board.ever])
    parts = urlsplit(portal)
    jinja = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "lib"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    return jinja.get_template(TEMPLATE).render(
        name=board.page.name,
        board=status_page.page(board, built_at, "", status_files.load_history(status, board.ids), corrections),
        status=status_page.brief(board, built_at, ""),
        portal=portal,
        origin=f"{parts.scheme}://{parts.netloc}",
        summary=f"{portal}api/v2/summary.json",
        look=NO_LOOK | dict(look),
    )


def _look(config: Path) -> dict[str, Any]:
    """What the page shows of the brand in mkdocs.yml, with its pictures in it; raises an ExceptionGroup of
    ContentErrors."""
    if not config.is_file():
        return {}
    data = _settings(config).get("extra", {}).get("portal")
    given = settings.load(data, config.name, config.read_text("utf-8")).brand.model_dump()
    found = brand.accents(given)
    named = {file.setting: config.parent / file.path for file in brand.files(given)}
    pictures = {setting: _inline(path) for setting, path in named.items() if setting in INLINE and path.is_file()}
    return {
        "pictures": {setting: inside for setting, inside in pictures.items() if inside},
        "links": {name: one.text for name, one in found.items()},
        "radius": 8 if given["radius"] is None else given["radius"],
        # A logo too large for this page is not on it.
        "name_in_logo": given["name_in_logo"] and pictures.get("logo") is not None,
    }


def _inline(path: Path) -> str | None:
    """A picture as an address that holds it; None for one that would take too much of the page."""
    if path.stat().st_size > LARGEST_PICTURE:
        return None
    kind = mimetypes.guess_type(path.name)[0] or "image/png"
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"


def _why_none(config: Path) -> str | None:
    """Why this portal has no status page, if it has none."""
    settings = _settings(config) if config.is_file() else {}
    parts = settings.get("extra", {}).get("portal", {}).get("parts") or {}
    if parts.get("status") is False:
        return f"parts.status is off in {config}"
    return None if (STATUS / "components.yml").is_file() else f"{STATUS}/components.yml is not there"


def _settings(config: Path) -> dict[str, Any]:
    with config.open("rb") as file:
        return yaml_load(file) or {}


def _site_url(config: Path) -> str:
    url: str = _settings(config).get("site_url") or ""
    if not url:
        raise ContentError(config.name, None, "has no 'site_url'; say --portal https://help.example.com/")
    return url


if __name__ == "__main__":
    raise SystemExit(main())
