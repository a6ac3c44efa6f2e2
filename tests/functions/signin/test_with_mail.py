"""Signing in by a mail: only who reads the mail gets in, once, and nobody learns anything about an address."""

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from functions import outbox, tick
from functions.app import Portal
from functions.services import Services
from functions.settings import read
from functions.signin import mail_code, sessions, with_mail
from portal.addresses import subject
from portal.models import Requester
from tests.conftest import ADA, Browser, write_bundle
from tests.functions.inbox import Inbox, listening

EVE = "eve@customer.example"
MESSAGE = {
    "topic": "getting-in",
    "subject": "No mail arrives",
    "body": "I asked for a new password three times and no mail came.",
}


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    # What depends on the engine is tested on both in test_mail_limits.py.
    return f"sqlite:///{tmp_path / 'portal.db'}"


@pytest.fixture(scope="module")
def mail() -> Iterator[tuple[Inbox, str]]:
    with listening() as found:
        yield found


@pytest.fixture
def inbox(mail: tuple[Inbox, str]) -> Inbox:
    mail[0].forget()
    return mail[0]


@pytest.fixture
def environ(environ: dict[str, str], mail: tuple[Inbox, str], inbox: Inbox) -> dict[str, str]:
    return environ | {"SMTP_URL": mail[1], "MAIL_FROM": "support@acme.example", "BOT_CHECK": "none"}


@pytest.fixture
def tab(browser: Browser) -> Browser:
    """The tab that asks."""
    return browser


@pytest.fixture
def other(app: Portal) -> Browser:
    """Another device."""
    return Browser(app)


@pytest.fixture
def later(services: Services) -> Callable[[int], None]:
    """Move the clock on by minutes."""
    start, passed = services.now(), [0]

    def later(minutes: int) -> None:
        passed[0] += minutes
        services.clock.at = start + passed[0] * 60_000

    return later


def ask(tab: Browser, address: str = EVE, back: str = "/my/tickets/", **fields: str) -> TestResponse:
    """Fill in the form and follow to the page with the field for the code; the mail is sent by then."""
    form = fields if "ask" in fields else fields | {"ask": hidden(tab.get("/my/verify/"), "ask")}
    with tab.post("/api/verify", data={"email": address, "return": back} | form) as answer:
        pass
    return tab.get(answer.location) if answer.status_code == 303 else answer


