"""A store before its first migration."""

from pathlib import Path

import pytest

from scripts.lib.postgresql import Cluster


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a store that nobody has migrated, once for each engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'portal.db'}"
    cluster: Cluster = request.getfixturevalue("postgresql_cluster")
    return cluster.database()
