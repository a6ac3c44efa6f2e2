"""On-call posts on the portal itself: who may, what everybody then sees, and what is refused."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from functions.app import Portal
from functions.services import Services
from functions.settings import read
from functions.status import incident_store
from portal.models import Requester
from portal.status import Board, Component, Incident, Page, Update, write
from tests.conftest import ADA, Browser, write_bundle

NOW = 1_795_384_800_000
ONCALL = Requester("sub-on", "on@acme.example", "On Call", None, frozenset({"status_write"}))
GIT = Incident(
    id="2026-11-20-exports",
    title="Exports are late",
    status="monitoring",
    impact="minor",
    started_at=NOW,
    components={"api": "partial_outage"},
    updates=(Update(NOW, "monitoring", "We watch.", {}),),
)
NEW = {
    "title": "API errors",
    "impact": "major",
    "status": "investigating",
    "body": "We look.",
    "component:api": "major_outage",
}


@pytest.fixture(autouse=True)
def board(services: Services, tmp_path: Path) -> None:
    board = Board(
        Page("acme", "Acme", "https://help.acme.example/status/"), (Component("api", "API"),), incidents=(GIT,)
    )
    write_bundle(tmp_path / "build", status=write(board))


def public(browser: Browser) -> dict[str, dict]:
    return {one["id"]: one for one in browser.get("/api/v2/incidents.json").json["incidents"]}


def test_a_post_is_public_at_once_and_an_update_follows(browser: Browser, sign_in: Callable[..., None]):
    sign_in(browser, ONCALL)
    answer = browser.post("/api/status/incidents", data=NEW)
    (key,) = set(public(browser)) - {GIT.id}
    again = browser.post("/api/status/incidents", data={"id": key, "status": "resolved", "body": "Fixed."})

    assert (answer.status_code, answer.location) == (303, "/my/status/?posted=1")
    assert again.status_code == 303
    incident = public(browser)[key]
    assert (incident["status"], incident["impact"]) == ("resolved", "major")
    assert [update["body"] for update in incident["incident_updates"]] == ["Fixed.", "We look."]


def test_a_script_posts_json_and_learns_the_id(browser: Browser, sign_in: Callable[..., None]):
    sign_in(browser, ONCALL)
    data = {"title": "API errors\x00", "impact": "major", "body": "We \x08look.\ud800", "next_update_in": 30}
    data["components"] = {"api": "major_outage"}
    answer = browser.post("/api/status/incidents", json=data, headers={"Accept": "application/json"})

    assert answer.status_code == 201
    (update,) = public(browser)[answer.json["id"]]["incident_updates"]
    assert update["body"] == "We look."
    assert update["next_update_by"] is not None
    # A character that XML cannot hold took every feed down.
    assert browser.get("/api/status/feed.xml").status_code == browser.get("/api/status/rss.xml").status_code == 200


def test_an_incident_may_have_begun_before_anyone_posted(
    browser: Browser, sign_in: Callable[..., None], services: Services
):
    sign_in(browser, ONCALL)
    began = datetime.fromtimestamp(services.now() / 1000 - 5_400, UTC).replace(second=0)
    typed = NEW | {"started_at": f"{began:%Y-%m-%dT%H:%M}"}
    preview = browser.post("/api/status/incidents", data=typed | {"preview": "1"}).text
    browser.post("/api/status/incidents", data=typed)

    (key,) = set(public(browser)) - {GIT.id}
    assert public(browser)[key]["started_at"] == f"{began:%Y-%m-%dT%H:%M}:00.000Z"
    assert public(browser)[key]["incident_updates"][0]["created_at"] > public(browser)[key]["started_at"]
    assert f"since {began.day} {began:%b %Y, %H:%M} UTC" in preview
    assert f'name="started_at" value="{began:%Y-%m-%dT%H:%M}"' in preview


@pytest.mark.parametrize(("ago", "typed", "began"), [("20", "", 1200), ("", "", 0), ("20", 5400, 5400), ("7", "", 0)])
def test_a_start_is_chosen_in_minutes_or_typed_as_a_time(
    browser: Browser,
    sign_in: Callable[..., None],
    services: Services,
    ago: str,
    typed: int | str,
    began: int,
):
    sign_in(browser, ONCALL)
    now = services.now() / 1000
    time = f"{datetime.fromtimestamp(now - int(typed), UTC):%Y-%m-%dT%H:%M}" if typed else ""
    preview = browser.post(
        "/api/status/incidents", data=NEW | {"started_ago": ago, "started_at": time, "preview": "1"}
    ).text

    # What is published later began at the same time.
    given = re.search(r'name="started_at" value="([^"]*)"', preview)
    assert given
    expected = f"{datetime.fromtimestamp(now - began, UTC):%Y-%m-%dT%H:%M}" if began else ""
    assert given[1] == expected


def test_an_incident_of_the_build_can_be_updated(browser: Browser, sign_in: Callable[..., None]):
    sign_in(browser, ONCALL)
    browser.post("/api/status/incidents", data={"id": GIT.id, "status": "resolved", "body": "On time again."})

    assert public(browser)[GIT.id]["status"] == "resolved"
    assert public(browser)[GIT.id]["shortlink"].endswith("/status/incidents/2026-11-20-exports/")


@pytest.mark.parametrize(
    "requester", [ADA, Requester("sub-x", "x@acme.example", "X", None, frozenset({"status"}))], ids=str
)
def test_only_the_session_says_who_is_on_call(browser: Browser, sign_in: Callable[..., None], requester: Requester):
    sign_in(browser, requester, role="owner", status_write=True)

    assert browser.get("/my/status/").status_code == 403
    assert browser.post("/api/status/incidents", data={**NEW, "scopes": "status_write"}).status_code == 403
    assert set(public(browser)) == {GIT.id}


def test_nobody_and_another_site_post_nothing(browser: Browser, sign_in: Callable[..., None]):
    assert browser.post("/api/status/incidents", data=NEW, headers={"Accept": "application/json"}).status_code == 401
    sign_in(browser, ONCALL)
    foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}

    assert browser.post("/api/status/incidents", data=NEW, headers=foreign).status_code == 403
    assert set(public(browser)) == {GIT.id}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"body": " "}, "Enter a message for customers."),
        ({"title": "x"}, "Enter a title"),
        ({"started_at": "tea time"}, "The start 'tea time' is not a time."),
        ({"started_at": "2099-01-01T00:00"}, "The start is in the future"),
        ({"started_at": "2001-01-01T00:00Z"}, "The start is more than 24 hours ago."),
        ({"impact": "huge"}, "is not one of: none, minor"),
        ({"component:nope": "major_outage"}, "There is no component"),
        ({"component:api": "broken"}, "is not one of: operational"),
        ({"id": "no-such", "status": "resolved"}, "There is no incident"),
    ],
    ids=str,
)
def test_a_mistake_is_said_and_the_text_stays(browser: Browser, sign_in: Callable[..., None], wrong: dict, said: str):
    sign_in(browser, ONCALL)
    given = {**NEW, "body": "A long explanation of mine.", **wrong}
    page = browser.post("/api/status/incidents", data=given)

    assert page.status_code == 422
    assert said in page.text.replace("&#39;", "'")
    if not wrong.get("id") and "body" not in wrong:
        assert "A long explanation of mine." in page.text
    assert set(public(browser)) == {GIT.id}


def test_the_page_shows_what_is_open_and_escapes_it(browser: Browser, sign_in: Callable[..., None]):
    sign_in(browser, ONCALL)
    browser.post("/api/status/incidents", data={**NEW, "title": "<script>alert(1)</script> & co"})
    page = browser.get(f"/my/status/?id={GIT.id}").text

    assert "Post an update: Exports are late" in page
    # What nobody chooses anew stays.
    assert '<option value="monitoring" selected>Monitoring the fix</option>' in page
    assert 'name="component" value="api" checked' in page
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_of_two_posts_at_once_the_later_one_is_told_and_keeps_its_text(browser: Browser, sign_in: Callable[..., None]):
    sign_in(browser, ONCALL)
    first = browser.post("/api/status/incidents", data=NEW)
    page = browser.post("/api/status/incidents", data={**NEW, "body": "I say it in other words."})
    script = browser.post("/api/status/incidents", data=NEW, headers={"Accept": "application/json"})

    assert (first.status_code, page.status_code, script.status_code) == (303, 409, 409)
    assert "Someone else posted an update first" in page.text
    assert "I say it in other words." in page.text
    assert "Someone else posted an update first" in script.json["detail"]
    assert len(public(browser)) == 2


def test_who_has_not_seen_the_newest_update_gets_both_texts_back(browser: Browser, sign_in: Callable[..., None]):
    sign_in(browser, ONCALL)
    form = browser.get(f"/my/status/?id={GIT.id}").text
    first = {"id": GIT.id, "status": "resolved", "body": "On time\n\nagain.", "after": str(NOW)}
    browser.post("/api/status/incidents", data=first)
    page = browser.post("/api/status/incidents", data=first | {"status": "identified", "body": "It is <a> disk."})
    script = browser.post("/api/status/incidents", json=first, headers={"Accept": "application/json"})

    assert f'name="after" value="{NOW}"' in form
    assert (page.status_code, script.status_code) == (409, 409)
    assert "On time\n\nagain." in page.text
    assert "It is &lt;a&gt; disk.</textarea>" in page.text
    assert "They wrote: Resolved: On time" in script.json["fields"]["body"]
    assert [update["body"] for update in public(browser)[GIT.id]["incident_updates"]] == [
        "On time\n\nagain.",
        "We watch.",
    ]


@pytest.mark.parametrize("new", [True, False])
def test_a_post_between_reading_and_writing_loses_neither_text(
    browser: Browser, sign_in: Callable[..., None], services: Services, monkeypatch: pytest.MonkeyPatch, new: bool
):
    sign_in(browser, ONCALL)
    given = NEW if new else {"id": GIT.id, "status": "identified"}
    before, real = incident_store.both(services), incident_store.both
    browser.post("/api/status/incidents", data={**given, "body": "The first text."})
    reads = iter([before])
    with monkeypatch.context() as patch:
        # The second one read before the first one wrote.
        patch.setattr("functions.status.incident_store.both", lambda services: next(reads, None) or real(services))
        page = browser.post("/api/status/incidents", data={**given, "body": "The second text."})

    assert page.status_code == 409
    assert "The first text." in page.text.split("Your text is saved")[0]
    assert "The second text.</textarea>" in page.text
    assert "The first text." in str(public(browser))


BOXES = {key: value for key, value in NEW.items() if key != "component:api"} | {"boxes": "1", "component": "api"}


def test_the_forms_boxes_say_which_components_are_affected(browser: Browser, sign_in: Callable[..., None]):
    sign_in(browser, ONCALL)
    browser.post("/api/status/incidents", data=BOXES)
    (key,) = set(public(browser)) - {GIT.id}
    (first,) = public(browser)[key]["incident_updates"]
    browser.post("/api/status/incidents", data={"boxes": "1", "id": key, "status": "monitoring", "body": "Better."})
    (update, _) = public(browser)[key]["incident_updates"]
    unknown = browser.post("/api/status/incidents", data=BOXES | {"component": "nope", "title": "Another"})

    assert [one["new_status"] for one in first["affected_components"]] == ["partial_outage"]
    assert [one["new_status"] for one in update["affected_components"]] == ["operational"]
    assert unknown.status_code == 422


def test_a_preview_shows_what_customers_will_read_and_publishes_nothing(browser: Browser, sign_in: Callable[..., None]):
    sign_in(browser, ONCALL)
    typed = BOXES | {"body": "We look.\n\n<b>Soon</b>", "next_update_in": "30"}
    page = browser.post("/api/status/incidents", data=typed | {"preview": "1"})

    assert page.status_code == 200
    assert set(public(browser)) == {GIT.id}
    shown, form = page.text.split("Edit</h2>")
    assert "We look.\n\n&lt;b&gt;Soon&lt;/b&gt;</p>" in shown
    assert "API: Partial outage" in shown
    assert "Next update by " in shown
    # This portal sends no email.
    assert '<button class="hf-button">Publish</button>' in shown
    assert "&lt;b&gt;Soon&lt;/b&gt;</textarea>" in form
    assert 'value="api" checked' in form


def test_the_button_says_when_nobody_is_emailed(
    environ: dict[str, str], services: Services, sign_in: Callable[..., None]
):
    mail = {"SMTP_URL": "smtp://127.0.0.1:1", "MAIL_FROM": "status@acme.example"}
    mailing = Services(read(environ | mail), services.clock)
    browser = Browser(Portal(mailing))
    sign_in(browser, ONCALL)
    page = browser.post("/api/status/incidents", data=BOXES | {"preview": "1"}).text
    mailing.store.close()

    assert '<button class="hf-button">Publish (no subscribers to email)</button>' in page


def test_the_form_keeps_the_impact_at_the_end_of_an_incident(browser: Browser, sign_in: Callable[..., None]):
    sign_in(browser, ONCALL)
    # Chosen before the status, which hides it.
    end = {"boxes": "1", "id": GIT.id, "status": "resolved", "impact": "critical", "component": "api", "body": "Fixed."}
    browser.post("/api/status/incidents", data=end)

    assert public(browser)[GIT.id]["impact"] == "minor"
    (update, _) = public(browser)[GIT.id]["incident_updates"]
    assert [one["new_status"] for one in update["affected_components"]] == ["operational"]


def test_each_open_incident_offers_an_update(browser: Browser, sign_in: Callable[..., None]):
    sign_in(browser, ONCALL)
    page = browser.get("/my/status/").text

    assert f'<a href="/my/status/?id={GIT.id}#post"><b>Exports are late</b>' in page
    assert '<span class="hf-list__do">Post an update</span></a>' in page


@pytest.mark.parametrize(
    ("requester", "parts", "on_call"),
    [(ONCALL, {}, True), (ADA, {}, False), (ONCALL, {"status": False}, False)],
    ids=["on call", "a customer", "without the part"],
)
def test_the_session_says_who_may_write(
    browser: Browser, sign_in: Callable[..., None], services: Services, requester: Requester, parts: dict, on_call: bool
):
    services.portal["parts"].update(parts)
    sign_in(browser, requester)

    assert browser.get("/api/session").json["on_call"] is on_call
    assert ("Update the status page" in browser.get("/my/").text) is on_call


def test_a_preview_of_a_mistake_says_it(browser: Browser, sign_in: Callable[..., None]):
    sign_in(browser, ONCALL)
    page = browser.post("/api/status/incidents", data=BOXES | {"preview": "1", "title": "x"})

    assert (page.status_code, "Preview: what" in page.text) == (422, False)
    assert "Enter a title" in page.text


def test_the_list_has_what_is_open_and_what_was_resolved_lately(browser: Browser, sign_in: Callable[..., None]):
    sign_in(browser, ONCALL)
    browser.post("/api/status/incidents", data={"id": GIT.id, "status": "resolved", "body": "On time again."})
    page = browser.get("/my/status/?posted=1").text

    assert "No open incidents." in page
    assert '<a href="/status/">See the status page</a>' in page
    assert "Exports are late" in page.split("Resolved in the last 7 days")[1]
    assert "Report an incident</h2>" in page
