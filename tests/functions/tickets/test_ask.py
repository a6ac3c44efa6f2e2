"""Ask us: what a customer typed is never lost, never doubled and never shown to anyone else."""

import json
import re
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape
from werkzeug.test import EnvironBuilder

from functions import outbox
from functions.errors import StoreError, VendorError
from functions.helpdesks.built_in import BuiltIn
from functions.http import Request
from functions.services import Services
from functions.signin import drafts
from tests.conftest import ADA, BEN, Browser

MESSAGE = {
    "topic": "plans-and-billing",
    "subject": "My card was declined",
    "body": "I tried the new card twice and it was declined both times.",
    "key": "0d9f0f6e-6a0b-4d0e-9d49-5d8d9f9c1a11",
}


def reference(location: str) -> str:
    found = re.search(r"ref=([0-9A-Z-]+)", location)
    assert found
    return found[1]


def note(services: Services) -> list[str]:
    """The lines of the private note on the one ticket there is."""
    assert isinstance(services.desk, BuiltIn)
    (ticket,) = services.desk.queue()
    return services.desk.messages(ticket.desk_ref, private=True)[1].body.splitlines()


def test_a_signed_in_customer_gets_a_ticket_at_once(browser: Browser, services: Services, sign_in):
    sign_in(browser)
    answer = browser.post("/api/tickets", data=MESSAGE)
    page = browser.get(answer.headers["Location"])

    assert answer.status_code == 303
    assert "We received your request." in page.text
    assert MESSAGE["body"] in page.text
    assert [thread.subject for thread in services.desk.tickets(ADA)] == [MESSAGE["subject"]]


def test_without_signing_in_the_text_is_kept_until_it_can_be_sent(browser: Browser, services: Services, sign_in):
    answer = browser.post("/api/tickets", data=MESSAGE)
    kept_at = answer.headers["Location"]
    away = browser.get(kept_at)
    sign_in(browser)
    confirm = browser.get(kept_at)
    token = kept_at.partition("draft=")[2]
    sent = browser.post("/api/tickets/send", data={"draft": token})

    assert away.headers["Location"].startswith("/api/signin?return=%2Fmy%2Fask%2F%3Fdraft%3D")
    assert MESSAGE["body"] in confirm.text
    assert reference(sent.headers["Location"])
    assert services.store.all("select * from draft") == []
    assert len(services.desk.tickets(ADA)) == 1


def test_before_sending_one_sees_what_goes_along_and_may_keep_it(browser: Browser, services: Services, sign_in):
    sent = {"context_article": "getting-in/forgot-password", "context_searches": '[["card", 2]]', "seconds": "40"}
    token = browser.post("/api/tickets", data=MESSAGE | sent).headers["Location"].partition("draft=")[2]
    sign_in(browser, ADA, plan="Team")
    confirm = browser.get(f"/my/ask/?draft={token}").text
    ticket = browser.get(browser.post("/api/tickets/send", data={"draft": token}).headers["Location"]).text

    for text in ("I forgot my password", "&#39;card&#39; (2 results)", "40 seconds", "customer · Team"):
        assert text in confirm
    assert 'name="context_account" value="1" checked' in confirm
    assert "40 seconds" in ticket
    assert "not shared" in ticket
    assert "Team" not in ticket
    assert "Account: not shared" in note(services)


def test_pressing_send_twice_files_one_ticket(browser: Browser, services: Services, sign_in):
    token = browser.post("/api/tickets", data=MESSAGE).headers["Location"].partition("draft=")[2]
    sign_in(browser)
    first, second = (browser.post("/api/tickets/send", data={"draft": token}) for _ in range(2))

    assert reference(first.headers["Location"]) == reference(second.headers["Location"])
    assert browser.get(f"/my/ask/?draft={token}").status_code == 303


def test_a_draft_is_forgotten_after_a_day(browser: Browser, services: Services, sign_in):
    token = browser.post("/api/tickets", data=MESSAGE).headers["Location"].partition("draft=")[2]
    later = services.now() + drafts.DRAFT_MS + 1
    services.clock.at = later
    sign_in(browser)
    answer = browser.get(f"/my/ask/?draft={token}")
    drafts.purge(services, 0)

    assert answer.status_code == 404
    assert services.store.all("select * from draft") == []


def test_the_drafts_token_is_not_in_the_store(browser: Browser, services: Services):
    token = browser.post("/api/tickets", data=MESSAGE).headers["Location"].partition("draft=")[2]

    assert token not in json.dumps(services.store.all("select * from draft"))


@pytest.mark.parametrize("key", [MESSAGE["key"], ""])
def test_the_same_form_sent_twice_is_one_ticket(browser: Browser, services: Services, sign_in, key: str):
    sign_in(browser)
    locations = [browser.post("/api/tickets", data=MESSAGE | {"key": key}).headers["Location"] for _ in range(2)]

    assert locations[0] == locations[1]
    assert len(services.desk.tickets(ADA)) == 1


def test_an_edited_text_from_the_same_page_is_a_new_ticket(browser: Browser, services: Services, sign_in):
    sign_in(browser)
    browser.post("/api/tickets", data=MESSAGE)
    browser.post("/api/tickets", data=MESSAGE | {"body": MESSAGE["body"] + " Now it works, but the invoice is wrong."})

    assert len(services.desk.tickets(ADA)) == 2


def test_a_replayed_key_of_somebody_else_shows_nothing_of_theirs(browser: Browser, services: Services, sign_in):
    sign_in(browser)
    mine = browser.post("/api/tickets", data=MESSAGE).headers["Location"]
    sign_in(browser, BEN)
    theirs = browser.post("/api/tickets", data=MESSAGE).headers["Location"]

    assert reference(mine) != reference(theirs)


def test_a_foreign_ticket_and_none_are_the_same_404(browser: Browser, sign_in):
    sign_in(browser)
    mine = reference(browser.post("/api/tickets", data=MESSAGE).headers["Location"])
    sign_in(browser, BEN)
    foreign, none = browser.get(f"/my/ticket/?ref={mine}"), browser.get("/my/ticket/?ref=AAAA-AAAA")

    assert foreign.status_code == none.status_code == 404
    assert re.sub(r"[0-9a-f]{12}", "", foreign.text) == re.sub(r"[0-9a-f]{12}", "", none.text)


def test_what_is_wrong_is_said_beside_the_text_that_was_typed(browser: Browser, sign_in):
    sign_in(browser)
    answer = browser.post("/api/tickets", data={"topic": "nonsense", "subject": "Hi", "body": "<b>short</b>"})

    assert answer.status_code == 422
    assert "&lt;b&gt;short&lt;/b&gt;" in answer.text
    assert 'value="Hi"' in answer.text
    for field in ("topic", "subject", "body"):
        assert f'href="#{field}"' in answer.text


def test_a_script_gets_the_wrong_fields_by_name(browser: Browser):
    answer = browser.post("/api/tickets", data={}, headers={"Accept": "application/json"})

    assert answer.status_code == 422
    assert set(answer.json["fields"]) == {"topic", "subject", "body"}


def test_a_form_filled_by_a_robot_is_refused_without_losing_a_persons_text(browser: Browser, sign_in):
    sign_in(browser)
    answer = browser.post("/api/tickets", data=MESSAGE | {"website": "https://spam.example"})

    assert answer.status_code == 422
    assert MESSAGE["body"] in answer.text


def test_only_context_that_exists_reaches_the_agent(browser: Browser, services: Services, sign_in):
    sign_in(browser)
    context = {
        "context_article": "plans-and-billing/update-card",
        "context_query": "card\r\ndeclined",
        "context_vote": "<script>",
        "context_read": "getting-in/forgot-password,made/up",
    }
    browser.post("/api/tickets", data=MESSAGE | context)

    assert note(services)[1:4] == [
        "Article you came from: plans-and-billing/update-card",
        "Your search: card declined",
        "Articles you read on this visit: I forgot my password",
    ]
    assert "script" not in "".join(note(services))


