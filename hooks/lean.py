"""Material 9.8's two sheets, main and palette, without the rules for what our pages do not have.

That halves the CSS of a first view. This is no full CSS parser: it reads neither nested rules nor `:is(:not(...))`.
tests/hooks/test_lean.py holds that the installed sheets have none of them.
"""

import re
from collections.abc import Iterator

from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files

SHEETS = re.compile(r"assets/stylesheets/(main|palette)\.\w+\.min\.css")
# Parts of Material's page that hooks/theme replaces.
CHROME = [
    "annotation",
    "author",
    "banner",
    "consent",
    "copyright",
    "feedback",
    "footer",
    "header",
    "input",
    "logo",
    "meta",
    "nav",
    "option",
    "pagination",
    "path",
    "pin",
    "post",
    "profile",
    "progress",
    "search",
    "select",
    "sidebar",
    "skip",
    "social",
    "source",
    "status",
    "tabs",
    "tag",
    "tags",
    "tooltip",
    "tooltip2",
    "top",
    "version",
]
# Rules for markup of one extension; they stay when a writer's mkdocs.yml uses it.
EXTENSIONS = {
    "pymdownx.arithmatex": r"\.arithmatex|mjx-",
    "pymdownx.critic": r"\.critic|\bins\.|\bdel\.",
    "pymdownx.emoji": r"\.twemoji|\.emojione|\.gemoji",
    "codehilite": r"\.linenodiv|\.codehilite",
}
# Rules for what a feature of the theme adds; they stay when a writer's mkdocs.yml has it.
FEATURES = {"content.code.copy": r"\.md-(?:code__(?:nav|button)|clipboard|dialog)"}
# What has styles of ours instead, on the pages that have it: partials/hf/extras.css.
OWN = r"\.tabbed-|\.task-list|\.keys"
# Material's colour and picture for each kind of admonition; assets/article.css has four tones.
KINDS = "note|abstract|info|tip|success|question|warning|failure|danger|bug|example|quote"
ICON = re.compile(r"(--[\w-]+):url\((?:'[^']*'|\"[^\"]*\"|[^)]*)\);?")

_COMMENT = re.compile(
    r"(?P<quoted>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|url\([^)\"']*\))|/\*[^*]*\*+(?:[^/*][^*]*\*+)*/", re.DOTALL
)
_SPACE = re.compile(r"\s*\n\s*")


def on_env(env: Environment, config: MkDocsConfig, files: Files) -> Environment:
    """Replace Material's sheets by the lean ones, under the same names."""
    unused = pattern({*config.markdown_extensions, *config.theme.get("features", [])})
    ours = "".join(f.content_string for f in files.css_files() if not SHEETS.fullmatch(f.src_uri))
    sheets = [file for file in files.css_files() if SHEETS.fullmatch(file.src_uri)]
    lean = [trim(file.content_string, unused) for file in sheets]
    used = set(re.findall(r"var\((--[\w-]+)", "".join([*lean, ours])))
    for file, css in zip(sheets, lean, strict=True):
        file.content_string = ICON.sub(lambda match: match[0] if match[1] in used else "", css)
    return env


def pattern(wanted: set[str]) -> re.Pattern[str]:
    """Matches a selector whose rule is not needed by the extensions and features that are wanted."""
    parts = [rf"\.md-(?:{'|'.join(CHROME)})(?![a-z0-9])"]
    parts += [names for name, names in (EXTENSIONS | FEATURES).items() if name not in wanted]
    parts += [rf"\.(?:{KINDS})(?![\w-])", OWN]
    # The portal has one palette of its own.
    parts.append(r"data-md-color-(?:primary|accent)=(?!custom)")
    return re.compile("|".join(parts))


def trim(css: str, unused: re.Pattern[str]) -> str:
    """The sheet without the selectors that `unused` matches, and without rules that have none left."""
    kept = []
    for head, body in rules(css):
        if body is None:
            kept.append(head)
        elif head.startswith(("@media", "@supports", "@layer", "@container")):
            inner = trim(body, unused)
            kept.append(f"{head}{{{inner}}}" if inner else "")
        elif head.startswith("@"):
            kept.append(f"{head}{{{body}}}")
        else:
            selectors = [selector for selector in _selectors(head) if not unused.search(_positive(selector))]
            kept.append(f"{','.join(selectors)}{{{body}}}" if selectors else "")
    return "".join(kept)


def bare(css: str) -> str:
    """The sheet without comments and indentation; what is quoted stays."""
    return _SPACE.sub("\n", _COMMENT.sub(lambda found: found["quoted"] or "", css)).lstrip()


def _positive(selector: str) -> str:
    """A selector without its `:not(...)` and `:is(...)`: `:not(.md-nav)` and `:is(.md-nav,p)` match our pages too."""
    return re.sub(r":(?:not|is|where|has)\([^()]*\)", "", selector)


def rules(css: str) -> Iterator[tuple[str, str | None]]:
    """Each rule as (prelude, block); a statement such as @charset has None as its block."""
    start = 0
    while start < len(css):
        end = _find(css, start, "{;")
        if end == len(css) or css[end] == ";":
            yield css[start : end + 1], None
        else:
            head, start = css[start:end], end + 1
            end = _find(css, start, "}")
            yield head.strip(), css[start:end]
        start = end + 1


def _selectors(head: str) -> Iterator[str]:
    start = 0
    while start <= len(head):
        end = _find(head, start, ",")
        yield head[start:end]
        start = end + 1


def _find(css: str, start: int, wanted: str) -> int:
    """The position of the next `wanted` character outside strings, comments, brackets and blocks."""
    depth, at = 0, start
    while at < len(css):
        char = css[at]
        if not depth and char in wanted:
            return at
        if char in "\"'":
            at = _end_of_string(css, at)
        elif css.startswith("/*", at):
            at = css.find("*/", at) + 1 or len(css)
        elif char == "\\":
            at += 1
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        at += 1
    return len(css)


def _end_of_string(css: str, start: int) -> int:
    at = start + 1
    while at < len(css) and css[at] != css[start]:
        at += 2 if css[at] == "\\" else 1
    return at
