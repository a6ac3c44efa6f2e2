"""What the tests of new_portal, upgrade and the hour's guide share."""

from pathlib import Path

import pytest

from tests.scripts.adopting.adopters import helpfront


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of Helpfront with two versions; the older one is checked out."""
    return helpfront(tmp_path_factory.mktemp("helpfront"))
