import json
from uuid import uuid4

import pytest

from functions.insights.feedback import TIMES
from functions.insights.rows import long_id, short_id
from tests.functions.insights import kept

ARTICLE = "getting-in/forgot-password"


def vote(browser, answer="yes", headers=None, **fields):
    return browser.post("/api/feedback", data={"article": ARTICLE, "vote": answer} | fields, headers=headers)


def events(services):
    return kept.events(services.store)


def comments(services):
    return services.store.all("select * from feedback_comment")


@pytest.mark.parametrize(("answer", "page"), [("yes", "thanks"), ("no", "why")])
def test_a_vote_is_stored_and_leads_to_its_page(browser, services, answer, page):
    response = vote(browser, answer)

    assert (response.status_code, response.headers["Location"]) == (303, f"/feedback/{page}/?a={ARTICLE}")
    (row,) = events(services)
    assert (row["name"], row["vote"], row["path"], row["kind"], row["build"]) == (
        "vote", answer, f"/{ARTICLE}/", "article", "test",
    )  # fmt: skip
    assert comments(services) == []


@pytest.mark.parametrize("said", [{}, {"reason": "unclear"}, {"comment": "Step 2 is gone."}], ids=str)
def test_the_button_of_the_page_that_asks_why_always_leads_on(browser, said):
    response = vote(browser, "no", asked="1", **said)

    assert response.headers["Location"] == f"/feedback/thanks/?a={ARTICLE}"


def test_a_script_gets_json(browser):
    response = vote(browser, "no", {"Accept": "application/json"}, reason="unclear")

    assert (response.status_code, response.json) == (200, {"article": ARTICLE, "vote": "no"})


def test_the_vote_joins_the_visit_that_its_script_names(browser, services):
    visit, view, event_id = (str(uuid4()) for _ in range(3))

    for _ in range(2):
        vote(browser, visit=visit, view=view, event_id=event_id, seq="4")
    (row,) = events(services)
    assert (row["visit"], row["view"], row["id"], row["seq"]) == (
        long_id(visit), short_id(view), long_id(event_id), 4,
    )  # fmt: skip


def test_without_script_a_vote_is_a_visit_of_its_own(browser, services):
    vote(browser, visit="ada", seq="²")
    vote(browser)

    first, second = events(services)
    assert first["visit"] != second["visit"]


def test_a_comment_is_kept_without_what_is_private(browser, services):
    vote(browser, "no", reason="inaccurate", comment="  Step 2\r\nfails for ada@customer.example\0 ")

    (row,) = comments(services)
    assert (row["article"], row["vote"], row["reason"]) == (ARTICLE, "no", "inaccurate")
    assert row["comment"].startswith("Step 2\nfails for [removed]")


def test_a_reason_belongs_to_a_no(browser, services):
    vote(browser, "yes", reason="broken")

    assert events(services)[0]["reason"] is None


def test_a_thousand_characters_fit_however_lines_are_sent(browser, services):
    vote(browser, comment="a\r\n" * 499 + "ab")

    assert len(comments(services)[0]["comment"]) == 1000


@pytest.mark.parametrize(
    ("field", "value"),
    [("article", "no/such"), ("article", ""), ("vote", "maybe"), ("reason", "other"), ("comment", "x" * 1001)],
)
def test_a_wrong_field_is_named_and_nothing_is_stored(browser, services, field, value):
    form = {"article": ARTICLE, "vote": "no", field: value}
    response = browser.post("/api/feedback", data=form, headers={"Accept": "application/json"})

    assert response.status_code == 422
    assert list(json.loads(response.data)["fields"]) == [field]
    assert events(services) == []


def test_who_fills_the_hidden_field_is_thanked_and_not_counted(browser, services):
    assert vote(browser, website="https://spam.example").status_code == 303
    assert events(services) == []


def test_many_votes_from_one_place_are_slowed_down(browser, services):
    services.clock.at = 1_764_000_000_000
    answers = [vote(browser).status_code for _ in range(TIMES + 1)]

    assert answers == [303] * TIMES + [429]
    assert len(events(services)) == TIMES


def test_another_site_cannot_vote(browser, services):
    assert vote(browser, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert events(services) == []
