"""The names of pictures sort by page, and say what is on them."""

from itertools import product

from scripts import screenshots


def test_pictures_of_one_page_stand_together_in_the_order_of_a_walk():
    views = product(screenshots.ORDER, screenshots.HEIGHTS, screenshots.SCHEMES, screenshots.DAYS)
    names = [screenshots.file_name(*view) for view in views]

    assert len(set(names)) == len(names) >= 200
    pages = [name.split("-", 1)[0] for name in sorted(names)]
    assert pages == [f"{number:02}" for number in range(1, len(screenshots.ORDER) + 1) for _ in range(8)]
    assert names[0] == "01-home-1440-light-quiet.png"
