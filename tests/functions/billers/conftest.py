"""Each test of the contract runs once for every billing system."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.functions.billers import benches
from tests.functions.billers.benches import Bench

FAKED = {"stripe": benches.stripe_bench, "chargebee": benches.chargebee_bench, "recurly": benches.recurly_bench}


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'portal.db'}"


@pytest.fixture(params=FAKED)
def bench(request: pytest.FixtureRequest, environ: dict[str, str]) -> Iterator[Bench]:
    """Every billing system."""
    with FAKED[request.param](environ) as made:
        yield made


@pytest.fixture
def chargebee(environ: dict[str, str]) -> Iterator[Bench]:
    with benches.chargebee_bench(environ) as made:
        yield made


@pytest.fixture
def recurly(environ: dict[str, str]) -> Iterator[Bench]:
    with benches.recurly_bench(environ) as made:
        yield made


@pytest.fixture
def stripe(environ: dict[str, str]) -> Iterator[Bench]:
    with benches.stripe_bench(environ) as made:
        yield made
