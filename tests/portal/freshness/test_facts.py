"""What happened in a change: gone, renamed, another value."""

import pytest

from portal.freshness.diffs import Change, Line
from portal.freshness.facts import Fact, Renamed, facts
from tests.portal.freshness.changes import change


def first(found: list[Fact], term: str) -> Fact:
    return next(fact for fact in found if fact.term == term)


@pytest.mark.parametrize(
    ("path", "old", "new", "sentence"),
    [
        ("settings.py", "MAX_SEATS = 10", "MAX_SEATS = 30", "MAX_SEATS: 10 -> 30"),
        ("settings.py", "SIGN_IN = env('SIGN_IN', True)", "SIGN_IN = env('SIGN_IN', False)", "SIGN_IN: True -> False"),
        ("conf.rb", "plan_name 'small'", "plan_name 'starter'", "plan_name: small -> starter"),
        ("card.html", "<b>Update card</b>", "<b>Replace card</b>", '"Update card" was renamed to "Replace card"'),
        ("api.py", "path('v1/old_items')", "path('v1/new_items')", '"old_items" was renamed to "new_items"'),
    ],
)
def test_a_line_and_its_new_form_say_what_happened(path: str, old: str, new: str, sentence: str) -> None:
    assert sentence in [fact.sentence for fact in facts(change(path, old, new), {})]


def test_a_removed_name_is_gone_only_when_the_product_has_it_nowhere() -> None:
    removed = change("settings.py", "RETRY_DAYS = 3\nGRACE_DAYS = 5")

    found = facts(removed, {"retry_days": 0, "grace_days": 4})

    assert first(found, "RETRY_DAYS").sentence == '"RETRY_DAYS" is gone from the product'
    assert first(found, "GRACE_DAYS").sentence == '"GRACE_DAYS" was removed here'


def test_a_name_that_other_lines_have_again_was_not_removed() -> None:
    moved = change("settings.py", "RETRY_DAYS = 3\nother()", "other()\nretry = env(RETRY_DAYS)")

    assert first(facts(moved, {}), "RETRY_DAYS").kind == "changed"


def test_a_label_renamed_under_its_key_comes_first() -> None:
    renamed = [Renamed("Update card", "Replace card", Line("en.json", 3, '"card": "Update card"'))]

    found = facts(change("settings.py", "MAX_SEATS = 10", "MAX_SEATS = 30"), {}, renamed)

    assert found[0].sentence == '"Update card" was renamed to "Replace card"'


def test_a_hunk_that_was_written_anew_has_no_pairs() -> None:
    old, new = ("\n".join(f"{word}_{number} = {number}" for number in range(40)) for word in ("before", "after"))

    assert {fact.kind for fact in facts(change("x.py", old, new), {})} == {"removed", "added"}


def test_a_name_keeps_the_place_of_the_most_telling_thing_about_it_though_other_lines_say_less() -> None:
    one = change("a.py", "RETRY_DAYS = 3\nGRACE = 1", "RETRY_DAYS = 5\nGRACE = 2")
    more = change("b.py", "", "x = RETRY_DAYS")

    found = facts(Change((*one.files, *more.files)), {})

    assert [fact.term for fact in found][:2] == ["RETRY_DAYS", "GRACE"]
