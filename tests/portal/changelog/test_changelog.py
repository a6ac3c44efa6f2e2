"""Releases become entries in customers' words, and entries become a page."""

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal import changelog
from portal.changelog import Entry, Section, feeds, news, outline, releases, wording
from portal.errors import ContentError
from portal.sanitise import to_html

HERE = Path(__file__).parent


def entry(slug: str, day: str = "2026-11-10", categories: tuple[str, ...] = ("New",), **more: object) -> Entry:
    sections = tuple(Section(c, (f"- {c} thing",)) for c in categories)
    published = datetime.fromisoformat(day).replace(tzinfo=UTC)
    return Entry(slug, slug, slug.title(), published, categories, sections, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("body", "category"),
    [
        ("- feat: share reports", "New"),
        ("- feat(api)!: keys end", "Breaking"),
        ("- fix(export): keep the last row", "Fixed"),
        ("- perf: open faster", "Improved"),
        ("- **Breaking**: keys end", "Breaking"),
        ("### ⚠ BREAKING CHANGES\n* keys end", "Breaking"),
        ("### Removed\n- the old editor", "Breaking"),
        ("## 🐛 Bug fixes\n- crash at start", "Fixed"),
        ("**Security**\n\n- sessions end", "Security"),
        ("### Added\n- passkeys", "New"),
        ("## What's Changed\n* Fixed: quotes stay", "Fixed"),
        ("## What's new\n* Charts have legends", "Improved"),
        ("- nobody can say what this is", "Improved"),
    ],
)
def test_a_line_is_shown_in_its_category(body: str, category: str) -> None:
    found = news.classify(body)

    assert list(found.kept) == [category]
    assert found.left_out == []


@pytest.mark.parametrize(
    "body",
    [
        "- chore: tidy",
        "- ci(release): faster",
        "- **e2e:** decide the flow",
        "### Dependency Updates\n- django 5",
        "* Bump a from 1 to 2 by @dependabot[bot] in https://github.com/a/b/pull/1",
        "**Full Changelog**: https://github.com/a/b/compare/v1...v2",
        "[Full changelog](https://github.com/a/b/compare/v1...v2)",
        "## New Contributors\n* @ada made their first contribution in https://github.com/a/b/pull/1",
    ],
)
def test_a_line_for_the_workshop_is_left_out_and_counted(body: str) -> None:
    found = news.classify(body)

    assert found.kept == {}
    assert len(found.left_out) == 1


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("* share it by @ada in https://github.com/a/b/pull/12", "- Share it"),
        ("- exports work (#14, #15)", "- Exports work"),
        ("- a fix ([#31](https://x.example/31)) ([0a1b2c3](https://x.example/c))", "- A fix"),
        ("- a fix. [#3](https://x.example/3), [#4](https://x.example/4) and [#5](https://x.example/5)", "- A fix."),
        ("- safer. Thanks to [@ada](https://github.com/ada) for telling us.", "- Safer."),
        ("- feat(reports): share", "- **reports:** share"),
        ("- **[BREAKING]** it ends", "- It ends"),
        ("- [ABC-12] and UTF-8 stay, (ABC-12) goes", "- [ABC-12] and UTF-8 stay, (ABC-12) goes"),
        ("- see [the book](docs/book.md), [site](https://x.example)", "- See the book, [site](https://x.example)"),
        ("- camelCase keeps its spelling", "- camelCase keeps its spelling"),
    ],
)
def test_the_marks_of_the_workshop_are_taken_out(line: str, text: str) -> None:
    assert wording.tidy(line) == text


def test_code_and_prose_after_an_item_stay_with_it_unchanged() -> None:
    kept = news.classify("- fix: quotes\n\nOnly odd ones:\n\n```php\nf('#1') # (#2)\n```\n").kept

    assert kept == {"Fixed": ["- Quotes", "Only odd ones:", "```php\nf('#1') # (#2)\n```"]}


def test_a_huge_release_is_cut_and_the_rest_is_counted() -> None:
    found = news.classify("".join(f"- one more thing, {n}\n" for n in range(5000)))

    assert len(found.kept["Improved"]) == news.MAX_ITEMS
    assert len(found.left_out) == 5000 - news.MAX_ITEMS


@given(st.text(alphabet=st.sampled_from("-*#`~ \n\tab:!().[]1_"), max_size=200))
@example("\t**")
def test_no_block_of_a_release_is_ever_lost(body: str) -> None:
    sorted_ = news.classify(body)

    wanted = [b for b in outline.blocks(body) if outline.heading(b) is None]
    shown = [b for found in sorted_.kept.values() for b in found if not b.startswith("**")]
    # A block is shown without the blanks before it.
    assert len(shown) + len(sorted_.left_out) >= len([b for b in wanted if not b.lstrip().startswith("**")])


@given(st.text(max_size=300))
def test_splitting_and_joining_keeps_every_word(text: str) -> None:
    joined = outline.join(outline.blocks(text.replace("\r", "")))

    assert "".join(text.split()) in "".join(joined.split())


