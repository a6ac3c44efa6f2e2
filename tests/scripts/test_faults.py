"""The fault run finds no fault on either engine, and finds some when the key is switched off."""

from pathlib import Path

import pytest

from demo.helpdesks.__main__ import DESKS
from scripts import faults
from scripts.lib.postgresql import Cluster

SMALL = ["--submissions", "50", "--clients", "10", "--kills", "2"]


def test_under_fire_nothing_is_lost_or_doubled_on_sqlite(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    code = faults.main([*SMALL, "--database", f"sqlite:///{tmp_path / 'portal.db'}"])
    out = capsys.readouterr().out

    assert code == 0, out
    assert out.splitlines()[-1].startswith("ok: ")
    assert out.splitlines()[-1].endswith("20 replies, 0 lost, 0 doubled")
    assert "2 in the mailbox" in out
    assert "2 kills" in out


def test_every_desk_that_fails_by_chance_is_fired_at():
    assert set(faults.VENDORS) == set(DESKS)


@pytest.mark.parametrize("vendor", faults.VENDORS)
def test_nothing_is_lost_or_doubled_at_any_vendors_desk(
    vendor: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    few = ["--submissions", "30", "--clients", "10", "--kills", "1"]
    code = faults.main([*few, "--desk", vendor, "--database", f"sqlite:///{tmp_path / 'portal.db'}"])
    out = capsys.readouterr().out

    assert code == 0, out
    assert "1 in the mailbox" in out
    assert "garbage" in out or "lost" in out


@pytest.mark.postgresql
def test_under_fire_nothing_is_lost_or_doubled_on_postgresql(
    postgresql_cluster: Cluster, capsys: pytest.CaptureFixture[str]
):
    code = faults.main([*SMALL, "--database", postgresql_cluster.database()])

    assert code == 0, capsys.readouterr().out


def test_without_its_key_a_ticket_is_doubled_and_the_run_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    database = f"sqlite:///{tmp_path / 'portal.db'}"
    code = faults.main(
        ["--submissions", "40", "--clients", "10", "--kills", "0", "--without-key", "--database", database]
    )

    assert code == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith("FAILED: ")
