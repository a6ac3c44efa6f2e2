"""What is done to an article's HTML: its pictures in small forms, and marks for the styles of rarer elements."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote, urljoin

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url

from hooks import mistakes
from portal.articles import extras, pictures
from portal.articles.pictures import Picture, Shown
from portal.errors import ContentError
from portal.mistakes import text_of
from portal.walkthroughs import steps

FOLDER = "assets/pictures"
CACHE = ".portal/pictures"
ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".gif")


@dataclass
class State:
    """What the events of one build share: the pictures of docs/ by their address, and those already made."""

    files: dict[str, File] = field(default_factory=dict)
    made: dict[str, tuple[Picture, dict[int, File]] | None] = field(default_factory=dict)
    walked: set[str] = field(default_factory=set)  # the pictures of walkthroughs, which have two dots for each pixel


state = State()


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Find the pictures, and leave out what takes them."""
    state.made, state.walked = {}, set()
    for file in [file for file in files if file.src_uri.endswith((steps.ENDING, steps.FACTS))]:
        files.remove(file)
        if file.src_uri.endswith(steps.ENDING):
            _check(file, config)
    state.files = {unquote(file.url): file for file in files.media_files() if file.src_uri.lower().endswith(ENDINGS)}
    config.extra["view"]["extras"] = set()
    return files


def _check(file: File, config: MkDocsConfig) -> None:
    """Remember the pictures of a file of steps, and say what is wrong in it."""
    docs = Path(config.docs_dir)
    name = f"{docs.name}/{file.src_uri}"
    try:
        walkthrough = steps.parse(text_of(Path(file.abs_src_path or ""), name), name)
        if not (docs.parent / walkthrough.article).is_file():
            mistakes.warn([ContentError(name, None, f"lies beside no article: {walkthrough.article} is missing")])
        state.walked |= {picture.removeprefix(f"{docs.name}/") for picture in walkthrough.pictures}
    except ContentError as error:
        mistakes.warn(error.all)


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Show the pictures, and remember the page if it needs more styles."""
    if page.file.generated_by is not None:
        return html

    def find(address: str) -> Shown | None:
        path = unquote(urljoin(f"https://site.example/{page.url}", address.partition("#")[0]))
        return _shown(path.removeprefix("https://site.example/"), page, config, files)

    html = extras.finished(pictures.shown(html, find) if "<img" in html else html)
    if wrong := extras.fault(html):
        mistakes.warn([ContentError(f"{Path(config.docs_dir).name}/{page.file.src_uri}", None, wrong)])
    if extras.has_extras(html):
        config.extra["view"]["extras"].add(page.file.src_uri)
    return html


def _shown(path: str, page: Page, config: MkDocsConfig, files: Files) -> Shown | None:
    if path not in state.files:
        return None
    if path not in state.made:
        state.made[path] = _made(path, config, files)
    found = state.made[path]
    if found is None:
        return None
    picture, forms = found
    if path in state.walked:
        picture = replace(picture, width=picture.width // 2, height=picture.height // 2)
    return Shown(picture, {width: get_relative_url(file.url, page.url) for width, file in forms.items()})


def _made(path: str, config: MkDocsConfig, files: Files) -> tuple[Picture, dict[int, File]] | None:
    """The picture at an address, with its forms published beside it."""
    picture = pictures.made(state.files[path].content_bytes, Path(config.config_file_path).parent / CACHE)
    if picture is None:
        return None
    forms = {}
    for width, content in picture.forms.items():
        name = f"{FOLDER}/{path.rpartition('.')[0]}-{width}.webp"
        forms[width] = File.generated(config, name, content=content)
        files.append(forms[width])
    return picture, forms
