"""What the email with an answer says about answering it."""

from dataclasses import replace

import pytest

from functions.mail import look
from functions.services import Services
from functions.tickets import letter
from portal.tickets import Thread
from tests.conftest import Browser

MESSAGE = {"topic": "getting-in", "subject": "Locked out", "body": "I cannot sign in since Monday."}
NOBODY_READS = "we wouldn't see it"
SOLVES = "mark it as solved"


def written(browser: Browser, services: Services) -> list[str]:
    """The email about a request, as text and as HTML."""
    browser.post("/api/tickets", data=MESSAGE)
    row = services.store.one("select * from ticket")
    assert row
    mail = letter.answer(services, row, Thread("1", row["reference"], row["subject"], "pending", 1, 1))
    return [mail["text"], mail["html"].replace("&#39;", "'")]


@pytest.mark.parametrize(
    ("sender", "mailbox", "read"),
    [
        ("noreply@acme.example", "", False),
        ("support@acme.example", "", True),
        ("Acme Support <Support@ACME.example>", "", True),
        ("desk@acme.example", "desk@acme.example", True),
        ("noreply@acme.example", "desk@acme.example", False),
        ("support@acme.example.net", "", False),
    ],
)
def test_it_says_that_nobody_reads_it_only_where_nobody_does(
    browser: Browser, services: Services, sign_in, sender: str, mailbox: str, read: bool
):
    services.settings = replace(services.settings, mail_from=sender, support_mailbox=mailbox)
    sign_in(browser)

    for text in written(browser, services):
        assert (NOBODY_READS in text) is not read
        assert "on your request's page" in text


@pytest.mark.parametrize("solves", [True, False])
def test_it_says_how_to_mark_the_request_as_solved_where_the_desk_takes_that(
    browser: Browser, services: Services, sign_in, solves: bool
):
    services.desk.capabilities = services.desk.capabilities._replace(solves=solves)
    sign_in(browser)

    for text in written(browser, services):
        assert (SOLVES in text) is solves


@pytest.mark.parametrize("brand", [{"fill": "#ffe66b", "on_fill": "#000000", "accent": "#826c00", "radius": 2}, {}])
def test_its_button_has_the_brands_colours_and_corners_or_the_portals_own(
    browser: Browser, services: Services, sign_in, brand: dict[str, object]
):
    services.portal["brand"] = brand
    sign_in(browser)
    html = written(browser, services)[1]
    expected = look.OURS | brand

    assert f"background: {expected['fill']}; color: {expected['on_fill']};" in html
    assert f"border: 1px solid {expected['accent']}; border-radius: {expected['radius']}px" in html
