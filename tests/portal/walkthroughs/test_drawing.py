"""Marks and masks on a picture."""

import io

import pytest
from PIL import Image

from portal.walkthroughs.drawing import COLOURS, Box, drawn

WHITE, BLACK = "#ffffff", "#000000"


def page(colour: str = WHITE, size: tuple[int, int] = (400, 200)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()


def image(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


def test_a_frame_is_around_the_element_and_leaves_it_as_it_was() -> None:
    found = image(drawn(page(), [Box(50, 30, 80, 20)], [], "light", 2))

    assert found.size == (400, 200)
    # In the middle of the frame's upper line, five pixels above the element.
    assert "#{:02x}{:02x}{:02x}".format(*found.getpixel((180, 52))) == COLOURS["light"][0]
    assert found.crop((100, 60, 260, 100)).getcolors() == [(160 * 40, (255, 255, 255))]


def test_what_is_hidden_cannot_be_read_any_more() -> None:
    secret = image(page(BLACK))
    found = image(drawn(page(BLACK), [], [Box(50, 30, 80, 20)], "dark", 2))

    assert len(found.crop((100, 60, 260, 100)).getcolors()) == 1
    assert found.getpixel((180, 80)) != secret.getpixel((180, 80))
    assert found.getpixel((20, 20)) == (0, 0, 0)


def test_several_frames_are_numbered_and_one_is_not() -> None:
    boxes = [Box(50, 30, 80, 20), Box(50, 60, 80, 20)]
    one, two = (image(drawn(page(), boxes[:count], [], "light", 2)) for count in (1, 2))

    # Where the disc of the first is.
    disc = (260, 40, 280, 60)
    assert one.crop(disc).getcolors(999) != two.crop(disc).getcolors(999)


@pytest.mark.parametrize("box", [Box(-20, -20, 500, 500), Box(0, 0, 0, 0), Box(190, 90, 10, 10), Box(900, 900, 5, 5)])
def test_an_element_at_the_edge_or_beyond_is_no_mistake(box: Box) -> None:
    assert image(drawn(page(), [box, box], [box], "dark", 2)).size == (400, 200)


def test_the_same_page_gives_the_same_bytes() -> None:
    marks = [Box(10.3, 10.6, 50.5, 20), Box(80, 40, 30, 30)]

    assert drawn(page(), marks, marks[:1], "dark", 1.5) == drawn(page(), marks, marks[:1], "dark", 1.5)
