"""The state in a word, as a picture of its own and for shields.io."""

from html import escape
from typing import Any

WORDS = {
    "none": "operational",
    "unknown": "not confirmed",
    "maintenance": "maintenance",
    "minor": "degraded",
    "major": "partial outage",
    "critical": "outage",
}
# Dark enough for white letters on them (WCAG 1.4.3).
COLOURS = {
    "none": "#1a7f4b",
    "unknown": "#5b6470",
    "maintenance": "#1f5fbf",
    "minor": "#8a5a00",
    "major": "#a84300",
    "critical": "#b3261e",
}
LETTER = 6.6  # px, of an 11 px sans-serif: wide enough for any font


def svg(indicator: str, label: str = "status") -> str:
    """A badge with its words as text for screen readers; an unknown indicator reads as not confirmed."""
    key = indicator if indicator in WORDS else "unknown"
    left, right = (round(len(text) * LETTER) + 16 for text in (label, WORDS[key]))
    name = escape(f"{label}: {WORDS[key]}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" aria-label="{name}">'
        f"<title>{name}</title>"
        f'<rect width="{left}" height="20" fill="#3d4450"/><rect x="{left}" width="{right}" height="20"'
        f' fill="{COLOURS[key]}"/>'
        '<g fill="#fff" text-anchor="middle" font-family="sans-serif" font-size="11">'
        f'<text x="{left / 2:g}" y="14">{escape(label)}</text>'
        f'<text x="{left + right / 2:g}" y="14">{WORDS[key]}</text></g></svg>'
    )


def shield(indicator: str) -> dict[str, Any]:
    """https://shields.io/badges/endpoint-badge"""
    key = indicator if indicator in WORDS else "unknown"
    return {"schemaVersion": 1, "label": "status", "message": WORDS[key], "color": COLOURS[key], "cacheSeconds": 60}
