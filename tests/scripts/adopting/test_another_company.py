"""Another company's content in place of ours: its CI is green, and the product's tests do not notice.

The product's tests build a portal of their own. Those that look at the repository itself could still notice, and are
run here in a repository of the company's: one topic, no components, no releases, most parts off.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from hooks.search import NODE_OF_THE_TESTS
from tests.scripts.adopting.adopters import ROOT, SOMEBODY, new_portal

PARTS = ("--parts", "articles,tickets", "--name", "Wissen", "--empty")
ARTICLE = """\
---
title: Wie sage ich mein Ticket ab?
questions: [ich kann nicht kommen]
---

Öffnen Sie **Meine Tickets**. An e-mail, mail and ticket are words that our own articles may not have; yours may.
"""
# What reads files of the repository's root, its guides, workflows and documents.
READERS = (
    "tests/test_words.py",
    "tests/test_version.py",
    "tests/scripts/test_commands.py",
    "tests/hosts/test_deploy.py",
)


@pytest.fixture(scope="module")
def company(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("company") / "hilfe"
    flags = ["--product", "Bühne", "--address", "https://hilfe.buehne.example/", "--email", "hallo@buehne.example"]
    done = new_portal(source, folder, *flags, *PARTS)
    assert done.returncode == 0, done.stderr
    for name in ("status/components.yml", "docs/index.md", "changelog/.keep"):
        (folder / name).unlink()
    (folder / "docs/tickets").mkdir()
    (folder / "docs/tickets/absagen.md").write_text(ARTICLE, "utf-8")
    (folder / "docs/search-tests.yml").write_text("ich werde krank und kann nicht kommen: tickets/absagen\n", "utf-8")
    (folder / "README.md").write_text("# Wissen\n\nNur für uns.\n", "utf-8")
    return folder


def environ(folder: Path) -> Mapping[str, str]:
    """The environment in which the company's code runs, with the packages of these tests."""
    ready = folder.parent / "ready"
    ready.touch()
    os.utime(ready, (2**32, 2**32))
    return os.environ | SOMEBODY | {
        "PYTHONPATH": str(folder),
        "MAKEFLAGS": f"-- BIN={ROOT}/.venv/bin READY={ready}",
        "PORTAL_NODE": str(NODE_OF_THE_TESTS),
    }  # fmt: skip


def test_every_command_of_the_content_workflow_is_green(company: Path):
    workflow = yaml.safe_load((company / ".github/workflows/content.yml").read_text("utf-8"))
    commands = [step["run"] for step in workflow["jobs"]["check"]["steps"] if "run" in step]
    said = ""
    for command in commands:
        done = subprocess.run(
            ["bash", "-e", "-c", command],
            cwd=company,
            env=environ(company),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        said += done.stdout + done.stderr

    assert commands == ["make check-content"]
    assert "1 of 1 questions" in said
    assert "there is no status page to write" in said


def test_the_content_workflow_is_red_for_a_mistake(company: Path):
    article = company / "docs/tickets/absagen.md"
    article.write_text(ARTICLE + "\n[weiter](nirgends.md)\n", "utf-8")
    done = subprocess.run(
        ["make", "check-content"], cwd=company, env=environ(company), capture_output=True, text=True, check=False
    )
    article.write_text(ARTICLE, "utf-8")

    assert done.returncode != 0
    assert "nirgends.md" in done.stderr


def test_the_products_tests_that_read_the_repository_do_not_notice(company: Path):
    command = [sys.executable, "-m", "pytest", "-q", *READERS]
    done = subprocess.run(command, cwd=company, env=environ(company), capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout[-4000:]
    assert "passed" in done.stdout
