"""What new_portal and upgrade do with the examples, and in the product's own repository."""

from pathlib import Path

import pytest
import yaml

from scripts.lib import ownership
from tests.scripts.adopting.adopters import ROOT, git, helpfront, new_portal, run


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return helpfront(tmp_path_factory.mktemp("helpfront"))


def test_the_examples_come_under_the_products_name_when_they_are_wanted(source: Path, tmp_path: Path):
    name = 'Fjord: "Nord"'
    flags = ["--product", name, "--address", "https://fjord.example/help", "--email", "a@fjord.example", "--examples"]
    done = new_portal(source, tmp_path / "help", *flags)
    assert done.returncode == 0, done.stderr
    built = run(tmp_path / "help", "mkdocs", "build", "--strict", CI="")
    assert built.returncode == 0, built.stderr
    pages = [*(tmp_path / "help/site").rglob("*.html"), *(tmp_path / "help/site").rglob("*.xml")]

    assert len(pages) > 30
    assert [page for page in pages if b"acme" in page.read_bytes().lower()] == []
    assert yaml.safe_load((tmp_path / "help/status/components.yml").read_text("utf-8"))["page"]["name"] == name


def test_every_row_of_the_table_of_owners_names_something():
    files = git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard").split()
    begun = [
        file.relative_to(ROOT / "scripts/new_portal/files").as_posix()
        for file in (ROOT / "scripts/new_portal/files").rglob("*")
    ]
    empty = [
        row.path for row in ownership.TABLE if not any(f"{file}/".startswith(row.path) for file in [*files, *begun])
    ]

    assert empty == [".upstream.toml"]


def test_helpfronts_own_repository_has_no_upstream(source: Path):
    done = run(source, "scripts.upgrade")

    assert done.returncode == 1
    assert ".upstream.toml is not here" in done.stderr


def test_no_file_of_the_product_is_without_an_owner():
    names = {row.path for row in ownership.TABLE}
    files = git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard").split("\n")[:-1]
    workflows = [file for file in files if file.startswith(".github/workflows/")]

    assert [file for file in files if not any(f"{file}/".startswith(name) for name in names)] == []
    assert [file for file in workflows if file not in names] == []
