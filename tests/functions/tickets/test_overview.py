"""The customer's own tickets: the desk's list and our own record make one, and no state of the desk hides it."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from werkzeug.test import TestResponse

from functions import outbox
from functions.errors import VendorError
from functions.helpdesks.built_in import BuiltIn
from functions.services import Services
from functions.tickets import ledger, news, page, poll, purge
from portal.clock import DAY_MS
from portal.models import ORGANISATION_SCOPE, Requester, counted
from portal.tickets import STATUS_WORDS, Draft, Message, Thread, Ticket
from tests.conftest import ADA, BEN, Browser

MESSAGE = {"topic": "getting-in", "subject": "Locked out", "body": "I cannot sign in since Monday."}


class Desk(BuiltIn):
    """The built-in desk whose list may lag, be away, or hold agents' HTML."""

    away = False
    late = False
    html = ""
    closed = False

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self.capabilities = self.capabilities._replace(list_lag=120)

    def tickets(self, requester: Requester) -> list[Thread]:
        if self.away:
            raise VendorError("Our help desk does not answer just now.")
        return [] if self.late else super().tickets(requester)

    def ticket(self, requester: Requester, desk_ref: str) -> Thread:
        if self.away:
            raise VendorError("Our help desk does not answer just now.")
        thread = super().ticket(requester, desk_ref)
        messages = thread.messages[:1] if self.late else thread.messages
        if self.html:
            messages = (*messages, Message("agent", "", self._services.now(), self.html))
        return thread._replace(messages=messages, closed=self.closed)


def test_account_menu_and_overview_count_the_answers_that_were_not_opened(
    browser: Browser, services: Services, sign_in: Callable[..., None]
):
    sign_in(browser, plan="Team")
    references = [ask(browser, subject) for subject in ("Locked out", "Still locked out", "Third")]
    for reference in references[:2]:
        row = services.store.one("select * from ticket where reference = :reference", reference=reference)
        services.store.run("update ticket set agent_at = seen_at + 1 where id = :id", id=row["id"])
    session = browser.get("/api/session").json
    overview = browser.get("/my/").text

    assert (session["new"], session["plan"]) == (2, "Team")
    assert '<span class="hf-new">2 new answers</span>' in overview
    assert "Plan: Team" in overview
    assert ADA.email in overview


@pytest.fixture
def desk(services: Services) -> Desk:
    desk = services.__dict__["desk"] = Desk(services)
    return desk


def ask(browser: Browser, subject: str = "Locked out") -> str:
    location = browser.post("/api/tickets", data=MESSAGE | {"subject": subject}).headers["Location"]
    return location.partition("ref=")[2].partition("&")[0]


def listed(page: TestResponse) -> dict[str, str]:
    """The tickets of a list as a reader sees them: number -> state, in their order."""
    assert page.status_code == 200
    cell = r'data-label="Number">(\S+?)</td>\s*<td data-label="Status"><span><span class="hf-chip">(.*?)<'
    cells = re.findall(cell, page.text)
    assert len(cells) == page.text.count('data-label="Subject"')
    return dict(cells)


def test_what_was_just_sent_is_listed_before_the_desk_lists_it(browser: Browser, desk: Desk, sign_in):
    desk.late = True
    sign_in(browser)
    reference = ask(browser)

    assert reference in browser.get("/my/tickets/").text


def test_a_reply_is_shown_once_whether_the_desk_shows_it_or_not(browser: Browser, desk: Desk, sign_in):
    sign_in(browser)
    reference = ask(browser)
    browser.post("/api/tickets/reply", data={"ref": reference, "body": "It is still the same today."})
    pages = []
    for desk.late in (True, False):
        pages.append(browser.get(f"/my/ticket/?ref={reference}").text.count("It is still the same today."))

    assert pages == [1, 1]


def test_where_answers_come_by_mail_only_the_page_says_so(browser: Browser, desk: Desk, sign_in):
    desk.capabilities = desk.capabilities._replace(reads=False)
    sign_in(browser)

    assert f"We&#39;ll reply by email to {ADA.email}." in browser.get(f"/my/ticket/?ref={ask(browser)}").text


