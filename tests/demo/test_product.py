"""The demo's product: two releases, made once."""

import subprocess
from pathlib import Path

import pytest

from demo.product import make


def git(folder: Path, *arguments: str) -> str:
    run = subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True, text=True)
    return run.stdout


def test_the_product_has_two_releases_and_is_the_same_wherever_it_is_made(tmp_path: Path) -> None:
    assert make(tmp_path / "one")
    assert make(tmp_path / "two")

    assert git(tmp_path / "one", "tag").split() == ["v1.0.0", "v1.1.0"]
    assert git(tmp_path / "one", "rev-parse", "HEAD") == git(tmp_path / "two", "rev-parse", "HEAD")


def test_a_second_start_of_the_demo_leaves_it_alone(tmp_path: Path) -> None:
    make(tmp_path)
    (tmp_path / "web/team.py").write_text("mine\n")

    assert not make(tmp_path)
    assert (tmp_path / "web/team.py").read_text() == "mine\n"


def test_without_git_the_demo_starts_without_a_product(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert not make(tmp_path / "product")
