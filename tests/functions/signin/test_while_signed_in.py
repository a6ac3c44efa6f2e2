"""While someone is signed in: claims that are read again, tabs and the Back button, and signing out from anywhere."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from itsdangerous import URLSafeSerializer
from werkzeug.test import TestResponse

from functions.app import Portal
from functions.errors import SettingsError
from functions.logs import JsonLines
from functions.mail import preferences
from functions.services import Services
from functions.settings import read
from functions.signin import sessions
from portal.clock import HOUR_MS, MINUTE_MS
from portal.models import Requester
from tests.conftest import ADA, BEN, Browser
from tests.functions.conftest import Play
from tests.functions.issuers import CLIENT, Liar, key, oidc_environ

Later = Callable[[int], None]


# For tests whose SQL is to hold on both engines; the others are about HTTP, and once is enough.
both_engines = pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])


@pytest.fixture
def engine() -> str:
    return "sqlite"


@pytest.fixture
def database_url(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    if engine == "sqlite":
        return f"sqlite:///{tmp_path / 'portal.db'}"
    return str(request.getfixturevalue("postgresql_url"))


@pytest.fixture
def liar() -> Liar:
    return Liar(claims={"billing_admin": True, "sid": "s1"}, refresh="first")


@pytest.fixture
def issuer(liar: Liar, stage: Play) -> str:
    return stage(liar)


@pytest.fixture
def environ(environ: dict[str, str], issuer: str) -> dict[str, str]:
    return environ | oidc_environ(issuer)


@pytest.fixture
def later(services: Services) -> Later:
    """Turn the portal's clock forward, from when the test began (ms)."""
    start = services.now()

    def later(ms: int) -> None:
        services.clock.at = start + ms

    return later


def sign_in(browser: Browser, liar: Liar, back: str = "/my/") -> TestResponse:
    return browser.get(liar.authorize(browser.get("/api/signin", query_string={"return": back}).location))


def signed_in(browser: Browser) -> bool:
    return bool(browser.get("/api/session").json["signed_in"])


def still_in(browser: Browser) -> bool:
    """Whether a personal page, which reads claims again when they are old, still knows this browser."""
    return bool(browser.get("/my/tickets/").status_code == 200)


def claims(services: Services) -> dict[str, Any]:
    (row,) = services.store.all("select claims from session")
    return dict(json.loads(row["claims"]))


# Claims


def test_within_the_hour_nobody_is_asked(browser: Browser, liar: Liar, later: Later):
    sign_in(browser, liar)
    liar.asked.clear()
    later(59 * MINUTE_MS)

    assert still_in(browser)
    assert liar.asked == []


@both_engines
def test_after_an_hour_claims_are_read_again_and_the_next_request_asks_nobody(browser, liar, services, later):
    sign_in(browser, liar)
    liar.claims |= {"plan": "Gold", "name": "Eve Newname", "exp": 4_000_000_000}
    later(61 * MINUTE_MS)
    assert still_in(browser)
    assert claims(services)["plan"] == "Gold"
    assert browser.get("/api/session").json["name"] == "Eve Newname"
    liar.asked.clear()

    assert still_in(browser)
    assert liar.asked == []


def test_a_removed_billing_admin_stops_being_one_within_a_quarter_of_an_hour(browser, services, liar, later):
    sign_in(browser, liar)
    liar.claims |= {"billing_admin": False, "exp": 4_000_000_000}
    later(14 * MINUTE_MS)
    browser.get("/my/billing/")
    assert claims(services)["billing_admin"] is True
    later(16 * MINUTE_MS)
    browser.get("/my/billing/")

    assert claims(services)["billing_admin"] is False


def test_a_claim_that_is_gone_is_gone(browser, services, liar, later):
    sign_in(browser, liar)
    liar.claims |= {"billing_admin": None, "exp": 4_000_000_000}
    later(61 * MINUTE_MS)

    assert still_in(browser)
    assert "billing_admin" not in claims(services)


@both_engines
def test_an_account_that_is_closed_is_signed_out(browser, liar, services, later):
    sign_in(browser, liar)
    liar.refusal = "invalid_grant"
    later(61 * MINUTE_MS)

    assert not still_in(browser)
    assert services.store.all("select id from session") == []


