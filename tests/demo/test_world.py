"""`python -m demo` starts everything, refuses what is unsafe, and leaves nothing behind."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue

import pytest
import requests
from watchdog.observers import Observer

from demo import world
from demo.__main__ import Edits
from demo.server import HOST
from functions.settings import read
from tests.demo import ports
from tests.hooks.portals import SITE

READY_SECONDS = 90
STOP_SECONDS = 20


@dataclass
class Demo:
    """A running `python -m demo` and what it has printed so far."""

    process: subprocess.Popen[str]
    port: int
    queue: "Queue[str]" = field(default_factory=Queue)
    lines: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/"

    def read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.queue.put(line)

    def wait_for(self, pattern: str, seconds: float = READY_SECONDS) -> str:
        """Wait until a line that matches is printed, and return it; other lines do not make the wait longer."""
        until = time.monotonic() + seconds
        while True:
            try:
                line = self.queue.get(timeout=max(0.0, until - time.monotonic()))
            except Empty:
                pytest.fail(f"no line with {pattern!r} in:\n{''.join(self.lines)}")
            self.lines.append(line)
            if re.search(pattern, line):
                return line


def environment(tmp_path: Path, port: int, **more: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if name not in {"PUBLIC_ORIGIN", "SITE_URL"}}
    folders = {"DEMO_STATE": str(tmp_path / "state"), "PORTAL_BUILD_DIR": str(tmp_path / "build")}
    folders["MKDOCS_CONFIG"] = str(SITE / "mkdocs.yml")
    return clean | folders | {"PORT": str(port)} | more


def start(tmp_path: Path, **more: str) -> Demo:
    port = ports.free(6)
    process = subprocess.Popen(
        [sys.executable, "-m", "demo"],
        env=environment(tmp_path, port, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    demo = Demo(process, port)
    threading.Thread(target=demo.read, daemon=True).start()
    return demo


def stop(demo: Demo) -> int:
    demo.process.send_signal(signal.SIGTERM)
    code = demo.process.wait(STOP_SECONDS)
    assert demo.process.stdout is not None
    demo.process.stdout.close()
    return code


def processes() -> Iterator[tuple[int, int, str]]:
    """Id, parent's id and command line of every process."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended while we looked
        yield int(folder.name), int(fields[1]), command


def descendants(pid: int) -> set[int]:
    """The processes that `pid` started, and those that they started."""
    everything = list(processes())
    found = {pid}
    while more := {child for child, parent, _ in everything if parent in found} - found:
        found |= more
    return found - {pid}


def alive(pids: set[int]) -> set[int]:
    return {pid for pid in pids if Path(f"/proc/{pid}").exists()}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    demo = start(tmp_path_factory.mktemp("demo"))
    try:
        demo.wait_for("Ctrl-C")
        yield demo
    finally:
        if demo.process.poll() is None:
            stop(demo)


def test_the_console_says_where_everything_is(demo: Demo):
    text = "".join(demo.lines)

    assert f"Portal   {demo.url}" in text
    assert "ada (owner), ben (member) or cleo (on call)" in text
    assert "python -m scripts.desk list" in text


def test_the_site_and_its_functions_answer_on_one_origin(demo: Demo):
    front = requests.get(demo.url, timeout=30)
    session = requests.get(f"{demo.url}api/session", timeout=30)

    assert front.status_code == 200
    assert "<main" in front.text
    assert session.json()["signed_in"] is False


def test_a_customer_signs_in_and_opens_billing_and_comes_back(demo: Demo):
    customer = requests.Session()
    chooser = customer.get(f"{demo.url}api/signin?return=/my/billing/&way=account", timeout=30)
    page = customer.post(chooser.url, data={"sub": "ada"}, timeout=30)
    there = customer.post(f"{demo.url}api/billing", data={"job": "update_card"}, timeout=30)
    back = customer.post(there.url, data={"card": "mastercard"}, timeout=30)

    assert page.url == f"{demo.url}my/billing/"
    assert "Update your card" in there.text
    assert back.url == f"{demo.url}my/billing/?job=update_card"
    assert "Mastercard ending in 4444" in back.text


def test_the_tick_is_called_as_a_hosts_scheduler_would(demo: Demo):
    pause = threading.Event()
    for _ in range(40):
        age = requests.get(f"{demo.url}api/health", timeout=30).json()["tick_age_seconds"]
        if age is not None:
            break
        pause.wait(0.5)

    assert age is not None
    assert age < 30


def test_a_process_that_dies_is_started_again(demo: Demo):
    port = demo.port + world.PROCESSES.index("service") + 1
    (found,) = (pid for pid, _, command in processes() if f"demo.service {port}" in command)
    os.kill(found, signal.SIGKILL)
    demo.wait_for(r"service \| ended with code -9")
    demo.wait_for(rf"service \| http://{HOST}:{port}")

    assert requests.get(f"http://{HOST}:{port}/health", timeout=10).status_code == 200


def test_a_burst_of_edits_to_code_counts_once(tmp_path: Path):
    edits = Edits()
    observer = Observer()
    observer.schedule(edits, str(tmp_path), recursive=True)
    observer.start()
    try:
        for name in ("a.py", "b.py", "notes.txt"):
            (tmp_path / name).write_text("x = 1")
        pause = threading.Event()
        settled = [edits.settled() for _ in range(30) if not pause.wait(0.1)]
    finally:
        observer.stop()
        observer.join()

    assert settled.count(True) == 1


def test_nothing_is_left_behind_after_a_stop(demo: Demo):
    started = descendants(demo.process.pid)
    code = stop(demo)

    assert code == 0
    assert len(started) >= 5
    assert alive(started) == set()


@pytest.mark.parametrize(
    "origin", ["https://help.acme.example", "http://192.0.2.7:8000", "http://127.0.0.1.evil.example"]
)
def test_it_refuses_any_origin_but_loopback(origin: str, tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-m", "demo"],
        env=environment(tmp_path, ports.free(6), PUBLIC_ORIGIN=origin),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert done.returncode == 2
    assert f"PUBLIC_ORIGIN='{origin}' is not on this computer" in done.stderr


def test_it_names_the_port_that_is_taken_and_what_to_do(tmp_path: Path):
    first = ports.free(6)
    with socket.socket() as other:
        other.bind((HOST, first + 2))
        other.listen()
        with pytest.raises(world.Refused) as refused:
            world.plan(environment(tmp_path, first))

    assert f"port {first + 2} (billing)" in str(refused.value)
    assert f"PORT={first + 100} make serve" in str(refused.value)


@pytest.mark.parametrize("port", ["eighty", "80", "70000", "-1"])
def test_a_port_that_is_none_is_named(port: str, tmp_path: Path):
    with pytest.raises(world.Refused, match=f"PORT='{port}'"):
        world.plan(environment(tmp_path, 0) | {"PORT": port})


def test_the_portal_serves_under_the_path_of_its_address(tmp_path: Path):
    config = tmp_path / "mkdocs.yml"
    config.write_text("site_name: x\nsite_url: https://acme.example/help\n")

    assert world.base_path(config) == "/help/"


@pytest.mark.parametrize("biller", ["stripe", "chargebee", "recurly"])
def test_no_real_key_of_the_shell_reaches_the_demo(tmp_path: Path, biller: str):
    real = {"STRIPE_KEY": "rk_live_real", "CHARGEBEE_KEY": "live_real", "RECURLY_KEY": "real"}
    shell = environment(tmp_path, ports.free(6), SMTP_URL="smtp://real.example", BILLER=biller, **real)
    settings = world.environment(world.plan(shell), shell)

    assert settings["BILLER"] == biller
    assert not set(real.values()) & set(settings.values())
    assert settings["SMTP_URL"].startswith("smtp://127.0.0.1:")
    for name in ("STRIPE_API", "CHARGEBEE_API", "RECURLY_API"):
        assert settings[name].startswith("http://127.0.0.1:")


def test_another_billing_system_is_named_with_those_that_there_are(tmp_path: Path):
    with pytest.raises(world.Refused, match="BILLER='paddle' is not one of the demo's: stripe, chargebee, recurly"):
        world.plan(environment(tmp_path, 0, BILLER="paddle") | {"PORT": "8000"})


def test_a_restart_keeps_the_keys_and_only_the_owner_reads_them(tmp_path: Path):
    found = world.plan(environment(tmp_path, ports.free(6)))
    first = world.settings(found)

    assert world.settings(found) == first
    assert len(first["SECRET_KEYS"]) == 64
    assert (found.state / world.ENVIRONMENT).stat().st_mode & 0o077 == 0
    assert (found.state / world.KEYS).stat().st_mode & 0o077 == 0
    world.end(found)
    assert [path.name for path in found.state.iterdir()] == [world.KEYS]
    assert world.settings(found) == first


def test_what_the_demo_sets_is_what_the_functions_read(tmp_path: Path):
    found = world.plan(environment(tmp_path, ports.free(6)))
    settings = read(world.settings(found))

    assert settings.demo
    assert settings.loopback


def test_a_vendor_that_the_shell_names_is_tried_and_no_other(tmp_path: Path):
    real = {
        "HELPDESK": "zendesk",
        "OIDC_ISSUER": "https://id.example",
        "OIDC_CLIENT_ID": "a",
        "OIDC_CLIENT_SECRET": "b",
    }
    ports = dict.fromkeys(world.PROCESSES, 1)
    here = world.World("http://127.0.0.1:1", "/", ports, tmp_path, SITE / "mkdocs.yml", "stripe")
    shell = real | {"STRIPE_KEY": "sk_live", "ZENDESK_SUBDOMAIN": "acme"}
    found = world.environment(here, shell)

    assert real.items() <= found.items()
    assert found["STRIPE_KEY"] == world.settings(here)["STRIPE_KEY"] != "sk_live"
    assert found["ZENDESK_SUBDOMAIN"] == "acme"
    assert "HELPDESK and OIDC_ISSUER of your shell: what you do there is real." in world.signpost(here, shell)


@pytest.mark.parametrize("shell", [{}, {"HELPDESK": ""}, {"HELPDESK": "built_in"}])
def test_without_a_vendor_in_the_shell_everything_is_the_demos(shell: dict[str, str]):
    assert world.own(shell) == {}


def test_a_provider_without_its_client_is_refused_with_what_is_missing():
    with pytest.raises(world.Refused, match="needs OIDC_CLIENT_ID, OIDC_CLIENT_SECRET as well: set them, or unset"):
        world.own({"OIDC_ISSUER": "https://id.example"})
