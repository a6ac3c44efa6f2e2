"""Auth0 and WorkOS: the calls they need, against small servers written from their documentation."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from werkzeug import Request, Response

from functions.errors import SettingsError, VendorError
from functions.identity import server_links
from functions.services import Services
from functions.settings import read
from functions.signin import sessions
from tests.conftest import ADA, Browser, write_bundle
from tests.functions.conftest import Play


@dataclass
class Vendor:
    """What both have in common: requests are kept; `mood` is a status to fail with, `slow`, or `garbage`."""

    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    mood: Any = None
    host: str = ""
    tokens: int = 0
    revoked: int = 0

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        self.host = self.host or request.host
        return self._answer(request)(environ, start_response)

    def _answer(self, request: Request) -> Response:
        body = json.loads(request.get_data())
        self.asked.append((request.path, body))
        if request.path != "/oauth/token":
            if self.mood == "garbage":
                return Response("<h1>It works!</h1>", 201)
            if self.mood == "redirect":
                return Response("", 302, {"Location": "https://evil.example/"})
            if isinstance(self.mood, int):
                return Response(json.dumps({"message": "secret detail"}), self.mood, {"Retry-After": "9"})
        return self.answer(request, body)

    def answer(self, request: Request, body: dict[str, Any]) -> Response:
        raise NotImplementedError


class Auth0(Vendor):
    def answer(self, request: Request, body: dict[str, Any]) -> Response:
        if request.path == "/oauth/token":
            if (body.get("client_id"), body.get("client_secret")) != ("mgmt", "mgmt-secret"):
                return said({"error": "access_denied"}, 401)
            assert body["grant_type"] == "client_credentials"
            assert body["audience"] == f"http://{request.host}/api/v2/"
            self.tokens += 1
            return said({"access_token": f"token-{self.tokens}", "token_type": "Bearer", "expires_in": 86400})
        number = int(request.headers.get("Authorization", "Bearer token-0").removeprefix("Bearer token-"))
        if not 0 < number <= self.tokens or number <= self.revoked:
            return said({"statusCode": 401, "error": "Unauthorized"}, 401)
        match request.path:
            case "/api/v2/tickets/password-change" if body["user_id"] and body["result_url"]:
                return said({"ticket": f"http://{self.host}/lo/reset?ticket=abc#"}, 201)
            case "/api/v2/guardian/enrollments/ticket" if body["user_id"]:
                return said({"ticket_id": "t", "ticket_url": f"http://{self.host}/guardian?ticket=abc"})
            case "/api/v2/organizations/customer/invitations" if body["invitee"]["email"] and body["client_id"]:
                return said({"id": "uinv_1", "invitation_url": f"http://{self.host}/invite"})
        return said({"statusCode": 404}, 404)


class WorkOS(Vendor):
    def answer(self, request: Request, body: dict[str, Any]) -> Response:
        if request.headers.get("Authorization") != "Bearer sk_test_1":
            return said({"message": "Unauthorized"}, 401)
        match request.path:
            case "/user_management/password_reset" if body == {"email": ADA.email}:
                return said({"id": "pr_1", "password_reset_url": f"http://{self.host}/reset?token=abc"}, 201)
            case "/user_management/invitations" if body["organization_id"] == "customer":
                return said({"id": "invitation_1", "email": body["email"], "state": "pending"}, 201)
            case "/portal/generate_link" if body["organization"] == "customer" and body["intent"] == "sso":
                return said({"link": f"http://{self.host}/portal/launch?secret=abc"}, 201)
        return said({"message": "Not found"}, 404)


def said(data: Any, status: int = 200) -> Response:
    return Response(json.dumps(data), status, mimetype="application/json")


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'portal.db'}"


@pytest.fixture(params=["auth0", "workos"])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def vendor(name: str, stage: Play) -> Vendor:
    vendor = {"auth0": Auth0, "workos": WorkOS}[name]()
    vendor.host = urlsplit(stage(vendor)).netloc
    return vendor


@pytest.fixture
def environ(environ: dict[str, str], tmp_path: Path, vendor: Vendor, name: str) -> dict[str, str]:
    folder = write_bundle(tmp_path / "vendor", account={"provider": name})
    ours = {"auth0": {"AUTH0_DOMAIN": vendor.host, "AUTH0_CLIENT_ID": "mgmt", "AUTH0_CLIENT_SECRET": "mgmt-secret"}}
    ours["auth0"]["AUTH0_APP_CLIENT_ID"] = "app"
    ours["workos"] = {"WORKOS_API": f"http://{vendor.host}", "WORKOS_API_KEY": "sk_test_1", "WORKOS_HOSTS": vendor.host}
    return environ | ours[name] | {"PORTAL_BUILD_DIR": str(folder)}


def choose(browser: Browser, job: str, **form: str) -> Any:
    return browser.post("/api/account", data={"job": job, **form})


def test_a_new_password_is_set_on_the_vendors_own_page(browser: Browser, vendor: Vendor, sign_in: Callable[..., None]):
    sign_in(browser)
    answer = choose(browser, "password", user_id="someone-else", email="eve@evil.example")

    assert answer.status_code == 303
    assert urlsplit(answer.location).netloc == vendor.host
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "evil" not in str(vendor.asked)
    assert "someone-else" not in str(vendor.asked)


def test_a_colleague_is_invited_to_ones_own_organisation(
    browser: Browser, vendor: Vendor, sign_in: Callable[..., None]
):
    sign_in(browser, role="owner")
    page = browser.get("/my/account/").text
    answer = choose(browser, "team", invitee=" cy.o'neil@customer.example ", organization="other", org="other")

    assert 'name="invitee"' in page
    assert answer.location == "/my/account/?done=invited"
    assert "We sent the invitation by email." in browser.get(answer.location).text
    path, body = vendor.asked[-1]
    assert "cy.o'neil@customer.example" in str(body)
    assert "customer" in f"{path} {body}"
    assert "other" not in f"{path} {body}"


def test_only_an_account_admin_invites(browser: Browser, vendor: Vendor, sign_in: Callable[..., None]):
    sign_in(browser, role="member")

    assert choose(browser, "team", invitee="cy@customer.example").status_code == 403
    assert vendor.asked == []


def test_without_an_account_claim_there_is_nobody_to_invite_to(browser: Browser, services: Services, vendor: Vendor):
    alone = type(ADA)("sub-cy", "cy@customer.example", "Cy", None)
    browser.set_cookie("portal", sessions.start(services, alone, {"role": "owner"}), domain="127.0.0.1")

    assert choose(browser, "team", invitee="x@customer.example").status_code == 422
    assert not any("invitations" in path for path, _ in vendor.asked)


def test_signed_out_nothing_is_asked_of_the_vendor(browser: Browser, vendor: Vendor):
    # Whoever is signed out resets the password on the vendor's own sign-in page.
    answers = [choose(browser, "password"), choose(browser, "team", invitee="x@y.example")]

    assert [answer.location for answer in answers] == ["/api/signin?return=%2Fmy%2Faccount%2F&way=account"] * 2
    assert vendor.asked == []


def test_an_old_session_gets_no_ticket_for_a_password(
    browser: Browser, services: Services, vendor: Vendor, sign_in: Callable[..., None]
):
    sign_in(browser)
    later = services.now() + 16 * 60_000
    services.clock.at = later
    answer = choose(browser, "password")

    assert answer.status_code == 403
    assert "sign in again" in answer.text
    assert vendor.asked == []


def test_a_page_on_a_host_that_is_not_allowed_is_never_opened(
    browser: Browser, vendor: Vendor, sign_in: Callable[..., None]
):
    sign_in(browser)
    vendor.host = "evil.example"
    answer = choose(browser, "password")

    assert answer.status_code == 503
    assert "evil.example" not in answer.text + str(answer.headers)


@pytest.mark.parametrize(
    ("mood", "status"),
    [(429, 503), (401, 503), (403, 503), (404, 404), (400, 422), (500, 503), ("garbage", 503), ("redirect", 503)],
)
def test_a_vendor_that_fails_sends_nobody_anywhere(
    browser: Browser, vendor: Vendor, sign_in: Callable[..., None], mood: Any, status: int
):
    sign_in(browser)
    vendor.mood = mood
    answer = choose(browser, "password")

    assert answer.status_code == status
    assert "Location" not in answer.headers
    assert "secret detail" not in answer.text
    assert answer.headers.get("Retry-After") == ("9" if mood == 429 else None)


def test_an_invitation_without_an_answer_is_not_called_sent(
    browser: Browser, vendor: Vendor, sign_in: Callable[..., None]
):
    sign_in(browser, role="owner")
    vendor.mood = 502
    answer = choose(browser, "team", invitee="cy@customer.example")

    assert answer.status_code == 503
    assert "Check your team before you send it again." in answer.text


def test_a_vendor_that_is_not_there_is_not_waited_for_and_not_named(name: str, environ: dict[str, str]):
    gone = {"AUTH0_DOMAIN": "127.0.0.1:1", "WORKOS_API": "http://127.0.0.1:1"}
    connected = server_links.connect(read(environ | gone), name)

    with pytest.raises(VendorError) as caught:
        connected.password(server_links.Asked(ADA, "http://127.0.0.1:8000/"))
    assert caught.value.kind == "unavailable"
    assert "127.0.0.1" not in caught.value.public + caught.value.detail


def test_what_the_environment_lacks_is_listed(name: str, environ: dict[str, str]):
    bare = {key: value for key, value in environ.items() if not key.startswith(("AUTH0", "WORKOS"))}

    with pytest.raises(SettingsError, match=r"Set (AUTH0_DOMAIN, AUTH0_CLIENT_ID|WORKOS_API_KEY, WORKOS_HOSTS)"):
        server_links.connect(read(bare), name)


class TestAuth0:
    @pytest.fixture
    def name(self) -> str:
        return "auth0"

    def test_a_domain_is_a_host_in_ascii(self, environ: dict[str, str], name: str):
        abroad = server_links.connect(read(environ | {"AUTH0_DOMAIN": "id.straße.example"}), name)

        assert abroad.hosts == {"id.xn--strae-oqa.example"}
        with pytest.raises(SettingsError, match=r"AUTH0_DOMAIN='id\.\.ä\.example' is not a host"):
            server_links.connect(read(environ | {"AUTH0_DOMAIN": "id..ä.example"}), name)

    def test_a_second_step_is_set_up_for_the_subject_of_the_session(
        self, browser: Browser, vendor: Vendor, sign_in: Callable[..., None]
    ):
        sign_in(browser)
        answer = choose(browser, "two_factor")

        assert answer.location == f"http://{vendor.host}/guardian?ticket=abc"
        assert vendor.asked[-1][1] == {"user_id": "sub-ada", "send_mail": False}

    def test_one_token_serves_many_calls_and_a_revoked_one_is_renewed_once(
        self, environ: dict[str, str], vendor: Vendor
    ):
        auth0 = server_links.connect(read(environ), "auth0")
        asked = server_links.Asked(ADA, "http://127.0.0.1:8000/")
        auth0.password(asked)
        auth0.password(asked)
        before = vendor.tokens
        vendor.revoked = 1
        auth0.password(asked)

        assert before == 1
        assert vendor.tokens == 2


class TestWorkOS:
    @pytest.fixture
    def name(self) -> str:
        return "workos"

    def test_the_admin_portal_is_opened_for_ones_own_organisation(
        self, browser: Browser, vendor: Vendor, sign_in: Callable[..., None]
    ):
        sign_in(browser, role="owner")
        answer = choose(browser, "company_sign_in")

        assert answer.location == f"http://{vendor.host}/portal/launch?secret=abc"
        assert vendor.asked[-1][1]["return_url"] == "http://127.0.0.1:8000/my/account/?job=company_sign_in"

    def test_another_server_than_its_own_is_for_loopback_only(self, environ: dict[str, str]):
        with pytest.raises(SettingsError, match=r"WORKOS_API='https://evil.example'"):
            server_links.connect(read(environ | {"WORKOS_API": "https://evil.example"}), "workos")
