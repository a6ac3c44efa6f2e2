"""Every case on every host that can run here, at the root of a host name and below a path: the same answers from all.

`make test` runs the hosts that need nothing but Python, `make hosts` the others as well.
"""

from collections.abc import Iterator

import pytest

from tests.hosts import servers, world
from tests.hosts.cases import CASES, Portal

HOSTS = [*servers.LIGHT, *(pytest.param(name, marks=pytest.mark.hosts) for name in servers.HEAVY)]


@pytest.fixture(scope="module", params=HOSTS)
def host(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module", params=world.BASES)
def portal(host: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A running host; all cases share it."""
    here = world.make(tmp_path_factory.mktemp("host"), request.param)
    with (servers.LIGHT | servers.HEAVY)[host](here) as carrier:
        yield Portal(here, carrier)


@pytest.mark.parametrize("case", CASES.functions)
def test_the_functions_answer_as_on_every_host(portal: Portal, case: str):
    CASES.functions[case](portal)


@pytest.mark.parametrize("case", CASES.site)
def test_the_site_answers_as_on_every_host(host: str, portal: Portal, case: str):
    if host in servers.FUNCTIONS_ONLY:
        assert "site" not in case  # its own, which tests/hooks/ hold
        return
    CASES.site[case](portal)
