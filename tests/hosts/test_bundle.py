"""The bundle of each host: what is in it, that it is small, and that it starts with nothing but itself."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.hosts import bundle
from scripts.hosts.deploy import WRANGLER
from tests.hosts.runtimes import PYTHON
from tests.hosts.servers import ROOT
from tests.hosts.world import BASES, World, make
from tests.node_tools import NODE
from tests.test_rooms import imported

EVERYTHING = (
    "import functions.hosts.aws_lambda, functions.identity.oidc, functions.stores.postgresql, functions.bots.altcha\n"
    "import functions.helpdesks.zendesk, functions.pages, functions.tickets.page, nh3\n"
    "print('all', functions.hosts.aws_lambda.handler.__name__)"
)


def made(host: str, world: World, *options: str) -> tuple[Path, str]:
    """The bundle of a world's build, and what was printed."""
    out = world.folder / f"bundle-{host}"
    where = ["--build", str(world.folder / "build"), "--site", str(world.folder / "site"), "--out", str(out)]
    command = [sys.executable, "-m", "scripts.hosts.bundle", host, *where, "--no-bench", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return out, done.stdout


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("host", ["netlify", "cloudflare", "firebase", "github-pages"])
def test_a_host_of_files_gets_the_site_below_its_base_with_its_rules(tmp_path: Path, host: str, base: str):
    out, printed = made(host, make(tmp_path, base), "--functions", "https://functions.example")
    site = out / (bundle.KINDS[host].site or "")

    assert (site / base.strip("/") / "status/index.html").is_file()
    assert (site / "404.html").is_file()
    assert {name for _, name in bundle.KINDS[host].rules if not (out / name).is_file()} == set()
    assert re.match(r"site +\d+\.\d MB +\d+\.\d MB zip", printed)
    assert not (out / "functions").exists()


def test_files_of_the_build_before_stay_for_open_pages_and_win_over_nothing(tmp_path: Path):
    previous = tmp_path / "previous"
    (previous / "ask").mkdir(parents=True)
    (previous / "ask/old.js").write_text("old")
    (previous / "portal.js").write_text("old")
    out, _ = made("netlify", make(tmp_path, "/help/"), "--previous", str(previous))

    assert (out / "help/assets/ask/old.js").read_text() == "old"
    assert (out / "help/assets/portal.js").read_text() != "old"


def test_without_a_build_the_command_says_so(tmp_path: Path):
    command = [sys.executable, "-m", "scripts.hosts.bundle", "netlify", "--build", str(tmp_path), "--no-bench"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, "run `make build` first" in done.stderr) == (1, True)


@pytest.mark.hosts
@pytest.mark.parametrize(("extras", "most_mb"), [("altcha,postgresql", 5.0), ("oidc,altcha,postgresql", 10.0)])
def test_the_functions_for_aws_are_small_and_need_nothing_else(tmp_path: Path, extras: str, most_mb: float):
    out, printed = made("aws", make(tmp_path, "/help/"), "--extras", extras)
    size = re.search(r"functions +[\d.]+ MB +([\d.]+) MB zip", printed)
    code = EVERYTHING if "oidc" in extras else EVERYTHING.replace("functions.identity.oidc, ", "")
    environ = {"PYTHONPATH": str(out / "functions"), "PATH": "/usr/bin:/bin"}
    done = subprocess.run([PYTHON, "-S", "-c", code], cwd="/", env=environ, capture_output=True, text=True, check=False)

    assert size
    assert float(size[1]) <= most_mb
    assert done.stdout == "all handler\n", done.stderr
    assert json.loads((out / "template.json").read_text())["Resources"]["Portal"]
    assert (out / "functions/functions/stores/migrations/0001_core.sql").is_file()


@pytest.mark.hosts
@pytest.mark.parametrize("base", BASES)
def test_wrangler_takes_cloudflares_bundle(tmp_path: Path, base: str):
    out, _ = made("cloudflare", make(tmp_path, base), "--functions", "https://functions.example")
    environ = os.environ | {"PATH": f"{NODE.parent}:{os.environ['PATH']}", "CI": "1", "WRANGLER_SEND_METRICS": "false"}
    command = [*WRANGLER, "deploy", "--dry-run", "--outdir", str(tmp_path / "uploaded")]
    done = subprocess.run(command, cwd=out, env=environ, capture_output=True, text=True, timeout=300, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stdout + done.stderr
    assert 'env.FUNCTIONS_URL ("https://functions.example")' in done.stdout


@pytest.mark.hosts
@pytest.mark.parametrize("host", ["vercel", "google", "azure"])
def test_a_host_that_installs_by_itself_gets_requirements_with_hashes(tmp_path: Path, host: str):
    out, _ = made(host, make(tmp_path, "/"))
    functions = out / (bundle.KINDS[host].functions or "")
    text = (functions / "requirements.txt").read_text("utf-8")

    assert text.count("==") <= text.count("--hash=sha256:")
    assert "werkzeug==" in text
    assert "mkdocs" not in text
    assert {name for name in ("functions", "portal", "build") if not (functions / name).is_dir()} == set()


def test_no_function_imports_what_the_bundle_leaves_out():
    left_out = {f"portal.{part}" for part in bundle.SITE_ONLY}
    seen: set[Path] = set()
    ahead = {*(ROOT / "functions").rglob("*.py")}
    while ahead:
        seen |= ahead
        modules = {module for file in ahead for module in imported(file.read_text("utf-8"))}
        assert not {module for module in modules if ".".join(module.split(".")[:2]) in left_out}
        ahead = {file for module in modules for file in sources(module)} - seen

    assert ROOT / "portal/tickets/__init__.py" in seen
    assert {part for part in bundle.SITE_ONLY if not (ROOT / "portal" / part).is_dir()} == set()


def sources(module: str) -> list[Path]:
    """The files that an import of a name of `portal` runs."""
    steps = module.split(".")
    paths = [ROOT.joinpath(*steps[: count + 1]) for count in range(len(steps))]
    files = [file for path in paths for file in (path.with_suffix(".py"), path / "__init__.py")]
    return [file for file in files if steps[0] == "portal" and file.is_file()]


def test_a_teams_own_adapters_go_along(tmp_path: Path) -> None:
    (tmp_path / "clone" / "custom").mkdir(parents=True)
    (tmp_path / "clone" / "custom" / "desk.py").write_text("x = 1\n")

    bundle.copy_code(tmp_path / "clone", tmp_path / "out")

    assert [path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.py")] == [
        "custom/desk.py"
    ]