def hidden(page: TestResponse, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, page.text
    return found[1]


def page_id(page: TestResponse) -> str:
    return hidden(page, "ask")


def type_code(tab: Browser, page: TestResponse, code: str) -> TestResponse:
    return tab.post("/api/verify/code", data={"ask": page_id(page), "code": code})


def refused(tab: Browser, page: TestResponse, code: str) -> bool:
    """Whether a code leads back to the page it was typed on."""
    answer = type_code(tab, page, code)
    return answer.status_code == 303 and answer.headers["Location"].endswith(f"/my/verify/sent/?ask={page_id(page)}")


def press(browser: Browser, link: str, **options: Any) -> TestResponse:
    """Press the button of the page behind a link."""
    return browser.post("/api/verify/open", data={"token": parse_qs(urlsplit(link).query)["token"][0]}, **options)


def who(browser: Browser) -> str:
    """Who the browser is signed in as."""
    return str(browser.get("/api/session", headers={"Accept": "application/json"}).json.get("email", ""))


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


# The two ways in


def test_the_code_signs_in_the_page_that_asked(tab: Browser, inbox: Inbox):
    page = ask(tab)
    code = inbox.code()
    answer = type_code(tab, page, f"{code[:3]} {code[3:]}")

    assert answer.status_code == 303
    assert answer.location == "/my/tickets/"
    assert who(tab) == EVE


def test_the_link_signs_in_the_browser_that_presses_its_button(tab: Browser, other: Browser, inbox: Inbox):
    ask(tab)
    shown = other.get(inbox.link())
    answer = press(other, inbox.link())

    assert shown.status_code == 200
    assert EVE in shown.text
    assert answer.location == "/my/tickets/"
    assert who(other) == EVE
    assert who(tab) == ""


def test_looking_never_signs_in_and_never_uses_the_link_up(tab: Browser, other: Browser, inbox: Inbox):
    ask(tab)
    for _ in range(3):
        assert other.head(inbox.link()).status_code == 200
        assert other.get(inbox.link(), headers={"Sec-Purpose": "prefetch"}).status_code == 200
    scanned = who(other)

    assert scanned == ""
    assert press(other, inbox.link()).status_code == 303


def test_a_link_works_once(tab: Browser, other: Browser, app: Portal, inbox: Inbox):
    ask(tab)
    press(other, inbox.link())
    third = Browser(app)
    again = press(third, inbox.link())

    assert again.status_code == 410
    assert third.get(inbox.link()).status_code == 410
    assert who(third) == ""


def test_the_back_button_and_a_second_press_lead_who_is_signed_in_on(tab: Browser, inbox: Inbox):
    ask(tab)
    press(tab, inbox.link())

    assert press(tab, inbox.link()).location == "/my/"
    assert tab.get(inbox.link()).location == "/my/"
    assert tab.get("/my/verify/?return=/my/tickets/").location == "/my/tickets/"


def test_a_code_works_once_and_ends_the_link_too(tab: Browser, other: Browser, inbox: Inbox):
    page = ask(tab)
    type_code(tab, page, inbox.code())

    assert type_code(other, page, inbox.code()).status_code == 410
    assert press(other, inbox.link()).status_code == 410
    assert who(other) == ""


def test_a_scanner_that_presses_buttons_leaves_the_code_to_the_customer(tab: Browser, other: Browser, inbox: Inbox):
    page = ask(tab)
    press(other, inbox.link())
    type_code(tab, page, inbox.code())

    assert who(tab) == EVE


def test_a_scanners_script_that_is_no_browser_uses_nothing_up(tab: Browser, app: Portal, inbox: Inbox):
    from werkzeug.test import Client

    ask(tab)
    token = parse_qs(urlsplit(inbox.link()).query)["token"][0]
    answer = Client(app).post("/api/verify/open", data={"token": token})

    assert answer.status_code == 403
    assert press(tab, inbox.link()).status_code == 303


def test_another_site_cannot_press_the_button(tab: Browser, other: Browser, inbox: Inbox):
    ask(tab)
    answer = press(other, inbox.link(), headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"})

    assert answer.status_code == 403
    assert who(other) == ""


def test_two_tabs_of_one_browser_end_up_signed_in_once(tab: Browser, inbox: Inbox):
    page = ask(tab)
    press(tab, inbox.link())

    assert tab.get(f"/my/verify/sent/?ask={page_id(page)}").location == "/my/tickets/"
    assert type_code(tab, page, inbox.code()).location == "/my/tickets/"
    assert who(tab) == EVE


def test_a_link_and_a_code_end_after_fifteen_minutes(
    tab: Browser, inbox: Inbox, later: Callable[[int], None], services: Services
):
    page = ask(tab)
    later(16)

    assert tab.get(inbox.link()).status_code == 410
    assert press(tab, inbox.link()).status_code == 410
    assert type_code(tab, page, inbox.code()).status_code == 410
    assert tab.get(f"/my/verify/sent/?ask={page_id(page)}").status_code == 410
    with_mail.purge(services, 0)
    assert services.store.all("select * from verify") == []


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("٤٠٧ ١٢٩", "407129"),
        ("۴۰۷۱۲۹", "407129"),
        ("４０７－１２９", "407129"),
        ("४०७१२९", "407129"),
        ("๔๐๗ ๑๒๙", "407129"),
        ("④⓪⑦①②⑨", "407129"),
        ("407\u00a0129", "407129"),
        ("407\u2013129", "407129"),
        (" 4 0 7 1 2 9 ", "407129"),
        ("407.129", "407129"),
        ("\u200e407\u200b129\u202c", "407129"),
        ("Your code is 407 129.", "407129"),
        (
            "Or enter this code on the page where you asked for it: 407 129\n\nUse it until 28 Nov 2026, 15:04 UTC",
            "407129",
        ),
        ("valid for 15 minutes: 407129", "407129"),
        ("2026-11-28 407129", "407129"),
        ("https://help.acme.example/my/verify/open/?token=x123456-78 code: 407 129", "407129"),
        ("验证码407129，15分钟", "407129"),
        ("code407129x", "407129"),
        ("کد ورود: ۴۰۷-۱۲۹ است", "407129"),
        ("12345", "12345"),
        ("four", ""),
        ("", ""),
        ("\x00", ""),
    ],
)
def test_a_code_is_read_in_any_script_and_with_anything_around_it(typed: str, code: str):
    assert mail_code.typed(typed) == code


@given(st.integers(0, 999_999), st.sampled_from("0٠۰०০０𝟎๐"), st.sampled_from(["", " ", "-", "\u202f", "–", "."]))
def test_any_code_in_any_script_is_the_code(number: int, zero: str, between: str):
    code = f"{number:06d}"
    typed = between.join(chr(ord(zero) + int(digit)) for digit in code)

    assert mail_code.typed(f"code: {typed}!") == code


@given(st.text())
def test_any_text_gives_digits_or_nothing(text: str):
    digits = mail_code.typed(text)

    assert not digits or (digits.isascii() and digits.isdecimal())


def test_a_code_with_other_digits_signs_in(tab: Browser, inbox: Inbox):
    page = ask(tab)
    typed = "".join(chr(ord("٠") + int(digit)) for digit in inbox.code())

    assert type_code(tab, page, f"الرمز {typed[:3]} {typed[3:]}").location == "/my/tickets/"


def test_the_code_has_five_attempts(tab: Browser, inbox: Inbox):
    page = ask(tab)
    said = []
    for _ in range(5):
        assert refused(tab, page, wrong(inbox.code()))
        said.append(tab.get(f"/my/verify/sent/?ask={page_id(page)}").text)

    assert "4 attempts" in said[0]
    assert "1 attempt left" in said[3]
    assert "no longer works" in said[4]
    assert refused(tab, page, inbox.code())
    assert who(tab) == ""
    assert press(tab, inbox.link()).status_code == 303


def test_a_code_is_worth_nothing_on_another_page(tab: Browser, other: Browser, inbox: Inbox):
    ask(tab)
    theirs = ask(other, "mallory@customer.example")

    assert refused(other, theirs, inbox.code(0))
    assert refused(other, theirs, "")
    assert who(other) == ""


def test_an_empty_code_is_not_the_code_of_a_page_without_a_mail(tab: Browser, other: Browser, inbox: Inbox):
    ask(tab)
    unmailed = ask(other)

    assert len(inbox.raw) == 1
    assert refused(other, unmailed, "")
    assert refused(other, unmailed, inbox.code())
    assert press(other, "/my/verify/open/?token=x").status_code == 410


# What is kept


def test_neither_link_nor_code_is_in_the_store(tab: Browser, inbox: Inbox, services: Services):
    ask(tab)
    token = parse_qs(urlsplit(inbox.link()).query)["token"][0]
    kept = json.dumps([services.store.all(f"select * from {name}") for name in ("verify", "outbox", "verify_mailed")])

    assert token not in kept
    assert inbox.code() not in kept
    assert inbox.code()[:3] + " " + inbox.code()[3:] not in kept


def test_a_mail_that_is_sent_again_is_the_same_mail(tab: Browser, inbox: Inbox, services: Services):
    ask(tab)
    payload = json.loads(services.store.all("select * from outbox")[0]["payload"])
    mail_code.deliver(services, payload)

    assert inbox.link(0) == inbox.link(1)
    assert inbox.code(0) == inbox.code(1)
    assert inbox.message(0)["Message-ID"] == inbox.message(1)["Message-ID"]


def test_a_mail_that_could_not_be_sent_is_sent_by_the_tick_while_it_is_of_use(
    tab: Browser, inbox: Inbox, services: Services, later: Callable[[int], None]
):
    inbox.down = True
    page = ask(tab)
    before = list(inbox.raw)
    inbox.down = False
    later(1)
    outbox.deliver_due(services, deadline=float("inf"))

    assert before == []
    assert type_code(tab, page, inbox.code()).status_code == 303


def test_a_mail_that_would_come_too_late_is_not_sent(
    tab: Browser, inbox: Inbox, services: Services, later: Callable[[int], None]
):
    inbox.down = True
    ask(tab)
    inbox.down = False
    later(20)
    outbox.deliver_due(services, deadline=float("inf"))

    assert inbox.raw == []
    assert services.store.all("select * from outbox where done_at is null") == []


def test_a_change_of_keys_breaks_neither_link_nor_code_nor_whose_tickets_they_are(
    tab: Browser, inbox: Inbox, environ: dict[str, str]
):
    page = ask(tab)
    services = Services(read(environ | {"SECRET_KEYS": "n" * 32 + "," + "k" * 32}))
    one, two = Browser(Portal(services)), Browser(Portal(services))

    assert press(two, inbox.link()).status_code == 303
    assert type_code(one, page, inbox.code()).status_code == 303
    assert who(one) == EVE
    services.store.close()


def test_the_tick_forgets_what_is_over(tab: Browser, inbox: Inbox, services: Services, later: Callable[[int], None]):
    ask(tab)
    later(25 * 60)
    tick.tick(services, float("inf"))

    assert services.store.all("select * from verify") == []
    assert services.store.all("select * from verify_mailed") == []


# Limits


def test_an_address_gets_one_mail_in_ten_minutes_and_three_a_day(
    tab: Browser, inbox: Inbox, later: Callable[[int], None]
):
    sent = []
    for minutes in (0, 5, 6, 10, 10, 60, 24 * 60 - 90, 10):
        later(minutes)
        ask(tab)
        sent.append(len(inbox.raw))

    assert sent == [1, 1, 2, 3, 3, 3, 4, 5]


