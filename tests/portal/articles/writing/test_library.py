"""What shows only when all articles are looked at."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown import Markdown

from portal import settings
from portal.articles import writing
from portal.articles.writing import Around, Finding, Options, library, reading
from portal.articles.writing.facts import anchors
from portal.search.words import stems
from portal.settings import Writing

TODAY = date(2026, 11, 28)


def found(articles: dict[str, str], *, files: dict[str, int] | None = None, options: Options | None = None, **around):
    options = options or Options()
    checked = {name: writing.article(f"docs/{name}", text, options, stems) for name, text in articles.items()}
    known = dict.fromkeys(articles, 100) | (files or {})
    return writing.whole(checked, Around(known, TODAY, **around), options)


def rules(findings: list[Finding]) -> list[tuple[str, int, str]]:
    return [(one.file.removeprefix("docs/"), one.line, one.rule) for one in findings]


def article(title: str, text: str = "Open Billing.", **front: str) -> str:
    keys = "".join(f"{key}: {value}\n" for key, value in front.items())
    return f"---\ntitle: {title}\n{keys}---\n\n{text}\n"


def test_two_articles_that_lead_to_each_other_are_fine() -> None:
    assert not found(
        {
            "a/one.md": article("How do I pay?", "Open it. Then [add seats](two.md)."),
            "a/two.md": article("Add a seat", "Open it. First [pay](one.md#steps).\n\n## Steps\n")
            .replace("#steps", ""),
        }
    )  # fmt: skip


def test_an_article_without_a_way_in_or_out_is_named_in_both_ways() -> None:
    assert rules(found({"a/one.md": article("How do I pay?")})) == [
        ("a/one.md", 2, "no-link"),
        ("a/one.md", 2, "orphan"),
    ]


def test_a_list_on_the_home_page_leads_to_an_article_and_related_leads_on() -> None:
    articles = {
        "a/one.md": article("How do I pay?", related="[a/two]"),
        "a/two.md": article("Add a seat", related="[a/one]"),
        "a/three.md": article("Cancel the plan", "See [pay](one.md)."),
    }

    assert not found(articles, often=("a/three",))


def test_the_same_question_twice_is_a_warning_at_the_second_and_names_the_first() -> None:
    articles = {
        "a/one.md": article("How do I change my card?", related="[b/two]"),
        "b/two.md": article("Change the card", related="[a/one]"),
    }

    (one,) = found(articles)

    assert (one.file, one.line, one.rule, one.level) == ("docs/b/two.md", 2, "duplicate", "warning")
    assert "'a/one'" in one.why


def test_how_to_do_something_and_why_it_fails_are_two_questions() -> None:
    articles = {
        "a/one.md": article("Import a template", related="[b/two]"),
        "b/two.md": article("If you can't import a template", related="[a/one]"),
    }

    assert not found(articles)


def test_nearly_the_same_question_is_advice() -> None:
    articles = {
        "a/one.md": article("Export invoices tax report CSV file", related="[b/two]"),
        "b/two.md": article("Export invoices tax report CSV", related="[a/one]"),
    }

    assert [(one.rule, one.level) for one in found(articles)] == [("near-duplicate", "advice")]


def test_a_draft_is_no_duplicate_and_needs_no_link() -> None:
    articles = {"a/one.md": article("How do I pay?", related="[a/one]"), "a/two.md": article("Pay", draft="true")}

    assert rules(found(articles, often=("a/one",))) == []


def test_another_wording_that_repeats_the_title_is_named_at_its_line() -> None:
    text = (
        "---\ntitle: Change my card\nquestions:\n  - My card expired\n  - change my card?\nrelated: [a/b]\n---\n\nX.\n"
    )

    assert rules(found({"a/one.md": text}, often=("a/one",))) == [("a/one.md", 5, "copied-question")]


def test_a_review_is_late_by_its_topics_days() -> None:
    articles = {
        "slow/one.md": article("How do I pay?", reviewed="2026-03-01", related="[x/y]"),
        "quick/two.md": article("Add a seat", reviewed="2026-10-01", related="[x/y]"),
    }
    listed = ("slow/one", "quick/two")

    assert rules(found(articles, often=listed, days={"slow": 365, "quick": 30})) == [("quick/two.md", 3, "overdue")]


def test_links_to_files_anchors_and_pictures_that_are_not_there_are_errors_at_their_lines() -> None:
    text = article(
        "How do I pay?",
        "[a](two.md#steps)\n[b](two.md#nothing)\n[c](three.md)\n![Shown](x.png)\n[d](#here)\n\n`[e](four.md)`\n\n"
        "```\n[f](five.md)\n```\n\n### Here\n",
    )
    other = article("Add a seat", "[pay](one.md)\n\n## Steps\n")

    assert rules(found({"a/one.md": text, "a/two.md": other})) == [
        ("a/one.md", 6, "link"),
        ("a/one.md", 7, "link"),
        ("a/one.md", 8, "link"),
    ]


def test_a_picture_that_is_too_heavy_is_named_and_one_that_is_there_is_not() -> None:
    text = article("How do I pay?", "Open it.\n\n![Shown](x.png)\n\n![Seen](y.png)", related="[a/b]")

    findings = found({"a/one.md": text}, files={"a/x.png": 3_400_000, "a/y.png": 900}, often=("a/one",))

    assert [(one.rule, one.why) for one in findings] == [("picture-size", "the picture 'a/x.png' has 3.4 MB")]


def test_a_file_with_a_mistake_is_one_finding_and_hides_no_other_file() -> None:
    articles = {"a/one.md": "---\ntitle: [\n---\n\nText.\n", "a/two.md": article("How do I pay?", "Please pay.")}

    assert {(file, rule) for file, _, rule in rules(found(articles))} >= {
        ("a/one.md", "file"),
        ("a/two.md", "filler"),
    }


def test_a_portal_chooses_the_levels() -> None:
    options = Options({"filler": "error", "no-link": "off", "orphan": "off"})

    ((level, rule),) = {(one.level, one.rule) for one in found({"a.md": article("Pay", "Please.")}, options=options)}

    assert (level, rule) == ("error", "filler")


def test_the_settings_know_every_rule_and_read_off_without_quotes() -> None:
    assert set(settings.WritingRule.__args__) == set(writing.RULES)
    assert Writing.model_validate({"levels": {"filler": False, "title": "error"}}).levels == {
        "filler": "off",
        "title": "error",
    }


def test_the_options_are_those_of_the_settings() -> None:
    given = settings.Settings(
        product="Acme",
        support_email="a@acme.example",
        writing=Writing(levels={"filler": "off"}, sentence=20),
        glossary={"GitHub": ["Github"]},
    )

    assert writing.options(given.model_dump()) == Options({"filler": "off"}, 20, 12, {"GitHub": ("Github",)})


HEADINGS = "# One\n\n## Steps & more\n\n## Steps & more\n\n### `code` and **bold**\n\n## Named {#own}\n\n## Über uns\n"


def test_the_anchors_are_those_of_the_page() -> None:
    markdown = Markdown(
        extensions=["toc", "attr_list"],
        extension_configs={"toc": {"slugify": __import__("markdown.extensions.toc").extensions.toc.slugify_unicode}},
    )
    markdown.convert(HEADINGS)
    expected = {token["id"] for token in flat(markdown.toc_tokens)}  # type: ignore[attr-defined]

    assert expected <= set(anchors(reading.units(HEADINGS, 1), HEADINGS))


def flat(tokens):
    for token in tokens:
        yield token
        yield from flat(token["children"])


@given(st.lists(st.frozensets(st.sampled_from("abcdefgh"), min_size=2), max_size=25))
def test_the_quick_way_to_similar_questions_finds_what_comparing_all_would(sets: list[frozenset[str]]) -> None:
    slow = {}
    for number, one in enumerate(sets):
        shares = [(len(one & other) / len(one | other), -place) for place, other in enumerate(sets[:number])]
        best = max(shares, default=(0.0, 0))
        if best[0] >= library.NEAR:
            slow[number] = best[0]

    assert {number: share for number, _, share in library.pairs(sets)} == slow


@pytest.mark.parametrize("name", sorted(writing.RULES))
def test_every_rule_says_what_it_asks_for_and_how_to_mend(name: str) -> None:
    rule = writing.RULES[name]

    assert rule.asks[0].isupper() or rule.asks.startswith("`")
    assert rule.mend.endswith(".")
