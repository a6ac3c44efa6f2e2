"""measure.js and feedback.js in a real browser, against the real collector.

Robots are not counted and the shipped code has no switch for tests, so the browser is started without
navigator.webdriver and with an ordinary user agent.
"""

import json
import mimetypes
import queue
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from functions.app import Portal
from functions.insights.rows import long_id, short_id
from functions.services import Services
from portal.insights.events import redact_query
from scripts.lib import chromium as program
from tests.conftest import write_bundle
from tests.functions.insights import kept

pytestmark = pytest.mark.browser

ASSETS = Path(__file__).parents[2] / "hooks/theme/assets"
PERSON = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
# The user agent is an argument, since Playwright's setting does not reach the beacon of a page that goes away.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-blink-features=AutomationControlled",
    f"--user-agent={PERSON}",
]
ARTICLE = "getting-in/forgot-password"
WAIT_SECONDS = 10

# `go` swaps the page without a reload, as Material's instant navigation does, and announces it through document$.
LAYOUT = """<!doctype html><html lang="en"><title>t</title>
<header data-portal-base="/help/" data-portal="insights/measure"><a id="ask" href="/help/ask/">Ask us</a></header>
<main>%s</main>
<script>
const listeners = [];
window.document$ = { subscribe(listener) { listeners.push(listener); listener(document); } };
window.go = async (path) => {
  const text = await (await fetch(path)).text();
  history.pushState({}, "", path);
  const next = new DOMParser().parseFromString(text, "text/html").querySelector("main");
  document.querySelector("main").replaceWith(next);
  for (const listener of listeners) listener(document);
};
</script>
<script type="module">
const started = new WeakSet();
document$.subscribe(() => {
  for (const element of document.querySelectorAll("[data-portal]")) {
    if (started.has(element)) continue;
    started.add(element);
    import(`/help/assets/${element.dataset.portal}.js`).then((component) => {
      component.start(element);
      element.dataset.started = "";
    });
  }
});
</script></html>"""
VOTES = "".join(
    f'<form method="post" action="/help/api/feedback"><input type="hidden" name="article" value="{ARTICLE}">'
    f'<input type="hidden" name="vote" value="{vote}"><button>{word}</button></form>'
    for vote, word in (("yes", "Yes"), ("no", "Not really"))
)
PAGES = {
    "": "<h1>Home</h1>",
    "ask/": "<h1>Ask us</h1>",
    "status/": "<h1>Status</h1>",
    "feedback/why/": "<h1>Why?</h1>",
    f"{ARTICLE}/": f"""<h1>I forgot my password</h1><p style="height: 3000px">The answer.</p>
      <section data-portal="insights/feedback" data-article="{ARTICLE}"><h2>Did this answer your question?</h2>
        <div class="hf-votes">{VOTES}</div></section>
      <section aria-labelledby="hf-related"><h2 id="hf-related">Related</h2><ul>
        <li><a href="/help/a/">One</a></li><li><a href="/help/b/">Two</a></li></ul></section>
      <p class="hf-stillneed">Still need help? <a href="/help/ask/">Contact support</a></p>""",
}


