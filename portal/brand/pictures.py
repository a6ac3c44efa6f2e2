"""The shape of a picture, read from its first bytes."""

import re
import struct

_ROOT = re.compile(rb"<svg\b[^>]*>", re.IGNORECASE)
_BOX = re.compile(rb"\bviewBox\s*=\s*[\"']\s*[-+.\d]+[\s,]+[-+.\d]+[\s,]+([.\d]+)[\s,]+([.\d]+)")
_SIDE = rb"\b%s\s*=\s*[\"']\s*([.\d]+)(?:px)?\s*[\"']"
_WIDTH, _HEIGHT = re.compile(_SIDE % b"width"), re.compile(_SIDE % b"height")


def ratio(data: bytes) -> float:
    """Width by height of a PNG, a GIF or an SVG; 1 for what does not say it."""
    sides = _sides(data)
    return sides[0] / sides[1] if sides and sides[0] > 0 and sides[1] > 0 else 1.0


def _sides(data: bytes) -> tuple[float, float] | None:
    if data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) >= 24:
        return struct.unpack(">II", data[16:24])
    if data.startswith((b"GIF87a", b"GIF89a")) and len(data) >= 10:
        return struct.unpack("<HH", data[6:10])
    root = _ROOT.search(data)
    if root is None:
        return None
    box = _BOX.search(root[0])
    width, height = _WIDTH.search(root[0]), _HEIGHT.search(root[0])
    try:
        if box:
            return float(box[1]), float(box[2])
        return (float(width[1]), float(height[1])) if width and height else None
    except ValueError:
        return None
