"""What programs read of an article, and the picture that networks show."""

import io
from pathlib import Path

import pytest
from PIL import Image

from portal.articles import copies, social
from portal.articles.copies import Listed

SITE = "https://acme.example/help/"


@pytest.mark.parametrize(
    ("written", "whole"),
    [
        ("[card](../billing/card.md#steps)", f"[card]({SITE}billing/card/#steps)"),
        ("[card](card.md)", f"[card]({SITE}team/card/)"),
        ("[Billing](portal:my/billing/)", f"[Billing]({SITE}my/billing/)"),
        ("[Billing](portal:/my/billing/)", f"[Billing]({SITE}my/billing/)"),
        ("![Shown](pictures/a.png)", f"![Shown]({SITE}team/pictures/a.png)"),
        ('<a href="../../my/billing/">B</a>', f'<a href="{SITE}my/billing/">B</a>'),
        ("[here](#steps)", "[here](#steps)"),
        ("[out](https://x.example/a.md)", "[out](https://x.example/a.md)"),
        ("[mail](mailto:a@acme.example)", "[mail](mailto:a@acme.example)"),
    ],
)
def test_a_copy_has_whole_addresses(written: str, whole: str) -> None:
    text = copies.markdown("Invite", "", written, f"{SITE}team/invite/", "team/invite.md", SITE)

    assert text == f"# Invite\n\nSource: {SITE}team/invite/\n\n{whole}\n"


def test_code_in_a_copy_stays_as_it_was_written() -> None:
    text = "```\n[card](card.md)\n```\n\n[card](card.md)"

    copy = copies.markdown("T", "Said.", text, SITE, "a/b.md", SITE)

    assert copy == f"# T\n\n> Said.\n\nSource: {SITE}\n\n```\n[card](card.md)\n```\n\n[card]({SITE}a/card/)\n"


def test_the_list_has_topics_with_their_articles_as_markdown() -> None:
    topics = [("Billing", [Listed("Pay [now]", f"{SITE}billing/pay/", "How to pay."), Listed("Card", f"{SITE}b/c/")])]

    assert copies.llms("Acme Help", "Answers.", topics) == (
        "# Acme Help\n\n> Answers.\n\n## Billing\n\n"
        f"- [Pay (now)]({SITE}billing/pay/index.md): How to pay.\n- [Card]({SITE}b/c/index.md)\n"
    )


def test_a_breadcrumb_counts_its_places_from_one() -> None:
    found = copies.breadcrumb([("Help", SITE), ("Pay", f"{SITE}pay/")])

    assert [(item["position"], item["item"]) for item in found["itemListElement"]] == [(1, SITE), (2, f"{SITE}pay/")]


def test_a_picture_has_the_size_that_networks_want_and_the_same_bytes_each_time(tmp_path: Path) -> None:
    first = social.drawn("How do I pay?", "Acme Help", "#4a44c4", "#ffffff", tmp_path / "one")
    second = social.drawn("How do I pay?", "Acme Help", "#4a44c4", "#ffffff", tmp_path / "two")

    assert first is not None
    assert first == second
    image = Image.open(io.BytesIO(first))
    assert (image.size, image.format) == ((1200, 630), "PNG")
    assert image.convert("RGB").getpixel((5, 620)) == (0x4A, 0x44, 0xC4)
    assert len(first) < 30_000


def test_a_picture_comes_from_the_cache_and_another_colour_is_another_picture(tmp_path: Path) -> None:
    social.drawn("Pay", "Help", "#4a44c4", "#ffffff", tmp_path)
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(b"kept")

    assert social.drawn("Pay", "Help", "#4a44c4", "#ffffff", tmp_path) == b"kept"
    assert social.drawn("Pay", "Help", "#b00020", "#ffffff", tmp_path) != b"kept"


@pytest.mark.parametrize(
    "title", ["Überweisung – geht’s?", "Как войти?", "Πληρωμή", "Đăng nhập", "word " * 80, "x" * 400]
)
def test_titles_in_many_scripts_and_of_any_length_are_drawn(title: str, tmp_path: Path) -> None:
    assert social.drawn(title, "Help", "#4a44c4", "#ffffff", tmp_path)


@pytest.mark.parametrize("title", ["設定を変更する", "Pay 💳", "", " "])
def test_a_title_that_the_font_cannot_write_has_no_picture(title: str, tmp_path: Path) -> None:
    assert social.drawn(title, "Help", "#4a44c4", "#ffffff", tmp_path) is None
