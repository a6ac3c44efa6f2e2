"""A Dockerfile without Docker's engine: each stage is a root below a folder, its steps are run there with chroot.

Needs root and debootstrap, or with HOSTS_BASE=folder a root that debootstrap made before. Knows the instructions that
hosts/machine/Dockerfile uses, and stops at any other.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from scripts.fresh import NETWORK, NETWORK_VARIABLES, mounted

SUITES = {"debian:bookworm-slim": "bookworm"}
STEP_SECONDS = 900
# What only describes an image.
DESCRIBES = {"EXPOSE"}


@dataclass(frozen=True)
class Stage:
    """A root and what the image says of running in it."""

    root: Path
    environ: Mapping[str, str] = field(default_factory=dict)
    workdir: str = "/"
    user: str = "0"
    volumes: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    health: tuple[str, ...] = ()


def instructions(text: str) -> list[tuple[str, str]]:
    """Each instruction and the rest of its line, without comments."""
    lines = [line for line in text.replace("\\\n", " ").splitlines() if line.strip() and not line.startswith("#")]
    return [(line.partition(" ")[0], line.partition(" ")[2].strip()) for line in lines]


def build(dockerfile: Path, context: Path, folder: Path) -> dict[str, Stage]:
    """Every stage by its name. `context` is a clean checkout: what .dockerignore leaves out is not looked at."""
    stages: dict[str, Stage] = {}
    name = ""
    for word, rest in instructions(dockerfile.read_text("utf-8")):
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            stages[name] = _from(stages.get(base), base, folder / name)
        elif word not in DESCRIBES:
            stages[name] = STEPS[word](stages[name], rest, stages, context)
    return stages


def _from(base: Stage | None, image: str, root: Path) -> Stage:
    if base is not None:
        subprocess.run(["cp", "-a", str(base.root), str(root)], check=True)
        return replace(base, root=root)
    made = os.environ.get("HOSTS_BASE")
    if made:
        subprocess.run(["cp", "-a", made, str(root)], check=True)
    else:
        # With the certificates, so that no later step replaces those of this machine.
        command = ["debootstrap", "--variant=minbase", "--include=ca-certificates", SUITES[image], str(root)]
        subprocess.run(command, check=True, capture_output=True)
    for file in NETWORK:
        if Path(file).exists():
            shutil.copyfile(file, root / file.lstrip("/"))
    return Stage(root)


def _run(stage: Stage, rest: str, _stages: Mapping[str, Stage], _context: Path) -> Stage:
    network = {name: os.environ[name] for name in NETWORK_VARIABLES if name in os.environ}
    with mounted(stage.root):
        done = subprocess.run(
            ["chroot", str(stage.root), "sh", "-ec", f"cd {stage.workdir} && {rest}"],
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", **network, **stage.environ},
            capture_output=True,
            text=True,
            timeout=STEP_SECONDS,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(f"RUN {rest}\nended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    return stage


def _copy(stage: Stage, rest: str, stages: Mapping[str, Stage], context: Path) -> Stage:
    found = re.fullmatch(r"(?:--from=(?P<stage>\S+) )?(?P<source>\S+) (?P<target>\S+)", rest)
    assert found, rest
    source = (stages[found["stage"]].root if found["stage"] else context) / found["source"].lstrip("/")
    target = stage.root / (Path(stage.workdir) / found["target"]).relative_to("/")
    if source.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-a", f"{source}/.", str(target)], check=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)
    return stage


def _workdir(stage: Stage, rest: str, _stages: Mapping[str, Stage], _context: Path) -> Stage:
    (stage.root / rest.lstrip("/")).mkdir(parents=True, exist_ok=True)
    return replace(stage, workdir=rest)


def _env(stage: Stage, rest: str, _stages: Mapping[str, Stage], _context: Path) -> Stage:
    return replace(stage, environ={**stage.environ, **dict(pair.split("=", 1) for pair in rest.split())})


def _arg(stage: Stage, rest: str, _stages: Mapping[str, Stage], _context: Path) -> Stage:
    return _env(stage, rest, {}, _context)


def _user(stage: Stage, rest: str, _stages: Mapping[str, Stage], _context: Path) -> Stage:
    return replace(stage, user=rest)


def _volume(stage: Stage, rest: str, _stages: Mapping[str, Stage], _context: Path) -> Stage:
    return replace(stage, volumes=(*stage.volumes, rest))


def _cmd(stage: Stage, rest: str, _stages: Mapping[str, Stage], _context: Path) -> Stage:
    return replace(stage, command=tuple(json.loads(rest)))


def _healthcheck(stage: Stage, rest: str, _stages: Mapping[str, Stage], _context: Path) -> Stage:
    return replace(stage, health=tuple(json.loads(rest.partition("CMD ")[2])))


STEPS = {
    "RUN": _run,
    "COPY": _copy,
    "WORKDIR": _workdir,
    "ENV": _env,
    "ARG": _arg,
    "USER": _user,
    "VOLUME": _volume,
    "CMD": _cmd,
    "HEALTHCHECK": _healthcheck,
}


def inside(stage: Stage, command: Sequence[str], environ: Mapping[str, str], volumes: Path) -> list[str]:
    """A command in the image as `docker run --read-only --tmpfs /tmp` runs it: as its user, without capabilities, with
    one folder below `volumes` for each volume and everything else to read only."""
    root = stage.root
    steps = [f"mount --bind {root} {root}", f"mount -o remount,bind,ro {root}", f"mount -t proc proc {root}/proc"]
    steps += [f"mount --bind /dev {root}/dev", f"mount -t tmpfs tmpfs {root}/tmp"]
    for volume in stage.volumes:
        kept = volumes / volume.strip("/").replace("/", "-")
        if not kept.exists():
            subprocess.run(["cp", "-a", f"{root}{volume}", str(kept)], check=True)
        steps.append(f"mount --bind {kept} {root}{volume}")
    known = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **stage.environ, **environ}
    words = ["env", "-i", *(f"{name}={value}" for name, value in known.items()), *command]
    drop = ["setpriv", f"--reuid={stage.user}", f"--regid={stage.user}", "--clear-groups", "--no-new-privs"]
    last = ["chroot", str(root), *drop, "--bounding-set=-all", "--inh-caps=-all", "sh", "-c"]
    last += [f'cd {stage.workdir} && exec "$@"', "sh", *words]
    return ["unshare", "--mount", "--", "sh", "-ec", "; ".join(steps) + '; exec "$@"', "sh", *last]
