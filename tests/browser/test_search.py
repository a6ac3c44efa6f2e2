"""The search box of every page and the page of all results, in all their states."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect

from scripts.lib.world import World
from tests.browser.conftest import NARROW, WIDE
from tests.hooks.portals import CONFIG, mkdocs, write

ARTICLE = "getting-in/forgot-password/"
# Material fetches the sitemap to learn the site's pages, whose links it then follows without a reload.
SITEMAP = re.compile(r"/sitemap\.xml$")
INDEX = re.compile(r"/assets/search\.[0-9a-f]{6,}\.txt$")
TOUCHED = re.compile(r"/assets/search/(?!search\.)|/assets/search\.[0-9a-f]{6}")


def visit(context: BrowserContext, world: World, path: str = ARTICLE) -> Page:
    """Open a page, and wait until its search form is ready and links are followed without a reload."""
    page = context.new_page()
    page.add_init_script(
        """window.told = [];
        const tell = ({ type, detail }) => told.push([type, detail.query ?? detail.rank, detail.results ?? detail.url]);
        for (const name of ["portal:search", "portal:search-click"]) document.addEventListener(name, tell);"""
    )
    with page.expect_response(SITEMAP):
        page.goto(world.url + path)
    page.locator("header [data-portal='search/search'][data-started]").wait_for(state="attached")
    return page


def box(page: Page) -> Locator:
    """The first visible search field."""
    return page.get_by_role("combobox").and_(page.locator(":visible")).first


def popup(page: Page) -> Locator:
    return page.locator(".hf-results:visible")


def options(page: Page) -> Locator:
    return popup(page).get_by_role("option")


def search(page: Page, text: str) -> Locator:
    """Type a query and wait for results; returns the options."""
    box(page).fill(text)
    options(page).first.wait_for()
    return options(page)


def told(page: Page) -> list[list[Any]]:
    """The events that the page has dispatched for measuring."""
    return page.evaluate("told")  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def reader(world: World, chromium: Browser) -> Iterator[Page]:
    """One visit, shared by all tests that need no page of their own."""
    context = chromium.new_context(viewport=WIDE)
    context.set_default_timeout(15_000)
    yield visit(context, world)
    context.close()


@pytest.fixture
def page(reader: Page, world: World) -> Page:
    """The visit's page with its search box empty and closed."""
    if not reader.url.startswith(world.url):
        reader.goto(world.url + ARTICLE)
    box(reader).fill("")
    box(reader).press("Escape")
    box(reader).blur()
    expect(popup(reader)).to_have_count(0)
    reader.evaluate("told.length = 0")
    return reader


def test_nothing_of_the_search_is_loaded_before_a_customer_turns_to_it(world: World, context: BrowserContext):
    loaded: list[str] = []
    context.on("request", lambda request: loaded.append(request.url) if TOUCHED.search(request.url) else None)
    page = visit(context, world)
    before = list(loaded)
    with page.expect_response(INDEX):
        box(page).focus()

    assert before == []
    assert len([url for url in loaded if INDEX.search(url)]) == 1


@pytest.mark.parametrize("key", ["/", "s", "Control+k", "Meta+k"])
def test_a_key_leads_to_the_box_and_escape_back(page: Page, key: str):
    link = page.locator("header").get_by_role("link", name="Changelog").first
    link.focus()
    page.keyboard.press(key)
    expect(box(page)).to_be_focused()
    expect(popup(page)).to_be_visible()
    page.keyboard.press("Escape")

    expect(popup(page)).to_have_count(0)
    expect(link).to_be_focused()


def test_a_letter_stays_a_letter_in_a_field(page: Page):
    page.locator("header").get_by_role("link", name="Contact support").first.click()
    page.locator("[data-portal='tickets/ask'][data-started]").wait_for()
    subject = page.get_by_label("Your question in one sentence")
    expect(subject).to_be_visible()
    subject.press_sequentially("s/?")

    expect(subject).to_have_value("s/?")
    expect(subject).to_be_focused()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_question_mark_lists_the_keys(page: Page):
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(keys).to_be_visible()
    expect(keys).to_contain_text("Open it in a new tab")
    page.keyboard.press("Escape")

    expect(keys).to_have_count(0)


