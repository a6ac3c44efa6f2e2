"""Words for mistakes: none of a library's own reaches a writer, whatever the writer typed."""

import re
from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from portal.errors import ContentError, ContentErrors, Mistakes
from portal.mistakes import fields, loaded, markdown, places, text_of
from portal.status.files import parse_components, parse_incident, parse_maintenance
from portal.status.schema import ComponentsFile, IncidentFile, MaintenanceFile

LIBRARY = re.compile(
    r"[Ii]nput should|[Ff]ield required|not permitted|valid (dict|list|string|int)|instance of|Input tag"
)
VALUES = st.recursive(
    st.sampled_from(["", "x", "12", "-3", "1.5", "true", "2026-11-20", "2026-11-20T09:00:00Z", "~", "api", "http"]),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.sampled_from(
        ["id", "name", "type", "url", "at", "status", "body", "checks", "expect", "json", "updates", "x"]
    ), inner, max_size=3)),
    max_leaves=6,
)  # fmt: skip


@pytest.mark.parametrize("model", [ComponentsFile, IncidentFile, MaintenanceFile])
@given(data=st.data())
def test_what_a_model_refuses_is_said_in_our_words(model: type[BaseModel], data: st.DataObject) -> None:
    given_ = data.draw(st.dictionaries(st.sampled_from([*fields.keys_at(model, ()), "y"]), VALUES, max_size=5) | VALUES)
    try:
        model.model_validate(given_)
    except ValidationError as error:
        said = fields.sentences(error, model, "x.yml", lambda place: 7)

        assert [str(one) for one in said if LIBRARY.search(one.message) or not str(one).startswith("x.yml:7: ")] == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("checks: [{type: htp, url: https://a.example}]", "'components.0.checks.0' is 'htp': write http, pingdom, "
         "better_stack, statuspage or custom. Did you mean 'http'?"),
        ("checks: [{url: https://a.example}]", "'components.0.checks.0' has no 'type': write better_stack, custom, "),
        ("checks: https://a.example", "'components.0.checks' is 'https://a.example': write a list"),
        ("checks: [{type: http, url: https://a.example, expect: {stauts: [200]}}]",
         "'components.0.checks.0.expect.stauts' is not known here. Did you mean 'status'?"),
        ("start_date: 5 May 2026", "'components.0.start_date' is '5 May 2026': write a date such as 2026-11-20"),
        ("fail_after: 0", "'components.0.fail_after' is '0': write 1 or more"),
        ("impact_on_fail: outage", "'components.0.impact_on_fail' is 'outage': write degraded_performance, "),
    ],
)  # fmt: skip
def test_a_component_is_put_right_with_the_sentence(text: str, says: str) -> None:
    with pytest.raises(ContentError) as caught:
        parse_components(f"page: {{id: a, name: A}}\ncomponents:\n  - id: web\n    name: Web\n    {text}\n", "c.yml")

    assert says in str(caught.value)
    assert caught.value.line == 5


def test_all_mistakes_of_a_file_come_at_once_and_in_one_error() -> None:
    text = "---\nid: A b\ntitle: T\nstatus: done\nimpact: minor\nstarted_at: now\n---\n"
    with pytest.raises(ContentErrors) as caught:
        parse_incident(text, "i.md", [])

    assert [one.line for one in caught.value.all] == [2, 4, 6]
    assert str(caught.value).splitlines() == [str(one) for one in caught.value.all]


def test_what_contradicts_itself_is_all_said_too() -> None:
    text = (
        "---\nid: m\ntitle: T\nstatus: scheduled\ncomponents: [a, b]\nscheduled_for: 2026-12-06T08:00:00Z\n"
        "scheduled_until: 2026-12-06T07:00:00Z\ntimezone: Europe/Berlin\n---\n"
    )
    with pytest.raises(ContentErrors) as caught:
        parse_maintenance(text, "m.md", [])

    assert [one.line for one in caught.value.all] == [5, 5, 7, 8]