def test_who_used_an_email_gets_the_next_at_once_and_others_do_not(tab: Browser, other: Browser, inbox: Inbox):
    ask(tab, "ben@customer.example")
    ask(tab)
    ask(other)
    assert inbox.to == ["ben@customer.example", EVE]

    assert press(tab, inbox.link()).status_code == 303
    ask(other)
    ask(other, "ben@customer.example")
    assert inbox.to == ["ben@customer.example", EVE, EVE]

    ask(other)
    assert len(inbox.to) == 3


def test_spellings_of_one_mailbox_share_its_limit(tab: Browser, inbox: Inbox):
    for address in (EVE, "EVE@Customer.Example", " eve@customer.example ", "eve+1@customer.example"):
        ask(tab, address)

    assert inbox.to == [EVE]


def test_the_limit_of_an_address_looks_like_a_mail(tab: Browser, other: Browser, inbox: Inbox):
    first, second = ask(tab), ask(other)
    tries = [(type_code(tab, first, wrong(inbox.code())), type_code(other, second, "123456")) for _ in range(6)]

    assert len(inbox.raw) == 1
    assert first.status_code == second.status_code == 200
    assert plain(first) == plain(second)
    assert all(mailed.status_code == limited.status_code for mailed, limited in tries)
    assert all(plain(mailed) == plain(limited) for mailed, limited in tries)


def test_the_same_page_asked_twice_keeps_its_code(tab: Browser, inbox: Inbox):
    first = ask(tab)
    second = ask(tab, ask=page_id(first))

    assert len(inbox.raw) == 1
    assert page_id(first) == page_id(second)
    assert type_code(tab, second, inbox.code()).status_code == 303


def test_another_mail_for_the_same_page_has_a_new_code(tab: Browser, inbox: Inbox, later: Callable[[int], None]):
    page = ask(tab)
    for _ in range(5):
        type_code(tab, page, wrong(inbox.code()))
    later(11)
    again = ask(tab, ask=page_id(page))

    assert inbox.link(0) != inbox.link(1)
    assert tab.get(inbox.link(0)).status_code == 410
    assert type_code(tab, again, inbox.code()).status_code == 303


def test_a_page_cannot_be_turned_to_another_address(tab: Browser, inbox: Inbox):
    page = ask(tab, "mallory@customer.example")
    turned = ask(tab, EVE, ask=page_id(page))

    assert page_id(turned) != page_id(page)
    assert refused(tab, page, inbox.code())


def test_one_client_cannot_send_mails_to_everyone(tab: Browser, inbox: Inbox):
    answers = [tab.post("/api/verify", data={"email": f"n{number}@customer.example"}) for number in range(21)]

    assert answers[-1].status_code == 429
    assert answers[-1].headers["Retry-After"]


def test_one_client_cannot_try_codes_on_many_pages(tab: Browser, inbox: Inbox):
    # Five attempts are those of one page, and pages cost nothing.
    answers = [tab.post("/api/verify/code", data={"ask": f"page-{number}", "code": "123456"}) for number in range(61)]

    assert {answer.status_code for answer in answers[:-1]} == {410}
    assert answers[-1].status_code == 429


# Nothing to find out


def test_a_known_address_and_an_unknown_one_get_the_same_page(
    tab: Browser, other: Browser, services: Services, sign_in: Callable[..., None], inbox: Inbox, app: Portal
):
    known = Browser(app)
    sign_in(known)
    known.post("/api/tickets", data=MESSAGE)
    answers = {}
    for address, browser in ((ADA.email, tab), ("nobody@customer.example", other)):
        with browser.post("/api/verify", data={"email": address}) as posted:
            pass
        page = browser.get(posted.location)
        answers[address] = (posted.status_code, posted.data, page.status_code, plain(page))

    assert len({json.dumps([str(part) for part in answer]) for answer in answers.values()}) == 1
    assert re.sub(r"\w+@", "", inbox.to[0]) == re.sub(r"\w+@", "", inbox.to[1])


def test_a_known_address_costs_the_same_work(
    services: Services, tab: Browser, sign_in: Callable[..., None], app: Portal
):
    known = Browser(app)
    sign_in(known)
    known.post("/api/tickets", data=MESSAGE)
    counts = []
    connection: sqlite3.Connection = services.store._thread.connection  # type: ignore[attr-defined]
    for address in (ADA.email, "nobody@customer.example", ADA.email):
        statements: list[str] = []
        connection.set_trace_callback(statements.append)
        answer = tab.post("/api/verify", data={"email": address})
        connection.set_trace_callback(None)
        answer.close()
        counts.append(len(statements))

    # The third is limited, which is cheaper by the two writes of the mail; the mail itself comes after the answer.
    assert counts[0] == counts[1]
    assert counts[0] - counts[2] == 2


