"""The next version of Helpfront comes into a company's repository, from a tagged older tree with its own edits."""

import shutil
from pathlib import Path

import pytest

from scripts.upgrade import versions
from scripts.upgrade.versions import Unknown, choose
from tests.scripts.adopting.adopters import ANSWERS, NEW, OLD, git, new_portal, run

TAGS = ["v0.1.0", "v0.2.0", "v0.10.0", "v0.2", "nightly", "v1"]


@pytest.fixture(scope="module")
def begun(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A portal of the old version, with an article, a logo and a setting where the old version had it."""
    folder = tmp_path_factory.mktemp("begun") / "help"
    assert new_portal(source, folder, *ANSWERS, "--empty").returncode == 0
    config = folder / "mkdocs.yml"
    config.write_text(config.read_text("utf-8") + "theme:\n  logo: logo.svg  # ours\n", "utf-8")
    (folder / "docs/logo.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>')
    (folder / "docs/start").mkdir()
    (folder / "docs/start/first.md").write_text("---\ntitle: Where do I begin?\n---\n\nHere.\n")
    (folder / "custom/desk.py").write_text("# ours\n")
    _commit(folder)
    return folder


@pytest.fixture
def portal(begun: Path, tmp_path: Path) -> Path:
    """The same, for one test alone."""
    return shutil.copytree(begun, tmp_path / "help", symlinks=True)


def _commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Ours")


def test_upstreams_files_are_those_of_the_new_version_and_yours_are_as_they_were(source: Path, portal: Path):
    before = git(portal, "ls-tree", "-r", "main", "docs", "custom", "status", "README.md", ".github/CODEOWNERS")
    done = run(portal, "scripts.upgrade", f"v{NEW}")
    assert done.returncode == 0, done.stderr
    head = git(portal, "ls-files").split()

    assert git(portal, "branch", "--show-current").strip() == f"upgrade-v{NEW}"
    assert git(portal, "status", "--porcelain") == ""
    assert git(portal, "ls-tree", "-r", "HEAD", "docs", "custom", "status", "README.md", ".github/CODEOWNERS") == before
    assert f'version = "{NEW}"' in (portal / "pyproject.toml").read_text("utf-8")
    assert "A line of the new version" in (portal / "portal/clock.py").read_text("utf-8")
    assert "portal/newest.txt" in head
    assert "scripts/bench.py" not in head
    assert "extras/new.txt" in head
    assert [file for file in head if file.startswith(("findings/", ".ci/"))] == []
    assert git(source, "rev-parse", f"v{NEW}^{{commit}}").strip() in (portal / ".upstream.toml").read_text("utf-8")


def test_a_setting_that_moved_is_moved_and_named_and_the_site_builds(portal: Path):
    done = run(portal, "scripts.upgrade", f"v{NEW}", "--notes", "../notes.md")
    built = run(portal, "mkdocs", "build", "--strict")
    text = (portal / "mkdocs.yml").read_text("utf-8")

    assert built.returncode == 0, built.stderr
    assert "theme.logo is now extra.portal.brand.logo" in done.stdout
    assert (portal.parent / "notes.md").read_text("utf-8") in done.stdout
    assert "theme.logo is now" in git(portal, "log", "-1", "--format=%b")
    assert "    brand:\n      logo: docs/logo.svg" in text
    assert "theme:" not in text


def test_without_a_version_it_is_the_newest_and_a_second_run_finds_nothing(portal: Path):
    first, second = run(portal, "scripts.upgrade"), run(portal, "scripts.upgrade")

    assert f"From v{OLD} to v{NEW}" in first.stdout
    assert (second.returncode, "Nothing to do" in second.stdout) == (0, True)
    assert git(portal, "rev-list", "--count", "main..HEAD").strip() == "1"


def test_a_branch_of_an_earlier_upgrade_is_not_overwritten(portal: Path):
    run(portal, "scripts.upgrade")
    git(portal, "switch", "--quiet", "main")
    done = run(portal, "scripts.upgrade")

    assert done.returncode == 1
    assert f"The branch upgrade-v{NEW} is there already" in done.stderr
    assert git(portal, "branch", "--show-current").strip() == "main"
    assert git(portal, "status", "--porcelain") == ""


def test_what_was_changed_of_upstreams_files_is_shown_and_stops_it(portal: Path):
    (portal / "portal/clock.py").write_text("# patched\n")
    (portal / "functions/ours.py").write_text("# added\n")
    (portal / "portal/menu/__init__.py").unlink()
    _commit(portal)
    done = run(portal, "scripts.upgrade", f"v{NEW}")

    assert done.returncode == 1
    assert "+# patched" in done.stdout
    assert "--keep" in done.stderr
    assert all(
        f"  {name}\n" in done.stderr for name in ("portal/clock.py", "functions/ours.py", "portal/menu/__init__.py")
    )
    assert git(portal, "branch", "--show-current").strip() == "main"
    assert (portal / "portal/clock.py").read_text("utf-8") == "# patched\n"


def test_a_file_of_yours_where_upstream_has_one_now_is_not_overwritten(portal: Path):
    (portal / "extras").mkdir()
    (portal / "extras/new.txt").write_text("ours\n")
    _commit(portal)
    done = run(portal, "scripts.upgrade", f"v{NEW}")

    assert done.returncode == 1
    assert "  extras/new.txt\n" in done.stderr
    assert "+ours" in done.stdout
    assert (portal / "extras/new.txt").read_text("utf-8") == "ours\n"


def test_kept_changes_are_a_patch_that_can_be_applied_again(portal: Path):
    base = portal / "hooks/base.yml"
    base.write_text(base.read_text("utf-8").replace("language: en", "language: de"), "utf-8")
    _commit(portal)
    done = run(portal, "scripts.upgrade", f"v{NEW}", "--keep")
    assert done.returncode == 0, done.stderr
    replaced = base.read_text("utf-8")
    git(portal, "apply", "--3way", f"custom/patches/before-v{NEW}.patch")

    assert "language: en" in replaced
    assert "language: de" in base.read_text("utf-8")


def test_discarded_changes_are_gone_and_no_patch_is_left(portal: Path):
    (portal / "portal/clock.py").write_text("# patched\n")
    _commit(portal)
    done = run(portal, "scripts.upgrade", f"v{NEW}", "--discard")

    assert done.returncode == 0, done.stderr
    assert "patched" not in (portal / "portal/clock.py").read_text("utf-8")
    assert not (portal / "custom/patches").exists()


def test_what_is_not_committed_is_never_overwritten(portal: Path):
    (portal / "docs/index.md").write_text("half written")

    done = run(portal, "scripts.upgrade", f"v{NEW}")

    assert done.returncode == 1
    assert "docs/index.md" in done.stderr
    assert (portal / "docs/index.md").read_text("utf-8") == "half written"


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["v7.0"], f"There is no version 'v7.0'. Upstream has v{OLD}, v{NEW}."),
        (["--from", "/nowhere"], "Name another with --from"),
    ],
)
def test_a_version_or_a_repository_that_is_not_there_is_a_sentence(portal: Path, flags: list[str], said: str):
    done = run(portal, "scripts.upgrade", *flags)

    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_another_repository_is_the_one_of_the_next_upgrade(source: Path, portal: Path, tmp_path: Path):
    git(tmp_path, "clone", "--quiet", "--bare", str(source), "mirror.git")
    run(portal, "scripts.upgrade", "--from", str(tmp_path / "mirror.git"))
    named = (portal / ".upstream.toml").read_text("utf-8")
    (tmp_path / "mirror.git").rename(tmp_path / "moved.git")
    first, second = (
        run(portal, "scripts.upgrade", "--from", str(tmp_path / "moved.git")),
        run(portal, "scripts.upgrade"),
    )

    assert f'repository = "{tmp_path}/mirror.git"' in named
    # Also when there was nothing to upgrade to.
    assert [done.stdout.count("Nothing to do") for done in (first, second)] == [1, 1], first.stderr + second.stderr
    assert f'repository = "{tmp_path}/moved.git"' in (portal / ".upstream.toml").read_text("utf-8")
    assert git(portal, "status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("wanted", "here", "chosen"),
    [
        (None, (0, 1, 0), "v0.10.0"),
        (None, (1, 0, 0), None),
        ("v0.2", (0, 1, 0), "v0.2"),
        ("v0.10.0", (0, 2, 0), "v0.10.0"),
        ("v0.1.0", (0, 1, 0), None),
    ],
)
def test_versions_are_compared_as_numbers(wanted: str | None, here: versions.Version, chosen: str | None):
    assert choose(TAGS, wanted, here) == chosen


@pytest.mark.parametrize("wanted", ["v0.1.0", "nightly", "0.2.0", "v9", "main"])
def test_an_older_version_and_what_is_no_version_are_refused(wanted: str):
    with pytest.raises(Unknown):
        choose(TAGS, wanted, (0, 2, 0))
