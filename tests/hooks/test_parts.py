"""Every setting of the portal's parts makes a whole portal: nothing on its pages leads to what is switched off."""

import itertools
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from functions.app import ROUTES, Portal
from functions.services import Services
from functions.settings import read
from functions.signin import sessions
from portal import menu
from portal.models import Requester
from portal.settings import Parts
from tests.conftest import Browser
from tests.hooks.crawl import crawl, dead
from tests.hooks.portals import ROOT, SITE, mkdocs
from tests.hooks.site_model import Model

BASE = "/help/"
# One of each kind beside the articles: the rest of the tests' portal has the same links.
FILES = (
    "status/components.yml",
    "status/incidents/2026-11-03-exports-delayed.md",
    "status/maintenance/2026-12-06-database-upgrade.md",
    "status/history/2026-11.json",
    "changelog/2026-11-04-api-keys-need-an-expiry.md",
    "changelog/2026-11-11-seats-and-invoices.md",
)
SWITCHES = tuple(Parts.model_fields)
COMMUNITY = """
    community:
      where: In the forum.
      moderators: Two of us, for two hours a week.
      unanswered: We answer after a day.
      closes: When nobody writes for a month.
      links: [{title: Forum, url: "https://forum.acme.example/"}]
"""
EVERY = [dict(zip(SWITCHES, chosen, strict=True)) for chosen in itertools.product([True, False], repeat=len(SWITCHES))]
ALL = dict.fromkeys(SWITCHES, True)
NONE = dict.fromkeys(SWITCHES, False)
MOMENTS = itertools.count(1)
ON_CALL = Requester("sub-ada", "ada@customer.example", "Ada", "customer", frozenset({"status_write"}))


def name(parts: dict[str, bool]) -> str:
    return "-".join(part for part, on in parts.items() if on) or "nothing"


def write(folder: Path, parts: dict[str, bool] | None = None) -> Path:
    """The portal of the tests with answers about a community, and with these parts."""
    (folder / "docs").symlink_to(SITE / "docs")
    for file in FILES:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).symlink_to(SITE / file)
    (folder / "hooks").symlink_to(ROOT / "hooks")
    config = (SITE / "mkdocs.yml").read_text("utf-8").replace("    shortcuts: true\n", COMMUNITY)
    before, _, rest = config.partition("    parts:\n")
    after = rest.partition("    # Where customers change their account")
    config = f"{before}    parts: {json.dumps(parts or ALL)}\n{''.join(after[1:])}"
    (folder / "mkdocs.yml").write_text(config.replace("https://help.acme.example/", f"https://acme.example{BASE}"))
    return folder


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return Model(write(tmp_path_factory.mktemp("model")))


class Functions:
    """The pages of the functions for any build, as a stranger sees them and as a customer who may do all there is."""

    def __init__(self, folder: Path, origin: str = "http://127.0.0.1:8000") -> None:
        self.build = folder / "build"
        self.build.mkdir()
        environ = {
            "PUBLIC_ORIGIN": origin,
            "SECRET_KEYS": "k" * 32,
            "TICK_TOKEN": "t" * 16,
            "DATABASE_URL": f"sqlite:///{folder / 'portal.db'}",
            "PORTAL_BUILD_DIR": str(self.build),
            "SMTP_URL": "smtp://127.0.0.1:2525",
            "MAIL_FROM": "help@acme.example",
        }
        self.services = Services(read(environ))
        self.services.store.migrate()
        self.portal = Portal(self.services)
        self.cookie = sessions.start(self.services, ON_CALL, {"plan": "Team"})

    def use(self, shell: str, bundle: dict[str, Any]) -> None:
        """Take another build."""
        for file, text in {"shell.html": shell, "portal.json": json.dumps(bundle, default=str)}.items():
            (self.build / file).write_text(text)
            count = int((self.build / file).stat().st_mtime_ns) + next(MOMENTS)
            os.utime(self.build / file, ns=(count, count))  # two builds of one moment are two builds

    def pages(self) -> Iterator[tuple[str, str]]:
        """The address and the HTML of each page that is there, and of one that is not."""
        for signed_in in (False, True):
            browser = Browser(self.portal)
            if signed_in:
                browser.set_cookie(self.services.settings.cookie_name, self.cookie, domain="127.0.0.1")
            for route in [*(route for route in ROUTES if route.startswith("/my/")), "/my/nothing/"]:
                answer = browser.get(f"{BASE}{route[1:]}")
                if answer.mimetype == "text/html":
                    yield f"{BASE}{route[1:]}", answer.get_data(as_text=True)