def test_an_empty_box_offers_what_is_often_asked_and_then_the_last_three_searches(page: Page):
    box(page).focus()
    often = popup(page).get_by_role("group", name="Popular questions").get_by_role("option")
    expect(often.first).to_be_visible()
    assert 1 <= often.count() <= 5
    for text in ("invoice", "password", "seats", "card"):
        search(page, text)
        box(page).press("Enter")
        expect(page).to_have_url(re.compile(rf"/search/\?q={text}$"))
        expect(page.locator(".hf-results__page li").first).to_be_visible()
    box(page).fill("")
    again = popup(page).get_by_role("group", name="Recent searches").get_by_role("option")
    expect(again).to_have_text(["card", "seats", "password"])
    again.last.click()

    expect(box(page)).to_have_value("password")
    expect(options(page).first).to_contain_text("password")


def test_the_box_can_be_typed_in_while_the_index_loads(world: World, context: BrowserContext):
    page = visit(context, world)
    held: list[Route] = []
    page.route(INDEX, lambda route: held.append(route))
    with page.expect_request(INDEX):
        box(page).press_sequentially("invo")
    expect(popup(page)).to_contain_text("Loading search…")
    box(page).press_sequentially("ice")
    held[0].continue_()

    expect(options(page).first).to_be_visible()
    expect(popup(page)).not_to_contain_text("Loading")
    expect(box(page)).to_have_value("invoice")


