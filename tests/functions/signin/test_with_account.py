"""Signing in: the way there and back with the demo's provider."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from functions.app import Portal
from functions.services import Services
from functions.settings import read
from functions.signin import sessions
from functions.signin.ways import return_path
from portal.models import ORGANISATION_SCOPE, Requester
from tests.conftest import Browser, write_bundle
from tests.functions.issuers import authorized, oidc_environ, sign_in


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    # The store's own tests cover both engines; signing in asks nothing special of one.
    return f"sqlite:///{tmp_path / 'portal.db'}"


@pytest.fixture
def environ(environ: dict[str, str], mock_issuer: str) -> dict[str, str]:
    return environ | oidc_environ(mock_issuer)


def signed_in(browser: Browser) -> bool:
    answer = browser.get("/api/session", headers={"Accept": "application/json"})
    return bool(answer.json["signed_in"])


def test_signing_in_returns_to_the_page_one_came_from(browser: Browser):
    answer = sign_in(browser, "ada", "/my/account/?tab=team")

    assert answer.status_code == 303
    assert answer.location == "/my/account/?tab=team"
    assert browser.get("/api/session").json == {
        "signed_in": True,
        "name": "Ada Byron",
        "email": "ada@bluebird.example",
        "told": ["bluebird", "Team", "owner"],
        "plan": "Team",
        "new": 0,
        "on_call": False,
        "pays": False,
    }


def test_a_page_may_ask_somebody_who_is_signed_in_to_sign_in_again(browser: Browser):
    sign_in(browser, "ada")
    known = browser.get("/api/signin?return=/my/billing/&way=account").location
    again = browser.get("/api/signin?return=/my/billing/&way=account&again=1").location

    assert known == "/my/billing/"
    assert again.endswith("&prompt=login")


def test_a_script_that_signs_out_is_given_the_address_to_go_to(browser: Browser):
    sign_in(browser, "ada")
    answer = browser.post("/api/signout", headers={"Accept": "application/json"})

    assert "/oauth2/end_session" in answer.json["to"]
    assert browser.get("/api/session").json["signed_in"] is False
    assert browser.post("/api/signout", headers={"Accept": "application/json"}).json == {"to": "/"}


def test_without_javascript_sign_in_leads_a_signed_in_customer_to_their_own_pages(browser: Browser):
    sign_in(browser, "ada")
    article = {"Referer": "http://127.0.0.1:8000/plans-and-billing/update-card/"}

    assert browser.get("/api/signin", headers=article).location == "/my/"


def test_the_session_holds_the_mapped_claims_and_the_account(browser: Browser, services: Services):
    sign_in(browser, "ada")
    (row,) = services.store.all("select requester, claims from session")

    assert '"account": "bluebird"' in row["requester"]
    assert f'"{ORGANISATION_SCOPE}"' in row["requester"]
    assert '"billing_customer": "cus_demo"' in row["claims"]


def test_ada_of_the_demo_reads_her_organisations_tickets_and_ben_only_his_own(browser: Browser):
    written = {"topic": "getting-in", "subject": "Ben is locked out", "body": "I cannot sign in since Monday."}
    sign_in(browser, "ben")
    reference = browser.post("/api/tickets", data=written).location.partition("ref=")[2].partition("&")[0]
    asked_by_ben = browser.get("/my/tickets/?whose=organisation").text
    browser.post("/api/signout")
    sign_in(browser, "ada")
    seen = browser.get("/my/tickets/?whose=organisation").text

    assert "Your organisation" not in asked_by_ben
    assert "Ben is locked out" in seen
    assert browser.get(f"/my/ticket/?ref={reference}").status_code == 200


def test_the_way_to_the_provider_carries_pkce_state_and_nonce(browser: Browser):
    answer = browser.get("/api/signin")
    asked = parse_qs(urlsplit(answer.location).query)

    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == ["http://127.0.0.1:8000/api/signin/callback"]
    assert all(len(asked[name][0]) >= 43 for name in ("state", "nonce", "code_challenge"))
    assert answer.headers["Cache-Control"] == "no-store"
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Max-Age=600" in cookie


def test_below_a_base_path_the_callback_is_below_it_too(environ: dict[str, str], tmp_path: Path):
    folder = write_bundle(tmp_path / "below", base_path="/help/")
    services = Services(read(environ | {"PORTAL_BUILD_DIR": str(folder)}))
    services.store.migrate()
    browser = Browser(Portal(services))
    begin = browser.get("/help/api/signin?return=/help/my/billing/")
    asked = parse_qs(urlsplit(begin.location).query)
    services.store.close()

    assert asked["redirect_uri"] == ["http://127.0.0.1:8000/help/api/signin/callback"]
    assert return_path("/my/billing/", services) == "/help/my/"


def test_over_https_the_cookies_are_secure_and_bound_to_the_host(environ: dict[str, str]):
    services = Services(read(environ | {"PUBLIC_ORIGIN": "https://help.acme.example", "TRUSTED_HOPS": "1"}))
    services.store.migrate()
    answer = Browser(Portal(services)).get("/api/signin", base_url="https://help.acme.example")
    services.store.close()

    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-portal-signin=")
    assert "Secure" in cookie
    assert "Path=/" in cookie


def test_signing_in_makes_a_new_session_and_ends_the_one_before(browser: Browser, services: Services):
    path = authorized(browser, "ada")
    before = sessions.start(services, Requester("ben", "ben@bluebird.example"), {})
    browser.set_cookie("portal", before, domain="127.0.0.1")
    browser.get(path)
    (row,) = services.store.all("select subject_id from session")

    assert row["subject_id"] == "ada"
    assert browser.get("/api/session").json["name"] == "Ada Byron"


def test_signing_out_ends_the_session(browser: Browser, services: Services):
    sign_in(browser, "ada")
    answer = browser.post("/api/signout")

    assert answer.status_code == 303
    assert not signed_in(browser)
    assert services.store.all("select * from session") == []


def test_an_answer_works_once(browser: Browser):
    path = authorized(browser, "ada")
    cookie = browser.get_cookie("portal-signin", "127.0.0.1")
    first = browser.get(path)
    browser.post("/api/signout")
    assert cookie is not None
    # A replay by someone who copied the whole browser: the provider's code has been used.
    browser.set_cookie("portal-signin", cookie.value, domain="127.0.0.1")
    second = browser.get(path)

    assert first.status_code == 303
    assert second.status_code == 400
    assert "confirm your sign-in" in second.text
    assert not signed_in(browser)


def test_an_answer_without_its_state_is_refused(browser: Browser):
    path = authorized(browser, "ada")
    answer = browser.get(re.sub(r"state=[^&]+", "state=forged", path))

    assert answer.status_code == 400
    assert not signed_in(browser)


def test_an_answer_in_another_browser_is_refused(browser: Browser, app: Portal):
    path = authorized(browser, "ada")
    other = Browser(app)
    answer = other.get(path)

    assert answer.status_code == 400
    assert "started signing in from another window" in answer.text
    assert not signed_in(other)


def test_a_forged_attempt_cookie_is_refused(browser: Browser):
    path = authorized(browser, "ada")
    cookie = browser.get_cookie("portal-signin", "127.0.0.1")
    assert cookie is not None
    browser.set_cookie("portal-signin", "x" + cookie.value[1:], domain="127.0.0.1")

    assert browser.get(path).status_code == 400


def test_somebody_without_a_verified_address_is_not_signed_in(browser: Browser):
    answer = sign_in(browser, "mallory@customer.example")

    assert answer.status_code == 400
    assert "email address isn&#39;t verified" in answer.text
    assert not signed_in(browser)


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "/\tevil",
        "/my/\r\nSet-Cookie: a=b",
        "javascript:alert(1)",
        "my/",
        "",
        "/my/../../x",
        "/my/%2e%2e/x",
        # A static host that takes %2f for a slash, and adds one at the end, redirects this to another site.
        "/%2fevil.example",
        "/%2F%2fevil.example/",
        "/%5cevil.example",
        "/my/%0d%0aSet-Cookie:%20a=b",
        "/my/%00",
        "/api/signin?return=/api/signin",
        "/" + "x" * 3000,
    ],
)
def test_a_return_that_is_not_a_page_here_leads_to_the_front_page(path: str, services: Services):
    assert return_path(path, services) == "/my/"


def test_a_provider_that_is_down_is_said_to_be_unreachable(environ: dict[str, str]):
    services = Services(read(environ | oidc_environ("http://127.0.0.1:9")))
    services.store.migrate()
    answer = Browser(Portal(services)).get("/api/signin")
    services.store.close()

    assert answer.status_code == 503


def test_personal_pages_ask_to_sign_in_and_come_back(browser: Browser):
    answer = browser.get("/my/tickets/")

    assert answer.status_code == 303
    assert answer.location == "/api/signin?return=%2Fmy%2Ftickets%2F"


def test_the_hub_leads_to_every_part(browser: Browser):
    sign_in(browser, "ben")
    page = browser.get("/my/").text

    assert all(f'href="{path}"' in page for path in ("/my/tickets/", "/my/billing/", "/my/account/", "/ask/"))
