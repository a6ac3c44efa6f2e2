"""The pictures of walkthroughs that nobody has taken yet, while the portal that they are taken of is built."""

from pathlib import Path

import pytest
from PIL import Image

from scripts.walkthrough import files

STEPS = "product: portal\nsteps:\n  - goto: /\n  - shot: one\n  - shot: two\n"


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """The folder of pictures, with one of the four there."""
    (tmp_path / "docs/a/pictures").mkdir(parents=True)
    (tmp_path / "docs/a/b.md").write_text("# B\n")
    (tmp_path / "docs/a/b.steps.yml").write_text(STEPS)
    (tmp_path / "docs/a/pictures/b-one.webp").write_bytes(b"taken before")
    return tmp_path / "docs/a/pictures"


def test_an_empty_picture_stands_in_for_one_that_is_still_to_be_taken(tmp_path: Path, pictures: Path) -> None:
    jobs = files.jobs(tmp_path, "docs", [], {})
    with files.stood_in(tmp_path, jobs):
        with Image.open(pictures / "b-two.dark.webp") as image:
            size = image.size
        names = sorted(path.name for path in pictures.iterdir())
        (pictures / "b-two.webp").write_bytes(b"taken now")

    assert jobs[0].missing == {"one", "two"}
    assert size == (1, 1)
    assert names == ["b-one.dark.webp", "b-one.webp", "b-two.dark.webp", "b-two.webp"]
    assert {path.name: path.read_bytes() for path in pictures.iterdir()} == {
        "b-one.webp": b"taken before",
        "b-two.webp": b"taken now",
    }


def test_none_is_left_when_the_portal_cannot_be_built(tmp_path: Path, pictures: Path) -> None:
    with pytest.raises(RuntimeError), files.stood_in(tmp_path, files.jobs(tmp_path, "docs", [], {})):
        raise RuntimeError("the demo did not start")

    assert [path.name for path in pictures.iterdir()] == ["b-one.webp"]
