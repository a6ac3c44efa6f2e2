"""The fault run of billing finds nothing told wrongly, on either engine."""

from pathlib import Path

import pytest

from scripts import faults
from scripts.lib.postgresql import Cluster

SMALL = ["--billing", "--changes", "10", "--kills", "1"]


def test_under_fire_the_vendor_has_what_customers_were_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    code = faults.main([*SMALL, "--database", f"sqlite:///{tmp_path / 'portal.db'}"])
    out = capsys.readouterr().out

    assert code == 0, out
    assert "database: 10 changes" in out
    assert "0 told wrongly, 1 kills" in out


@pytest.mark.postgresql
def test_under_fire_the_vendor_has_what_customers_were_told_on_postgresql(
    postgresql_cluster: Cluster, capsys: pytest.CaptureFixture[str]
):
    code = faults.main([*SMALL, "--database", postgresql_cluster.database()])

    assert code == 0, capsys.readouterr().out
