"""The index: its words and weights, and that the browser decodes exactly these from the file."""

import base64
import json
import random
from pathlib import Path

import pytest
from hypothesis import Phase, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from portal import search
from portal.errors import ContentError
from portal.search import Document, index_file, jobs, questions, sections, synonyms
from portal.search.coder import Encoder
from portal.search.sections import Section
from tests.node_tools import run

ROOT = Path(__file__).parents[3]
CARD = Document(
    title="How do I update my card?",
    url="billing/update-card/",
    topic="Billing",
    topic_id="billing",
    questions=["My credit card has expired"],
    sections=[Section("", "", "Open Billing and choose Update card."), Section("Steps", "steps", "Pay with it.")],
)
INVOICE = Document(
    title="Where do I find an invoice?",
    url="billing/find-an-invoice/",
    topic="Billing",
    topic_id="billing",
    description="Every invoice is on your billing page.",
    sections=[Section("", "", "Open Billing. The card that paid is on it.")],
)
PASSWORD = Document(title="I forgot my password", url="getting-in/forgot/", topic="Getting in", topic_id="getting-in")
RELEASE = Document(
    title="New card form", url="changelog/v2/", kind="change", sections=[Section("", "", "The card form.")]
)
DECODED = """
const { decode } = await import(`${ENGINE}/decode.js`);
answer = data.map((file) => {
  const { vocabulary, starts, docs, impacts, weigh } = decode(new Uint8Array(Buffer.from(file, "base64")));
  return vocabulary.map((word, number) => {
    const found = [];
    weigh(number);
    for (let i = starts[number]; i < starts[number + 1]; i++) {
      found.push([docs[i], impacts[i]]);
    }
    return [word, found];
  });
});
"""
BROKEN = """
const { decode } = await import(`${ENGINE}/decode.js`);
answer = data.map((file) => { try { decode(new Uint8Array(Buffer.from(file, "base64"))); return "decoded"; } catch (error) { return error.message; } });
"""  # noqa: E501


def encoded(index: search.Index) -> str:
    return base64.b64encode(index_file.encode(index)).decode()


def assert_exact(indexes: list[search.Index]) -> None:
    """Assert that the browser has the same postings for every word, and lunr's weights."""
    for index, decoded in zip(indexes, run(DECODED, [encoded(index) for index in indexes]), strict=True):
        assert [word for word, _ in decoded] == list(index.postings)
        for word, found in decoded:
            expected = index.postings[word]
            assert [document for document, _ in found] == list(expected)
            weights = [index.weights[word][document] for document in expected]
            assert [weight for _, weight in found] == pytest.approx(weights, abs=1e-9)


def test_a_word_in_the_title_weighs_more_than_one_in_the_text() -> None:
    index = search.build([CARD, INVOICE, PASSWORD])

    assert index.weights["card"][0] > index.weights["card"][1]
    assert 2 not in index.weights["card"]


def test_other_wordings_and_forms_of_the_question_are_found() -> None:
    index = search.build([CARD, INVOICE])

    assert list(index.scores("expiring credits")) == [0]


def test_the_index_knows_how_often_a_word_is_in_each_field() -> None:
    index = search.build([CARD, INVOICE])

    assert index.postings["step"][0] == (0, 0, 1, 0)
    assert index.postings["card"][0] == (1, 1, 0, 1)


def test_related_are_those_of_the_same_topic_with_words_in_common() -> None:
    index = search.build([CARD, INVOICE, PASSWORD, RELEASE])

    assert index.related(0) == [1]
    assert index.related(2) == []


def test_the_file_is_exact_to_the_last_digit_of_lunrs_weights() -> None:
    rng = random.Random(1)
    vocabulary = [f"w{number}" for number in range(400)]

    def text(length: int) -> str:
        return " ".join(vocabulary[min(int(rng.expovariate(0.02)), 399)] for _ in range(rng.randrange(length)))

    many = [
        Document(text(9), f"{number}/", questions=[text(5)],
                 sections=[Section(text(4), "x", text(200)) for _ in range(rng.randrange(9))])
        for number in range(150)
    ]  # fmt: skip

    assert_exact([search.build(many), search.build([CARD, INVOICE, PASSWORD, RELEASE]), search.build([])])


# Not shrunk, since every attempt starts Node.
@examples(max_examples=4, phases=[Phase.explicit, Phase.generate])
@given(
    st.lists(
        st.lists(st.builds(Document, title=st.text(max_size=30), url=st.just("x/"), sections=st.lists(
            st.builds(Section, st.text(max_size=9), st.just(""), st.text(max_size=60)), max_size=4)), max_size=5),
        min_size=10, max_size=30,
    )
)  # fmt: skip
def test_any_text_can_be_indexed_and_decoded(portals: list[list[Document]]) -> None:
    assert_exact([search.build(documents) for documents in portals])


