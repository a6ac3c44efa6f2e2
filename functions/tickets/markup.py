"""Agents' HTML made safe for a page: text, lists, links and code; nothing that runs, loads or looks like the portal."""

import re

from markupsafe import Markup

from portal.foreign_html import restored, tame

TAGS = {"a", "p", "br", "b", "strong", "i", "em", "u", "s", "code", "pre", "blockquote", "ul", "ol", "li", "hr", "div"}
TAGS |= {"table", "thead", "tbody", "tr", "th", "td", "h1", "h2", "h3", "h4", "span"}
# A picture as the cleaning leaves it: at most its description, which is escaped.
PICTURE = re.compile(r'<img(?: alt="([^"]*)")?>')


def clean(html: str) -> Markup:
    """The allowed part of untrusted HTML; pictures become their description, since they would tell when it is read."""
    import nh3

    safe = nh3.clean(
        tame(html),
        tags=TAGS | {"img"},
        clean_content_tags={"script", "style", "title", "template"},
        attributes={"a": {"href"}, "img": {"alt"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
    )
    return Markup(restored(PICTURE.sub(_described, safe)))  # noqa: S704 - this is what cleaned it


def _described(picture: re.Match[str]) -> str:
    words = (picture[1] or "").strip()
    return f"[picture: {words}]" if words else "[picture]"
