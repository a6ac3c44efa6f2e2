"""What a build tells writers of their articles, and what it makes of them for programs."""

import json
import re
from pathlib import Path

import pytest

from tests.hooks.portals import CONFIG, mkdocs, write

ARTICLES = {
    "a/one": "---\ntitle: Pay & <go>\ndescription: How to pay.\n---\n\nPlease open [Billing](portal:my/billing/)"
    " and see [two](two.md).\n",
    "a/two": "---\ntitle: 設定を変更する\nrelated: [a/one]\n---\n\nOpen it. ![A plan](plan.svg)\n",
    "a/three": "---\ntitle: Pay and go\nrelated: [a/one]\nneeds: status\n---\n\nOpen it.\n",
    "a/late": "---\ntitle: Change a seat\nrelated: [a/one]\nreviewed: 2020-01-01\n---\n\nOpen it.\n",
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = write(tmp_path_factory.mktemp("written"), ARTICLES)
    (folder / "docs/a/plan.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    result = mkdocs(folder, folder / "site")
    assert result.returncode == 0, result.stderr
    return folder, result.stderr


def test_a_strict_build_says_warnings_and_counts_advice_and_goes_on(built: tuple[Path, str]) -> None:
    said = built[1]

    assert "docs/a/late.md:4: the review of 2020-01-01 was due again on" in said
    assert "adds nothing here" not in said
    assert re.search(r"0 errors, 1 warning, \d+ pieces of advice about the articles", said)


def test_an_error_of_the_portals_choice_stops_a_strict_build_and_the_baseline_lets_it_go(
    built: tuple[Path, str], tmp_path: Path
) -> None:
    folder = write(tmp_path, ARTICLES, f"{CONFIG}    writing: {{levels: {{filler: error}}}}\n")
    (folder / "docs/a/plan.svg").write_text("<svg/>")
    stopped = mkdocs(folder, folder / "site")
    (folder / "writing-baseline.json").write_text(
        json.dumps({"docs/a/one.md": {"filler": [_print(folder, "docs/a/one.md")]}})
    )

    assert stopped.returncode == 1
    assert "docs/a/one.md:6: 'Please' adds nothing here. Write what to do alone" in stopped.stderr
    assert mkdocs(folder, folder / "site").returncode == 0


def _print(folder: Path, file: str) -> str:
    from portal.articles.writing import Finding, baseline

    line = (folder / file).read_text().splitlines()[5]
    ((_, mark),) = baseline.prints([Finding(file, 6, "filler", "error", "", "", line)])
    return mark


def test_each_listed_page_has_a_copy_with_whole_addresses_and_says_where(built: tuple[Path, str]) -> None:
    site = built[0] / "site"
    page = (site / "a/one/index.html").read_text("utf-8")

    assert (site / "a/one/index.md").read_text("utf-8") == (
        "# Pay & <go>\n\n> How to pay.\n\nSource: https://acme.example/help/a/one/\n\nPlease open "
        "[Billing](https://acme.example/help/my/billing/) and see [two](https://acme.example/help/a/two/).\n"
    )
    assert '<link rel=" alternate" type="text/markdown" href="index.md">' in page
    assert "![A plan](https://acme.example/help/a/plan.svg)" in (site / "a/two/index.md").read_text("utf-8")


def test_the_list_for_programs_has_every_listed_article(built: tuple[Path, str]) -> None:
    text = (built[0] / "site/llms.txt").read_text("utf-8")

    assert text.startswith("# Acme Help\n\n> Answers about Acme, for customers: https://acme.example/help/\n\n## A\n\n")
    assert "- [Pay & <go>](https://acme.example/help/a/one/index.md): How to pay.\n" in text
    assert text.count("index.md") == 3


def test_the_place_of_a_page_is_data_that_no_title_breaks(built: tuple[Path, str]) -> None:
    page = (built[0] / "site/a/one/index.html").read_text("utf-8")
    (script,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)

    places = [(item["name"], item["item"]) for item in json.loads(script)["itemListElement"]]
    assert places == [
        ("Acme Help", "https://acme.example/help/"),
        ("A", "https://acme.example/help/a/"),
        ("Pay & <go>", "https://acme.example/help/a/one/"),
    ]
    assert "ld+json" not in (built[0] / "site/index.html").read_text("utf-8")


def test_an_article_has_a_picture_of_its_own_where_the_font_can_write_its_title(built: tuple[Path, str]) -> None:
    site = built[0] / "site"

    assert 'property="og:image" content="https://acme.example/help/assets/social/a/one.png"' in (
        site / "a/one/index.html"
    ).read_text("utf-8")
    assert (site / "assets/social/a/one.png").is_file()
    assert "og:image" not in (site / "a/two/index.html").read_text("utf-8")


def test_the_brands_picture_comes_before_one_of_ours(tmp_path: Path) -> None:
    folder = write(tmp_path, {"a/one": ARTICLES["a/late"]}, f"{CONFIG}    brand: {{picture: card.png}}\n")
    (folder / "card.png").write_bytes(b"png")
    (folder / "docs/a/one.md").write_text("---\ntitle: Pay\n---\n\nOpen it.\n")
    mkdocs(folder, folder / "site")

    assert "assets/brand/picture.png" in (folder / "site/a/one/index.html").read_text("utf-8")
    assert not (folder / "site/assets/social").exists()
