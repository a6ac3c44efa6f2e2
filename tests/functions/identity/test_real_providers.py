"""Signing in, staying up to date and signing out at real providers that nobody here wrote."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from demo import identity, server
from functions.app import Portal
from functions.services import Services
from functions.settings import read
from portal.clock import HOUR_MS, MINUTE_MS
from tests.conftest import Browser
from tests.functions.issuers import oidc_environ
from tests.providers import PEOPLE, PORTAL, Customer, canaille, strict_provider

PROVIDERS = {"strict": strict_provider, "canaille": canaille}


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'portal.db'}"


@pytest.fixture(params=["mock", *PROVIDERS], scope="module")
def issuer(request: pytest.FixtureRequest) -> Iterator[str]:
    """Each provider in turn; a test that is for some of them says which."""
    if request.param == "mock":
        yield request.getfixturevalue("mock_issuer")
        return
    with PROVIDERS[request.param]() as origin:
        yield origin


@pytest.fixture
def environ(environ: dict[str, str], issuer: str) -> dict[str, str]:
    return environ | oidc_environ(issuer)


def go_there_and_back(browser: Browser, customer: Customer, back: str = "/my/tickets/") -> str:
    """Sign in through the provider's own pages; returns the path of the callback."""
    begin = browser.get("/api/signin", query_string={"return": back})
    return customer.walk(begin.location).removeprefix(PORTAL.rstrip("/"))


def test_signing_in_and_coming_back(browser: Browser, services: Services):
    answer = browser.get(go_there_and_back(browser, Customer("ada")))

    assert (answer.status_code, answer.location) == (303, "/my/tickets/")
    assert browser.get("/api/session").json["name"] == "Ada Byron"
    (row,) = services.store.all("select claims_at, tokens from session")
    assert row["tokens"].count(".") == 4


def test_a_code_works_once(browser: Browser):
    path = go_there_and_back(browser, Customer("ada"))
    cookie = browser.get_cookie("portal-signin", "127.0.0.1")
    browser.get(path)
    browser.post("/api/signout")
    assert cookie is not None
    browser.set_cookie("portal-signin", cookie.value, domain="127.0.0.1")

    assert browser.get(path).status_code == 400


def test_claims_are_read_again_after_an_hour(browser: Browser, services: Services):
    browser.get(go_there_and_back(browser, Customer("ada")))
    start = services.now()
    services.clock.at = start + 61 * MINUTE_MS

    assert browser.get("/my/tickets/").status_code == 200
    (row,) = services.store.all("select claims_at from session")
    assert row["claims_at"] == start + 61 * MINUTE_MS
    # And once more, with what the first time brought: a strict provider takes a refresh token once.
    services.clock.at = start + 62 * MINUTE_MS + HOUR_MS
    assert browser.get("/my/tickets/").status_code == 200
    (row,) = services.store.all("select claims_at from session")
    assert row["claims_at"] == start + 62 * MINUTE_MS + HOUR_MS


def test_signing_out_here_signs_out_there_and_comes_back(browser: Browser, services: Services):
    customer = Customer("ada")
    browser.get(go_there_and_back(browser, customer))
    there = browser.post("/api/signout").location
    asked = parse_qs(urlsplit(there).query)

    assert asked["post_logout_redirect_uri"] == [PORTAL]
    assert asked["id_token_hint"][0].count(".") == 2
    assert customer.walk(there) == PORTAL
    assert services.store.all("select id from session") == []


@pytest.mark.parametrize(
    ("issuer", "ada"),
    [("mock", identity.PEOPLE["ada"]), ("strict", PEOPLE["ada"])],
    indirect=["issuer"],
    ids=["mock", "strict"],
)
def test_a_removed_billing_admin_stops_being_one(browser: Browser, services: Services, issuer, ada):
    browser.get(go_there_and_back(browser, Customer("ada")))
    start = services.now()
    requests.put(f"{issuer}/users/ada", json=ada | {"billing_admin": False}, timeout=5)
    services.clock.at = start + 16 * MINUTE_MS
    browser.get("/my/billing/")
    requests.put(f"{issuer}/users/ada", json=ada, timeout=5)

    (row,) = services.store.all("select claims from session")
    assert '"billing_admin": false' in row["claims"]


@pytest.mark.parametrize("issuer", ["strict"], indirect=True)
def test_a_provider_that_changes_its_keys_between_two_sign_ins(browser: Browser, issuer: str):
    browser.get(go_there_and_back(browser, Customer("ada")))
    browser.post("/api/signout")
    before = kids(issuer)
    requests.put(f"{issuer}/keys", timeout=5).raise_for_status()
    answer = browser.get(go_there_and_back(browser, Customer("ada")))

    assert not before & kids(issuer)
    assert (answer.status_code, answer.location) == (303, "/my/tickets/")
    assert browser.get("/api/session").json["signed_in"]


def kids(issuer: str) -> set[str]:
    """The names of the keys that the provider publishes."""
    return {key["kid"] for key in requests.get(f"{issuer}/jwks", timeout=5).json()["keys"]}


@pytest.mark.parametrize("issuer", ["canaille", "strict"], indirect=True)
def test_an_address_that_the_provider_does_not_call_verified_signs_nobody_in(browser: Browser):
    answer = browser.get(go_there_and_back(browser, Customer("bob")))

    assert answer.status_code == 400
    assert "email address isn&#39;t verified" in answer.text


@pytest.mark.parametrize("issuer", ["strict"], indirect=True)
def test_signing_out_there_signs_out_here(environ: dict[str, str], issuer: str):
    with ExitStack() as stack:
        portal: list[Portal] = []
        origin = stack.enter_context(server.running(lambda *call: portal[0](*call)))
        provider = stack.enter_context(strict_provider(f"{origin}/"))
        services = Services(read(environ | oidc_environ(provider) | {"PUBLIC_ORIGIN": origin}))
        services.store.migrate()
        stack.callback(services.store.close)
        portal.append(Portal(services))
        here, elsewhere = Customer("ada"), Customer("ada")
        for customer in (here, elsewhere):
            done = customer.walk(f"{origin}/api/signin?return=/my/tickets/", f"{origin}/my/tickets/")
            assert customer.session.get(done, timeout=5).status_code == 200
        # At the provider itself, without a word to the portal.
        here.walk(f"{provider}/session/end", f"{provider}/session/end/success")
        left, stayed = (who.session.get(f"{origin}/api/session", timeout=5).json() for who in (here, elsewhere))

    assert not left["signed_in"]
    assert stayed["signed_in"]
