"""Joins an adopter's lists in mkdocs.yml with the portal's, which MkDocs would replace by them, and refuses what would
break the portal without a word."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from mkdocs.config.config_options import ExtraScriptValue
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import get_plugin_logger
from mkdocs.utils.yaml import yaml_load

from portal import yaml_lines
from portal.errors import ContentError

log = get_plugin_logger("portal")

HERE = Path(__file__).parent
# Keys with the values that an adopter's file may give them, and what to do about any other.
REFUSED: tuple[tuple[tuple[str, ...], tuple[Any, ...], str], ...] = (
    (("strict",), (True,), "a page with a dead link would be published. Take the line out."),
    (("use_directory_urls",), (True,), "the portal's addresses end in a slash. Take the line out."),
    (
        ("nav",),
        (),
        "customers would not see it: they see extra.portal.topics in your order, with often_asked first. Take it out.",
    ),
    (("theme", "palette"), (), "the portal has its own light and dark colours. Take it out."),
    (("theme", "font"), (False,), "pages load nothing from another host, and Material's fonts are there. Take it out."),
)
# Plugins whose work the portal does itself.
SEARCHES = {"search", "material/search"}
# What lets a page through with a mistake.
WEAK = {"ignore", "info"}


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Stop at what is refused, all of it at once; then join the lists, and say what pages load from other hosts."""
    path = Path(config.config_file_path)
    text = path.read_text("utf-8")
    own, base = _plain(text), yaml_load((HERE / "base.yml").read_text("utf-8"))
    lines = yaml_lines.lines(text)
    mistakes = [
        ContentError(path.name, yaml_lines.nearest(lines, place), f"{'.'.join(map(str, place))}: {sentence}")
        for place, sentence in faults(own, base)
    ]
    if mistakes:
        raise PluginError("\n".join(map(str, mistakes)))
    _join_theme(config, base["theme"])
    _join_extensions(config, base["markdown_extensions"])
    _join_scripts(config, base["extra_javascript"])
    config.extra["joined"] = True  # without it the theme stops the build: this hook was left out
    for sentence in _loaded(config):
        log.info("%s", sentence)
    return config


def faults(own: Mapping[str, Any], base: Mapping[str, Any]) -> Iterator[tuple[yaml_lines.Path, str]]:
    """What an adopter's settings may not say, each as its place and a sentence."""
    theme = own.get("theme")
    if theme is not None and not isinstance(theme, dict):
        yield ("theme",), "would replace the portal's pages. Take it out."
    elif theme and theme.get("name", "material") != "material":
        yield ("theme", "name"), "the portal's pages are made for material. Take it out."
    for place, allowed, sentence in REFUSED:
        around = own if len(place) == 1 else theme if isinstance(theme, dict) else {}
        if place[-1] in around and around[place[-1]] not in allowed:
            yield place, sentence
    yield from _weakened(own.get("validation"), ("validation",))
    yield from _hooks(own.get("hooks"), base["hooks"])
    for name in _names(own.get("plugins")):
        if name in SEARCHES:
            yield ("plugins",), f"'{name}' would load its whole index on every page, and the portal has its own search."


def _weakened(value: Any, place: yaml_lines.Path) -> Iterator[tuple[yaml_lines.Path, str]]:
    if isinstance(value, dict):
        for key, inside in value.items():
            yield from _weakened(inside, (*place, str(key)))
    elif value in WEAK:
        yield place, f"with '{value}' a page with a dead link would be published. Take it out."


def _hooks(own: Any, ours: list[str]) -> Iterator[tuple[yaml_lines.Path, str]]:
    if own is not None and [name for name in _names(own) if name in ours] != ours:
        yield ("hooks",), f"replaces the portal's own. Begin the list with {', '.join(ours)}."


def _names(listed: Any) -> list[str]:
    """The names in a list of names and of {name: settings}, or in a mapping."""
    if isinstance(listed, dict):
        return [str(name) for name in listed]
    rows = listed if isinstance(listed, list) else []
    return [str(next(iter(row))) if isinstance(row, dict) and row else str(row) for row in rows]


def _plain(text: str) -> dict[str, Any]:
    """A YAML text as data, in which a tag such as !ENV stands for nothing."""
    data = yaml.load(text, Loader=_Plain)  # noqa: S506 (a SafeLoader)
    return data if isinstance(data, dict) else {}


class _Plain(yaml.SafeLoader):
    """Reads values without their tags."""


_Plain.add_multi_constructor("!", lambda loader, suffix, node: None)
_Plain.add_multi_constructor("tag:yaml.org,2002:python/", lambda loader, suffix, node: None)


def _join_theme(config: MkDocsConfig, base: Mapping[str, Any]) -> None:
    """An adopter's own templates come before ours, and their features beside ours."""
    ours = str(HERE / "theme")
    folders = [folder for folder in config.theme.dirs if Path(folder).resolve() != Path(ours).resolve()]
    if len(folders) == len(config.theme.dirs):
        config.theme.dirs = [*folders[:1], ours, *folders[1:]]
    features = config.theme.get("features") or []
    config.theme["features"] = list(dict.fromkeys([*base["features"], *features]))


def _join_extensions(config: MkDocsConfig, base: list[Any]) -> None:
    """Ours first; what an adopter says about one of ours is added to what we say."""
    config.markdown_extensions = list(dict.fromkeys([*_names(base), *config.markdown_extensions]))
    for row in base:
        for name, given in row.items() if isinstance(row, dict) else ():
            config.mdx_configs[name] = given | config.mdx_configs.get(name, {})


def _join_scripts(config: MkDocsConfig, base: list[Any]) -> None:
    known = {str(script) for script in config.extra_javascript}
    missing = [row for row in base if row["path"] not in known]
    config.extra_javascript = [*map(_script, missing), *config.extra_javascript]


def _script(row: Mapping[str, str]) -> ExtraScriptValue:
    script = ExtraScriptValue(row["path"])
    script.type = row["type"]
    return script


def _loaded(config: MkDocsConfig) -> Iterator[str]:
    """A sentence for each host from which an adopter's own scripts and sheets come."""
    for kind, addresses in (("extra_javascript", config.extra_javascript), ("extra_css", config.extra_css)):
        for host in dict.fromkeys(urlsplit(str(address)).netloc for address in addresses):
            if host:
                yield (
                    f"{kind}: public pages load from {host}, personal pages (/my/) do not. What that loads or calls"
                    " itself is blocked unless extra.portal.allow names its hosts (connect-src, frame-src, img-src)."
                )
