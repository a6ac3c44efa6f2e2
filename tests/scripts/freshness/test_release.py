"""`python -m scripts.freshness`: a release or pull request becomes a report, an issue, and a file for the build."""

import json
from pathlib import Path

import pytest

from scripts.freshness.__main__ import main
from tests.scripts.freshness.github import GitHub

Out = pytest.CaptureFixture[str]
RANGE = "v1.0.0..v1.1.0"
FLAGGED = {
    "using-the-portal/change-your-account": 1,
    "plans-and-billing/card-declined": 2,
    "plans-and-billing/update-card": 2,
}


def tiers(file: Path) -> dict[str, int]:
    return {one["id"]: one["tier"] for one in json.loads(file.read_text("utf-8"))["checks"][0]["articles"]}


def test_a_clone_gives_the_articles_with_both_lines_and_what_happened(portal: Path, product: Path, capsys: Out) -> None:
    assert main(["--clone", str(product), "--range", RANGE, "--repo", "acme/web", "--json"]) == 0

    out = capsys.readouterr().out
    assert out.startswith("acme/web v1.1.0: 3 articles to check.\n")
    assert '    in web/locales/en.json:3: "update_card": "Update card",\n' in out
    assert '    "Update card" was renamed to "Replace payment card"\n' in out
    assert "    PASSWORD_SIGN_IN_MINUTES: 15 -> 30\n" in out
    assert tiers(portal / "freshness.json") == FLAGGED


def test_github_gives_the_same_articles_as_a_clone(portal: Path, github: GitHub) -> None:
    assert main(["--repo", "acme/web", "--range", RANGE, "--base-url", github.origin, "--json"]) == 0

    assert tiers(portal / "freshness.json") == FLAGGED
    # One for the range, one for each of its three commits, two for the catalogue in one of them.
    assert len(github.asked) == 6


def test_a_pull_request_is_checked_by_its_number(portal: Path, github: GitHub, capsys: Out) -> None:
    github.pulls[7] = ("Name the card's button after what it does", "v1.0.0", "v1.1.0")

    assert main(["--repo", "acme/web", "--pull", "7", "--base-url", github.origin, "--annotations", "--markdown"]) == 0

    out = capsys.readouterr().out
    assert "## Articles and acme/web \\#7\n" in out
    assert "::warning file=docs/plans-and-billing/update-card.md,line=" in out
    assert "title=Check against #7::" in out


def test_one_issue_for_a_release_is_updated_and_its_answers_are_kept(portal: Path, github: GitHub, capsys: Out) -> None:
    command = ["--repo", "acme/web", "--range", RANGE, "--base-url", github.origin, "--issue", "acme/web"]
    assert main(command) == 0
    assert "https://github.test/issues/1" in capsys.readouterr().out
    (issue,) = github.issues
    assert issue["title"] == "Check the articles against acme/web v1.1.0"
    head, mark, rest = issue["body"].partition("<!-- plans-and-billing/update-card 2 -->")
    issue["body"] = head + mark + rest.replace("[ ] It was wrong", "[x] It was wrong", 1)

    assert main(command) == 0

    assert len(github.issues) == 1
    assert "[x] It was wrong" in github.issues[0]["body"]
    assert "Of 1 answered flags 1 were right (100 %): likely 1 of 1." in capsys.readouterr().out
    assert (
        json.loads((portal / "freshness/answers.jsonl").read_text("utf-8"))["article"]
        == "plans-and-billing/update-card"
    )
    assert [ask for ask in github.asked if ask.startswith("PATCH")] == []


def test_a_release_without_hits_opens_no_issue(portal: Path, github: GitHub) -> None:
    command = ["--repo", "acme/web", "--range", "v1.0.0..v1.1.0~2", "--base-url", github.origin, "--issue", "acme/web"]

    assert main(command) == 0

    assert github.issues == []


def test_an_answer_is_kept_by_hand(portal: Path, product: Path, capsys: Out) -> None:
    main(["--clone", str(product), "--range", RANGE, "--json"])

    assert main(["answer", "v1.1.0", "plans-and-billing/card-declined", "no"]) == 0
    assert main(["answer", "v1.1.0", "plans-and-billing/update-card", "yes"]) == 0

    assert capsys.readouterr().out.endswith("Of 2 answered flags 1 were right (50 %): likely 1 of 2.\n")
    assert main(["answer", "v9", "plans-and-billing/update-card", "yes"]) == 2


def test_the_most_read_article_comes_first(portal: Path, product: Path, capsys: Out) -> None:
    (portal / "views.json").write_text('{"plans-and-billing/update-card": 900}')

    main(["--clone", str(product), "--range", RANGE, "--markdown", "--views", "views.json"])

    out = capsys.readouterr().out
    assert out.index("update-card.md") < out.index("card-declined.md")


def test_a_second_run_changes_nothing(portal: Path, product: Path) -> None:
    command = ["--clone", str(product), "--range", RANGE, "--json"]
    main(command)
    first = (portal / "freshness.json").read_text("utf-8")

    main(command)

    assert (portal / "freshness.json").read_text("utf-8") == first


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Say which change"),
        (["--range", RANGE], "Say where your product is"),
        (["--pull", "3"], "--pull needs --repo"),
        (["--suggest-covers"], "--suggest-covers needs --clone"),
        (["--clone", "nowhere", "--range", RANGE], "nowhere is no Git repository"),
        (["--clone", "{product}", "--range", "v1.0.0"], "is no range: write the release before and the new one"),
        (["--clone", "{product}", "--range", "v1.0.0..v9"], "has no commit or tag 'v9'"),
        (["--clone", "{product}", "--range=--output=x..v1.1.0"], "--output=x"),
        (["--clone", "{product}", "--range", RANGE, "--docs", "none"], "none has no articles"),
        (["--repo", "acme", "--range", RANGE], "'acme' is not OWNER/NAME"),
        (["--clone", "{product}", "--range", RANGE, "--views", "none.json"], "none.json cannot be read"),
        (["scan", "--clone", "nowhere"], "nowhere is no Git repository"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    portal: Path, product: Path, capsys: Out, arguments: list[str], said: str
) -> None:
    assert main([one.replace("{product}", str(product)) for one in arguments]) == 2

    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("status", "data", "said"),
    [
        (401, {"message": "Bad credentials"}, "GitHub does not accept GITHUB_TOKEN"),
        (403, {"message": "API rate limit exceeded for 1.2.3.4"}, "GitHub's request limit is used up"),
        (404, {"message": "Not Found"}, "GitHub has no repository 'acme/web', or in it no such tag or pull request"),
        (500, {"message": "oops"}, "GitHub answered 500"),
    ],
)
def test_what_github_refuses_is_said(
    portal: Path, github: GitHub, capsys: Out, status: int, data: dict[str, str], said: str
) -> None:
    github.fails = (status, data)

    assert main(["--repo", "acme/web", "--range", RANGE, "--base-url", github.origin]) == 2

    assert said in capsys.readouterr().err


def test_a_github_that_does_not_answer_is_said(portal: Path, capsys: Out) -> None:
    assert main(["--repo", "acme/web", "--range", RANGE, "--base-url", "http://127.0.0.1:9"]) == 2

    assert "GitHub could not be reached at http://127.0.0.1:9" in capsys.readouterr().err
