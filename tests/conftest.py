"""What all tests share: the tiers that need Debian packages, a store on both engines, and the app on a small build."""

import json
import os
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from werkzeug.test import Client
from xdist.scheduler import LoadScopeScheduling

from functions.app import Portal
from functions.services import Services
from functions.settings import read
from functions.signin import sessions
from functions.stores import Store, connect
from portal.models import Requester
from scripts.lib import chromium
from scripts.lib.postgresql import Cluster, find_binaries
from tests.databases import Reused, migrate
from tests.functions.helpdesks.request_tracker import RequestTracker, is_installed

# No deadline: the time of an example depends on how busy the machine is.
settings.register_profile("portal", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("portal")

BROWSER = Path(__file__).parent / "browser"
TIERS = {
    "browser": (lambda: chromium.find() is not None, "chromium-headless-shell"),
    "request_tracker": (is_installed, "request-tracker5 rt5-db-sqlite"),
    "postgresql": (lambda: find_binaries() is not None, "postgresql"),
}
# A word in a test's id -> the worker for all such tests, so that slow servers start once. The first match counts; one
# test needs a browser and Request Tracker.
SHARED = {"tests/browser/": "browser", "request_tracker": "browser", "postgresql": "postgresql"}
# The longest first, so that no worker is left alone with one at the end; last what uses every core by itself.
FIRST = (
    "tests/browser/",
    "tests/scripts/test_faults.py",
    "tests/test_foreign_text.py",
    "tests/functions/test_lanes.py",
    "tests/demo/test_world.py",
)
LAST = ("tests/functions/test_guards.py",)
LEFT_OUT = pytest.StashKey[dict[str, int]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[LEFT_OUT] = {}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out a tier whose Debian package is missing."""
    for item in items:
        if BROWSER in item.path.parents:
            item.add_marker("browser")
    for mark, (present, package) in TIERS.items():
        wanted = [item for item in items if item.get_closest_marker(mark)]
        if wanted and not present():
            config.stash[LEFT_OUT][package] = len(wanted)
            config.hook.pytest_deselected(items=wanted)
            items[:] = [item for item in items if item not in wanted]
    items.sort(key=lambda item: item.nodeid.startswith(LAST) - item.nodeid.startswith(FIRST))


class ByServer(LoadScopeScheduling):
    """Hands each worker whole files of tests, and all tests of a shared server to one worker. (xdist's own groups are
    ignored under pytest 9.2: its `loadgroup` writes `_nodeid`, which pytest no longer reads.)"""

    def _split_scope(self, nodeid: str) -> str:
        return next((group for word, group in SHARED.items() if word in nodeid), nodeid.partition("::")[0])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByServer:
    config.option.loadscopereorder = False  # by the number of tests, which says little
    return ByServer(config, log)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """On CI a test that was skipped or left out is a failure."""
    config = session.config
    left_out = config.stash[LEFT_OUT]
    if hasattr(config, "workeroutput"):
        config.workeroutput["left_out"] = left_out
        return
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    skipped = len(reporter.stats.get("skipped", [])) if reporter else 0
    if os.environ.get("CI") and (skipped or left_out):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Note what a worker of xdist left out; all workers collect the same tests."""
    node.config.stash[LEFT_OUT].update(getattr(node, "workeroutput", {}).get("left_out", {}))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the time by folder, and the tests that did not run."""
    seconds: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                seconds[report.nodeid.partition("::")[0].rpartition("/")[0]] += report.duration
    if seconds:
        terminalreporter.section("minutes by folder, of one core")
    for folder, spent in seconds.most_common():
        terminalreporter.write_line(f"{spent / 60:6.2f}  {folder}")
    for package, count in config.stash[LEFT_OUT].items():
        terminalreporter.write_line(
            f"NOT RUN: {count} tests need Debian's {package}: apt-get install {package}", red=True, bold=True
        )
    if os.environ.get("CI") and (skipped := terminalreporter.stats.get("skipped")):
        terminalreporter.write_line(f"{len(skipped)} tests were skipped, which CI does not allow", red=True)


@pytest.fixture(scope="session")
def postgresql_cluster() -> Iterator[Cluster]:
    # Not in pytest's tmp_path, which clears the folders of older runs even while those still run.
    with tempfile.TemporaryDirectory(prefix="portal-postgresql-") as folder:
        cluster = Cluster(Path(folder))
        cluster.start()
        yield cluster
        cluster.stop()


@pytest.fixture(scope="session")
def tracker() -> Iterator[RequestTracker]:
    """A real Request Tracker; tickets stay until `empty` is called."""
    with tempfile.TemporaryDirectory(prefix="portal-request-tracker-") as folder:
        made = RequestTracker(Path(folder))
        with made.running():
            yield made


@pytest.fixture(scope="session")
def postgresql_reused(postgresql_cluster: Cluster) -> Reused:
    return Reused(postgresql_cluster)


@pytest.fixture
def postgresql_url(postgresql_reused: Reused) -> str:
    """The address of a migrated store without rows."""
    return postgresql_reused.url()


@pytest.fixture(scope="session")
def sqlite_migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a migrated store without rows, to copy."""
    file = tmp_path_factory.mktemp("migrated") / "portal.db"
    store = connect(f"sqlite:///{file}")
    store.migrate()
    store.close()
    return file


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a store, once for each engine: on PostgreSQL a migrated one, on SQLite none yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'portal.db'}"
    if request.param == "new postgresql":
        cluster: Cluster = request.getfixturevalue("postgresql_cluster")
        return cluster.database()
    return str(request.getfixturevalue("postgresql_url"))


# For tests that begin with a store which nobody has migrated.
unmigrated = pytest.mark.parametrize(
    "database_url", ["sqlite", pytest.param("new postgresql", marks=pytest.mark.postgresql)], indirect=True
)


@pytest.fixture
def store(database_url: str, sqlite_migrated: Path) -> Iterator[Store]:
    """A migrated store, once for each engine."""
    store = connect(database_url)
    migrate(store, sqlite_migrated)
    yield store
    store.close()


BUNDLE: dict[str, Any] = {
    "build": "test",
    "built_at": "2026-11-20T08:00:00Z",
    "product": "Acme",
    "site_url": "http://127.0.0.1:8000/",
    "base_path": "/",
    "support_email": "support@acme.example",
    "response_time": "We usually answer within a working day.",
    "topics": [
        {"id": "getting-in", "title": "Getting in", "routine": True},
        {"id": "plans-and-billing", "title": "Plans and billing", "routine": True},
    ],
    "parts": {
        "articles": True,
        "tickets": True,
        "billing": True,
        "account": True,
        "status": True,
        "changelog": True,
        "community": False,
    },
    "articles": [
        {
            "id": "plans-and-billing/update-card",
            "title": "How do I update my card?",
            "url": "/plans-and-billing/update-card/",
            "topic": "plans-and-billing",
        },
        {
            "id": "getting-in/forgot-password",
            "title": "I forgot my password",
            "url": "/getting-in/forgot-password/",
            "topic": "getting-in",
        },
    ],
    "status": {
        "page": {"id": "acme", "name": "Acme", "url": "http://127.0.0.1:8000/status/", "time_zone": "UTC"},
        "defaults": {},
        "groups": [],
        "components": [],
        "incidents": [],
        "maintenances": [],
    },
    "csp_script_hashes": ["sha256-AAAA"],
}
SHELL = (
    "<!doctype html><html lang=en><head><title><!--portal:title--></title></head>"
    "<body><main><nav><!--portal:crumbs--></nav><!--portal:content--></main></body></html>"
)


def write_bundle(folder: Path, **changes: Any) -> Path:
    """A small build of the site for the functions to work with."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "portal.json").write_text(json.dumps(BUNDLE | changes))
    (folder / "shell.html").write_text(SHELL)
    return folder


@pytest.fixture
def environ(tmp_path: Path, database_url: str) -> dict[str, str]:
    """The environment of a portal, once for each engine; a test adds to it before it asks for `services`."""
    return {
        "PUBLIC_ORIGIN": "http://127.0.0.1:8000",
        "SECRET_KEYS": "k" * 32,
        "TICK_TOKEN": "t" * 16,
        "DATABASE_URL": database_url,
        "PORTAL_BUILD_DIR": str(write_bundle(tmp_path / "build")),
    }


class Clock:
    """The machine's time in ms, or `at` once a test sets it."""

    def __init__(self, at: int | None = None) -> None:
        self.at = at

    def __call__(self) -> int:
        return time.time_ns() // 1_000_000 if self.at is None else self.at


@pytest.fixture
def services(environ: dict[str, str], sqlite_migrated: Path) -> Iterator[Services]:
    """The functions' services; a test sets their time by `services.clock.at` (unix ms)."""
    services = Services(read(environ), Clock())
    migrate(services.store, sqlite_migrated)
    yield services
    services.store.close()


@pytest.fixture
def app(services: Services) -> Portal:
    return Portal(services)


class Browser(Client):
    """A client that keeps cookies and asks for pages, as a browser on this site does."""

    def open(self, *arguments: Any, **options: Any) -> Any:
        options["headers"] = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"} | dict(
            options.get("headers") or {}
        )
        options.setdefault("base_url", "http://127.0.0.1:8000")
        return super().open(*arguments, **options)


@pytest.fixture
def browser(app: Portal) -> Browser:
    return Browser(app)


ADA = Requester("sub-ada", "ada@customer.example", "Ada Byron", "customer", frozenset())
BEN = Requester("sub-ben", "ben@customer.example", "Ben", "customer", frozenset())


@pytest.fixture
def sign_in(services: Services) -> Callable[..., None]:
    """Sign a client in without the identity provider: `sign_in(client, ADA, plan="Team")`."""

    def sign_in(client: Client, requester: Requester = ADA, **claims: Any) -> None:
        client.set_cookie(
            services.settings.cookie_name, sessions.start(services, requester, claims), domain="127.0.0.1"
        )

    return sign_in


def run(*command: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a command that must succeed."""
    return subprocess.run(command, check=True, capture_output=True, text=True, **options)
