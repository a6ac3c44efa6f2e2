"""What runs in customers' browsers: nothing that a browser of 2022 does not have."""

import json
import subprocess

from tests.node_tools import NODE, ROOT

NODE_TOOLS = ROOT / "tests" / "node"
SCRIPTS = ("hooks/theme/assets", "hooks/engine")


def lint(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    program = NODE_TOOLS / "node_modules" / "eslint" / "bin" / "eslint.js"
    command = [NODE, program, "--config", NODE_TOOLS / "eslint.config.mjs", *arguments]
    return subprocess.run(command, cwd=ROOT, input=text, capture_output=True, text=True)


def test_our_scripts_use_nothing_newer_than_baseline_2022() -> None:
    done = lint(*SCRIPTS)

    assert done.returncode == 0, done.stdout + done.stderr


NEWER = [
    'fetch("/", { signal: AbortSignal.timeout(4) });',
    "export const found = [1].toSorted();",
    "export const found = /(?<=[st])ion/;",
    'export const found = new RegExp("(?<!a)b");',
    "export const ends = (names) => new RegExp(`^(.+?)(?<=${names})$`);",
    'export const found = RegExp.escape("a");',
    'export const found = "a".toWellFormed();',
    "export const found = Promise.withResolvers();",
    "export const found = (form, button) => new FormData(form, button);",
    "export const found = Object.groupBy([], String);",
]


def test_what_is_newer_is_noticed_in_every_line() -> None:
    # Names of one module are its own once.
    lines = [line.replace(" found =", f" found{number} =") for number, line in enumerate(NEWER)]
    done = lint("--stdin", "--stdin-filename", "hooks/engine/newer.js", "--format=json", text="\n".join(lines) + "\n")
    (file,) = json.loads(done.stdout)
    said = {NEWER[found["line"] - 1] for found in file["messages"] if "2022" in found["message"]}

    assert done.returncode == 1
    assert said == set(NEWER)