def test_the_answer_does_not_wait_for_the_mail(tab: Browser, inbox: Inbox):
    answer = tab.post("/api/verify", data={"email": EVE})
    before = len(inbox.raw)
    answer.close()

    assert (before, len(inbox.raw)) == (0, 1)


def plain(page: TestResponse) -> str:
    """A page without what is different each time: addresses, ids, references."""
    text = re.sub(r"[\w.+-]+@customer\.example", "ADDRESS", page.text)
    return re.sub(r'value="[\w-]{32}"', "ID", text)


# What an address may do


def test_a_verified_address_sees_its_own_tickets_and_nobody_elses(
    tab: Browser, inbox: Inbox, services: Services, sign_in: Callable[..., None], app: Portal
):
    # An account with the same address is somebody else: its tickets came from the product's own identity.
    account = Browser(app)
    sign_in(account)
    account.post("/api/tickets", data=MESSAGE | {"subject": "Of the account"})
    page = ask(tab, ADA.email)
    type_code(tab, page, inbox.code())
    tab.post("/api/tickets", data=MESSAGE | {"subject": "Of the address"})
    foreign = services.store.one("select reference from ticket where subject = 'Of the account'")
    assert foreign

    mine = tab.get("/my/tickets/").text
    assert "Of the address" in mine
    assert "Of the account" not in mine
    assert "Of the address" not in account.get("/my/tickets/").text
    assert tab.get(f"/my/ticket/?ref={foreign['reference']}").status_code == 404


def test_who_an_address_is_comes_from_the_mail_alone(tab: Browser, inbox: Inbox, services: Services):
    type_code(tab, ask(tab), inbox.code())
    row = services.store.one("select * from session")
    assert row
    requester = json.loads(row["requester"])

    assert requester["email"] == EVE
    assert requester["subject"] == subject(EVE)
    assert requester["account"] is None
    assert requester["scopes"] == []
    assert json.loads(row["claims"]) == {"level": "address"}


def test_billing_and_account_do_not_open_for_an_address(tab: Browser, inbox: Inbox, services: Services):
    type_code(tab, ask(tab), inbox.code())
    billing = tab.get("/my/billing/")
    opened = tab.post("/api/billing", data={"job": "update_card"})

    assert 'name="job"' not in billing.text
    assert opened.status_code in {403, 404}
    assert "/my/billing/" not in tab.get("/my/").text.partition("<main>")[2]


def test_claims_of_money_do_not_open_billing_for_an_address(environ: dict[str, str], tmp_path: Path):
    billing = {"BILLER": "stripe", "STRIPE_KEY": "rk_test_x", "STRIPE_API": "http://127.0.0.1:9"}
    services = Services(read(environ | billing))
    services.store.migrate()
    browser = Browser(Portal(services))
    claims = {"level": "address", "billing_admin": True, "billing_customer": "cus_1"}
    browser.set_cookie("portal", sessions.start(services, ADA, claims), domain="127.0.0.1")

    assert "signed in by email only" in browser.get("/my/billing/").text
    assert browser.post("/api/billing", data={"job": "update_card"}).status_code == 403
    services.store.close()


# The way there and on


def test_without_an_identity_provider_a_personal_page_leads_to_the_mail(tab: Browser):
    way = tab.get("/my/tickets/").location
    form = tab.get(tab.get(way).location)

    assert way == "/api/signin?return=%2Fmy%2Ftickets%2F"
    assert form.status_code == 200
    assert hidden(form, "return") == "/my/tickets/"


def ask_us(tab: Browser, **fields: str) -> TestResponse:
    """Send the form of a question with Eve's address; the page with the field for the code, or the answer."""
    with tab.post("/api/tickets", data=MESSAGE | {"email": EVE, "check": "none", "key": "k" * 20} | fields) as answer:
        pass
    return tab.get(answer.location) if answer.status_code == 303 else answer


def filed(services: Services) -> list[tuple[str, str]]:
    return [(row["email"], row["subject"]) for row in services.store.all("select * from ticket order by created_at")]


def test_a_question_is_sent_by_confirming_its_address_with_the_code(tab: Browser, inbox: Inbox, services: Services):
    page = ask_us(tab)
    early = filed(services)
    answer = type_code(tab, page, inbox.code())
    there = tab.post(answer.location, data={"ask": page_id(page), "code": inbox.code()})

    assert early == []
    for words in ("Step 2 of 2", "Confirm your email to send your question", MESSAGE["subject"], EVE):
        assert words in page.text
    assert answer.status_code == 307
    assert filed(services) == [(EVE, MESSAGE["subject"])]
    assert "We received your request." in tab.get(there.location).text
    assert services.store.all("select * from draft") == []