@given(st.text(alphabet=st.sampled_from(list("ab:-[]{}\"'#&*!|>%@` \n\t\x00\u2028")), max_size=60))
def test_yaml_is_read_or_named_with_a_line(text: str) -> None:
    with suppress(ContentError):
        loaded(text, "x.yml", 3)
        return
    with pytest.raises(ContentError) as caught:
        loaded(text, "x.yml", 3)

    assert caught.value.line is not None
    assert 3 <= caught.value.line <= 3 + text.count("\n") + text.count("\u2028") + 1  # YAML counts both


@pytest.mark.parametrize(
    "text",
    ["a: b: c", "a: [b", "a: {b", "- a\n b: c", "a: 'b", "a: @b", "a: `b", "a: %b", "\ta: b", "a: *b", "a: !b c",
     'a: "\\q"', "a: b\n c: d", "a\nb: c", "a: |\n b\n c\n  - d\n e: f\nx", "a: - b"],
)  # fmt: skip
def test_common_slips_in_yaml_have_words_of_ours(text: str) -> None:
    with pytest.raises(ContentError) as caught:
        loaded(text, "x.yml")

    library = [str(getattr(caught.value.__cause__, name, "")) for name in ("problem", "context")]
    assert not [words for words in library if words and words in caught.value.message]
    assert isinstance(caught.value.__cause__, yaml.YAMLError)


@pytest.mark.parametrize(
    ("data", "line", "shown"),
    [(b"a\nb\xfc\n", 2, "bü"), ("Grüße".encode("utf-16"), 1, "ÿþG"), (b"\xe9", 1, "é"),
     (b"a\r\n\r\nna\xefve\r\n", 3, "naïve")],
)  # fmt: skip
def test_a_file_in_another_encoding_is_named_with_its_line(tmp_path: Path, data: bytes, line: int, shown: str) -> None:
    (tmp_path / "a.md").write_bytes(data)
    with pytest.raises(ContentError, match=rf"docs/a\.md:{line}: is not UTF-8 text: .*{shown}"):
        text_of(tmp_path / "a.md", "docs/a.md")


def test_utf_8_with_a_mark_at_its_beginning_is_fine(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"\xef\xbb\xbfa\r\nb")

    assert text_of(tmp_path / "a.md", "a.md") == "a\nb"


@given(st.text(alphabet=st.sampled_from(list('#!?=:`~ \n[]<>-ah1"')), max_size=120))
def test_every_doubtful_place_lies_in_the_text(text: str) -> None:
    assert all(1 <= line <= text.count("\n") + 1 and says for line, says in markdown.faults(text))


@pytest.mark.parametrize(
    "name",
    ["status/components.yml", "status/incidents/a.md", "status/history/2026-11.json", "status/corrections/a.yml",
     "docs/a/b.md", "docs/a/b.png", "docs/a/data.yml", "changelog/a.md", "README.md", "docs/.pages", "status/.DS_Store",
     "scripts/x.py", "status/incidents/a.md~", "changelog/README.md", "docs/index.md", "docs/redirects.yml",
     "docs/a/b.steps.yml"],
)  # fmt: skip
def test_a_file_at_its_place_is_no_stray(name: str) -> None:
    assert list(places.strays([name])) == []


@pytest.mark.parametrize("name", ["docs/a/b.steps.yaml", "docs/a/b.step.yml", "docs/b-steps.yml"])
def test_steps_under_a_name_that_nothing_reads_are_named(name: str) -> None:
    assert ["ends in .steps.yml" in str(one) for one in places.strays([name])] == [True]


@pytest.mark.parametrize("name", ["status/components", "docs/synonyms", "changelog/config", "status/corrections/a"])
def test_a_yaml_file_beside_the_yml_file_is_no_guess_but_one_too_many(name: str) -> None:
    alone, both = (
        [str(one) for one in places.strays(names)] for names in ([f"{name}.yaml"], [f"{name}.yaml", f"{name}.yml"])
    )

    said = f"is not read, since {name}.yml is there as well. Move into that what you need, and delete this file"
    assert both == [f"{name}.yaml: {said}"]
    assert len(alone) == 1
    assert "as well" not in alone[0]


def test_nothing_is_raised_when_nothing_was_kept() -> None:
    Mistakes().stop()
