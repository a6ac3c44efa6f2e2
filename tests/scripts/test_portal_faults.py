"""The portal under one fault after the other: nothing accepted is lost, and the guide says what customers see."""

from pathlib import Path

import pytest

from scripts import faults
from scripts.lib.portal_faults import cases
from scripts.lib.portal_faults.outside import outside
from scripts.lib.portal_faults.said import said
from scripts.lib.portal_faults.world import portal
from scripts.settings.__main__ import FILE

# The others wait for timeouts, one after the other: `make faults FAULTS=--portal` has them.
QUICK = "^(?!.*(desk-slow|billing-slow|locked))"
GUIDE = FILE.read_text("utf-8")


def test_nothing_is_lost_and_the_guide_has_what_customers_see(capsys: pytest.CaptureFixture[str]):
    code = faults.main(["--portal", QUICK])
    out = capsys.readouterr().out
    rows = [line for line in out.splitlines() if line.startswith("| ")]

    assert (code, out.splitlines()[-1].partition(":")[0]) == (0, "ok")
    assert len(rows) > 40
    assert [row for row in rows if row not in GUIDE] == []


def test_the_guide_has_every_fault():
    assert [fault.title for fault in cases.FAULTS if f"| {fault.title} |" not in GUIDE] == []


def test_the_comparison_notices_what_is_lost_and_what_is_doubled(tmp_path: Path):
    with outside() as around, portal(tmp_path / "one", around, "one") as one:
        one.ask("sent")
        one.ask("sent", body="Twice, and not the same.")
        one.accepted += [("ticket", "never sent"), ("reply", "never sent"), ("email", "never@customer.example")]
        refused = one.ask("refused", topic="no such topic")
        one.deliver()

        assert (refused.status, one.forgotten) == (422, [])
        assert one.compare() == (3, 2)


@pytest.mark.parametrize(
    ("page", "says"),
    [
        ("<h1>Billing</h1><p>All is well.</p>", "Billing: All is well."),
        ("<h1>A</h1><div hidden><p role=alert>Not sent.</p></div><p role=alert>Down.</p>", "Down."),
        ("<h1>A</h1><div class=hf-notice><p role=status>Once.</p></div>", "Once."),
        ("<h1>A</h1><p role=status>Your number is Q1W2-E3R4.</p>", "Your number is ABCD-1234."),
        ('{"detail": "Not now."}', "Not now."),
        ('{"status": {"description": "Status not confirmed"}}', "Status not confirmed"),
    ],
)
def test_a_page_says_its_notices_or_its_heading(page: str, says: str):
    assert said(page) == says
