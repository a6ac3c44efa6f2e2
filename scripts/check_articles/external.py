"""Links to other sites: asked one at a time for each host, first for the head alone, and then not again for days."""

import json
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urldefrag, urlsplit

import requests

# Hosts that are asked at the same time.
HOSTS = 8
TIMEOUT_SECONDS = (5, 15)
# A link that works is asked again after a week; one that does not may be mended tomorrow.
WORKS, DEAD = timedelta(days=7), timedelta(days=1)
AGENT = "helpfront-link-check (the links of a help centre, once a week; HEAD first)"
GONE = {404: "is not there (404)", 410: "is gone for good (410)"}
# What a server answers that does not like HEAD, or robots: only GET tells.
ASK_AGAIN = frozenset({400, 403, 404, 405, 406, 410, 501})


def dead(urls: Sequence[str], cached: Path, today: date | None = None) -> dict[str, str]:
    """Why each address that leads nowhere does so; `cached` is the file of earlier answers. An address that is too
    busy, refuses robots or is broken for now counts as alive."""
    today = today or datetime.now(UTC).date()
    kept = {url: row for url, row in _read(cached).items() if _holds(row, today)}
    pages = {url: urldefrag(url).url for url in urls}
    new = sorted(set(pages.values()) - kept.keys())
    by_host: dict[str, list[str]] = {}
    for url in new:
        by_host.setdefault(urlsplit(url).netloc.lower(), []).append(url)
    with ThreadPoolExecutor(HOSTS) as pool:
        for answers in pool.map(_ask_host, by_host.values()):
            kept |= {url: {"day": today.isoformat(), "why": why} for url, why in answers}
    cached.parent.mkdir(parents=True, exist_ok=True)
    cached.write_text(json.dumps(kept, indent=1), "utf-8")
    return {url: kept[page]["why"] for url, page in pages.items() if kept[page]["why"]}


def _read(file: Path) -> dict[str, dict[str, str]]:
    try:
        data = json.loads(file.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}  # the first run, or one that was stopped as it wrote
    return data if isinstance(data, dict) else {}


def _holds(row: dict[str, str], today: date) -> bool:
    return today - date.fromisoformat(row["day"]) < (DEAD if row["why"] else WORKS)


def _ask_host(urls: Iterable[str]) -> list[tuple[str, str]]:
    with requests.Session() as session:
        session.headers["User-Agent"] = AGENT
        return [(url, _why(session, url)) for url in urls]


def _why(session: requests.Session, url: str) -> str:
    """Why an address leads nowhere; empty while it may lead somewhere."""
    try:
        status = session.head(url, timeout=TIMEOUT_SECONDS, allow_redirects=True).status_code
        if status in ASK_AGAIN:
            with session.get(url, timeout=TIMEOUT_SECONDS, stream=True) as response:
                status = response.status_code
    except requests.exceptions.InvalidURL:
        return "is no address"
    except requests.exceptions.SSLError:
        return "has a certificate that browsers refuse"
    except requests.exceptions.ConnectionError as error:
        return "has a host that does not answer" if not isinstance(error, requests.exceptions.Timeout) else ""
    except requests.exceptions.TooManyRedirects:
        return "leads in a circle"
    except requests.RequestException:
        return ""  # slow or broken for now, which says nothing of the link
    return GONE.get(status, "")
