"""The functions and the site on one origin: which of them answers, and no reload of a form."""

import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.request import urlopen

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Response

from hooks.serve_api import mount
from hooks.serving import page
from tests.hooks.portals import ARTICLE, CONFIG, environ, write


@pytest.fixture
def client() -> Client:
    return Client(mount(Response("functions"), Response("site"), "/help/", seconds=0))


@pytest.mark.parametrize(
    ("path", "who"),
    [
        ("/help/", "site"),
        ("/help/api/health", "functions"),
        ("/help/my/", "functions"),
        ("/help/my/ticket/?ref=7", "functions"),
        ("/help/mystery/", "site"),
        ("/api/health", "site"),
        ("/livereload/5/7", "site"),
    ],
)
def test_addresses_of_functions_below_the_base_go_to_the_functions(client: Client, path: str, who: str) -> None:
    assert client.get(path).text == who


@pytest.mark.parametrize("page", ["ask/", "ask/?from=a/b", "feedback/why/?a=a/b"])
def test_a_form_page_that_asks_for_a_reload_gets_none(client: Client, page: str) -> None:
    answer = client.get("/livereload/5/7", headers={"Referer": f"http://127.0.0.1:8000/help/{page}"})

    # The page reloads when the number is larger than the one it has.
    assert (answer.status_code, answer.text) == (200, "0")


def test_other_pages_reload_as_ever(client: Client) -> None:
    answer = client.get("/livereload/5/7", headers={"Referer": "http://127.0.0.1:8000/help/getting-in/"})

    assert answer.text == "site"


def test_the_served_site_answers_for_pages_and_functions(tmp_path: Path) -> None:
    folder = write(tmp_path, {"billing/card": ARTICLE.format(title="Card", text="Text.")})
    # On CI a build insists on a Node for the writers' questions; a writer who only looks needs none.
    (folder / "docs" / "search-tests.yml").write_text("my card: billing/card\n")
    (folder / "docs" / "billing" / "later.md").write_text("---\ntitle: Later\ndraft: true\n---\n\nSoon.\n")
    with served(folder, CI="true", PORTAL_NODE="/nowhere/node") as (origin, _):
        page = read(f"{origin}/help/billing/card/")
        health = json.loads(read(f"{origin}/help/api/health"))
        draft = read(f"{origin}/help/billing/later/")

    assert "Draft: customers do not see this page." in draft
    assert "livereload(" in page
    assert health["build"] in page


def test_a_page_says_what_is_wrong_until_it_is_put_right(tmp_path: Path) -> None:
    folder = write(tmp_path, {"billing/card": ARTICLE.format(title="Card", text="The card.")})
    article = folder / "docs" / "billing" / "card.md"
    with served(folder) as (origin, log):
        url = f"{origin}/help/billing/card/"
        for said in ("!!!note", "# One\n\n# Two"):
            article.write_text(ARTICLE.format(title="Card", text=f"The card.\n\n{said}"))
            lines = _until(log, r"Reloading browsers")
            assert "docs/billing/card.md:" in lines
            assert "Traceback" not in lines
            page = read(url)
            assert "<code>docs/billing/card.md:" in page
            assert "livereload(" in page
            assert json.loads(read(f"{origin}/help/api/health"))
        article.write_text(ARTICLE.format(title="Card", text="The card is back."))
        _until(log, r"Reloading browsers")

        assert "The card is back." in read(url)


def test_a_portal_with_a_mistake_starts_with_the_mistake(tmp_path: Path) -> None:
    folder = write(tmp_path, {"billing/card": ARTICLE.format(title="Card", text="The card.")})
    (folder / "mkdocs.yml").write_text(CONFIG.replace("product: Acme", "product: [Acme"))
    with served(folder) as (origin, log):
        assert "<code>mkdocs.yml:7</code>" in read(f"{origin}/any/where/")
        (folder / "mkdocs.yml").write_text(CONFIG)
        _until(log, r"Serving on")

        assert "The card." in read(f"{origin}/help/billing/card/")


def test_a_mistake_is_shown_as_it_was_typed_and_no_html() -> None:
    shown = page(["docs/<b>.md:3: '<script>' & more", "Config value 'x': no place"])

    assert "<code>docs/&lt;b&gt;.md:3</code><br>&#x27;&lt;script&gt;&#x27; &amp; more" in shown
    assert "<li>Config value &#x27;x&#x27;: no place</li>" in shown
    assert "2 mistakes to put right" in shown


def read(url: str) -> str:
    with urlopen(url, timeout=20) as answer:
        return str(answer.read().decode())


@contextmanager
def served(folder: Path, **more: str) -> Iterator[tuple[str, IO[str]]]:
    """The origin, and the lines that the writer sees from the moment on at which it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
    settings = environ(
        PUBLIC_ORIGIN=f"http://{host}",
        SECRET_KEYS="k" * 32,
        TICK_TOKEN="t" * 16,
        DATABASE_URL=f"sqlite:///{folder / 'portal.db'}",
        PORTAL_BUILD_DIR=str(folder / "build"),
        **more,
    )
    subprocess.run([sys.executable, "-c", MIGRATE, settings["DATABASE_URL"]], env=settings, check=True)
    command = [sys.executable, "-m", "hooks.serving", "--dev-addr", host]
    with subprocess.Popen(command, cwd=folder, env=settings, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        try:
            log = _until(server.stderr, r"Serving on")
            assert "Serving on" in log, log
            yield f"http://{host}", server.stderr
        finally:
            server.terminate()


MIGRATE = (
    "import sys; from functions.stores import connect; store = connect(sys.argv[1]); store.migrate(); store.close()"
)


def _until(lines: Iterable[str], pattern: str) -> str:
    """The lines up to the one that matches, or all of them when the process ends before."""
    read = []
    for line in lines:
        read.append(line)
        if re.search(pattern, line):
            break
    return "".join(read)
