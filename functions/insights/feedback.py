"""POST /api/feedback: "Did this answer your question?", a plain form that works without JavaScript."""

from typing import TYPE_CHECKING
from urllib.parse import quote
from uuid import uuid4

from functions.errors import Problem
from functions.http import came_from, client, json_response, see_other, wants_json
from functions.insights.events import KEPT_MS, has_room, keep
from functions.rate import limit
from portal.clock import DAY_MS
from portal.insights.events import LONGEST_COMMENT, REASONS, VOTES, Event, is_uuid, redact_comment

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from functions.http import Request
    from functions.services import Services

TIMES, PER_SECONDS = 60, 600
# A vote without a comment.
LEAST_BYTES = 400
FULL = "We have had very many answers today, so this one could not be kept. Try again tomorrow, or write to us."
NOBODY = ("feedback_comment",)
INSERT = """
insert into feedback_comment (event_id, at, article, vote, reason, comment, build)
values (:event_id, :at, :article, :vote, :reason, :comment, :build)
on conflict (event_id) do nothing
"""


def submit(request: "Request", services: "Services") -> "Response":
    """Store a vote and, if there is one, its comment: 303 to the thank-you page or the why page, JSON for a
    script; raises Problem 422 or 429."""
    form = request.form
    vote, reason = form.get("vote", ""), form.get("reason") or None
    # Without JavaScript the static why page cannot fill in its article, but its address names it.
    article = form.get("article") or came_from(request, services.settings, "a")
    comment = form.get("comment", "").replace("\r\n", "\n").strip()
    path = _check(services, article, vote, reason, comment)
    # Only a robot fills the field that nobody sees; it is thanked and not counted.
    if not form.get("website"):
        who = client(request, services.settings)
        limit(services, "feedback", who, TIMES, PER_SECONDS)
        if not has_room(services, who, len(comment.encode()) + LEAST_BYTES):
            raise Problem(429, FULL, retry_after=DAY_MS // 1000)
        event = Event(
            event_id=_id(request, "event_id"),
            visit=_id(request, "visit"),
            view=_id(request, "view"),
            seq=_sequence(form.get("seq", "")),
            name="vote",
            path=path,
            kind="article",
            vote=vote,
            reason=reason if vote == "no" else None,
        )
        _store(services, event, article, comment)
    if wants_json(request):
        return json_response({"article": article, "vote": vote})
    told = vote == "yes" or reason or comment
    page = "feedback/thanks/" if told else "feedback/why/"
    return see_other(services.url(f"{page}?a={quote(article)}"))


def purge(services: "Services", deadline: float) -> None:
    """Job of the tick: forget comments on articles after 400 days."""
    services.store.run("delete from feedback_comment where at < :old", old=services.now() - KEPT_MS)


def _check(services: "Services", article: str, vote: str, reason: str | None, comment: str) -> str:
    """The article's path below the base path; raises Problem 422 that names each wrong field."""
    wrong = {}
    if article not in {known["id"] for known in services.portal["articles"]}:
        wrong["article"] = "This article does not exist (any more)."
    if vote not in VOTES:
        wrong["vote"] = "Say yes or no."
    if reason is not None and reason not in REASONS:
        wrong["reason"] = "Choose one of the reasons, or none."
    if len(comment) > LONGEST_COMMENT:
        wrong["comment"] = f"Write at most {LONGEST_COMMENT} characters."
    if wrong:
        raise Problem(422, "Your answer could not be saved. " + " ".join(wrong.values()), fields=wrong)
    return f"/{quote(article)}/"


def _store(services: "Services", event: Event, article: str, comment: str) -> None:
    with services.store.transaction():
        keep(services, [event])
        # NUL is the one character that a PostgreSQL text cannot hold.
        text = redact_comment(comment.replace("\0", ""))
        if text:
            services.store.run(
                INSERT,
                event_id=event.event_id,
                at=services.now(),
                article=article,
                vote=event.vote,
                reason=event.reason,
                comment=text,
                build=str(services.portal["build"]),
            )


def _id(request: "Request", field: str) -> str:
    """The id that the page's script sent, which joins the vote to its visit, or a new one."""
    sent = request.form.get(field, "")
    return sent if is_uuid(sent) else str(uuid4())


def _sequence(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0