@given(st.one_of(st.text(max_size=200), st.text(max_size=120).map(lambda t: f"---\ntitle: a\ndate: {t}\n---\nx")))
def test_a_file_is_read_or_named_in_an_error(text: str) -> None:
    try:
        title, message = changelog.parse(text, "changelog/x.md").title, ""
    except ContentError as error:
        title, message = "", str(error)

    assert title or message.startswith("changelog/x.md")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# Hello", "changelog/x.md:1: does not begin with front matter between two lines of '---'"),
        ("---\ntitle: A\n---\n- x", "changelog/x.md:1: has no 'date' in its front matter"),
        ("---\ndate: 2026-11-18\ntitle:\n---\n- x", "changelog/x.md:3: has no 'title' in its front matter"),
        (
            "---\ntitle: A\ndate: 18.11.2026\n---\n- x",
            "changelog/x.md:3: date '18.11.2026' is not a date like 2026-11-18",
        ),
        ("---\ntitle: A\ndate: 2026-11-18\nuntil: soon\n---\n- x", "changelog/x.md:4: until 'soon' is not a date"),
        (
            "---\ntitle: A\ndate: 2026-11-18\ncategories: [Nice]\n---\n- x",
            "changelog/x.md:4: category 'Nice' is not one of: Breaking, New, Improved, Fixed, Security",
        ),
        (
            "---\ntitle: A\ndate: 2026-11-18\ntag: [a\n---\n- x",
            "changelog/x.md:5: is not valid YAML: a '[' or '{' that is not closed",
        ),
        ("---\ntitle: A\ndate: 2026-11-18\n---\n", "has no text below its front matter"),
    ],
)
def test_a_mistake_is_named_with_file_and_line(text: str, message: str) -> None:
    with pytest.raises(ContentError) as caught:
        changelog.parse(text, "changelog/x.md")

    assert message in str(caught.value)


def test_values_stay_as_a_writer_wrote_them() -> None:
    found = changelog.parse("---\ntitle: 2026\ndate: 2026-11-18\ntag: 1.10\n---\n## Fixed\n- x\n", "changelog/x.md")

    assert (found.title, found.tag, found.categories, found.slug) == ("2026", "1.10", ("Fixed",), "x")


def test_entries_are_newest_first_and_grouped_by_month() -> None:
    found = changelog.newest_first([entry("b", "2026-10-31"), entry("c", "2026-11-01"), entry("a", "2026-10-31")])

    months = changelog.by_month(found)
    assert [(m.first.isoformat(), [e.slug for week in m.weeks for e in week.entries]) for m in months] == [
        ("2026-11-01", ["c"]),
        ("2026-10-01", ["a", "b"]),
    ]


def test_recent_means_thirty_days_with_today_and_without_the_future() -> None:
    days = ["2026-11-23", "2026-11-22", "2026-10-24", "2026-10-23"]

    found = changelog.recent([entry(day, day) for day in days], date(2026, 11, 22))
    assert [e.slug for e in found] == ["2026-11-22", "2026-10-24"]


def test_breaking_is_pinned_to_its_last_day_and_not_longer() -> None:
    found = [entry("a", categories=("Breaking",), until=date(2026, 12, 1)), entry("b", until=date(2027, 1, 1))]

    assert [e.slug for e in changelog.pinned(found, date(2026, 12, 1))] == ["a"]
    assert changelog.pinned(found, date(2026, 12, 2)) == []


def test_a_preview_shows_the_first_blocks_and_counts_the_rest() -> None:
    shown, more = changelog.preview(entry("a", categories=("New", "Fixed", "Security")), 2)

    assert [section.category for section in shown] == ["New", "Fixed"]
    assert more == 1


def test_a_category_keeps_only_its_own_sections() -> None:
    found = entry("a", categories=("New", "Fixed"))

    only = found.only("Fixed")
    assert only is not None
    assert [section.category for section in only.sections] == ["Fixed"]
    assert found.only("Breaking") is None


@pytest.mark.parametrize(
    ("name", "write"), [("atom.xml", feeds.atom), ("rss.xml", feeds.rss), ("feed.json", feeds.json_feed)]
)
def test_a_feed_is_the_file_beside_this_test(name: str, write: object) -> None:
    text = (HERE / "entry.md").read_text(encoding="utf-8")
    channel = feeds.Channel("Acme: what changed", "What is new.", "https://acme.example/help/changelog/", "Acme")
    found = changelog.parse(text, "changelog/2026-11-18-entry.md")

    feed = write(channel, [found], lambda e: "\n".join(to_html(s.markdown) for s in e.sections))  # type: ignore[operator]
    assert feed == (HERE / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("write", [feeds.atom, feeds.rss, feeds.json_feed])
def test_entries_of_one_day_have_times_of_their_own_in_the_lists_order(write: object) -> None:
    channel = feeds.Channel("Acme", "News", "https://acme.example/changelog/", "Acme")
    found = changelog.newest_first([entry(name) for name in "cbade"] + [entry("later", "2026-11-12")])

    feed = write(channel, found, lambda e: e.slug)  # type: ignore[operator]
    times = re.findall(
        r"2026-11-1\dT\d\d:\d\d:\d\d|1\d Nov 2026 \d\d:\d\d:\d\d", feed.partition("<published>")[2] or feed
    )
    assert sorted(set(times), reverse=True) == list(dict.fromkeys(times))
    assert len(set(times)) >= 6


def test_an_id_of_a_feed_survives_a_new_title() -> None:
    assert feeds.stable_id(entry("a")) == feeds.stable_id(entry("a", "2026-11-11", ("Fixed",)))


@pytest.mark.parametrize("data", [{}, [1], [{"name": "x"}], [{"tag_name": "v1", "published_at": "soon"}]])
def test_what_is_no_list_of_releases_is_refused(data: object) -> None:
    with pytest.raises(releases.ReleaseError):
        releases.read(data)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda x: st.lists(x, max_size=3)
       | st.dictionaries(st.sampled_from(["tag_name", "published_at", "body", "html_url"]), x)))  # fmt: skip
def test_any_json_is_releases_or_a_named_error(data: object) -> None:
    try:
        found = releases.read(json.loads(json.dumps(data)))
    except releases.ReleaseError:
        return
    for release in found:
        assert releases.draft(release).text == "" or release.body