def test_an_address_that_is_no_longer_verified_signs_out(browser, liar, later):
    sign_in(browser, liar)
    liar.claims |= {"email_verified": False, "exp": 4_000_000_000}
    later(61 * MINUTE_MS)

    assert not still_in(browser)


def test_renewed_claims_of_another_subject_sign_out(browser, liar, later):
    sign_in(browser, liar)
    liar.claims |= {"sub": "mallory", "exp": 4_000_000_000}
    liar.userinfo = {"sub": "mallory"}
    later(61 * MINUTE_MS)

    assert not still_in(browser)


def test_userinfo_alone_is_asked_when_it_tells_everything(browser, liar, services, later):
    everything = {"email": "eve@customer.example", "email_verified": True, "billing_admin": True}
    liar.userinfo = everything | {"plan": "Team"}
    sign_in(browser, liar)
    liar.asked.clear()
    liar.userinfo = everything | {"billing_admin": False}
    # Its access token lives for five minutes.
    with_token = {"fresh_within": 2 * MINUTE_MS}
    later(3 * MINUTE_MS)
    session = sessions.current(request_of(browser, services), services, **with_token)

    assert session is not None
    assert session.claims == {"billing_admin": False}
    assert liar.asked == ["/userinfo"]


def test_claims_of_the_id_token_alone_need_a_new_one(browser, liar, later):
    liar.refresh = ""
    sign_in(browser, liar)
    later(61 * MINUTE_MS)

    # Without a refresh token the way is through the provider, which knows its customer still.
    answer = browser.get("/my/tickets/")
    assert answer.location == "/api/signin?return=%2Fmy%2Ftickets%2F"
    assert urlsplit(browser.get(answer.location).location).path == "/authorize"


def test_an_access_token_that_is_refused_falls_back_to_the_refresh_token(browser, liar, services, later):
    everything = {"email": "eve@customer.example", "email_verified": True, "billing_admin": True}
    liar.userinfo = dict(everything)
    sign_in(browser, liar)
    liar.asked.clear()
    liar.locked = True
    later(3 * MINUTE_MS)
    session = sessions.current(request_of(browser, services), services, 2 * MINUTE_MS)

    assert "/token" in liar.asked
    # Nor does the new access token open userinfo: whoever this is, the provider no longer says.
    assert session is None


def test_while_the_provider_is_down_what_is_known_counts_for_a_bounded_time(browser, liar, services, later):
    sign_in(browser, liar)
    liar.broken |= {"/token", "/userinfo", "/jwks", "/.well-known/openid-configuration"}
    later(61 * MINUTE_MS)
    assert still_in(browser)
    later(4 * HOUR_MS - MINUTE_MS)
    assert still_in(browser)
    later(4 * HOUR_MS + MINUTE_MS)

    assert not still_in(browser)
    # The sign-in page says so, and the session waits for the provider to come back.
    answer = browser.get("/api/signin")
    assert answer.status_code == 503
    assert "sign in right now" in answer.text
    liar.broken.clear()
    liar.claims["exp"] = 4_000_000_000
    later(4 * HOUR_MS + 3 * MINUTE_MS)
    assert still_in(browser)


def test_while_the_provider_is_down_billing_is_open_for_an_hour_only(browser, liar, services, later):
    sign_in(browser, liar)
    liar.broken |= {"/token", "/.well-known/openid-configuration"}
    seen = []
    for minutes in (16, 59, 61):
        later(minutes * MINUTE_MS)
        seen.append(sessions.current(request_of(browser, services), services, sessions.BILLING_MS) is not None)

    assert seen == [True, True, False]


def test_a_provider_that_is_down_is_asked_once_a_minute(browser, liar, later):
    sign_in(browser, liar)
    liar.broken |= {"/token", "/.well-known/openid-configuration"}
    liar.asked.clear()
    later(61 * MINUTE_MS)
    for _ in range(3):
        assert still_in(browser)

    assert len(liar.asked) == 1


