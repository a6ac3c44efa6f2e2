import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.insights.events import (
    LONGEST_QUERY,
    NAMES,
    REMOVED,
    Event,
    EventError,
    parse,
    redact_comment,
    redact_query,
)

ID = "7b0c4a54-9a3e-4b52-9d53-0f6a2f1f7f10"
PAGE = {"event_id": ID, "visit": ID, "view": ID, "seq": 0, "name": "page", "path": "/a/b/", "kind": "article"}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


def test_a_page_view_is_an_event():
    assert parse(PAGE) == Event(event_id=ID, visit=ID, view=ID, seq=0, name="page", path="/a/b/", kind="article")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("event_id", "ada@customer.example"),
        ("visit", ID + "-ada"),
        ("view", None),
        ("seq", True),
        ("seq", -1),
        ("seq", 1.0),
        ("seq", 10**30),
        ("name", "purchase"),
        ("name", ["page"]),
        ("kind", "admin"),
        ("path", "a/b/"),
        ("path", "/my/ticket/?ref=ABC"),
        ("path", "/ada@customer.example/"),
        ("path", "/ada%40customer.example/"),
        ("path", "/invoice-20261122/"),
        ("path", "/\x00/"),
        ("path", "/" + "a" * 300),
        ("referrer", "https://other.example/"),
        ("query", "x" * (LONGEST_QUERY + 1)),
        ("query", "lone \ud800 surrogate"),
        ("query", 7),
        ("results", "many"),
        ("vote", "partly"),
        ("reason", "because"),
        ("scroll", 101),
        ("engaged_ms", 86_400_001),
    ],
)
def test_an_event_with_a_wrong_field_is_refused_without_quoting_it(field, value):
    with pytest.raises(EventError, match=field) as refused:
        parse(PAGE | {field: value})

    assert str(value) not in str(refused.value) or value in (None, -1)


@pytest.mark.parametrize(
    ("name", "field"),
    [("engage", "engaged_ms"), ("search", "query_id"), ("search_click", "query_id"), ("vote", "vote")],
)
def test_an_event_without_what_it_is_about_is_refused(name, field):
    with pytest.raises(EventError, match=f"{field} is missing"):
        parse(PAGE | {"name": name})


def test_a_path_may_hold_a_date():
    assert parse(PAGE | {"path": "/changelog/2026-08-18-v1.2.0/"}).path == "/changelog/2026-08-18-v1.2.0/"


def test_fields_that_are_not_ours_are_left_behind():
    assert parse(PAGE | {"email": "ada@customer.example"}) == parse(PAGE)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Change   my CARD ", "change my card"),
        ("invoice ada@customer.example is missing somewhere", f"invoice {REMOVED} is missing somewhere"),
        ("where is the order 20261122 that i made", f"where is the order {REMOVED} that i made"),
        ("please call me back on +44 20 7946 0958 thanks a lot", f"please call me back on {REMOVED} thanks a lot"),
        ("outage of 2026-08-18", "outage of 2026-08-18"),
        ("the page http://x.example/?a=b does not load any more", f"the page {REMOVED} does not load any more"),
        (
            "what does the key " + "a1" * 13 + " of my account do here",
            f"what does the key {REMOVED} of my account do here",
        ),
        ("ada@customer.example", None),
        ("my number 4111 1111 1111 1111", None),
        ("", None),
        (
            "请问怎么更换信用卡以及在哪里可以找到我的历史发票和账单明细呢",
            "请问怎么更换信用卡以及在哪里可以找到我的历史发票和账单明细呢",
        ),
    ],
)
def test_a_query_is_kept_without_what_is_private(typed, kept):
    assert redact_query(typed) == kept


def test_a_query_that_the_browser_did_not_redact_is_redacted_here():
    event = parse(PAGE | {"name": "search", "query_id": ID, "query": "ada@customer.example", "results": 0})

    assert event.query is None


def test_a_comment_loses_addresses_and_long_numbers_only():
    text = redact_comment("Step 3 of 12 fails for ada@customer.example, order 20261122.\nSince 2026-08-18.")

    assert text == f"Step 3 of 12 fails for {REMOVED} order {REMOVED}.\nSince 2026-08-18."


@given(st.text(max_size=200))
def test_redacting_twice_changes_nothing(text):
    once = redact_query(text)

    assert once is None or len(once) <= LONGEST_QUERY
    assert once is None or redact_query(once) in (once, None)


def outcome(raw):
    try:
        return parse(raw).name
    except EventError as error:
        return str(error)


@given(json_values)
def test_any_json_is_an_event_or_a_named_error(raw):
    assert outcome(raw) == "an event is an object" or "is missing" in outcome(raw) or " is not " in outcome(raw)


@given(st.sampled_from(sorted(PAGE)), json_values)
def test_any_value_in_any_field_is_an_event_or_an_error_that_names_a_field(field, value):
    told = outcome(PAGE | {field: value})

    assert told in NAMES or field in told or "is missing" in told