def half(route: Route) -> None:
    body = route.fetch().body()
    route.fulfill(status=200, body=body[: len(body) // 2])


@pytest.mark.parametrize("fault", [lambda route: route.abort(), half], ids=["not", "half"])
def test_an_index_that_does_not_load_leaves_three_ways_on(
    world: World, context: BrowserContext, fault: Callable[[Route], None]
):
    page = visit(context, world)
    page.route(INDEX, lambda route: fault(route) if route.request.method == "GET" else route.continue_())
    box(page).fill("invoice")
    expect(popup(page)).to_contain_text("Search didn't load.")
    expect(popup(page).get_by_role("link", name="All articles by topic")).to_have_attribute("href", "/search/")
    expect(popup(page).get_by_role("link", name="Contact support")).to_have_attribute("href", "/ask/")
    page.unroute(INDEX)
    popup(page).get_by_role("button", name="Try again").click()

    expect(options(page).first).to_contain_text("invoice")
    expect(box(page)).to_have_value("invoice")


def test_a_page_from_before_a_deploy_says_so_and_keeps_the_query(world: World, context: BrowserContext):
    page = visit(context, world)
    page.route(INDEX, lambda route: route.fulfill(status=404))
    box(page).fill("find an invoice")
    expect(popup(page)).to_contain_text("This help centre has been updated since you opened this page.")
    page.unroute(INDEX)
    popup(page).get_by_role("button", name="Reload the page").click()

    expect(page).to_have_url(re.compile(r"/search/\?q=find%20an%20invoice$"))
    expect(page.locator(".hf-results__page li").first).to_contain_text("invoice")


def test_the_page_of_results_without_its_index_says_so_and_tries_again(world: World, context: BrowserContext):
    page = context.new_page()
    page.route(INDEX, lambda route: route.abort())
    page.goto(f"{world.url}search/?q=invoice")
    expect(page.get_by_role("heading", name="Search didn't load.")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("link", name="Where do I find an invoice?")).to_be_visible()
    page.unroute(INDEX)
    page.get_by_role("button", name="Try again").click()

    expect(page.get_by_role("heading", name=re.compile(r"\d+ results for “invoice”"))).to_be_visible()


def test_one_or_two_letters_find_titles_only(page: Page):
    titles = search(page, "ca").locator("> b").all_text_contents()

    assert titles
    assert all(re.search(r"\bca", title, re.I) for title in titles), titles
    expect(options(page).locator(".hf-result__text:visible")).to_have_count(0)


def test_two_letters_that_stand_in_a_text_are_found_in_the_box_and_on_the_page(page: Page):
    found = search(page, "go")
    expect(found.first).to_contain_text(re.compile(r"\bgo\b", re.IGNORECASE))
    box(page).press("Enter")

    expect(
        page.get_by_role("heading", name="results for “go”").or_(page.get_by_role("heading", name="1 result for “go”"))
    ).to_be_visible()


def test_a_search_within_a_kind_says_nothing_of_the_others(page: Page, world: World):
    page.goto(f"{world.url}search/?q=go&kind=status")

    expect(page.get_by_role("heading", name="No incidents found for “go”")).to_be_visible()
    expect(page.get_by_role("navigation", name="Kinds of results")).to_contain_text("Articles")


def test_what_is_too_common_to_be_searched_is_said_to_be_so(page: Page):
    box(page).fill("would")

    expect(popup(page)).to_contain_text("“would” is too common a word to search for by itself.")
    expect(popup(page)).not_to_contain_text("No results for")


def test_eight_at_most_and_a_page_with_all(page: Page):
    found = search(page, "how do I change my plan or add seats to the team")
    assert found.count() == 8
    everything = popup(page).get_by_role("link", name=re.compile(r"^All \d+ results$"))
    count = re.sub(r"\D", "", everything.text_content() or "")
    everything.click()

    expect(page).to_have_url(re.compile(r"/search/\?q=how"))
    expect(page.get_by_role("heading", name=f"{count} results for")).to_be_visible()
    expect(popup(page)).to_have_count(0)


def test_results_are_grouped_with_topic_section_and_marked_words(page: Page):
    search(page, "download an invoice")
    articles = popup(page).get_by_role("group", name="Articles")
    first = articles.get_by_role("option").first

    expect(first).to_contain_text("Plans and billing")
    expect(first.locator(".hf-result__text")).to_have_text(re.compile(r"^[A-Z][a-z]{2} 20\d\d · "))
    expect(first.locator("mark").first).to_have_text(re.compile("invoice|download", re.I))
    expect(popup(page).get_by_role("group", name="What changed").get_by_role("option").first).to_be_visible()


def test_what_can_be_done_at_once_comes_first(world: World, context: BrowserContext):
    page = visit(context, world)
    search(page, "invoice")
    first = popup(page).get_by_role("group").first
    expect(first).to_have_accessible_name("Quick links")
    first.get_by_role("option").first.click()

    expect(page).to_have_url(re.compile(r"/my/billing/|oauth2/authorize"))


def test_a_misspelt_word_is_understood_and_said(page: Page):
    search(page, "invioce")
    expect(options(page).filter(has_text="invoice").first).to_be_visible()
    note = popup(page).get_by_text("Did you mean")
    note.get_by_role("link", name="invoice").click()

    expect(box(page)).to_have_value("invoice")
    expect(note).to_have_count(0)


def test_words_that_are_nowhere_are_named_and_what_is_left_is_called_close(page: Page):
    search(page, "xylophonist invoice")

    expect(popup(page)).to_contain_text("Closest matches")
    expect(popup(page)).to_contain_text("No results for “xylophonist”.")
    expect(options(page).filter(has_text="invoice").first).to_be_visible()
    expect(popup(page).get_by_role("link", name="Contact support")).to_have_attribute("href", "/ask/")


def test_nothing_found_leads_on(page: Page, world: World):
    box(page).fill("zzyzx flurbish")
    expect(popup(page)).to_contain_text("No results for “zzyzx flurbish”")
    expect(box(page)).to_have_attribute("aria-expanded", "false")
    topics = popup(page).get_by_role("list", name="Topics").get_by_role("link")
    expect(topics.first).to_be_visible()
    popup(page).get_by_role("link", name="Contact support").click()

    expect(page).to_have_url(f"{world.url}ask/")
    expect(page.get_by_role("group", name="Included with your message")).to_contain_text("zzyzx flurbish")


@pytest.fixture
def person(chromium: Browser) -> Iterator[BrowserContext]:
    """A visitor who is counted, although a test's browser is not."""
    agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
    context = chromium.new_context(viewport=WIDE, user_agent=agent)
    context.add_init_script("Object.defineProperty(navigator, 'webdriver', { get: () => false })")
    context.set_default_timeout(15_000)
    yield context
    context.close()


def test_the_page_without_a_result_goes_step_by_step_and_takes_a_note(world: World, person: BrowserContext):
    page = visit(person, world, "search/?q=zzyzx+flurbish")
    main = page.get_by_role("main")
    expect(main.get_by_role("heading", name="No results for “zzyzx flurbish”")).to_be_visible()
    expect(main.get_by_role("list", name="Topics").get_by_role("link")).to_have_count(4)
    expect(main.get_by_role("link", name="Contact support", exact=True)).to_have_attribute("href", "/ask/")
    main.get_by_label("What were you looking for?").fill("Connect Zzyzx to my team")
    with page.expect_response(lambda response: response.url.endswith("/api/events")) as sent:
        main.get_by_role("button", name="Send feedback").click()

    assert sent.value.status == 204
    assert told(page)[-1] == ["portal:search", "Connect Zzyzx to my team", 0]
    expect(main.get_by_text("Thanks for your feedback.")).to_be_focused()


def test_who_is_not_counted_is_not_asked_what_is_missing(page: Page):
    box(page).fill("zzyzx flurbish")
    box(page).press("Enter")

    expect(page.get_by_role("heading", name="No results for")).to_be_visible()
    expect(page.get_by_label("What were you looking for?")).to_have_count(0)


def test_control_enter_opens_a_new_tab_and_leaves_the_page(page: Page, world: World):
    before = page.url
    search(page, "declined card")
    box(page).press("ArrowDown")
    with page.context.expect_page() as result:
        box(page).press("Control+Enter")
    box(page).fill("find invoices")
    options(page).first.wait_for()
    with page.context.expect_page() as everything:
        box(page).press("Control+Enter")

    assert "plans-and-billing/card-declined" in result.value.url or "my/billing" in result.value.url
    expect(everything.value).to_have_url(f"{world.url}search/?q=find%20invoices")
    assert page.url == before


def test_a_screen_reader_hears_where_it_is_and_the_number_once(page: Page):
    box(page).focus()
    said = page.locator("form:focus-within").get_by_role("status")
    expect(said).to_have_text("")
    page.evaluate(
        """region => {
          window.said = [];
          new MutationObserver(() => said.push(region.textContent)).observe(region, { childList: true });
        }""",
        said.element_handle(),
    )
    box(page).press_sequentially("invoice", delay=20)
    expect(said).to_have_text(re.compile(r"^\d+ results$"))
    assert box(page).get_attribute("aria-expanded") == "true"
    box(page).press("ArrowDown")
    active = page.locator(f"[id='{box(page).get_attribute('aria-activedescendant')}']")

    assert page.evaluate("window.said.length") == 1
    expect(active).to_have_attribute("aria-selected", "true")
    expect(active).to_have_role("option")
    expect(page.locator(f"[id='{box(page).get_attribute('aria-controls')}']")).to_have_role("listbox")
    expect(box(page)).to_be_focused()
    box(page).press("ArrowUp")
    assert box(page).get_attribute("aria-activedescendant") is None
    box(page).press("ArrowUp")
    expect(options(page).last).to_have_attribute("aria-selected", "true")


def test_typing_on_is_one_search_and_enter_counts_it_once(world: World, context: BrowserContext):
    page = visit(context, world)
    box(page).focus()
    popup(page).wait_for()
    page.clock.install()
    for text in ("inv", "invoice"):
        search(page, text)
        page.clock.run_for(900)
    assert told(page) == []
    page.clock.run_for(3000)
    ((name, query, results),) = told(page)
    assert (name, query) == ("portal:search", "invoice")
    assert results > 0
    search(page, "seats")
    box(page).press("Enter")
    expect(page.get_by_role("heading", name=re.compile("for “seats”"))).to_be_visible()
    page.clock.run_for(5000)

    assert [query for _, query, _ in told(page)] == ["invoice", "seats"]


def test_a_reload_of_the_results_is_no_second_search(world: World, context: BrowserContext):
    page = visit(context, world, "search/?q=seats")
    expect(page.get_by_role("heading", name="for “seats”")).to_be_visible()
    assert [query for _, query, _ in told(page)] == ["seats"]
    with page.expect_response(SITEMAP):
        page.reload()
    page.locator(".hf-results__page .hf-result--article").first.click()

    assert [name for name, *_ in told(page)] == ["portal:search-click"]


def test_search_click_search_again_without_a_reload(world: World, context: BrowserContext):
    page = visit(context, world)
    page.evaluate("window.before = true")
    search(page, "my card was declined")
    options(page).filter(has_text="declined").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("declined")
    expect(popup(page)).to_have_count(0)
    search(page, "add seats")
    box(page).press("Enter")
    expect(page.get_by_role("heading", name="for “add seats”")).to_be_visible()
    search(page, "invite")
    box(page).press("Enter")
    expect(page.get_by_role("heading", name="for “invite”")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="for “add seats”")).to_be_visible()
    page.get_by_role("link", name=re.compile("^Changes")).click()
    expect(page).to_have_url(re.compile(r"/search/\?q=add%20seats&kind=change$"))
    page.go_back()
    page.locator(".hf-results__page a").first.click()
    page.locator("[data-portal='insights/feedback'][data-started], .hf-my, [data-portal-kind]").first.wait_for()
    page.go_back()
    expect(page.get_by_role("heading", name="for “add seats”")).to_be_visible()

    assert page.evaluate("window.before") is True
    names = [(name, value) for name, value, _ in told(page)]
    assert names[:4] == [
        ("portal:search", "my card was declined"),
        ("portal:search-click", 1),
        ("portal:search", "add seats"),
        ("portal:search", "invite"),
    ]


def test_the_tabs_of_the_page_keep_to_a_kind(page: Page):
    box(page).fill("exports were delayed")
    expect(popup(page).get_by_role("group", name="Status")).to_contain_text("Exports were delayed")
    box(page).press("Enter")
    page.get_by_role("navigation", name="Kinds of results").get_by_role("link", name="Status 1").click()
    expect(page).to_have_url(re.compile(r"&kind=status$"))
    expect(page.locator(".hf-results__page li")).to_have_count(1)
    box(page).fill("invoices and seats")
    box(page).press("Enter")
    tabs = page.get_by_role("navigation", name="Kinds of results")
    changes = tabs.get_by_role("link", name=re.compile(r"^Changes \d+$"))
    number = int(re.sub(r"\D", "", changes.text_content() or ""))
    changes.click()

    expect(changes).to_have_attribute("aria-current", "page")
    expect(page.locator(".hf-results__page li")).to_have_count(number)
    expect(page.locator(".hf-results__page .hf-result--change")).to_have_count(number)
    tabs.get_by_role("link", name=re.compile("^Articles")).click()
    expect(page.locator(".hf-results__page .hf-result--change")).to_have_count(0)


@pytest.mark.parametrize(
    "text",
    [
        "lorem ipsum invoice " * 500,
        "🙂🙃🔥",
        "<img src=x onerror=alert(1)>",
        "請求書 領収書",
        "\u202einvoice",
        "%_[](){}*\\",
    ],
    ids=["10,000 characters", "emoji", "markup", "cjk", "bidi", "signs"],
)
def test_whatever_is_asked_gets_an_answer(page: Page, text: str):
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("dialog", lambda dialog: faults.append(dialog.message))
    box(page).focus()
    page.evaluate(
        """text => {
          document.activeElement.value = text;
          document.activeElement.dispatchEvent(new InputEvent("input", { bubbles: true }));
        }""",
        text,
    )
    expect(popup(page)).to_contain_text(re.compile("No results for|Closest matches|select|to search for"))
    box(page).press("Enter")
    expect(page).to_have_url(re.compile(r"/search/\?q="))
    expect(page.get_by_role("main").get_by_role("heading", level=2).first).to_have_text(
        re.compile("results? for|^Closest matches|has no words or numbers to search for")
    )

    assert len(page.url) < 2000
    assert page.locator("main img").count() == 0
    assert faults == []


def test_keyboard_only_from_question_to_answer(page: Page):
    page.keyboard.press("/")
    page.keyboard.type("card declined")
    options(page).first.wait_for()
    for _ in range(8):
        page.keyboard.press("ArrowDown")
        if "Why was my card declined?" in (popup(page).locator("[aria-selected=true]").text_content() or ""):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Why was my card declined?")
    page.keyboard.press("Control+k")
    page.keyboard.type("qqqq xyzzyx")
    expect(popup(page)).to_contain_text("No results for")
    page.keyboard.press("Tab")
    while page.evaluate("document.activeElement.textContent") != "Contact support":
        assert page.evaluate("document.activeElement.closest('.hf-search') !== null")
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile("/ask/$"))