def test_our_own_mistake_at_the_provider_signs_nobody_out_at_once(browser, liar, later):
    sign_in(browser, liar)
    liar.refusal = "invalid_client"
    later(61 * MINUTE_MS)

    assert still_in(browser)


def test_a_page_that_needs_newer_claims_than_it_can_get_leads_to_the_provider_and_in_no_circle(
    browser, liar, services, later
):
    sign_in(browser, liar)
    liar.broken.add("/token")
    later(61 * MINUTE_MS)
    assert still_in(browser)

    # Billing sends them to sign in; being known elsewhere must not send them straight back.
    answer = browser.get("/api/signin?return=/my/billing/")
    assert urlsplit(answer.location).path == "/authorize"


@both_engines
def test_two_requests_at_once_use_a_refresh_token_once(browser, liar, services, later):
    sign_in(browser, liar)
    later(61 * MINUTE_MS)
    # Another request is asking just now.
    services.store.run("update session set asked_at = :now", now=services.now())
    liar.asked.clear()

    assert still_in(browser)
    assert liar.asked == []


def test_a_sign_out_during_a_renewal_wins(browser, liar, services, later):
    sign_in(browser, liar)
    liar.claims["exp"] = 4_000_000_000
    later(61 * MINUTE_MS)
    answer = liar._tokens

    def signs_out_first(*arguments: Any) -> Any:
        sessions.end_all(services, "eve")
        return answer(*arguments)

    liar._tokens = signs_out_first  # type: ignore[method-assign]

    assert not still_in(browser)
    assert services.store.all("select id from session") == []


def request_of(browser: Browser, services: Services) -> Any:
    from werkzeug.test import EnvironBuilder

    from functions.http import Request

    cookie = browser.get_cookie(services.settings.cookie_name, "127.0.0.1")
    assert cookie is not None
    return Request(EnvironBuilder(headers={"Cookie": f"{cookie.key}={cookie.value}"}).get_environ())


@both_engines
def test_mails_that_were_chosen_follow_the_customer_to_a_new_address(browser, liar, services):
    preferences.save(services, Requester("eve", "eve@old.example"), ["incident_mail:api"], ["api"])
    preferences.save(services, BEN, ["incident_mail:api"], ["api"])
    sign_in(browser, liar)

    assert list(preferences.recipients(services, "incident_mail", "api")) == [
        ("eve", "eve@customer.example"),
        ("sub-ben", "ben@customer.example"),
    ]


# Tokens at rest


def test_tokens_are_in_no_cookie_and_no_log_and_not_readable_in_the_store(browser, liar, services, caplog):
    caplog.set_level("DEBUG", "functions")
    liar.refresh = "a-refresh-token-that-is-a-secret"
    response = sign_in(browser, liar)
    stored = json.dumps(services.store.all("select * from session"))
    logged = "\n".join(JsonLines().format(record) for record in caplog.records)
    sent = "\n".join(response.headers.getlist("Set-Cookie"))

    for place in (stored, logged, sent):
        assert "a-refresh-token-that-is-a-secret" not in place
        assert "eyJ0eXAi" not in place


def test_tokens_survive_a_change_of_keys_until_the_old_key_is_gone(browser, liar, services, environ, later):
    sign_in(browser, liar)
    liar.claims["exp"] = 4_000_000_000
    request = request_of(browser, services)
    (row,) = services.store.all("select id, tokens from session")
    from functions.identity.vault import unseal

    assert unseal(row["tokens"], row["id"], ["n" * 32, "k" * 32]) is not None
    assert unseal(row["tokens"], row["id"], ["n" * 32]) is None
    assert unseal(row["tokens"], "another-session", ["k" * 32]) is None
    rotated = Services(read(environ | {"SECRET_KEYS": f"{'n' * 32},{'k' * 32}"}))
    moved = services.now() + 61 * MINUTE_MS
    rotated.now = lambda: moved  # type: ignore[method-assign]
    assert sessions.current(request, rotated) is not None
    (row,) = services.store.all("select id, tokens from session")
    assert unseal(row["tokens"], row["id"], ["n" * 32]) is not None
    rotated.store.close()


