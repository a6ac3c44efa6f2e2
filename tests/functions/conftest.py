"""What several tests of the functions share, because starting it takes longer than they do."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from demo import server
from tests.providers import mock_provider

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

Play = Callable[["WSGIApplication"], str]


@pytest.fixture(scope="session")
def stage() -> Iterator[Play]:
    """One server on loopback; `stage(app)` puts an app on it in place of the one before, and returns its origin."""
    playing: list[WSGIApplication] = []
    with server.running(lambda *call: playing[0](*call)) as origin:

        def play(app: "WSGIApplication") -> str:
            playing[:] = [app]
            return origin

        yield play


@pytest.fixture(scope="session")
def mock_issuer() -> Iterator[str]:
    """The issuer of the demo's provider."""
    with mock_provider() as origin:
        yield origin
