"""The search of a built portal: its results, broken and odd input, and what stops a build."""

import base64
from pathlib import Path
from typing import Any

import pytest

from portal import search
from portal.search import Document, index_file, synonyms
from portal.search.sections import Section
from tests.hooks.portals import ARTICLE, mkdocs, write
from tests.node_tools import ASK, ROOT, run

QUOTE = """
const { quoted } = await import(`${ENGINE}/quote.js`);
answer = quoted(data, new Map([[0, 2], [1, 3]]), ["download", "file"]);
"""
LONG = "why " * 2500
ARTICLES = [
    Document("Where do I find an invoice?", "pay/invoice/", "Paying", sections=[
        Section("", "", "All of them are kept."),
        Section("Download the file", "download-the-file", "Choose the month.")]),
    Document("Sign in with a passkey", "in/passkey/", sections=[Section("", "", "Use your settings for signing in.")]),
    Document("Bookmarks <b>& more</b>", "b/bookmarks/", sections=[Section("", "", "Keep a page.")]),
    Document("Bookmarks <b>& more</b>", "b/again/", sections=[Section("", "", "Keep a page.")]),
    Document("Nothing", "n/nothing/"),
    Document("🎉", "n/party/"),
    Document("設定画面を開く", "j/settings/", sections=[Section("", "", "通知を変更します。設定を選びます。")]),
    Document("Download an invoice", "my/billing/", kind="job", description="On your billing page."),
    Document("New invoices", "changelog/new/", kind="change", sections=[Section("", "", "The invoice is clearer.")]),
]  # fmt: skip


def ask(*questions: str, **options: Any) -> list[dict[str, Any]]:
    index = search.build(ARTICLES)
    groups = synonyms.parse("s", (ROOT / "hooks" / "synonyms.yml").read_text())
    file = index_file.encode(index, synonyms=synonyms.useful(groups, index.postings))
    data = {"index": base64.b64encode(file).decode(), "questions": questions, "options": options}
    answers: list[dict[str, Any]] = run(ASK, data)
    return answers


def test_a_word_also_finds_its_neighbours_both_ways() -> None:
    index = search.build(ARTICLES)
    file = index_file.encode(index, near=[("month", "passkey"), ("bookmark", "month")])
    data = {"index": base64.b64encode(file).decode(), "questions": ["month"], "options": {"kinds": ["article"]}}
    (month,) = run(ASK, data)

    assert set(ids(ask("month", kinds=["article"])[0])) == {"pay/invoice"}
    assert set(ids(month)) == {"pay/invoice", "in/passkey", "b/bookmarks", "b/again"}


def ids(answer: dict[str, Any]) -> list[str]:
    return [found["id"] for found in answer["results"]]


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("finding invoices", "pay/invoice"),
        ("my last bill please", "pay/invoice"),  # a synonym
        ("invioce", "pay/invoice"),  # a slip
        ("settigns", "in/passkey"),  # a slip before an ending
        ("where do I find an invo", "pay/invoice"),  # half typed
        ("book mark", "b/bookmarks"),  # in two words
        ("LOG-IN", "in/passkey"),
        ("設定を開きたい", "j/settings"),
    ],
)
def test_the_right_article_is_first(question: str, first: str) -> None:
    (answer,) = ask(question, kinds=["article"])

    assert ids(answer)[0] == first


def test_a_result_says_where_and_why() -> None:
    (answer,) = ask("download my invoice", kinds=["article"])

    found = answer["results"][0]
    assert (found["url"], found["title"], found["topic"]) == ("/help/pay/invoice/", ARTICLES[0].title, "Paying")


def test_a_quote_is_the_best_sentence_of_the_best_section() -> None:
    texts = [
        "In short.",
        "May 2026",
        ["", "", "All files are here."],
        ["Download", "get", "Choose a month. Then get the file. Done."],
    ]

    found = run(QUOTE, texts)
    assert found["section"] == {"title": "Download", "anchor": "get"}
    assert (found["sentence"], found["ranges"]) == ("Then get the file.", [[13, 17]])
    assert found["updated"] == "May 2026"
    short = {"section": None, "sentence": "In short.", "ranges": [], "updated": ""}
    assert run(QUOTE, ["In short.", ""]) == short


def test_a_label_without_a_full_stop_is_no_quote_when_there_is_a_description() -> None:
    label = ["Download", "get", "Choose a month. Download the file"]
    colon = ["Download", "get", "Before you pay, check two lines: the file, and the price. Done."]

    assert run(QUOTE, ["In short.", "", label])["sentence"] == "In short."
    assert run(QUOTE, ["", "", label])["sentence"] == "Download the file"
    assert (
        run(QUOTE, ["In short.", "", colon])["sentence"] == "Before you pay, check two lines: the file, and the price."
    )


def test_a_result_says_whether_it_is_close_enough_to_be_offered() -> None:
    near, far = ask("where is my invoice", "invoice of the zoo for the elephant and the giraffe", kinds=["article"])

    assert near["results"][0]["close"]
    assert [result["close"] for result in far["results"]] == [False] * len(far["results"]) != []


def test_matching_words_of_the_sentence_are_marked() -> None:
    signing, japanese = ask("sign settings", "設定", kinds=["article"])

    (sentence, ranges) = (signing["results"][0]["sentence"], signing["results"][0]["ranges"])
    assert [sentence[start:end] for start, end in ranges] == ["settings", "signing"]
    assert japanese["results"][0]["ranges"] == [[9, 11]]


