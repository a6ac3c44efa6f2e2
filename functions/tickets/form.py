"""Reading the form of Contact support: the message, its context, and the facts for the agents."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from functions.http import came_from
from functions.tickets.ledger import plain
from portal.models import counted
from portal.tickets import CONTEXT_LABELS, VOTES, Draft

if TYPE_CHECKING:
    from functions.http import Request
    from functions.services import Services
    from functions.signin.sessions import Session

# Hidden fields of the form that go back into it with the text.
KEPT = ("key", "seconds")
# The topic of what fits no topic, as ask.html has it.
OTHER = "other"
# Rows of "Included with your message" beside those of a draft, and the agents' text for a row that was taken out.
SEARCHES, ACCOUNT = "context_searches", "context_account"
LEFT_OUT = {"Account": "not shared"}
# Stands in a form that shows the row of ACCOUNT to everyone: without a tick there, it was taken out.
ACCOUNT_ASKED = "context_account_asked"


def read(request: "Request", services: "Services") -> Draft:
    """The draft in a form; context rows are enums, ids of articles that exist, or short plain text."""
    form = request.form
    articles = {article["id"]: article["title"] for article in services.portal["articles"]}
    article = _article(request, services)
    read = [articles[part] for part in form.get("context_read", "").split(",")[:5] if part in articles]
    context = {
        "article": article,
        "query": plain(form.get("context_query", ""), 120),
        "vote": VOTES.get(form.get("context_vote", ""), ""),
        "read": "; ".join(read),
        "browser": plain(form.get("context_browser", ""), 80),
    }
    return Draft(
        form.get("topic", ""),
        plain(form.get("subject", ""), 1000),
        message(form.get("body", "")),
        {name: value for name, value in context.items() if value},
    )


def message(text: str) -> str:
    """The text of a textarea."""
    return text.replace("\r\n", "\n").replace("\x00", "").strip()


def facts(request: "Request", services: "Services") -> dict[str, str]:
    """Facts for the agents, label -> text."""
    urls = {article["id"]: article["url"] for article in services.portal["articles"]}
    article = _article(request, services)
    seconds = request.form.get("seconds", "")
    found = {
        "Article's address": services.settings.public_origin + urls[article] if article else "",
        "Article's revision": f"build {services.portal['build']}" if article else "",
        "Searches": _searches(request.form.get(SEARCHES, "")),
        "Time on form": _duration(int(seconds)) if _is_number(seconds) and int(seconds) else "",
    }
    refusal = LEFT_OUT if request.form.get(ACCOUNT_ASKED) and not request.form.get(ACCOUNT) else {}
    return {label: text for label, text in found.items() if text} | refusal


def with_account(facts: dict[str, str], session: "Session", request: "Request") -> dict[str, str]:
    """The facts with the session's account, plan and role, if the form has that row: the customer may take it out."""
    facts = without_refusal(facts)
    if not request.form.get(ACCOUNT):
        return facts | (LEFT_OUT if session.told else {})
    return facts | {label: plain(text, 120) for label, text in session.told.items()}


def refused(facts: Mapping[str, str]) -> bool:
    """Whether the customer took account, plan and role out of the form before they signed in."""
    return LEFT_OUT.items() <= facts.items()


def without_refusal(facts: Mapping[str, str]) -> dict[str, str]:
    """The facts without the mark of `refused`."""
    return {label: text for label, text in facts.items() if (label, text) not in LEFT_OUT.items()}


def topics(services: "Services") -> dict[str, str]:
    """Id -> title: the portal's, and one for what fits none of them."""
    return {topic["id"]: topic["title"] for topic in services.portal["topics"]} | {OTHER: "Something else"}


def shown(draft: Draft, facts: Mapping[str, str], services: "Services") -> list[tuple[str, str]]:
    """The rows of "Included with your message": label and text; an article is shown by its title."""
    titles = {article["id"]: article["title"] for article in services.portal["articles"]}
    rows = [
        (CONTEXT_LABELS[name], titles.get(value, value))
        for name, value in draft.context.items()
        if name in CONTEXT_LABELS
    ]
    # The address and revision of the article are in its row already.
    return rows + [(label, text) for label, text in facts.items() if not label.startswith("Article's ")]


def again(request: "Request", services: "Services", draft: Draft) -> list[tuple[str, str, str, str]]:
    """The rows of "Included with your message" for a form that comes back: field, value, label and text."""
    labels = {f"context_{name}": label for name, label in CONTEXT_LABELS.items()}
    texts = dict(shown(draft, facts(request, services), services))
    # Without JavaScript the article is known from the page's own address, which the next form no longer has.
    values = request.form.to_dict() | {"context_article": draft.context.get("article", "")}
    known = [(field, values.get(field, ""), label, texts.get(label, "")) for field, label in labels.items()]
    known.append((SEARCHES, values.get(SEARCHES, ""), "Your searches on this visit", texts.get("Searches", "")))
    return [row for row in known if row[1] and row[3]]


def _article(request: "Request", services: "Services") -> str:
    """The id of the article that the customer came from, or empty."""
    article = request.form.get("context_article", "")
    if request.form.get("context_came"):  # the row without JavaScript, which knows only that there was an article
        article = article or came_from(request, services.settings, "from")
    return article if any(known["id"] == article for known in services.portal["articles"]) else ""


def _searches(text: str) -> str:
    """`[["exports", 3], ...]` of the browser in words; nothing when it is anything else."""
    try:
        rows = json.loads(text[:2000]) if text else []
    except (ValueError, RecursionError):
        return ""
    good = [
        f"{plain(row[0], 120)!r} ({counted(row[1], 'result')})"
        for row in (rows if isinstance(rows, list) else [])[:5]
        if isinstance(row, list) and len(row) == 2 and isinstance(row[0], str) and type(row[1]) is int
    ]
    return ", ".join(good)


def _duration(seconds: int) -> str:
    """A time in whole minutes, or in seconds below one."""
    return f"{seconds // 60} min" if seconds >= 60 else counted(seconds, "second")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 8