# Cookies, tabs and the way back


@pytest.fixture
def only_cookie(environ: dict[str, str]) -> Iterator[Browser]:
    services = Services(read(environ | {"COOKIE_NAME": "__session"}))
    services.store.migrate()
    yield Browser(Portal(services))
    services.store.close()


def test_a_host_that_forwards_one_cookie_is_enough(only_cookie: Browser, liar: Liar):
    begin = only_cookie.get("/api/signin?return=/my/tickets/")
    assert begin.headers["Set-Cookie"].startswith("__session=")
    answer = only_cookie.get(liar.authorize(begin.location))

    assert (answer.status_code, answer.location) == (303, "/my/tickets/")
    names = {cookie.partition("=")[0] for cookie in answer.headers.getlist("Set-Cookie")}
    assert names == {"__session", "portal_in"}
    assert signed_in(only_cookie)


def test_an_attempt_is_no_session_and_a_session_no_attempt(only_cookie: Browser, liar: Liar):
    path = liar.authorize(only_cookie.get("/api/signin").location)
    assert not signed_in(only_cookie)
    only_cookie.get(path)

    assert only_cookie.get(re.sub(r"state=[^&]+", "state=x", path)).location == "/my/"


def test_two_tabs_can_sign_in_side_by_side(browser: Browser, liar: Liar):
    first = liar.authorize(browser.get("/api/signin?return=/my/tickets/").location)
    second = liar.authorize(browser.get("/api/signin?return=/my/billing/").location)

    assert browser.get(first).location == "/my/tickets/"
    assert browser.get(second).location == "/my/billing/"
    assert signed_in(browser)


def test_many_tabs_keep_the_cookie_small_and_the_last_one_works(browser: Browser, liar: Liar):
    for _ in range(12):
        answer = browser.get("/api/signin", query_string={"return": "/my/tickets/?q=" + "x" * 800})
        assert len(answer.headers["Set-Cookie"]) < 4096

    assert browser.get(liar.authorize(answer.location)).location.startswith("/my/tickets/?q=x")


def test_an_answer_without_its_state_is_refused(browser: Browser, liar: Liar):
    path = liar.authorize(browser.get("/api/signin").location)

    assert browser.get(re.sub(r"state=[^&]+", "state=forged", path)).status_code == 400
    assert not signed_in(browser)


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "/\\evil.example/", "/\t/evil.example/"])
def test_no_return_leads_to_another_site(browser: Browser, liar: Liar, back: str):
    assert sign_in(browser, liar, back).location == "/my/"


def test_signing_in_ends_the_session_before(browser: Browser, liar: Liar, services: Services):
    path = liar.authorize(browser.get("/api/signin").location)
    browser.set_cookie("portal", sessions.start(services, BEN, {}), domain="127.0.0.1")
    browser.get(path)

    assert [row["subject_id"] for row in services.store.all("select subject_id from session")] == ["eve"]


def test_a_guessed_session_without_our_signature_is_nobody(browser: Browser, services: Services):
    sessions.start(services, ADA, {})
    (row,) = services.store.all("select id from session")
    guessed = URLSafeSerializer("another key, of thirty-two characters", salt="session").dumps(row["id"])
    browser.set_cookie("portal", str(guessed), domain="127.0.0.1")

    assert not signed_in(browser)


def test_the_back_button_after_signing_in_is_no_error(browser: Browser, liar: Liar):
    path = liar.authorize(browser.get("/api/signin?return=/my/tickets/").location)
    browser.get(path)
    asked = list(liar.asked)
    again = browser.get(path)

    assert (again.status_code, again.location) == (303, "/my/")
    # The answer was not looked at a second time.
    assert liar.asked == asked


def test_an_attempt_is_over_after_ten_minutes(browser: Browser, liar: Liar, later: Later):
    liar.claims["exp"] = 4_000_000_000
    path = liar.authorize(browser.get("/api/signin").location)
    later(11 * MINUTE_MS)

    assert browser.get(path).status_code == 400


