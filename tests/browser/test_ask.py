"""Asking us, and following the ticket: files, suggestions, failures and answers."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from scripts.lib.world import World
from tests.browser.conftest import NARROW

BODY = "The file is empty since this morning, whatever we choose."
# One grey pixel, a real PNG, since the server checks the content.
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
PUT = """([form, how, names, png]) => {
  const transfer = new DataTransfer();
  const picture = Uint8Array.from(atob(png), (one) => one.charCodeAt(0));
  for (const name of names) transfer.items.add(new File([picture], name, { type: "image/png" }));
  const event = how === "paste"
    ? new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true })
    : new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true });
  form.dispatchEvent(event);
}"""


def ask(world: World, page: Page) -> None:
    page.goto(f"{world.url}ask/")
    page.locator("form[data-portal='tickets/ask'][data-started]").wait_for(state="attached")


def put(page: Page, how: str, *names: str) -> None:
    form = page.locator("form[data-started][enctype]").element_handle()
    page.evaluate(PUT, [form, how, list(names), PNG])


def chosen(page: Page) -> Any:
    return page.evaluate("() => [...document.getElementById('files').files].map((file) => file.name)")


def fill(page: Page, subject: str = "Our export is empty", body: str = BODY) -> None:
    page.get_by_label("What is it about?").select_option("using-the-portal")
    page.get_by_label("Your question in one sentence").fill(subject)
    page.get_by_label("What happened").fill(body)


def test_files_are_picked_dropped_pasted_and_taken_out_again(world: World, context: BrowserContext):
    page = context.new_page()
    sign_in(world, page)
    ask(world, page)
    page.locator("#files").set_input_files([{"name": "one.png", "mimeType": "image/png", "buffer": b"x"}])
    put(page, "drop", "two.png", "setup.exe", "IMG_1.HEIC")
    put(page, "paste", "image.png")
    rows = page.locator(".hf-files li")
    expect(rows).to_have_count(5)
    expect(rows.filter(has_text="two.png")).to_contain_text("67 bytes")
    expect(rows.filter(has_text="setup.exe")).to_contain_text("We can't accept .exe files. Send one of: .png,")
    fill(page)
    page.get_by_role("button", name=re.compile("^Send to")).click()
    expect(page.get_by_role("alert").first).to_contain_text("setup.exe: We can't accept .exe files.")
    expect(rows.filter(has_text="HEIC")).to_contain_text("We can't open .HEIC pictures. Save it as PNG or JPEG.")
    page.get_by_role("button", name="Remove setup.exe").press("Enter")
    page.get_by_role("button", name="Remove IMG_1.HEIC").press("Enter")

    assert chosen(page) == ["one.png", "two.png", "screenshot-1.png"]
    expect(page.get_by_label("What happened")).to_have_value(BODY)


def test_an_article_is_read_in_place_and_nothing_has_to_be_sent(world: World, context: BrowserContext):
    page = context.new_page()
    ask(world, page)
    page.evaluate("told = []; document.addEventListener('portal:suggest', ({ detail }) => told.push(detail.step))")
    fill(page, "My card was declined")
    panel = page.locator("[data-ask-suggest]")
    first = panel.locator("details").first
    expect(first).to_be_visible()
    first.locator("summary").press("Enter")
    expect(first.get_by_text("Did this answer your question?")).to_be_visible()
    expect(first.locator(".hf-suggest__text p, .hf-suggest__text ol, .hf-suggest__text ul").first).to_be_visible()
    title = first.locator("summary b").inner_text()
    first.get_by_role("button", name="No, keep writing").click()
    expect(panel.get_by_text(title, exact=True)).to_have_count(0)
    second = panel.locator("details").first
    second.locator("summary").click()
    second.get_by_role("button", name="Yes, don't send my message").click()
    second.get_by_role("button", name="Keep message").click()
    expect(page.get_by_label("What happened")).to_have_value(BODY)
    second.get_by_role("button", name="Yes, don't send my message").click()
    second.get_by_role("button", name="Discard message").click()
    expect(page.get_by_text("Glad it helped.")).to_be_visible()
    assert page.evaluate("told") == ["show", "click", "click", "solved"]


def with_an_incident(route: Route) -> None:
    answer = json.loads(route.fetch().body())
    answer["status"] = {"indicator": "major", "description": "Partial outage: Exports"}
    exports = next(one for one in answer["components"] + answer["unconfirmed"] if one["name"] == "Exports")
    update = {"id": "u", "status": "investigating", "body": "We look.", "display_at": answer["generated_at"]}
    event = {
        "id": "x",
        "name": "Files stay empty",
        "status": "investigating",
        "impact": "major",
        "components": [exports],
    }
    link = {"shortlink": f"{answer['page']['url']}#x", "incident_updates": [update]}
    route.fulfill(json={**answer, "incidents": [{**event, **link}]})


def test_an_open_incident_stands_above_the_subject_whatever_is_typed(world: World, context: BrowserContext):
    page = context.new_page()
    page.route("**/api/v2/summary.json", with_an_incident)
    ask(world, page)
    known = page.get_by_role("region", name="Known problems")
    expect(known).to_contain_text("Files stay empty")
    expect(known.get_by_role("link", name="See updates")).to_have_attribute("href", re.compile("#x$"))
    fill(page, "My card was declined", "Two cards of two banks are declined.")
    expect(page.locator("[data-ask-suggest] details").first).to_be_visible()
    expect(known).to_contain_text("Files stay empty")
    above, subject = known.bounding_box(), page.get_by_label("Your question in one sentence").bounding_box()
    assert above
    assert subject
    assert above["y"] + above["height"] <= subject["y"]
    # As the build marks a topic that is not routine: no articles are suggested.
    page.get_by_label("What is it about?").evaluate(
        "(topic) => topic.selectedOptions[0].toggleAttribute('data-straight')"
        " && topic.dispatchEvent(new Event('input'))"
    )
    expect(page.locator("[data-ask-suggest] details")).to_have_count(0)
    expect(known).to_contain_text("Files stay empty")


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        (0, "We couldn't reach the server."),
        (None, "No answer came. Your message is still here. It may have arrived. Trying again does not send it twice."),
        (503, "We are away."),
        (429, "You can try again at"),
    ],
)
def test_a_failure_keeps_the_text_and_offers_three_ways_on(
    world: World, context: BrowserContext, status: int | None, cause: str
):
    page = context.new_page()
    answer: dict[str, Any] = {"status": status, "json": {"detail": "We are away."}, "headers": {"Retry-After": "60"}}
    page.route("**/api/tickets", lambda route: route.fulfill(**answer) if status else status is None or route.abort())
    if status is None:  # the browser's timeout, shortened
        page.add_init_script(
            "const wait = setTimeout; setTimeout = (call, ms, ...with_) => wait(call, ms / 10, ...with_);"
        )
    ask(world, page)
    fill(page)
    page.get_by_role("button", name="Sign in to send").click()
    panel = page.locator("[data-ask-failed]")
    expect(panel).to_contain_text(cause)
    expect(page.get_by_label("What happened")).to_have_value(BODY)
    expect(panel.get_by_role("link", name="Email it instead")).to_have_attribute(
        "href", re.compile("subject=Our%20export.*empty%20since")
    )
    page.unroute("**/api/tickets")
    page.get_by_role("button", name="Sign in to send").click()
    expect(page).to_have_url(re.compile("sign-in|oauth2"))


def test_the_form_says_how_a_stranger_may_ask_here(world: World, context: BrowserContext):
    page = context.new_page()
    shown = {}
    for way in ("verify", "off", "open"):
        answer = {"signed_in": False, "anonymous": way, "accounts": True}
        page.route("**/api/session", lambda route, _request, answer=answer: route.fulfill(json=answer))
        with page.expect_response("**/api/session"):
            ask(world, page)
        expect(page.locator("[data-ask-who]")).to_contain_text(
            {"open": "We'll reply", "off": "sign in with your account"}.get(way, "We'll email you a link")
        )
        parts = ("#files", "#email", "[data-ask-account]")
        primary = page.locator("[data-ask-send]").inner_text()
        files = page.locator("#files-help").inner_text()
        shown[way] = [primary, *(part for part in parts if page.locator(part).is_visible()), files]

    assert shown == {
        "verify": [
            "Confirm email and send",
            "#email",
            "[data-ask-account]",
            "For security, we accept files only after you confirm your email. You can add them then.",
        ],
        "off": ["Sign in to send", "For security, we accept files only after you sign in. You can add them then."],
        "open": ["Send to Acme support", "#email", "To add files, sign in first."],
    }


def sign_in(world: World, page: Page, back: str = "/ask/") -> None:
    page.goto(f"{world.url}api/signin?way=account&return={back}")
    page.get_by_role("button", name=re.compile("Ada")).click()
    expect(page).to_have_url(re.compile(re.escape(back)))


def test_a_ticket_from_the_first_file_to_the_last_answer(world: World, context: BrowserContext):
    page = context.new_page()
    sign_in(world, page)
    page.locator("form[data-portal='tickets/ask'][data-started]").wait_for(state="attached")
    fill(page)
    page.locator("#files").set_input_files([{"name": "log.txt", "mimeType": "text/plain", "buffer": b"empty\n"}])
    page.get_by_role("button", name=re.compile("^Send to")).click()
    expect(page.get_by_text("We received your request.")).to_be_visible()
    reference = re.search(r"ref=([0-9A-Z-]+)", page.url)
    assert reference
    world.desk("reply", reference[1], "Which export is it?")
    page.reload()
    expect(page.get_by_text("Which export is it?")).to_be_visible()
    expect(page.locator(".hf-timeline time").first).to_have_attribute("title", re.compile("UTC$"))
    with page.expect_download() as download:
        page.get_by_role("link", name="log.txt").click()
    assert download.value.suggested_filename == "log.txt"

    page.locator("form[data-portal='tickets/reply'][data-started]").wait_for(state="attached")
    page.route("**/api/tickets/reply", lambda route: route.fulfill(status=401, json={}))
    page.get_by_label("Your message").fill("All of them, and one more screenshot.")
    put(page, "paste", "image.png")
    page.get_by_role("button", name="Send reply").click()
    expect(page.locator("[data-ask-failed]")).to_contain_text("Not sent. Your message is still here. You are no longer")
    expect(page.get_by_role("link", name="Sign in in a new tab")).to_have_attribute("href", "/my/tickets/")
    page.unroute("**/api/tickets/reply")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#latest")).to_contain_text("All of them, and one more screenshot.")
    expect(page.locator("#latest")).to_contain_text("screenshot-1.png")
    expect(page.get_by_label("Your message")).to_have_value("")

    page.get_by_role("button", name="Mark as solved").click()
    expect(page.get_by_text("Did we solve your problem?")).to_be_visible()
    page.get_by_role("button", name="No", exact=True).click()
    page.get_by_label("What was missing?").fill("It came back.")
    page.get_by_role("button", name="Send feedback").click()
    expect(page.get_by_text("Thanks for your feedback.")).to_be_visible()
    page.get_by_role("button", name="Reopen").click()
    expect(page.locator(".hf-chip").first).to_have_text("In progress")


LINES = """(element) => {
  const text = document.createRange();
  text.selectNodeContents(element);
  return new Set([...text.getClientRects()].map((line) => line.top)).size;
}"""


def test_times_are_in_the_readers_zone_and_in_the_form_of_the_status_page(world: World, chromium: Browser):
    with chromium.new_context(timezone_id="Asia/Kolkata", locale="en-US") as context:
        page = context.new_page()
        sign_in(world, page)
        fill(page, "When do exports run, and for how long is a file kept for the other people of the same account?")
        page.get_by_role("button", name=re.compile("^Send to")).click()
        form = re.compile(r"^\d{1,2} [A-Z][a-z]{2} \d{4}, \d\d:\d\d GMT\+5:30$")

        expect(page.locator(".hf-timeline time").first).to_have_text(form)
        page.goto(f"{world.url}my/tickets/")
        row = page.get_by_role("row", name="When do exports run")
        expect(row.locator("time")).to_have_text(form)
        for short in (row.get_by_role("cell").nth(1), row.locator("time")):
            assert short.evaluate(LINES) == 1


def test_a_reply_without_javascript_on_a_narrow_screen(world: World, chromium: Browser):
    with chromium.new_context(java_script_enabled=False, viewport=NARROW) as context:
        page = context.new_page()
        sign_in(world, page)
        fill(page, "Where do exports go?")
        page.get_by_role("button", name=re.compile("^Send to")).click()
        expect(page.get_by_text("We received your request.")).to_be_visible()
        page.get_by_label("Your message").fill("We found them ourselves, in the mail.")
        page.locator("#files").set_input_files([{"name": "note.txt", "mimeType": "text/plain", "buffer": b"x"}])
        page.get_by_role("button", name="Send reply").click()
        expect(page.locator("#latest")).to_contain_text("We found them ourselves")
        page.get_by_role("button", name="Mark as solved").click()
        expect(page.locator(".hf-chip").first).to_have_text("Solved")


# What goes wrong in a browser of 2022, or in any other one with a script that fails.
FAILURES = {
    "no AbortSignal.timeout": "delete AbortSignal.timeout",
    "no button of a submit": "Object.defineProperty(SubmitEvent.prototype, 'submitter', { value: undefined })",
    "a script that throws while sending": "FormData = class { constructor() { throw new Error('not here'); } }",
    "another that does": "AbortController = class { constructor() { throw new Error('not here'); } }",
    "a script that throws while starting": "crypto.randomUUID = () => { throw new Error('not here'); }",
    "one that throws later at the start": "const find = Element.prototype.querySelector;"
    " Element.prototype.querySelector = function (selector) {"
    " if (selector === '[data-ask-copy]') throw new Error('not here'); return find.call(this, selector); }",
    "no WeakSet": "WeakSet = undefined",
}


def loaded(page: Page, name: str) -> None:
    """Wait for a module; the page, which asked for it before, has then tried to start it."""
    page.evaluate(f"() => import('/assets/tickets/{name}.js').then(() => true, () => false)")


@pytest.mark.parametrize("script", FAILURES.values(), ids=FAILURES)
def test_a_ticket_and_a_reply_leave_whatever_fails(world: World, context: BrowserContext, script: str):
    page = context.new_page()
    sign_in(world, page)
    context.add_init_script(script)
    page.goto(f"{world.url}ask/")
    loaded(page, "ask")
    page.on("dialog", lambda dialog: dialog.dismiss())  # "leave this page?" would keep it here
    subject = f"Exports are empty: {abs(hash(script)) % 10_000}"
    fill(page, subject)
    page.get_by_role("button", name=re.compile("^Send to")).click()
    expect(page.get_by_text("We received your request.")).to_be_visible()
    expect(page.get_by_text(BODY)).to_be_visible()
    loaded(page, "reply")
    page.get_by_label("Your message").fill("The export of May as well.")
    page.get_by_role("button", name="Send reply").click()

    expect(page.locator("#latest")).to_contain_text("The export of May as well.")


def test_a_script_that_does_not_load_leaves_the_plain_form(world: World, context: BrowserContext):
    page = context.new_page()
    sign_in(world, page)
    page.route("**/assets/tickets/*.js", lambda route: route.abort())
    page.goto(f"{world.url}ask/")
    fill(page, "Exports are empty once more")
    page.get_by_role("button", name=re.compile("^Send to")).click()

    expect(page.get_by_text("We received your request.")).to_be_visible()


def test_what_was_typed_before_the_script_was_there_gets_its_suggestions(world: World, context: BrowserContext):
    page = context.new_page()
    waiting: list[Route] = []
    page.route("**/assets/tickets/ask.js", lambda route: waiting.append(route))
    page.goto(f"{world.url}ask/")
    fill(page, "My card was declined")
    expect(page.locator("[data-ask-suggest]")).to_be_hidden()
    for route in waiting:
        route.continue_()

    expect(page.locator("[data-ask-suggest] details").first).to_be_visible()


def test_only_a_message_that_is_there_stays_in_the_form(world: World, context: BrowserContext):
    page = context.new_page()
    ask(world, page)
    page.get_by_label("What is it about?").select_option(label="Plans and billing")
    page.get_by_label("Your question in one sentence").fill("My card was declined")
    panel = page.locator("[data-ask-suggest]")
    expect(panel.get_by_role("heading")).to_have_text("These articles might help.", use_inner_text=True)
    page.get_by_label("What happened").fill("The card is new.")

    expect(panel.get_by_role("heading")).to_have_text(
        "These articles might help. Your message stays in the form.", use_inner_text=True
    )


def test_an_answer_of_the_server_that_the_script_cannot_read_is_not_sent_twice(world: World, context: BrowserContext):
    page = context.new_page()
    sign_in(world, page)
    context.add_init_script("Headers.prototype.get = () => { throw new Error('not here'); }")
    sent: list[str] = []
    page.on("request", lambda request: request.method == "POST" and sent.append(request.url))
    ask(world, page)
    fill(page)
    page.get_by_role("button", name=re.compile("^Send to")).click()

    expect(page.locator("[data-ask-failed]")).to_contain_text("Your message is still here.")
    expect(page.get_by_label("What happened")).to_have_value(BODY)
    assert len([url for url in sent if url.endswith("/api/tickets")]) == 1
