"""No false "nothing found": what stands in a text is found, however short, joined, dotted or accented it is typed."""

import base64
from collections.abc import Sequence
from typing import Any

import pytest

from portal import search
from portal.search import Document, index_file
from portal.search.sections import Section
from portal.search.words import words
from tests.node_tools import ASK, run

FILLER = "Open your workspace and choose what the members of it may change."


def asked(texts: Sequence[str], questions: Sequence[str], titles: Sequence[str] = ()) -> list[dict[str, Any]]:
    """What the browser's engine answers in a portal with these texts, among others that have none of the words."""
    documents = [
        Document(title, f"{number}/", sections=[Section("", "", text)])
        for number, (title, text) in enumerate(
            [*((f"Page {chr(945 + number)}", f"{FILLER} {text} {FILLER}") for number, text in enumerate(texts)),
             *((f"Another {letter}", FILLER) for letter in "\u03c7\u03c8\u03c9\u03c6"),
             *((title, FILLER) for title in titles)]
        )
    ]  # fmt: skip
    index = base64.b64encode(index_file.encode(search.build(documents))).decode()
    answer: list[dict[str, Any]] = run(ASK, {"index": index, "questions": list(questions), "options": {"limit": 20}})
    return answer


def ids(answer: dict[str, Any]) -> list[str]:
    return [result["id"] for result in answer["results"]]


# In the text, as typed.
SHORT = [("VM", "vm"), ("RG", "rg"), ("the QA team", "QA"), ("5G", "5g"), ("c", "C"), ("the R language", "r"),
         ("UX", "ux"), ("\u0434\u0430", "\u0434\u0430")]  # fmt: skip


@pytest.mark.parametrize(("text", "typed"), SHORT)
def test_a_word_of_one_or_two_letters_is_found_in_a_text(text: str, typed: str) -> None:
    [answer] = asked([text], [typed], titles=[f"{typed}xyz of another kind"])

    assert ids(answer)[0] == "0"
    assert answer["total"] == 2


def test_two_letters_that_no_text_has_find_the_titles_that_have_a_word_beginning_so() -> None:
    [answer] = asked(["invoices are in this text"], ["ca"], titles=["Change your card", "A cat"])

    assert sorted(ids(answer)) == ["5", "6"]
    assert answer["begun"]


def test_a_rare_short_word_is_found_beside_titles_that_begin_with_it() -> None:
    titles = [f"Vmware {number}: vmware tools and vmware drivers" for number in range(30)]
    [answer] = asked([f"{FILLER * 40} VM"], ["vm"], titles=titles)

    assert "0" in ids(answer)


# What the text has, and a part of it as typed.
UNSPACED = [("設定画面", "画面"), ("設定画面", "設"), ("設定画面", "面"), ("請求書を発行", "請求"),
            ("한국어 도움말", "국"), ("กรุงเทพ", "งเ"), ("ប្រទេសកម្ពុជា", "ទេ"),
            ("「領収書」", "書"), ("\U00020bb7野家", "\U00020bb7")]  # fmt: skip


@pytest.mark.parametrize(("text", "typed"), UNSPACED)
def test_one_or_two_letters_of_a_script_without_spaces_are_found(text: str, typed: str) -> None:
    [answer] = asked([text], [typed])

    assert ids(answer) == ["0"]


JOINED = [("set up your account", "setup"), ("check out the cart", "checkout"), ("ISO 27001", "iso27001"),
          ("log in again", "login"), ("the drop-down list", "dropdown"), ("a Wi-Fi network", "wifi"),
          ("send an e-mail", "email"), ("Office 365", "office365"), ("time zone", "timezones"), ("USB 3", "usb3"),
          ("the pay out of May", "payout"), ("a T-shirt", "tshirt"), ("opt in to news", "optin")]  # fmt: skip


@pytest.mark.parametrize(("text", "typed"), JOINED)
def test_a_joined_word_finds_texts_that_write_it_apart(text: str, typed: str) -> None:
    [answer] = asked([text], [typed])

    assert ids(answer) == ["0"]
    assert answer["dropped"] == []
    assert answer["corrected"] is None


@pytest.mark.parametrize(("apart", "joined"), JOINED)
def test_and_so_it_does_when_another_text_writes_it_joined(apart: str, joined: str) -> None:
    [one, other] = asked([apart, joined], [joined, apart])

    assert sorted(ids(one)) == ["0", "1"]
    assert sorted(ids(other))[:2] == ["0", "1"]


def test_the_halves_of_a_word_count_where_one_text_has_both() -> None:
    [answer] = asked(["Choose a set.", "Add it up."], ["setup"])

    assert answer["total"] == 0


