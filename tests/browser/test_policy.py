"""The content policy: no page of ours is held up by it, and a script that somebody puts into one does not run."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from scripts.lib.search_site import serve
from scripts.lib.world import World
from tests.browser.conftest import WIDE
from tests.browser.test_axe import PERSONAL, STATIC
from tests.hooks.portals import ARTICLE, mkdocs, write

LISTEN = """addEventListener("securitypolicyviolation", (event) =>
  window.told(`${location.pathname}: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`))"""


@pytest.fixture
def violations(context: BrowserContext) -> list[str]:
    found: list[str] = []
    context.expose_function("told", lambda text: found.append(text))
    context.add_init_script(LISTEN)
    context.on("console", lambda message: found.append(message.text) if "Security Policy" in message.text else None)
    return found


def test_no_kind_of_page_breaks_the_policy(world: World, context: BrowserContext, violations: list[str]) -> None:
    page = context.new_page()
    for path in STATIC.values():
        answer = page.goto(world.url + path)
        assert answer
        assert "default-src 'none'; script-src '" in answer.headers["content-security-policy"]
        started(page)
    page.goto(f"{world.url}plans-and-billing/update-card/")
    page.get_by_role("combobox").first.fill("seats")
    page.get_by_role("option").first.wait_for()
    page.goto(f"{world.url}my/tickets/")
    page.get_by_role("link", name="Sign in with your").click()
    page.get_by_role("button", name="Ada").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    for path in PERSONAL.values():
        page.goto(world.url + path)
        started(page)

    assert violations == []


def test_a_walk_without_a_reload_breaks_nothing(world: World, context: BrowserContext, violations: list[str]) -> None:
    page = context.new_page()
    page.goto(world.url)
    started(page)
    page.evaluate("window.same = true")
    for name in ("Changelog", "Contact support"):
        page.get_by_role("navigation", name="Portal").get_by_role("link", name=name).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    page.get_by_role("contentinfo").get_by_role("link", name="Status").click()
    page.locator("[data-portal='status/page'][data-started]").first.wait_for(state="attached")

    assert page.evaluate("window.same")
    assert violations == []


INJECTED = [
    "<script>stolen = 1</script>",
    "<img src=x onerror='stolen = 1'>",
    "<svg onload='stolen = 1'></svg>",
    "<script src='https://elsewhere.example/a.js'></script>",
    "<script type=module>stolen = 1</script>",
    "<iframe srcdoc='<script>parent.stolen = 1</script>'></iframe>",
    "<base href='https://elsewhere.example/'>",
    "<object data='https://elsewhere.example/a.swf'></object>",
]


@pytest.mark.parametrize("html", INJECTED)
def test_what_is_injected_does_not_run(world: World, context: BrowserContext, violations: list[str], html: str) -> None:
    page = context.new_page()

    def inject(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("</h1>", f"</h1>{html}", 1))

    page.route("**/update-card/", inject)
    page.goto(f"{world.url}plans-and-billing/update-card/")
    started(page)

    assert page.evaluate("typeof stolen") == "undefined"
    assert violations


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A host that sends no headers, with an article that has a script in it."""
    text = "Text.\n\n<script>stolen = 1</script>\n\n<p><a href='javascript:stolen = 1'>A link</a></p>\n"
    folder = write(tmp_path_factory.mktemp("bare"), {"billing/card": ARTICLE.format(title="Card", text=text)})
    (folder / "www").mkdir()
    result = mkdocs(folder, folder / "www" / "help")
    assert result.returncode == 0, result.stderr
    with serve(folder / "www") as url:
        yield f"{url}help/"


def test_a_host_without_headers_is_protected_by_the_page(bare: str, chromium: Browser) -> None:
    context = chromium.new_context(viewport=WIDE)
    page = context.new_page()
    page.goto(f"{bare}billing/card/")
    started(page)
    page.get_by_role("link", name="A link").click()

    assert page.evaluate("typeof stolen") == "undefined"
    context.close()


def started(page: Page) -> None:
    page.locator("header [data-portal='search/search'][data-started]").wait_for(state="attached")
