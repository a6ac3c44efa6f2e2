"""What keeps robots from the form: a puzzle that counts once, and an adapter that believes only whole answers."""

import base64
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import altcha
import pytest
from werkzeug import Request, Response

from demo import server
from functions.app import Portal
from functions.bots import turnstile
from functions.bots.altcha import VALID_MS, Altcha
from functions.bots.used import purge
from functions.errors import SettingsError, VendorError
from functions.services import Services
from functions.settings import read
from tests.conftest import Browser


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    # signin/test_mail_limits.py has what depends on the engine.
    return f"sqlite:///{tmp_path / 'portal.db'}"


@pytest.fixture(autouse=True)
def short_work(monkeypatch: pytest.MonkeyPatch) -> None:
    # A browser is quick at this; Python is not.
    monkeypatch.setattr("functions.bots.altcha.FEWEST", 5)


@pytest.fixture
def environ(environ: dict[str, str]) -> dict[str, str]:
    return environ | {"SMTP_URL": "smtp://127.0.0.1:9", "MAIL_FROM": "support@acme.example"}


@pytest.fixture
def bots(services: Services) -> Altcha:
    return Altcha(services.settings, services)


def solved(puzzle: str, **changes: Any) -> str:
    """What the browser sends; `changes` replace parameters of the challenge, as a cheat does."""
    challenge = json.loads(puzzle)
    challenge["parameters"] |= changes
    solution = altcha.solve_challenge(altcha.Challenge.from_dict(challenge))
    assert solution
    return packed(challenge, solution.to_dict())


def packed(challenge: dict[str, Any], solution: dict[str, Any]) -> str:
    return base64.b64encode(json.dumps({"challenge": challenge, "solution": solution}).encode()).decode()


def test_a_solved_puzzle_passes_once(bots: Altcha):
    answer = solved(bots.puzzle())

    assert bots.passes(answer)
    assert not bots.passes(answer)


def test_a_used_puzzle_stays_used_in_another_wrapping(bots: Altcha):
    answer = solved(bots.puzzle())
    first = bots.passes(answer)
    content = json.loads(base64.b64decode(answer))
    content["solution"]["time"] = 7
    content["more"] = "x"

    assert first
    assert not bots.passes(base64.b64encode(json.dumps(content).encode()).decode())


def test_a_puzzle_that_is_over_does_not_pass(bots: Altcha, services: Services):
    now = services.now()
    services.clock.at = now - VALID_MS - 1000
    answer = solved(bots.puzzle())

    assert not bots.passes(answer)


def test_an_easier_puzzle_of_ones_own_does_not_pass(bots: Altcha):
    assert not bots.passes(solved(bots.puzzle(), keyPrefix="0", cost=1))
    assert not bots.passes(solved(altcha_of_another_portal()))


def altcha_of_another_portal() -> str:
    challenge = altcha.create_challenge("PBKDF2/SHA-256", 10, counter=3, hmac_secret="x", hmac_key_secret="y")
    return json.dumps(challenge.to_dict())


def test_an_answer_without_the_work_does_not_pass(bots: Altcha):
    challenge = json.loads(bots.puzzle())

    assert not bots.passes(packed(challenge, {"counter": 5, "derivedKey": "00" * 32}))
    assert not bots.passes(packed(challenge, {"counter": 5, "derivedKey": challenge["parameters"]["keyPrefix"] * 2}))


@pytest.mark.parametrize(
    "answer",
    ["", "x", "e30=", "bnVsbA==", "W10=", "\udce4", "ä", "{}", "A" * 5000, base64.b64encode(b"[" * 900).decode()],
)
def test_garbage_does_not_pass(bots: Altcha, answer: str):
    assert not bots.passes(answer)


def test_a_change_of_keys_leaves_open_pages_usable(bots: Altcha, environ: dict[str, str], services: Services):
    answer = solved(bots.puzzle())
    newer = read(environ | {"SECRET_KEYS": "n" * 32 + "," + "k" * 32})

    assert Altcha(newer, services).passes(answer)


def test_used_puzzles_are_forgotten_when_they_are_over(bots: Altcha, services: Services):
    bots.passes(solved(bots.puzzle()))
    later = services.now() + VALID_MS + 1
    services.clock.at = later
    purge(services, 0)

    assert services.store.all("select * from bot_used") == []


def test_the_form_refuses_without_an_answer_and_gives_another_puzzle(browser: Browser, services: Services):
    page = browser.get("/my/verify/")
    answer = browser.post("/api/verify", data={"email": "eve@customer.example"})

    assert answer.status_code == 422
    # The page had no script yet: its own goes on, and without one the customer knows what to do.
    assert "data-early" in answer.text
    assert "data-early" not in page.text
    assert "If nothing happens, try again." in answer.text
    assert 'value="eve@customer.example"' in answer.text
    assert puzzle(page.text) != puzzle(answer.text)
    assert services.store.all("select * from verify") == []


def test_the_form_takes_a_solved_puzzle_once(browser: Browser, services: Services):
    answer = solved(puzzle(browser.get("/my/verify/").text))
    posts = [
        browser.post("/api/verify", data={"email": f"{name}@customer.example", "check": answer}) for name in ("a", "b")
    ]

    assert [post.status_code for post in posts] == [303, 422]
    # Nothing goes on by itself with an answer that was refused, or it would go on for ever.
    assert "Try again" in posts[1].text
    assert "data-early" not in posts[1].text
    assert len(services.store.all("select * from verify")) == 1


