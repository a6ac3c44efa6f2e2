"""Keep the changelog: `python -m scripts.changelog sync` writes changelog/*.md from a product's releases,
`python -m scripts.changelog classify LINES.jsonl` prints the class of each line and the rule that decided,
`python -m scripts.changelog learn FOLDER` makes the weights of words anew, and
`python -m scripts.changelog preview-email` prints the weekly email.

`sync` asks the repositories in changelog/config.yml, or --repo, or reads --from. It exits 2 when it could not, and
prints a sentence; every line that was left out, is doubtful, or differs from a writer's text is in its report.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from functions.errors import SettingsError
from portal import articles
from portal.changelog.config import CONFIG, OVERRIDES, Config, Overrides, Source, line_of, read_config, read_overrides
from portal.changelog.news import NUMBER, Decisions
from portal.changelog.releases import Release
from portal.errors import ContentError, suggestion
from scripts.changelog import learn, lines
from scripts.changelog.preview import preview
from scripts.changelog.report import describe
from scripts.changelog.sources import GitHub, SyncError, Unreachable, from_file
from scripts.changelog.state import State, rules_of
from scripts.changelog.sync import Report, Wanted, sync
from scripts.lib.environment import services as environment


@dataclass(frozen=True)
class Team:
    """What the team's two files in changelog/ say, and their texts."""

    config: Config
    overrides: Overrides
    texts: tuple[str, str]
    titles: dict[str, str]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0, or 2 after printing what is wrong."""
    options = _parser().parse_args(arguments)
    try:
        return COMMANDS[options.command](options)
    except ExceptionGroup as group:
        print("\n".join(str(error) for error in group.exceptions), file=sys.stderr)
    except (SyncError, ContentError, SettingsError, lines.LineError, learn.LearnError, OSError) as error:
        print(error, file=sys.stderr)
    return 2


def _sync(options: argparse.Namespace) -> int:
    team = read_team(options.folder)
    if options.file:
        releases = from_file(options.file)
        report = sync(releases, options.folder, wanted(team, options.product))
        print("\n".join(describe(report, len(releases), options.show_left_out)))
        return 0
    sources = [_source(repo) for repo in options.repo] or team.config.repositories
    if not sources:
        raise SyncError(f"No repository: name yours in {options.folder}/{CONFIG} under `repositories`, or say --repo.")
    return _ask(sources, team, options)


def _ask(sources: Sequence[Source], team: Team, options: argparse.Namespace) -> int:
    """Sync every repository; when GitHub is away, remember since when, so that the page can say so."""
    state = State.read(options.folder, rules_of(*team.texts))
    github, report, total = GitHub(options.base_url or team.config.base_url), Report(), 0
    try:
        for source in sources:
            found = github.list(source, "" if options.all else state.etags.get(source.repo, ""))
            print(*found.notes, sep="\n", end="\n" * bool(found.notes))
            if found.releases is None:
                continue
            total += len(found.releases)
            labels = _labels(github, source, found.releases, team)
            told = wanted(team, options.product or source.product, whole=True, labels=labels)
            sync(found.releases, options.folder, told, report)
            state.remember(source.repo, found.etag)
        state.unreachable = ""
    except Unreachable:
        state.unreachable = state.unreachable or f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        raise
    finally:
        github.close()
        state.write(options.folder)
    print("\n".join(describe(report, total, options.show_left_out)))
    return 0


def _source(repo: str) -> Source:
    try:
        return Source(repo=repo)
    except ValidationError as error:
        raise SyncError(f"--repo {repo!r} is not OWNER/NAME.") from error


def _labels(github: GitHub, source: Source, releases: Sequence[Release], team: Team) -> dict[int, tuple[str, ...]]:
    """The labels of the pull requests that releases name, when the team's configuration says what labels mean."""
    if not team.config.labels:
        return {}
    return github.labels(source.repo, (int(number) for one in releases for number in NUMBER.findall(one.body)))


def read_team(folder: Path) -> Team:
    """Read changelog/config.yml and overrides.yml; a missing file says nothing. Raises an ExceptionGroup."""
    texts = tuple(_text(folder / name) for name in (CONFIG, OVERRIDES))
    config = read_config(texts[0], f"{folder.name}/{CONFIG}")
    overrides = read_overrides(texts[1], f"{folder.name}/{OVERRIDES}")
    return Team(config, overrides, (texts[0], texts[1]), _titles(folder, overrides, texts[1]))


