"""`python -m scripts.billing`: the check of the billing system, and the guide's table."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from demo import server
from demo.billers import company, stripe
from functions import vendors
from functions.services import Services
from functions.settings import read
from scripts.billing import __main__ as command
from scripts.billing import capabilities
from scripts.doctor import Portal
from scripts.doctor.billing import LATE_MS, open_changes


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'portal.db'}"


@pytest.fixture
def fake() -> stripe.Stripe:
    return stripe.Stripe(company.demo())


@pytest.fixture
def environ(environ: dict[str, str], fake: stripe.Stripe, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """The environment of the command itself."""
    with server.running(fake) as origin:
        ours = {"BILLER": "stripe", "STRIPE_KEY": stripe.KEY, "STRIPE_API": origin}
        environ |= ours | {"STRIPE_WEBHOOK_SECRET": stripe.WEBHOOK_SECRET}
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        yield environ


def test_a_billing_system_whose_settings_are_right_is_told_so(
    environ: dict[str, str], capsys: pytest.CaptureFixture[str]
):
    assert command.main(["check"]) == 0
    assert "stripe answers, and its settings are right." in capsys.readouterr().out


def test_each_fault_is_named_with_what_to_do(
    environ: dict[str, str],
    fake: stripe.Stripe,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    fake.switched_off.add("payment_method_update")
    monkeypatch.delenv("STRIPE_WEBHOOK_SECRET")
    code = command.main(["check"])
    said = capsys.readouterr().err

    assert code == 1
    assert "- switch on in the customer portal's settings: payment_method_update" in said
    assert "- set STRIPE_WEBHOOK_SECRET" in said


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [("STRIPE_KEY", "rk_test_wrong", "stripe does not answer as it should"), ("BILLER", "none", "BILLER is not set")],
)
def test_what_cannot_be_asked_is_said(
    variable: str,
    value: str,
    says: str,
    environ: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setenv(variable, value)

    assert command.main(["check"]) == 1
    assert says in capsys.readouterr().err


def test_the_guides_table_is_what_the_adapters_declare_and_names_each_variable():
    page = capabilities.FILE.read_text("utf-8")

    assert command.main(["capabilities", "--check"]) == 0
    for biller in vendors.family("billers").values():
        assert f"\n## {biller.title}\n" in page
        assert all(f"`{variable}`" in page for variable in biller.needs)


def test_a_guide_that_is_not_current_is_named_and_written_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    file = tmp_path / "billing.md"
    file.write_text(capabilities.FILE.read_text("utf-8").replace("in the portal", "somewhere"), "utf-8")
    monkeypatch.setattr(capabilities, "FILE", file)

    assert command.main(["capabilities", "--check"]) == 1
    assert "billing.md is not current" in capsys.readouterr().err
    assert command.main(["capabilities"]) == 0
    assert command.main(["capabilities", "--check"]) == 0


def test_the_doctor_notices_changes_whose_outcome_nobody_finds_out(environ: dict[str, str]):
    services = Services(read(environ))
    services.store.migrate()
    portal = Portal(environ)
    before = open_changes(portal).state
    services.store.run(
        "insert into billing_change values ('k', 'c', 's', '{}', 'asked', '', :at, :at)",
        at=services.now() - LATE_MS - 1,
    )
    after = open_changes(portal)
    portal.services.store.close()
    services.store.close()

    assert (before, after.state) == ("pass", "fail")
    assert "the outcome of 1 change of a plan is not known" in after.says