@pytest.mark.parametrize("path", ["/api/signin", "/api/session"])
def test_static_pages_offer_to_sign_in_again_once_a_session_is_over(
    browser: Browser, liar: Liar, later: Later, path: str
):
    sign_in(browser, liar)
    browser.get("/api/signin")
    during = browser.get_cookie("portal_in", "127.0.0.1")
    later(13 * HOUR_MS)
    browser.get(path)

    assert during is not None
    assert browser.get_cookie("portal_in", "127.0.0.1") is None


@pytest.mark.parametrize(
    ("referrer", "back"),
    [
        ("http://127.0.0.1:8000/getting-in/forgot-password/", "/getting-in/forgot-password/"),
        ("http://127.0.0.1:8000/search/?q=card", "/search/?q=card"),
        ("http://127.0.0.1:8000/", "/"),
        ("http://127.0.0.1:8000/my/account/", "/my/account/"),
        ("http://127.0.0.1:8000/my/sign-in/?return=/ask/", "/my/"),
        ("http://127.0.0.1:8000/my/verify/", "/my/"),
        ("http://127.0.0.1:8000/api/signin", "/my/"),
        ("http://127.0.0.1:8000//evil.example/", "/my/"),
        ("https://evil.example/getting-in/forgot-password/", "/my/"),
        ("http://127.0.0.1:8000.evil.example/a/", "/my/"),
        ("", "/my/"),
        ("http://[", "/my/"),
        ("http://[::1/getting-in/", "/my/"),
        ("http://[127.0.0.1]:8000/getting-in/", "/my/"),
        ("http://127.0.0.1:8000]/getting-in/", "/my/"),
        ("http://127.0.0.1:80800/getting-in/", "/my/"),
        ("//127.0.0.1:8000/getting-in/", "/my/"),
        ("about:client", "/my/"),
    ],
)
def test_sign_in_on_an_article_leads_back_to_it(browser: Browser, liar: Liar, referrer: str, back: str):
    begin = browser.get("/api/signin", headers={"Referer": referrer})

    assert browser.get(liar.authorize(begin.location)).location == back


def test_my_account_on_an_article_leads_to_it(browser: Browser, liar: Liar):
    article = {"Referer": "http://127.0.0.1:8000/getting-in/forgot-password/"}
    begin = browser.get(browser.get("/my/", headers=article).location, headers=article)

    assert browser.get(liar.authorize(begin.location)).location == "/my/"


def test_a_session_that_an_older_version_wrote_is_nobody_and_no_error(browser: Browser, liar: Liar, services: Services):
    sign_in(browser, liar)
    for requester in ('{"sub": "eve"}', "[]", "null", "x", '{"subject": "eve", "scopes": null}'):
        services.store.run("update session set requester = :requester", requester=requester)
        assert browser.get("/api/session").json["signed_in"] is False
        assert browser.get("/my/tickets/").status_code == 303
    assert browser.post("/api/signout").status_code == 303


@pytest.mark.parametrize("value", ["", "x", "a.b", "a.b.c", "e30.e30", "ImEi.x", "%ff", "~", '"quoted"'])
def test_a_cookie_of_another_format_is_nobody_and_no_error(browser: Browser, value: str):
    browser.set_cookie("portal", value, domain="127.0.0.1")
    browser.set_cookie("portal-signin", value, domain="127.0.0.1")

    assert browser.get("/api/session").json["signed_in"] is False
    assert browser.get("/api/signin/callback?state=x&code=y").status_code == 400


@pytest.mark.parametrize("value", [True, "true"])
def test_verified_may_be_text(browser: Browser, liar: Liar, value: Any):
    liar.claims["email_verified"] = value

    assert sign_in(browser, liar).status_code == 303


@pytest.mark.parametrize("value", [False, None, "false", "True", "yes", "1", 1, ["true"], {"true": True}])
def test_nothing_else_counts_as_verified(browser: Browser, liar: Liar, value: Any):
    liar.claims["email_verified"] = value

    assert sign_in(browser, liar).status_code == 400


# Signing out


