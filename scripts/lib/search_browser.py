"""Search engines in headless Chromium: their results, their times, and what they load."""

import random
import statistics
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page, Response, sync_playwright

from scripts.lib.chromium import launch

# As slow as an average phone.
THROTTLE = 4
TIMED = 150
SEED = 7
DEPTH = 10
TIMES_READY = 9
PREPARE = """async () => {
  const start = performance.now();
  await window.prepare();
  return performance.now() - start;
}"""

TIME = """async (queries) => {
  const times = [];
  for (const query of queries) {
    const start = performance.now();
    await window.ask(query);
    times.push(performance.now() - start);
  }
  return times;
}"""

# Each script defines window.prepare(), which loads an engine, and window.ask(query), which returns addresses.
OURS = """
window.prepare = async () => {
  const { load } = await import("/assets/search/index.js");
  window.engine = await load(%INDEX%);
};
window.ask = (query) => window.engine.search(query, { limit: 10, kinds: ["article"] }).results.map((found) => found.id);
"""
# Material's worker on the page's thread: Chromium does not throttle workers, and our engine uses none.
MATERIAL = """
window.prepare = async () => {
  const home = new DOMParser().parseFromString(await (await fetch("/")).text(), "text/html");
  const config = JSON.parse(home.getElementById("__config").textContent);
  const [code, index] = await Promise.all([
    fetch(new URL(config.search, `${location.origin}/`)).then((response) => response.text()),
    fetch("/search/search_index.json").then((response) => response.json()),
  ]);
  let handle;
  let answer;
  new Function("addEventListener", "postMessage", code)((_, listener) => (handle = listener), (message) => answer(message));
  window.send = (message) => new Promise((resolve) => { answer = resolve; handle({ data: message }); });
  await window.send({ type: 0, data: { config: index.config, docs: index.docs, options: { suggest: false } } });
};
window.ask = async (query) => {
  const { data } = await window.send({ type: 2, data: query });
  return [...new Set(data.items.map((group) => group[0].location.split("#")[0].replace(/\\/$/, "")))].slice(0, 10);
};
"""  # noqa: E501
PAGEFIND = """
window.prepare = async () => {
  window.pagefind = await import("/pagefind/pagefind.js");
  await window.pagefind.init();
  window.addresses = new Map();
};
window.ask = async (query) => {
  const { results } = await window.pagefind.search(query);
  return Promise.all(results.slice(0, 10).map(async (found) => {
    if (!window.addresses.has(found.id)) window.addresses.set(found.id, (await found.data()).url.replace(/^\\/|(\\/|\\.html)$/g, ""));
    return window.addresses.get(found.id);
  }));
};
"""  # noqa: E501


@contextmanager
def chromium() -> Iterator[Page]:
    """A page in a fresh headless Chromium."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        try:
            page = browser.new_page()
            page.set_default_timeout(0)
            yield page
        finally:
            browser.close()


def ours(page: Page, url: str) -> str:
    """The script that asks our engine, for a portal at `url`."""
    page.goto(url)
    address = page.locator("[data-portal='search/search'][data-index]").first.get_attribute("data-index")
    return OURS.replace("%INDEX%", repr(address))


def find(page: Page, url: str, script: str, queries: Sequence[str], ids: Mapping[str, str]) -> list[list[str]]:
    """The ids of at most ten articles for each query; `url` is a file of the site without scripts."""
    page.goto(url)
    page.evaluate(script + "window.prepare()")
    found: list[list[str]] = page.evaluate(
        """async (queries) => {
          const all = [];
          for (const query of queries) all.push(await window.ask(query));
          return all;
        }""",
        list(queries),
    )
    return [[ids[address] for address in addresses if address in ids][:DEPTH] for addresses in found]


def times(page: Page, engines: Mapping[str, tuple[str, str]], queries: Sequence[str]) -> dict[str, dict[str, float]]:
    """For each engine (address and script) the milliseconds on a slow processor until it is ready, and for a sentence.

    They take turns, so that a busy moment of the machine affects all of them.
    """
    rng = random.Random(SEED)  # noqa: S311
    chosen = rng.sample(list(queries), min(TIMED, len(queries)))
    ready: dict[str, list[float]] = {name: [] for name in engines}
    asked: dict[str, list[float]] = {}
    session = page.context.new_cdp_session(page)
    for turn in range(TIMES_READY):
        for name, (url, script) in engines.items():
            page.goto(url)
            # Playwright calls a script that ends in a function.
            page.evaluate(script + "null")
            session.send("Emulation.setCPUThrottlingRate", {"rate": THROTTLE})
            ready[name].append(page.evaluate(PREPARE))
            if turn == TIMES_READY - 1:
                asked[name] = page.evaluate(TIME, chosen)
            session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    return {name: _summary(ready[name], sorted(asked[name])) for name in engines}


def _summary(ready: Sequence[float], asked: Sequence[float]) -> dict[str, float]:
    return {
        "ready": round(statistics.median(ready), 1),
        "p50": round(statistics.median(asked), 2),
        "p95": round(asked[int(len(asked) * 0.95)], 2),
    }


def loaded(page: Page, url: str, query: str) -> list[str]:
    """The paths that a page loads between the focus on its search box and the first result."""
    assert page.context.browser is not None
    context = page.context.browser.new_context()  # an empty cache
    page = context.new_page()
    page.goto(url, wait_until="networkidle")
    page.locator("[data-portal='search/search'][data-started]").first.wait_for(state="attached")
    paths: list[str] = []

    def note(response: Response) -> None:
        # On a busy machine the page itself may still be loading.
        path = urlsplit(response.url).path
        if response.ok and path.startswith("/assets/search") and path != "/assets/search/search.js":
            paths.append(path)

    page.on("response", note)
    box = page.locator("[data-portal='search/search'] input[type=search]").locator("visible=true").first
    box.focus()
    box.press_sequentially(query)
    page.locator("[data-portal='search/search'] [role=option]").first.wait_for(state="attached")
    context.close()
    return list(dict.fromkeys(paths))


def ratios(own: Mapping[str, float], stock: Mapping[str, float]) -> dict[str, Any]:
    """Our figures divided by stock Material's of the same run."""
    return {name: round(own[name] / stock[name], 4) for name in ("ready", "p50", "p95") if stock[name]}
