"""Personal pages and error pages: a template inside the site's own header, search, status dot and footer."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from functions.services import Services

TITLE = "<!--portal:title-->"
CRUMBS = "<!--portal:crumbs-->"
CONTENT = "<!--portal:content-->"
TEMPLATES = Path(__file__).parent / "templates"
# A form of these pages may end on another host: billing, the pages of an identity provider, its sign-out. By name and
# not by what a page holds, which may be somebody else's words.
LEAD_AWAY = {"account.html", "account_sessions.html", "ask_again.html", "ask_confirm.html", "billing.html"}
# Where a page belongs, below the home page: template -> (path, word), outermost first.
PARENTS: dict[str, tuple[tuple[str, str], ...]] = {
    "tickets.html": (("my/", "Your portal"),),
    "ticket.html": (("my/", "Your portal"), ("my/tickets/", "Your tickets")),
    "billing.html": (("my/", "Your portal"),),
    "account.html": (("my/", "Your portal"),),
    "account_sessions.html": (("my/", "Your portal"), ("my/account/", "Your account")),
    "account_notifications.html": (("my/", "Your portal"), ("my/account/", "Your account")),
    "account_profile.html": (("my/", "Your portal"), ("my/account/", "Your account")),
    "account_team.html": (("my/", "Your portal"), ("my/account/", "Your account")),
    "ask_confirm.html": (("ask/", "Ask us"),),
    "ask_again.html": (("ask/", "Ask us"),),
    "verify_sent.html": (("my/verify/", "Sign in"),),
    "verify_gone.html": (("my/verify/", "Sign in"),),
}


class Page(Response):
    """A page; `leads_away` tells whether its forms may end on another host."""

    leads_away = False


def render(services: "Services", title: str, template: str, status: int, context: dict[str, Any]) -> Page:
    """A page in the shell; templates escape everything and see `base`, `portal`, `url` and `demo`."""
    content = (
        environment()
        .get_template(template)
        .render(
            title=title,
            base=services.base,
            portal=services.portal,
            url=services.url,
            demo=services.settings.demo,
            **context,
        )
    )
    slots = {TITLE: escape(title), CRUMBS: _crumbs(services, template), CONTENT: content}
    html, rest = "", services.shell
    # From front to back and each once: what a customer wrote must never fill a second slot.
    for marker, filling in slots.items():
        before, _, rest = rest.partition(marker)
        html += f"{before}{filling}"
    page = Page(html + rest, status, mimetype="text/html")
    page.leads_away = template in LEAD_AWAY
    return page


def _crumbs(services: "Services", template: str) -> str:
    item = Markup('<li><a href="{}">{}</a></li>')
    return Markup().join(item.format(services.url(path), word) for path, word in PARENTS.get(template, ()))


@cache
def environment() -> Environment:
    jinja = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    jinja.filters["when"] = when
    jinja.filters["iso"] = iso
    return jinja


def when(milliseconds: int) -> str:
    """An absolute time in UTC, as `22 Nov 2026, 14:05 UTC`."""
    moment = _utc(milliseconds)
    return f"{moment.day} {moment:%b %Y, %H:%M} UTC"


def iso(milliseconds: int) -> str:
    """An absolute time for the `datetime` attribute."""
    return _utc(milliseconds).isoformat()


def _utc(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