def test_a_question_is_sent_by_its_link_on_another_device(
    tab: Browser, other: Browser, inbox: Inbox, services: Services
):
    ask_us(tab)
    shown = other.get(inbox.link())
    there = other.post(press(other, inbox.link()).location)

    assert MESSAGE["subject"] in shown.text
    assert MESSAGE["body"] in shown.text
    assert "Confirm and send" in shown.text
    assert filed(services) == [(EVE, MESSAGE["subject"])]
    assert MESSAGE["body"] in other.get(there.location).text
    # The first device goes on from the page for the code.
    assert tab.get("/my/tickets/").status_code == 303


def test_the_mail_of_a_question_holds_nothing_from_the_form(tab: Browser, inbox: Inbox):
    ask_us(tab, subject="BUY cheap pills", body="https://pills.example BUY BUY BUY", topic="getting-in")
    html = inbox.message().get_body(("html",))
    assert html

    assert inbox.message()["Subject"] == "Confirm your email to send your question to Acme support"
    assert inbox.to == [EVE]
    for text in (inbox.raw[0].decode(), inbox.text(), html.get_content()):
        assert "BUY" not in text
        assert "pills" not in text


def test_the_same_form_pressed_again_keeps_its_code_and_sends_the_last_text(
    tab: Browser, inbox: Inbox, services: Services
):
    first = ask_us(tab)
    second = ask_us(tab, subject="No mail arrives any more")
    tab.post(type_code(tab, first, inbox.code()).location)

    assert page_id(first) == page_id(second)
    assert len(inbox.raw) == 1
    assert filed(services) == [(EVE, "No mail arrives any more")]


def test_a_form_without_the_bot_checks_answer_goes_on_by_itself(environ: dict[str, str], inbox: Inbox):
    services = Services(read(environ | {"BOT_CHECK": "altcha"}))
    services.store.migrate()
    tab = Browser(Portal(services))
    page = ask_us(tab, check="")
    puzzle = tab.get("/api/verify").json
    changing = tab.get(f"/my/verify/?return={hidden(page, 'return')}&change=1")

    assert hidden(page, "return").startswith("/my/ask/?draft=")
    assert f'value="{EVE}"' in page.text
    assert "data-early" in page.text
    assert "data-early" not in changing.text
    assert inbox.raw == []
    assert puzzle["check"] == "altcha"
    assert json.loads(puzzle["puzzle"])
    services.store.close()


@pytest.mark.parametrize("typed", ["", "eve", "eve@customer"])
def test_a_question_without_a_whole_address_comes_back_with_its_text(tab: Browser, inbox: Inbox, typed: str):
    page = ask_us(tab, email=typed, way="address")

    assert page.status_code == 422
    assert "Enter your full email address" in page.text
    assert MESSAGE["body"] in page.text
    assert inbox.raw == []


def test_an_unsent_question_stands_on_overview_and_list_until_it_is_sent(
    tab: Browser, other: Browser, inbox: Inbox, services: Services, sign_in: Callable[..., None]
):
    ask_us(tab)
    sign_in(tab, Requester(subject(EVE), EVE))
    sign_in(other, ADA)
    pages = [tab.get(path).text for path in ("/my/", "/my/tickets/")]
    number = hidden(tab.get("/my/tickets/"), "draft")
    theirs = other.get("/my/tickets/").text
    stolen = other.post("/api/tickets/send", data={"draft": number})
    sent = [tab.post("/api/tickets/send", data={"draft": number}).location for _ in range(2)]

    for page in pages:
        assert "Not sent yet:" in page
        assert MESSAGE["subject"] in page
    assert "Not sent yet:" not in theirs
    assert stolen.status_code == 404
    assert sent[0] == sent[1]
    assert filed(services) == [(EVE, MESSAGE["subject"])]
    assert "Not sent yet:" not in tab.get("/my/tickets/").text


def test_an_unsent_question_can_be_deleted(tab: Browser, services: Services, sign_in: Callable[..., None]):
    token = tab.post("/api/tickets", data=MESSAGE).location.partition("draft=")[2]
    sign_in(tab, ADA)
    tab.get(f"/my/ask/?draft={token}")  # seen signed in, so it is theirs
    listed = hidden(tab.get("/my/tickets/"), "draft")
    answer = tab.post("/api/tickets/send", data={"draft": listed, "discard": "1"})

    assert answer.location == "/my/tickets/"
    assert services.store.all("select * from draft") == []
    assert filed(services) == []


