"""`docker compose` as far as the guide uses it, without an engine: `python -m tests.hosts.docker compose ...`.

`up --build` has Debian's docker-compose check and resolve the file, builds the Dockerfile's stages with chroot and
starts the services on loopback; `exec` runs a command in one, `down` stops all. GUIDE_STATE is the folder of it all.
The services' names mean this machine: PostgreSQL is a throw-away one, and Caddy listens on GUIDE_PORT without TLS, as a
certificate needs a public address.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from scripts.lib.postgresql import Cluster, find_binaries
from tests.hosts import image
from tests.hosts.servers import wait


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="docker")
    parser.add_argument("compose", choices=["compose"])
    parser.add_argument("--env-file", type=Path, required=True)
    parser.add_argument("--file", type=Path, required=True)
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up")
    up.add_argument("--detach", action="store_true", required=True)
    up.add_argument("--build", action="store_true", required=True)
    run = commands.add_parser("exec")
    run.add_argument("service")
    run.add_argument("words", nargs=argparse.REMAINDER)
    commands.add_parser("down")
    given = parser.parse_args(argv)
    state = Path(os.environ["GUIDE_STATE"])
    if given.command == "up":
        return start(resolve(given.env_file, given.file), state)
    if given.command == "down":
        return stop(state)
    plan = json.loads((state / "plan.json").read_text("utf-8"))[given.service]
    stage = image.Stage(**plan["stage"] | {"root": Path(plan["stage"]["root"])})
    return subprocess.run(image.inside(stage, given.words, plan["environ"], state / "volumes"), check=False).returncode


def resolve(env_file: Path, file: Path) -> dict[str, Any]:
    """The services, as Debian's docker-compose reads them."""
    command = ["docker-compose", "--env-file", str(env_file), "--file", str(file), "config"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    services: dict[str, Any] = yaml.safe_load(done.stdout)["services"]
    return services


def start(services: Mapping[str, Any], state: Path) -> int:
    """Build and start; the services that are built must be read-only and without root."""
    built = services["portal"]["build"]
    context = Path(built["context"])
    stages = image.build(context / built["dockerfile"], context, state)
    (state / "volumes").mkdir()
    (state / "store").mkdir()
    cluster = Cluster(state / "store")
    cluster.start()
    plan = {}
    for name in ("portal", "web"):
        service, stage = services[name], stages[services[name]["build"]["target"]]
        assert service["read_only"], name
        assert stage.user != "0", name
        with (stage.root / "etc/hosts").open("a") as hosts:
            hosts.write("127.0.0.1 portal store\n")
        environ = {key: str(value) for key, value in service["environment"].items()}
        plan[name] = {"stage": vars(stage) | {"root": str(stage.root)}, "environ": environ}
    address, _, options = plan["portal"]["environ"]["DATABASE_URL"].partition("?")
    database = cluster.database().rpartition("/")[2]
    where = f"{address.rpartition('/')[0]}:{cluster.port}/{database}?{options}"
    plan["portal"]["environ"] |= {"DATABASE_URL": where, "LISTEN": "127.0.0.1"}
    plan["web"]["environ"]["PORTAL_ADDRESS"] = f"http://:{os.environ['GUIDE_PORT']}"
    (state / "plan.json").write_text(json.dumps(plan))
    children = [_run(stages[name], plan[name]["environ"], state, port) for name, port in ports().items()]
    (state / "running.json").write_text(json.dumps(children))
    return 0


def ports() -> dict[str, int]:
    """The ports of the two services."""
    return {"portal": 8000, "web": int(os.environ["GUIDE_PORT"])}


def _run(stage: image.Stage, environ: Mapping[str, str], state: Path, port: int) -> int:
    """Start a service and wait for its port; the process's number."""
    with (state / "log").open("ab") as log:
        command = image.inside(stage, stage.command, environ, state / "volumes")
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        wait(port, process)
    except RuntimeError as error:
        raise RuntimeError(f"{error}:\n{(state / 'log').read_text('utf-8')[-3000:]}") from error
    return process.pid


def stop(state: Path) -> int:
    """Stop the services and the database, as far as they run."""
    if not (state / "running.json").exists():
        return 1
    for number in json.loads((state / "running.json").read_text("utf-8")):
        os.killpg(number, signal.SIGTERM)
    cluster = Cluster(state / "store")
    cluster.binaries = find_binaries() or Path()
    cluster.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
