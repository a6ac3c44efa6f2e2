"""The billing systems of the demo as processes: they answer, and tell the portal what happens."""

import subprocess
import sys
from collections.abc import Iterator
from queue import Queue

import pytest
import requests
from werkzeug import Request, Response

from demo import server
from demo.billers import chargebee, recurly
from demo.billers.vendors import VENDORS, settings
from tests.demo import ports

ENDS_LATER: dict[str, tuple[str, str, dict[str, dict[str, str]], tuple[str, str]]] = {
    "chargebee": (
        "POST",
        "/api/v2/subscriptions/sub_demo/cancel_for_items",
        {"data": {"end_of_term": "true"}},
        (chargebee.KEY, ""),
    ),
    "recurly": ("PUT", "/subscriptions/sub_demo/cancel", {"json": {"timeframe": "term_end"}}, (recurly.KEY, "")),
}


@pytest.fixture
def portal() -> Iterator[tuple[str, "Queue[dict[str, str]]"]]:
    """A server in the portal's place, and the headers of what it is told."""
    told: Queue[dict[str, str]] = Queue()

    @Request.application
    def app(request: Request) -> Response:
        told.put(dict(request.headers))
        return Response(status=204)

    with server.running(app) as origin:
        yield origin, told


@pytest.mark.parametrize("name", ENDS_LATER)
def test_what_happens_there_is_told_to_the_portal(name: str, portal: "tuple[str, Queue[dict[str, str]]]"):
    origin, told = portal
    command = [sys.executable, "-m", "demo.billers", name, str(ports.free(1)), origin]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        there = process.stdout.readline().strip()
        method, path, body, auth = ENDS_LATER[name]
        headers = {"Accept": "application/vnd.recurly.v2021-02-25"}
        answer = requests.request(method, there + path, auth=auth, headers=headers, timeout=10, **body)  # type: ignore[arg-type]
        headers = told.get(timeout=10)
        process.terminate()

    assert answer.status_code == 200
    assert {"Recurly-Signature", "Authorization"} & set(headers)


@pytest.mark.parametrize("name", VENDORS)
def test_each_has_a_front_page_where_it_is_made_slow_or_broken(name: str):
    fake = VENDORS[name].start()
    with server.running(fake) as origin:
        page = requests.get(origin, timeout=5).text
        requests.post(origin, data={"mood": "broken"}, timeout=5)
        broken = requests.get(origin + "/plans", timeout=5).status_code

    assert "The billing system is <strong>well</strong>" in page
    assert broken == 503 or name != "recurly"


@pytest.mark.parametrize("name", VENDORS)
def test_the_settings_of_each_name_its_address(name: str):
    found = settings(name, "http://127.0.0.1:1")

    assert found["BILLER"] == name
    assert found[VENDORS[name].api] == "http://127.0.0.1:1"
