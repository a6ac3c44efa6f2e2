"""Every case on every host that can run here, at the root of a host name and below a path: the same answers from all.

`make test` runs the hosts that need nothing but Python, `make hosts` the others as well.
"""

from collections.abc import Iterator

import pytest

from tests.hosts import world
from tests.hosts.cases import CASES, Portal
from tests.hosts.hosts import DIFFERENT, FUNCTIONS_ONLY, HEAVY_HOSTS, HOSTS, NEEDS_POSTGRESQL

MARKED = [pytest.param(name, marks=[pytest.mark.hosts] if name in HEAVY_HOSTS else []) for name in HOSTS]
WITH_SITE = [
    pytest.param(name, marks=[pytest.mark.hosts] if name in HEAVY_HOSTS else [])
    for name in HOSTS
    if name not in FUNCTIONS_ONLY
]


@pytest.fixture(scope="module")
def host(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module", params=world.BASES)
def portal(host: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A running host; all cases share it."""
    database = request.getfixturevalue("postgresql_cluster").database() if host in NEEDS_POSTGRESQL else ""
    here = world.make(tmp_path_factory.mktemp("host"), request.param, database)
    with HOSTS[host](here) as carrier:
        yield Portal(here, carrier)


@pytest.mark.parametrize("host", MARKED, indirect=True)
@pytest.mark.parametrize("case", CASES.functions)
def test_the_functions_answer_as_on_every_host(host: str, portal: Portal, case: str):
    if (host, case) in DIFFERENT:
        with pytest.raises(AssertionError):
            CASES.functions[case](portal)
        return
    CASES.functions[case](portal)


@pytest.mark.parametrize("host", WITH_SITE, indirect=True)
@pytest.mark.parametrize("case", CASES.site)
def test_the_site_answers_as_on_every_host(host: str, portal: Portal, case: str):
    CASES.site[case](portal)
