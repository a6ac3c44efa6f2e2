"""The worst of our English stays away: words that no native speaker would write, in all that people read."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# A pattern, and what to write instead.
EVERYWHERE = {
    r"\be-mails?\b|\bmails?\b|\bMails?\b|\bE-mails?\b": "email",
    r"\bof (?:yours|ours)\b": "your, our",
    r"\bwho(?:m)?ever\b": "people who, anyone who, or you",
    r"\bas it is\b|\bwhat is so\b": "say what it is",
    r"\b(?:are|is|be|being|was|were|been) told\b": "get updates, see, learn",
    r"\bgoes along\b|\bgo along\b": "we'll include it",
    r"\bpress(?:es)? (?:its|the|their|a) button": "choose and the button's words",
    r"\bWhat stands here\b|\bstands? there\b": "say what the page shows",
}
# Only customers read requests; agents and operators have tickets.
CUSTOMERS = EVERYWHERE | {
    r"\bAsk us\b(?! when)": "Contact support",
    r"\bMy account\b": "Account",
    r"\b[Tt]ickets?\b": "request",
    r"\bGetting in\b": "Signing in",
    r"\bjust now\b.*\bcould not\b|\bcould not\b.*\bjust now\b": "temporarily unavailable",
}
# What people read, by who reads it: files, or folders with all that is in them. An adopter's own files are not ours to
# judge; those of the product are in tests/starter.
READ = {
    "customers": (
        "tests/acme/docs",
        "tests/acme/changelog",
        "hooks/site.py",
        "hooks/theme/404.html",
        "hooks/theme/changelog.html",
        "hooks/theme/home.html",
        "hooks/theme/main.html",
        "hooks/theme/release.html",
        "hooks/theme/search.html",
        "hooks/theme/topic.html",
        "hooks/theme/unavailable.html",
        "hooks/theme/partials/footer.html",
        "hooks/theme/partials/header.html",
        "hooks/theme/partials/hf/alltopics.html",
        "hooks/theme/partials/hf/aside.html",
        "hooks/theme/partials/hf/end.html",
        "hooks/theme/partials/hf/searchbox.html",
        "hooks/theme/assets/search",
        "hooks/theme/assets/signin",
        "functions/account",
        "functions/app.py",
        "functions/billers",
        "functions/billing",
        "functions/bots",
        "functions/errors.py",
        "functions/hub.py",
        "functions/identity",
        "functions/mail",
        "functions/pages.py",
        "functions/rate.py",
        "functions/signin",
        "functions/templates/account",
        "functions/templates/billing",
        "functions/templates/hub.html",
        "functions/templates/problem.html",
        "functions/templates/signin",
        "portal/account",
        "portal/menu",
        "portal/search/jobs.py",
        "functions/status",
        "functions/templates/status",
        "hooks/theme/status.html",
        "hooks/theme/status-month.html",
        "hooks/theme/incident.html",
        "hooks/theme/partials/hf/incident.html",
        "hooks/theme/partials/hf/status-updates.html",
        "hooks/theme/assets/status",
        "portal/status",
        "functions/insights",
        "hooks/theme/feedback.html",
        "hooks/theme/assets/insights",
        "functions/tickets",
        "functions/templates/tickets",
        "hooks/theme/ask.html",
        "hooks/theme/assets/tickets",
        "portal/tickets",
        "hooks/theme/status-about.html",
        "hooks/theme/partials/hf/status-subscribe.html",
    ),
    "writers and operators": (
        ".github/CONTRIBUTING.md",
        ".github/decisions/0054-a-repository-of-your-own.md",
        ".github/guides",
        "CHANGELOG.md",
        "functions/helpdesks",
        "functions/settings.py",
        "hooks/brand.py",
        "hooks/bundle.py",
        "hooks/changelog.py",
        "hooks/links.py",
        "hooks/search.py",
        "portal/articles",
        "portal/brand",
        "portal/changelog",
        "portal/search",
        "portal/settings.py",
        "portal/urls.py",
        "portal/yaml_lines.py",
        "scripts/account_table.py",
        "scripts/backup.py",
        "scripts/restore.py",
        "scripts/doctor",
        "scripts/changelog",
        "scripts/forget.py",
        "scripts/migrate.py",
        "scripts/new_portal",
        "scripts/report.py",
        "scripts/screenshots.py",
        "scripts/upgrade",
    ),
}
# Where one of the words is right: the file, the words around it, and why.
ALLOWED = {
    ("portal/search/jobs.py", "ticket answer"): "what customers type",
    ("functions/tickets/delivery.py", "reply to ticket"): "agents read it",
    ("functions/tickets/delivery.py", "its ticket is in the mailbox"): "the log has it",
    ("functions/tickets/delivery.py", "the ticket is not in the desk yet"): "the log has it",
}
KINDS = {".md", ".html", ".py", ".js"}
# Code, addresses, and of an article's front matter the ids and the questions, which are in the customers' own words.
CODE = re.compile(r"^(```|~~~).*?^\1|`[^`\n]*`|<[^>]*>|\]\([^)]*\)|^\w+:\n(?:  - .*\n)+", re.MULTILINE | re.DOTALL)
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
QUOTED = re.compile(r'"([^"\n]*)"|\'([^\'\n]*)\'')
SPOKEN = re.compile(r'\b(?:aria-label|placeholder|title|alt)="([^"]*)"')
SQL = re.compile(r"\s*(?:select|insert|update|delete|with|from|\w+ in \(select)\b")
SCRIPT = re.compile(r"^\s*(?://|/\*|\*).*$|\"((?:[^\"\\\n]|\\.)*)\"|`([^`]*)`", re.MULTILINE)


def files(names: Iterable[str]) -> list[Path]:
    found = []
    for name in names:
        path = ROOT / name
        found += [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.suffix in KINDS)
    return found


def texts(path: Path) -> Iterator[str]:
    """What people read of a file: Markdown without code, the words of a template, sentences in code."""
    text = path.read_text("utf-8")
    match path.suffix:
        case ".md":
            yield CODE.sub(" ", text)
        case ".html":
            yield from template(text)
        case ".py":
            yield from sentences(text)
        case ".js":
            yield from (one or other for one, other in SCRIPT.findall(text) if " " in (one or other))
        case _:
            yield text


def template(text: str) -> Iterator[str]:
    for code in JINJA.findall(text):
        if not code.startswith("{#"):
            yield from (one or other for one, other in QUOTED.findall(code) if " " in (one or other))
    plain = JINJA.sub(" ", re.sub(r"<(script|style)\b.*?</\1>", " ", text, flags=re.DOTALL))
    yield from SPOKEN.findall(plain)
    yield re.sub(r"<[^>]*>", " ", plain)


def sentences(source: str) -> Iterator[str]:
    """The texts of several words in a module, without docstrings, what is logged and what a VendorError has for the
    log."""
    tree = ast.parse(source)
    unread: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            unread.add(id(node.value))
        elif isinstance(node, ast.Call) and ast.unparse(node.func).startswith("log."):
            unread.update(id(part) for part in ast.walk(node))
        elif isinstance(node, ast.keyword) and node.arg == "detail":
            unread.update(id(part) for part in ast.walk(node.value))
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
        if id(node) not in unread and re.search(r"\w \w", text) and not SQL.match(text):
            yield text


def faults(names: Iterable[str], patterns: Mapping[str, str]) -> list[str]:
    found = []
    for path in files(names):
        name = path.relative_to(ROOT).as_posix()
        for text in texts(path):
            for pattern, better in patterns.items():
                for match in re.finditer(pattern, text):
                    near = " ".join(text[max(0, match.start() - 40) : match.end() + 40].split())
                    if not any(file == name and words in near for file, words in ALLOWED):
                        found.append(f"{name}: {near!r}: rather {better}")
    return found


@pytest.mark.parametrize("reader", READ)
def test_nothing_that_people_read_has_the_worst_words(reader: str) -> None:
    assert faults(READ[reader], CUSTOMERS if reader == "customers" else EVERYWHERE) == []


@pytest.mark.parametrize("reader", READ)
def test_every_file_of_the_table_is_there_and_says_something(reader: str) -> None:
    assert [name for name in READ[reader] if not (ROOT / name).exists()] == []
    assert sum(len(text) for path in files(READ[reader]) for text in texts(path)) > 10_000


@pytest.mark.parametrize(("file", "words"), ALLOWED)
def test_what_is_allowed_is_still_there(file: str, words: str) -> None:
    assert words in (ROOT / file).read_text("utf-8")


@pytest.mark.parametrize(
    ("source", "read"),
    [
        ('"""Look at your mail."""\nX = "Check your email."', ["Check your email."]),
        ('log.info("the mail was sent")\nX = f"A mail to {x}"', ["A mail to "]),
        ('raise VendorError("Try again later.", detail="a mail came back")', ["Try again later."]),
    ],
)
def test_only_what_a_customer_can_see_is_read_of_a_module(source: str, read: list[str]) -> None:
    assert list(sentences(source)) == read
