"""What a run of the rules found in each article, kept by a hash of its text, so that the next reads what changed."""

import hashlib
import json
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import lru_cache, partial
from importlib.metadata import version
from multiprocessing import get_context
from os import cpu_count
from pathlib import Path
from typing import Any

from portal.articles import writing
from portal.articles.writing import Checked, Options
from portal.articles.writing.facts import kept

FILE = ".portal/writing.json"
# So many changed articles are worth a second process, whose start costs as much as two hundred of them.
MANY = 400
HERE = Path(__file__).parent
# The code by which an article is judged: another one finds other things.
CODE = (HERE, HERE.parent, HERE.parent.parent / "mistakes")

Stems = Callable[[str], list[str]]


def checked(texts: Mapping[str, str], docs: str, chosen: Options, stems: Stems, file: Path) -> dict[str, Checked]:
    """Each article (its path below `docs` and its text) with what its rules find, from the cache where that is known;
    `file` is the cache, which is written when something changed."""
    recipe = _recipe(docs, chosen)
    known = _read(file, recipe)
    keys = {name: hashlib.sha256(f"{name}\0{text}".encode()).hexdigest()[:24] for name, text in texts.items()}
    new = [name for name in texts if keys[name] not in known]
    found = dict(zip(new, _judged([(name, texts[name]) for name in new], docs, chosen, stems), strict=True))
    if new or len(known) != len(texts):
        rows = {keys[name]: _row(found[name]) if name in found else known[keys[name]] for name in texts}
        _write(file, recipe, rows)
    return {name: found[name] if name in found else _of_row(known[keys[name]]) for name in texts}


def _judged(new: list[tuple[str, str]], docs: str, chosen: Options, stems: Stems) -> list[Checked]:
    judge = partial(_judge, docs=docs, chosen=chosen, stems=stems)
    workers = min(cpu_count() or 1, 8)
    if len(new) < MANY or workers == 1:
        return [judge(one) for one in new]
    with ProcessPoolExecutor(workers, mp_context=get_context("forkserver")) as pool:
        return list(pool.map(judge, new, chunksize=100))


def _judge(one: tuple[str, str], docs: str, chosen: Options, stems: Stems) -> Checked:
    name, text = one
    return writing.article(f"{docs}/{name}", text, chosen, stems)


def _recipe(docs: str, chosen: Options) -> str:
    """A hash of all that decides what is found, beside the articles."""
    parts = [repr((docs, replace(chosen, levels=dict(sorted(chosen.levels.items()))))), _code(), version("proselint")]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]


@lru_cache(maxsize=1)
def _code() -> str:
    files = sorted(path for folder in CODE for path in folder.glob("*.py"))
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()


def _read(file: Path, recipe: str) -> dict[str, Any]:
    try:
        data = json.loads(file.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}  # the first run, or one that was stopped as it wrote
    return dict(data["articles"]) if isinstance(data, dict) and data.get("recipe") == recipe else {}


def _write(file: Path, recipe: str, rows: dict[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    part.write_text(json.dumps({"recipe": recipe, "articles": rows}, separators=(",", ":")), "utf-8")
    part.replace(file)


def _row(one: Checked) -> list[Any]:
    return [one.places, one.facts.data() if one.facts else None]


def _of_row(row: list[Any]) -> Checked:
    places, facts = row
    found = tuple((line, rule, why, mend, key) for line, rule, why, mend, key in places)
    return Checked(found, kept(facts) if facts else None)
