"""Personal pages and error pages: a template inside the site's own header, search, status dot and footer."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape
from werkzeug.wrappers import Response

from portal import menu
from portal.models import counted

if TYPE_CHECKING:
    from jinja2 import Environment

    from functions.services import Services

TITLE = "<!--portal:title-->"
CRUMBS = "<!--portal:crumbs-->"
CONTENT = "<!--portal:content-->"
TEMPLATES = Path(__file__).parent / "templates"
READ_ONLY = (
    '<div class="hf-notice hf-notice--warn" role="status"><p>You can read everything here, but you can\'t send or'
    " change anything right now. We are working on it. Try again in a few minutes.</p></div>"
)
Parent = tuple[str, str]
# The first page above every personal page: its path, and the word that leads there.
HUB: Parent = ("my/", "Overview")


class Page(Response):
    """A page; `leads_away` tells whether its forms may end on another host."""

    leads_away = False


def render(
    services: "Services",
    title: str,
    template: str,
    status: int = 200,
    /,
    *,
    parents: Sequence[Parent] = (),
    leads_away: bool = False,
    **context: Any,
) -> Page:
    """A template of functions/templates in the site's own page; templates escape everything and see `base`, `portal`,
    `url`, `demo`, `there(path)` (whether this portal has the page) and `contact(words)` (a link to whom to ask).

    `parents` are the pages above this one, outermost first; `leads_away` says that a form of the page may end on
    another host (billing, an identity provider).
    """
    content = (
        environment()
        .get_template(template)
        .render(
            title=title,
            base=services.base,
            portal=services.portal,
            url=services.url,
            demo=services.settings.demo,
            there=lambda path: not menu.missing(path, services.portal["parts"]),
            contact=lambda words: _contact(services, words),
            **context,
        )
    )
    if not services.store.takes_notes:
        content = READ_ONLY + content
    slots = {TITLE: escape(title), CRUMBS: _crumbs(services, parents), CONTENT: content}
    html, rest = "", services.shell
    # Each slot once, from front to back: a customer's text must never be taken for a slot.
    for marker, filling in slots.items():
        before, _, rest = rest.partition(marker)
        html += f"{before}{filling}"
    page = Page(html + rest, status, mimetype="text/html")
    page.leads_away = leads_away
    return page


def offers(services: "Services", words: Mapping[str, str]) -> str:
    """The words of those pages (path -> what customers find there) that this portal has: "a, b and c", or ""."""
    *first, last = [one for path, one in words.items() if not menu.missing(path, services.portal["parts"])] or [""]
    return f"{', '.join(first)} and {last}" if first else last


def _contact(services: "Services", words: str) -> str:
    """A link to the form, or to the support address in a portal without one."""
    has_form = not menu.missing("ask/", services.portal["parts"])
    href = services.url("ask/") if has_form else f"mailto:{services.portal['support_email']}"
    return Markup('<a href="{}">{}</a>').format(href, words)


def _crumbs(services: "Services", parents: Sequence[Parent]) -> str:
    item = Markup('<li><a href="{}">{}</a></li>')
    return Markup().join(item.format(services.url(path), word) for path, word in parents)


@cache
def environment() -> "Environment":
    """The templates; Jinja is imported for the first page, since most answers are JSON."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    jinja = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    jinja.filters["when"] = when
    jinja.filters["day"] = day
    jinja.filters["iso"] = iso
    jinja.filters["counted"] = counted
    return jinja


def when(milliseconds: int) -> str:
    """An absolute time in UTC, as `22 Nov 2026, 14:05 UTC`."""
    return f"{day(milliseconds)}, {_utc(milliseconds):%H:%M} UTC"


def day(milliseconds: int) -> str:
    """A day in UTC, as `22 Nov 2026`."""
    moment = _utc(milliseconds)
    return f"{moment.day} {moment:%b %Y}"


def iso(milliseconds: int) -> str:
    """An absolute time for the `datetime` attribute."""
    return _utc(milliseconds).isoformat(timespec="seconds")


def _utc(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
