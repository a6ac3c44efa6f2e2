"""What is the same for every help desk with an API: limits, errors and what is read of an answer."""

import json
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager
from socket import create_server
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.wrappers import Response

from demo import server
from functions.errors import VendorError
from functions.helpdesks import web, words
from functions.helpdesks.oauth import TokenApi
from functions.helpdesks.rows import Row, is_ref, parsed
from tests.conftest import ADA

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["a", "b"]) | st.text(), inner),
    max_leaves=8,
)


def answering(*made: Response) -> AbstractContextManager[str]:
    """A server that gives these answers in turn, and then the last one."""
    left = [*made]

    def app(environ: Any, start_response: Any) -> Any:
        return (left.pop(0) if len(left) > 1 else left[0])(environ, start_response)

    return server.running(app)


def failed(call: Callable[[], Any]) -> VendorError:
    with pytest.raises(VendorError) as error:
        call()
    return error.value


@pytest.mark.parametrize(
    ("kind", "statuses"),
    [
        ("rejected", (400, 413, 415, 422)),
        ("authentication", (401, 403)),
        ("not_found", (404, 410)),
        ("rate_limited", (429,)),
        ("unavailable", (301, 302, 408, 409, 418, 425, 500, 502, 503, 504, 599)),
    ],
)
def test_a_status_is_one_of_the_six_classes(kind: str, statuses: tuple[int, ...]):
    with answering(*(Response("<h1>No</h1>", status) for status in statuses)) as origin:
        found = {status: failed(lambda: web.Api(origin, dict).call("GET", "/")).kind for status in statuses}

    assert found == dict.fromkeys(statuses, kind)


@pytest.mark.parametrize(
    ("wait", "seconds"), [("7", 7), ("9" * 9, 86_400), ("9" * 5000, None), ("-1", None), ("soon", None), ("²", None)]
)
def test_a_wait_is_some_seconds_and_a_day_at_most(wait: str, seconds: int | None):
    with answering(Response("{}", 429, {"Retry-After": wait})) as origin:
        error = failed(lambda: web.Api(origin, dict).call("GET", "/"))

    assert (error.kind, error.retry_after) == ("rate_limited", seconds)


def test_the_log_of_a_desk_that_is_away_holds_no_address_of_a_customer():
    with create_server(("127.0.0.1", 0)) as probe:
        origin = f"http://127.0.0.1:{probe.getsockname()[1]}"
    error = failed(lambda: web.Api(origin, dict).call("GET", "/users", {"query": ADA.email}))

    assert error.kind == "unavailable"
    assert "customer.example" not in "".join(traceback.format_exception(error))


@pytest.mark.parametrize("token", ["", "\N{SNOWMAN}", "a\r\nX-Other: b", 7, None])
def test_a_token_that_cannot_be_sent_is_no_token(token: object):
    given = {"access_token": token, "expires_in": 3600}
    with answering(Response(json.dumps(given), mimetype="application/json")) as origin:
        error = failed(lambda: TokenApi(origin, lambda api: api.call("POST", "/token")).call("GET", "/"))

    assert error.kind == "authentication"


def test_an_odd_secret_in_the_settings_is_a_named_error():
    with answering(Response("{}")) as origin:
        error = failed(lambda: web.Api(origin, lambda: {"Authorization": "\N{SNOWMAN}"}).call("GET", "/"))

    assert "\N{SNOWMAN}" not in str(error)


@pytest.mark.parametrize("url", ["http://desk.example", "ftp://127.0.0.1", "desk.example", ""])
def test_a_desk_is_reached_over_https_or_on_this_machine(url: str):
    assert failed(lambda: web.address(url, "DESK_URL")).detail.startswith("DESK_URL must ")
    assert web.address("http://127.0.0.1:8080/", "DESK_URL") == "http://127.0.0.1:8080"


@given(data=JSON)
def test_any_json_is_read_as_what_it_should_be(data: Any):
    row = Row(data)
    texts = [row.text("a"), row.text("a", "b"), row.ref("a"), row.ref("a", "b")]

    assert all("\0" not in one and one.encode() is not None for one in texts)
    assert all(one == "" or is_ref(one) for one in texts[2:])
    assert all(abs(one) <= 2**63 for one in (row.number("a") or 0, row.time("b"), row.attachment("a", "b", "a").size))
    assert row.flag("a") in {True, False}
    assert all(isinstance(one, Row) for one in [row.row("a"), *row.rows("a"), *row.rows("a", "b")])


@given(content=st.binary() | st.text('[]{}":,1').map(str.encode))
def test_any_bytes_are_json_or_a_value_error(content: bytes):
    try:
        found = parsed(content)
    except ValueError:
        found = None

    assert isinstance(found, dict | list | str | int | float | None)


@given(value=st.text() | st.datetimes().map(str))
def test_any_text_is_a_time_or_none(value: str):
    assert 0 <= words.milliseconds(value) < 2**48


def test_a_state_that_nobody_knows_is_open_and_is_logged(caplog: pytest.LogCaptureFixture):
    assert words.status({"solved": "solved"}, "escalated") == "open"
    assert "'escalated'" in caplog.text
