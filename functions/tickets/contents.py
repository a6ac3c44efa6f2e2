"""What a customer's file holds, and why it is not taken: its content decides, and never the type the browser gives."""

import re

# How a kind of picture begins, and its name for a customer.
PICTURES = {
    "image/png": ((b"\x89PNG\r\n\x1a\n",), "PNG"),
    "image/jpeg": ((b"\xff\xd8\xff",), "JPEG"),
    "image/gif": ((b"GIF87a", b"GIF89a"), "GIF"),
    "image/webp": ((b"RIFF",), "WebP"),
}
# Where a kind that we do not take is recognised, to name it: its place, its bytes, and its name for a customer.
OTHERS = (
    (0, b"%PDF-", "a PDF"),
    (4, b"ftyphei", "a HEIC picture"),
    (4, b"ftyphev", "a HEIC picture"),
    (4, b"ftypmif1", "a HEIC picture"),
    (4, b"ftypavif", "an AVIF picture"),
    (4, b"ftyp", "a video"),
    (0, b"\x1a\x45\xdf\xa3", "a video"),
    (0, b"BM", "a BMP picture"),
    (0, b"II*\x00", "a TIFF picture"),
    (0, b"MM\x00*", "a TIFF picture"),
    (0, b"PK", "an archive or an Office document"),
    (0, b"\x1f\x8b", "an archive"),
    (0, b"Rar!", "an archive"),
    (0, b"7z\xbc\xaf", "an archive"),
    (0, b"\xd0\xcf\x11\xe0", "an Office document"),
    (0, b"MZ", "a program"),
    (0, b"\x7fELF", "a program"),
)
# How a file ends, where that holds: something after it is a second kind of file. Phones add to their JPEGs.
ENDS = {"image/png": b"IEND\xaeB`\x82", "image/gif": b"\x3b"}
# What a page, a program or another archive begins with, wherever it stands in a picture or a PDF, and a ZIP's end. Five
# letters at least: four are found by chance in one of 200 large photos.
FOREIGN = (
    b"<?php",
    b"<script",
    b"<html",
    b"<!doctype",
    b"<svg ",
    b"<svg/",
    b"<svg>",
    b"rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c",
)
ARCHIVE, ARCHIVE_TAIL = b"PK\x05\x06", 66_000
# Patterns that only files need are compiled by the first file.
# A PDF may write any letter of a name as its number: /J#61vaScript.
PDF_ACTIVE = "/(?:{})".format(
    "|".join("".join(f"(?:{a}|#{ord(a):x}|#{ord(a.upper()):x})" for a in name) for name in ("javascript", "launch"))
).encode()
# What makes a browser take a text for a page (https://mimesniff.spec.whatwg.org/#identifying-a-resource-with-an-unknown-mime-type)
# or a system for a program, at its beginning.
PAGE = r"<(!doctype|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|svg)[\s>/]|<!--|<\?|#!|%pdf"
# Control characters that a terminal may obey; ESC is allowed, since logs have colours.
CONTROL = r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]"

AGAIN = "Open it and save it as PNG or JPEG."
CUT_OFF = f"This picture is incomplete or has extra data at its end. {AGAIN}"
MIXED = "This file contains a web page, a program or an archive, so we can't accept it. Send a screenshot instead."
PDF_END = "This PDF is incomplete. Save it again."
PDF_ACTS = "This PDF runs a script or starts a program. Print it to a new PDF."
PAGE_TEXT = "This text starts like a web page or a program. Add a line of text above it."
UNPRINTABLE = "This isn't plain text: it has characters that can't be displayed."


def picture(data: bytes) -> str | None:
    """The MIME type of the picture that this is, or None."""
    for mime, (starts, _) in PICTURES.items():
        if data.startswith(starts) and (mime != "image/webp" or data[8:12] == b"WEBP"):
            return mime
    return None


def fault(mime: str, data: bytes) -> str:
    """Why this content is not taken as this type, or an empty text."""
    if mime.startswith("text/"):
        return _text_fault(data)
    if mime == "application/pdf":
        return _pdf_fault(data)
    if picture(data) != mime:
        return f"It is named {PICTURES[mime][1]}, but it is {_called(data)}. {AGAIN}"
    if mime == "image/webp" and len(data) > int.from_bytes(data[4:8], "little") + 9:
        return CUT_OFF
    if mime in ENDS and not data.rstrip(b"\x00\r\n").endswith(ENDS[mime]):
        return CUT_OFF
    return MIXED if _is_mixed(data.lower(), data) else ""


def _pdf_fault(data: bytes) -> str:
    if not data.startswith(b"%PDF-"):
        return f"It is named PDF, but it is {_called(data)}. Save it as PDF."
    if b"%%EOF" not in data[-1024:]:
        return PDF_END
    low = data.lower()
    if _is_mixed(low, data):
        return MIXED
    # Compressed parts of a PDF are not searched.
    return PDF_ACTS if re.search(PDF_ACTIVE, low) else ""


def _is_mixed(low: bytes, data: bytes) -> bool:
    return any(mark in low for mark in FOREIGN) or ARCHIVE in data[-ARCHIVE_TAIL:]


def _text_fault(data: bytes) -> str:
    """Text is what editors and Excel write, that no browser and no system takes for a page or a program."""
    text = _text(data)
    is_page = text is not None and re.match(PAGE, text.lstrip().lower())
    if text is not None and not is_page and not re.search(CONTROL, text):
        return ""
    # Not before: a text may begin with the letters that a program begins with.
    called = _called(data, "")
    return f"It is named as text, but it is {called}." if called else PAGE_TEXT if is_page else UNPRINTABLE


def _text(data: bytes) -> str | None:
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _called(data: bytes, otherwise: str = "something else") -> str:
    """What this content is, in a customer's words."""
    mime = picture(data)
    if mime:
        return f"a {PICTURES[mime][1]} picture"
    return next((name for place, mark, name in OTHERS if data.startswith(mark, place)), otherwise)
