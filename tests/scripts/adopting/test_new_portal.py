"""A company makes its own portal: the repository has its answers, upstream's code, and nothing of the examples."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from portal.settings import Facts
from scripts.lib import ownership
from scripts.new_portal import answers
from scripts.new_portal.answers import Wrong
from tests.scripts.adopting.adopters import ANSWERS, git, new_portal, run
from tests.test_words import sentences

# Files that people read, in which an example's name would be seen; code and guides have it in comments.
SEEN = {".html", ".xml", ".json", ".ics", ".txt", ".js", ".css"}


@pytest.fixture(scope="module")
def portal(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("adopter") / "help"
    done = new_portal(source, folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_it_has_one_commit_with_upstreams_code_and_the_companys_files(source: Path, portal: Path):
    files = git(portal, "ls-files").split()
    theirs = set(ownership.upstream(git(source, "ls-files").split()))

    assert git(portal, "rev-list", "--count", "HEAD").strip() == "1"
    assert git(portal, "status", "--porcelain") == ""
    assert theirs <= set(files)
    assert {"mkdocs.yml", "docs/index.md", "docs/search-tests.yml", "status/components.yml", "custom/README.md"} <= {
        *files
    }
    assert [file for file in files if ownership.owner(file) == ownership.PRODUCT] == []
    assert [file for file in files if file.startswith(("changelog/", "status/"))] == [
        *("changelog/.keep", "status/components.yml"),
    ]
    assert [file for file in files if file.startswith("docs/")] == git(source, "ls-files", "docs").split()


def test_an_empty_one_has_no_article_and_no_topic(source: Path, tmp_path: Path):
    done = new_portal(source, tmp_path / "help", *ANSWERS, "--empty")
    built = run(tmp_path / "help", "mkdocs", "build", "--strict")

    assert (done.returncode, built.returncode) == (0, 0), done.stderr + built.stderr
    assert git(tmp_path / "help", "ls-files", "docs").split() == ["docs/index.md", "docs/search-tests.yml"]
    assert "    # topics:" in (tmp_path / "help/mkdocs.yml").read_text("utf-8")
    assert "To be filled in" not in done.stdout


def test_it_names_every_fact_that_the_company_has_to_fill_in(source: Path, tmp_path: Path):
    done = new_portal(source, tmp_path / "help")
    config = yaml.load((tmp_path / "help/mkdocs.yml").read_text("utf-8").replace("!ENV", ""), yaml.SafeLoader)
    named = re.findall(r"^  (\w+): \w", done.stdout.partition("To be filled in by you")[2], re.MULTILINE)

    assert config["extra"]["portal"]["facts"] == dict.fromkeys(Facts.model_fields)
    assert named == [*Facts.model_fields]


def test_every_file_says_what_was_answered(portal: Path):
    config = (portal / "mkdocs.yml").read_text("utf-8")
    settings = yaml.load(config.replace("!ENV", ""), yaml.SafeLoader)
    forms = [yaml.safe_load(file.read_text("utf-8")) for file in (portal / ".github/ISSUE_TEMPLATE").glob("*.yml")]

    assert settings["site_name"] == "Nordwind Help"
    assert settings["extra"]["portal"]["parts"]["billing"] is False
    assert settings["extra"]["portal"]["parts"]["tickets"] is True
    assert "hilfe@nordwind.example" in (portal / ".github/SECURITY.md").read_text("utf-8")
    assert "/docs/       @nordwind/help" in (portal / ".github/CODEOWNERS").read_text("utf-8")
    assert len(forms) == 3
    assert "https://help.nordwind.example/" in str(forms)


def test_the_links_of_its_own_files_lead_somewhere(portal: Path):
    for name in ("README.md", ".github/SECURITY.md", "custom/README.md"):
        text = (portal / name).read_text("utf-8")
        links = [link for link in re.findall(r"\]\(([^)#]+)[^)]*\)", text) if "://" not in link]

        assert links
        assert [link for link in links if not ((portal / name).parent / link).exists()] == []


def test_the_examples_company_is_in_no_page_feed_calendar_or_template(portal: Path, tmp_path: Path):
    assert run(portal, "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site")).returncode == 0
    assert run(portal, "scripts.build_status", str(tmp_path / "site/status-site")).returncode == 0
    folders = [tmp_path / "site", portal / "build", portal / "functions/templates", portal / "demo/templates"]
    files = [file for folder in folders for file in folder.rglob("*") if file.suffix in SEEN]

    assert {file.name for file in files} >= {
        "index.html",
        "atom.xml",
        "maintenance.ics",
        "shell.html",
        "answer_mail.html",
    }
    assert [file for file in files if b"acme" in file.read_bytes().lower()] == []


def test_no_sentence_of_the_functions_names_the_examples_company(portal: Path):
    # What only operators read, when a setting is missing, may give an address as an example.
    files = {*(portal / "functions").rglob("*.py")} - {
        portal / "functions" / name for name in ("settings.py", "vendors.py")
    }
    sentences_of = {file: [*sentences(file.read_text("utf-8"))] for file in files}

    assert sum(map(len, sentences_of.values())) > 100
    assert [file for file, found in sentences_of.items() if "acme" in " ".join(found).lower()] == []


def test_a_folder_that_has_something_in_it_is_left_alone(source: Path, tmp_path: Path):
    (tmp_path / "notes.txt").write_text("mine")

    done = new_portal(source, tmp_path)

    assert done.returncode == 1
    assert "is not an empty folder" in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["notes.txt"]


def test_a_folder_inside_the_clone_is_refused(source: Path):
    done = new_portal(source, source / "ours")

    assert "is inside this clone" in done.stderr
    assert not (source / "ours").exists()


def test_all_mistakes_are_said_at_once_and_nothing_is_written(source: Path, tmp_path: Path):
    flags = ["--product", " ", "--address", "help.example", "--email", "no", "--parts", "ticket,status", "--team", "us"]
    done = new_portal(source, tmp_path / "help", *flags)

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 5
    assert "--parts: There is no part 'ticket'" in done.stderr
    assert not (tmp_path / "help").exists()


def test_git_that_does_not_know_who_commits_is_a_sentence_and_nothing_is_left(source: Path, tmp_path: Path):
    nobody = dict.fromkeys(("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"), "")
    done = run(source, "scripts.new_portal", str(tmp_path / "help"), *ANSWERS, **nobody)

    assert done.returncode == 1
    assert "empty ident name" in done.stderr
    assert not (tmp_path / "help").exists()


def test_a_token_in_the_clones_address_is_not_written_down(source: Path, tmp_path: Path):
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(source), "clone")
    git(clone, "remote", "set-url", "origin", "https://bot:s3cret@git.example/helpfront.git")

    assert new_portal(clone, tmp_path / "help").returncode == 0
    assert 'repository = "https://git.example/helpfront.git"' in (tmp_path / "help/.upstream.toml").read_text("utf-8")


def test_it_asks_until_the_answer_is_right_and_offers_what_is_usual():
    typed = iter(["", "Nordwind", "", "help.nordwind.example", "https://help.nordwind.example", "a@b.example", ""])
    said: list[str] = []
    found = answers.asked({}, lambda _: next(typed), said.append)

    assert found["name"] == "Nordwind Help"
    assert found["parts"] == "articles, status, tickets, changelog"
    assert len(said) == 2
    assert answers.read(found).address == "https://help.nordwind.example/"


@pytest.mark.parametrize(
    "wrong", ["http://help.example.com", "https://", "ftp://x.example", "https://x.example/?a", "x"]
)
def test_an_address_that_no_customer_can_use_is_refused(wrong: str):
    with pytest.raises(Wrong, match=r"https://help\.example\.com/"):
        answers.address(wrong)


def test_it_needs_no_package_beside_python(tmp_path: Path, source: Path):
    command = [
        "python3",
        "-I",
        "-S",
        "-c",
        f"import sys; sys.path.insert(0, {str(source)!r}); import scripts.new_portal",
    ]

    assert subprocess.run(command, capture_output=True, check=False).stderr == b""


def test_a_file_of_an_example_or_of_the_ci_is_not_upstreams():
    owners = {path: ownership.owner(path) for path in (".ci/run", ".github/workflows/ci.yml", "docs/a.md")}

    assert owners == {
        ".ci/run": ownership.PRODUCT,
        ".github/workflows/ci.yml": ownership.PRODUCT,
        "docs/a.md": ownership.YOURS,
    }
    assert ownership.owner(".github/workflows/ours.yml") == ownership.YOURS
    assert ownership.owner("portal/status/page.py") == ownership.UPSTREAM
