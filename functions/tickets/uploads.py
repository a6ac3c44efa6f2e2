"""Files of tickets: what a customer may send, told by name and by content, and the way back out."""

import re
import unicodedata
from typing import TYPE_CHECKING, cast
from urllib.parse import quote

from werkzeug.wrappers import Response

from functions.errors import Problem, VendorError
from functions.signin import sessions
from functions.tickets import ledger
from portal.models import clean
from portal.tickets import File

if TYPE_CHECKING:
    from functions.helpdesks import Downloads
    from functions.http import Request
    from functions.services import Services

MOST = 10
NAME_MOST = 100
# Extension -> the MIME type we tell the desk, and how such a file begins (any of these).
TYPES: dict[str, tuple[str, tuple[bytes, ...]]] = {
    ".png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    ".jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    ".jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    ".gif": ("image/gif", (b"GIF87a", b"GIF89a")),
    ".webp": ("image/webp", (b"RIFF",)),
    ".pdf": ("application/pdf", (b"%PDF-",)),
    ".txt": ("text/plain", ()),
    ".log": ("text/plain", ()),
    ".csv": ("text/csv", ()),
}
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
# A PDF may write any letter of a name as its number: /J#61vaScript.
PDF_ACTIVE = re.compile(
    "/(?:{})".format(
        "|".join("".join(f"(?:{a}|#{ord(a):x}|#{ord(a.upper()):x})" for a in name) for name in ("javascript", "launch"))
    ).encode()
)
# What makes a browser take a text for a page (https://mimesniff.spec.whatwg.org/#identifying-a-resource-with-an-unknown-mime-type)
# or a system for a program, at its beginning.
PAGE = re.compile(
    r"<(!doctype|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|svg)[\s>/]|<!--|<\?|#!|%pdf"
)
# What no text has but what a terminal may obey; ESC is left, since logs have colours.
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
# A name that a system reads as a device.
LONGEST_NAME = 1000
DEVICE = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)(\.|$)")


def read(request: "Request") -> tuple[list[File], str]:
    """The files of a form, and what is wrong with them in a sentence, empty when nothing is."""
    given = []
    for upload in request.files.getlist("files"):
        with upload.stream as stream:  # behind a large one is a temporary file
            if upload.filename:
                given.append((upload.filename, stream.read()))
    if len(given) > MOST:
        return [], f"Send at most {MOST} files."
    files, wrong = [], []
    for name, data in given:
        file, fault = check(name, data)
        if file is None:
            wrong.append(fault)
        else:
            files.append(file)
    return (files, "") if not wrong else ([], " ".join(wrong))


def check(name: str, data: bytes) -> tuple[File | None, str]:
    """The file under a harmless name, or None and what is wrong with it; the browser's own type counts for nothing."""
    cleaned = clean_name(name)
    dot = cleaned.rfind(".")
    known = TYPES.get(cleaned[dot:].lower()) if dot > 0 else None
    if known is None:
        return None, f"{cleaned}: send pictures, PDF or text ({', '.join(TYPES)})."
    mime, starts = known
    if not data:
        return None, f"{cleaned}: this file is empty."
    if not _is(mime, starts, data):
        return None, f"{cleaned}: this file is not what its name says, so it was not taken."
    return File(cleaned, mime, data), ""


def clean_name(name: str) -> str:
    """A name without folders, control or direction characters, quotes and second extensions that a system obeys."""
    last = unicodedata.normalize("NFC", name[-LONGEST_NAME:]).replace("\\", "/").rpartition("/")[2]
    last = re.sub(r'[<>:"|?*;%\'`$&]+', "_", clean(last)).strip(" .")
    stem, dot, extension = last.rpartition(".")
    if dot:
        last = f"{stem.replace('.', '_').strip()[: NAME_MOST - len(extension) - 1]}.{extension}"
    return f"_{last}" if DEVICE.match(last) else last[:NAME_MOST] or "file"


def download(request: "Request", services: "Services") -> Response:
    """GET /my/ticket/file/?ref=&m=&n=: a file of a ticket, as something to keep and never to open here."""
    requester = sessions.require(request, services).requester
    row = ledger.by_reference(services, requester, request.args.get("ref", ""))
    message, number = (request.args.get(name, -1, type=int) for name in ("m", "n"))
    gone = Problem(404, "There is no such file of yours.")
    if row is None or not row["desk_ref"] or not services.desk.capabilities.downloads:
        raise gone
    ledger.may_look(services, requester)
    try:
        desk = cast("Downloads", services.desk)
        file = desk.file(ledger.requester_of(row), row["desk_ref"], message, number)
    except VendorError as error:
        if error.kind == "not_found":
            raise gone from error
        raise
    return sent(file.name, file.data)


def sent(name: str, data: bytes) -> Response:
    """Bytes that a browser saves and does not show: nobody knows what an agent's file is."""
    name = clean_name(name)
    ascii_name = name.encode("ascii", "replace").decode().replace("?", "_")
    response = Response(data, mimetype="application/octet-stream")
    response.headers["Content-Disposition"] = f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name)}"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'none'"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _is(mime: str, starts: tuple[bytes, ...], data: bytes) -> bool:
    """Whether the content is of this type and of no other."""
    if mime.startswith("text/"):
        return _is_text(data)
    if not data.startswith(starts) or (mime == "image/webp" and data[8:12] != b"WEBP"):
        return False
    if mime == "image/webp" and len(data) > int.from_bytes(data[4:8], "little") + 9:
        return False
    if mime == "application/pdf" and b"%%EOF" not in data[-1024:]:
        return False
    if mime in ENDS and not data.rstrip(b"\x00\r\n").endswith(ENDS[mime]):
        return False
    low = data.lower()
    if any(mark in low for mark in FOREIGN) or ARCHIVE in data[-ARCHIVE_TAIL:]:
        return False
    # In the open only: what a PDF has compressed, nobody here looks into.
    return mime != "application/pdf" or not PDF_ACTIVE.search(low)


def _is_text(data: bytes) -> bool:
    """Text as editors and Excel write it, that no browser and no system takes for a page or a program."""
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return not CONTROL.search(text) and not PAGE.match(text.lstrip().lower())
    return False