def test_what_was_unchecked_before_signing_in_stays_unchecked(tab: Browser, sign_in: Callable[..., None]):
    shown = {}
    for kept in ({}, {"context_account": "1"}):
        asked = MESSAGE | {"context_account_asked": "1"} | kept
        page = tab.post("/api/tickets", data=asked).location
        sign_in(tab, ADA, plan="Team")
        shown[bool(kept)] = 'name="context_account" value="1" checked' in tab.get(page).text
        tab.delete_cookie("portal", domain="127.0.0.1")

    assert shown == {False: False, True: True}


def test_one_press_too_many_keeps_the_typed_address(tab: Browser, inbox: Inbox):
    for number in range(20):
        tab.post("/api/verify", data={"email": f"n{number}@customer.example"})
    page = tab.post("/api/verify", data={"email": "patient@customer.example", "return": "/my/tickets/"})

    assert page.status_code == 429
    assert page.headers["Retry-After"]
    assert 'value="patient@customer.example"' in page.text
    assert "Try again in" in page.text
    assert hidden(page, "return") == "/my/tickets/"


def test_the_way_without_javascript_carries_what_was_written(tab: Browser, environ: dict[str, str]):
    services = Services(read(environ | {"BOT_CHECK": "altcha"}))
    browser = Browser(Portal(services))
    form = browser.get(browser.post("/api/tickets", data=MESSAGE | {"way": "address", "email": EVE}).location)

    assert "<noscript>" in form.text
    assert (
        "mailto:support@acme.example?subject=No%20mail%20arrives&amp;body=I%20asked%20for%20a%20new%20password%20three%20times%20and%20no%20mail%20came."
        in form.text
    )
    services.store.close()


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "/api/signout", "/my/../api/x", "javascript:1"]
)
def test_nobody_is_led_to_another_site(tab: Browser, inbox: Inbox, back: str):
    page = ask(tab, EVE, back)

    assert type_code(tab, page, inbox.code()).location == "/my/"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "eve",
        "eve@",
        "@customer.example",
        "eve@customer",
        "eve@127.0.0.1",
        "eve@customer.example\r\nBcc: all@customer.example",
        "eve@customer.example,all@customer.example",
        "Eve <eve@customer.example>",
        "=?utf-8?q?eve?=@customer.example",  # which a header reads as eve's
        "eve..x@customer.example",
        "e" * 65 + "@customer.example",
        "eve@" + "x" * 250 + ".example",
        "eve@gıthub\u202e.example\x00",
        "ıeve@customer.example",
        "\N{KELVIN SIGN}ate@customer.example",  # whose lower case is the k of somebody else
    ],
)
def test_what_is_no_address_is_said_and_kept_in_the_field(tab: Browser, inbox: Inbox, typed: str):
    answer = ask(tab, typed)

    assert answer.status_code == 422
    assert "Enter your full email address" in answer.text
    assert inbox.raw == []


def test_a_domain_outside_ascii_is_mailed_and_signed_in_as_idna_2008_has_it(tab: Browser, inbox: Inbox):
    ask(tab, " Eve@Straße.EXAMPLE ")
    press(tab, inbox.link())

    assert who(tab) == "eve@xn--strae-oqa.example"
    assert b"xn--strae-oqa.example" in inbox.raw[0]


def test_the_field_that_only_robots_fill_in_stops_the_mail(tab: Browser, inbox: Inbox):
    answer = ask(tab, EVE, website="https://spam.example")

    assert answer.status_code == 422
    assert "Leave this" in answer.text
    assert inbox.raw == []


def test_signing_in_by_mail_can_be_off(environ: dict[str, str]):
    services = Services(read(environ | {"MAIL_SIGN_IN": "off"}))
    services.store.migrate()
    browser = Browser(Portal(services))
    answers = [browser.get("/my/verify/"), browser.post("/api/verify", data={"email": EVE}), browser.get("/api/verify")]
    asked = browser.post("/api/tickets", data=MESSAGE | {"email": EVE})

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    # So the form of a question leads to the product's own sign-in.
    assert browser.get("/api/session").json == {"signed_in": False, "anonymous": "off", "accounts": False}
    assert asked.location.startswith("/my/ask/?draft=")
    services.store.close()


def test_an_account_gives_way_to_an_address_only_by_the_button(
    tab: Browser, inbox: Inbox, sign_in: Callable[..., None], other: Browser
):
    ask(other)
    sign_in(tab)
    shown = tab.get(inbox.link()).text
    before = who(tab)
    press(tab, inbox.link())

    assert ADA.email in shown
    assert before == ADA.email
    assert who(tab) == EVE


def test_an_account_is_told_before_it_gives_way_to_its_own_address(
    inbox: Inbox, tab: Browser, sign_in: Callable[..., None], other: Browser
):
    ask(other, ADA.email)
    sign_in(tab)

    assert "with your account" in tab.get(inbox.link()).text


