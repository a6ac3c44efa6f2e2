"""The engine as one file: the same exports, and no imports left."""

import base64

import pytest

from portal import search
from portal.search import Document, engine_file, index_file
from tests.node_tools import ROOT, run

BOTH = """
const whole = await import(`data:text/javascript;base64,${data.joined}`);
const parts = await import(`${ENGINE}/main.js`);
const { decode } = await import(`${ENGINE}/decode.js`);
const bytes = new Uint8Array(Buffer.from(data.index, "base64"));
const address = "/help/assets/search.0.txt";
const engine = await whole.open(address, new Response(bytes));
answer = [
  Object.keys(whole).sort(), Object.keys(parts).sort(),
  engine.search(data.question), parts.engine(decode(bytes), address).search(data.question),
];
"""


def test_the_joined_engine_is_the_engine() -> None:
    sources = {path.stem: path.read_text() for path in (ROOT / "hooks/engine").glob("*.js")}
    text = engine_file.joined(sources, "main")
    index = index_file.encode(search.build([Document("Download an invoice", "pay/")]))
    data = {
        "joined": base64.b64encode(text.encode()).decode(),
        "index": base64.b64encode(index).decode(),
        "question": "downlaod invoices",
    }
    exports, expected, found, same = run(BOTH, data)

    assert exports == expected
    assert found == same
    assert found["corrected"] == "download invoices"
    assert 'from "./' not in text


def test_each_module_is_there_once_and_keeps_its_own_names() -> None:
    sources = {
        "a": 'import { one } from "./b.js";\nimport { two } from "./c.js";\nexport const sum = () => one() + two();\n',
        "b": 'import { two } from "./c.js";\nconst own = 1;\nexport function one() {\n  return own + two();\n}\n',
        "c": "const own = 2;\nexport const two = () => own;\n",
    }
    text = engine_file.joined(sources, "a")

    assert text.count("const own = 2;") == 1
    assert text.endswith("export const { sum } = _a;\n")


@pytest.mark.parametrize("line", ['import x from "./b.js";', "export default 1;", "export { a };"])
def test_what_it_does_not_understand_stops_the_build(line: str) -> None:
    with pytest.raises(ValueError, match=r"a\.js: cannot join"):
        engine_file.joined({"a": f"{line}\n"}, "a")
