"""Findings in words and in files, the baseline, and what is kept between two runs."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.articles import writing
from portal.articles.writing import RULES, Finding, Options, baseline, cache, report
from portal.search.words import stems

ONE = Finding("docs/a b.md", 3, "filler", "advice", "'very' says nothing", "Take it out.", "It is very slow.")
TWO = Finding("docs/a b.md", 9, "filler", "advice", "'very' says nothing", "Take it out.", "It is very slow.")
LINK = Finding("docs/c.md", 1, "link", "error", "the link to 'x,y' leads nowhere", "Mend it: 100%.", "[x](y)")


def test_the_text_has_file_line_level_rule_and_what_to_do() -> None:
    assert report.text([ONE, LINK]) == (
        "docs/a b.md\n  3: advice: 'very' says nothing [filler]\n     Take it out.\n"
        "docs/c.md\n  1: error: the link to 'x,y' leads nowhere [link]\n     Mend it: 100%.\n\n"
        "1 error, 0 warnings, 1 piece of advice"
    )


def test_annotations_are_commands_that_no_text_breaks() -> None:
    assert report.annotations([LINK]) == [
        "::error file=docs/c.md,line=1,title=Links%2C anchors and pictures lead somewhere"
        "::the link to 'x,y' leads nowhere. Mend it: 100%25."
    ]


def test_sarif_names_rules_places_and_fingerprints() -> None:
    data = json.loads(report.sarif([ONE, LINK]))
    (run,) = data["runs"]
    first, second = run["results"]

    assert (data["version"], [rule["id"] for rule in run["tool"]["driver"]["rules"]]) == ("2.1.0", list(RULES))
    assert (first["level"], second["level"]) == ("note", "error")
    assert run["tool"]["driver"]["rules"][second["ruleIndex"]]["id"] == "link"
    location = first["locations"][0]["physicalLocation"]
    assert (location["artifactLocation"]["uri"], location["region"]) == ("docs/a%20b.md", {"startLine": 3})
    assert first["partialFingerprints"]["text/v1"] != second["partialFingerprints"]["text/v1"]


def test_a_known_finding_is_known_again_wherever_its_line_moves(tmp_path: Path) -> None:
    file = tmp_path / baseline.FILE
    file.write_text(baseline.write([ONE, LINK]), "utf-8")
    moved = Finding(ONE.file, 80, *(getattr(ONE, name) for name in ("rule", "level", "why", "mend", "key")))

    assert baseline.sort([moved], baseline.read(file)) == baseline.Sorted([], 1, 1)


def test_the_same_fault_a_second_time_is_new() -> None:
    known = json.loads(baseline.write([ONE]))

    assert baseline.sort([ONE, TWO], known).new == [TWO]


@pytest.mark.parametrize("text", ["{", "[]", '{"docs/a.md": []}', '{"docs/a.md": {"filler": "x"}}'])
def test_a_file_that_is_no_baseline_says_what_to_do(text: str, tmp_path: Path) -> None:
    file = tmp_path / baseline.FILE
    file.write_text(text)

    with pytest.raises(ValueError, match="--write-baseline"):
        baseline.read(file)


def texts(count: int) -> dict[str, str]:
    return {f"a/{number}.md": f"---\ntitle: Pay {number}\n---\n\nPlease pay.\n" for number in range(count)}


def test_a_second_run_reads_only_what_changed(tmp_path: Path) -> None:
    file = tmp_path / "cache.json"
    asked: list[str] = []

    def counting(text: str) -> list[str]:
        asked.append(text)
        return stems(text)

    first = cache.checked(texts(3), "docs", Options(), counting, file)
    asked.clear()
    again = cache.checked(texts(3), "docs", Options(), counting, file)
    changed = cache.checked(
        texts(3) | {"a/1.md": "---\ntitle: Other\n---\n\nPay.\n"}, "docs", Options(), counting, file
    )

    assert again == first
    assert asked == ["Other"]
    assert changed["a/0.md"] == first["a/0.md"]


def test_other_choices_and_half_a_file_begin_anew(tmp_path: Path) -> None:
    file = tmp_path / "cache.json"
    cache.checked(texts(1), "docs", Options(), stems, file)

    off = cache.checked(texts(1), "docs", Options({"filler": "off"}), stems, file)
    file.write_text("{")
    on = cache.checked(texts(1), "docs", Options(), stems, file)

    assert [len(one["a/0.md"].places) for one in (off, on)] == [0, 1]


def test_many_articles_are_read_by_several_processes_with_the_same_findings(tmp_path: Path) -> None:
    many = texts(cache.MANY)

    found = cache.checked(many, "docs", Options(), stems, tmp_path / "cache.json")

    assert list(found) == list(many)
    assert found["a/7.md"] == writing.article("docs/a/7.md", many["a/7.md"], Options(), stems)


@given(st.text(alphabet="-#>*!?=`~[]()<>{}|:.\n abc1\t\u00e9", max_size=200))
def test_no_text_makes_a_rule_fail_and_every_finding_has_its_line(text: str) -> None:
    found = writing.article("docs/a.md", text, Options(glossary={"abc": ("ab",)}), stems)

    assert all(1 <= line <= text.count("\n") + 1 and rule in RULES for line, rule, *_ in found.places)
