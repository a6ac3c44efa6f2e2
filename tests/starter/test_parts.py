"""The starter library says nothing of a part that is off: no link to it, and no word that only its pages have."""

import re
from pathlib import Path

import pytest

from portal.settings import Parts
from tests.hooks.crawl import crawl
from tests.hooks.site_model import Model

ROOT = Path(__file__).parents[2]
SETTINGS: tuple[frozenset[str], ...] = tuple(
    map(
        frozenset,
        [
            (),
            ("billing", "account"),
            ("tickets",),
            ("status", "changelog"),
            ("billing", "account", "tickets", "status", "changelog"),
            ("sign_in", "billing", "account"),
            ("account",),
            ("billing", "status"),
        ],
    )
)
# What a customer reads on the pages of a part alone.
WORDS = {
    "billing": r"\bBilling\b|billing admin",
    "account": r"\bAccount\b|Export data|Delete account|Manage team|Edit profile",
    "tickets": r"Your requests|request number|contact form",
    "status": r"\bStatus\b|outage|incident",
    "changelog": r"\bChangelog\b",
    "sign_in": r"signed in to this help|Your requests|Sign in by email",
}
TAG = re.compile(r"<[^>]+>")


@pytest.fixture(scope="module")
def model() -> Model:
    return Model(ROOT)


@pytest.mark.parametrize("off", SETTINGS, ids=lambda off: "-".join(sorted(off)) or "nothing")
def test_no_article_speaks_of_what_is_off(model: Model, off: frozenset[str]) -> None:
    parts = {name: name not in off and name != "community" for name in Parts.model_fields}
    signed_in = "sign_in" not in off and any(parts[name] for name in ("tickets", "billing", "account"))
    articles, addresses = model.articles(parts, sign_in="sign_in" not in off)
    gone = off if signed_in else off | {"sign_in"}
    said = {url: TAG.sub("", html) for url, html in articles.items()}
    links = {url: {link.lstrip("/") for link in crawl(html, f"/{url}").links} for url, html in articles.items()}

    assert len(articles) >= 25
    assert [(url, part) for url, text in said.items() for part in gone if re.search(WORDS[part], text)] == []
    assert [(url, link) for url, found in links.items() for link in found if _is_dead(link, addresses)] == []


def _is_dead(link: str, addresses: set[str]) -> bool:
    """Whether a link leads to a page of the site that is not there; what the functions answer begins with my/."""
    return not link.startswith(("my/", "api/", "mailto:", "https:")) and link not in addresses
