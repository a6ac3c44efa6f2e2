import json
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import Client

from functions.app import Portal
from functions.insights.events import MOST_BYTES, TIMES
from functions.insights.rows import long_id
from tests.functions.insights import kept

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def page(**changes):
    ids = {name: str(uuid4()) for name in ("event_id", "visit", "view")}
    return ids | {"seq": 0, "name": "page", "path": "/a/", "kind": "article"} | changes


def post(app, events, **headers):
    body = events if isinstance(events, bytes | str) else json.dumps(events)
    names = {"User-Agent": FIREFOX, "Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"} | headers
    return Client(app).post("/api/events", data=body, headers=names, environ_overrides={"REMOTE_ADDR": "192.0.2.7"})


def stored(services):
    return kept.events(services.store)


def test_events_are_stored_with_the_servers_time_and_build(app, services):
    event = page(name="search", query_id=str(uuid4()), query="Change  card", results=3, at=1)
    before = services.now()

    assert post(app, [event]).status_code == 204
    (row,) = stored(services)
    assert before <= row["at"] <= services.now()
    assert (row["build"], row["query"], row["results"], row["visit"]) == (
        "test", "change card", 3, long_id(event["visit"]),
    )  # fmt: skip


def test_good_events_are_kept_beside_bad_ones(app, services):
    assert post(app, [None, page(name="purchase"), page(seq=1), page(path="?"), page(seq=2)]).status_code == 204
    assert [row["seq"] for row in stored(services)] == [1, 2]


def test_an_event_that_is_sent_again_counts_once(app, services):
    event = page()

    post(app, [event, event])
    post(app, [event])
    assert len(stored(services)) == 1


def test_only_the_first_twenty_of_a_request_count(app, services):
    post(app, [page(seq=number) for number in range(25)])

    assert [row["seq"] for row in stored(services)] == list(range(20))


def test_nothing_that_names_a_person_is_stored(app, services):
    post(
        app,
        [page(email="ada@customer.example", name="search_zero", query_id=str(uuid4()), query="ada@customer.example")],
    )

    everything = str([services.store.all(f"select * from {table}") for table in ("event", "event_word", "rate")])
    assert "@" not in everything
    assert "192.0.2.7" not in everything
    assert "Firefox" not in everything


@pytest.mark.parametrize(
    "headers",
    [
        {"DNT": "1"},
        {"Sec-GPC": "1"},
        {"User-Agent": ""},
        {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
        {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/140.0.0.0"},
        {"User-Agent": "curl/8.14.1"},
    ],
)
def test_robots_and_those_who_ask_not_to_be_counted_are_not(app, services, headers):
    assert post(app, [page()], **headers).status_code == 204
    assert stored(services) == []


def test_a_cubot_is_a_telephone(app, services):
    post(app, [page()], **{"User-Agent": "Mozilla/5.0 (Linux; Android 14; CUBOT P80) Chrome/140.0 Mobile"})

    assert len(stored(services)) == 1


def test_more_than_16_kb_is_413(app, services):
    assert post(app, [page(), "x" * MOST_BYTES]).status_code == 413
    assert stored(services) == []


def test_a_flood_is_429(app, services):
    post(app, [])
    services.store.run("update rate set n = :n", n=TIMES)

    answer = post(app, [page()])
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert stored(services) == []


@pytest.mark.parametrize("body", ["[" * 15_000, "9" * 15_000, "[NaN]", b"\xff", "", '["\\ud800"]', '{"a":1}'])
def test_what_is_no_list_of_events_is_204(app, services, body):
    assert post(app, body).status_code == 204
    assert stored(services) == []


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
# Events that are right but for a few fields get further than noise does.
nearly = st.builds(
    lambda changes: page(**changes), st.dictionaries(st.sampled_from([*page(), "query", "results"]), values, max_size=2)
)
found = st.builds(lambda text: page(name="search", query_id=str(uuid4()), query=text, results=1), st.text(max_size=120))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.lists(nearly | found | values, max_size=22) | values | st.binary(max_size=200))
def test_no_input_gets_any_other_answer(app: Portal, body):
    assert post(app, body).status_code in {204, 413, 429}