def wanted(
    team: Team, product: str = "", whole: bool = False, labels: Mapping[int, tuple[str, ...]] | None = None
) -> Wanted:
    """How the team wants its releases."""
    decisions = Decisions(team.config.policy, labels=labels or {}, private=team.config.private, titles=team.titles)
    return Wanted(product, decisions, team.overrides, team.config.prereleases, whole)


def _titles(folder: Path, overrides: Overrides, text: str) -> dict[str, str]:
    """The titles of the articles that overrides name. Raises an ExceptionGroup for one that there is not."""
    docs = folder.parent / "docs"
    found: dict[str, str] = {}
    missing: list[ContentError] = []
    for release, keys in overrides.items():
        for key, override in keys.items():
            for id in override.articles:
                file = docs / f"{id}.md"
                if file.is_file():
                    found[id] = articles.parse(id, f"docs/{id}.md", file.read_text(encoding="utf-8")).title
                    continue
                known = [path.relative_to(docs).with_suffix("").as_posix() for path in docs.rglob("*.md")]
                hint = suggestion(id, known)
                line = line_of(text, release, key, "articles")
                missing.append(ContentError(f"{folder.name}/{OVERRIDES}", line, f"there is no article {id!r}.{hint}"))
    if missing:
        raise ExceptionGroup("overrides name articles that there are not", missing)
    return found


def _classify(options: argparse.Namespace) -> int:
    policy = read_team(options.folder).config.policy
    if not options.lines.is_file():
        raise SyncError(f"There is no file {options.lines}: name one with an object with 'text' and 'section' a line.")
    with options.lines.open(encoding="utf-8") as file:
        found = list(lines.classify(file, policy))
    for one in found:
        print(json.dumps(one, ensure_ascii=False))
    for line in lines.figures(found):
        print(line, file=sys.stderr)
    return 0


def _learn(options: argparse.Namespace) -> int:
    table = learn.learn(options.changelogs)
    options.to.write_text(table, encoding="utf-8")
    print(f"{table.splitlines()[0].removeprefix('# ').partition(';')[0]}: {options.to}")
    return 0


def _preview(options: argparse.Namespace) -> int:
    with environment() as services:
        preview(services, datetime.now(UTC).date(), options.last_week)
    return 0


COMMANDS = {"sync": _sync, "classify": _classify, "learn": _learn, "preview-email": _preview}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        message = f"is not UTF-8: {error.reason} at byte {error.start}"
        raise ContentError(f"{path.parent.name}/{path.name}", None, message) from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.changelog", description="Keep the changelog.")
    commands = parser.add_subparsers(required=True, dest="command")
    command = commands.add_parser("sync", help="write changelog/*.md from releases")
    source = command.add_mutually_exclusive_group()
    source.add_argument("--from", dest="file", type=Path, metavar="FILE", help="releases as GitHub's REST lists them")
    source.add_argument("--repo", metavar="OWNER/NAME", action="append", default=[], help="instead of config.yml's")
    command.add_argument("--base-url", default="", help="of GitHub Enterprise: https://HOST/api/v3")
    command.add_argument("--product", default="", help="the product's name in titles (default: the repository's)")
    command.add_argument("--folder", type=Path, default=Path("changelog"))
    command.add_argument("--all", action="store_true", help="read all pages even if the first is as it was")
    command.add_argument("--show-left-out", action="store_true", help="print every line that was left out")
    command = commands.add_parser("classify", help="print the class of each line, and why")
    command.add_argument("lines", type=Path, metavar="LINES.jsonl", help="an object with 'text' and 'section' a line")
    command.add_argument("--folder", type=Path, default=Path("changelog"), help="whose config.yml counts")
    command = commands.add_parser("learn", help="make the weights of words anew from a folder of changelogs")
    command.add_argument(
        "changelogs", type=Path, metavar="FOLDER", help="a folder or a file (.md, .rst, .txt) a product"
    )
    command.add_argument("--to", type=Path, default=learn.TABLE, help=f"default: {learn.TABLE}")
    command = commands.add_parser("preview-email", help="print the weekly email; nothing is sent")
    command.add_argument("--last-week", action="store_true", help="the one that goes out on this week's Monday")
    return parser


if __name__ == "__main__":
    sys.exit(main())