def puzzle(page: str) -> str:
    import html
    import re

    found = re.search(r'data-puzzle="([^"]+)"', page)
    assert found
    return html.unescape(found[1])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"BOT_CHECK": "none", "PUBLIC_ORIGIN": "https://help.acme.example"}, "BOT_CHECK='none'"),
        ({"BOT_CHECK": "turnstile"}, "TURNSTILE_SITEKEY"),
        ({"BOT_CHECK": "capcha"}, "BOT_CHECK='capcha' is not one of: altcha, none, turnstile"),
        ({"MAIL_SIGN_IN": "yes"}, "MAIL_SIGN_IN='yes' is not one of: on, off"),
    ],
)
def test_a_portal_without_a_check_does_not_start(environ: dict[str, str], changes: dict[str, str], said: str):
    with pytest.raises(SettingsError, match=said.replace("(", r"\(")):
        read(environ | changes)


# Turnstile


@dataclass
class Cloudflare:
    """siteverify as documented: always 200, a token counts once; misbehaves on demand."""

    good: dict[str, dict[str, Any]] = field(default_factory=dict)
    broken: str = ""
    hurry: threading.Event = field(default_factory=threading.Event)
    asked: list[dict[str, str]] = field(default_factory=list)

    def token(self, **changes: Any) -> str:
        name = f"token-{len(self.good)}"
        self.good[name] = {"hostname": "127.0.0.1", "action": "verify", "cdata": "", "error-codes": []} | changes
        return name

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        self.asked.append(dict(request.form))
        return self._answer(request)(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if self.broken == "slow":
            self.hurry.wait(20)
        if self.broken == "error":
            return Response("oops", 503)
        if self.broken in {"garbage", "[]", "redirect"}:
            return Response(self.broken, 302 if self.broken == "redirect" else 200, {"Location": "/elsewhere"})
        if request.path != "/turnstile/v0/siteverify" or request.form.get("secret") != "hush":
            return self._say({"success": False, "error-codes": ["invalid-input-secret"]})
        found = self.good.pop(request.form.get("response", ""), None)
        if found is None:
            return self._say({"success": False, "error-codes": ["timeout-or-duplicate"]})
        return self._say({"success": True} | found)

    def _say(self, what: dict[str, Any]) -> Response:
        return Response(json.dumps(what), mimetype="application/json")


@pytest.fixture
def cloudflare() -> Cloudflare:
    return Cloudflare()


@pytest.fixture
def guarded(environ: dict[str, str], cloudflare: Cloudflare) -> Iterator[Services]:
    """A portal with Turnstile."""
    with server.running(cloudflare) as origin:
        settings = {"TURNSTILE_SITEKEY": "site", "TURNSTILE_SECRET": "hush", "TURNSTILE_API": origin}
        services = Services(read(environ | {"BOT_CHECK": "turnstile"} | settings))
        services.store.migrate()
        yield services
        services.store.close()
        cloudflare.hurry.set()


def test_a_token_passes_once(guarded: Services, cloudflare: Cloudflare):
    token = cloudflare.token()

    assert guarded.bots.passes(token)
    assert not guarded.bots.passes(token)
    assert cloudflare.asked[0] == {"secret": "hush", "response": token}


@pytest.mark.parametrize(
    "changes",
    [{"hostname": "evil.example"}, {"action": "login"}, {"hostname": None}, {"action": ""}, {"success": "true"}],
)
def test_a_token_of_elsewhere_does_not_pass(guarded: Services, cloudflare: Cloudflare, changes: dict[str, Any]):
    assert not guarded.bots.passes(cloudflare.token(**changes))


def test_nothing_and_too_much_are_not_even_asked(guarded: Services, cloudflare: Cloudflare):
    assert not guarded.bots.passes("")
    assert not guarded.bots.passes("x" * 2049)
    assert cloudflare.asked == []


@pytest.mark.parametrize("broken", ["error", "garbage", "[]", "redirect", "slow"])
def test_without_an_answer_nobody_passes_and_the_form_says_why(
    guarded: Services, cloudflare: Cloudflare, broken: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(turnstile, "TIMEOUT_SECONDS", 0.3)
    cloudflare.broken = broken
    with pytest.raises(VendorError):
        guarded.bots.passes(cloudflare.token())
    answer = Browser(Portal(guarded)).post("/api/verify", data={"email": "eve@customer.example", "check": "x"})

    assert answer.status_code == 422
    assert re.search(r"We couldn('|&#39;)t (check|reach)", answer.text)
    assert guarded.store.all("select * from verify") == []


def test_the_page_names_no_other_host_until_the_customer_types(guarded: Services):
    page = Browser(Portal(guarded)).get("/my/verify/")

    assert "cloudflare" not in page.text
    assert 'data-puzzle="site"' in page.text
    assert (
        "script-src 'self' 'sha256-AAAA' https://challenges.cloudflare.com;" in page.headers["Content-Security-Policy"]
    )
    assert "frame-src https://challenges.cloudflare.com" in page.headers["Content-Security-Policy"]


def test_without_turnstile_its_host_is_not_allowed(browser: Browser):
    assert "cloudflare" not in browser.get("/my/verify/").headers["Content-Security-Policy"]
