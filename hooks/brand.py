"""Puts the adopter's brand on every page: logo, favicon, colours, font, announcement, footer and social picture."""

from datetime import UTC
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import File, Files
from mkdocs.utils import get_build_datetime

from portal import brand, yaml_lines
from portal.brand import pictures
from portal.errors import ContentError, suggestion

log = get_plugin_logger("portal")
SHEET = f"{brand.FOLDER}brand.css"
LOGO_HEIGHT = 28
# A font above this makes the first view of a page slow on a phone.
HEAVY_FONT = 100_000


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Check the files that `extra.portal.brand` names, and give templates what they show, and the site one name; raises
    PluginError."""
    given = config.extra["portal"]["brand"]
    mistakes = [*_mistakes(given, config)]
    if mistakes:
        raise PluginError("\n".join(str(mistake) for mistake in mistakes))
    for sentence in brand.adjusted(given):
        log.info("%s", sentence)
    files = {file.setting: file for file in brand.files(given)}
    if "favicon" in files:
        config.theme["favicon"] = files["favicon"].uri
    name = brand.name(config.extra["portal"]["product"], config.site_name, given["word"])
    config.site_name = name.whole
    today = get_build_datetime().astimezone(UTC).date()
    config.extra["view"]["brand"] = {
        "name": name,
        "logos": _logos(files, config),
        "announcement": brand.announcement(given, today),
        "picture": f"{config.site_url}{files['picture'].uri}" if "picture" in files and config.site_url else "",
    }
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Publish the brand's files and its sheet, which hooks/joined.py puts behind the portal's own."""
    given = config.extra["portal"]["brand"]
    for file in brand.files(given):
        files.append(File.generated(config, file.uri, abs_src_path=str(_folder(config) / file.path)))
    files.append(File.generated(config, SHEET, content=brand.sheet(given)))
    return files


def on_serve(server: LiveReloadServer, config: MkDocsConfig, **_: Any) -> LiveReloadServer:
    """Rebuild when a file of the brand changes."""
    for file in brand.files(config.extra["portal"]["brand"]):
        server.watch(str(_folder(config) / file.path))
    return server


def _mistakes(given: dict[str, Any], config: MkDocsConfig) -> list[ContentError]:
    path = Path(config.config_file_path)
    lines = yaml_lines.lines(path.read_text(encoding="utf-8"))

    def mistake(setting: str, message: str) -> ContentError:
        line = yaml_lines.nearest(lines, ("extra", "portal", "brand", setting))
        return ContentError(path.name, line, f"extra.portal.brand.{setting}: {message}")

    found = [mistake(file.setting, wrong) for file in brand.files(given) if (wrong := _wrong(file, path.parent))]
    if config.theme.get("logo"):
        line = yaml_lines.nearest(lines, ("theme", "logo"))
        found.append(ContentError(path.name, line, "theme.logo is extra.portal.brand.logo now: move it there."))
    return found


def _wrong(file: brand.File, folder: Path) -> str | None:
    """Why a file cannot be used, if it cannot."""
    path = folder / file.path
    if not path.resolve().is_relative_to(folder.resolve()):
        return f"{file.path} is outside this repository: put the file into custom/."
    if not path.is_file():
        beside = [str(Path(file.path).with_name(one.name)) for one in path.parent.glob("*")]
        return f"there is no file {file.path}.{suggestion(file.path, beside)}"
    if path.suffix.lower() not in file.kinds:
        return f"{file.path} is none of the kinds that work here: {', '.join(file.kinds)}."
    if path.suffix == ".woff2" and path.stat().st_size > HEAVY_FONT:
        size = path.stat().st_size // 1000
        log.info("%s has %d KB, which every first visit loads: a subset of its letters is enough.", file.path, size)
    return None


def _logos(files: dict[str, brand.File], config: MkDocsConfig) -> list[dict[str, Any]]:
    """The logo for light and dark pages, or one for both, with their widths, so that nothing moves as they load."""
    shown = {"logo": "light" if "logo_dark" in files else "both", "logo_dark": "dark"}
    return [
        {
            "uri": files[setting].uri,
            "when": when,
            "width": round(LOGO_HEIGHT * pictures.ratio((_folder(config) / files[setting].path).read_bytes())),
        }
        for setting, when in shown.items()
        if setting in files
    ]


def _folder(config: MkDocsConfig) -> Path:
    return Path(config.config_file_path).parent
