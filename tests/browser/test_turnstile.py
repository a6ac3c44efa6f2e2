"""Turnstile in a browser: our part, with a stand-in for Cloudflare's script written from its documentation.

https://developers.cloudflare.com/turnstile/get-started/client-side-rendering/
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect
from werkzeug.middleware.shared_data import SharedDataMiddleware

from demo import server
from functions.app import Portal
from functions.services import Services
from functions.settings import read
from tests.conftest import write_bundle
from tests.functions.bots.test_bots import Cloudflare

CLOUDFLARE = "https://challenges.cloudflare.com/**"
ASSETS = Path(__file__).parents[2] / "hooks/theme/assets"
SHELL = (
    "<!doctype html><html lang=en><head><title><!--portal:title--></title>"
    '<script type="module" src="/assets/portal.js"></script></head>'
    '<body data-portal-base="/"><main><nav><!--portal:crumbs--></nav><!--portal:content--></main></body></html>'
)
# ANSWER is replaced by what their script does after it has shown its frame.
SCRIPT = """
let widget = null;
window.turnstile = {
  render(container, { sitekey, action, callback, "error-callback": failed }) {
    if (widget) throw new Error("clear the existing widget before creating a new one");
    const frame = document.createElement("iframe");
    frame.src = `https://challenges.cloudflare.com/frame?${sitekey}&${action}`;
    frame.onload = () => { ANSWER };
    container.append(frame);
    widget = frame;
    return "cf-chl-widget-1";
  },
  remove(id) {
    if (id !== "cf-chl-widget-1") throw new Error("there is no such widget");
    widget.remove();
    widget = null;
  },
};
"""


@dataclass
class Stranger:
    """Cloudflare in the browser: `answer` is what its script does, empty while it cannot be reached."""

    answer: str = ""
    asked: list[str] = field(default_factory=list)

    def __call__(self, route: Route) -> None:
        self.asked.append(route.request.url)
        if not self.answer:
            route.abort()
        elif "/api.js" in route.request.url:
            route.fulfill(content_type="text/javascript", body=SCRIPT.replace("ANSWER", self.answer))
        else:
            route.fulfill(content_type="text/html", body="<p>Success!</p>")


@pytest.fixture
def cloudflare() -> Cloudflare:
    return Cloudflare()


@pytest.fixture
def stranger() -> Stranger:
    return Stranger()


@pytest.fixture
def portal(tmp_path: Path, cloudflare: Cloudflare) -> Iterator[str]:
    """The origin of a portal with Turnstile, whose functions ask the stand-in about tokens."""
    app: list[Portal] = []
    build = write_bundle(tmp_path / "build")
    (build / "shell.html").write_text(SHELL)
    with server.running(cloudflare) as api:
        served = SharedDataMiddleware(lambda *call: app[0](*call), {"/assets": str(ASSETS)})
        with server.running(served) as origin:
            turnstile = {"TURNSTILE_SITEKEY": "site", "TURNSTILE_SECRET": "hush", "TURNSTILE_API": api}
            settings = {
                "PUBLIC_ORIGIN": origin,
                "SECRET_KEYS": "k" * 32,
                "TICK_TOKEN": "t" * 16,
                "DATABASE_URL": f"sqlite:///{tmp_path / 'portal.db'}",
                "PORTAL_BUILD_DIR": str(build),
                "SMTP_URL": "smtp://127.0.0.1:9",
                "MAIL_FROM": "support@acme.example",
                "BOT_CHECK": "turnstile",
            }
            services = Services(read(settings | turnstile))
            services.store.migrate()
            app.append(Portal(services))
            yield origin
            services.store.close()


@pytest.fixture
def page(context: BrowserContext, stranger: Stranger, portal: str) -> Page:
    """The form for an address, with everything started and nothing touched."""
    context.route(CLOUDFLARE, stranger)
    page = context.new_page()
    page.clock.install()
    page.goto(f"{portal}/my/verify/")
    expect(page.locator("form[data-started]")).to_have_count(1)
    return page


def press(page: Page) -> None:
    page.get_by_label("Your email address").fill("eve@customer.example")
    page.get_by_role("button", name="Email me a link and a code").click()


def test_nobody_else_is_asked_before_the_customer_acts_and_a_token_lets_them_pass(
    page: Page, stranger: Stranger, cloudflare: Cloudflare
):
    before = list(stranger.asked)
    stranger.answer = f"callback({json.dumps(cloudflare.token())})"
    press(page)

    expect(page.get_by_role("heading", level=1)).to_have_text("Check your email")
    assert before == []
    assert [url.partition("com/")[2] for url in stranger.asked] == [
        "turnstile/v0/api.js?render=explicit",
        "frame?site&verify",
    ]


@pytest.mark.parametrize(
    "fault",
    ["", "window.token ? callback(window.token) : failed(300010)", "if (window.token) callback(window.token)"],
    ids=["blocked", "error", "silent"],
)
def test_without_an_answer_the_page_says_so_and_the_next_press_tries_again(
    page: Page, stranger: Stranger, cloudflare: Cloudflare, fault: str
):
    stranger.answer = fault
    press(page)
    if fault.startswith("if"):
        expect(page.get_by_text("Checking that you aren't a robot.")).to_be_visible()
        page.clock.fast_forward(31_000)
    said = page.get_by_role("alert")
    expect(said).to_contain_text("We couldn't check that you aren't a robot.")
    way_around = said.get_by_role("link", name="email us").get_attribute("href")
    token = json.dumps(cloudflare.token())
    stranger.answer = f"callback({token})"
    page.evaluate(f"window.token = {token}")  # for a script that is already loaded
    press(page)

    expect(page.get_by_role("heading", level=1)).to_have_text("Check your email")
    assert way_around == "mailto:support@acme.example"