def test_an_answer_leads_who_has_no_account_to_the_mail(tab: Browser, inbox: Inbox, services: Services):
    from functions.helpdesks.built_in import BuiltIn
    from scripts import desk

    type_code(tab, ask(tab), inbox.code())
    tab.post("/api/tickets", data=MESSAGE)
    number = services.store.all("select reference from ticket")[0]["reference"]
    desk.answer(services, BuiltIn(services), number, "Look under spam.", "pending")
    outbox.deliver_due(services, deadline=float("inf"))

    assert inbox.link() == f"/my/verify/?return=%2Fmy%2Fticket%2F%3Fref%3D{number}"
    assert tab.get(inbox.link()).location == f"/my/ticket/?ref={number}"


def test_secret_addresses_stay_out_of_caches_and_of_other_sites(tab: Browser, inbox: Inbox):
    page = ask(tab)
    for answer in (page, tab.get(inbox.link())):
        assert answer.headers["Cache-Control"] == "no-store"
        # With no-referrer a browser would send the button's form with `Origin: null`.
        assert answer.headers["Referrer-Policy"] == "strict-origin"


def test_a_portal_below_a_path_stays_there(environ: dict[str, str], tmp_path: Path, inbox: Inbox):
    folder = write_bundle(tmp_path / "below", base_path="/help/")
    services = Services(read(environ | {"PORTAL_BUILD_DIR": str(folder)}))
    services.store.migrate()
    browser = Browser(Portal(services))
    with browser.post("/help/api/verify", data={"email": EVE}) as answer:
        pass

    assert answer.location.startswith("/help/my/verify/sent/?ask=")
    assert inbox.link().startswith("/help/my/verify/open/?token=")
    services.store.close()


# The mail, as bytes


def test_the_mail_holds_one_fixed_text_and_nothing_from_the_form(tab: Browser, inbox: Inbox, services: Services):
    ask(tab, "eve+cheap-pills@customer.example", "/my/ask/?draft=BUY-NOW", name="BUY NOW", subject="BUY NOW")
    raw, message = inbox.raw[0], inbox.message()
    plain_part, html_part = message.get_body(("plain",)), message.get_body(("html",))
    assert plain_part
    assert html_part
    html = html_part.get_content()

    assert inbox.to == ["eve+cheap-pills@customer.example"]
    assert message["From"] == "support@acme.example"
    assert message["To"] == "eve+cheap-pills@customer.example"
    assert message["Subject"] == "Sign in to Acme support"
    assert re.fullmatch(r"<verify-[0-9a-f]{24}@acme\.example>", message["Message-ID"])
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"]
    assert message.get_content_type() == "multipart/alternative"
    assert raw.count(b"eve+cheap-pills") == 1
    assert b"BUY" not in raw
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    # The same in both parts, no picture and no address but the portal's.
    assert "http://127.0.0.1:8000" + inbox.link() in html
    assert f"{inbox.code()[:3]} {inbox.code()[3:]}" in html
    assert set(re.findall(r"https?://[^/\s\"<]+", inbox.text() + html)) == {"http://127.0.0.1:8000"}
    assert "<img" not in html


def test_the_mails_button_has_the_brands_colours(tab: Browser, inbox: Inbox, services: Services):
    services.portal["brand"] = {"fill": "#ffe66b", "on_fill": "#000000", "accent": "#826c00"}
    ask(tab)
    html = inbox.message().get_body(("html",))
    assert html

    assert "background: #ffe66b; color: #000000;" in html.get_content()


def test_two_customers_get_the_same_words(tab: Browser, inbox: Inbox):
    ask(tab)
    ask(tab, "nobody@customer.example", "/my/account/")
    texts = {
        text.replace(inbox.link(number), "").replace(f"{inbox.code(number)[:3]} {inbox.code(number)[3:]}", "")
        for number in (0, 1)
        for text in [inbox.text(number)]
    }

    assert len({re.sub(r"\d\d:\d\d UTC", "", text) for text in texts}) == 1


def test_a_products_name_is_text_in_the_mail(environ: dict[str, str], tmp_path: Path, inbox: Inbox):
    folder = write_bundle(tmp_path / "named", product="Tom & <b>Jerry</b>")
    services = Services(read(environ | {"PORTAL_BUILD_DIR": str(folder)}))
    services.store.migrate()
    ask(Browser(Portal(services)))
    html = inbox.message().get_body(("html",))
    assert html

    assert "Tom &amp; &lt;b&gt;Jerry&lt;/b&gt;" in html.get_content()
    assert "Tom & <b>Jerry</b> support" in inbox.text()
    services.store.close()
