"""Whatever meets text of others takes time that grows with its length alone: a letter of 1 MB holds nobody up."""

import contextlib
import gc
import time
from collections.abc import Callable

import pytest

from functions.tickets import form, ledger, markup, uploads
from portal import addresses, articles, changelog, foreign_html, sanitise
from portal.changelog import credits, outline, releases, wording
from portal.errors import ContentError
from portal.insights import events
from portal.search import sections, words
from portal.status import incident_files, incidents, plain
from portal.status.files import parse_incident
from portal.tickets import Message
from portal.tickets.match import Sent, present

KB = 1024
# Below this nobody waits, and a clock says little.
AT_ONCE = 0.5
LETTERS = ["<", "<div>", "<ul><li>", "<a", "<!--", "[", "(", "`", "*", "_", " ", "\n", "&", "@"]
# Markdown makes something of these as well.
MARKS = [
    "](",
    "[a](",
    "![",
    "**a ",
    "``` ",
    "\n- ",
    "\n> ",
    "\n1. ",
    "\n# ",
    "|",
    "@a (#1) ",
    "---\n",
    "http://",
    "&amp;",
]
Reader = Callable[[str], object]


def release(body: str, name: str = "", tag: str = "v1") -> releases.Release:
    return releases.Release(tag, name, body, "https://g.example/r", "acme/app", False, False, None)


def customer(html: str) -> Message:
    return Message("customer", "", 10**12, html)


def incident(body: str) -> object:
    one = incidents.opened("Slow", "minor", "x", {}, 10**12)
    text = incident_files.render(one).replace(
        "body: x", "body: |\n" + "\n".join(f"        {x}" for x in body.split("\n"))
    )
    return parse_incident(text, "status/incidents/x.md", [])


# What reads all of a text, however long.
WHOLE: dict[str, Reader] = {
    "a mail's HTML": markup.clean,
    "a reply in a thread": lambda text: present([Sent("ok", 10**12)], [customer(text)]),
    "tags away": foreign_html.without_tags,
    "one line": lambda text: ledger.plain(text, 300),
    "a ticket's text": form.message,
    "a file's name": uploads.clean_name,
    "a file": lambda text: uploads.check("a.txt", text.encode()),
    "a PDF": lambda text: uploads.check("a.pdf", b"%PDF-1.7\n" + text.encode()),
    "an address": addresses.normalise,
    "a searched word": events.redact_query,
    "a comment": events.redact_comment,
    "words": words.words,
    "an article": lambda text: articles.parse("a/b", "docs/a/b.md", text),
    "an article's front matter": lambda text: articles.parse("a/b", "docs/a/b.md", f"---\n{text}"),
    "a changelog file's front matter": lambda text: changelog.front_matter(f"---\n{text}", "changelog/x.md"),
    "a credit": credits.without,
    "comments": wording.without_comments,
    "a release's name and tag": lambda text: releases.title(release("", text, text)),
    "an edited file": releases.untouched,
}
# What cuts a text first; it is given a quarter of that, and all of it.
CUT: dict[str, Reader] = {
    "Markdown to HTML": sanitise.to_html,
    "Markdown to lines": plain.to_plain,
    "a release": lambda text: releases.draft(release(text)),
    "a release's blocks": outline.blocks,
    "a page's sections": lambda text: sections.sections(sanitise.to_html(text)),
    "a changelog file": lambda text: changelog.parse(f"---\ntitle: A\ndate: 2026-11-18\n---\n{text}", "changelog/x.md"),
    "an incident": incident,
}


def seconds(read: Reader, text: str) -> float:
    gc.disable()  # its rounds come at moments of their own
    started = time.process_time()
    # A sentence about what is wrong is an answer as well.
    with contextlib.suppress(ContentError, ExceptionGroup, incidents.Refused):
        read(text)
    took = time.process_time() - started
    gc.enable()
    return took


def slower(read: Reader, letters: str, size: int) -> str:
    """Empty when four times the text takes at most six times as long, else what it took."""
    large = (letters * (size // len(letters) + 1))[:size]
    whole = seconds(read, large)
    if whole <= AT_ONCE:
        return ""
    quarter = min(seconds(read, large[: size // 4]) for _ in range(2))
    if whole > 6 * quarter:
        whole = min(whole, seconds(read, large))
    return f"{letters!r}: {quarter:.2f} s, {whole:.2f} s" if whole > 6 * max(quarter, AT_ONCE / 6) else ""


@pytest.mark.parametrize("name", WHOLE)
def test_a_megabyte_takes_at_most_six_times_as_long_as_a_quarter(name: str) -> None:
    assert [found for letters in LETTERS if (found := slower(WHOLE[name], letters, KB * KB))] == []


@pytest.mark.parametrize("name", CUT)
def test_what_is_cut_first_grows_no_faster_up_to_there(name: str) -> None:
    assert [found for letters in LETTERS + MARKS if (found := slower(CUT[name], letters, 16 * KB))] == []


@pytest.mark.parametrize("read", [sanitise.to_html, sanitise.to_text, lambda text: releases.draft(release(text)).text])
def test_what_is_beyond_the_cut_is_not_read(read: Callable[[str], str]) -> None:
    kept = ("some words\n" * sanitise.MAX_CHARACTERS)[: sanitise.MAX_CHARACTERS - 1] + "!"

    assert len(kept) == sanitise.MAX_CHARACTERS
    assert read(kept + "<" * KB * KB).rstrip() == read(kept).rstrip() or read is not sanitise.to_html
