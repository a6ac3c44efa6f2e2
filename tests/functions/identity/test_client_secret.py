"""The portal's id and secret at the token endpoint: each provider reads them as the specification lets it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from functions.app import Portal
from functions.services import Services
from functions.settings import read
from portal.clock import MINUTE_MS
from tests.conftest import Browser, Clock
from tests.functions.conftest import Play
from tests.functions.issuers import Liar, oidc_environ
from tests.providers import CLIENT, PORTAL, SECRET, Customer, canaille, strict_provider

METHODS = ["client_secret_basic", "client_secret_post"]


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'portal.db'}"


@contextmanager
def portal(environ: dict[str, str]) -> Iterator[tuple[Browser, Clock]]:
    """A browser at a portal with these settings, and the portal's clock."""
    clock = Clock()
    services = Services(read(environ), clock)
    services.store.migrate()
    yield Browser(Portal(services)), clock
    services.store.close()


def at_strict_or_canaille(browser: Browser) -> str:
    begin = browser.get("/api/signin", query_string={"return": "/my/tickets/"})
    return Customer("ada").walk(begin.location).removeprefix(PORTAL.rstrip("/"))


@pytest.mark.parametrize(
    ("client", "secret", "way"),
    [
        ("https://help.acme.example/portal", "four+plus/slash==and%25", "client_secret_basic"),
        ("https://help.acme.example/portal", "four+plus/slash==and%25", "client_secret_post"),
        ("urn:acme:help desk", "a&b=c d 100%", "client_secret_basic"),
        (CLIENT, SECRET, "client_secret_post"),
    ],
)
def test_a_strict_provider_knows_the_portal_by_any_id_and_secret(environ: dict[str, str], client, secret, way):
    with strict_provider(client=client, secret=secret, way=way) as issuer:
        statuses = in_and_an_hour_later(environ | oidc_environ(issuer, client, secret))

    assert statuses == [303, 200]


def test_canaille_knows_the_portal_by_any_id_and_secret(environ: dict[str, str]):
    client, secret = "https://help.acme.example/portal", "four+plus/slash==and%25 100%"
    with canaille(client=client, secret=secret) as issuer:
        statuses = in_and_an_hour_later(environ | oidc_environ(issuer, client, secret))

    assert statuses == [303, 200]


def in_and_an_hour_later(environ: dict[str, str]) -> list[int]:
    """The statuses of signing in as Ada, and of a page for which her claims are read again."""
    with portal(environ) as (browser, clock):
        entered = browser.get(at_strict_or_canaille(browser))
        clock.at = clock() + 61 * MINUTE_MS
        return [entered.status_code, browser.get("/my/tickets/").status_code]


@pytest.mark.parametrize(
    ("client", "secret"),
    [
        ("portal", "only-letters_and.digits~7"),
        ("https://portal.acme.example/?app=1", "plus+slash/and=equals"),
        ("urn:uuid:7f1c", "50%25 off"),
        ("client-with-ids", "a&b#c?d:e"),
        ("naïve-client", "пароль€"),
        ("desk 7", '"quoted"\\back'),
    ],
)
@pytest.mark.parametrize(
    ("takes", "offered"),
    [
        ("decoded", METHODS),
        ("decoded", None),
        ("decoded", ["none", "private_key_jwt", "client_secret_basic"]),
        ("as written", METHODS),
        ("as written", None),
        ("body", METHODS),
        ("body", ["none", "client_secret_post"]),
    ],
)
def test_any_id_and_secret_get_in_and_stay_in(environ: dict[str, str], stage: Play, client, secret, takes, offered):
    if takes == "as written" and ":" in client:
        client = client.replace(":", "!")  # such a provider cannot have a client with a colon in its id
    # The provider has no clock of the tests, so its token holds for long.
    liar = Liar(client=client, secret=secret, takes=takes, refresh="yes", claims={"exp": 4_000_000_000})
    liar.metadata = {"token_endpoint_auth_methods_supported": offered} if offered else {}
    with portal(environ | oidc_environ(stage(liar), client, secret)) as (browser, clock):
        entered = browser.get(liar.authorize(browser.get("/api/signin").location))
        clock.at = clock() + 61 * MINUTE_MS
        later = browser.get("/my/account/").status_code

    assert (entered.status_code, later) == (303, 200)
    assert liar.asked.count("/userinfo") == 2


@pytest.mark.parametrize("offered", [["private_key_jwt"], ["none"], ["tls_client_auth", "client_secret_jwt"], [7]])
def test_a_provider_that_takes_no_secret_is_named_in_the_log(
    environ: dict[str, str], stage: Play, caplog: pytest.LogCaptureFixture, offered
):
    liar = Liar(metadata={"token_endpoint_auth_methods_supported": offered})
    with portal(environ | oidc_environ(stage(liar))) as (browser, _):
        answer = browser.get(liar.authorize(browser.get("/api/signin").location))

    assert answer.status_code == 503
    assert "offers neither client_secret_basic nor client_secret_post" in caplog.text


@pytest.mark.parametrize("secret", ["wrong", "wr+ng%", "wr ng"])
def test_a_wrong_secret_signs_nobody_in(environ: dict[str, str], stage: Play, secret: str):
    liar = Liar(secret="right")
    with portal(environ | oidc_environ(stage(liar), secret=secret)) as (browser, _):
        answer = browser.get(liar.authorize(browser.get("/api/signin").location))

    assert answer.status_code == 400
