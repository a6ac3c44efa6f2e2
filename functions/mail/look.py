"""The colours and corners of an email's button: the brand's, which the build writes into portal.json, or our own."""

from collections.abc import Mapping
from typing import Any

OURS = {"fill": "#4a44c4", "on_fill": "#fff", "accent": "#4a44c4", "radius": 8}


def look(portal: Mapping[str, Any]) -> dict[str, Any]:
    """What templates of emails take as `brand`, from portal.json; a build before there were brands has none."""
    brand: Mapping[str, Any] = portal.get("brand", {})
    return {**OURS, **brand}