def test_a_touch_walk_on_a_narrow_screen(world: World, chromium: Browser):
    context = chromium.new_context(viewport=NARROW, has_touch=True, is_mobile=True)
    context.set_default_timeout(15_000)
    page = visit(context, world)
    magnifier = page.locator(".hf-header__find")
    magnifier.tap()
    expect(box(page)).to_be_focused()
    sheet = popup(page).bounding_box()
    assert sheet is not None
    assert (sheet["x"], sheet["width"]) == (0, NARROW["width"])
    assert sheet["y"] + sheet["height"] == NARROW["height"]
    page.get_by_role("button", name="Cancel").tap()
    expect(magnifier).to_be_focused()
    expect(popup(page)).to_have_count(0)
    magnifier.tap()
    page.keyboard.type("find an invoice")
    target = options(page).filter(has_text="Where do I find an invoice?")
    height = (target.bounding_box() or {"height": 0})["height"]
    target.tap()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Where do I find an invoice?")
    assert height >= 44
    expect(popup(page)).to_have_count(0)
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
    magnifier.tap()
    search(page, "seats")
    box(page).press("Enter")
    expect(page.get_by_role("heading", name="for “seats”")).to_be_visible()
    context.close()


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_everything_fits_at_four_hundred_percent(world: World, chromium: Browser, direction: str):
    context = chromium.new_context(viewport={"width": 320, "height": 512}, reduced_motion="reduce")
    context.set_default_timeout(15_000)
    page = visit(context, world)
    page.evaluate("direction => document.body.dir = direction", direction)
    page.locator(".hf-header__find").click()
    for text in ("invoice", "zzyzx flurbish"):
        box(page).fill(text)
        expect(popup(page)).to_contain_text(text)
        outside = page.evaluate(
            """() => {
              const parts = [...document.querySelectorAll(".hf-search--sheet *:not(.hf-visually-hidden)")];
              const isOutside = ({ left, right }) => left < 0 || right > innerWidth;
              return parts.filter((part) => isOutside(part.getBoundingClientRect())).map((part) => part.className);
            }"""
        )
        assert outside == []
    page.goto(f"{world.url}search/?q=invoice")
    page.evaluate("direction => document.body.dir = direction", direction)
    expect(page.locator(".hf-results__page li").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    context.close()


def violations(page: Page, part: str) -> list[str]:
    """axe-core's violations in a part of the page; test_axe.py checks whole pages."""
    found = Axe().run(page, part).response["violations"]
    return [f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found for node in rule["nodes"]]


STATES = ("", "invoice", "zzyzx flurbish", "xylophonist invioce")


@pytest.mark.parametrize(
    ("scheme", "wide", "narrow"), [("light", STATES[:3], STATES[3:]), ("dark", STATES[3:], STATES[2:3])]
)
def test_no_barriers_in_any_state_of_the_box(
    world: World, chromium: Browser, scheme: str, wide: tuple[str, ...], narrow: tuple[str, ...]
):
    context = chromium.new_context(viewport=WIDE, color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    context.set_default_timeout(15_000)
    page = visit(context, world)
    faults = {}
    for size, texts in (WIDE, wide), (NARROW, narrow):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.keyboard.press("/")
        for text in texts:
            box(page).fill(text)
            expect(popup(page)).to_contain_text(text.rpartition(" ")[2].replace("invioce", "invoice"))
            if text == "invoice":
                box(page).press("ArrowDown")
            faults[f"{text} {size['width']}"] = violations(page, "header")
        page.keyboard.press("Escape")
    page.goto(f"{world.url}search/?q=zzyzx+flurbish")
    expect(page.get_by_role("heading", name="No results for")).to_be_visible()
    faults["nothing"] = violations(page, "main")
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()
    faults["keys"] = violations(page, "dialog")
    context.close()

    assert {name: found for name, found in faults.items() if found} == {}


def test_the_ticket_form_suggests_three_articles_at_most(page: Page):
    page.locator("header").get_by_role("link", name="Contact support").first.click()
    page.locator("[data-portal='tickets/ask'][data-started]").wait_for()
    page.get_by_label("Your question in one sentence").fill("My card was declined when I changed the plan")
    panel = page.locator("[data-ask-suggest]")
    expect(panel.locator("summary").filter(has_text="declined").first).to_be_visible()

    assert 1 <= panel.locator("summary").count() <= 3
    expect(page.locator("[data-ask-said]")).to_have_text(re.compile("might help"))


def test_without_javascript_the_page_lists_every_question(world: World, chromium: Browser):
    context = chromium.new_context(java_script_enabled=False, viewport=NARROW)
    page = context.new_page()
    page.goto(world.url + ARTICLE)
    page.locator(".hf-header__find").click()
    expect(page).to_have_url(f"{world.url}search/")
    expect(page.locator("noscript p")).to_contain_text("use your browser's find on this list")
    page.get_by_role("main").get_by_role("link", name="Where do I find an invoice?").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Where do I find an invoice?")
    context.close()


QUIET = CONFIG + "    shortcuts: false\n    parts: {tickets: false}\n"
ODD = {
    "billing/markup": "---\ntitle: The <b>bold</b> <img src=x onerror=alert(1)> widget\n---\n\n"
    "Write `<script>alert(1)</script>` for a widget.\n",
    "billing/one": "---\ntitle: Twin article\n---\n\nThe first of two gizmos.\n",
    "billing/two": "---\ntitle: Twin article\n---\n\nThe second of two gizmos.\n",
    "billing/empty": "---\ntitle: Nothing in it\n---\n",
}
COMPONENTS = """\
page: {id: acme, name: Acme, time_zone: UTC}
groups: [{id: core, name: Core}]
components:
  - {id: api, name: API, group: core, start_date: 2026-01-05}
"""
INCIDENT = """\
---
id: 2026-11-20-exports-delayed
title: Exports arrive late
status: investigating
impact: minor
components: {api: degraded_performance}
started_at: 2026-11-20T09:02:00Z
updates:
  - at: 2026-11-20T09:10:00Z
    status: investigating
    body: Exports take up to an hour.
---
"""


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A portal with odd articles and an open incident, without tickets and keyboard shortcuts, and no functions."""
    folder = write(tmp_path_factory.mktemp("quiet"), ODD, QUIET)
    (folder / "status/incidents").mkdir(parents=True)
    (folder / "status/components.yml").write_text(COMPONENTS)
    (folder / "status/incidents/2026-11-20-exports-delayed.md").write_text(INCIDENT)
    result = mkdocs(folder, folder / "served/help")
    assert result.returncode == 0, result.stderr
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(folder / "served")))
    thread = Thread(target=server.serve_forever, args=[0.02])
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/help/"
    server.shutdown()
    thread.join()
    server.server_close()


class Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture
def odd(quiet: str, context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto(f"{quiet}billing/one/")
    page.locator("header [data-portal='search/search'][data-started]").wait_for()
    return page


def test_a_writer_can_switch_the_keys_off(odd: Page):
    for key in ("/", "s", "?", "Control+k"):
        odd.keyboard.press(key)

    expect(box(odd)).not_to_be_focused()
    expect(odd.get_by_role("dialog")).to_have_count(0)
    expect(odd.locator("header kbd")).to_have_count(0)


def test_markup_in_a_title_is_shown_as_text(odd: Page):
    found = search(odd, "widget")
    expect(found.first.locator("> b")).to_have_text(re.compile(r"The .*bold.* widget"))
    box(odd).press("Enter")
    expect(odd.locator(".hf-results__page li").first).to_contain_text("widget")

    assert odd.locator(".hf-results img, .hf-results script, main img").count() == 0


def test_two_articles_of_one_title_are_two_results(odd: Page):
    found = search(odd, "gizmos")

    expect(found.filter(has_text="Twin article")).to_have_count(2)


def test_the_open_incident_stands_over_the_results(odd: Page):
    box(odd).focus()
    line = popup(odd).get_by_role("link", name="Exports arrive late")
    expect(line).to_be_visible()
    box(odd).fill("qqqq xyzzyx")
    expect(popup(odd)).to_contain_text("No results for")
    line.click()

    expect(odd.get_by_role("heading", level=1)).to_contain_text("Exports arrive late")


def test_a_portal_without_tickets_offers_none(odd: Page):
    box(odd).fill("qqqq xyzzyx")
    expect(popup(odd)).to_contain_text("No results for")

    expect(popup(odd).get_by_role("link", name="Contact support")).to_have_count(0)


def test_a_half_deployed_site_says_that_search_did_not_load(quiet: str, context: BrowserContext):
    page = context.new_page()
    page.route(re.compile(r"/assets/search\.[0-9a-f]+\.js$"), lambda route: route.abort())
    page.goto(f"{quiet}billing/one/")
    box(page).fill("gizmos")

    expect(popup(page)).to_contain_text("Search didn't load.")
