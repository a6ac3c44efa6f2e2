"""Each test of the contract runs once for every help desk."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.functions.helpdesks import benches
from tests.functions.helpdesks.benches import Bench

FAKED = {
    "built_in": benches.built_in,
    "zendesk": benches.zendesk_desk,
    "help_scout": benches.help_scout_desk,
    "intercom": benches.intercom_desk,
    "front": benches.front_desk,
    "freshdesk": benches.freshdesk_desk,
}


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'portal.db'}"


REAL = pytest.param("request_tracker", marks=pytest.mark.request_tracker)


@pytest.fixture(params=[*FAKED, REAL])
def bench(request: pytest.FixtureRequest, environ: dict[str, str]) -> Iterator[Bench]:
    """Every desk that can be read."""
    yield from _bench(request, environ)


@pytest.fixture(params=[*FAKED, "email", REAL])
def every(request: pytest.FixtureRequest, environ: dict[str, str]) -> Iterator[Bench]:
    """Every desk."""
    yield from _bench(request, environ)


def _bench(request: pytest.FixtureRequest, environ: dict[str, str]) -> Iterator[Bench]:
    if request.param == "request_tracker":
        context = benches.request_tracker(environ, request.getfixturevalue("tracker"))
    else:
        context = (FAKED | {"email": benches.email})[request.param](environ)
    with context as made:
        yield made