def test_the_same_reply_sent_twice_is_one(browser: Browser, services: Services, desk: Desk, sign_in):
    sign_in(browser)
    form = {"ref": ask(browser), "body": "It is still the same today.", "key": "k" * 20}
    answers = [browser.post("/api/tickets/reply", data=form) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert services.store.one("select count(*) as n from ticket_reply") == {"n": 1}


@pytest.mark.parametrize("body", ["It is still the same today.", ""], ids=["reply", "ticket"])
def test_what_is_sent_again_a_moment_after_ten_minutes_turned_is_one(
    browser: Browser, services: Services, desk: Desk, sign_in, body: str
):
    sign_in(browser)
    border = (services.now() // ledger.WINDOW_MS + 2) * ledger.WINDOW_MS
    path, form = ("/api/tickets/reply", {"ref": ask(browser), "body": body}) if body else ("/api/tickets", MESSAGE)
    for services.clock.at in (border - 1, border + 1):
        assert browser.post(path, data=form).status_code == 303
    table = "ticket_reply" if body else "ticket"

    assert services.store.one(f"select count(*) as n from {table}") == {"n": 1}


def test_the_same_reply_on_two_tickets_or_half_an_hour_later_is_another(
    browser: Browser, services: Services, desk: Desk, sign_in
):
    sign_in(browser)
    forms = [{"ref": ask(browser, subject), "body": "Thank you."} for subject in ("The first one", "The second one")]
    for form in forms:
        browser.post("/api/tickets/reply", data=form)
    services.clock.at = services.now() + 3 * ledger.WINDOW_MS
    browser.post("/api/tickets/reply", data=forms[0])

    assert services.store.one("select count(*) as n from ticket_reply") == {"n": 3}


def test_while_the_desk_is_down_the_last_list_is_shown_with_its_time(
    browser: Browser, services: Services, desk: Desk, sign_in
):
    sign_in(browser)
    reference = ask(browser)
    desk.answer(reference, "Try this.", "pending")
    before = services.now()
    browser.get("/my/tickets/")
    desk.away = True
    page = browser.get("/my/tickets/")
    as_of = re.search(r'This list is from <time datetime="(.*?)"', page.text)

    assert "Our help desk does not answer just now." in page.text
    assert as_of is not None
    assert datetime.fromisoformat(as_of[1]).timestamp() >= before // 1000
    assert listed(page) == {reference: STATUS_WORDS["pending"]}
    assert MESSAGE["body"] in browser.get(f"/my/ticket/?ref={reference}").text


def test_a_ticket_that_was_made_in_the_desk_gets_one_reference(
    browser: Browser, services: Services, desk: Desk, sign_in
):
    desk.create(Ticket("k" * 16, "", ADA, Draft("getting-in", "Sent by mail", "From my mail program."), 1))
    sign_in(browser)
    first, second = (listed(browser.get("/my/tickets/")) for _ in range(2))
    page = browser.get(f"/my/ticket/?ref={next(iter(first))}")

    assert len(first) == 1
    assert first == second
    assert "From my mail program." in page.text


def test_filters_find_by_state_text_and_day(browser: Browser, services: Services, desk: Desk, sign_in):
    sign_in(browser)
    first, second = ask(browser, "Card declined"), ask(browser, "Export is empty")
    desk.answer(first, "Done.", "solved")
    services.store.run("update desk_ticket set updated_at = :at where reference = :ref", at=5 * DAY_MS, ref=second)
    services.store.run("update ticket set created_at = :at where reference = :ref", at=5 * DAY_MS, ref=second)

    def found(query: str) -> list[str]:
        return list(listed(browser.get(f"/my/tickets/?{query}")))

    assert found("") == [second, first]
    assert found("status=solved") == [first]
    assert found("status=nonsense") == [second, first]
    assert found("status=open") == [second]
    assert found("status=received") == []
    assert found("text=CARD") == [first]
    assert found(f"text={second}") == [second]
    assert found("from=1970-01-06&to=1970-01-06") == [second]
    assert found("to=1970-01-05") == []
    assert found("from=9999-12-31") == []
    assert found("to=9999-12-31") == [second, first]
    assert found("from=nonsense") == [second, first]


def test_twenty_are_on_a_page(browser: Browser, desk: Desk, sign_in):
    for number in range(45):
        desk.create(Ticket(f"key-{number}", "", ADA, Draft("getting-in", f"Number {number}", "Text"), number + 1))
    sign_in(browser)
    last = browser.get("/my/tickets/?page=3&text=number")
    beyond = browser.get("/my/tickets/?page=99")

    assert len(listed(last)) == 5
    assert "Page 3 of 3" in last.text
    assert "45 requests" in last.text
    assert 'href="/my/tickets/?text=number&amp;page=2"' in last.text
    assert "Page 3 of 3" in beyond.text


def test_an_address_in_a_plain_answer_is_a_link_and_markup_stays_text(browser: Browser, desk: Desk, sign_in):
    sign_in(browser)
    reference = ask(browser)
    evil = 'See https://acme.example/a?x=1&y="><script>alert(1)</script> (or https://b.example/c).'
    desk.answer(reference, evil, "pending")
    shown = browser.get(f"/my/ticket/?ref={reference}").text

    rel = 'rel="noopener noreferrer nofollow"'
    assert f'See <a href="https://acme.example/a?x=1&amp;y=" {rel}>https://acme.example/a?x=1&amp;y=</a>' in shown
    assert f'(or <a href="https://b.example/c" {rel}>https://b.example/c</a>).' in shown
    assert "<script>alert" not in shown


def test_a_list_counts_its_tickets(browser: Browser, desk: Desk, sign_in):
    sign_in(browser)
    ask(browser)
    one = browser.get("/my/tickets/").text
    ask(browser, "Another question")
    two = browser.get("/my/tickets/").text

    assert ">1 request, open requests first" in one
    assert ">2 requests, open requests first" in two


@pytest.mark.parametrize(
    ("number", "noun", "words"),
    [
        (0, "ticket", "0 tickets"),
        (1, "ticket", "1 ticket"),
        (2, "ticket", "2 tickets"),
        (1, "second", "1 second"),
        (21, "result", "21 results"),
        (1000, "more time", "1000 more times"),
    ],
)
def test_a_count_has_its_noun_in_the_right_number(number: int, noun: str, words: str):
    assert counted(number, noun) == words


def test_html_of_agents_is_cleaned(browser: Browser, desk: Desk, sign_in):
    desk.html = '<p>Try <b>this</b><script>alert("owned")</script></p>'
    sign_in(browser)
    page = browser.get(f"/my/ticket/?ref={ask(browser)}").text

    assert "<p>Try <b>this</b></p>" in page
    assert "owned" not in page


@pytest.mark.parametrize(
    ("action", "fields", "said"),
    [
        ("reply", {"body": "It is still the same today."}, "We received your reply."),
        ("status", {"status": "solved"}, "You marked this request as solved."),
        ("status", {"status": "open"}, "You reopened this request."),
    ],
)
def test_each_button_is_followed_by_a_sentence_that_it_worked(
    browser: Browser, desk: Desk, sign_in, action: str, fields: dict[str, str], said: str
):
    sign_in(browser)
    reference = ask(browser)
    if fields.get("status") == "open":
        desk.answer(reference, "Done.", "solved")
    before = browser.get(f"/my/ticket/?ref={reference}").text
    after = browser.post(f"/api/tickets/{action}", data={"ref": reference} | fields).headers["Location"]

    assert said not in before
    assert said in browser.get(after.partition("#")[0]).text


@pytest.mark.parametrize(("button", "status"), [("solve", "solved"), ("reopen", "open")])
def test_a_button_beside_the_reply_sends_what_was_typed(
    browser: Browser, services: Services, desk: Desk, sign_in, button: str, status: str
):
    sign_in(browser)
    reference = ask(browser)
    if status == "open":
        desk.answer(reference, "Done.", "solved")
    fields = {"ref": reference, "body": "It was our own proxy, thank you.", button: "1"}
    page = browser.get(browser.post("/api/tickets/reply", data=fields).headers["Location"].partition("#")[0]).text
    silent = browser.post("/api/tickets/reply", data={"ref": reference, "body": "", button: "1"})

    assert "It was our own proxy, thank you." in page
    assert "We received your reply." in page
    assert STATUS_WORDS[status] in page
    assert silent.status_code == 303
    assert services.store.one("select count(*) as n from ticket_reply") == {"n": 1}


def test_a_sentence_about_a_button_goes_when_it_no_longer_holds(browser: Browser, desk: Desk, sign_in):
    sign_in(browser)
    reference = ask(browser)
    desk.answer(reference, "Done.", "solved")

    assert "You reopened this request." not in browser.get(f"/my/ticket/?ref={reference}&reopened=1").text


def test_the_page_that_thanks_says_once_when_we_answer(browser: Browser, services: Services, desk: Desk, sign_in):
    sign_in(browser)
    sent = browser.post("/api/tickets", data=MESSAGE).headers["Location"]

    assert browser.get(sent).text.count(services.portal["response_time"]) == 1
    assert browser.get(sent.replace("&sent=1", "")).text.count(services.portal["response_time"]) == 1


def test_while_the_page_asks_whether_it_is_solved_it_asks_nothing_else(browser: Browser, desk: Desk, sign_in):
    sign_in(browser)
    reference = ask(browser)
    desk.answer(reference, "Done.", "solved")
    asked = browser.get(f"/my/ticket/?ref={reference}").text
    no = browser.post("/api/tickets/rating", data={"ref": reference, "good": "no"}).headers["Location"]
    answered = browser.get(no.partition("#")[0]).text

    assert "Did we solve your problem?" in asked
    assert "Not solved after all?" not in asked
    assert "Not solved after all?" in answered


def test_solved_and_opened_again_is_shown_at_once_and_reaches_the_desk(
    browser: Browser, services: Services, desk: Desk, sign_in
):
    sign_in(browser)
    reference = ask(browser)
    path = f"/my/ticket/?ref={reference}"
    desk.away = True
    for wanted in ("solved", "open", "solved", "open"):
        browser.post("/api/tickets/status", data={"ref": reference, "status": wanted})
        assert f'<span class="hf-chip">{STATUS_WORDS[wanted]}</span>' in browser.get(path).text
    desk.away = False
    later = services.now() + 60_000
    services.clock.at = later
    outbox.deliver_due(services, float("inf"))

    assert desk.queue()[0].status == "open"


def test_a_reply_may_solve(browser: Browser, services: Services, desk: Desk, sign_in):
    sign_in(browser)
    reference = ask(browser)
    browser.post("/api/tickets/reply", data={"ref": reference, "body": "Thank you, that was it.", "solve": "1"})
    solved = desk.queue()[0].status
    browser.post("/api/tickets/reply", data={"ref": reference, "body": "Not quite, it is back."})

    assert (solved, desk.queue()[0].status) == ("solved", "open")


def test_a_reply_without_text_is_asked_for_and_files_are_not_lost_silently(browser: Browser, desk: Desk, sign_in):
    sign_in(browser)
    reference = ask(browser)
    page = browser.post("/api/tickets/reply", data={"ref": reference, "body": "  "})
    script = browser.post("/api/tickets/reply", data={"ref": reference}, headers={"Accept": "application/json"})

    assert page.status_code == script.status_code == 422
    assert "Write a message." in page.text
    assert script.json["fields"] == {"body": "Write a message."}


def test_the_satisfaction_question_may_be_answered_again_for_a_week(
    browser: Browser, services: Services, desk: Desk, sign_in
):
    sign_in(browser)
    reference = ask(browser)
    form = {"ref": reference, "good": "no", "reason": "It took long."}
    first = browser.post("/api/tickets/rating", data=form)
    second = browser.post("/api/tickets/rating", data=form | {"good": "yes"})
    kept = services.store.one("select good, good_reason from ticket")
    later = services.now() + page.RATING_MS + 1
    services.clock.at = later
    sign_in(browser)

    assert (first.status_code, second.status_code) == (303, 303)
    assert kept == {"good": "yes", "good_reason": ""}
    assert browser.post("/api/tickets/rating", data=form).status_code == 409
    assert browser.post("/api/tickets/rating", data=form | {"good": "maybe"}).status_code == 422


def test_the_agents_are_told_whether_it_helped_and_once_for_each_answer(
    browser: Browser, services: Services, desk: Desk, sign_in
):
    sign_in(browser)
    reference = ask(browser)
    form = {"ref": reference, "good": "no", "reason": "It took <b>long</b>.\nPlan: Free"}
    for answer in (form, form, form | {"good": "yes"}):
        browser.post("/api/tickets/rating", data=answer)
        outbox.deliver_due(services, time.monotonic() + 30)
    notes = services.store.all("select body from desk_message where is_public = 0 order by created_at")

    assert [row["body"] for row in notes][1:] == [
        "The customer says: this did not solve it. What was missing: It took \u2039b\u203along\u2039/b\u203a."
        " Plan: Free",
        "The customer says: this solved it.",
    ]


def test_an_answer_about_a_ticket_that_began_in_the_desk_reaches_the_agents(
    browser: Browser, services: Services, desk: Desk, sign_in
):
    desk.create(Ticket("k" * 16, "", ADA, Draft("getting-in", "Sent by mail", "From my mail program."), 1))
    sign_in(browser)
    browser.get("/my/tickets/")
    row = services.store.one("select reference from ticket")
    assert row
    browser.post("/api/tickets/rating", data={"ref": row["reference"], "good": "yes"})
    outbox.deliver_due(services, time.monotonic() + 30)

    assert services.store.one("select count(*) as n from desk_message where body like '%this solved it.'") == {"n": 1}


@pytest.fixture
def mailing(environ: dict[str, str]) -> None:
    environ |= {"SMTP_URL": "smtp://127.0.0.1:1", "MAIL_FROM": "portal@acme.example"}


def test_looking_tells_of_an_answer_once_and_only_open_tickets_are_looked_at(
    mailing: None, browser: Browser, services: Services, desk: Desk, sign_in
):
    sign_in(browser)
    first, second = ask(browser, "Card declined"), ask(browser, "Export is empty")
    poll.poll(services, float("inf"))
    desk.answer(first, "Try this.", "pending")
    desk.answer(second, "", "solved")
    for minutes in (1, 20, 40):
        later = services.now() + minutes * 60_000
        services.clock.at = later
        poll.poll(services, float("inf"))

    mails = [json.loads(row["payload"]) for row in services.store.all("select * from outbox where kind = 'mail.send'")]
    assert [(mail["to"], mail["subject"]) for mail in mails] == [(ADA.email, f"Re: Card declined [{first}]")]
    looked = {row["reference"]: row["looked_at"] for row in services.store.all("select * from ticket")}
    assert looked[first] > looked[second]


def test_a_colleague_who_reads_first_keeps_no_mail_from_the_owner(
    mailing: None, browser: Browser, services: Services, desk: Desk, sign_in
):
    sign_in(browser)
    reference = ask(browser)
    desk.answer(reference, "Try this.", "pending")
    sign_in(browser, replace(BEN, scopes=frozenset({ORGANISATION_SCOPE})))
    assert "Try this." in browser.get(f"/my/ticket/?ref={reference}").text
    poll.poll(services, float("inf"))

    (mail,) = services.store.all("select subject_id from outbox where kind = 'mail.send'")
    assert mail["subject_id"] == ADA.subject


def test_an_answer_is_new_until_its_customer_has_read_it(browser: Browser, services: Services, desk: Desk, sign_in):
    sign_in(browser)
    reference = ask(browser)
    pages = [browser.get("/my/tickets/").text]
    for answer in ("Try this.", "Or that."):
        desk.answer(reference, answer, "pending")
        news.refresh(services, {"ticket": services.store.one("select id from ticket")["id"]})
        pages.append(browser.get("/my/tickets/").text)
        desk.away = True
        browser.get(f"/my/ticket/?ref={reference}")
        desk.away = False
        pages.append(browser.get("/my/tickets/").text)
        browser.get(f"/my/ticket/?ref={reference}")
        pages.append(browser.get("/my/tickets/").text)

    assert ["New answer" in page for page in pages] == [False, True, True, False, True, True, False]


def test_texts_are_erased_after_their_days_and_rows_after_two_years(
    browser: Browser, services: Services, desk: Desk, sign_in
):
    sign_in(browser)
    reference = ask(browser)
    browser.post("/api/tickets/reply", data={"ref": reference, "body": "It is still the same today."})
    start = services.now()
    seen = []
    for days in (29, 31, 731):
        services.clock.at = start + days * DAY_MS
        purge.purge(services, float("inf"))
        row = services.store.one(
            "select t.body, r.body as reply from ticket t join ticket_reply r on r.ticket_id = t.id"
        )
        seen.append(row and (row["body"], row["reply"]))

    assert seen == [(MESSAGE["body"], "It is still the same today."), ("", ""), None]
    assert desk.messages(desk.queue()[0].desk_ref)[0].body == MESSAGE["body"]


def test_what_is_not_delivered_is_never_erased(services: Services):
    ledger.add(services, BEN, Draft("getting-in", "Locked out", "The only copy there is."), "key")
    start = services.now()
    services.clock.at = start + 3000 * DAY_MS
    purge.purge(services, float("inf"))

    assert services.store.one("select body from ticket") == {"body": "The only copy there is."}


def test_agents_are_told_what_the_portal_knows(browser: Browser, services: Services, desk: Desk, sign_in):
    sign_in(browser, ADA, plan="Team", role="admin")
    sent = {
        "context_article": "getting-in/forgot-password",
        "context_searches": '[["export empty", 1], ["x", "y"], "z", ["csv\\nPlan: none", 0]]',
        "seconds": "95",
        "context_vote": "unclear",
        "context_account": "1",
    }
    browser.post("/api/tickets", data=MESSAGE | sent)
    left_out = browser.post("/api/tickets", data=MESSAGE | {"subject": "Another one", "seconds": "0"})
    notes = {thread.subject: desk.messages(thread.desk_ref, private=True)[1].body for thread in desk.queue()}

    assert left_out.status_code == 303
    for line in (
        "Account: customer",
        "Plan: Team",
        "Role: admin",
        "Article's address: http://127.0.0.1:8000/getting-in/forgot-password/",
        "Article's revision: build test",
        "Searches: 'export empty' (1 result), 'csv Plan: none' (0 results)",
        "Your feedback on the article: not helpful: I couldn't follow a step",
        "Time on form: 1 min",
    ):
        assert line in notes["Locked out"].split("\n")
    assert "Plan:" not in notes["Another one"]
    assert "Time on form" not in notes["Another one"]
    assert "Account: not shared" in notes["Another one"]


def test_the_guide_says_of_every_table_how_long_it_is_kept():
    from pathlib import Path

    from functions.stores import MIGRATIONS

    guide = (Path(__file__).parents[3] / ".github/guides/operators.md").read_text("utf-8")
    section = guide.partition("## What is kept, and for how long")[2]
    tables = [name for file in MIGRATIONS.glob("*.sql") for name in re.findall(r"CREATE TABLE (\w+)", file.read_text())]

    assert len(tables) > 20
    assert [name for name in tables if f"`{name}`" not in section.partition("\nLogs are")[0]] == []


def test_visits_and_comments_are_forgotten_after_400_days(services: Services):
    from functions.insights import events, feedback
    from tests.functions.insights import kept

    for event, days in (("old", 0), ("new", 2)):
        kept.put(services.store, days * DAY_MS, "page", "article", path=f"/{event}/")
        services.store.run(
            "insert into feedback_comment (event_id, at, article, vote, comment) values (:id, :at, '', '', '')",
            id=event,
            at=days * DAY_MS,
        )
    services.clock.at = 402 * DAY_MS
    events.purge(services, float("inf"))
    feedback.purge(services, float("inf"))

    assert [row["path"] for row in kept.events(services.store)] == ["/new/"]
    assert services.store.all("select word from event_word where word <> 'test'") == [{"word": "/new/"}]
    assert services.store.all("select event_id from feedback_comment") == [{"event_id": "new"}]


def test_a_desk_without_webhooks_takes_none(browser: Browser):
    assert browser.post("/api/desk/webhook", data=b"anything").status_code == 404


def test_every_job_of_the_tick_runs(services: Services):
    from functions import tick

    outcome = tick.tick(services, float("inf"))

    assert {"look_at_tickets", "purge_tickets", "purge_events", "purge_webhooks"} <= set(outcome)
    assert set(outcome.values()) == {"done"}
