"""Pictures of an article: smaller forms, the same ones each time, and HTML that all readers can use."""

import io
import random
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from portal.articles import extras
from portal.articles.pictures import Picture, Shown, made, shown


def picture(width: int, height: int, kind: str = "PNG", **options: Any) -> bytes:
    """A picture like a photograph: no encoder finds it trivial."""
    image = Image.merge("RGB", [Image.linear_gradient("L").resize((width, height))] * 3)
    noise = random.Random(7).randbytes(width * height * 3)
    image = Image.blend(image, Image.frombytes("RGB", (width, height), noise), 0.1)
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("size", "widths"), [((1500, 60), [680, 1360]), ((900, 60), [680, 900]), ((300, 60), [300]), ((680, 40), [680])]
)
def test_a_picture_has_the_widths_that_a_page_shows_and_none_larger_than_itself(
    tmp_path: Path, size: tuple[int, int], widths: list[int]
) -> None:
    found = made(picture(*size), tmp_path)

    assert found is not None
    assert (found.width, found.height) == size
    assert list(found.forms) == widths
    for width, form in found.forms.items():
        with Image.open(io.BytesIO(form)) as image:
            assert image.format == "WEBP"
            assert image.size == (width, round(size[1] * width / size[0]))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_the_same_picture_gives_the_same_bytes_and_the_second_time_from_the_cache(tmp_path: Path, kind: str) -> None:
    data = picture(800, 60, kind)
    first, other = made(data, tmp_path / "a"), made(data, tmp_path / "b")
    files = {path: path.stat().st_mtime_ns for path in (tmp_path / "a").rglob("*.webp")}
    again = made(data, tmp_path / "a")

    assert first == other == again
    assert files == {path: path.stat().st_mtime_ns for path in (tmp_path / "a").rglob("*.webp")}


def test_half_a_cache_counts_as_none(tmp_path: Path) -> None:
    data = picture(90, 60)
    first = made(data, tmp_path)
    (facts,) = tmp_path.rglob("facts.json")
    facts.unlink()

    assert made(data, tmp_path) == first


def test_a_picture_that_a_phone_has_turned_is_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    found = made(picture(90, 60, "JPEG", exif=exif), tmp_path)

    assert found is not None
    assert (found.width, found.height) == (60, 90)


def test_a_film_keeps_its_own_form(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "blue")]
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])

    assert made(buffer.getvalue(), tmp_path) == Picture(40, 30)


@pytest.mark.parametrize("data", [b"", b"<svg/>", b"\x89PNG\r\n\x1a\n", picture(50, 50)[:80]])
def test_what_is_no_picture_is_left_alone(tmp_path: Path, data: bytes) -> None:
    assert made(data, tmp_path) is None


def page(text: str) -> str:
    small = Shown(Picture(900, 300), {680: "../w/a-680.webp", 900: "../w/a-900.webp"})
    return shown(text, lambda address: small if address.startswith("a.png") else None)


def test_a_picture_has_its_size_its_forms_and_a_link_to_the_whole() -> None:
    assert page('<p><img alt="A &quot;b&quot;" src="a.png"></p>') == (
        '<p><a class="hf-shot" href="a.png"><img alt="A &quot;b&quot;" src="../w/a-900.webp" decoding="async" '
        'width="900" height="300" srcset="../w/a-680.webp 680w, ../w/a-900.webp 900w" '
        'sizes="(max-width: 719px) 100vw, 680px"></a></p>'
    )


def test_only_the_first_is_loaded_at_once() -> None:
    assert [part.count('loading="lazy"') for part in page('<img alt="a" src="a.png">' * 3).split("</a>")[:3]] == [
        0,
        1,
        1,
    ]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('<a href="x"><img alt="a" src="a.png"></a>', '<a href="x"><img alt="a"'),
        ('<img alt="" src="a.png">', '<img alt="" '),
        ('<img alt="a" src="https://x.example/b.png">', '<img alt="a" src="https://x.example/b.png" decoding="async">'),
        ('<img alt="a > b" src="a.png" width="200">', 'alt="a &gt; b" src="../w/a-900.webp" width="200" decoding'),
        ('<img alt="a" src="a.png#only-dark">', '<a class="hf-shot hf-shot--dark" href="a.png"><img'),
        ('<img alt="a" src="a.png#only-light">', 'loading="lazy"'),
    ],
)
def test_what_a_writer_chose_stays(text: str, part: str) -> None:
    assert part in page(text)
    assert page(text).count("<a ") == 1 - ('alt=""' in text or "https" in text)


def test_tasks_have_a_name_and_print_has_the_titles_of_tabs() -> None:
    labels = '<div class="tabbed-labels"><label for="a">{}</label><label>{}</label></div>\n<div class="tabbed-content">'
    block = '<div class="tabbed-block">'
    inner = f"{labels.format('I', 'J')}{block}</div>{block}</div></div>"
    text = f"{labels.format('W &amp; <b>b</b>', 'P')}{block}{inner}</div>{block}</div></div>"
    text += '<input type="checkbox" disabled checked/>'
    found = extras.finished(text)

    titles = ['data-title="W &amp; b"', 'data-title="I"', 'data-title="J"', 'data-title="P"']
    assert [part.split(">")[0] for part in found.split('<div class="tabbed-block" ')[1:]] == titles
    assert '<input type="checkbox" disabled checked aria-label="Done">' in found


def paired(text: str) -> str:
    known = {"a.png": "a", "a.dark.png": "b"}
    return shown(
        text,
        lambda address: (
            Shown(Picture(900, 300), {680: f"../w/{known[address]}-680.webp"}) if address in known else None
        ),
    )


def test_a_dark_picture_beside_a_light_one_is_shown_to_readers_with_dark_colours() -> None:
    light, dark = paired('<img alt="A" src="a.png">').split("</a>")[:2]

    assert 'class="hf-shot hf-shot--light" href="a.png"' in light
    assert 'class="hf-shot hf-shot--dark" href="a.dark.png"' in dark
    assert ["../w/a-680.webp" in light, "../w/b-680.webp" in dark] == [True, True]
    assert [part.count('alt="A"') + part.count('loading="lazy"') for part in (light, dark)] == [2, 2]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        # Inside a link of the writer's, the picture itself is shown or not.
        ('<a href="x"><img class="wide" alt="A" src="a.png"></a>', ['"hf-shot--light wide"', '"hf-shot--dark wide"']),
        ('<img alt="" src="a.png">', ['"hf-shot--light"', '"hf-shot--dark"']),
        # A writer who names both, or only one, gets what they named.
        ('<img alt="A" src="a.png#only-light">', ['"hf-shot hf-shot--light"']),
        ('<img alt="A" src="a.dark.png">', ['"hf-shot"']),
        ('<img alt="A" src="https://x.example/a.png">', []),
    ],
)
def test_a_pair_is_a_pair_wherever_it_is(text: str, kinds: list[str]) -> None:
    assert [part.split(">")[0].split(" ")[0] for part in paired(text).split("class=")[1:]] == [
        kind.split(" ")[0] for kind in kinds
    ]
    assert all(f"class={kind}" in paired(text) for kind in kinds)
