"""What Markdown's extensions leave to be done in an article's HTML: names for screen readers, and titles in print."""

import html
import re

# Markup of which only few articles have any, and whose styles are in partials/hf/extras.css.
MARKS = re.compile(r'class="(?:tabbed-set |task-list|keys|hf-shot)')
TASK = re.compile(r'<input type="checkbox" disabled(?P<done> checked)?\s*/?>')
TABS = re.compile(r'<div class="tabbed-labels">(?P<labels>.*?)</div>\s*<div class="tabbed-content">', re.DOTALL)
LABEL = re.compile(r"<label[^>]*>(?P<title>.*?)</label>", re.DOTALL)
# The styles know eight tabs beside each other.
NINTH = re.compile(r'<input[^>]* id="__tabbed_\d+_9"')
BLOCK = '<div class="tabbed-block">'


def finished(text: str) -> str:
    """The HTML with a name for each task's box, and the title of its tab at each block, which print shows."""
    return _titled(TASK.sub(_task, text))


def has_extras(text: str) -> bool:
    """Whether the page needs the styles of the rarer elements."""
    return MARKS.search(text) is not None


def fault(text: str) -> str:
    """What a reader of the page would miss, as a sentence for the writer; empty when it is nothing."""
    return (
        "has more than eight tabs side by side, and readers would see eight; write headings"
        if NINTH.search(text)
        else ""
    )


def _task(match: re.Match[str]) -> str:
    name, checked = ("Done", " checked") if match["done"] else ("Not done", "")
    return f'<input type="checkbox" disabled{checked} aria-label="{name}">'


def _titled(text: str) -> str:
    """Blocks follow their labels in the same order; a set within a block has its own before the next one."""
    found: list[str] = []
    waiting: list[list[str]] = []
    at = 0
    for match in re.finditer(rf"{TABS.pattern}|{re.escape(BLOCK)}", text, re.DOTALL):
        found.append(text[at : match.start()])
        at = match.end()
        if match["labels"] is not None:
            titles = [re.sub(r"<[^>]*>", "", label["title"]).strip() for label in LABEL.finditer(match["labels"])]
            waiting.append(titles)
            found.append(match[0])
        else:
            while waiting and not waiting[-1]:
                waiting.pop()
            title = waiting[-1].pop(0) if waiting else ""
            found.append(f'<div class="tabbed-block" data-title="{html.escape(html.unescape(title))}">')
    return "".join([*found, text[at:]])
