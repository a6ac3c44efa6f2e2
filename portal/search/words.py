"""The words and stems of a text; hooks/engine/stem.js makes exactly the same ones.

Stemmer: Porter's algorithm (https://tartarus.org/martin/PorterStemmer/) with the later rule for a final y, so that
"pay" and "display" stay words. It is ours because lunr.py and lunr.js disagree on 100 of 7,916 words.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

# Too frequent to tell articles apart. The browser gets this list with the index.
TOO_FREQUENT = """
    a able about across after all almost also am among an and any are as at be because been but by can cannot cant
    could dear did didnt do does doesnt dont either else ever every for from get got had has have he her hers him his
    how however i if im in into is isnt it its ive just least let like likely may me might most must my neither no
    nor not of off often on only or other our own rather said say says she should since so some than that the their
    them then there these they this tis to too twas us wants was we were what when where which while who whom why
    will with would yet you your
"""
STOP = frozenset(TOO_FREQUENT.split())

_APOSTROPHES = re.compile(r"['\u2018\u2019\u02bb\u02bc]")
# After them a word of its own may stand: l'entreprise, O'Brien, but not what English shortens (it's, they'll).
_ELIDED = re.compile(r"([^\W_])['\u2019\u02bc]([^\W_]{3,})")
# A soft hyphen, joiners: they change how a word looks, and not which word it is.
_UNSEEN = re.compile("[\u00ad\u200c\u200d\u2060]")
# Letters that Unicode does not take apart, as people write them who do not have them on their keyboard.
_OTHER_LETTERS = (
    "ßss æae œoe þth ðd øo đd ħh ıi ĸk łl ŋn ŧt ƀb ƈc ƒf ƙk ƚl ƥp ƭt ƴy ƶz ǝe ǥg ȼc ɇe ɉj ɍr ɏy ɑa ɓb ɔo ɖd ɗd əe ɛe "
    "ɠg ɡg ɣg ɨi ɩi ɫl ɲn ɵo ʈt ʉu ʊu ʋv ʒz ⱥa ⱦt"
)
_FOLDED = str.maketrans({pair[0]: pair[1:] for pair in _OTHER_LETTERS.split()})
# A number such as 14.2.1.0, and letters that belong to its last part. Others are read over in one step.
_DOTTED = re.compile(r"([0-9]+(?:\.[0-9]+)*)([a-z]*)")
# While a text is taken apart this stands for the dots that stay; it is nobody's letter.
_DOT = "\ue000"
_ASCII_WORD = re.compile(r"[0-9]+(?:\.[0-9]+)+|[a-z0-9]+")
# Written without spaces (or with many endings, as Korean): pairs of neighbouring letters stand for words.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
)
RUN = re.compile(f"[{UNSPACED}]+|[^{UNSPACED}]+")
FIRST_UNSPACED = re.compile(f"[{UNSPACED}]")


def words(text: str) -> list[str]:
    """Lower-case words of letters and digits, without accents: `can't` is `cant`, 設定画面 is 設定, 定画, 画面.

    A dotted number follows its parts: `14.2` is 14, 2, 14.2.
    """
    text = _APOSTROPHES.sub("", _ELIDED.sub(r"\1\2 \2", text))
    if text.isascii():
        text = text.lower()
        return _ASCII_WORD.findall(_DOTTED.sub(_whole_after_parts, text) if "." in text else text)
    found: list[str] = []
    for word in _letters(_UNSEEN.sub("", text)).split():
        found.extend(_pairs(word) if FIRST_UNSPACED.search(word) else [word.replace(_DOT, ".")])
    return found


def stems(text: str) -> list[str]:
    """The stems of a text's words, in order and with repetitions, without the too frequent ones."""
    return [stem(word) for word in words(text) if word not in STOP]


def joined(text: str) -> list[str]:
    """The stems that neighbouring words of a text would have if they were written as one, `set up` as `setup`."""
    neighbours = pairwise(words(text))
    return [stem(one + other) for one, other in neighbours if one not in STOP and not _numbers(one, other)]


def spellings(texts: Iterable[str]) -> dict[str, str]:
    """Stem -> its most frequent word in the texts."""
    counts: dict[str, Counter[str]] = {}
    for word, count in Counter(word for text in texts for word in words(text) if word not in STOP).items():
        counts.setdefault(stem(word), Counter())[word] = count
    return {stem: min(found, key=lambda word: (-found[word], word)) for stem, found in counts.items()}


def _numbers(one: str, other: str) -> bool:
    return one[-1].isdigit() and other[0].isdigit()


