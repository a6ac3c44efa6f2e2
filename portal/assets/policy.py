"""What a browser may do on the site's pages: the headers for every host, and the part of them that a page can carry."""

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence

_SCRIPT = re.compile(r"<script(?P<attributes>[^>]*)>(?P<text>.*?)</script>", re.DOTALL | re.IGNORECASE)
# What a page may load; an adopter's own hosts are added to these.
SOURCES = {
    "script-src": ["'self'"],
    "style-src": ["'self'", "'unsafe-inline'"],
    "img-src": ["'self'", "data:", "https:"],
    "media-src": ["'self'", "https:"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "frame-src": [],
}
# Of use in a header only: a browser complains of it in a page.
ONLY_HEADER = "frame-ancestors 'none'"


def script_hashes(html: str) -> list[str]:
    """The Content-Security-Policy hashes of a page's inline scripts; data blocks do not run and need none."""
    found: dict[str, None] = {}
    for match in _SCRIPT.finditer(html):
        if "src=" not in match["attributes"] and "json" not in match["attributes"]:
            found[script_hash(match["text"])] = None
    return list(found)


def script_hash(text: str) -> str:
    """The hash of one script, as a policy names it."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def content_policy(hashes: Iterable[str], hosts: Mapping[str, Sequence[str]], plain_http: bool = False) -> str:
    """The policy of a page whose inline scripts have these hashes; `hosts` by directive are allowed as well.

    A question leads to whatever host signs in the one who asks (decision 30), and a page may come in place of another
    without a reload, with the policy of the first: so all pages' forms may lead to https.
    """
    sources = {name: [*own, *hosts.get(name, ())] for name, own in SOURCES.items()}
    sources["script-src"] += [f"'{value}'" for value in hashes]
    parts = ["default-src 'none'", *(" ".join([name, *(own or ["'none'"])]) for name, own in sources.items())]
    forms = "form-action 'self' https:" + (" http:" if plain_http else "")
    return "; ".join([*parts, "manifest-src 'self'", "base-uri 'none'", forms])


def headers(policy: str, https: bool, preview: bool = False) -> dict[str, str]:
    """The headers of every answer that a host gives from the site's files; no search engine keeps a preview."""
    found = {
        "Content-Security-Policy": f"{policy}; {ONLY_HEADER}",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    }
    if preview:
        found["X-Robots-Tag"] = "noindex, nofollow"
    return found | ({"Strict-Transport-Security": "max-age=31536000"} if https else {})
