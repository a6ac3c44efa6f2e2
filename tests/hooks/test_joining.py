"""What an adopter adds to mkdocs.yml is joined with what the portal needs, or refused with a sentence."""

import re
from pathlib import Path
from typing import Any

import pytest

from hooks.joining import faults as refused
from scripts.mkdocs_file import faults
from tests.hooks.portals import ARTICLE, CONFIG, mkdocs, write

TEXT = "- [ ] a task\n\n!!! note\n    A note.\n\n## Kopf über\n\nA[^1] b.\n\n[^1]: Note.\n"
HOOK = "def on_post_page(output, page, config):\n    return output.replace('</body>', '<i>mine</i></body>')\n"
BASE_HOOKS = ["hooks/joining.py", "hooks/site.py"]
OURS = "[hooks/joining.py, hooks/site.py, hooks/parts.py, hooks/brand.py, hooks/changelog.py, hooks/status.py,"
OURS += " hooks/freshness.py, hooks/writing.py, hooks/links.py, hooks/pictures.py, hooks/search.py,"
OURS += " hooks/copies.py, hooks/lean.py, hooks/joined.py, hooks/bundle.py, hooks/redirects.py, hooks/serve_api.py"


def build(folder: Path, more: str) -> tuple[int, str, str]:
    """The exit code, what was said, and the page of an article."""
    write(folder, {"a/one": ARTICLE.format(title="One", text=TEXT)}, CONFIG + more)
    (folder / "mine/partials").mkdir(parents=True)
    (folder / "mine/partials/footer.html").write_text("<footer>My own footer</footer>")
    (folder / "mine.py").write_text(HOOK)
    result = mkdocs(folder, folder / "site")
    page = folder / "site/a/one/index.html"
    return result.returncode, result.stderr, page.read_text("utf-8") if page.is_file() else ""


LISTS = f"""
extra_javascript: [own.js]
extra_css: [brand.css]
markdown_extensions: [pymdownx.tasklist]
theme: {{features: [content.code.copy], custom_dir: mine}}
hooks: {OURS}, mine.py]
plugins: [material/tags]
"""
IN_OTHER_FORMS = """
extra_javascript: [assets/portal.js, {path: own.js, defer: true}, https://chat.example/a.js]
markdown_extensions: {pymdownx.tasklist: {}, toc: {permalink: here}}
"""


@pytest.mark.parametrize(
    ("more", "shown"),
    [
        (
            LISTS,
            [
                'src="../../own.js"', 'href="../../brand.css"', 'class="task-list', "content.code.copy",
                "My own footer", "<i>mine</i>",
            ],
        ),
        (IN_OTHER_FORMS, ['src="../../own.js" defer', 'class="task-list', ">here</a>"]),
    ],
)  # fmt: skip
def test_what_is_added_comes_beside_what_the_portal_needs(tmp_path: Path, more: str, shown: list[str]) -> None:
    code, said, page = build(tmp_path, more)

    assert code == 0, said
    assert [words for words in shown if words not in page] == []
    # Our script, our search box, a box, a note and a heading in any script: each is from one of our lists.
    assert len(re.findall(r'<script[^>]*src="../../assets/portal.js"', page)) == 1
    for ours in ('class="hf-search', 'class="admonition note"', 'id="kopf-über"', "footnote-ref", "navigation.instant"):
        assert ours in page, ours


def test_a_script_of_another_host_is_named_and_stays_off_personal_pages(tmp_path: Path) -> None:
    code, said, page = build(tmp_path, "extra_javascript: [https://chat.example/a.js]\n")

    assert code == 0
    assert "extra_javascript: public pages load from chat.example, personal pages (/my/) do not." in said
    assert "extra.portal.allow" in said
    assert 'src="https://chat.example/a.js"' in page
    assert re.search("script-src [^;]*https://chat.example", page)
    assert "chat.example" not in (tmp_path / "build/shell.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("own", "sentences"),
    [
        ({"theme": "material"}, ["theme: would replace the portal's pages."]),
        ({"theme": {"name": "readthedocs"}}, ["theme.name: the portal's pages are made for material."]),
        ({"theme": {"palette": {}, "font": {"text": "Roboto"}}}, ["theme.palette:", "theme.font:"]),
        ({"theme": {"font": False, "name": "material", "features": []}}, []),
        ({"strict": False, "use_directory_urls": False}, ["strict: a page with a dead", "use_directory_urls: the"]),
        ({"strict": True, "use_directory_urls": True}, []),
        ({"validation": {"links": {"not_found": "ignore"}}}, ["validation.links.not_found: with 'ignore' a page"]),
        ({"validation": {"anchors": "info", "links": "warn"}}, ["validation.anchors: with 'info' a page"]),
        ({"nav": ["a/one.md"]}, ["nav: customers would not see it"]),
        ({"plugins": ["tags", {"search": {"lang": "en"}}]}, ["plugins: 'search' would load its whole index"]),
        ({"plugins": {"material/search": {}}}, ["plugins: 'material/search' would load"]),
        ({"hooks": ["hooks/joining.py", "mine.py"]}, ["hooks: replaces the portal's own. Begin the list with hooks/"]),
        ({"hooks": ["hooks/site.py", "hooks/joining.py"]}, ["hooks: replaces the portal's own."]),
        ({"hooks": ["first.py", "hooks/joining.py", "hooks/site.py", "mine.py"]}, []),
        ({"extra": {"portal": {}}, "docs_dir": "docs", "copyright": "me"}, []),
    ],
)
def test_what_would_break_the_portal_is_refused_with_a_sentence(own: dict[str, Any], sentences: list[str]) -> None:
    found = [f"{'.'.join(map(str, place))}: {words}" for place, words in refused(own, {"hooks": BASE_HOOKS})]

    assert [said[: len(start)] for said, start in zip(found, sentences, strict=True)] == sentences


def test_the_build_names_each_of_them_with_its_line(tmp_path: Path) -> None:
    code, said, _ = build(tmp_path, "strict: false\ntheme:\n  font: {text: Roboto}\nnav:\n  - a/one.md\n")

    assert code == 1
    assert [one for one in ("yml:8: strict:", "yml:10: theme.font:", "yml:11: nav:") if one not in said] == []


def test_a_build_without_the_portals_hooks_stops_at_its_first_page(tmp_path: Path) -> None:
    code, said, _ = build(tmp_path, "hooks: [mine.py]\n")

    assert code == 1
    assert "`hooks:` in mkdocs.yml replaces the portal's own. Begin the list with" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (CONFIG, []),
        (CONFIG.replace("INHERIT: hooks/base.yml\n", ""), ["mkdocs.yml: has no INHERIT"]),
        (CONFIG + "hooks: [mine.py]\n", ["mkdocs.yml:8: hooks: replaces the portal's own."]),
        (CONFIG + "hooks: [hooks/joining.py, mine.py]\n", []),
        ("", ["mkdocs.yml: has no INHERIT"]),
        ("a: [", []),
    ],
)
def test_a_file_that_would_build_another_site_is_named_before_the_build(text: str, said: list[str]) -> None:
    found = list(faults(text, "mkdocs.yml"))

    assert len(found) == len(said)
    assert all(sentence.startswith(start) for sentence, start in zip(found, said, strict=True)), found
