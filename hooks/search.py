"""Builds the search: an index that is loaded on demand, and a small file of text for each article."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from hooks import mistakes
from portal import menu, search
from portal.assets import modules
from portal.errors import ContentError
from portal.mistakes import text_of
from portal.search import Document, Index, index_file, questions, sections
from portal.search import jobs as search_jobs
from portal.search import synonyms as search_synonyms
from portal.search.sections import Section

log = get_plugin_logger("portal")

HERE = Path(__file__).parent
SHIPPED = HERE / "synonyms.yml"
NEAR = HERE / "related-words.txt"
# The engine's modules, which are published as one file only.
ENGINE = HERE / "engine"
NODE_LEAST = 20
NODE_OF_THE_TESTS = HERE.resolve().parent / "tests" / "node" / "node_modules" / ".bin" / "node"
# In docs/, for writers and not for customers.
# Writers' files in docs/ that are not published.
SYNONYMS, TESTS = "synonyms.yml", "search-tests.yml"
# The ranking exists in JavaScript only, so the writer's questions are asked in Node.
ASK = """
import { readFileSync } from "node:fs";
const { index, modules, questions } = JSON.parse(readFileSync(0, "utf8"));
const { decode } = await import(`${modules}/decode.js`);
const { engine } = await import(`${modules}/main.js`);
const { search } = engine(decode(new Uint8Array(Buffer.from(index))), "/assets/x");
const options = { limit: 3, kinds: ["article"] };
const found = questions.map((question) => search(question, options).results.map(({ id }) => id));
console.log(JSON.stringify(found));
"""


@dataclass
class State:
    """What the events of one build share."""

    published: bool = True
    synonyms: list[search_synonyms.Group] = field(default_factory=list)
    questions: dict[str, str] = field(default_factory=dict)


state = State()


def on_startup(command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
    """Remember whether this build is published, or only looked at by a writer."""
    state.published = command != "serve"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Read the writers' lists, and do not publish them."""
    docs = Path(config.docs_dir)
    for read in (_read_synonyms, _read_questions):
        try:
            read(docs, config.extra["view"])
        except ContentError as error:
            mistakes.later(config, error)
    for name in (SYNONYMS, TESTS):
        if (file := files.get_file_from_path(name)) is not None:
            files.remove(file)
    return files


def on_env(env: Environment, config: MkDocsConfig, files: Files) -> Environment:
    """Index the rendered pages, publish the index under a hash of it, and find the related articles."""
    view = config.extra["view"]
    on = config.extra["portal"]["parts"]
    jobs = [job for job in search_jobs.documents(on) if not menu.missing(job.url, on)]
    index = search.build([*_articles(view, files), *_changes(files), *_incidents(files), *jobs])
    view["related"] = {
        article["id"]: [view["articles"][other]["id"] for other in index.related(number)]
        for number, article in enumerate(view["articles"])
    }
    topics = [(topic["title"], f"{topic['id']}/") for topic in view["topics"]]
    content = _publish(index, topics, state.synonyms, config, files)
    published = {article["id"] for article in view["articles"]}
    _test(content, {asked: id for asked, id in state.questions.items() if id in published}, config)
    return env


def _publish(
    index: Index,
    topics: Iterable[tuple[str, str]],
    synonyms: Iterable[Sequence[str]],
    config: MkDocsConfig,
    files: Files,
) -> bytes:
    texts = index_file.texts(index)
    folder = f"assets/search/{index_file.name(b''.join(texts.values()))}/"
    for name, text in texts.items():
        files.append(File.generated(config, folder + name, content=text))
    near, further = search_synonyms.near(search_synonyms.pairs(NEAR.read_text(encoding="utf-8")), index.postings)
    groups = [*search_synonyms.useful(synonyms, index.postings), *further]
    content = index_file.encode(index, topics, groups, folder, near)
    engine = _engine()
    # Both have the same hash in their names, so that no cache pairs an index with another release's engine.
    name = f"assets/search.{index_file.name(content + engine.encode())}"
    files.append(File.generated(config, f"{name}.txt", content=content))
    files.append(File.generated(config, f"{name}.js", content=engine))
    config.extra["view"]["search_index"] = config.extra["base_path"] + f"{name}.txt"
    return content


def _engine() -> str:
    """The engine as one file."""
    sources = {path.stem: path.read_text(encoding="utf-8") for path in ENGINE.glob("*.js")}
    return modules.joined(sources, "main")


