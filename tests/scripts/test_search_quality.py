"""The command that measures the search: the same variants in every run, right figures, and odd articles."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.lib import search_peers
from scripts.lib.search_measures import figures, paired_bootstrap
from scripts.lib.search_variants import half_typed, keywords, variants

ROOT = Path(__file__).parents[2]
QUERY = "How do I download an invoice for the accountant?"
ARTICLES = [
    {"id": "invoice/é", "title": "Download an invoice", "body_markdown": "Open **Billing**.\n\n## Steps\n\nChoose it."},
    {"id": "password", "title": "Reset: your \"password\" <b>now</b>", "body_markdown": "---\nUse the link.",
     "questions": ["locked out"]},
    {"id": "twin", "title": "Reset: your \"password\" <b>now</b>", "body_markdown": "Ask an admin."},
    {"id": "empty", "title": "🎉", "body_markdown": ""},
    {"id": "設定", "title": "設定画面", "body_markdown": "通知を変更します。"},
]  # fmt: skip
QUERIES = [
    {"query": QUERY, "relevant": ["invoice/é"]},
    {"query": "cannot get in, locked out", "relevant": ["password"]},
    {"query": "設定を変更", "relevant": ["設定"]},
]


def test_variants_are_the_same_in_every_run() -> None:
    assert variants([QUERY, "to be or"]) == variants([QUERY, "to be or"])
    assert variants([QUERY])["typo"] != [QUERY]
    assert half_typed(QUERY) == "How do I download an invoice for the accou"
    assert keywords(QUERY) == "download invoice accountant"


def test_figures_count_the_first_right_article_among_ten() -> None:
    found = [["a", "b"], ["x", "b"], [], [*"cdefghijkl", "a"]]

    assert figures(found, [["a"], ["b"], ["a"], ["a"]]) == {
        "hit1": 0.25, "hit3": 0.5, "hit5": 0.5, "mrr10": 0.375, "zero": 0.25,
    }  # fmt: skip


def test_an_engine_is_better_only_when_chance_cannot_explain_it() -> None:
    right, wrong, relevant = [["a"]] * 30, [["b"]] * 30, [["a"]] * 30

    assert paired_bootstrap(right, wrong, relevant)["p"] == 0
    assert paired_bootstrap(right, right, relevant)["p"] == 1


def test_an_engine_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(search_peers, "NODE", tmp_path / "node")
    with pytest.raises(search_peers.Missing, match="npm ci"):
        search_peers.minisearch([], {})


@pytest.mark.browser
def test_the_tool_measures_a_portal_with_odd_articles(tmp_path: Path) -> None:
    for name, lines in (("articles", ARTICLES), ("queries", QUERIES), ("pooled", QUERIES[:1])):
        (tmp_path / f"{name}.jsonl").write_text("\n".join(json.dumps(line) for line in lines))

    arguments = ["articles.jsonl", "queries.jsonl", "--pooled", "pooled.jsonl"]
    # As a process, since two Playwright browsers cannot run in one.
    done = subprocess.run(
        [sys.executable, "-m", "scripts.search_quality", *arguments],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        check=True,
    )
    result = json.loads(done.stdout)

    assert set(result) == {"full", "pooled", "bytes", "browser", "peers"}
    assert result["full"]["clean"] == {"hit1": 1, "hit3": 1, "hit5": 1, "mrr10": 1, "zero": 0}
    assert result["pooled"]["typo"]["hit1"] == 1
    assert result["bytes"]["index"]["brotli"] < result["bytes"]["index"]["gzip"] < result["bytes"]["index"]["raw"]
    assert [path for path in result["bytes"]["files"] if re.fullmatch(r"/assets/search\.\w+\.js", path)]
    assert result["browser"]["share"]["ready"] > 0