def test_the_words_of_a_joined_one_are_marked() -> None:
    document = Document("Page", "0/", description="How to set up a printer", sections=[Section("", "", "set up")])
    index = base64.b64encode(index_file.encode(search.build([document, Document("Setup", "1/")]))).decode()
    [answer] = run(ASK, {"index": index, "questions": ["setup"], "options": {}})
    [ranges] = [result["ranges"] for result in answer["results"] if result["id"] == "0"]

    assert ranges == [[7, 10], [11, 13]]


DOTTED = [("14.2.1.0", ["14", "2", "1", "0", "14.2.1.0"]), ("v3.11", ["v3", "11", "3.11"]),
          ("10.0.0.1:80", ["10", "0", "0", "1", "10.0.0.1", "80"]), ("2.0b1", ["2", "0b", "2.0", "1"]),
          ("1.2.", ["1", "2", "1.2"]), ("\uff11.\uff15", ["1", "5", "1.5"]), ("5. 6", ["5", "6"]),
          (".5", ["5"]), ("a.5", ["a", "5"])]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), DOTTED)
def test_a_dotted_number_is_a_word_beside_its_parts(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_a_dotted_number_finds_itself_before_others_with_its_parts() -> None:
    texts = ["14 days, 2 seats, 1 hour, 0 errors", "Since 14.2.1.0", "Since 14.2.1.1", "Since 14.2", "0 1 2 14"]
    whole, begun, unknown = asked(texts, ["14.2.1.0", "14.2", "14.2.9.9"])

    assert ids(whole)[0] == "1"
    assert ids(begun)[0] == "3"
    assert unknown["corrected"] is None
    assert unknown["dropped"] == ["14.2.9.9"]


FOLDED = [("Straße", "strasse"), ("Łódź", "lodz"), ("Ørsted", "orsted"), ("đường", "duong"), ("Þórður", "thordur"),
          ("œuvre", "oeuvre"), ("smørrebrød", "smorrebrod"), ("ıspanak", "ispanak"), ("Ħal", "hal"),
          ("ærlig", "aerlig"), ("ŋaala", "naala"), ("ƙwaya", "kwaya")]  # fmt: skip


@pytest.mark.parametrize(("text", "typed"), FOLDED)
def test_letters_that_a_keyboard_lacks_are_found_without_their_signs(text: str, typed: str) -> None:
    assert words(text) == words(typed) == words(text.upper() if text != "ıspanak" else text)
    assert ids(asked([text], [typed])[0]) == ["0"]


APOSTROPHES = [("l'entreprise", "entreprise"), ("O\u2019Brien", "brien"), ("dell'arte", "arte"),
               ("Hawai\u02bbi", "hawaii"), ("It doesn\u2018t", "doesnt it"), ("Donau\u00addampfschiff", "donaudampfschiff"), ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0645\u06cc\u062e\u0648\u0627\u0647\u0645")]  # noqa: E501  # fmt: skip


@pytest.mark.parametrize(("text", "typed"), APOSTROPHES)
def test_a_word_is_found_behind_an_apostrophe_and_through_unseen_signs(text: str, typed: str) -> None:
    assert set(words(typed)) <= {*words(text)}


@pytest.mark.parametrize(
    ("typed", "why"),
    [("the", "common"), ("it is", "common"), ("us", "common"), ("++", "signs"), ("\U0001f525", "signs"), ("%", "signs"),
     ("zzyzx", None)],
)  # fmt: skip
def test_what_the_index_cannot_know_is_not_said_to_be_nowhere(typed: str, why: str | None) -> None:
    [answer] = asked(["the ++ % us \U0001f525 it"], [typed])

    assert (answer["total"], answer["wordless"]) == (0, why)


def test_a_text_is_not_left_out_for_a_job_that_is_not_shown() -> None:
    documents = [
        Document("Invoice invoice", "my/", kind="job", questions=["invoice"] * 9),
        Document("Page", "page/", sections=[Section("", "", f"{FILLER * 30} invoice")]),
        *(Document(f"Zebra {number}", f"{number}/") for number in range(5)),
    ]
    index = base64.b64encode(index_file.encode(search.build(documents))).decode()
    questions = ["invoice quagga okapi", "okapi"]
    found, nothing = run(ASK, {"index": index, "questions": questions, "options": {}})

    assert "page" in ids(found)
    assert nothing["total"] == 0


def test_a_word_that_is_too_frequent_for_the_index_is_not_said_to_be_nowhere() -> None:
    [answer] = asked(["the text"], ["the"], titles=["The members"])

    assert ids(answer) == ["5"]
    assert answer["dropped"] == []
