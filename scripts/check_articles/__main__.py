"""Read every article as its writer's colleague would, and say what to mend, with file and line.

python -m scripts.check_articles [FILE...] [--format text|json|sarif|github] [--external] [--write-baseline]

Exits 1 for an error that the baseline does not have. `extra.portal.writing` in mkdocs.yml chooses the levels.
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from portal.articles.writing import Finding, Options, baseline, cache, report
from portal.models import counted
from scripts.check_articles import Shelf, WritersError, bench, choices, external, findings, judged, options, read
from scripts.lib import piped

LEVELS = ("error", "warning", "advice")


def main(arguments: Sequence[str] | None = None) -> int:
    """Argv and printing: 0, 1 for a new error, 2 after saying what stands in the way."""
    given = _parser().parse_args(arguments)
    try:
        shelf = read(given.docs)
        if given.bench:
            print("\n".join(bench.lines(shelf, given.bench)))
            return 0
        portal = choices(given.config)
        cached = given.config.parent / cache.FILE
        found = findings(shelf, portal, datetime.now(UTC).date(), cached)
        if given.external:
            found += _outside(shelf, options(portal), cached)
        file = given.baseline or given.config.parent / baseline.FILE
        if given.write_baseline:
            file.write_text(baseline.write(found), "utf-8")
            print(f"{file}: {counted(len(found), 'finding')}. From now on only new ones are reported.", file=sys.stderr)
            return 0
        kept = baseline.sort(found, baseline.read(file))
    except (WritersError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    shown = [one for one in kept.new if _asked_for(one, given.files, given.level)]
    print(_written(shown, given.format))
    if kept.known or kept.gone:
        print(_about(kept), file=sys.stderr)
    return int(any(one.level == "error" for one in shown))


def _outside(shelf: Shelf, chosen: Options, cached: Path) -> list[Finding]:
    places: dict[str, list[tuple[str, int]]] = {}
    for name, one in judged(shelf, chosen, cached).items():
        for line, url in one.facts.external if one.facts else ():
            places.setdefault(url, []).append((f"{shelf.folder.name}/{name}", line))
    dead = external.dead(list(places), cached.with_name("external-links.json"))
    return [
        chosen.finding(file, line, "external", f"{url} {why}", key=url)
        for url, why in dead.items()
        for file, line in places[url]
    ]


def _asked_for(one: Finding, files: Sequence[Path], level: str) -> bool:
    named = not files or any(Path(one.file) == file or file in Path(one.file).parents for file in files)
    return named and one.level in LEVELS[: LEVELS.index(level) + 1]


def _written(found: list[Finding], form: str) -> str:
    if form == "json":
        return report.as_json(found)
    if form == "sarif":
        return report.sarif(found)
    return "\n".join(report.annotations(found)) if form == "github" else report.text(found)


def _about(kept: baseline.Sorted) -> str:
    gone = f"; {kept.gone} of it are mended: write it again with --write-baseline" if kept.gone else ""
    return f"The baseline knows {counted(kept.known, 'finding')} more{gone}."


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.check_articles",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", nargs="*", type=Path, help="only these files or folders, such as docs/getting-in")
    parser.add_argument("--docs", type=Path, default=Path("docs"), help="the folder of your articles")
    parser.add_argument("--config", type=Path, default=Path("mkdocs.yml"), help="where extra.portal is")
    parser.add_argument("--format", choices=("text", "json", "sarif", "github"), default="text")
    parser.add_argument("--level", choices=LEVELS, default="advice", help="the least serious that is shown")
    parser.add_argument("--external", action="store_true", help="ask the sites that articles link to as well")
    parser.add_argument("--baseline", type=Path, help=f"the known findings (default: {baseline.FILE} at mkdocs.yml)")
    parser.add_argument("--bench", type=int, metavar="N", help="how long N copies of the articles take, only that")
    parser.add_argument("--write-baseline", action="store_true", help="know all findings of today from now on")
    return parser


if __name__ == "__main__":
    sys.exit(piped.run(main))
