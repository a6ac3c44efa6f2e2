"""Labels in a line of code or of a template, whatever the template's language."""

import pytest

from portal.freshness.labels import labels


@pytest.mark.parametrize(
    ("path", "line", "found"),
    [
        ("app.py", 'raise Error("Choose another plan")', ["Choose another plan"]),
        ("app.py", "value = total / count", []),
        ("page.html", "  <h1>Update card</h1>", ["Update card"]),
        ("page.html", "  Update your card", ["Update your card"]),
        ("page.html", "<p>Delete {{ name }} for good</p>", ["Delete", "for good"]),
        ("page.jinja", '{% trans "Export data" %}', ["Export data"]),
        (
            "Card.jsx",
            '<Button label="Update card" onClick={() => save()}>Save now</Button>',
            ["Update card", "Save now"],
        ),
        ("Card.tsx", "const total = items.reduce((a, b) => a + b);", []),
        ("Card.vue", "<span>{{ $t('card.title') }}</span>", ["card.title"]),
        ("Card.vue", "<v-btn>Update card</v-btn>", ["Update card"]),
        ("card.html.erb", '<%= link_to "Update card", card_path %>', ["Update card"]),
        ("card.html.erb", "<h2><%= @plan.name %> plan details</h2>", ["plan details"]),
        ("card.blade.php", "<a href=\"/card\">{{ __('Update card') }}</a>", ["/card", "Update card"]),
        ("card.blade.php", "@section('title')", ["title"]),
    ],
)
def test_a_line_has_the_labels_that_a_person_reads(path: str, line: str, found: list[str]) -> None:
    assert sorted(labels(path, line)) == sorted(found)
