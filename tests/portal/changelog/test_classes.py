"""The class of a line: what decides, and in which order."""

import pytest

from portal.changelog.classes import Policy, verdict
from portal.changelog.cues import BREAKING, FEATURE, FIX, IMPROVEMENT, INTERNAL


@pytest.mark.parametrize(
    ("section", "text", "kind"),
    [
        # Something ends, or a customer has to act, whatever stands above.
        ("added", "Drop support for Internet Explorer", BREAKING),
        ("bug fixes", "You must set a time zone before you upgrade", BREAKING),
        ("fixed", "The `v1` endpoint is deprecated and will be removed in May", BREAKING),
        ("changed", "Uploads now require a signed address", BREAKING),
        ("", "Removed the old editor", BREAKING),
        ("enhancements", "Rename `size` to `length` in the export", BREAKING),
        ("changed", "Weekly reports do not contain drafts any more", BREAKING),
        ("changed", "Disable guest access by default", BREAKING),
        ("compatibility changes", "Sessions end after ten days", BREAKING),
        ("features", "Revert the default of `queue.size` from 1_000 to 100", BREAKING),
        ("", "**Update note 1: the old flags have been removed**", BREAKING),
        ("new features", "Guest access is not enabled by default", BREAKING),
        ("changed", "The old feed has been removed in favour of the new one", BREAKING),
        ("changed", "Calls without a key will now be rejected", BREAKING),
        ("changed", "Replace `--all` with `--every`", BREAKING),
        ("", "OLD_SETTING is deprecated use NEW_SETTING instead", BREAKING),
        ("", "[12](https://example.org/12): a change which renames `a` to `b`", BREAKING),
        ("", "Breaking change in the format of exports", BREAKING),
        ("", "No breaking changes to exports", IMPROVEMENT),
        # The same words, and nothing ends.
        ("bug fixes", "Sidebar no longer flickers", FIX),
        ("changed", "Imports no longer fail on empty rows", IMPROVEMENT),
        ("improvements", "Remove the limit of ten filters", IMPROVEMENT),
        ("improvements", "Remove duplicate entries from suggestions", IMPROVEMENT),
        ("fixed", "Fix a deprecation warning at start", FIX),
        ("features", "Default to the last used workspace", FEATURE),
        # Work that nobody notices, by its own words.
        ("bug fixes", "Fix flaky test of the scheduler", INTERNAL),
        ("enhancements", "Refactor the session store", INTERNAL),
        ("changed", "Move invoices to a standalone package", INTERNAL),
        ("improvements", "Improve documentation of webhooks", INTERNAL),
        ("features", "Update golang.org/x/net to v0.38.0", INTERNAL),
        ("", "chore: tidy", INTERNAL),
        ("", "[Docs] Say how to sign in", INTERNAL),
        ("", "Update from Weblate", INTERNAL),
        ("", "Migrate notifications to TypeScript", INTERNAL),
        ("core team", "[@ada](https://example.org/ada)", INTERNAL),
        ("", "`reader/rss`: refactor the parser", INTERNAL),
        ("", "WebDriver upgraded from v1.2.0 to v1.4.0", INTERNAL),
        ("removed", "Remove the unused `CollaborationService`", INTERNAL),
        # Signs of gitmoji.
        ("added", "✨(share) a link for each report", FEATURE),
        ("changed", "💥(api) keys are sent in a header", BREAKING),
        ("changed", "♻️(api) one client for all calls", INTERNAL),
        ("", ":bug: Totals of an empty table", FIX),
        ("changed", "Rename the endpoint of contents (BC)", BREAKING),
        # A heading of the workshop, and something ends all the same.
        ("internal", "Drop support for Node 18", BREAKING),
        ("misc/internal", "Rename `export` to `archive`", BREAKING),
        ("misc/internal", "Fix deprecated calls", INTERNAL),
        ("breaking changes", "Update all dependencies", BREAKING),
        ("bug fixes", "⚠️ Exports end with a line break", BREAKING),
        # A product's own words that look like it.
        ("features", "Test connections before saving", FEATURE),
        ("", "Add tests of hypotheses to the statistics page", INTERNAL),
        ("features", "Send a test email", FEATURE),
        ("improvements", "Move cards to another list", IMPROVEMENT),
        # The heading, the type, the first words, in this order.
        ("bug fixes", "Add the missing button", FIX),
        ("features", "Fix rounding of totals", FIX),
        ("features", "fix: rounding of totals", FEATURE),
        ("fixes and improvements", "Faster search", IMPROVEMENT),
        ("fixes and improvements", "Fixed search", FIX),
        ("", "Webhooks: prevent doubled events", FIX),
        ("", "Octane: add support for queues", FEATURE),
        ("", "Patches CVE-2026-1234 in the parser", FIX),
        ("", "Export was broken for Safari", FIX),
        ("", "A bug was found in exports: files that are not there any more stopped them", FIX),
        ("", "Imports now correctly keep the order", FIX),
        ("", "Charts", IMPROVEMENT),
    ],
)
def test_a_line_has_a_class(section: str, text: str, kind: str) -> None:
    assert verdict(f"- {text}", section).kind == kind


def test_a_guess_is_shown_and_asks_for_a_look() -> None:
    assert verdict("- Charts").sure is False
    assert verdict("- Removed the old editor", "changed").sure is False
    assert verdict("- the old editor", "removed").sure is True


def test_labels_come_before_headings_and_a_teams_headings_before_ours() -> None:
    policy = Policy({"fixed": IMPROVEMENT, "goodies": FEATURE}, {"kind: bug": FIX})

    assert verdict("- Charts", "goodies", policy=policy).kind == FEATURE
    assert verdict("- Charts", "fixed", policy=policy).kind == IMPROVEMENT
    found = verdict("- Charts", "goodies", ["Size: L", "Kind: Bug"], policy)
    assert (found.kind, found.rule) == (FIX, "label 'kind: bug'")


@pytest.mark.parametrize(
    ("section", "text", "marks"),
    [
        ("security", "Sessions end", ("security",)),
        ("", "Fix CVE-2026-1234", ("security",)),
        ("deprecated", "Old keys", ("deprecated",)),
        ("changed", "Old keys are deprecated", ("deprecated",)),
        ("", "Charts", ()),
        ("dependencies", "Bump a/b to fix CVE-2026-1234", ()),
    ],
)
def test_security_and_deprecated_are_marks_beside_the_class(section: str, text: str, marks: tuple[str, ...]) -> None:
    assert verdict(f"- {text}", section).marks == marks


def test_the_words_of_a_paragraph_are_not_weighed() -> None:
    assert verdict("We removed much and fixed more.", "what's new").kind == IMPROVEMENT
    assert verdict("**Breaking:** keys end.", "").kind == BREAKING
