"""The account page: who sees which card, where each leads, and that nothing but the session says whose account."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from markupsafe import escape

from functions.app import Portal
from functions.identity.links import came_back
from functions.services import Services
from functions.settings import read
from functions.signin import sessions
from portal import account as accounts
from tests.conftest import ADA, BEN, BUNDLE, Browser, Clock, write_bundle
from tests.functions.conftest import Play
from tests.functions.issuers import Liar, oidc_environ

ARTICLES = [
    {"id": id, "title": f"About {id}", "url": f"/{id}/", "topic": id.partition("/")[0]}
    for id in sorted({card.article for card in accounts.CARDS.values()} | {"getting-in/cant-sign-in"})
]
CARDS = {
    "password": {"url": "https://acme.example/password"},
    "profile": {"url": "https://acme.example/people/{user}?team={org}"},
    "team": {"url": "https://acme.example/team"},
    "delete": {"url": "https://acme.example/leave", "article": "getting-in/forgot-password"},
}
LEADS_AWAY = "Some buttons take you to Acme or its sign-in page, and then back here."
KEYCLOAK = {"provider": "keycloak", "at": "https://id.acme.example/realms/acme"}


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    # The store's own tests cover both engines; preferences have their own test on both.
    return f"sqlite:///{tmp_path / 'portal.db'}"


@pytest.fixture
def settings() -> dict[str, Any]:
    """`extra.portal.account` of the portal; a test may ask for another."""
    return {"cards": CARDS}


@pytest.fixture
def environ(environ: dict[str, str], tmp_path: Path, settings: dict[str, Any]) -> dict[str, str]:
    folder = write_bundle(tmp_path / "account", account=settings, articles=ARTICLES)
    return environ | {"PORTAL_BUILD_DIR": str(folder)}


def choose(browser: Browser, job: str, **form: str) -> Any:
    return browser.post("/api/account", data={"job": job, **form})


def titles(page: str) -> set[str]:
    return {card.title for card in accounts.CARDS.values() if f">{escape(card.title)}</h2>" in page}


def test_signed_out_the_two_ways_back_in_and_help_are_there(browser: Browser):
    page = browser.get("/my/account/")

    assert page.status_code == 200
    assert titles(page.text) == {"Password", "Lost your phone?"}
    assert "Help with signing in" in page.text


def test_a_password_can_be_reset_without_signing_in(browser: Browser):
    answer = choose(browser, "password")

    assert answer.status_code == 303
    assert answer.location == "https://acme.example/password"


@pytest.mark.parametrize("job", ["profile", "team", "delete"])
def test_everything_else_asks_to_sign_in(browser: Browser, job: str):
    answer = choose(browser, job)

    assert answer.status_code == 303
    assert answer.location == "/api/signin?return=%2Fmy%2Faccount%2F&way=account"


def test_a_card_that_nothing_is_set_up_for_is_not_built(browser: Browser, sign_in: Callable[..., None]):
    sign_in(browser, role="owner")
    page = browser.get("/my/account/").text

    assert titles(page) == {
        "Password",
        "Profile",
        "Lost your phone?",
        "Team",
        "Where you're signed in",
        "Notifications",
        "Delete your account",
    }
    assert choose(browser, "two_factor").status_code == 404


def test_each_card_has_the_article_that_explains_it(browser: Browser, sign_in: Callable[..., None]):
    sign_in(browser, role="owner")
    page = browser.get("/my/account/").text

    for article in ("your-team/invite-a-teammate", "using-the-portal/change-notifications"):
        assert f'href="/{article}/"' in page
    assert page.count('href="/getting-in/forgot-password/"') == 2  # password, and the writer's choice for delete


def test_without_any_setting_the_portals_own_cards_remain(environ: dict[str, str], tmp_path: Path, sign_in: Any):
    services = Services(read(environ | {"PORTAL_BUILD_DIR": str(write_bundle(tmp_path / "bare"))}))
    browser = Browser(Portal(services))
    services.store.migrate()
    sign_in(browser)
    page = browser.get("/my/account/").text
    services.store.close()

    assert titles(page) == {"Where you're signed in", "Notifications"}
    assert LEADS_AWAY not in page


@pytest.mark.parametrize(("role", "buttons"), [("owner", 3), ("member", 2)])
def test_only_buttons_that_lead_away_are_announced(
    browser: Browser, sign_in: Callable[..., None], role: str, buttons: int
):
    signed_out = browser.get("/my/account/").text
    sign_in(browser, role=role)
    page = browser.get("/my/account/").text

    assert LEADS_AWAY not in signed_out
    assert LEADS_AWAY in page
    assert page.count('name="job"') >= buttons


def test_a_card_that_a_role_may_not_use_says_who_can(browser: Browser, sign_in: Callable[..., None]):
    sign_in(browser, role="member")
    page = browser.get("/my/account/").text
    answer = choose(browser, "team")

    assert "Only an admin of your account can do this." in page
    assert 'value="team"' not in page
    assert answer.status_code == 403
    assert "Only an admin of your account can do this." in answer.text


@pytest.mark.parametrize(
    ("claims", "may"),
    [
        ({"role": "owner"}, True),
        ({"role": "admin"}, True),
        ({"role": "member", "account_admin": "true"}, True),
        ({"role": "owner", "account_admin": False}, False),
        ({"account_admin": "yes"}, False),
        ({"account_admin": 1}, False),
        ({"role": ["owner"]}, False),
        ({"billing_admin": True}, False),
        ({}, False),
    ],
    ids=str,
)
def test_only_a_claim_makes_an_account_admin(
    browser: Browser, sign_in: Callable[..., None], claims: dict[str, Any], may: bool
):
    sign_in(browser, **claims)

    assert choose(browser, "team").status_code == (303 if may else 403)


def test_whoever_has_shown_only_an_address_sees_what_needs_an_account(browser: Browser, sign_in: Callable[..., None]):
    sign_in(browser, role="owner", level="address")
    page = browser.get("/my/account/").text

    assert page.count("You&#39;re signed in by email only. Sign in with your account to do this.") == 3
    assert choose(browser, "profile").status_code == 403
    assert choose(browser, "delete").status_code == 403
    assert choose(browser, "password").status_code == 303
    assert browser.get("/my/account/notifications/").status_code == 200


def test_claims_fill_a_link_and_forms_and_addresses_do_not(browser: Browser, sign_in: Callable[..., None]):
    sign_in(browser)
    answer = browser.post("/api/account?user=eve&org=other", data={"job": "profile", "user": "eve", "org": "other"})

    assert answer.location == "https://acme.example/people/sub-ada?team=customer"


def test_what_fills_a_link_cannot_change_where_it_leads(browser: Browser, services: Services):
    odd = type(ADA)("../../x?y=//evil.example#", ADA.email, "", "a/b&c=\r\nd")
    browser.set_cookie("portal", sessions.start(services, odd, {}), domain="127.0.0.1")
    answer = choose(browser, "profile")
    parts = urlsplit(answer.location)

    assert parts.netloc == "acme.example"
    assert parts.path == "/people/..%2F..%2Fx%3Fy%3D%2F%2Fevil.example%23"
    assert parts.query == "team=a%2Fb%26c%3Dd"


def test_without_the_claim_that_a_link_needs_nobody_is_sent_anywhere(browser: Browser, services: Services):
    alone = type(ADA)("sub-cy", "cy@acme.example", "Cy", None)
    browser.set_cookie("portal", sessions.start(services, alone, {}), domain="127.0.0.1")
    answer = choose(browser, "profile")

    assert answer.status_code == 409
    assert "Location" not in answer.headers


def test_an_organisation_is_a_claim_and_never_the_domain_of_an_address(browser: Browser, services: Services):
    # Same domain as the customer's people, and no account claim: not one of them.
    alone = type(ADA)("sub-cy", "cy@customer.example", "Cy", None)
    browser.set_cookie("portal", sessions.start(services, alone, {"role": "owner"}), domain="127.0.0.1")

    assert "customer" not in str(choose(browser, "profile").headers)


@pytest.mark.parametrize(
    "url",
    ["http://acme.example/", "https://{org}.acme.example/", "https://user@evil.example/", "javascript:alert(1)"],
)
def test_an_older_bundle_with_an_unsafe_link_leads_nowhere(
    environ: dict[str, str], tmp_path: Path, sign_in: Callable[..., None], url: str
):
    folder = write_bundle(tmp_path / "old", account={"cards": {"profile": {"url": url}}}, articles=ARTICLES)
    services = Services(read(environ | {"PORTAL_BUILD_DIR": str(folder)}))
    services.store.migrate()
    browser = Browser(Portal(services))
    sign_in(browser)
    answer = choose(browser, "profile")
    services.store.close()

    assert answer.status_code == 409
    assert "Location" not in answer.headers


def test_the_way_out_is_a_form_kept_by_no_cache_and_told_to_no_log(
    browser: Browser, sign_in: Callable[..., None], caplog: pytest.LogCaptureFixture
):
    caplog.set_level("DEBUG", "functions")
    sign_in(browser)
    answer = choose(browser, "profile")

    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert browser.get("/api/account?job=delete").status_code == 405
    foreign = browser.post("/api/account", data={"job": "delete"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    assert "Location" not in foreign.headers
    assert all("sub-ada" not in str(record.__dict__) for record in caplog.records)


def test_over_https_the_page_lets_its_forms_lead_only_to_https(environ: dict[str, str]):
    services = Services(read(environ | {"PUBLIC_ORIGIN": "https://help.acme.example", "TRUSTED_HOPS": "1"}))
    browser = Browser(Portal(services))
    policy = browser.get("/my/account/", base_url="https://help.acme.example").headers["Content-Security-Policy"]
    (targets,) = [part for part in policy.split(";") if part.strip().startswith("form-action")]

    assert targets.split() == ["form-action", "'self'", "https:"]
    services.store.close()


def test_an_unknown_job_and_too_many_are_refused(browser: Browser, sign_in: Callable[..., None]):
    sign_in(browser)

    assert choose(browser, "hack").status_code == 422
    assert [choose(browser, "password").status_code for _ in range(30)] == [303] * 29 + [429]


def test_below_a_base_path_every_address_is_below_it(
    environ: dict[str, str], tmp_path: Path, sign_in: Callable[..., None]
):
    account = {"cards": {"profile": {"url": "https://acme.example/?back={back}"}}}
    folder = write_bundle(tmp_path / "below", base_path="/help/", account=account, articles=[])
    services = Services(read(environ | {"PORTAL_BUILD_DIR": str(folder)}))
    services.store.migrate()
    browser = Browser(Portal(services))
    sign_in(browser)
    page = browser.get("/help/my/account/").text
    answer = browser.post("/help/api/account", data={"job": "profile"})
    services.store.close()

    assert 'action="/help/api/account"' in page
    assert 'href="/help/my/account/sessions/"' in page
    assert parse_qs(urlsplit(answer.location).query) == {"back": ["http://127.0.0.1:8000/help/my/account/?job=profile"]}


def test_a_portal_without_the_account_part_has_none_of_it(environ: dict[str, str], tmp_path: Path):
    folder = write_bundle(tmp_path / "less", parts=BUNDLE["parts"] | {"account": False})
    services = Services(read(environ | {"PORTAL_BUILD_DIR": str(folder)}))
    browser = Browser(Portal(services))

    assert browser.get("/my/account/").status_code == 404
    assert browser.get("/my/account/sessions/").status_code == 404
    assert choose(browser, "password").status_code == 404


def test_only_keycloaks_word_for_unfinished_comes_back_with_one():
    assert came_back("/my/account/?job=x", {"kc_action_status": "cancelled"}) == "/my/account/?job=x&outcome=unfinished"
    assert came_back("/my/account/?job=x", {"kc_action_status": "success"}) == "/my/account/?job=x"
    assert came_back("/my/tickets/", {"kc_action_status": "cancelled"}) == "/my/tickets/"


# Sessions


def other(services: Services, who: Any = ADA) -> Browser:
    browser = Browser(Portal(services))
    browser.set_cookie("portal", sessions.start(services, who, {}), domain="127.0.0.1")
    return browser


def handles(page: str) -> list[str]:
    return [part.partition('"')[0] for part in page.split('name="session" value="')[1:]]


def test_one_sees_ones_own_sessions_and_signs_one_out(
    browser: Browser, services: Services, sign_in: Callable[..., None]
):
    sign_in(browser)
    phone, ben = other(services), other(services, BEN)
    page = browser.get("/my/account/sessions/").text
    ids = [row["id"] for row in services.store.all("select id from session")]
    first, second = handles(page)
    here = handles(page[page.index("This browser") :])[0]
    choose(browser, "end_session", session=second if here == first else first)

    assert not any(id in page for id in ids)
    assert phone.get("/my/account/sessions/").status_code == 303
    assert browser.get("/my/account/sessions/").status_code == 200
    assert ben.get("/my/account/sessions/").status_code == 200


def test_nobody_signs_out_somebody_else(browser: Browser, services: Services, sign_in: Callable[..., None]):
    sign_in(browser)
    ben = other(services, BEN)
    (theirs,) = handles(ben.get("/my/account/sessions/").text)
    choose(browser, "end_session", session=theirs)

    assert ben.get("/my/account/sessions/").status_code == 200


def test_signing_out_everywhere_ends_every_session_of_ones_own(
    browser: Browser, services: Services, sign_in: Callable[..., None]
):
    sign_in(browser)
    phone, ben = other(services), other(services, BEN)
    page = browser.get("/my/account/sessions/").text
    answer = browser.post("/api/signout", data={"everywhere": "1"})

    assert 'name="everywhere"' in page
    assert answer.status_code == 303
    assert phone.get("/my/").status_code == 303
    assert ben.get("/my/").status_code == 200


# Keycloak: sign-in requests with an action, at a provider that answers as one does


@pytest.fixture
def keycloak(environ: dict[str, str], tmp_path: Path, stage: Play) -> Any:
    liar = Liar()
    origin = stage(liar)
    folder = write_bundle(tmp_path / "keycloak", account=KEYCLOAK | {"at": f"{origin}/realms/x"}, articles=ARTICLES)
    services = Services(read(environ | oidc_environ(origin) | {"PORTAL_BUILD_DIR": str(folder)}), Clock())
    services.store.migrate()
    yield Browser(Portal(services)), liar, services
    services.store.close()


@pytest.mark.parametrize(
    ("job", "action"),
    [
        ("password", "UPDATE_PASSWORD"),
        ("profile", "UPDATE_PROFILE"),
        ("two_factor", "CONFIGURE_TOTP"),
        ("delete", "delete_account"),
    ],
)
def test_keycloak_gets_a_sign_in_request_with_the_action(keycloak: Any, job: str, action: str):
    browser, liar, _ = keycloak
    browser.get(liar.authorize(browser.get("/api/signin?return=/my/account/").location))
    asked = parse_qs(urlsplit(choose(browser, job).location).query)

    assert asked["kc_action"] == [action]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["state"]


def test_after_keycloak_the_claims_are_new_and_a_lie_in_the_address_changes_nothing(keycloak: Any):
    browser, liar, _ = keycloak
    browser.get(liar.authorize(browser.get("/api/signin").location))
    liar.claims = {"name": "Eve Renamed"}
    back = browser.get(liar.authorize(choose(browser, "profile").location) + "&kc_action_status=success")
    page = browser.get(back.location).text

    assert back.location == "/my/account/?job=profile"
    assert "Eve Renamed" in page
    assert "These are your latest details." in page
    assert "success" not in page


def test_coming_back_from_a_page_reads_the_claims_again(keycloak: Any):
    browser, liar, services = keycloak
    liar.userinfo = {"email": "eve@customer.example", "email_verified": True, "name": "Eve"}
    browser.get(liar.authorize(browser.get("/api/signin").location))
    liar.userinfo["name"] = "Eve Renamed"
    later = services.now() + 60_000
    services.clock.at = later

    assert "Eve Renamed" not in browser.get("/my/account/").text
    assert "Eve Renamed" in browser.get("/my/account/?job=profile").text


def test_where_claims_cannot_be_read_again_one_passes_by_the_provider(keycloak: Any):
    browser, liar, services = keycloak
    browser.get(liar.authorize(browser.get("/api/signin").location))
    later = services.now() + 60_000
    services.clock.at = later
    answer = browser.get("/my/account/?job=profile")

    assert answer.status_code == 303
    assert answer.location == "/api/signin?return=%2Fmy%2Faccount%2F%3Fjob%3Dprofile&way=account"


def test_while_the_provider_is_silent_the_page_says_that_it_may_be_older(keycloak: Any):
    browser, liar, services = keycloak
    liar.userinfo = {"email": "eve@customer.example", "email_verified": True, "name": "Eve"}
    browser.get(liar.authorize(browser.get("/api/signin").location))
    liar.broken = {"/userinfo"}
    later = services.now() + 60_000
    services.clock.at = later
    page = browser.get("/my/account/?job=profile")

    assert page.status_code == 200
    assert "so this page may be out of date" in page.text
    assert "Eve" in page.text


def test_turning_back_at_keycloak_is_said_neutrally(keycloak: Any):
    browser, liar, _ = keycloak
    browser.get(liar.authorize(browser.get("/api/signin").location))
    back = browser.get(liar.authorize(choose(browser, "password").location) + "&kc_action_status=cancelled")

    assert back.location == "/my/account/?job=password&outcome=unfinished"
    assert "Nothing seems to have changed." in browser.get(back.location).text


def test_signed_out_keycloaks_own_reset_page_is_opened(keycloak: Any):
    browser, _, _ = keycloak
    location = choose(browser, "password").location

    assert location.partition("/realms/")[2] == "x/login-actions/reset-credentials?client_id=portal-test"


def test_a_provider_that_is_down_is_said_and_the_account_page_stays(keycloak: Any):
    browser, liar, services = keycloak
    browser.set_cookie("portal", sessions.start(services, ADA, {}), domain="127.0.0.1")
    liar.broken = {"/.well-known/openid-configuration"}
    answer = choose(browser, "profile")

    assert answer.status_code == 503
    assert "Location" not in answer.headers
    assert browser.get("/my/account/").status_code == 200
