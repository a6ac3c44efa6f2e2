"""The rules of each host: every header of the build, the functions' addresses, the base path, no way out."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from portal.assets import policy
from scripts.hosts import rules
from scripts.lib.rules.model import Rules
from tests.hosts.runtimes import PYTHON
from tests.hosts.servers import ROOT
from tests.hosts.world import BASES, make

HEADERS = policy.headers(policy.content_policy(["sha256-/8wPdzX9q0NNJXyA5lzsLojXFpkeaXVxhbfkUOQaWy8="], {}), https=True)


def made(host: str, base: str) -> str:
    return rules.MAKERS[host](Rules(base, HEADERS, "https://functions.example", "/srv/site"))


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("host", sorted({*rules.MAKERS} - {"netlify", "cloudflare", "cloudflare-redirects"}))
def test_every_header_of_the_build_is_in_the_rules(host: str, base: str):
    text = made(host, base)

    assert {name for name, value in HEADERS.items() if value not in text and value not in AWS_WORDS} == set()


# What CloudFront has a switch for instead of a value.
AWS_WORDS = {"nosniff", "max-age=31536000"}


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("host", sorted({*rules.MAKERS} - {"headers", "cloudflare-redirects"}))
def test_both_prefixes_of_the_functions_lead_to_them(host: str, base: str):
    text = made(host, base)

    assert re.search(rf"{re.escape(base)}(api|:part\(api\|my\)|\(api\|my\))", text)
    assert host in {"vercel", "firebase", "aws"} or "functions.example" in text


@pytest.mark.parametrize("base", BASES)
def test_vercels_patterns_are_those_of_pages_and_of_nothing_else(base: str):
    config = json.loads(made("vercel", base))
    slash, headers = (re.compile(f"^{config[name][0]['source']}$") for name in ("redirects", "headers"))

    assert all(slash.match(base + path) for path in ("status", "getting-in/forgot-password"))
    assert not any(slash.match(base + path) for path in ("status/", "api/session", "my/tickets", "assets/portal.js"))
    assert all(headers.match(base + path) for path in ("", "status/", "assets/portal.js", "my-team/"))
    assert not any(headers.match(base + path) for path in ("api/session", "my/tickets/"))


@pytest.mark.parametrize("base", BASES)
def test_each_key_of_awss_template_that_is_named_is_there(base: str):
    template = json.loads(made("aws", base))
    known = {*template["Resources"], *template["Parameters"], "ServerlessHttpApi"}

    assert {name for name in references(template) if not name.startswith("AWS::")} <= known


def references(part: Any) -> set[str]:
    """What `Ref`, `Fn::GetAtt` and `Fn::Sub` name."""
    if isinstance(part, list):
        return set().union(*map(references, part)) if part else set()
    if not isinstance(part, dict):
        return set()
    found = {part["Ref"]} if "Ref" in part else set()
    found |= {part["Fn::GetAtt"][0]} if "Fn::GetAtt" in part else set()
    found |= {name.partition(".")[0] for name in re.findall(r"\$\{([\w:.]+)\}", str(part.get("Fn::Sub", "")))}
    return found.union(*map(references, part.values()))


@pytest.mark.parametrize("host", ["nginx", "caddy"])
@pytest.mark.parametrize("value", ['a"b', "a\nb", "a\\b", "$a", "{a}"])
def test_a_header_that_would_end_its_quotes_is_refused(host: str, value: str):
    with pytest.raises(ValueError, match="cannot stand"):
        rules.MAKERS[host](Rules("/", {"X-Test": value}, "http://127.0.0.1:8000", "/srv/site"))


def test_the_command_writes_the_rules_or_says_what_is_missing(tmp_path: Path):
    make(tmp_path, "/help/")
    command = [sys.executable, "-m", "scripts.hosts.rules", "headers", "--build"]
    written = subprocess.run(
        [*command, str(tmp_path / "build"), "--out", str(tmp_path / "_headers")], cwd=ROOT, check=False
    )
    missing = subprocess.run([*command, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False)

    assert written.returncode == 0
    assert (tmp_path / "_headers").read_text().startswith("/help/*\n  Content-Security-Policy: default-src")
    assert (missing.returncode, "run `make build` first" in missing.stderr) == (1, True)


@pytest.mark.hosts
@pytest.mark.parametrize("base", BASES)
def test_awss_own_checker_finds_nothing_wrong(tmp_path: Path, base: str):
    (tmp_path / "template.json").write_text(made("aws", base))
    (tmp_path / "functions").mkdir()
    lint = str(Path(PYTHON).with_name("cfn-lint"))
    command = [lint, "--non-zero-exit-code", "error", str(tmp_path / "template.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.hosts
def test_the_compose_file_is_one_by_its_specification():
    command = [PYTHON, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run(
        [*command, "hosts/machine/compose.yml"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout
