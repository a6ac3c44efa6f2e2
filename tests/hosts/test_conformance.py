"""Every case on every host that runs on this machine without more than Python: the same answers from all."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hosts import servers, world
from tests.hosts.cases import CASES, Portal

WHERE = [(host, base) for host in servers.LIGHT for base in world.BASES]


@pytest.fixture(scope="module", params=WHERE, ids=lambda where: f"{where[0]}:{where[1]}")
def portal(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A running host; the cases share it."""
    host, base = request.param
    made: Path = tmp_path_factory.mktemp("host")
    here = world.make(made, base)
    with servers.serve(servers.LIGHT[host], here) as carrier:
        yield Portal(here, carrier)


@pytest.mark.parametrize("case", [*CASES.functions, *CASES.site])
def test_a_host_answers_as_the_others(portal: Portal, case: str):
    (CASES.functions | CASES.site)[case](portal)
