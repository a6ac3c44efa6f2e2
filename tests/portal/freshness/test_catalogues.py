"""Catalogues of labels: eight formats, renames paired by key, and nothing but a result or a named error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.freshness import catalogues

# Each format with a label {label} under one key and another that stays.
FORMATS = {
    "locales/en.json": '{{"billing": {{"card": "{label}", "plan": "Change plan"}}, "@meta": "x"}}',
    "lib/l10n/app_en.arb": '{{"card": "{label}", "@card": {{"description": "A button"}}, "plan": "Change plan"}}',
    "config/locales/en.yml": "en:\n  billing:\n    card: {label}\n    plan: Change plan\n    no: 'No'\n",
    "locale/en/LC_MESSAGES/django.po": (
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
        '#: web/card.html:3\nmsgid "billing.card"\nmsgstr "{label}"\n\nmsgid "Change plan"\nmsgstr ""\n'
    ),
    "web/en/main.ftl": "# A button\ncard = {label}\n    .title = Change plan\nold-term = x\n",
    "i18n/messages.xlf": (
        '<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2"><file><body>'
        '<trans-unit id="card"><source>{label}</source></trans-unit>'
        '<trans-unit id="plan"><source>Change <g id="1">plan</g></source></trans-unit></body></file></xliff>'
    ),
    "src/messages.properties": "# A button\nbilling.card = {label}\nplan: Change \\\n    plan\n",
    "en.lproj/Main.strings": '/* A button */\n"card" = "{label}";\n"plan" = "Change plan";\n',
}


@pytest.mark.parametrize("path", FORMATS)
def test_a_label_that_changed_under_its_key_is_a_rename_with_its_line(path: str) -> None:
    before, after = (FORMATS[path].format(label=label) for label in ("Update card", "Replace card"))

    found = catalogues.renamed(path, catalogues.read(path, before), catalogues.read(path, after), before)

    assert [(one.was, one.now) for one in found] == [("Update card", "Replace card")]
    assert "Update card" in before.split("\n")[found[0].line.number - 1]
    assert catalogues.is_read(path, "en")


def test_a_label_of_gettext_that_is_its_own_key_is_paired_with_the_one_most_like_it() -> None:
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    text = head + 'msgid "{}"\nmsgstr ""\n\nmsgid "Seats"\nmsgstr ""\n'
    before, after = (catalogues.read("x.pot", text.format(label)) for label in ("Update the card", "Update your card"))

    found = catalogues.renamed("x.pot", before, after, text)

    assert [(one.was, one.now) for one in found] == [("Update the card", "Update your card")]


def test_a_label_without_a_key_any_more_is_gone() -> None:
    found = catalogues.renamed("en.json", {"a": "Export data"}, {}, '{"a": "Export data"}')

    assert [(one.was, one.now, one.line.number) for one in found] == [("Export data", "", 1)]


@pytest.mark.parametrize(
    ("path", "language", "read"),
    [
        ("locales/de.json", "en", False),
        ("locales/de.json", "de", True),
        ("locales/de-AT/app.json", "de", True),
        ("locale/pt_BR/LC_MESSAGES/django.po", "en", False),
        ("messages_fr.properties", "en", False),
        ("src/js/i18n/messages.json", "en", True),
        ("app/ui/strings.json", "en", True),
        ("package.json", "en", False),
        ("deploy/config.yml", "en", False),
    ],
)
def test_only_catalogues_in_the_language_of_the_articles_are_read(path: str, language: str, read: bool) -> None:
    assert catalogues.is_read(path, language) is read


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("en.json", '{"a": '),
        ("en.json", "[" * 100_000),
        ("en.yml", "a: [1"),
        ("en.po", "a label without its keyword"),
        ("en.xlf", "<xliff><file></xliff>"),
    ],
)
def test_a_broken_catalogue_is_named(path: str, text: str) -> None:
    with pytest.raises(catalogues.CatalogueError, match=path):
        catalogues.read(path, text)


@given(st.sampled_from(sorted(catalogues.READERS)), st.text(max_size=80) | st.sampled_from(sorted(FORMATS.values())))
def test_any_text_gives_labels_or_a_named_error(ending: str, text: str) -> None:
    try:
        found = catalogues.read(f"en{ending}", text)
    except catalogues.CatalogueError as error:
        found = {str(error): "named"}

    assert all(isinstance(key, str) and isinstance(label, str) for key, label in found.items())
