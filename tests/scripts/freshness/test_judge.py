"""`evaluate` and `learn`: figures, bars, and weights from cases in files."""

import json
from pathlib import Path

import pytest

from scripts.freshness.__main__ import main

Out = pytest.CaptureFixture[str]
ARTICLES = {
    "card.md": "# Card\n\nChoose **Update card** to pay with another card.\n",
    "seats.md": "# Seats\n\nSet `MAX_SEATS` to allow more people.\n",
    "hooks.md": "# Webhooks\n\nWe sign each body with `WEBHOOK_SECRET`.\n",
}
CHANGES = {
    "card.md": ("web/card.html", "<b>Update card</b>", "<b>Replace card</b>"),
    "seats.md": ("conf.py", "MAX_SEATS = 10", "MAX_SEATS = 30"),
    "hooks.md": ("conf.py", "WEBHOOK_SECRET = env()", "SIGNING_KEY = env()"),
}


@pytest.fixture
def data(tmp_path: Path) -> tuple[str, str]:
    """Cases of two products, and their articles in one file."""
    cases, articles = [], []
    for repo in ("acme/web", "acme/api"):
        articles += [{"repo": repo, "sha": name, "text": text} for name, text in ARTICLES.items()]
        for name, (path, old, new) in CHANGES.items():
            diff = f"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -1 +1 @@\n-{old}\n+{new}\n"
            cases.append(case(repo, path, diff, [name]))
        cases.append(case(repo, "db.py", "--- a/db.py\n+++ b/db.py\n@@ -1 +1 @@\n-list(rows)\n+tuple(rows)\n", []))
    for name, rows in (("cases", cases), ("articles", articles)):
        (tmp_path / f"{name}.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return str(tmp_path / "cases.jsonl"), str(tmp_path / "articles.jsonl")


def case(repo: str, path: str, diff: str, positives: list[str]) -> dict[str, object]:
    return {
        "id": f"{repo}-{path}", "repo": repo, "label": "affected" if positives else "no-docs-change",
        "positives": positives, "ignored": [], "subject": "", "files": [path], "diff": diff,
        "articles": {name: name for name in ARTICLES}, "cochange": {}, "remaining": {"WEBHOOK_SECRET": 0},
    }  # fmt: skip


def test_the_last_line_is_a_json_object_with_the_figures(data: tuple[str, str], capsys: Out) -> None:
    assert main(["evaluate", *data, "--bars", "r5=.93,alarms=.05"]) == 0

    *lines, last = capsys.readouterr().out.splitlines()
    figures = json.loads(last)
    assert {"r1", "r3", "r5", "p", "recall", "high_p", "high_recall", "alarms"} <= figures.keys()
    assert (figures["r1"], figures["alarms"], figures["cases"]) == (1.0, 0.0, 8)
    assert [line.partition(":")[0] for line in lines] == ["acme/api", "acme/web", "all products"]


def test_figures_below_the_bars_are_named_and_exit_1(data: tuple[str, str], capsys: Out) -> None:
    assert main(["evaluate", *data, "--bars", "high=.99@1.0"]) == 1

    assert "below the bar: the recall of high is " in capsys.readouterr().out


def test_weights_are_learnt_and_judged_on_products_that_they_have_not_seen(
    data: tuple[str, str], tmp_path: Path, capsys: Out
) -> None:
    assert main(["learn", *data, "--out", str(tmp_path / "weights.json")]) == 0
    assert main(["evaluate", "--unseen", *data]) == 0

    weights = json.loads((tmp_path / "weights.json").read_text())
    assert set(weights) == {"shown", "high", "bias", "order", "chance"}
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["r1"] == 1.0


@pytest.mark.parametrize("bars", ["r9=1", "nonsense"])
def test_what_is_no_bar_is_said(data: tuple[str, str], capsys: Out, bars: str) -> None:
    assert main(["evaluate", *data, "--bars", bars]) == 2

    assert f"'{bars}' is no bar" in capsys.readouterr().err


def test_files_that_cannot_be_read_are_named(data: tuple[str, str], tmp_path: Path, capsys: Out) -> None:
    (tmp_path / "empty.jsonl").write_text("\n")

    assert main(["evaluate", str(tmp_path / "none.jsonl"), data[1]]) == 2
    assert main(["evaluate", str(tmp_path / "empty.jsonl"), data[1]]) == 2
    assert main(["evaluate", data[1], data[1]]) == 2

    err = capsys.readouterr().err
    assert "none.jsonl" in err
    assert "empty.jsonl has no cases." in err
    assert "articles.jsonl:1: a case lacks 'id'" in err


def test_one_product_alone_cannot_be_judged_unseen(data: tuple[str, str], tmp_path: Path, capsys: Out) -> None:
    lines = [line for line in Path(data[0]).read_text().splitlines() if '"acme/web"' in line]
    (tmp_path / "one.jsonl").write_text("\n".join(lines))

    assert main(["evaluate", "--unseen", str(tmp_path / "one.jsonl"), data[1]]) == 2

    assert "--unseen needs the cases of two products or more" in capsys.readouterr().err
