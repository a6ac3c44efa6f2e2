"""Old addresses in each host's rules lead to the same pages, and nothing else is led anywhere."""

import json
import re
import subprocess
from collections.abc import Callable

import pytest

from hooks.search import NODE_OF_THE_TESTS
from scripts.hosts import rules
from scripts.lib.rules import redirects
from scripts.lib.rules.model import Rules
from tests.hosts.test_rules import HEADERS

OLD = (
    ("billing/change-card", "plans-and-billing/update-card/"),
    ("old.html", "ask/"),
    ("hc/*/articles/360001-*", "getting-in/forgot-password/#steps"),
    ("hc/*/sections/*", "search/"),
    ("über", "a/ü b/"),
)
# An address below the base, and where it leads; None where it leads nowhere.
CASES = [
    ("billing/change-card", "plans-and-billing/update-card/"),
    ("billing/change-card/", "plans-and-billing/update-card/"),
    ("billing/change-cards", None),
    ("billing/change-card/x", None),
    ("old.html", "ask/"),
    ("oldxhtml", None),
    ("hc/en-us/articles/360001", "getting-in/forgot-password/#steps"),
    ("hc/de/articles/360001-How-do-I/", "getting-in/forgot-password/#steps"),
    ("hc/de/articles/3600012", None),
    ("hc/de/x/articles/360001", None),
    ("hc/de/sections/7", "search/"),
    ("hc/de/sections/", None),
    ("hc/de/sections/7/8", None),
]


def made(base: str) -> Rules:
    moved = tuple((old, base + to) for old, to in OLD)
    return Rules(base, HEADERS, "https://functions.example", "/srv/site", moved)


def of_nginx(found: Rules) -> list[tuple[str, str]]:
    return re.findall(r'location ~ "(\^\S+)" \{ return 301 "(\S+)"; \}', rules.MAKERS["nginx"](found))


def of_caddy(found: Rules) -> list[tuple[str, str]]:
    pattern = r'@moved(\d+) path_regexp "(\S+)"\nredir @moved\1 "(\S+)" 301\n'
    return [(old, to) for _, old, to in re.findall(pattern, rules.MAKERS["caddy"](found))]


def of_vercel(found: Rules) -> list[tuple[str, str]]:
    rows = json.loads(rules.MAKERS["vercel"](found))["redirects"][: len(OLD)]
    return [(f"^{row['source'].replace('.', '[.]')}$".replace("[^/]+", "[^/]+"), row["destination"]) for row in rows]


def of_firebase(found: Rules) -> list[tuple[str, str]]:
    rows = json.loads(rules.MAKERS["firebase"](found))["hosting"]["redirects"]
    return [(row["regex"], row["destination"]) for row in rows if "regex" in row]


def of_cloudflare(found: Rules) -> list[tuple[str, str]]:
    """As its rules are read: `*` is anything, `:name` anything without a slash."""
    lines = [line.split() for line in rules.MAKERS["cloudflare-redirects"](found).splitlines()]
    assert {code for _, _, code in lines} == {"301"}
    return [(f"^{re.sub(r':[a-z]+[0-9]*', '[^/]+', re.escape(old)).replace(r'[*]', '.*')}$".replace(r"\*", ".*"), to)
            for old, to, _ in lines]  # fmt: skip


READERS: dict[str, Callable[[Rules], list[tuple[str, str]]]] = {
    "nginx": of_nginx,
    "caddy": of_caddy,
    "vercel": of_vercel,
    "firebase": of_firebase,
    "cloudflare": of_cloudflare,
}


@pytest.mark.parametrize("base", ["/", "/help/"])
@pytest.mark.parametrize("host", READERS)
def test_an_old_address_leads_to_its_page_and_no_other_does(host: str, base: str) -> None:
    found = [(re.compile(old), to) for old, to in READERS[host](made(base))]

    for path, wanted in CASES:
        to = next((to for old, to in found if old.fullmatch(base + path)), None)
        assert to == (None if wanted is None else base + wanted), (path, wanted)


@pytest.mark.parametrize("base", ["/", "/help/"])
def test_cloudfronts_function_leads_as_the_others(base: str) -> None:
    template = json.loads(rules.MAKERS["aws"](made(base)))
    code = template["Resources"]["Directory"]["Properties"]["FunctionCode"]
    asked = [base + path for path, _ in CASES]
    script = f"{code}\nconsole.log(JSON.stringify({json.dumps(asked)}.map((uri) => handler({{ request: {{ uri }} }}))))"
    answer = subprocess.run([NODE_OF_THE_TESTS, "--eval", script], capture_output=True, text=True, check=True)

    led = [row.get("headers", {}).get("location", {}).get("value") if row.get("statusCode") == 301 else None
           for row in json.loads(answer.stdout)]  # fmt: skip
    assert led == [None if wanted is None else base + wanted for _, wanted in CASES]


def test_cloudfronts_function_stays_small_enough() -> None:
    many = tuple((f"old-{number}", "/new/") for number in range(3000))
    code = redirects.cloudfront(Rules("/", {}, "", "", many))

    assert "old-300" in code
    assert len(code) < redirects.MOST_BYTES


def test_netlify_has_what_it_can_say() -> None:
    lines = rules.MAKERS["netlify"](made("/help/")).splitlines()

    assert "/help/billing/change-card  /help/plans-and-billing/update-card/  301!" in lines
    assert "/help/hc/:piece1/articles/360001  /help/getting-in/forgot-password/#steps  301!" in lines
    assert "/help/%C3%BCber  /help/a/%C3%BC%20b/  301!" in lines