def test_a_file_that_is_half_loaded_or_of_another_version_is_an_error() -> None:
    whole = index_file.encode(search.build([CARD, INVOICE]))
    files = [
        whole,
        whole[:-1],
        whole[: len(whole) // 2],
        b"",
        b"<!doctype html><p>Not found",
        whole.replace(f" {index_file.VERSION} ".encode(), b" 2 ", 1),
    ]

    assert run(BROKEN, [base64.b64encode(file).decode() for file in files]) == [
        "decoded", "search index: not whole", "search index: not whole",
        "search index: another format", "search index: another format", "search index: another format",
    ]  # fmt: skip


def test_the_coder_spends_little_on_what_is_foreseeable() -> None:
    coder = Encoder()
    for _ in range(4000):
        coder.number(0, 0)

    assert len(coder.part()) < 20


def test_a_small_portal_has_its_summaries_in_the_index_and_a_large_one_in_files() -> None:
    small, large = search.build([INVOICE]), search.build([INVOICE] * 61)

    assert INVOICE.description.encode() in index_file.encode(small)
    assert INVOICE.description.encode() not in index_file.encode(large)
    assert json.loads(index_file.texts(large)["60.json"]) == [
        INVOICE.description,
        "",
        ["", "", INVOICE.sections[0].text],
    ]


def test_sections_leave_out_markup_permalinks_and_scripts() -> None:
    heading = '<h2 id="s">Two <em>steps</em><a class="headerlink" href="#s">&para;</a></h2>'
    html = "<p>Before</p>" + heading + "<p>A<b>B</b> &amp; C</p><script>x</script><li>D</li>"

    assert sections.sections(html) == [Section("", "", "Before"), Section("Two steps", "s", "AB & C D")]


def test_a_sentence_ends_where_a_sentence_ends() -> None:
    text = "The first sentence says what it is about, and that is enough for a list. " + "More words follow here. " * 9

    found = sections.sentence(text)
    assert found.endswith(".")
    assert len(found) <= sections.SENTENCE


def test_a_long_sentence_ends_after_a_word() -> None:
    assert sections.sentence("word " * 100).endswith("word \u2026")


def test_synonyms_are_groups_of_at_least_two_words() -> None:
    assert synonyms.parse("s.yml", "- [invoice, credit note]\n") == [["invoice", "credit note"]]
    assert synonyms.parse("s.yml", "# nothing yet\n") == []


@pytest.mark.parametrize(
    ("text", "says"),
    [("a: b", "list of groups"), ("- [invoice]", "at least two"), ("- [on, off]", "put it in quotes"),
     ("- [a, '!']", "is not a word"),
     ("- [a", "not valid YAML")],
)  # fmt: skip
def test_a_mistake_in_the_synonyms_is_named(text: str, says: str) -> None:
    with pytest.raises(ContentError, match=says):
        synonyms.parse("docs/synonyms.yml", text)


def test_only_synonyms_that_lead_somewhere_are_shipped() -> None:
    groups = [["invoices", "bills"], ["log in", "sign in"], ["cat", "dog"], ["pay", "paying"]]

    assert synonyms.useful(groups, {"invoic", "sign", "pay"}) == [["invoic", "bill"], ["log in", "sign in"]]


def test_pairs_of_words_are_known_by_their_stems() -> None:
    assert synonyms.pairs("# words\nchatting talking\n\nmail email\n") == [("chat", "talk"), ("mail", "email")]


def test_a_pair_needs_both_words_or_is_common() -> None:
    pairs = [("chat", "talk"), ("mail", "email"), ("pay", "buy")]
    many = [*pairs, *[("a", "b")] * synonyms.COMMONEST, ("chat", "gossip")]

    assert synonyms.near(pairs, {"chat", "talk", "mail"}) == ([("chat", "talk")], [("mail", "email")])
    assert ("chat", "gossip") not in synonyms.near(many, {"chat"})[1]


def test_the_shipped_pairs_are_of_two_words_once_each() -> None:
    pairs = synonyms.pairs((ROOT / "hooks" / "related-words.txt").read_text())

    assert len(pairs) > synonyms.COMMONEST
    assert all(one != other for one, other in pairs)
    assert len({frozenset(pair) for pair in pairs}) == len(pairs)


def test_the_shipped_synonyms_are_well_formed() -> None:
    text = (ROOT / "hooks" / "synonyms.yml").read_text()

    assert len(synonyms.parse("hooks/synonyms.yml", text)) > 100


def test_jobs_belong_to_the_parts_that_are_on() -> None:
    assert {job.url for job in jobs.documents(["billing"])} == {"my/billing/"}
    assert [job.kind for job in jobs.documents(["status"])] == ["status"]


def test_nine_of_ten_questions_must_find_their_article() -> None:
    expected = {f"q{number}": "a" for number in range(10)}
    good = {question: ["x", "y", "a"] for question in expected}

    assert questions.judge(expected, good | {"q0": ["x", "y", "z", "a"]}).passed
    bad = questions.judge(expected, good | {"q0": [], "q1": ["x"]})
    assert not bad.passed
    assert "only 8 of 10" in questions.report("t.yml", bad)
    assert "'q0' finds nothing" in questions.report("t.yml", bad)


def test_a_search_test_for_an_article_that_does_not_exist_is_a_mistake() -> None:
    assert questions.parse("t.yml", "where is it: billing/card", ["billing/card"]) == {"where is it": "billing/card"}
    with pytest.raises(ContentError, match=r"t\.yml:2: there is no article 'billing/crad'.*billing/card"):
        questions.parse("t.yml", "# ours\nwhere is it: billing/crad", ["billing/card"])
    with pytest.raises(ContentError, match="must be lines"):
        questions.parse("t.yml", "- a", [])