def test_the_agents_note_is_not_shown_to_the_customer(browser: Browser, sign_in):
    sign_in(browser)
    page = browser.get(browser.post("/api/tickets", data=MESSAGE | {"context_query": "card"}).headers["Location"])

    assert "Sent along by" not in page.text
    assert "Portal key" not in page.text


def test_the_customer_reads_the_agents_answer(browser: Browser, services: Services, sign_in):
    sign_in(browser)
    number = reference(browser.post("/api/tickets", data=MESSAGE).headers["Location"])
    BuiltIn(services).answer(number, "Try the card <b>again</b>.", "pending")
    page = browser.get(f"/my/ticket/?ref={number}")

    assert "Try the card &lt;b&gt;again&lt;/b&gt;." in page.text
    assert "We replied" in page.text
    assert "We replied" in browser.get("/my/tickets/").text


class BrokenDesk(BuiltIn):
    """A desk that is away until it is told otherwise, and may file a ticket whose answer gets lost."""

    away = True
    lose_answer = False

    def create(self, ticket):  # type: ignore[no-untyped-def]
        if self.away and not self.lose_answer:
            raise VendorError(detail="away")
        reference = super().create(ticket)
        if self.away:
            raise VendorError(detail="the answer got lost")
        return reference

    def tickets(self, requester):  # type: ignore[no-untyped-def]
        if self.away:
            raise VendorError("Our help desk does not answer just now.")
        return super().tickets(requester)


def test_while_the_desk_is_away_the_ticket_waits_and_the_customer_sees_it(
    browser: Browser, services: Services, sign_in
):
    desk = services.__dict__["desk"] = BrokenDesk(services)
    sign_in(browser)
    answer = browser.post("/api/tickets", data=MESSAGE)
    page, listed = browser.get(answer.headers["Location"]), browser.get("/my/tickets/")
    desk.away = False
    later = services.now() + 10_000
    services.clock.at = later
    outbox.deliver_due(services, deadline=float("inf"))

    assert answer.status_code == 303
    assert '<span class="hf-chip">Received</span>' in page.text
    assert MESSAGE["subject"] in listed.text
    assert "Our help desk does not answer just now." in listed.text
    assert len(desk.tickets(ADA)) == 1


def test_a_ticket_whose_answer_got_lost_is_not_filed_twice(browser: Browser, services: Services, sign_in):
    desk = services.__dict__["desk"] = BrokenDesk(services)
    desk.lose_answer = True
    sign_in(browser)
    browser.post("/api/tickets", data=MESSAGE)
    desk.away = False
    later = services.now() + 10_000
    services.clock.at = later
    outbox.deliver_due(services, deadline=float("inf"))

    assert len(desk.tickets(ADA)) == 1
    assert services.store.one("select count(*) as n from outbox where done_at is null") == {"n": 0}


def test_a_customer_without_tickets_is_shown_the_way(browser: Browser, sign_in):
    sign_in(browser)

    assert "No requests yet" in browser.get("/my/tickets/").text


@pytest.mark.parametrize(
    ("referer", "sent"),
    [
        ("http://127.0.0.1:8000/ask/?from=plans-and-billing/update-card", True),
        ("http://127.0.0.1:8000/ask/?from=made/up", False),
        ("https://evil.example/ask/?from=plans-and-billing/update-card", False),
        ("http://[", False),
        ("http://[127.0.0.1]:8000/ask/?from=plans-and-billing/update-card", False),
        ("http://127.0.0.1:8000/ask/?from=%ff&from=%00", False),
        ("http://127.0.0.1:8000/ask/?=;&&from", False),
    ],
)
def test_without_javascript_the_pages_own_address_names_the_article(
    browser: Browser, services: Services, sign_in, referer: str, sent: bool
):
    sign_in(browser)
    answer = browser.post("/api/tickets", data=MESSAGE | {"context_came": "1"}, headers={"Referer": referer})

    assert answer.status_code == 303
    assert any("plans-and-billing/update-card" in line for line in note(services)) == sent