def test_signing_out_goes_by_the_providers_own_page(browser: Browser, liar: Liar, issuer: str):
    liar.metadata = {"end_session_endpoint": f"{issuer}/logout"}
    sign_in(browser, liar)
    answer = browser.post("/api/signout")
    asked = parse_qs(urlsplit(answer.location).query)

    assert answer.location.startswith(f"{issuer}/logout?")
    assert asked["post_logout_redirect_uri"] == ["http://127.0.0.1:8000/"]
    assert asked["client_id"] == [CLIENT]
    assert asked["id_token_hint"][0].count(".") == 2
    assert not signed_in(browser)


def test_a_provider_that_is_down_keeps_nobody_signed_in(browser: Browser, liar: Liar, later: Later):
    sign_in(browser, liar)
    liar.broken.add("/.well-known/openid-configuration")
    later(6 * MINUTE_MS)
    answer = browser.post("/api/signout")

    assert (answer.status_code, answer.location) == (303, "/")
    assert not signed_in(browser)


def test_the_providers_pages_must_be_on_a_host_that_the_settings_name(browser: Browser, liar: Liar):
    liar.metadata = {"end_session_endpoint": "https://evil.example/logout"}

    assert browser.get("/api/signin").status_code == 503


def test_a_named_host_may_have_the_providers_pages(environ: dict[str, str], liar: Liar):
    liar.metadata = {"end_session_endpoint": "https://login.acme.example/logout"}
    services = Services(read(environ | {"OIDC_HOSTS": "login.acme.example", "OIDC_SCOPES": "openid offline_access"}))
    services.store.migrate()
    browser = Browser(Portal(services))
    begin = browser.get("/api/signin")
    asked = parse_qs(urlsplit(begin.location).query)
    services.store.close()

    assert (asked["scope"], asked["prompt"]) == (["openid offline_access"], ["consent"])


def test_scopes_without_openid_are_refused_at_start(environ: dict[str, str]):
    with pytest.raises(SettingsError, match="OIDC_SCOPES must name openid"):
        read(environ | {"OIDC_SCOPES": "profile email"})


@both_engines
def test_signing_out_everywhere_ends_all_sessions_of_one_person(browser: Browser, liar: Liar, services: Services, app):
    phone, ben = Browser(app), Browser(app)
    for client in (browser, phone):
        sign_in(client, liar)
    ben.set_cookie("portal", sessions.start(services, BEN, {}), domain="127.0.0.1")
    browser.post("/api/signout", data={"everywhere": "1"})

    assert [signed_in(client) for client in (browser, phone, ben)] == [False, False, True]


def test_signing_out_ends_this_session_only(browser: Browser, liar: Liar, app):
    phone = Browser(app)
    for client in (browser, phone):
        sign_in(client, liar)
    browser.post("/api/signout")

    assert [signed_in(client) for client in (browser, phone)] == [False, True]


def test_another_site_cannot_sign_anyone_out(browser: Browser, liar: Liar):
    sign_in(browser, liar)
    answer = browser.post("/api/signout", headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"})

    assert answer.status_code == 403
    assert signed_in(browser)


# The back channel

TEXT_EVENT = {"http://schemas.openid.net/event/backchannel-logout": "yes"}


def tell(browser: Browser, token: str) -> TestResponse:
    # As a server does: no cookie, and an origin of its own would do no harm.
    headers = {"Origin": "https://login.acme.example", "Sec-Fetch-Site": "cross-site"}
    return Browser(browser.application).post("/api/signin/backchannel", data={"logout_token": token}, headers=headers)


@both_engines
def test_the_provider_signs_a_session_out(browser: Browser, liar: Liar, issuer: str, services: Services):
    sign_in(browser, liar)
    sessions.start(services, ADA, {}, "s1")
    answer = tell(browser, liar.logout_token(issuer))

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert not signed_in(browser)
    # The same number at another subject is another session.
    assert len(services.store.all("select id from session")) == 1


@both_engines
@pytest.mark.parametrize(
    ("changes", "left"),
    [({}, 2), ({"sub": None}, 2), ({"sid": None}, 1), ({"exp": None}, 2), ({"sid": "s9"}, 3)],
    ids=["both", "sid alone", "sub alone", "older provider", "another session"],
)
def test_a_logout_token_ends_what_it_names(browser, liar, issuer, services, changes, left):
    sign_in(browser, liar)
    liar.claims["sid"] = "s2"
    sign_in(Browser(browser.application), liar)
    sessions.start(services, ADA, {})

    assert tell(browser, liar.logout_token(issuer, **changes)).status_code == 200
    assert len(services.store.all("select id from session")) == left


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"},
        {"aud": "another-client"},
        {"aud": None},
        {"iat": None},
        {"iat": 1_700_000_000},
        {"iat": 4_000_000_000},
        {"exp": 1_700_000_000},
        {"jti": None},
        {"jti": ""},
        {"events": None},
        {"events": {}},
        {"events": TEXT_EVENT},
        {"events": ["http://schemas.openid.net/event/backchannel-logout"]},
        {"nonce": "n"},
        {"sub": None, "sid": None},
        {"sub": ["eve"]},
        {"sid": {"a": 1}},
        {"sub": 7},
    ],
    ids=lambda changes: "an event that is text" if changes == {"events": TEXT_EVENT} else str(changes),
)
def test_a_logout_token_that_does_not_hold_signs_nobody_out(browser, liar, issuer, changes):
    sign_in(browser, liar)
    answer = tell(browser, liar.logout_token(issuer, **changes))

    assert (answer.status_code, answer.json) == (400, {"error": "invalid_request"})
    assert signed_in(browser)


