"""Both README commands on a machine that has nothing: `make fresh`, as root.

A minimal Debian 12 is made with debootstrap (Python 3.11, git and make, nothing else), the last commit is cloned
there, and `make serve` and `make test` run one after the other, and again. Everything listens on loopback. Prints a
line a step with its seconds; exit 1 at the first that fails, whose output is in FOLDER/log. `--keep` leaves the root
there, and a second run with its `--folder` begins from it. `--debian trixie` makes a Debian 13, with Python 3.13.
"""

import argparse
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
DEBIAN = "bookworm"
PACKAGES = "ca-certificates,git,make,python3"
# Options of `mount`, and where below the root.
MOUNTS = (
    (("--bind", "/proc"), "proc"),
    (("--bind", "/sys"), "sys"),
    (("--bind", "/dev"), "dev"),
    (("-t", "tmpfs", "tmpfs"), "dev/shm"),
)
# What this machine knows about reaching its registries, which the new one must know as well.
NETWORK = ("/etc/resolv.conf", "/etc/hosts", "/etc/ssl/certs/ca-certificates.crt")
NETWORK_VARIABLES = ("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "http_proxy", "https_proxy", "no_proxy")
SERVE_SECONDS = 600
TEST_SECONDS = 3_000
PORT = 8642


class Failed(Exception):
    """A step did not end well; `str()` says which and where its output is."""


def main(argv: Sequence[str] | None = None) -> int:
    """Exit 0 when all four runs ended well, 2 when this machine cannot make a root."""
    parser = argparse.ArgumentParser(prog="python -m scripts.fresh", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--folder", type=Path, help="where the root is made; a temporary folder without it")
    parser.add_argument("--keep", action="store_true", help="leave the root where it is")
    parser.add_argument("--debian", default=DEBIAN, help="the release by its name; %(default)s without it")
    parser.add_argument("--once", action="store_true", help="each command once")
    arguments = parser.parse_args(argv)
    if os.geteuid() != 0 or shutil.which("debootstrap") is None:
        print("This needs root and Debian's debootstrap: apt-get install debootstrap", file=sys.stderr)
        return 2
    folder = arguments.folder or Path(tempfile.mkdtemp(prefix="fresh-"))
    try:
        prepare(folder / "root", folder / "log", arguments.debian)
        with mounted(folder / "root"):
            for _ in range(1 if arguments.once else 2):
                serve(folder / "root", folder / "log")
                test(folder / "root", folder / "log")
    except Failed as failed:
        print(failed, file=sys.stderr)
        return 1
    finally:
        if not arguments.keep:
            shutil.rmtree(folder / "root", ignore_errors=True)
    return 0


def prepare(root: Path, log: Path, debian: str) -> None:
    """A new root with the last commit in /portal; one that is there gets that commit anew."""
    if not (root / "usr").exists():
        root.mkdir(parents=True, exist_ok=True)
        command = ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", debian, str(root)]
        step("debootstrap", log, lambda output: run(command, output))
    for name in NETWORK:
        if Path(name).exists():
            shutil.copyfile(name, root / name.lstrip("/"))
    for source in [Path("/etc/apt/sources.list"), *Path("/etc/apt/sources.list.d").glob("*")]:
        if source.exists():
            # The same mirrors, and the release of the root.
            text = re.sub(rf"\b{_release()}\b", debian, source.read_text("utf-8"))
            (root / str(source).lstrip("/")).write_text(text, "utf-8")
    shutil.rmtree(root / "portal", ignore_errors=True)
    clone = ["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(root / "portal")]
    step("clone", log, lambda output: run(clone, output))


def _release() -> str:
    """The name of this machine's Debian."""
    return platform.freedesktop_os_release().get("VERSION_CODENAME", DEBIAN)


@contextmanager
def mounted(root: Path) -> Iterator[None]:
    """The file systems that programs expect below a root; nothing that runs in it is left at the end."""
    done: list[Path] = []
    try:
        for options, where in MOUNTS:
            (root / where).mkdir(parents=True, exist_ok=True)
            subprocess.run(["mount", *options, str(root / where)], check=True)
            done.append(root / where)
        yield
    finally:
        for place in reversed(done):
            subprocess.run(["umount", "--lazy", str(place)], check=False)


def serve(root: Path, log: Path) -> None:
    """`make serve` until its front page and its functions answer."""

    def wait(output: Path) -> None:
        with output.open("w") as file:
            process = subprocess.Popen(
                inside(root, "make serve"), stdout=file, stderr=subprocess.STDOUT, start_new_session=True
            )
        try:
            until = time.monotonic() + SERVE_SECONDS
            while not all(answers(path) for path in ("", "api/health")):
                if process.poll() is not None or time.monotonic() > until:
                    raise Failed("make serve gave no page")
                time.sleep(0.5)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(60)

    step("make serve", log, wait)


def test(root: Path, log: Path) -> None:
    """`make test`, as CI runs it: a test that is left out fails it."""
    step("make test", log, lambda output: run(inside(root, "CI=true make test"), output, TEST_SECONDS))


def answers(path: str) -> bool:
    """Whether an address of the served portal answers 200."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://127.0.0.1:{PORT}/{path}", timeout=30) as response:
            return bool(response.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def inside(root: Path, command: str) -> list[str]:
    """A shell command in the root's /portal, with an environment that this machine has no part in."""
    network = [f"{name}={os.environ[name]}" for name in NETWORK_VARIABLES if name in os.environ]
    clean = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", f"PORT={PORT}", *network]
    return ["chroot", str(root), *clean, "sh", "-c", f"cd /portal && {command}"]


def run(command: Sequence[str], output: Path, seconds: float = 1_800) -> None:
    """A command that must end well within `seconds`; raises Failed."""
    with output.open("w") as file:
        try:
            code = subprocess.run(
                command, stdout=file, stderr=subprocess.STDOUT, timeout=seconds, check=False
            ).returncode
        except subprocess.TimeoutExpired as error:
            raise Failed(f"{command[0]} took longer than {seconds:.0f} s") from error
    if code != 0:
        raise Failed(f"{' '.join(command[-1:])} ended with {code}")


def step(name: str, log: Path, work: Callable[[Path], None]) -> None:
    """Do one step with its output in a file of its own, and print how long it took."""
    log.mkdir(parents=True, exist_ok=True)
    output = log / f"{len(list(log.iterdir())):02}-{name.replace(' ', '-')}.txt"
    start = time.monotonic()
    try:
        work(output)
    except Failed as failed:
        tail = "\n".join(output.read_text("utf-8", "replace").splitlines()[-30:])
        raise Failed(f"{name}: {failed}; its output is in {output} and ends with\n{tail}") from failed
    said = [line for line in output.read_text("utf-8", "replace").splitlines() if " passed in " in line]
    print(f"{time.monotonic() - start:7.0f} s  {name}  {said[-1].strip('= ') if said else ''}".rstrip(), flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
