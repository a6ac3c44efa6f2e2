"""A repository for a portal of your own: what you answered in your files, and everything of upstream's beside them."""

import json
import re
import shutil
import subprocess
import tempfile
import unicodedata
from pathlib import Path
from string import Template

from scripts.lib import ownership
from scripts.lib.git import GitError, git
from scripts.lib.upstream import RECORD, record
from scripts.new_portal.answers import PARTS, Answers

FILES = Path(__file__).parent / "files"
ARTICLES = ("docs/",)
EXAMPLES = ("changelog/", "status/")
# Files of the product that yours begin with.
BEGINNINGS = (".gitignore",)
# The topics of mkdocs.yml and what follows, up to the parts: those of the starter library.
TOPICS = re.compile(r"^    # One topic for every folder.*?(?=^    # What the portal offers)", re.MULTILINE | re.DOTALL)
NO_TOPICS = """\
    # One topic for every folder in docs/, in the order in which customers see them:
    # topics:
    #   - {id: getting-started, title: Getting started, icon: material/rocket-launch-outline}
    # Under the question box: at most five or six. An id is the file's path in docs/ without .md.
    # often_asked: [getting-started/first-steps]
"""
# The facts of mkdocs.yml, and one that is empty below the comment that says what it is.
FACTS = re.compile(r"^    facts:\n(?:      .*\n)+", re.MULTILINE)
FACT = re.compile(r"^      # (.*)\n      (\w+):$", re.MULTILINE)
# What people typed, and may hold any character.
TYPED = ("name", "product", "email", "address")
OWNERS = """\
*            {team}
/docs/       {team}
/changelog/  {team}
/status/     {team}
/custom/     {team}
"""
NO_OWNERS = """\
# *            @your-company/support
# /docs/       @your-company/writers
# /status/     @your-company/on-call
"""


class Refused(Exception):
    """The portal cannot be made; `str()` says why and what to do."""


def make(source: Path, folder: Path, answers: Answers) -> str:
    """Write the repository to `folder`, from the last commit of the clone `source`, with a first commit of its own;
    returns that commit of `source`. Raises Refused and leaves nothing behind."""
    _check(source, folder)
    there = folder.exists()
    try:
        commit = git(source, "rev-parse", "HEAD").strip()
        _unpack(source, commit, folder, answers)
        for path, text in written(source, answers).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, "utf-8")
        (folder / RECORD).write_text(record(origin(source), commit), "utf-8")
        git(folder, "init", "--quiet", "--initial-branch=main")
        git(folder, "add", "--all")
        git(folder, "commit", "--quiet", "--message", f"Begin the help centre of {answers.product}")
    except BaseException:
        if folder.exists():
            shutil.rmtree(folder)
        if there:
            folder.mkdir()
        raise
    return commit


def origin(source: Path) -> str:
    """Where the clone comes from: its remote `origin`, else the clone itself. A token in the address is left out, since
    the record is committed."""
    done = subprocess.run(["git", "-C", str(source), "remote", "get-url", "origin"], capture_output=True, text=True)
    return re.sub(r"^(https?://)[^/@]*@", r"\1", done.stdout.strip()) or str(source)


def written(source: Path, answers: Answers) -> dict[str, str]:
    """The files that the answers are in, by their path in the repository."""
    values = _values(source, answers)
    # JSON's strings are YAML's as well, whatever is in them.
    quoted = values | {name: json.dumps(values[name], ensure_ascii=False) for name in TYPED}
    found = {}
    for file in sorted(FILES.rglob("*")):
        path = file.relative_to(FILES).as_posix()
        if file.is_file() and not path.startswith(_taken(answers)):
            found[path] = Template(file.read_text("utf-8")).substitute(quoted if path.endswith(".yml") else values)
    return found


def to_fill_in(folder: Path) -> list[str]:
    """The names of the facts that stand empty in the mkdocs.yml of a portal, each with what it says."""
    facts = FACTS.search((folder / "mkdocs.yml").read_text("utf-8"))
    return [f"{name}: {what}" for what, name in FACT.findall(facts[0])] if facts else []


def _taken(answers: Answers) -> tuple[str, ...]:
    """The folders whose files are Helpfront's own."""
    return (*(ARTICLES if answers.articles else ()), *(EXAMPLES if answers.examples else ()))


def _values(source: Path, answers: Answers) -> dict[str, str]:
    topics = TOPICS.search((source / "mkdocs.yml").read_text("utf-8")) if answers.articles else None
    return {
        "name": answers.name,
        "product": answers.product,
        "email": answers.email,
        "security": answers.security or answers.email,
        "address": answers.address,
        "parts": "\n".join(f"      {part}: {'true' if part in answers.parts else 'false'}" for part in PARTS),
        "topics": topics[0] if topics else NO_TOPICS,
        "owners": OWNERS.format(team=answers.team) if answers.team else NO_OWNERS,
        "id": slug(answers.product),
    }


def slug(product: str) -> str:
    """The product's name as an id: lower case letters, digits and dashes."""
    plain = unicodedata.normalize("NFKD", product).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "product"


def _check(source: Path, folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(f"{folder} is not an empty folder. Name one that is empty or not there yet.")
    if source in [folder.resolve(), *folder.resolve().parents]:
        raise Refused(f"{folder} is inside this clone of Helpfront. Name a folder beside it, such as ../help.")
    try:
        git(source, "rev-parse", "--git-dir")
        git(source, "var", "GIT_COMMITTER_IDENT")
    except GitError as error:
        raise Refused(str(error)) from error


def _unpack(source: Path, commit: str, folder: Path, answers: Answers) -> None:
    """Upstream's files of a commit, and the articles and examples that are wanted, into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    names = [
        name
        for name in git(source, "ls-tree", "-r", "-z", "--name-only", commit).split("\0")
        if ownership.owner(name) == ownership.UPSTREAM or name in BEGINNINGS or name.startswith(_taken(answers))
    ]
    with tempfile.TemporaryDirectory() as temporary:
        index = {"GIT_INDEX_FILE": str(Path(temporary, "index"))}
        git(source, "read-tree", commit, environ=index)
        given = "\0".join(names)
        git(source, "checkout-index", "-z", "--stdin", f"--prefix={folder.resolve()}/", given=given, environ=index)
    if answers.examples:
        components = folder / "status/components.yml"
        page = f"{{id: {slug(answers.product)}, name: {json.dumps(answers.product, ensure_ascii=False)},"
        components.write_text(components.read_text("utf-8").replace("{id: acme, name: Acme,", page), "utf-8")
