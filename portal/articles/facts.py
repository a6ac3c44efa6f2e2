"""What articles say of the company, from `product`, `support_email` and `facts` of mkdocs.yml."""

import re
from collections.abc import Mapping
from typing import Any

from portal.settings import Facts

# Always filled in.
GIVEN = ("product", "support_email", "response_time")
NAMES = (*Facts.model_fields, *GIVEN)
# What Markdown or HTML would read as a sign of theirs.
SIGN = re.compile(r"[\\`*_\[\]<>&]")


def words(settings: Mapping[str, Any]) -> dict[str, str]:
    """Each fact by its name as Markdown, empty while nobody has filled it in. A writer's sentence may have links, the
    product's name is plain text, and an address is a link."""
    facts = {name: fact or "" for name, fact in settings["facts"].items()}
    facts |= {name: settings[name] for name in GIVEN} | {"product": _plain(settings["product"])}
    return {name: _linked(name, words) for name, words in facts.items()}


def _plain(text: str) -> str:
    return SIGN.sub(lambda sign: f"&#{ord(sign[0])};", text)


def _linked(name: str, words: str) -> str:
    if name.endswith("_email") and words:
        return f"[{_plain(words)}](mailto:{words})"
    return f"<{words}>" if name.endswith("_page") and words else words
