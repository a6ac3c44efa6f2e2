"""Markdown as GitHub reads it (CommonMark, its tables, struck words, alerts, task marks, shortcodes) into HTML, not yet
made safe: portal.sanitise does that."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from portal.sanitise.names import is_html

ALERTS = {"NOTE": "Note", "TIP": "Tip", "IMPORTANT": "Important", "WARNING": "Warning", "CAUTION": "Caution"}
ALERT = re.compile(r"\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\][ \t]*(?=\n|$)", re.IGNORECASE)
TASK = re.compile(r"\[([ xX])\](?=[ \t])")
SHORTCODE = re.compile(r":[a-z0-9_+-]{1,40}:")
TAG = re.compile(r"</?([a-zA-Z][\w-]*)")


def render(source: str) -> str:
    """The HTML of a Markdown text; what HTML is in it stays, and whoever shows the result cleans it."""
    parser = _parser()
    return str(parser.renderer.render(parser.parse(source), parser.options, {}))


def tokens(source: str) -> tuple[list[Token], dict[str, Any]]:
    """The blocks of a Markdown text, in order and with their lines, and its references by their upper-case label."""
    env: dict[str, Any] = {}
    return _blocks().parse(source, env), env.get("references", {})


@cache
def _blocks() -> MarkdownIt:
    return MarkdownIt("gfm-like", {"html": True}).disable(["linkify", "inline"])


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("gfm-like", {"html": True})
    assert parser.linkify is not None
    # GitHub links what begins with a scheme; without this, `README.md` would lead to a host in Moldova.
    parser.linkify.set({"fuzzy_link": False, "fuzzy_email": False})
    parser.core.ruler.after("inline", "github", _as_github)
    parser.add_render_rule("html_block", _raw)
    parser.add_render_rule("html_inline", _raw)
    parser.add_render_rule("image", _picture)
    return parser


def _as_github(state: StateCore) -> None:
    """Alerts, task marks and shortcodes."""
    for place, token in enumerate(state.tokens):
        if token.type != "inline" or not token.children:
            continue
        around = [one.type for one in state.tokens[max(0, place - 2) : place]]
        if around == ["blockquote_open", "paragraph_open"]:
            _alert(token.children)
        elif around == ["list_item_open", "paragraph_open"]:
            _task(token.children)
        for child in token.children:
            if child.type == "text" and ":" in child.content:
                child.content = SHORTCODE.sub(_sign, child.content)


def _alert(children: list[Token]) -> None:
    """A quote that begins with `[!WARNING]` on a line of its own says so in bold."""
    first = "".join(child.content or "\n" for child in children[:6] if child.type in ("text", "softbreak"))
    match = ALERT.match(first)
    if match is None:
        return
    rest = next((n for n, child in enumerate(children) if child.type in ("softbreak", "hardbreak")), len(children))
    word = Token("text", "", 0, content=ALERTS[match[1].upper()])
    children[:rest] = [Token("strong_open", "strong", 1), word, Token("strong_close", "strong", -1)]
    if len(children) > 3:
        children[3] = Token("hardbreak", "br", 0)


def _task(children: Sequence[Token]) -> None:
    """A box that is ticked or not: a form's field would promise that one can tick it."""
    first = children[0]
    if first.type == "text" and (match := TASK.match(first.content)):
        first.content = ("\u2610" if match[1] == " " else "\u2611") + first.content[match.end() :]


def _sign(match: re.Match[str]) -> str:
    return _signs().get(match[0], match[0])


@cache
def _signs() -> dict[str, str]:
    from pymdownx import gemoji_db

    codes = {name: entry["unicode"] for name, entry in gemoji_db.emoji.items() if "unicode" in entry}
    names = {**codes, **{alias: codes[name] for alias, name in gemoji_db.aliases.items() if name in codes}}
    return {name: "".join(chr(int(code, 16)) for code in value.split("-")) for name, value in names.items()}


def _picture(renderer: RendererHTML, tokens: Sequence[Token], place: int, options: Any, env: Any) -> str:
    """A picture's words: loading it would tell its host who reads."""
    return _escaped(renderer.renderInlineAsText(tokens[place].children, options, env))


def _raw(renderer: RendererHTML, tokens: Sequence[Token], place: int, options: Any, env: Any) -> str:
    """HTML as it is, but what only looks like a tag as text."""
    return "".join(_pieces(tokens[place].content))


def _pieces(html: str) -> Iterator[str]:
    at = 0
    for match in TAG.finditer(html):
        if not is_html(match[1]):
            yield html[at : match.start()] + "&lt;"
            at = match.start() + 1
    yield html[at:]


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
