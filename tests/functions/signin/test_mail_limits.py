"""Signing in by a mail, where two requests at once and the engine's own SQL matter: on both engines."""

import threading

import pytest

from functions.app import Portal
from functions.bots.altcha import Altcha
from functions.mail import addresses
from functions.services import Services
from functions.signin import with_mail
from portal.clock import DAY_MS, MINUTE_MS
from tests.conftest import Browser
from tests.functions.bots.test_bots import solved

EVE = "eve@customer.example"


@pytest.fixture(autouse=True)
def short_work(monkeypatch: pytest.MonkeyPatch) -> None:
    # A browser is quick at this; Python is not.
    monkeypatch.setattr("functions.bots.altcha.FEWEST", 5)


@pytest.fixture
def environ(environ: dict[str, str]) -> dict[str, str]:
    return environ | {"SMTP_URL": "smtp://127.0.0.1:9", "MAIL_FROM": "support@acme.example", "BOT_CHECK": "none"}


def at_once(count: int, services: Services, what: str, *arguments: object) -> list[bool]:
    """Call a function of ours in threads that start together."""
    together, found = threading.Barrier(count), []

    def call() -> None:
        together.wait()
        found.append(WHAT[what](services, *arguments))
        services.store.close()

    threads = [threading.Thread(target=call) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


WHAT = {
    "mail": addresses.may_mail,
    "bots": lambda services, answer: Altcha(services.settings, services).passes(answer),
    "code": lambda services, page, code: _post(services, "/api/verify/code", ask=page, code=code),
    "link": lambda services, token: _post(services, "/api/verify/open", token=token),
}


def _post(services: Services, path: str, **form: str) -> bool:
    return bool(Browser(Portal(services)).post(path, data=form).status_code == 303)


def test_of_four_requests_at_once_one_mails(services: Services):
    assert sorted(at_once(4, services, "mail", EVE)) == [False, False, False, True]


def test_of_four_uses_at_once_one_passes(services: Services):
    answer = solved(Altcha(services.settings, services).puzzle())

    assert sorted(at_once(4, services, "bots", answer)) == [False, False, False, True]


@pytest.mark.parametrize("way", ["code", "link"])
def test_of_four_sign_ins_at_once_one_gets_in(services: Services, way: str):
    from functions.signin import mail_code

    page, key = "p" * 32, services.settings.secret_keys[0]
    with_mail._keep(services, page, EVE, "/my/")
    row = services.store.one("select * from verify")
    assert row
    secret = (mail_code.code if way == "code" else mail_code.token)(key, row["id"], row["nonce"])
    arguments = (page, secret) if way == "code" else (secret,)

    assert sorted(at_once(4, services, way, *arguments)) == [False, False, False, True]
    assert len(services.store.all("select * from session")) == 1


def test_three_mails_a_day_and_ten_minutes_between_two(services: Services):
    start, found = services.now(), []
    for minutes in (0, 9, 10, 20, 30, 24 * 60 - 1, 24 * 60, 24 * 60 + 9, 24 * 60 + 10):
        services.clock.at = start + minutes * MINUTE_MS
        found.append(addresses.may_mail(services, EVE))

    assert found == [True, False, True, True, False, False, True, False, True]


def test_an_old_page_is_written_over_whole(services: Services):
    page = "p" * 32
    with_mail._keep(services, page, "mallory@customer.example", "/my/")
    later = services.now() + DAY_MS
    services.clock.at = later
    with_mail._keep(services, page, EVE, "/my/tickets/")
    with_mail._keep(services, page, "other@customer.example", "/my/")
    rows = services.store.all("select address, back from verify")

    assert rows == [{"address": EVE, "back": "/my/tickets/"}]