def test_a_form_that_comes_back_still_knows_what_goes_along(browser: Browser):
    sent = {"context_came": "1", "context_account": "1", "body": "short", "context_query": "card"}
    came = {"Referer": "http://127.0.0.1:8000/ask/?from=getting-in/forgot-password"}
    page = browser.post("/api/tickets", data=MESSAGE | sent, headers=came).text

    assert 'name="context_article" value="getting-in/forgot-password" checked' in page
    assert 'name="context_query" value="card" checked' in page
    assert 'name="context_account" value="1" checked' in page
    assert 'name="way" value="address"' in page
    assert 'name="email"' in page


def test_an_article_that_was_not_to_be_sent_is_not(browser: Browser, services: Services, sign_in):
    sign_in(browser)
    browser.post(
        "/api/tickets", data=MESSAGE, headers={"Referer": "http://127.0.0.1:8000/ask/?from=getting-in/forgot-password"}
    )

    assert not any("forgot" in line for line in note(services))


def test_a_draft_becomes_one_ticket_whoever_sends_it(browser: Browser, services: Services, sign_in):
    token = browser.post("/api/tickets", data=MESSAGE).headers["Location"].partition("draft=")[2]
    sign_in(browser)
    first = browser.post("/api/tickets/send", data={"draft": token})
    sign_in(browser, BEN)
    second = browser.post("/api/tickets/send", data={"draft": token})

    assert (first.status_code, second.status_code) == (303, 404)
    assert len(services.desk.queue()) == 1


def test_sending_after_the_session_ended_leads_back_to_the_kept_text(browser: Browser):
    token = browser.post("/api/tickets", data=MESSAGE).headers["Location"].partition("draft=")[2]
    answer = browser.post("/api/tickets/send", data={"draft": token})

    assert answer.headers["Location"] == f"/my/ask/?draft={token}"


class RefusingDesk(BuiltIn):
    """A desk that will never take the ticket."""

    def create(self, ticket):  # type: ignore[no-untyped-def]
        raise VendorError("Not accepted.", "rejected", detail="field")


def test_a_ticket_that_the_desk_refuses_is_not_shown_as_on_its_way(browser: Browser, services: Services, sign_in):
    services.__dict__["desk"] = RefusingDesk(services)
    sign_in(browser)
    page = browser.get(browser.post("/api/tickets", data=MESSAGE).headers["Location"])

    assert "This hasn't reached our team yet." in page.text
    assert "support@acme.example" in page.text
    assert MESSAGE["body"] in page.text
    assert "passing it to our team" not in page.text


def test_what_fits_no_topic_is_asked_as_something_else(browser: Browser, services: Services, sign_in):
    sign_in(browser)
    again = browser.post("/api/tickets", data=MESSAGE | {"topic": "other", "body": ""})
    assert '<option value="other" selected>Something else</option>' in again.text

    assert browser.post("/api/tickets", data=MESSAGE | {"topic": "other"}).status_code == 303
    assert services.store.one("select topic from ticket") == {"topic": "other"}
    assert browser.post("/api/tickets", data=MESSAGE | {"topic": "unheard-of"}).status_code == 422


class LockedDesk(BuiltIn):
    """A desk whose store does not answer while the ledger's does."""

    def create(self, ticket):  # type: ignore[no-untyped-def]
        raise StoreError("locked")


