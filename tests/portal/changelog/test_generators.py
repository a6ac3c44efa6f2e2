"""Releases as their generators write them, and as GitHub shows them."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import changelog
from portal.changelog import credits, news, releases
from portal.changelog.releases import Release
from portal.sanitise import to_html, to_text

GENERATED = Path(__file__).parent / "generators"


@pytest.mark.parametrize("name", sorted(path.stem for path in GENERATED.glob("*.md") if "." not in path.stem))
def test_a_generators_release_becomes_the_file_beside_it(name: str) -> None:
    kept = news.classify((GENERATED / f"{name}.md").read_text("utf-8")).kept

    told = "".join(f"{category or 'Introduction'}\n{text}\n\n" for category, found in kept.items() for text in found)
    assert told == (GENERATED / f"{name}.expected.txt").read_text("utf-8")


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("Fix login by @bob in #12 and @eve in #13", "Fix login"),
        ("Fix bug @anna (#944)", "Fix bug"),
        ("Faster exports (@bob)", "Faster exports"),
        ("Faster exports by [@bob](https://g.example/bob) in [#12](https://g.example/pull/12)", "Faster exports"),
        ("Charts have legends. Closes #12", "Charts have legends."),
        ("Charts have legends, fixes [#8](https://g.example/issues/8)", "Charts have legends"),
        ("Undo works everywhere (thanks @mia and @noor!)", "Undo works everywhere (thanks @mia and @noor!)"),
        ("Undo works everywhere, thanks @mia!", "Undo works everywhere"),
        ("Undo works everywhere (thanks @mia)", "Undo works everywhere"),
        ("Undo works (!77).", "Undo works."),
        ("Undo works (acme/app#77, 0a1b2c3)", "Undo works"),
        ("Undo works [WEB-31](https://t.example/WEB-31)", "Undo works"),
        ("[WEB-31] Undo works", "Undo works"),
        ("WEB-31: Undo works", "Undo works"),
        ("0a1b2c3: Undo works", "Undo works"),
        ("[#9](https://g.example/9) [`0a1b2c3`](https://g.example/c) Thanks [@mia](https://g.example)! - Undo", "Undo"),
        ("Undo works in https://g.example/acme/app/pull/77", "Undo works"),
        ("Undo works by @mia and @noor in https://g.example/acme/app/pull/77", "Undo works"),
    ],
)
def test_credits_and_numbers_leave_the_ends_and_nothing_else(line: str, kept: str) -> None:
    assert credits.without(line) == kept


@pytest.mark.parametrize(
    "line",
    [
        "Dates follow the standard (ISO-8601)",
        "Keys are stretched (SHA-256)",
        "Patched a leak (CVE-2026-1234)",
        "Text is stored as (UTF-8)",
        "Tables take more rows (1000000)",
        "Sort teammates by @name",
        "Tell the whole team with @channel",
        "Install it as @acme/ui",
        "Write to billing@acme.example",
        "Order #4521 is printed on the invoice",
        "See https://acme.example/pull/3 for the steps",
        "Ask @support in #help, and wait",
        "#1234 is a colour again",
        "Colours such as #fa8072",
        "C# and F# samples",
        "Ids such as `a1b2c3d` are links",
        "Version (2) of the form",
        "Made by hand",
    ],
)
def test_words_that_only_look_like_it_stay(line: str) -> None:
    assert credits.without(line) == line


@given(st.text(alphabet=st.sampled_from("aZ1 @#()[]/-.,:!\n`"), max_size=80))
def test_what_is_kept_stood_in_the_line_in_one_piece(line: str) -> None:
    kept = credits.without(line)

    assert kept.rstrip(".") in line


@pytest.mark.parametrize(
    "line",
    [
        "- by @ada in #12",
        "- @ada",
        "- By [@bob](https://g.example/bob) and @eve.",
        "- Contributed by @noor in acme/app#7",
        "- @mia, @noor and @ada",
        "- Thanks to @ada!",
    ],
)
def test_a_line_that_is_only_a_credit_is_left_out(line: str) -> None:
    found = news.classify(f"{line}\n")

    assert found.kept == {}
    assert [block for block, _ in found.left_out] == [line]


@pytest.mark.parametrize("line", ["- @media rules work again", "- @ada can sign in", "- @team is told of it"])
def test_a_line_that_begins_with_a_name_is_news(line: str) -> None:
    found = news.classify(f"{line}\n")

    assert [text for texts in found.kept.values() for text in texts] == [line]
    assert found.left_out == []


@pytest.mark.parametrize(
    "line",
    [
        "Bump max upload size from 10 MB to 50 MB",
        "Bump timeout from 10 to 50",
        "Update terms to v2",
        "Upgrade your plan to get more seats",
        "Update password rules to 12 characters",
        "Bump the limit from 1.5 to 2.5 GB",
        "Upgraded API keys expire",
    ],
)
def test_news_that_begins_like_a_dependency_is_news(line: str) -> None:
    assert news.classify(f"- {line}").left_out == []


@pytest.mark.parametrize(
    "line",
    [
        "Bump lodash from 4.17.20 to 4.17.21",
        "Bump @types/node from 20 to 22",
        "build(deps): bump actions/checkout from 4 to 5",
        "Update dependency htmx to v2",
        "Bump the frontend group with 3 updates",
        "Bump the npm group across 1 directory with 2 updates (#12)",
        "Upgrade `django` from 4.2 to 5.2 (#81)",
        "Update all non-major dependencies",
        "Updated dependencies [0a1b2c3]",
        "Merge pull request #12 from acme/undo",
        "Lock file maintenance",
    ],
)
def test_a_dependency_is_no_news(line: str) -> None:
    assert news.classify(f"- {line}").kept == {}


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("Intro:\n- a\n- b", ["<p>Intro:</p>", "<li>A</li>"]),
        ("- a\n\n  more\n\n  ```\n  code\n  ```", ["<p>more</p>", "<pre><code>code"]),
        ("- a\n    - b\n- c\n  - d", ["<li>b</li>", "<li>d</li>"]),
        ("To upgrade:\n\n1. Stop\n2. Copy\n3. Start", ["<ol>\n<li>Stop</li>\n<li>Copy</li>\n<li>Start</li>\n</ol>"]),
        ("3. Third\n4. Fourth", ['<ol start="3">']),
        ("1) One\n2) Two", ["<ol>\n<li>One</li>\n<li>Two</li>"]),
        ("#1234 fixed", ["<p>#1234 fixed</p>"]),
        ("- Read [the guide][g]\n\n[g]: https://acme.example/guide", ['<a href="https://acme.example/guide"']),
        ("> [!WARNING]\n> Back up first.", ["<blockquote>", "<strong>Warning</strong><br>", "Back up first."]),
        ("- [x] Done\n- [ ] Open", ["\u2611 Done", "\u2610 Open"]),
        ("- ~~gone~~", ["<s>gone</s>"]),
        ("- one\\\n  two", ["one<br>\ntwo"]),
        ("- one<br>two", ["one<br>two"]),
        ("- Faster :rocket:, time 10:30:00", ["Faster \U0001f680, time 10:30:00"]),
        ("- https://acme.example/x works, README.md too", ['<a href="https://acme.example/x"', "README.md too"]),
        ("| a | b |\n|---|---|\n| 1 | 2 |", ["<td>1</td>"]),
    ],
)
def test_a_release_is_shown_as_on_github(body: str, html: list[str]) -> None:
    drafted = releases.draft(Release("v1", "", body, "https://g.example/r", "acme/app", False, False, None))
    entry = changelog.parse(drafted.text, "changelog/x.md")

    shown = "\n".join(to_html(section.markdown) for section in entry.sections)
    assert [part for part in html if part not in shown] == []
    assert [block for block, _ in drafted.left_out if to_text(block)] == []


def test_the_same_news_twice_is_one_line() -> None:
    body = "- feat: share a report (#12)\n- Share a report\n- Share a **report**. by @bob in #12\n- Share reports\n"

    found = news.classify(body)

    assert found.kept == {"New": ["- Share a report"], "Improved": ["- Share reports"]}
    assert [rule for _, rule in found.left_out] == ["said before", "said before"]


@pytest.mark.parametrize(
    ("tag", "name", "title"),
    [
        ("@acme/ui@3.1.0", "@acme/ui@3.1.0", "Acme ui 3.1.0"),
        ("@acme/acme@2.0.0", "", "Acme 2.0.0"),
        ("ui/v3.1.0", "ui/v3.1.0", "Acme ui 3.1.0"),
        ("web-app-v1.2.0-rc.1", "", "Acme web app 1.2.0-rc.1"),
        ("v4", "v4", "Acme 4"),
        ("release-2026.11", "Release 2026.11", "Acme 2026.11"),
        ("nightly", "", "Acme nightly"),
        ("v4", "The `fast` one & <more>", "The `fast` one & <more>"),
    ],
)
def test_a_title_is_readable(tag: str, name: str, title: str) -> None:
    assert releases.title(Release(tag, name, "", "", "acme/acme", False, False, None), "Acme") == title


def test_the_addresses_of_links_by_name_are_kept_and_no_others() -> None:
    body = "## [1.2.0] - 2026-11-18\n### Added\n- See [the guide]\n\n[the guide]: https://a.example\n[1.2.0]: https://b.example"

    text = releases.draft(Release("v1", "", body, "", "a/b", False, False, None)).text

    assert re.findall(r"^\[.*", text, re.MULTILINE) == ["[the guide]: https://a.example"]
