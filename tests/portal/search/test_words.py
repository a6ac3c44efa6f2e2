"""The build's and the browser's tokenizer and stemmer give the same words."""

import re
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import Phase, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from portal.search.words import STOP, stem, stems, words
from tests.node_tools import run

ROOT = Path(__file__).parents[3]
BOTH = """
const { stem, words } = await import(`${ENGINE}/stem.js`);
answer = data.map((text) => [words(text), words(text).map(stem)]);
"""
MANY_ENDINGS = """
    s es ies sses eed ed ing at bl iz y ational tional enci anci izer bli alli entli eli ousli ization ation ator alism
    iveness fulness ousness aliti iviti biliti logi icate ative alize iciti ical ful ness al ance ence er ic able ible
    ant ement ment ent ion ou ism ate iti ous ive ize e ll
"""
ENDINGS = MANY_ENDINGS.split()
MANY_BEGINNINGS = (
    "a b ab tr hop hopp fall fil fail siz delay pay key display y yell toy cav relat conflat adopt depend ss"
)
BEGINNINGS = MANY_BEGINNINGS.split()


def test_words_have_no_case_accents_or_apostrophes() -> None:
    assert words("I can't RÉSUMÉ the two-factor\u2019s 2FA_code\u2026") == [
        "i", "cant", "resume", "the", "two", "factors", "2fa", "code",
    ]  # fmt: skip


def test_text_without_spaces_becomes_pairs_of_letters() -> None:
    assert words("iPhoneの設定画面 한국어") == ["iphone", "の設", "設定", "定画", "画面", "한국", "국어"]


@pytest.mark.parametrize(
    ("word", "expected"),
    [("invoices", "invoic"), ("pay", "pay"), ("display", "display"), ("companies", "compani"), ("billing", "bill"),
     ("settings", "set"), ("2fa", "2fa"), ("is", "is"), ("größe", "größe")],
)  # fmt: skip
def test_stems(word: str, expected: str) -> None:
    assert stem(word) == expected


def test_too_frequent_words_have_no_stem() -> None:
    assert stems("How do I change the plan") == ["chang", "plan"]
    assert "plan" not in STOP


def test_the_browser_makes_the_same_words_of_all_our_texts_and_of_every_ending() -> None:
    texts = [
        path.read_text()
        for folder in ("tests/acme/docs", "tests/acme/changelog", ".github")
        for path in (ROOT / folder).rglob("*.md")
    ]
    texts += [(ROOT / "hooks" / "synonyms.yml").read_text()]
    texts += [" ".join(begin + one + other for one in ENDINGS for other in ["", *ENDINGS]) for begin in BEGINNINGS]
    texts += [
        "設定画面を開くiPhoneの Straße İstanbul ΟΔΟΣ ① ﬁx 한국어 설정 กรุงเทพ e\u0301 ",
        "y" * 300 + "ing " + "a" * 10_000,
    ]
    answers = run(BOTH, texts)

    assert sum(len(set(words(text))) for text in texts) > 20_000
    for text, (found, stemmed) in zip(texts, answers, strict=True):
        assert found == words(text)
        assert stemmed == [stem(word) for word in found]


# Without characters newer than this Python's Unicode, which the browser may know.
known = st.characters(exclude_categories=["Cs", "Cn", "Co"]).filter(lambda c: unicodedata.category(c) != "Cn")
text = st.one_of(st.text(known, max_size=60), st.text("abcdeilmnorstuy '\u2019-", max_size=60))


# Not shrunk, since every attempt starts Node.
@examples(max_examples=4, phases=[Phase.explicit, Phase.generate])
@given(st.lists(text, min_size=50, max_size=150))
def test_the_browser_makes_the_same_words_of_any_text(texts: list[str]) -> None:
    different = [
        (text, found)
        for text, (found, stemmed) in zip(texts, run(BOTH, texts), strict=True)
        if found != words(text) or stemmed != [stem(word) for word in found]
    ]

    assert not different, sys.version
    assert not any(re.search(r"\s", word) for text in texts for word in words(text))
