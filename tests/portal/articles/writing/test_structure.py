"""Titles, what stands first, and steps."""

import pytest

from portal.articles.writing import reading, structure

GOOD = [
    "How do I update my card?",
    "Where is my invoice",
    "Update your card",
    "Adding a teammate",
    "Disband a space",
    "Manually update the app",
    "The export does not start",
    "Error 403 when uploading",
    "If you lost your phone",
    "I can't sign in",
    "Card declined",
    "“Too many requests” on every page",
    "ACME-2026-04: a fault in the exporter",
    "設定を変更する",
]
BAD = [
    "Billing",
    "Roles and permissions",
    "About exports",
    "About the delivery process",
    "Account overview",
    "Supported browsers",
]


@pytest.mark.parametrize("title", GOOD)
def test_a_question_a_task_and_a_symptom_are_titles(title: str) -> None:
    assert not list(structure.title(title))


@pytest.mark.parametrize("title", BAD)
def test_a_subject_is_no_title(title: str) -> None:
    assert list(structure.title(title))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("## Steps\n\n1. Go", "the heading 'Steps' comes before the answer"),
        ("![The page](a.png)\n\nText.", "a picture comes before the answer"),
        ("In this article, you learn how to pay.", "'In this article, you learn how to pay.' announces an answer"),
        ("Learn how to pay.\n\n## Steps", "'Learn how to pay.' announces an answer"),
        ("", "nothing stands in this article"),
    ],
)
def test_what_comes_before_the_answer_is_named(text: str, said: str) -> None:
    ((line, why),) = structure.answer_first(reading.units(text, 4), 4)

    assert (line, why.startswith(said)) == (4, True)


@pytest.mark.parametrize("text", ["Open Billing.", "!!! note\n    Open Billing.", "- Open Billing", "# Title\n\nYes."])
def test_an_answer_may_stand_in_a_sentence_a_box_or_a_list(text: str) -> None:
    assert not list(structure.answer_first(reading.units(text, 1), 1))


def test_steps_with_bullets_are_named_once_and_with_pictures_between_them() -> None:
    text = "Do this:\n\n- Open Settings.\n- Choose **Team**.\n\n    ![Team](a.png)\n\n- Click **Save**.\n\nDone."

    assert [line for line, _ in structure.steps(reading.units(text, 1))] == [3]


@pytest.mark.parametrize(
    "text",
    [
        "1. Open Settings.\n2. Choose **Team**.\n3. Click **Save**.",
        "- Open files are red.\n- The rest is green.\n- Close ones are grey.",
        "- Open Settings.\n- Click **Save**.",
        "- [Open an account](a.md)\n- [Change a plan](b.md)\n- [Close it](c.md)",
    ],
)
def test_numbered_steps_choices_and_lists_of_links_are_no_steps_with_bullets(text: str) -> None:
    assert not list(structure.steps(reading.units(text, 1)))