def _letters(text: str) -> str:
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).lower()).lower()
    plain = "".join(letter for letter in plain if unicodedata.category(letter)[0] != "M")
    plain = plain.replace("\u03c2", "\u03c3").translate(_FOLDED).replace(_DOT, " ")
    plain = _DOTTED.sub(lambda match: _whole_after_parts(match).replace(".", _DOT), plain)
    kept = [letter if letter == _DOT or unicodedata.category(letter)[0] in "LN" else " " for letter in plain]
    return unicodedata.normalize("NFC", "".join(kept))


def _whole_after_parts(match: re.Match[str]) -> str:
    return f"{match[1].replace('.', ' ')}{match[2]} {match[1]} " if "." in match[1] else match[0]


def _pairs(word: str) -> list[str]:
    found = []
    for run in RUN.findall(word):
        single = len(run) == 1 or not FIRST_UNSPACED.match(run)
        found.extend([run] if single else [run[i : i + 2] for i in range(len(run) - 1)])
    return found


C, V = "[^aeiou][^aeiouy]*", "[aeiouy][aeiou]*"
MORE_THAN_0 = re.compile(f"^(?:{C})?{V}{C}")
EXACTLY_1 = re.compile(f"^(?:{C})?{V}{C}(?:{V})?$")
MORE_THAN_1 = re.compile(f"^(?:{C})?{V}{C}{V}{C}")
VOWEL = re.compile(f"^(?:{C})?[aeiouy]")
SHORT_END = re.compile(f"^{C}[aeiouy][^aeiouwxy]$")
DOUBLE = re.compile(r"([^aeiouylsz])\1$")
STEP_2 = {
    "ational": "ate", "tional": "tion", "enci": "ence", "anci": "ance", "izer": "ize", "bli": "ble", "alli": "al",
    "entli": "ent", "eli": "e", "ousli": "ous", "ization": "ize", "ation": "ate", "ator": "ate", "alism": "al",
    "iveness": "ive", "fulness": "ful", "ousness": "ous", "aliti": "al", "iviti": "ive", "biliti": "ble", "logi": "log",
}  # fmt: skip
STEP_3 = {"icate": "ic", "ative": "", "alize": "al", "iciti": "ic", "ical": "ic", "ful": "", "ness": ""}
ENDS_2 = re.compile(f"^(.+?)({'|'.join(STEP_2)})$")
ENDS_3 = re.compile(f"^(.+?)({'|'.join(STEP_3)})$")
ENDS_4 = re.compile(r"^(.+?)(al|ance|ence|er|ic|able|ible|ant|ement|ment|ent|ou|ism|ate|iti|ous|ive|ize|(?<=[st])ion)$")
STEMMED = re.compile(r"^[a-z]{3,40}$")


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """An English word without its ending; other words are returned unchanged."""
    if not STEMMED.match(word):
        return word
    # A y at the beginning is a consonant; as a capital, no rule takes it for a vowel.
    word = "Y" + word[1:] if word[0] == "y" else word
    word = _step_1(word)
    if (match := ENDS_2.match(word)) and MORE_THAN_0.match(match[1]):
        word = match[1] + STEP_2[match[2]]
    if (match := ENDS_3.match(word)) and MORE_THAN_0.match(match[1]):
        word = match[1] + STEP_3[match[2]]
    if (match := ENDS_4.match(word)) and MORE_THAN_1.match(match[1]):
        word = match[1]
    return _step_5(word).lower()


def _step_1(word: str) -> str:
    """Plurals, -ed and -ing, and a y that ends a word."""
    if word.endswith(("sses", "ies")):
        word = word[:-2]
    elif word.endswith("s") and word[-2] != "s":
        word = word[:-1]
    if word.endswith("eed"):
        if MORE_THAN_0.match(word[:-3]):
            word = word[:-1]
    elif word.endswith(("ed", "ing")):
        rest = word[: -2 if word.endswith("ed") else -3]
        if VOWEL.match(rest):
            word = _repaired(rest)
    if len(word) > 2 and word.endswith("y") and word[-2] not in "aeiou":
        word = word[:-1] + "i"
    return word


def _repaired(rest: str) -> str:
    if rest.endswith(("at", "bl", "iz")) or SHORT_END.match(rest):
        return rest + "e"
    return rest[:-1] if DOUBLE.search(rest) else rest


def _step_5(word: str) -> str:
    if word.endswith("e"):
        rest = word[:-1]
        if MORE_THAN_1.match(rest) or (EXACTLY_1.match(rest) and not SHORT_END.match(rest)):
            word = rest
    if word.endswith("ll") and MORE_THAN_1.match(word):
        word = word[:-1]
    return word