@pytest.fixture(scope="module")
def functions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Functions]:
    functions = Functions(tmp_path_factory.mktemp("functions"))
    yield functions
    functions.services.store.close()


@pytest.mark.parametrize("parts", EVERY, ids=name)
def test_no_page_leads_to_a_part_that_is_off(model: Model, functions: Functions, parts: dict[str, bool]) -> None:
    site, addresses, bundle = model.pages(parts)
    functions.use(site.pop("shell.html"), bundle)
    html = [(f"{BASE}{url.removeprefix('./')}", text) for url, text in site.items()]
    # What the functions show does not know of the community.
    html += functions.pages() if parts["community"] else ()

    on = bundle["parts"]
    wrong = set()
    for url, text in html:
        found = crawl(text, url)
        wrong |= {(url, address) for address in dead(found, BASE, addresses, functions.portal)}
        wrong |= {(url, f"nothing below the heading {words!r}") for words in found.empty}
        if not url.startswith(f"{BASE}my/"):
            wrong |= {(url, link) for link in found.links if menu.missing(link.removeprefix(BASE), on)}
            wrong |= {(url, link) for link in found.links & {f"{BASE}api/signin"} if not on["sign_in"]}
    assert wrong == set()


def test_without_the_form_contact_support_in_an_article_writes_to_the_support_address(model: Model) -> None:
    article = "plans-and-billing/update-card/"
    on, off = (model.pages(ALL | {"tickets": tickets})[0][article] for tickets in (True, False))

    assert 'href="mailto:support@acme.example">Email support</a>' in model.pages(NONE)[0]["./"]
    assert 'href="mailto:support@acme.example">contact support</a>' not in on
    assert 'href="mailto:support@acme.example">contact support</a>' in off


def test_where_nobody_can_sign_in_no_page_offers_it(model: Model, functions: Functions) -> None:
    site, _, bundle = model.pages(ALL, sign_in=False)
    functions.use(site.pop("shell.html"), bundle)

    assert bundle["parts"] | {"billing": False, "account": False, "sign_in": False} == bundle["parts"]
    own = ("api/signin", "my/tickets/", "my/billing/", "my/account/", "my/status/webhooks/")
    links = {link.removeprefix(BASE) for url, text in site.items() for link in crawl(text, f"{BASE}{url}").links}
    assert links & {*own} == set()
    assert "ask/" in links
    assert '<div class="hf-field" hidden>\n    <label for="files">' in site["ask/"]


@pytest.mark.parametrize("parts", [{}, {"status": True}], ids=["nothing", "status"])
def test_signing_in_is_offered_where_it_leads_somewhere(model: Model, parts: dict[str, bool]) -> None:
    site, _, bundle = model.pages(NONE | {"articles": True} | parts)
    found = [crawl(text, f"{BASE}{url}") for url, text in site.items()]
    forms = {address for page in found for _, address in page.forms}
    links = {link.removeprefix(BASE) for page in found for link in page.links}

    assert bundle["sign_in"] is bool(parts)
    assert (f"{BASE}api/signout" in forms, "my/status/webhooks/" in links) == (bool(parts), bool(parts))
    assert links & {"api/signin", "my/", "my/account/"} == set()


def test_the_search_offers_no_job_where_nobody_can_sign_in(tmp_path: Path) -> None:
    folder = write(tmp_path, ALL)
    config = folder / "mkdocs.yml"
    config.write_text(config.read_text("utf-8") + "    sign_in: false\n")
    result = mkdocs(folder, tmp_path / "site")
    assert result.returncode == 0, result.stderr

    (index,) = (tmp_path / "site/assets").glob("search.*.txt")
    store = json.JSONDecoder().raw_decode(index.read_text(errors="replace").partition("\n")[2])[0]
    assert {url for url in store["urls"] if url.startswith(("my/", "ask/"))} == {"ask/"}
