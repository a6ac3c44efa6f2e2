"""Personal pages and error pages: a template inside the site's own header, search, status dot and footer."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import escape
from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from functions.services import Services

TITLE = "<!--portal:title-->"
CONTENT = "<!--portal:content-->"
TEMPLATES = Path(__file__).parent / "templates"


def render(services: "Services", title: str, template: str, status: int, context: dict[str, Any]) -> Response:
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
    # Only the title and the content go in, each once: what a customer wrote must never fill a second slot.
    before, _, rest = services.shell.partition(TITLE)
    between, _, after = rest.partition(CONTENT)
    html = f"{before}{escape(title)}{between}{content}{after}"
    return Response(html, status, mimetype="text/html")


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
