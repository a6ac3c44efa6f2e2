"""While the functions are down: the site stays, and a page says what to do."""

from collections.abc import Iterator

import pytest

from tests.hosts import servers, world
from tests.hosts.cases import Portal

pytestmark = pytest.mark.hosts


@pytest.fixture(
    params=[(host, base) for host in servers.FRONTS for base in world.BASES], ids=lambda pair: "".join(pair)
)
def down(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A web server whose functions cannot be reached."""
    host, base = request.param
    here = world.make(tmp_path_factory.mktemp("down"), base)
    with servers.FRONTS[host](here, servers.free(2)) as carrier:
        yield Portal(here, carrier)


def test_the_site_stays_and_personal_pages_say_what_to_do(down: Portal):
    personal, script = (down.ask("GET", path) for path in ("my/tickets/", "api/v2/status.json"))
    form = down.ask("POST", "api/tickets", [("Content-Type", "application/x-www-form-urlencoded")], b"a=1")

    if not isinstance(down.carrier, servers.OnlyFunctions):
        assert "Status: größer" in down.ask("GET", "status/").text
    for answer in (personal, script, form):
        assert answer.status == 502
        assert "Away: größer" in answer.text
        assert "script-src 'self'" in answer.one("Content-Security-Policy")


def test_no_cache_keeps_that_the_functions_were_down(down: Portal):
    answer = down.ask("GET", "my/tickets/")

    assert "s-maxage" not in answer.one("Cache-Control")
    assert answer.one("Cache-Control") in {"no-store", "public, max-age=0, must-revalidate"}
