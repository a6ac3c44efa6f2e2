"""Two ways in, with the product's account and by a mail: one page offers both, and both lead back."""

from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from functions.app import Portal
from functions.services import Services
from functions.settings import read
from functions.signin.ways import return_path
from tests.conftest import ADA, Browser

MAIL = {"SMTP_URL": "smtp://127.0.0.1:1", "MAIL_FROM": "support@acme.example"}
# Nothing here asks the provider anything before its own page.
PROVIDER = {"OIDC_ISSUER": "http://127.0.0.1:1", "OIDC_CLIENT_ID": "x", "OIDC_CLIENT_SECRET": "x"}


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'portal.db'}"


@pytest.fixture
def environ(environ: dict[str, str]) -> dict[str, str]:
    return environ | MAIL | PROVIDER


QUESTION = {"topic": "getting-in", "subject": "Locked out", "body": "I cannot sign in today."}


class Links(HTMLParser):
    """The addresses of a page's links by their text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.href: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.href = dict(attributes).get("href") if tag == "a" else None

    def handle_data(self, text: str) -> None:
        if self.href and text.strip():
            self.found[text.strip()], self.href = self.href, None


def back(address: str) -> str:
    return parse_qs(urlsplit(address).query)["return"][0]


def test_a_personal_page_offers_both_ways_and_each_returns_to_it(browser: Browser):
    begin = browser.get(browser.get("/my/ticket/?ref=ABCD-EFGH").location)
    page = browser.get(begin.location)
    links = Links(page.text).found
    account, by_mail = links["Sign in with your Acme account"], links["Sign in by email"]

    assert begin.location.startswith("/my/sign-in/")
    assert page.status_code == 200
    assert back(account) == back(by_mail) == "/my/ticket/?ref=ABCD-EFGH"
    assert urlsplit(account).path == "/api/signin"
    assert "way=account" in account
    assert urlsplit(by_mail).path == "/my/verify/"
    # The provider is down, and the page that says so is the proof that the first way goes there at once.
    assert browser.get(account).status_code == 503


def test_sign_in_on_an_article_returns_to_it_by_either_way(browser: Browser):
    begin = browser.get("/api/signin", headers={"Referer": "http://127.0.0.1:8000/getting-in/forgot-password/"})

    assert back(begin.location) == "/getting-in/forgot-password/"


def test_who_chose_on_the_form_of_a_question_is_not_asked_again(browser: Browser):
    assert browser.get("/api/signin?return=/my/ask/?draft=x").status_code == 503


@pytest.mark.parametrize("missing", [list(MAIL), list(PROVIDER)], ids=["mail", "provider"])
def test_with_one_way_nobody_is_asked_which(environ: dict[str, str], missing: list[str]):
    one_way = Services(read({name: value for name, value in environ.items() if name not in missing}))
    one_way.store.migrate()
    answer = Browser(Portal(one_way)).get("/my/sign-in/?return=/my/tickets/")
    one_way.store.close()

    assert answer.location == "/api/signin?return=%2Fmy%2Ftickets%2F"


def test_the_page_leads_nowhere_else(browser: Browser):
    page = browser.get("/my/sign-in/?return=https://evil.example/")

    assert "evil.example" not in page.text


@pytest.mark.parametrize(
    "path",
    [
        "/./api/signin",
        "/%61pi/signin",
        "/x/../api/signin",
        "/%2e/api/session",
        "/x/%2E%2e/api/session",
        "/api%2fsignin",
    ],
)
def test_no_spelling_of_a_function_is_a_page_to_return_to(services: Services, path: str):
    assert return_path(path, services) == "/my/"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.sampled_from(["/", "\\", ".", "%2f", "%5C", "%2e", "%61", "api", "evil.example", "@", ":", "?", "#", "\t"])
    )
)
def test_whatever_a_way_back_is_it_stays_on_pages_of_this_site(services: Services, parts: list[str]):
    back = return_path("/" + "".join(parts), services)
    # Read as a browser does, and then as a host that decodes once more than it should.
    read = urlsplit(urljoin("http://127.0.0.1:8000/my/", back))

    assert read.netloc == "127.0.0.1:8000"
    assert not unquote(read.path).startswith(("//", "/\\", "/api/"))


def form_action(answer: TestResponse) -> list[str]:
    policy = answer.headers["Content-Security-Policy"]
    (targets,) = [part.split() for part in policy.split(";") if part.strip().startswith("form-action")]
    return targets[1:]


def test_only_pages_with_a_form_that_leads_away_may_lead_away(browser: Browser, sign_in: Callable[..., None]):
    signed_out = {form_action(browser.get(path)) == ["'self'"] for path in ("/my/sign-in/", "/my/verify/", "/my/no/")}
    away = [browser.post("/api/tickets", data={"subject": "?"})]
    draft = browser.post("/api/tickets", data=QUESTION).location
    sign_in(browser, ADA, billing_admin=True, billing_customer="cus_1")
    away += [browser.get(path) for path in (draft, "/my/account/", "/my/account/sessions/")]
    ticket = browser.post("/api/tickets", data=QUESTION).location
    stay = [browser.get(path) for path in ("/my/", "/my/tickets/", ticket, "/my/account/notifications/")]

    assert signed_out == {True}
    assert [form_action(page) for page in away] == [["'self'", "http:", "https:"]] * 4
    assert [form_action(page) for page in stay] == [["'self'"]] * 4
    assert all(b'method="post"' in page.data for page in stay[2:])


def test_nothing_written_on_a_page_lets_its_forms_lead_away(browser: Browser, sign_in: Callable[..., None]):
    sign_in(browser)
    ticket = browser.post("/api/tickets", data=QUESTION | {"body": 'See <form action="/api/billing">'}).location

    assert form_action(browser.get(ticket)) == ["'self'"]
