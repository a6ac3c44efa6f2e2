"""What the rules of prose say of a sentence, and what they leave alone."""

import pytest

from portal.articles.writing import prose, reading


def own(text: str) -> reading.Prose:
    return reading.prose_of(reading.units(text, 1))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Choose a plan in order to go on.", "in order to"),
        ("Please open Settings.", "Please"),
        ("Simply reload the page.", "Simply"),
        ("Utilise the form.", "Utilise"),
        ("Prior to an export, pause the sync.", "Prior to"),
        ("It is very slow.", "very"),
        ("Pictures, films etc.", "etc."),
    ],
)
def test_a_word_that_says_nothing_is_named(text: str, said: str) -> None:
    ((line, why, mend),) = prose.fillers(own(text))

    assert (line, why.startswith(f"'{said}'"), bool(mend)) == (1, True, True)


@pytest.mark.parametrize(
    "text",
    [
        "It is not very slow.",
        "Choose **Please wait**.",
        'The page says "Please try again".',
        "Run `simply --now`.",
        "Read [the terms](https://example.com/please).",
        "Add the pleaser, and the very-high tier.",
        "```\nplease\n```",
        "### Error: please install the library",
    ],
)
def test_words_of_others_and_other_words_are_left_alone(text: str) -> None:
    assert not list(prose.fillers(own(text)))


@pytest.mark.parametrize(
    "text", ["The invoice is sent by our team.", "Exports are deleted by the server after a week."]
)
def test_a_passive_that_names_who_does_it_can_be_turned_around(text: str) -> None:
    assert len(list(prose.passives(own(text)))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "The card is connected.",
        "The invoice is sent by email.",
        "You are charged by the end of the month.",
        "This is done by choosing **Save**.",
        "The list is followed by a table.",
        "It is due by 4 May and was paid by card.",
    ],
)
def test_a_state_a_way_and_a_day_are_no_passive_to_turn_around(text: str) -> None:
    assert not list(prose.passives(own(text)))


def test_a_long_sentence_is_counted_to_its_end_and_named_at_its_line() -> None:
    text = "Short one.\n\n" + " ".join(["word"] * 20) + "\n" + " ".join(["more"] * 20) + ". Next."

    ((line, why),) = prose.long_sentences(reading.sentences(reading.units(text, 5)), 35)

    assert (line, "of 40 words" in why) == (7, True)


def test_a_full_stop_in_a_version_or_an_address_ends_no_sentence() -> None:
    found = reading.sentences(reading.units("Use version 2.4.1 of help.acme.example today. Then restart.", 1))

    assert [sentence for _, sentence in found] == ["Use version 2.4.1 of help.acme.example today.", "Then restart."]


def test_a_line_of_keywords_is_no_sentence() -> None:
    assert reading.sentences(reading.units("Tags: " + "card, " * 50, 1)) == []


def test_hard_words_are_named_with_the_hardest_sentence_and_plain_ones_pass() -> None:
    plain = reading.sentences(reading.units("You can pay by card. " * 40, 1))
    hard = "Administrators subsequently authorise organisational reconciliation of the accumulated documentation. "
    difficult = reading.sentences(reading.units("You can pay. " * 10 + hard * 20, 1))

    assert not list(prose.hard(plain, 12))
    ((_, why),) = prose.hard(difficult, 12)
    assert "Administrators subsequently" in why


def test_few_words_are_not_judged() -> None:
    found = reading.sentences(reading.units("Organisational reconciliation necessitates documentation.", 1))

    assert not list(prose.hard(found, 4))


@pytest.mark.parametrize(
    ("word", "count"), [("card", 1), ("invoice", 2), ("table", 2), ("posted", 2), ("charged", 1), ("reopen", 2)]
)
def test_syllables_are_about_right(word: str, count: int) -> None:
    assert prose.syllables(word) in (count, count + (word == "reopen"))


def test_proselint_names_a_phrase_that_says_a_thing_twice_and_its_line() -> None:
    ((line, why, mend),) = prose.wordy(own("First line.\n\nIt is absolutely necessary to pay."))

    assert (line, why, mend) == (3, "'absolutely necessary' is longer than what it says", "write 'necessary'")


def test_what_is_right_in_a_help_centre_is_not_wordy() -> None:
    assert not list(prose.wordy(own("Open the drop down menu. It is available for free.")))


GLOSSARY = {"GitHub": ("git hub",), "sign in": ("log in", "login"), "Acme": ()}


@pytest.mark.parametrize(
    ("text", "wrong"),
    [("Use Github.", "Github"), ("Open git hub.", "git hub"), ("Log in first.", "Log in"), ("ACME is here.", "ACME")],
)
def test_a_term_in_another_spelling_is_named_with_the_right_one(text: str, wrong: str) -> None:
    ((_, why, _),) = prose.terms(own(text), GLOSSARY)

    assert why == f"'{wrong}' is another spelling of a term"


@pytest.mark.parametrize(
    "text", ["Use GitHub.", "Sign in, or sign in again.", "`github`", "https://github.com/acme", "Acme-like"]
)
def test_a_term_as_the_glossary_has_it_passes(text: str) -> None:
    assert not list(prose.terms(own(text), GLOSSARY))