@pytest.mark.parametrize(
    "lie", [{"alg": "none"}, {"alg": "HS256 with the public key"}, {"signed_by": "another"}], ids=str
)
def test_a_logout_token_that_the_provider_did_not_sign_signs_nobody_out(browser, liar, issuer, lie):
    sign_in(browser, liar)
    for name, value in lie.items():
        setattr(liar, name, value)

    assert tell(browser, liar.logout_token(issuer)).status_code == 400
    assert signed_in(browser)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "a.b.c.d.e", "é"])
def test_garbage_at_the_back_channel_is_refused(browser: Browser, token: str):
    assert tell(browser, token).status_code == 400


def test_an_id_token_is_no_logout_token(browser: Browser, liar: Liar, issuer: str):
    sign_in(browser, liar)
    id_token = liar._sign({"iss": issuer, "aud": CLIENT, "sub": "eve", "iat": 1, "exp": 4_000_000_000})

    assert tell(browser, id_token).status_code == 400
    assert signed_in(browser)


@both_engines
def test_a_logout_token_works_once(browser: Browser, liar: Liar, issuer: str):
    token = liar.logout_token(issuer)
    assert tell(browser, token).status_code == 200
    sign_in(browser, liar)

    assert tell(browser, token).status_code == 400
    assert signed_in(browser)


def test_strangers_make_us_fetch_keys_once_a_minute(browser: Browser, liar: Liar, issuer: str, later: Later):
    sign_in(browser, liar)
    later(2 * MINUTE_MS)
    liar.signed_by = "another"
    liar.asked.clear()
    for _ in range(5):
        tell(browser, liar.logout_token(issuer))

    assert liar.asked == ["/jwks"]


def test_the_back_channel_knows_a_new_key(browser: Browser, liar: Liar, issuer: str, later: Later):
    sign_in(browser, liar)
    later(2 * MINUTE_MS)
    liar.signed_by = liar.published = "second"

    assert tell(browser, liar.logout_token(issuer)).status_code == 200


def test_a_key_that_was_taken_back_counts_for_minutes_only(browser: Browser, liar: Liar, issuer: str, later: Later):
    sign_in(browser, liar)
    liar.published = "second"
    later(6 * MINUTE_MS)

    assert key("first") != key("second")
    # Without an end of its own, so that its signature alone is what does not hold.
    assert tell(browser, liar.logout_token(issuer, exp=None)).status_code == 400


@both_engines
def test_old_logout_tokens_are_forgotten(browser: Browser, liar: Liar, issuer: str, services: Services, later: Later):
    tell(browser, liar.logout_token(issuer))
    later(2 * HOUR_MS)
    sessions.purge(services, 0)

    assert services.store.all("select jti from logout_token") == []
