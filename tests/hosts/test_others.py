"""Servers that the guide does not count as hosts: what it says of them is still so, with the versions of the lock."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.demo.ports import free
from tests.hosts import world
from tests.hosts.own_date import LONG_AGO
from tests.hosts.runtimes import PYTHON
from tests.hosts.servers import OnPort, running

pytestmark = pytest.mark.hosts
SAYS = [("Host", world.HOST), ("Accept", "text/html")]


def uvicorn(port: int, app: str) -> list[str]:
    return [PYTHON, "-m", "uvicorn", "--interface", "wsgi", "--port", str(port), app]


@pytest.fixture
def hypercorn(tmp_path: Path) -> Iterator[OnPort]:
    port, made = free(), world.make(tmp_path, "/")
    command = [PYTHON, "-m", "hypercorn", "--workers", "0", "--bind", f"127.0.0.1:{port}", "wsgi:functions.app:app"]
    with running(command, port, made.environ, tmp_path) as host:
        yield host


def test_hypercorn_turns_an_answer_without_a_body_into_a_500(hypercorn: OnPort):
    """It sends the head with the first piece of the body, and never without one."""
    asked = [("GET", "/api/health"), ("HEAD", "/api/health"), ("GET", "/my/ticket")]
    found = [hypercorn.carry(method, path, SAYS, b"", False).status for method, path in asked]

    assert found == [200, 500, 500]


def test_uvicorn_adds_a_second_date_and_ours_leaves_it_the_only_one(tmp_path: Path):
    made = world.make(tmp_path, "/")
    dates = []
    for app, path in (("tests.hosts.own_date:app", "/"), ("functions.app:app", "/api/v2/status.json")):
        port = free()
        with running(uvicorn(port, app), port, made.environ, tmp_path) as host:
            dates.append(host.carry("GET", path, SAYS, b"", False).all("Date"))
    theirs, ours = dates

    assert len(theirs) == 2
    assert LONG_AGO in theirs
    assert len(ours) == 1
