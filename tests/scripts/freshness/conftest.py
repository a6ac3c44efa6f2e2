"""The demo's product with its two releases, and the acme articles beside it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.product import make
from demo.server import running
from tests.scripts.freshness.github import GitHub

ACME = Path(__file__).parents[2] / "acme"


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The clone of the demo's product; no test writes to it."""
    folder = tmp_path_factory.mktemp("product")
    make(folder)
    return folder


@pytest.fixture
def portal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An adopter's repository with articles, in which the command runs."""
    shutil.copytree(ACME / "docs", tmp_path / "docs")
    shutil.copy(ACME / "mkdocs.yml", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def github(product: Path) -> Iterator[GitHub]:
    """GitHub, with the demo's product as acme/web."""
    server = GitHub(product)
    with running(server) as origin:
        server.origin = origin
        yield server
