"""The engine as one file: the same exports, and nothing left that a browser would have to fetch."""

import base64

import pytest

from portal import search
from portal.assets import modules
from portal.search import Document, index_file
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
    text = modules.joined(sources, "main")
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
    text = modules.joined(sources, "a")

    assert text.count("const own = 2;") == 1
    assert text.endswith("export const { sum } = _a;\n")


def test_names_folders_whole_modules_and_what_comes_later_are_understood() -> None:
    sources = {
        "first": 'import * as one from "./part/one.js";\nimport { go as run } from "./two.js";\n'
        "export const sum = () => one.start() + run();\n",
        "part/one": '/** What it\n    does. */\nimport { go } from "../two.js";\n// why\n'
        "export const start = () => go();\n"
        'export const later = () => import("./three.js");\n',
        "two": "let count = 0;\nexport function go() {\n  return ++count;\n}\n",
        "part/three": 'import { go } from "../two.js";\nimport { other } from "./four.js";\nexport const more = go;\n',
    }
    text = modules.joined(sources, "first", shared=True)
    [answer] = [run("const m = await import(`data:text/javascript,${encodeURIComponent(data)}`);\n"
                    "answer = [m.sum(), m.modules.two.go(), Object.keys(m.modules)];", text)]  # fmt: skip

    assert answer == [3, 3, ["two", "part/one", "first"]]
    assert 'import("./part/three.js")' in text
    assert "why" not in text
    assert "What it" not in text
    assert modules.needed(sources, "first") == ["two", "part/one", "first"]
    assert modules.beside(sources["part/three"], "part/three", "first", modules.needed(sources, "first")) == (
        'import { modules as _two_ } from "../first.js";\nconst { go } = _two_["two"];\n'
        'import { other } from "./four.js";\nexport const more = go;\n'
    )


def test_a_small_module_is_put_into_the_one_that_imports_it() -> None:
    text = 'import { go } from "./two.js";\nimport { when } from "./when.js";\nexport const more = () => go(when);\n'
    within = {"b/when": "// Why.\nexport const when = 1;\n"}

    assert modules.beside(text, "b/more", "first", ["b/two"], within) == (
        'import { modules as _b_two_ } from "../first.js";\nconst { go } = _b_two_["b/two"];\n'
        "const _b_when = (() => {\nconst when = 1;\nreturn { when };\n})();\nconst { when } = _b_when;\n"
        "export const more = () => go(when);\n"
    )


def test_what_is_there_from_the_start_is_not_loaded_later() -> None:
    with pytest.raises(ValueError, match="it is there from the start"):
        modules.beside('import("./b.js");\n', "a", "first", ["b"])


@pytest.mark.parametrize(
    "line", ["const a = import.meta.url;", 'import x from "./b.js";', "export default 1;", "export { a };"]
)
def test_what_it_does_not_understand_stops_the_build(line: str) -> None:
    with pytest.raises(ValueError, match=r"a\.js: cannot join"):
        modules.joined({"a": f"{line}\n"}, "a")
