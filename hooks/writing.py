"""Tells writers in each build what the rules of writing find (portal/articles/writing)."""

from datetime import UTC
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.utils import get_build_datetime

from portal.articles import writing
from portal.articles.writing import RULES, Finding, baseline, cache, report
from portal.search.words import stems

log = get_plugin_logger("portal")
COMMAND = "python -m scripts.check_articles"
# More than these are read better in the command's list.
SHOWN = 10


def on_nav(nav: Navigation, config: MkDocsConfig, files: Files) -> Navigation:
    """Check the articles, whose mistakes have stopped the build before. An error stops a strict build; anything else is
    said and stops none."""
    root = Path(config.config_file_path).parent
    try:
        known = baseline.read(root / baseline.FILE)
    except ValueError as error:
        raise PluginError(str(error)) from error
    # The build itself has said what is wrong with files and links.
    found = [one for one in baseline.sort(_found(config, files), known).new if not RULES[one.rule].built]
    for one in found:
        if one.level == "error":
            log.warning("%s", _line(one))
    warnings = [one for one in found if one.level == "warning"]
    for one in warnings[:SHOWN]:
        log.info("%s", _line(one))
    if found:
        log.info("%s about the articles. All of it: %s", report.summary(found), COMMAND)
    return nav


def _found(config: MkDocsConfig, files: Files) -> list[Finding]:
    given, docs = config.extra["portal"], Path(config.docs_dir)
    written = {file.src_uri: file for file in files if file.generated_by is None and file.abs_src_path}
    sizes = {name: Path(str(file.abs_src_path)).stat().st_size for name, file in written.items()}
    names = [one.file.partition("/")[2] for one in config.extra["view"]["written"]]
    texts = {name: written[name].content_string.replace("\r\n", "\n") for name in sorted(names) if name in written}
    chosen = writing.options(given)
    checked = cache.checked(texts, docs.name, chosen, stems, Path(config.config_file_path).parent / cache.FILE)
    today = get_build_datetime().astimezone(UTC).date()
    return writing.whole(checked, writing.around(given, sizes, docs.name, today), chosen)


def _line(one: Finding) -> str:
    return f"{one.file}:{one.line}: {one.why}. {one.mend}"