def test_kinds_are_told_apart_and_a_job_is_offered_to_who_asks_for_it() -> None:
    job, other, changes = ask("download invoice", "find the month of an old invoice from a page", "invoice")

    assert job["results"][0]["kind"] == "job"
    assert "job" not in {found["kind"] for found in other["results"]}
    assert {found["kind"] for found in changes["results"]} == {"article", "job", "change"}
    assert ids(ask("invoice", kinds=["change"])[0]) == ["changelog/new"]


def test_a_slip_is_told_and_words_that_nothing_has_are_named() -> None:
    slip, dropped, nothing = ask("find an invioce", "xylophonist invoice", "zzyzx flurbish")

    assert slip["corrected"] == "find an invoice"
    assert (dropped["dropped"], dropped["corrected"], dropped["weak"]) == (["xylophonist"], None, True)
    assert (nothing["results"], nothing["total"], nothing["weak"]) == ([], 0, False)
    assert (nothing["corrected"], nothing["dropped"]) == (None, [])


def test_odd_questions_have_an_answer_or_none_and_never_an_error() -> None:
    answers = ask(
        "", " ", "🎉", "the", LONG, "a" * 10_000, "__proto__ constructor", "<script>", "\ud83d", "' OR 1=1", "%00"
    )

    assert all(answer["total"] == len(answer["results"]) for answer in answers)
    assert ids(ask(LONG + "invoice")[0]) == []
    assert set(ids(ask("bookmarks")[0])) == {"b/bookmarks", "b/again"}


def test_a_title_is_text_and_not_markup() -> None:
    assert ask("bookmarks")[0]["results"][0]["title"] == "Bookmarks <b>& more</b>"


def test_total_counts_more_than_is_shown() -> None:
    (answer,) = ask("invoice", limit=1)

    assert (len(answer["results"]), answer["total"]) == (1, 3)


@pytest.fixture
def portal(tmp_path: Path) -> Path:
    articles = {
        "pay/card": ARTICLE.format(title="Change your card", text="Choose **Billing**."),
        "pay/empty": "---\ntitle: Empty\n---\n",
    }
    return write(tmp_path, articles)


def test_a_portals_own_words_are_synonyms_and_its_lists_are_not_published(portal: Path, tmp_path: Path) -> None:
    (portal / "docs" / "synonyms.yml").write_text("- [card, plasticus]\n")
    (portal / "docs" / "search-tests.yml").write_text("my plasticus is broken: pay/card\n")

    result = mkdocs(portal, tmp_path / "site")

    assert result.returncode == 0, result.stderr
    assert "1 of 1 questions" in result.stderr
    assert not list((tmp_path / "site").glob("*.yml"))


@pytest.mark.parametrize(
    ("script", "says"), [("", "there is none"), ("#!/bin/sh\necho v18.20.4\n", "node is v18.20.4")]
)
def test_without_a_node_new_enough_a_writer_is_told_and_what_is_published_is_not_built(
    portal: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, says: str
) -> None:
    (portal / "docs" / "search-tests.yml").write_text("my card: pay/card\n")
    node = tmp_path / "node"
    if script:
        node.write_text(script)
        node.chmod(0o755)
    monkeypatch.setenv("PORTAL_NODE", str(node))
    monkeypatch.delenv("CI", raising=False)
    writer = mkdocs(portal, tmp_path / "site")
    monkeypatch.setenv("CI", "true")
    published = mkdocs(portal, tmp_path / "site")

    for result in (writer, published):
        assert "The questions in docs/search-tests.yml were not checked: that needs Node 20 or newer" in result.stderr
        assert says in result.stderr
    assert (writer.returncode, published.returncode) == (0, 1)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("search-tests.yml", "parrots: pay/card\n", "only 0 of 1 questions find their article"),
        ("search-tests.yml", "parrots: pay/crad\n", "docs/search-tests.yml:1: there is no article 'pay/crad'"),
        ("synonyms.yml", "- card\n", "docs/synonyms.yml:1: 'card' is no group"),
    ],
)
def test_a_build_stops_at_a_mistake(portal: Path, tmp_path: Path, name: str, text: str, says: str) -> None:
    (portal / "docs" / name).write_text(text)

    result = mkdocs(portal, tmp_path / "site")

    assert result.returncode != 0
    assert says in result.stderr


def test_only_words_that_somebody_writes_are_said_to_be_meant() -> None:
    slips = ask("bokmarks", "setings", "invoise")
    words = ask("newely", "paged", "hookmark", "kep")

    assert [slip["corrected"] for slip in slips] == ["bookmarks", "settings", "invoice"]
    assert [word["corrected"] for word in words] == [None] * 4


def test_a_question_of_common_words_only_finds_how_titles_begin() -> None:
    (where, nothing) = ask("where do I", "why")

    assert (ids(where), where["weak"]) == (["pay/invoice"], True)
    assert nothing["total"] == 0


def test_every_kind_is_counted_whichever_is_asked_for() -> None:
    (everything, changes) = (ask("invoice")[0], ask("invoice", kinds=["change"])[0])

    assert everything["counts"] == {"article": 1, "change": 1, "job": 1, "status": 0}
    assert changes["counts"] == everything["counts"]