class Site:
    """A few pages, our assets, and the real functions; posts to them are kept for the test. The next `broken` answers
    of readers fail."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.posts: queue.Queue[tuple[str, str, int]] = queue.Queue()
        self.broken = 0
        self.url = ""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ)
        path = request.path.removeprefix("/help/")
        if request.method == "POST":
            return self._post(request, path)(environ, start_response)
        if path.startswith("assets/"):
            file = ASSETS / path.removeprefix("assets/")
            response = Response(file.read_bytes(), mimetype=mimetypes.guess_type(file)[0])
        else:
            response = Response(LAYOUT % PAGES.get(path, "<h1>Nothing here</h1>"), 200 if path in PAGES else 404)
            response.mimetype = "text/html"
        return response(environ, start_response)

    def _post(self, request: Request, path: str) -> Response:
        body = request.get_data()
        request.environ["wsgi.input"] = BytesIO(body)
        # Counts go out when the page likes, and would use up a failure that is meant for an answer.
        if self.broken and path == "api/feedback":
            self.broken -= 1
            return Response(status=503)
        response = Response.from_app(self.portal, request.environ, buffered=True)
        self.posts.put((path, body.decode(), response.status_code))
        return response

    def events(self, number: int) -> list[dict[str, Any]]:
        """The next events that were sent, at least `number` of them."""
        events: list[dict[str, Any]] = []
        while len(events) < number:
            path, body, status = self.posts.get(timeout=WAIT_SECONDS)
            assert (path, status) == ("api/events", 204)
            events += json.loads(body)
        # Each event has a request of its own, and two may arrive in reverse order.
        return sorted(events, key=lambda event: (event["visit"], event["seq"]))

    def until(self, wanted: str) -> int:
        """Wait for a post to this path and return the status of its answer."""
        while True:
            path, _, status = self.posts.get(timeout=WAIT_SECONDS)
            if path == wanted:
                return status


def read(page: Page) -> None:
    """Open the article and wait until its script is there: a press before that sends the plain form, as it should."""
    page.goto(f"{ARTICLE}/")
    page.locator("[data-article][data-started]").wait_for()


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=program.find(), args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'portal.db'}"


@pytest.fixture
def site(environ: dict[str, str], services: Services, tmp_path: Path) -> Iterator[Site]:
    write_bundle(tmp_path / "build", base_path="/help/")
    site = Site(Portal(services))
    server = make_server("127.0.0.1", 0, site, threaded=True)
    site.url = f"http://127.0.0.1:{server.server_port}/help/"
    thread = Thread(target=server.serve_forever, args=[0.02])
    thread.start()
    yield site
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def context(chromium: Browser, site: Site) -> Iterator[BrowserContext]:
    context = chromium.new_context(base_url=site.url)
    context.set_default_timeout(WAIT_SECONDS * 1000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def tell(page: Page, name: str, **detail: Any) -> None:
    page.evaluate("([name, detail]) => document.dispatchEvent(new CustomEvent(name, { detail }))", [name, detail])


def stored(services: Services) -> list[dict[str, Any]]:
    return kept.events(services.store)


def test_a_visit_is_told_from_the_landing_to_the_last_page(page, site, services):
    page.goto("")
    landing = site.events(1)
    tell(page, "portal:search", query="Forgot  my password ada@customer.example please", results=4, qid="first")
    tell(page, "portal:search-click", qid="first", rank=1, url=f"/help/{ARTICLE}/")
    searched = site.events(2)
    page.evaluate("path => go(path)", f"/help/{ARTICLE}/")
    moved = site.events(2)
    page.mouse.wheel(0, 10_000)
    page.wait_for_function("scrollY + innerHeight >= document.documentElement.scrollHeight - 2")
    page.goto("about:blank")
    left = site.events(1)

    events = landing + searched + moved + left
    assert [(event["name"], event["path"], event["kind"]) for event in events] == [
        ("page", "/", "home"),
        ("search", "/", "home"),
        ("search_click", "/", "home"),
        ("engage", "/", "home"),
        ("page", f"/{ARTICLE}/", "article"),
        ("engage", f"/{ARTICLE}/", "article"),
    ]
    assert [event["seq"] for event in events] == list(range(6))
    assert len({event["visit"] for event in events}) == 1
    assert [event["view"] == events[0]["view"] for event in events] == [True, True, True, True, False, False]
    assert (searched[0]["query"], searched[0]["results"]) == ("forgot my password [removed] please", 4)
    assert (searched[1]["rank"], searched[1]["query_id"]) == (1, searched[0]["query_id"])
    assert (landing[0]["referrer"], moved[1]["referrer"]) == ("none", "internal")
    assert left[0]["scroll"] == 100
    assert 0 < left[0]["engaged_ms"] < 60_000
    # The collector refused none of the events.
    assert {row["id"] for row in stored(services)} == {long_id(event["event_id"]) for event in events}


def test_asking_us_is_told_step_by_step(page, site):
    page.goto("status/")
    site.events(2)
    page.evaluate("document.getElementById('ask').addEventListener('click', (event) => event.preventDefault())")
    page.click("#ask")
    opened = site.events(1)
    page.evaluate("go('/help/ask/')")
    form = site.events(3)
    for step in ("show", "click", "solved"):
        tell(page, "portal:suggest", step=step)
    suggested = site.events(3)
    tell(page, "portal:ticket")
    sent = site.events(1)

    assert [event["name"] for event in opened + form + suggested + sent] == [
        "help_open", "engage", "page", "ticket_start", "suggest_show", "suggest_click", "suggest_solved",
        "ticket_submit",
    ]  # fmt: skip
    assert sent[0]["kind"] == "ask"


@pytest.mark.parametrize(
    ("path", "names"), [("status/", ["page", "status_view"]), ("no/such/page/", ["page", "notfound"])]
)
def test_some_pages_are_a_step_of_their_own(page, site, path, names):
    page.goto(path)

    assert [event["name"] for event in site.events(2)] == names


def test_a_search_without_a_result_and_a_private_query_say_so(page, site):
    page.goto("")
    site.events(1)
    tell(page, "portal:search", query="ada@customer.example", results=0, qid="q")

    (event,) = site.events(1)
    assert (event["name"], event["query"]) == ("search_zero", None)


def test_a_reload_is_a_new_visit_and_nothing_is_kept_in_the_browser(page, context, site):
    page.goto("")
    (first,) = site.events(1)
    page.reload()
    second = [event for event in site.events(2) if event["name"] == "page"]

    assert second[0]["visit"] != first["visit"]
    assert context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


@pytest.mark.parametrize(
    ("name", "value"), [("doNotTrack", "'1'"), ("globalPrivacyControl", "true"), ("webdriver", "true")]
)
def test_a_robot_and_a_reader_who_asks_not_to_be_counted_send_nothing_but_their_vote(page, site, services, name, value):
    page.add_init_script(f"Object.defineProperty(navigator, '{name}', {{ get: () => {value} }})")
    read(page)
    page.get_by_role("button", name="Yes").click()
    expect(page.get_by_role("heading", name="Thanks for your feedback.")).to_be_focused()

    assert site.posts.get(timeout=WAIT_SECONDS)[0::2] == ("api/feedback", 200)
    page.goto("about:blank")
    assert site.posts.empty()
    assert [row["name"] for row in stored(services)] == ["vote"]


def test_a_vote_belongs_to_its_visit_and_may_change(page, site, services):
    page.goto(f"{ARTICLE}/")
    (landing,) = site.events(1)
    page.get_by_role("button", name="Yes").click()
    site.until("api/feedback")
    expect(page.get_by_role("heading", name="Thanks for your feedback.")).to_be_focused()
    page.get_by_role("button", name="Not really").click()
    site.until("api/feedback")
    expect(page.get_by_role("heading", name="Sorry this didn't help.")).to_be_focused()
    page.get_by_label("I couldn't follow a step").check()
    site.until("api/feedback")

    votes = [row for row in stored(services) if row["name"] == "vote"]
    assert [(vote["vote"], vote["reason"]) for vote in votes] == [("yes", None), ("no", None), ("no", "unclear")]
    assert {(vote["visit"], vote["view"]) for vote in votes} == {(long_id(landing["visit"]), short_id(landing["view"]))}
    expect(page.get_by_role("button", name="Not really")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("section[data-article]").get_by_role("link")).to_have_text(["One", "Two", "Contact support"])
    ask = page.locator("section[data-article]").get_by_role("link", name="Contact support")
    expect(ask).to_have_attribute("href", "/help/ask/?from=getting-in%2Fforgot-password&r=unclear")


def test_others_hear_of_a_vote(page, site):
    page.goto(f"{ARTICLE}/")
    page.evaluate("document.addEventListener('portal:vote', ({ detail }) => { window.heard = detail; })")
    page.get_by_role("button", name="Not really").click()

    assert page.wait_for_function("window.heard").json_value() == {"article": ARTICLE, "vote": "no", "reason": ""}
    site.until("api/feedback")


def test_a_comment_goes_to_the_writers(page, site, services):
    read(page)
    page.get_by_role("button", name="Not really").click()
    page.get_by_label("What could be clearer?").fill("Say where the button is.")
    page.get_by_label("I couldn't follow a step").check()
    expect(page.get_by_text("Reason saved. Your comment isn't sent yet.")).to_be_visible()
    page.get_by_role("button", name="Send feedback").click()

    expect(page.get_by_role("heading", name="Your comment was sent.")).to_be_focused()
    expect(page.get_by_text("Thanks")).to_have_count(0)
    (row,) = services.store.all("select * from feedback_comment")
    assert (row["article"], row["vote"], row["comment"]) == (ARTICLE, "no", "Say where the button is.")


def test_a_reason_alone_counts_and_is_thanked(page, site, services):
    read(page)
    page.get_by_role("button", name="Not really").click()
    site.until("api/feedback")
    section = page.locator("section[data-article]")
    section.get_by_role("button", name="Send feedback").click()
    expect(section.get_by_text("Choose a reason or write a few words first.")).to_be_visible()
    section.get_by_label("Something is missing").check()
    site.until("api/feedback")
    expect(section.get_by_text("Saved", exact=True)).to_be_visible()
    expect(section.get_by_text("Thanks for your feedback.")).to_have_count(0)
    section.get_by_role("button", name="Send feedback").click()

    expect(page.get_by_role("heading", name="Thanks for your feedback.")).to_be_focused()
    expect(section.get_by_role("radio")).to_have_count(0)
    votes = [(row["vote"], row["reason"]) for row in stored(services) if row["name"] == "vote"]
    assert votes == [("no", None), ("no", "missing_info")]


def test_after_a_yes_nothing_more_is_asked(page, site):
    read(page)
    page.get_by_role("button", name="Yes").click()
    expect(page.get_by_role("heading", name="Thanks for your feedback.")).to_be_focused()

    expect(page.locator("section[data-article]").get_by_role("textbox")).to_have_count(0)
    expect(page.locator("section[data-article]").get_by_role("button")).to_have_text(["Yes", "Not really"])
    site.until("api/feedback")


def test_a_vote_that_fails_is_tried_once_more_in_silence(page, site, services):
    page.goto(f"{ARTICLE}/")
    site.events(1)
    site.broken = 1
    page.get_by_role("button", name="Yes").click()
    expect(page.get_by_role("heading", name="Thanks for your feedback.")).to_be_focused()

    assert site.until("api/feedback") == 200
    expect(page.get_by_role("alert")).to_have_count(0)
    assert [row["vote"] for row in stored(services)] == [None, "yes"]


def test_a_comment_that_fails_keeps_its_text(page, site, services):
    read(page)
    page.get_by_role("button", name="Not really").click()
    site.until("api/feedback")
    site.broken = 2
    page.get_by_label("What could be clearer?").fill("Say where the button is.")
    page.get_by_role("button", name="Send feedback").click()

    expect(page.get_by_text("Not sent. Your text is still here")).to_be_visible()
    expect(page.get_by_label("What could be clearer?")).to_have_value("Say where the button is.")
    page.get_by_role("button", name="Send feedback").click()
    expect(page.get_by_role("heading", name="Your comment was sent.")).to_be_focused()


def test_after_a_no_the_way_to_support_is_shown_once(page, site):
    read(page)
    page.get_by_role("button", name="Not really").click()

    expect(page.get_by_role("main").get_by_role("link", name="Contact support")).to_have_count(1)
    site.until("api/feedback")


def test_without_javascript_a_vote_is_a_form(chromium, site, services):
    context = chromium.new_context(java_script_enabled=False, base_url=site.url)
    page = context.new_page()
    page.goto(f"{ARTICLE}/")
    page.get_by_role("button", name="Not really").click()

    expect(page).to_have_url(f"{site.url}feedback/why/?a={ARTICLE}")
    assert [row["vote"] for row in stored(services)] == ["no"]
    context.close()


TYPED = [
    "  Change   my CARD ",
    "Ünïcode Straße",
    "ada@customer.example",
    "invoice ada@customer.example is missing somewhere",
    "where is the order 20261122 that i made",
    "please call me back on +44 20 7946 0958 thanks a lot",
    "outage of 2026-08-18",
    "the page http://x.example/?a=b does not load any more",
    "a1" * 13,
    "what does the key " + "a1" * 13 + " of my account do here",
    "my number 4111 1111 1111 1111",
    "",
    "x" * 24,
    "word " * 40,
    "请问怎么更换信用卡以及在哪里可以找到我的历史发票和账单明细呢",
    "nbsp\u00a0and\u3000wide",
]


def test_browser_and_server_redact_alike(page):
    page.goto("")
    module = "/help/assets/insights/measure.js"
    redacted = page.evaluate(f"async (all) => (await import('{module}').then((it) => all.map(it.redact)))", TYPED)

    assert dict(zip(TYPED, redacted, strict=True)) == {text: redact_query(text) for text in TYPED}