@pytest.mark.parametrize(
    ("path", "status"), [("/api/tickets", 429), ("/api/tickets/reply", 401)], ids=["too often", "signed out meanwhile"]
)
def test_without_javascript_an_error_shows_what_was_typed(browser: Browser, path: str, status: int):
    for _ in range(20):
        browser.post("/api/tickets", data=MESSAGE)
    page = browser.post(path, data=MESSAGE | {"body": "All that I <wrote> here."})

    assert page.status_code == status
    assert "All that I &lt;wrote&gt; here.</textarea>" in page.text
    assert "mailto:support@acme.example?subject=My%20card%20was%20declined&amp;body=All%20that" in page.text
    assert ("Sign in</a>" in page.text) == (status == 401)


@pytest.mark.parametrize("path", ["/api/tickets", "/api/nothing", "/api/tick", "/api/status/hook"])
def test_an_error_shows_nothing_that_another_site_sent(browser: Browser, path: str):
    page = browser.post(path, data={"body": "Call zulu"}, headers={"Sec-Fetch-Site": "cross-site"})

    assert page.status_code in {401, 403, 404}
    assert "zulu" not in page.text  # which no reference has, unlike a number


def test_a_saved_ticket_is_never_answered_with_an_error(browser: Browser, services: Services, sign_in):
    services.__dict__["desk"] = LockedDesk(services)
    sign_in(browser)

    assert browser.post("/api/tickets", data=MESSAGE).status_code == 303
    assert services.store.one("select state from ticket") == {"state": "accepted"}


def test_a_form_of_a_hundred_thousand_fields_is_refused_unread(browser: Browser):
    answer = browser.post("/api/tickets", data={f"context_{number}": "x" for number in range(30_000)})

    assert answer.status_code == 413


@pytest.mark.parametrize("sent", ["with its length", "in chunks"])
@pytest.mark.parametrize("path", ["/api/tickets", "/api/tickets/reply", "/api/tickets/send"])
def test_a_form_with_too_large_files_keeps_its_text_without_javascript(
    browser: Browser, services: Services, sign_in, path: str, sent: str
):
    sign_in(browser)
    body = "Größe <b> & mehr\n" * 1000
    parts = {'"subject"': "My photo", '"body"': body, '"files"; filename="a.jpg"': "x" * services.settings.body_limit}
    form = "".join(
        f"--x\r\nContent-Disposition: form-data; name={name}\r\n\r\n{text}\r\n" for name, text in parts.items()
    )
    chunks = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True} if sent == "in chunks" else {}
    answer = browser.post(
        path, data=f"{form}--x--".encode(), content_type="multipart/form-data; boundary=x", environ_overrides=chunks
    )

    assert answer.status_code == 413
    assert str(escape(body)) in answer.text
    assert "That is too much for one message" in answer.text


@given(st.binary(max_size=200), st.sampled_from(["x", "", "\xfc", "a b"]))
def test_the_beginning_of_any_form_is_text_or_nothing(data: bytes, boundary: str):
    form = b"--x\r\nContent-Disposition: form-data; name=body\r\n\r\n" + data
    kind = f"multipart/form-data; boundary={boundary}"
    request = Request(EnvironBuilder(method="POST", input_stream=BytesIO(form), content_type=kind).get_environ())
    request.environ["CONTENT_LENGTH"] = str(len(form))

    assert all(isinstance(text, str) for text in request.text_at_the_beginning().values())


@pytest.mark.parametrize("wrong", ["%00", "%ED%A0%BD", "x" * 5000, "%0d%0a"])
def test_an_odd_reference_is_a_404_on_both_engines(browser: Browser, sign_in, wrong: str):
    sign_in(browser)

    assert browser.get(f"/my/ticket/?ref={wrong}").status_code == 404


def test_the_longest_message_fits(browser: Browser, services: Services, sign_in):
    sign_in(browser)
    answer = browser.post("/api/tickets", data=MESSAGE | {"body": "\N{GRINNING FACE}" * 20_000})

    assert answer.status_code == 303
