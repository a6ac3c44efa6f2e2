"""What a writer hears of a wrong file: every mistake in one build, with its file, its line and what to do."""

# A row of the tables is one mistake.
# ruff: noqa: E501

from pathlib import Path

import pytest

from tests.hooks.portals import mkdocs, write

ARTICLE = "---\ntitle: A\n---\n\nText.\n"
# A file, its content, and what the build says of it: content that cannot be read, and stops the build.
UNREADABLE = [
    ("docs/a/open.md", "---\ntitle: A\n\nText.\n", "docs/a/open.md:1: the front matter has no second line '---'"),
    ("docs/a/colon.md", "---\ntitle: A\nshort: a: b\n---\n", "docs/a/colon.md:3: is not valid YAML: a second ': '"),
    ("docs/a/tab.md", "---\ntitle: A\nquestions:\n\t- b\n---\n", "docs/a/tab.md:4: is not valid YAML: a tab; indent"),
    ("docs/a/star.md", "---\ntitle: *A\n---\n", "docs/a/star.md:2: is not valid YAML: a text begins with '*'"),
    ("docs/a/at.md", "---\ntitle: A\nowner: @anna\n---\n", "docs/a/at.md:3: is not valid YAML: a text begins with '@'"),
    ("docs/a/quote.md", '---\ntitle: A\nshort: "b\n---\n', "docs/a/quote.md:"),
    ("docs/a/draft.md", "---\ntitle: A\ndraft: perhaps\n---\n", "docs/a/draft.md:3: draft: 'perhaps' is wrong"),
    ("docs/a/latin.md", b"# A\n\nCaf\xe9 au lait\n", "docs/a/latin.md:3: is not UTF-8 text: 'Café au lait'"),
    ("docs/a/from.md", "---\nredirect_from: [https://x.example/a]\n---\n", "docs/a/from.md:2: old address 'https://x"),
    ("docs/synonyms.yml", "- [invoice]\n- [on, off]\n", "docs/synonyms.yml:1: ['invoice'] is no group"),
    ("docs/synonyms.yml", "- [invoice]\n- [on, off]\n", "docs/synonyms.yml:2: True is not a word; put it in quotes"),
    ("docs/search-tests.yml", "one: a/gone\ntwo: a/rihgt\n", "docs/search-tests.yml:1: there is no article 'a/gone'"),
    ("docs/search-tests.yml", "one: a/gone\ntwo: a/rihgt\n", "docs/search-tests.yml:2: there is no article 'a/rihgt'. "
     "Did you mean 'a/right'?"),
    ("docs/redirects.yml", "old: a/rihgt\nb: //x.example\n", "docs/redirects.yml:1: 'old' leads to 'a/rihgt', which is no"),
    ("docs/redirects.yml", "old: a/rihgt\nb: //x.example\n", "docs/redirects.yml:2: '//x.example' leads out of the portal"),
    ("changelog/2026-11-18-a.md", "---\ntitel: A\ndate: soon\n---\nx", "2026-11-18-a.md:2: 'titel' does nothing here. Did you mean 'title'?"),
    ("changelog/2026-11-18-a.md", "---\ntitel: A\ndate: soon\n---\nx", "2026-11-18-a.md:3: date 'soon' is not a date"),
    ("changelog/2026-11-18-a.md", "---\ntitel: A\ndate: soon\n---\nx", "2026-11-18-a.md:1: has no 'title'"),
    ("changelog/latin.md", b"---\ntitle: \xfcber\n---\nx", "changelog/latin.md:2: is not UTF-8 text: 'title: über'"),
    ("status/incidents/i.md", "---\nid: i\ntitle: T\nstatus: done\nimpct: minor\n---\n", "incidents/i.md:4: 'status' is 'done': write investigating"),
    ("status/incidents/i.md", "---\nid: i\ntitle: T\nstatus: done\nimpct: minor\n---\n", "incidents/i.md:5: 'impct' is not known here. Did you mean 'impact'?"),
    ("status/maintenance/m.md", "---\nid: m\n---\n", "status/maintenance/m.md:2: 'title' is missing"),
    ("status/corrections/c.yml", "component: web\nfrom: 2026-11-01T00:00:00Z\nuntil: 2026-11-01T01:00:00Z\nstate: maintainance\nreason: r\nauthor: a\n",
     "status/corrections/c.yml:4: 'state' is 'maintainance': write maintenance or unknown. Did you mean 'maintenance'?"),
]  # fmt: skip
# The same for what can be read, but would be shown as something else or not at all.
DOUBTFUL = [
    ("docs/a/box.md", "# A\n\n!!!note\n    x\n", "docs/a/box.md:3: a box needs a space after its marks: '!!! note'"),
    ("docs/a/kind.md", "# A\n\n!!! notice\n    x\n", "docs/a/kind.md:3: there is no box 'notice'; write one of: note"),
    ("docs/a/empty.md", "# A\n\n!!! tip\nx\n", "docs/a/empty.md:3: nothing is in this box or tab: indent its text"),
    ("docs/a/two.md", "---\ntitle: A\n---\n# A\n\nx\n\n# B\n", "docs/a/two.md:8: a second heading of the first level"),
    ("docs/a/alert.md", "# A\n\n> [!CAUTION]\n> x\n", "docs/a/alert.md:3: a box of GitHub's; write '!!! warning'"),
    ("docs/a/keys.md", "---\ntitle: A\naliases: [b]\n---\n", "docs/a/keys.md:3: 'aliases' does nothing here: write the old"),
    ("docs/a/keys2.md", "---\ntitle: A\nredirect_form: [b]\n---\n", "docs/a/keys2.md:3: front matter has 'redirect_form'"),
    ("docs/a/rel.md", "---\ntitle: A\nrelated: [a/hid, a/rihgt]\n---\n", "docs/a/rel.md:3: related: 'a/hid' is a draft, and no list"),
    ("docs/a/rel.md", "---\ntitle: A\nrelated: [a/hid, a/rihgt]\n---\n", "docs/a/rel.md:3: related: there is no article 'a/rihgt'"),
    ("docs/a/todraft.md", "# A\n\n[x](hid.md)\n", "docs/a/todraft.md:3: link 'hid.md' leads to a draft"),
    ("docs/a/other.markdown", "# A\n", "docs/a/other.markdown: is no article for the build: an article's name ends in .md"),
    ("docs/synonyms.yaml", "- [a, b]\n", "docs/synonyms.yaml: is not read, and would be published. Did you mean 'synonyms.yml'?"),
    ("status/components.yaml", "a: b\n", "status/components.yaml: is not read, since status/components.yml is there as well."),
    ("status/incident/x.md", "x", "status/incident/x.md: nothing reads the folder 'incident'. Did you mean 'incidents'?"),
    ("status/incidents/2026/x.md", "x", "status/incidents/2026/x.md: is not read. What is read: status/components.yml"),
    ("status/corrections/x.yaml", "x", "status/corrections/x.yaml: is not read."),
    ("changelog/2026/x.md", "x", "changelog/2026/x.md: nothing reads the folder '2026'."),
    ("changelogs/x.md", "x", "changelogs/x.md: nothing reads the folder 'changelogs'. Did you mean 'changelog'?"),
    ("docs/a/link.md", "# A\n\n`[x](gone.md)` [x](gone.md)\n\n[y](gone.md)\n\n[z][1]\n\n[1]: /my/billing\n", "docs/a/link.md:3: link 'gone.md' leads nowhere."),
    ("docs/a/link.md", None, "docs/a/link.md:5: link 'gone.md' leads nowhere."),
    ("docs/a/link.md", None, "docs/a/link.md:9: link '/my/billing' begins with '/'"),
    ("docs/a/tabs.md", "# A\n\n" + "".join(f'=== "{n}"\n\n    x\n\n' for n in range(9)), "docs/a/tabs.md: has more than eight tabs"),
    ("docs/a/tabs8.md", "# A\n\n" + "".join(f'=== "{n}"\n\n    x\n\n' for n in range(8)), ""),
    ("docs/a/near.md", "# A\n\n[x](../right.md)\n", "docs/a/near.md:3: link '../right.md' leads nowhere. Did you mean 'right.md'?"),
    ("docs/a/near2.md", "# A\n\n[x](../b/rihgt.md#x)\n![what](../a/shot.pmg)\n", "docs/a/near2.md:3: link '../b/rihgt.md#x' leads nowhere. Did you mean 'right.md#x'?"),
    ("docs/a/near2.md", None, "docs/a/near2.md:4: link '../a/shot.pmg' leads nowhere.\n"),
    ("docs/a/anchor.md", "# A\n\n[x](right.md#no)\n[y](#no)\n", "docs/a/anchor.md:3: link 'right.md#no' leads to an anchor"),
    ("docs/a/anchor.md", None, "docs/a/anchor.md:4: link '#no' leads to an anchor that is not there"),
]  # fmt: skip
RIGHT = {
    "docs/a/right.md": ARTICLE,
    "docs/a/hid.md": "---\ntitle: H\ndraft: true\n---\nx\n",
    "status/components.yml": "page: {id: acme, name: Acme}\ncomponents:\n  - {id: web, name: Web}\n",
}


def portal(folder: Path, table: list[tuple[str, str | bytes | None, str]]) -> Path:
    write(folder, {})
    files = RIGHT | {name: content for name, content, _ in table if content is not None}
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


@pytest.mark.parametrize("table", [UNREADABLE, DOUBTFUL], ids=["unreadable", "doubtful"])
def test_one_build_names_every_mistake(tmp_path: Path, table: list[tuple[str, str | bytes | None, str]]) -> None:
    result = mkdocs(portal(tmp_path, table), tmp_path / "site")

    assert result.returncode == 1
    assert [said for _, _, said in table if said not in result.stderr] == [], result.stderr
    assert "Traceback" not in result.stderr


def test_what_is_right_is_not_complained_about(tmp_path: Path) -> None:
    text = (
        '# A\n\n```\n# no heading\n!!!note\n```\n\n??? tip "More"\n    x\n\n'
        '=== "Web"\n\n    - a\n\n        # code\n\n[x][1] and `#tag`\n\n[1]: right.md\n\n<!--\n# x\n# y\n-->\n'
    )
    folder = portal(tmp_path, [("docs/a/fine.md", text, ""), ("status/README.md", "x", ""), ("docs/a/.x.md~", "x", "")])
    (folder / "changelog").mkdir()
    (folder / "changelog" / ".gitkeep").touch()
    result = mkdocs(folder, tmp_path / "site")

    assert result.returncode == 0, result.stderr


def test_an_incident_without_components_is_no_silence(tmp_path: Path) -> None:
    folder = portal(tmp_path, [("status/incidents/x.md", "x", "")])
    (folder / "status" / "components.yml").rename(folder / "status" / "components.yaml")

    result = mkdocs(folder, tmp_path / "site")

    assert "status/components.yml: is missing: without it there is no status page" in result.stderr
