"""The page about account links agrees with the table in the code."""

from pathlib import Path

from portal.account import CARDS, LINKED, PROVIDERS
from scripts import account_table


def test_the_page_in_the_repository_is_current():
    assert account_table.FILE.read_text("utf-8") == account_table.page(), "run python -m scripts.account_table"


def test_it_has_each_provider_and_each_job(tmp_path: Path):
    file = tmp_path / "page.md"
    account_table.write(file)
    page = file.read_text("utf-8")
    (head,) = [line for line in page.splitlines() if line.startswith("| Provider |")]

    assert all(CARDS[job].title in head for job in LINKED)
    assert all(f"\n| {provider.name} |" in page for provider in PROVIDERS.values())


def test_a_second_run_changes_nothing(tmp_path: Path):
    file = tmp_path / "page.md"
    account_table.write(file)
    before = file.read_bytes()
    account_table.write(file)

    assert file.read_bytes() == before


def test_check_names_a_page_that_is_not_current(monkeypatch, tmp_path: Path, capsys):
    monkeypatch.setattr(account_table, "FILE", tmp_path / "account-links.md")

    assert account_table.main(["--check"]) == 1
    assert "run python -m scripts.account_table" in capsys.readouterr().err
    assert account_table.main([]) == 0
    assert account_table.main(["--check"]) == 0
