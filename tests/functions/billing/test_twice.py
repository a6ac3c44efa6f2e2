"""Pressed twice, in two tabs, at two processes: a change is made once, on either database."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from demo.billers.company import Company
from functions.app import Portal
from functions.services import Services
from functions.settings import read
from tests.conftest import Browser
from tests.functions.billing.conftest import NOW, Enter, confirm, look, offer


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'portal.db'}"
    return str(request.getfixturevalue("postgresql_url"))


@pytest.fixture
def beside(environ: dict[str, str], services: Services) -> Iterator[Browser]:
    """The same customer at another process of the functions, which has only the database in common."""
    other = Services(read(environ), lambda: NOW * 1000)
    yield Browser(Portal(other))
    other.store.close()


def at_once(*presses: tuple[Browser, str]) -> list[TestResponse]:
    """The answers to presses that begin together, each on a thread with its own connection to the store."""

    def press(one: tuple[Browser, str]) -> TestResponse:
        browser, sealed = one
        try:
            return confirm(browser, sealed)
        finally:
            assert isinstance(browser.application, Portal)
            browser.application.services.store.close()

    with ThreadPoolExecutor(len(presses)) as pool:
        return list(pool.map(press, presses))


def test_a_double_click_changes_once(browser: Browser, beside: Browser, enter: Enter, books: Company):
    enter()
    enter(beside)
    sealed = offer(look(browser, "seats", seats="7"))
    answers = at_once((browser, sealed), (beside, sealed), (browser, sealed), (beside, sealed))
    pages = [browser.get(answer.location).text for answer in answers]

    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.location for answer in answers}) == 1
    assert all("Your plan has 7 seats now." in page for page in pages)
    assert len(books.invoices) == 3


def test_two_tabs_with_the_same_wish_change_once(browser: Browser, beside: Browser, enter: Enter, books: Company):
    enter()
    enter(beside)
    tabs = [(one, offer(look(one, "seats", seats="7"))) for one in (browser, beside)]
    answers = at_once(*tabs)
    pages = [browser.get(answer.location).text for answer in answers]

    assert books.subscriptions["sub_demo"].seats == 7
    assert len(books.invoices) == 3
    assert any("Your plan has 7 seats now." in page for page in pages)


def test_of_two_tabs_with_different_wishes_one_wins_and_the_other_is_told(
    browser: Browser, beside: Browser, enter: Enter, books: Company
):
    enter()
    enter(beside)
    first, second = offer(look(browser, "seats", seats="7")), offer(look(beside, "seats", seats="9"))
    won = browser.get(confirm(browser, first).location).text
    lost = beside.get(confirm(beside, second).location).text

    assert "Your plan has 7 seats now." in won
    assert "Your plan has changed since you opened that page" in lost
    assert books.subscriptions["sub_demo"].seats == 7
    assert len(books.invoices) == 3


def test_twenty_presses_in_two_tabs_at_two_processes_end_with_one_wish_told_as_done(
    browser: Browser, beside: Browser, enter: Enter, books: Company
):
    enter()
    enter(beside)
    offers = [(one, offer(look(one, "seats", seats=str(seats)))) for one, seats in ((browser, 7), (beside, 9))]
    answers = at_once(*offers * 10)
    pages = {browser.get(answer.location).text for answer in answers if answer.status_code == 303}

    done = [page for page in pages if "Your plan has" in page and "seats now" in page]
    assert len(done) == 1
    assert f"Your plan has {books.subscriptions['sub_demo'].seats} seats now." in done[0]
    assert len(books.invoices) == 3
