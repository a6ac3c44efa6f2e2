"""A portal builds where the system knows no letters but ASCII."""

import subprocess
from pathlib import Path

from tests.hooks.portals import ARTICLE, mkdocs_from_the_start, write

ASCII = {"LC_ALL": "C", "LANG": "C"}


def test_a_folder_with_other_letters_builds_in_the_c_locale(tmp_path: Path) -> None:
    folder = tmp_path / "Prüfung für 東京"
    folder.mkdir()
    write(folder, {"über/größe": ARTICLE.format(title="Größe", text="Maße in 東京.")})
    (folder / "docs" / "search-tests.yml").write_text("größe: über/größe\n", encoding="utf-8")
    author = ["-c", "user.name=Ä", "-c", "user.email=a@acme.example"]
    for command in (["init", "-q"], ["add", "docs"], [*author, "commit", "-qm", "Größe"]):
        subprocess.run(["git", *command], cwd=folder, check=True)

    result = mkdocs_from_the_start(folder, folder / "site", **ASCII)

    assert result.returncode == 0, result.stderr
    html = (folder / "site" / "über" / "größe" / "index.html").read_text("utf-8")
    assert "Größe" in html
    assert "Updated" in html
