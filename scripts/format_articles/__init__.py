"""What makes a page's HTML of an article, as the build does, to compare before and after."""

from markdown import Markdown
from mkdocs.config.defaults import MkDocsConfig

from portal.articles import conditions, facts, formatting, lists
from portal.articles.markup import Placeholders
from portal.settings import Parts

PARTS = (*Parts.model_fields, "sign_in")


def renderer(config: MkDocsConfig) -> formatting.Render:
    """What makes a page's HTML of Markdown as the build does, with the portal's extensions."""
    markdown = Markdown(
        extensions=[*config.markdown_extensions, Placeholders()],
        extension_configs=config.mdx_configs,
    )

    def rendered(text: str) -> str:
        markdown.reset()
        return markdown.convert(lists.aligned(text))

    def in_all_forms(text: str) -> str:
        """As it is written, with every part on and every fact filled in, and with none of them."""
        if "<!--" not in text:
            return rendered(text)
        forms = [(dict.fromkeys(PARTS, on), dict.fromkeys(facts.NAMES, "Said" if on else "")) for on in (True, False)]
        return "\0".join(map(rendered, [text, *(conditions.applied(text, on, "", said) for on, said in forms)]))

    return in_all_forms
