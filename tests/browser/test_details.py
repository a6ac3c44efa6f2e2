"""What is folded away is as wide as the page, once it is open."""

import pytest
from playwright.sync_api import Browser, expect

from scripts.lib.world import World
from tests.browser.conftest import NARROW, WIDE

FIELDS = ["<input>", "<textarea></textarea>", "<select><option>A</select>", "<input type=file>", "<pre>a</pre>",
          "<details open><summary>B</summary><input></details>", "<p class=hf-notice>A</p>"]  # fmt: skip
# The field fills its line with a padding of its own, as all of our fields do.
ADD = """html => {
  const place = document.querySelector(".hf-page");
  place.insertAdjacentHTML("beforeend", `<details open id="added"><summary>A</summary>${html}</details>`);
  const field = place.querySelector("#added :is(input, textarea, select, pre, p)");
  Object.assign(field.style, { width: "100%", padding: "0 20px", border: "1px solid" });
  const { right, left } = field.getBoundingClientRect();
  const around = field.closest("details").getBoundingClientRect();
  const found = [getComputedStyle(field).boxSizing, left >= around.left && right <= around.right + 0.5];
  place.querySelector("#added").remove();
  return found;
}"""


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("path", ["plans-and-billing/update-card/", "ask/", "status/", "my/verify/"])
def test_a_field_in_details_is_no_wider_than_they_are(
    world: World, chromium: Browser, path: str, viewport: dict[str, int]
) -> None:
    context = chromium.new_context(viewport=viewport)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(world.url + path)
    expect(page.locator(".hf-page")).to_be_visible()
    found = {html: page.evaluate(ADD, html) for html in FIELDS}
    context.close()

    assert found == {html: ["border-box", True] for html in FIELDS}
