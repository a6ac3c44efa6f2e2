"""The index: which words are in it, what they weigh, and what the browser gets."""

import json

from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from portal import search
from portal.search import Document

CARD = Document(
    title="How do I update my card?",
    url="billing/update-card/",
    topic="Billing",
    topic_id="billing",
    questions=["My credit card has expired"],
    headings=["Steps"],
    text="Open Billing and choose Update card.",
)
INVOICE = Document(
    title="Where do I find an invoice?",
    url="billing/find-an-invoice/",
    topic="Billing",
    topic_id="billing",
    description="Every invoice is on your billing page.",
    text="Open Billing. The card that paid is on it.",
)
PASSWORD = Document(title="I forgot my password", url="getting-in/forgot/", topic="Getting in", topic_id="getting-in")
RELEASE = Document(title="New card form", url="changelog/v2/", kind="change", text="The card form is new.")


def test_words_have_no_case_accents_or_apostrophes() -> None:
    assert search.words("I can't RÉSUMÉ the two-factor\u2019s 2FA_code\u2026") == [
        "i", "cant", "resume", "the", "two", "factors", "2fa", "code",
    ]  # fmt: skip


def test_a_word_in_the_title_weighs_more_than_one_in_the_text() -> None:
    index = search.build([CARD, INVOICE, PASSWORD])

    assert index.postings["card"][0] > index.postings["card"][1]
    assert 2 not in index.postings["card"]


def test_other_wordings_of_the_question_are_found() -> None:
    index = search.build([CARD, INVOICE])

    assert list(index.scores("expired credit")) == [0]


def test_weights_fit_into_a_byte_and_are_never_nothing() -> None:
    index = search.build([CARD, INVOICE, PASSWORD, RELEASE])

    weights = [weight for postings in index.postings.values() for weight in postings.values()]
    assert min(weights) >= 1
    assert max(weights) == search.HEAVIEST


def test_related_are_those_of_the_same_topic_with_words_in_common() -> None:
    index = search.build([CARD, INVOICE, PASSWORD, RELEASE])

    assert index.related(0) == [1]
    assert index.related(2) == []


def test_the_browser_gets_documents_words_and_postings() -> None:
    data = json.loads(search.build([INVOICE, PASSWORD]).to_json([("Billing", "billing/")]))

    assert data["documents"][0] == [
        "Where do I find an invoice?",
        "billing/find-an-invoice/",
        "Billing",
        "Every invoice is on your billing page.",
        "article",
    ]
    assert data["topics"] == [["Billing", "billing/"]]
    words = data["words"].split(" ")
    assert words == sorted(words)
    assert len(words) == len(data["postings"])
    assert data["postings"][words.index("password")][0] == 1


def test_a_portal_without_articles_has_an_empty_index() -> None:
    assert json.loads(search.build([]).to_json()) == {
        "documents": [],
        "topics": [],
        "words": "",
        "postings": [],
    }


def test_plain_text_leaves_out_markup_permalinks_and_scripts() -> None:
    heading = '<h2 id="s">Two <em>steps</em><a class="headerlink" href="#s">&para;</a></h2>'
    html = heading + "<p>A<b>B</b> &amp; C</p><script>x</script><li>D</li>"

    assert search.plain(html) == (["Two steps"], "AB & C D")


def test_a_sentence_ends_where_a_sentence_ends() -> None:
    text = "The first sentence says what it is about, and that is enough for a list. " + "More words follow here. " * 9

    found = search.sentence(text)
    assert found.endswith(".")
    assert len(found) <= search.SENTENCE


def test_a_long_sentence_ends_after_a_word() -> None:
    assert search.sentence("word " * 100).endswith("word \u2026")


# No deadline: on a busy machine it would measure the neighbours.
@examples(deadline=None)
@given(st.lists(st.text(max_size=40), max_size=4))
def test_any_text_can_be_indexed_and_its_words_are_found(texts: list[str]) -> None:
    index = search.build([Document(title=text, url=str(number)) for number, text in enumerate(texts)])

    for number, text in enumerate(texts):
        known = [word for word in search.words(text) if word in index.postings]
        assert all(number in index.postings[word] for word in known)
    assert json.loads(index.to_json())["documents"] or not texts
