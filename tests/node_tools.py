"""Runs our ES modules in Node."""

import json
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
NODE = ROOT / "tests" / "node" / "node_modules" / ".bin" / "node"
ENGINE = (ROOT / "hooks" / "engine").as_uri()
ASK = """
const { index, questions, options } = data;
const { decode } = await import(`${ENGINE}/decode.js`);
const { engine } = await import(`${ENGINE}/main.js`);
const found = engine(decode(new Uint8Array(Buffer.from(index, "base64"))), "/help/assets/search.0.txt");
answer = questions.map((question) => found.search(question, options));
"""


def run(script: str, data: Any) -> Any:
    """The value that a script sets as `answer`; it gets `data`, and in `ENGINE` the address of the engine's modules."""
    code = f"""
    import {{ readFileSync }} from "node:fs";
    const ENGINE = {json.dumps(ENGINE)};
    const data = JSON.parse(readFileSync(0, "utf8"));
    let answer;
    {script}
    console.log(JSON.stringify(answer));
    """
    command = [str(NODE), "--input-type=module", "--eval", code]
    done = subprocess.run(command, input=json.dumps(data), capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
