"""Times in pages, as HTML knows them."""

import re

import pytest

from functions import pages
from functions.pages import iso
from functions.services import Services
from functions.signin.ways import MORE


@pytest.mark.parametrize("at", [0, 1, 999, 1_764_338_400_123, 1_764_338_400_000, 253_402_300_799_999])
def test_a_time_has_no_more_than_html_allows(at: int) -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?\+00:00", iso(at))


@pytest.mark.parametrize(
    ("off", "words"),
    [
        ((), "your requests, billing and account settings"),
        (("billing",), "your requests and account settings"),
        (("billing", "account"), "your requests"),
        (("billing", "account", "tickets"), ""),
    ],
)
def test_what_signing_in_shows_is_what_this_portal_has(services: Services, off: tuple[str, ...], words: str):
    services.portal["parts"] |= dict.fromkeys(off, False)

    assert pages.offers(services, {"my/tickets/": "your requests", **MORE}) == words
