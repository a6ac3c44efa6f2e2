"""Deploying: what is missing is said first, a failure stops the rest, and the workflow keeps secrets from changes."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.hosts import bundle
from scripts.hosts.deploy import HOSTS, filled
from tests.hosts.runtimes import PYTHON
from tests.hosts.servers import ROOT

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
PROGRAMS = ("sam", "aws", "npx", "ssh", "gcloud", "az")


def deploy(host: str, folder: Path, *options: str, failing: str = "", **environ: str) -> tuple[int, str, list[str]]:
    """The exit code, the errors, and the calls of the hosts' programs, which stand on the path here."""
    (folder / "bin").mkdir(exist_ok=True)
    (folder / "bundle").mkdir(exist_ok=True)
    for name in PROGRAMS:
        program = folder / "bin" / name
        program.write_text(f'#!/bin/sh\necho "{name} $*" >> "{folder}/calls"\n[ "{name}" != "{failing}" ]\n')
        program.chmod(0o755)
    command = [sys.executable, "-m", "scripts.hosts.deploy", host, str(folder / "bundle"), *options]
    plain = {"PATH": f"{folder}/bin:/usr/bin:/bin", "HOME": str(folder), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=plain | environ, cwd=ROOT, capture_output=True, text=True, check=False)
    calls = folder / "calls"
    return done.returncode, done.stderr, calls.read_text().splitlines() if calls.exists() else []


def needs(host: str) -> dict[str, str]:
    """A value for each thing that a host needs, but no store."""
    return {name: f"the-{name.lower()}" for name in HOSTS[host].needs if name != "DATABASE_URL"}


@pytest.mark.parametrize("host", HOSTS)
def test_everything_that_is_missing_is_said_before_anything_is_done(host: str, tmp_path: Path):
    code, said, calls = deploy(host, tmp_path)

    assert code == 2
    assert {name for name in HOSTS[host].needs if f"Set {name}:" not in said} == set()
    assert calls == []


def test_a_deploy_fills_in_the_environment_and_runs_in_order(tmp_path: Path):
    code, said, calls = deploy("machine", tmp_path, **needs("machine") | {"COMMIT": "0" * 40})

    assert (code, said) == (0, "")
    assert [call.split()[:2] for call in calls] == [["ssh", "the-machine"]] * 2
    assert f"git checkout --quiet {'0' * 40} && make machine" in calls[0]


def test_google_gets_the_functions_before_the_site_with_lists_kept_whole(tmp_path: Path):
    # As if the store were up to date: its own variable would bring in a real one.
    command = next(command for command in HOSTS["google"].commands if command[0] == "gcloud")
    words = filled(command, needs("google") | {"SECRET_KEYS": "one,two", "DATABASE_URL": "postgresql://store"})
    variables = words[words.index("--set-env-vars") + 1].removeprefix("^##^").split("##")

    assert [command[0] for command in HOSTS["google"].commands] == ["gcloud", "npx"]
    assert {"SECRET_KEYS=one,two", "DATABASE_URL=postgresql://store", "COOKIE_NAME=__session"} <= {*variables}
    assert not any("$" in word for word in words)


def test_google_starts_a_server_that_the_functions_bring_along():
    program, *options = (ROOT / "hosts/google/Procfile").read_text("utf-8").removeprefix("web: ").split()

    assert program in bundle.KINDS["google"].adapters
    assert ("hosts/google/Procfile", "functions/Procfile") in bundle.KINDS["google"].files
    assert {":$PORT", "functions.app:app"} <= {*options}


def test_azure_is_sent_a_zip_that_has_its_files_at_the_top(tmp_path: Path):
    (tmp_path / "functions/portal").mkdir(parents=True)
    (tmp_path / "functions/function_app.py").write_text("")
    (tmp_path / "functions/portal/models.py").write_text("")
    subprocess.run(HOSTS["azure"].commands[0], cwd=tmp_path, check=True)

    with zipfile.ZipFile(tmp_path / "functions.zip") as archive:
        assert {"function_app.py", "portal/models.py"} <= {*archive.namelist()}


def test_after_a_failure_nothing_more_is_done(tmp_path: Path):
    code, said, calls = deploy("machine", tmp_path, failing="ssh", **needs("machine"))

    assert (code, len(calls)) == (1, 1)
    assert "ssh ended with 1; nothing after it was done." in said


def test_a_store_that_cannot_be_brought_up_to_date_stops_a_deploy(tmp_path: Path):
    environ = needs("vercel") | {"DATABASE_URL": "postgresql://portal@127.0.0.1:1/none?sslmode=disable"}
    environ |= {"PUBLIC_ORIGIN": "https://help.acme.example", "SECRET_KEYS": "k" * 32, "TICK_TOKEN": "t" * 16}
    code, said, calls = deploy("vercel", tmp_path, **environ | {"TRUSTED_HOPS": "1"})

    assert (code, calls) == (1, [])
    assert "The store was not migrated" in said


def test_a_preview_has_an_address_of_its_own_or_is_refused(tmp_path: Path):
    code, _, calls = deploy("vercel", tmp_path, "--preview", **needs("vercel"))
    none, said, _ = deploy("machine", tmp_path, "--preview", **needs("machine"))

    assert code == 0
    assert len(calls) == 1
    assert "--prod" not in calls[0]
    assert (none, said) == (2, "machine has no previews.\n")


def workflow(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / ".github/workflows" / f"{name}.yml").read_text("utf-8"))
    return found


def test_the_job_that_runs_a_change_has_no_secret_and_the_list_of_secrets_is_whole():
    jobs = workflow("deploy")["jobs"]
    listed = {name for step in jobs["deploy"]["steps"] for name in step.get("env", {})}

    assert "secrets" not in str(jobs["build"])
    assert "environment" not in jobs["build"]
    assert {name for host in HOSTS.values() for name in host.needs} <= listed


def test_the_steps_of_the_workflow_are_the_make_targets():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    texts = "\n".join(file.read_text("utf-8") for file in WORKFLOWS)
    used = set(re.findall(r"(?:run: |^ +)make ([a-z-]+)", texts, re.MULTILINE))

    assert {"build", "bundle", "deploy", "build-status"} <= used <= targets


def test_every_host_that_the_workflow_can_choose_has_a_bundle_or_is_a_machine():
    assert {*HOSTS} - {"machine"} <= {*bundle.KINDS}


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_actions_are_pinned_and_no_change_runs_with_our_rights(file: Path):
    text = file.read_text("utf-8")

    assert "pull_request_target" not in text
    assert "workflow_run" not in text
    # A workflow of this repository is of the same commit.
    others = [use for use in re.findall(r"uses: (\S+)", text) if not use.startswith("./")]
    assert {use for use in others if not re.search(r"@[0-9a-f]{40}$", use)} == set()
    assert "permissions: {}" in text


@pytest.mark.hosts
def test_the_checkers_of_workflows_find_nothing_wrong():
    environ = os.environ | {"NO_COLOR": "1"}
    schema = [PYTHON, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", *map(str, WORKFLOWS)]
    audit = [str(Path(PYTHON).with_name("zizmor")), "--offline", "--quiet", str(ROOT / ".github/workflows")]
    for command in (schema, audit):
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
