"""The walkthroughs of the starter library, against the running portal."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from portal.walkthroughs import facts, steps
from portal.walkthroughs.steps import Walkthrough
from scripts.lib.world import ROOT, World
from scripts.walkthrough.__main__ import FINE, main

# A picture is loaded by readers on phones; the build makes it smaller still.
MOST_BYTES = 40_000
FILES = sorted((ROOT / "docs").rglob("*.steps.yml"))


def walkthrough(file: Path) -> Walkthrough:
    return steps.parse(file.read_text("utf-8"), file.relative_to(ROOT).as_posix())


def test_every_step_that_an_article_names_is_in_the_portal(
    world: World, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(ROOT)
    with ThreadPoolExecutor(1) as thread:
        code = thread.submit(main, ["--check", "--portal", world.url]).result()
    said = capfd.readouterr().out

    assert code == FINE, said
    assert f"{len(FILES)} walkthroughs: {len(FILES)} true, 0 not, 0 unknown" in said


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_each_picture_is_there_in_light_and_dark_and_its_article_shows_it(file: Path):
    found = walkthrough(file)
    article = (ROOT / found.article).read_text("utf-8")
    kept = facts.read((ROOT / found.facts).read_text("utf-8"), found.facts)
    sizes = {name: (ROOT / name).stat().st_size for name in found.pictures}

    assert {step.shot for step in found.steps if step.shot} == kept.shots.keys()
    assert {name: size for name, size in sizes.items() if size > MOST_BYTES} == {}
    for shot in kept.shots:
        (light, bright), (dark, dim) = (seen(found.picture(shot, scheme)) for scheme in ("light", "dark"))
        assert light == dark
        assert bright > 200 > 60 > dim
        assert f"](pictures/{Path(found.picture(shot, 'light')).name})" in article


def seen(picture: str) -> tuple[tuple[int, int], int]:
    """A picture's size, and how bright its upper left corner is."""
    with Image.open(ROOT / picture) as image:
        return image.size, image.convert("L").getpixel((0, 0))


def test_no_picture_is_left_over():
    taken = {name for file in FILES for name in walkthrough(file).pictures}
    there = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("pictures/*.webp")}

    assert there == taken
