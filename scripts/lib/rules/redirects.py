"""Old addresses in the words of each host; what a host cannot say is left to the page at an old address and to the 404
page."""

import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from scripts.lib.rules.model import Rules

# Cloudflare reads no more: https://developers.cloudflare.com/workers/static-assets/redirects/
MOST_STATIC, MOST_DYNAMIC = 2000, 100
# A function of CloudFront has at most 10 KB, its own lines included.
MOST_BYTES = 9000
SEGMENT = "[^/]+"


def regexes(rules: Rules) -> Iterator[tuple[str, str]]:
    """Each old address as a regular expression without groups in groups, so that it takes linear time, and where it
    leads."""
    for old, to in rules.redirects:
        pieces = "/".join(_regex(piece) for piece in old.split("/"))
        yield f"^{re.escape(rules.base)}{pieces}/?$".replace(r"\-", "-"), encoded(to)


def _regex(piece: str) -> str:
    if piece == "*":
        return SEGMENT
    return f"{piece[:-2]}(-[^/]*)?" if piece.endswith("-*") else re.escape(piece)


def encoded(address: str) -> str:
    """An address in ASCII."""
    return quote(address, safe="/#")


def nginx(rules: Rules) -> str:
    """A `location` for each, before those of the functions."""
    return "".join(f'location ~ "{old}" {{ return 301 "{to}"; }}\n' for old, to in regexes(rules))


def caddy(rules: Rules) -> str:
    """A matcher and a redirect for each."""
    return "".join(
        f'@moved{number} path_regexp "{old}"\nredir @moved{number} "{to}" 301\n'
        for number, (old, to) in enumerate(regexes(rules))
    )


def netlify(rules: Rules) -> Iterator[str]:
    """Lines of `_redirects`. A number with words behind it has no form there: the 404 page looks it up."""
    for old, to in rules.redirects:
        yield f"{rules.base}{_named(old)}  {encoded(to)}  301!"


def cloudflare(rules: Rules) -> str:
    """`_redirects` beside the site's files: those of one address first, as many as are read."""
    lines: list[str] = []
    for old, to in rules.redirects:
        address = f"{rules.base}{_named(old)}"
        lines += [f"{address} {encoded(to)} 301", f"{address}/ {encoded(to)} 301"]
        if old.endswith("-*"):
            lines.append(f"{address}-* {encoded(to)} 301")
    moving = [line for line in lines if re.search(r"/:|\*", line.partition(" ")[0])]
    fixed = [line for line in lines if line not in moving]
    return "".join(f"{line}\n" for line in [*fixed[:MOST_STATIC], *moving[:MOST_DYNAMIC]])


def _named(old: str) -> str:
    """An old address with a name for each piece that may be anything."""
    return "/".join(
        f":piece{number}" if piece == "*" else quote(piece.removesuffix("-*"))
        for number, piece in enumerate(old.split("/"))
    )


def vercel(rules: Rules) -> list[dict[str, object]]:
    """`redirects` of vercel.json, whose `source` has its regular expressions in brackets."""
    return [
        {"source": f"{rules.base}{_bracketed(old)}(/?)", "destination": encoded(to), "permanent": True}
        for old, to in rules.redirects
    ]


def _bracketed(old: str) -> str:
    forms = {"*": f"({SEGMENT})"}
    return "/".join(
        forms.get(piece) or (f"{piece[:-2]}(-[^/]*)?" if piece.endswith("-*") else quote(piece))
        for piece in old.split("/")
    )


def firebase(rules: Rules) -> list[dict[str, object]]:
    """`redirects` of firebase.json, with RE2."""
    return [{"regex": old, "destination": to, "type": 301} for old, to in regexes(rules)]


def cloudfront(rules: Rules) -> str:
    """Lines for the function of a viewer's request, as many addresses as it has room for; empty without any."""
    rows = _that_fit([[f"{rules.base}{old}", encoded(to)] for old, to in rules.redirects])
    if not rows:
        return ""
    return f"""  var moved = {json.dumps(rows, separators=(",", ":"))};
  var given = request.uri.replace(/\\/$/, '').split('/');
  var fits = (old, i) => old === '*' || old === given[i] ||
    (old.endsWith('-*') && (given[i] === old.slice(0, -2) || given[i].startsWith(old.slice(0, -1))));
  for (var row of moved) {{
    var old = row[0].split('/');
    if (old.length === given.length && old.every(fits))
      return {{ statusCode: 301, headers: {{ location: {{ value: row[1] }} }} }};
  }}
"""


def _that_fit(rows: Iterable[list[str]]) -> list[list[str]]:
    found: list[list[str]] = []
    size = 0
    for row in rows:
        size += len(json.dumps(row)) + 1
        if size > MOST_BYTES - 600:
            break
        found.append(row)
    return found