def _read_synonyms(docs: Path, view: dict[str, Any]) -> None:
    """The shipped groups and the writer's; raises ContentError."""
    state.synonyms = search_synonyms.parse(f"hooks/{SYNONYMS}", SHIPPED.read_text(encoding="utf-8"))
    own, name = docs / SYNONYMS, f"{docs.name}/{SYNONYMS}"
    if own.is_file():
        state.synonyms += search_synonyms.parse(name, text_of(own, name))


def _read_questions(docs: Path, view: dict[str, Any]) -> None:
    """The writer's questions, each with its article; raises ContentError."""
    path, name = docs / TESTS, f"{docs.name}/{TESTS}"
    state.questions = {}
    if path.is_file():
        state.questions = questions.parse(name, text_of(path, name), view["ids"], view["hidden"])


def _node() -> tuple[str | None, str]:
    """The first Node that is new enough, and what was found when there is none: what PORTAL_NODE names, else the one
    that the tests bring (a distribution's is often too old), else the one beside this Python, which `make
    check-content` fetches where the path has none."""
    chosen = os.environ.get("PORTAL_NODE")
    beside = str(Path(sys.prefix) / "bin" / "node")
    candidates = [chosen] if chosen else [str(NODE_OF_THE_TESTS), beside, shutil.which("node")]
    found = "there is none"
    for node in candidates:
        if not node or not Path(node).exists():
            continue
        try:
            asked = subprocess.run([node, "--version"], capture_output=True, encoding="utf-8", check=False)
        except OSError:
            continue
        version = asked.stdout.strip()
        number = version.removeprefix("v").partition(".")[0]
        if number.isdecimal() and int(number) >= NODE_LEAST:
            return node, version
        found = f"{node} is {version or 'no Node'}"
    return None, found


def _test(content: bytes, expected: dict[str, str], config: MkDocsConfig) -> None:
    """Ask the writer's questions about the published articles; PluginError when too few find theirs."""
    if not expected:
        return
    name = f"{Path(config.docs_dir).name}/{TESTS}"
    node, why = _node()
    if node is None:
        missing = f"The questions in {name} were not checked: that needs Node {NODE_LEAST} or newer, and {why}."
        # A writer may work without it; what is published is checked where it is built.
        if state.published and os.environ.get("CI"):
            raise PluginError(missing)
        log.info(missing)
        return
    question = {
        "index": list(content),
        "modules": ENGINE.resolve().as_uri(),
        "questions": list(expected),
    }
    command = [node, "--input-type=module", "--eval", ASK]
    answer = subprocess.run(command, input=json.dumps(question), capture_output=True, encoding="utf-8", check=False)
    if answer.returncode != 0:
        raise PluginError(f"{name} could not be checked with Node:\n{answer.stderr}")
    found = dict(zip(expected, json.loads(answer.stdout), strict=True))
    result = questions.judge(expected, found)
    if not result.passed:
        raise PluginError(questions.report(name, result))
    log.info("%d of %d questions in %s find their article", result.asked - len(result.failed), result.asked, name)


def _articles(view: dict[str, Any], files: Files) -> list[Document]:
    titles = {topic["id"]: topic["title"] for topic in view["topics"]}
    documents = []
    for article in view["articles"]:
        page = _page(files, article["src_uri"])
        documents.append(
            Document(
                title=article["title"],
                url=f"{article['id']}/",
                topic=titles.get(article["topic"], ""),
                topic_id=article["topic"],
                description=article["description"],
                questions=page.meta.get("questions") or [],
                sections=sections.sections(page.content or ""),
                updated=f"{article['updated']:%b %Y}" if article["updated"] else "",
            )
        )
    return documents


def _changes(files: Files) -> list[Document]:
    """The entries of the changelog."""
    return _generated(files, "release.html", "change", "What changed")


def _incidents(files: Files) -> list[Document]:
    """The incidents of the status page."""
    return _generated(files, "incident.html", "status", "Status")


def _generated(files: Files, template: str, kind: str, topic: str) -> list[Document]:
    """The pages that another hook made with a template."""
    documents = []
    for file in files.documentation_pages():
        page = file.page
        if page is not None and page.meta.get("template") == template:
            about = page.meta.get("description") or ""
            # An incident's page is filled by its template, so only its latest update is known here.
            parts = sections.sections(page.content or "") or [Section("", "", about)]
            documents.append(Document(str(page.title), file.url, topic, description=about, kind=kind, sections=parts))
    return documents


def _page(files: Files, src_uri: str) -> Page:
    file = files.get_file_from_path(src_uri)
    assert file is not None
    assert file.page is not None
    return file.page
