"""Files of tickets: taking uploads by name and content, and downloads."""

import re
import unicodedata
from typing import TYPE_CHECKING, cast
from urllib.parse import quote

from werkzeug.wrappers import Response

from functions.errors import Problem, VendorError
from functions.signin import sessions
from functions.tickets import contents, ledger
from portal.models import clean
from portal.tickets import File
from portal.tickets.files import MOST, TYPES, UNSEEN, endings

if TYPE_CHECKING:
    from functions.helpdesks import Downloads
    from functions.http import Request
    from functions.services import Services

NAME_MOST = 100
LONGEST_NAME = 1000
# Larger pictures are only downloaded.
PREVIEW_MOST = 5_000_000
# A preview is fetched from the desk, so a browser keeps it while its page is read.
PREVIEW_SECONDS = 600
SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"
# A name that a system reads as a device.
DEVICE = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)(\.|$)")


def read(request: "Request") -> tuple[list[File], str]:
    """The files of a form, and a sentence about what is wrong with them, or an empty text."""
    given = []
    for upload in request.files.getlist("files"):
        with upload.stream as stream:  # behind a large one is a temporary file
            if upload.filename:
                given.append((upload.filename, stream.read()))
    if len(given) > MOST:
        return [], f"Send up to {MOST} files."
    files, wrong = [], []
    for name, data in given:
        file, fault = check(name, data)
        if file is None:
            wrong.append(fault)
        else:
            files.append(file)
    return (files, "") if not wrong else ([], " ".join(wrong))


def check(name: str, data: bytes) -> tuple[File | None, str]:
    """The file under a harmless name, or None and what is wrong with it; the type that the browser gives is ignored. A
    picture is taken as the kind that its content is, with an ending of that kind."""
    cleaned = clean_name(name)
    stem, _, ending = cleaned.rpartition(".")
    mime = TYPES.get(f".{ending.lower()}") if stem else None
    if mime is None:
        return None, f"{cleaned}: {_not_taken(ending if stem else '')}"
    if not data:
        return None, f"{cleaned}: This file is empty."
    if mime in contents.PICTURES:
        mime = contents.picture(data) or mime
        cleaned = cleaned if f".{ending.lower()}" in endings(mime) else stem + endings(mime)[0]
    fault = contents.fault(mime, data)
    return (None, f"{cleaned}: {fault}") if fault else (File(cleaned, mime, data), "")


def _not_taken(ending: str) -> str:
    """Why a file with this ending is not taken, and what to send; assets/tickets/files.js says the same."""
    if f".{ending.lower()}" in UNSEEN:
        return f"We can't open .{ending} pictures. Save it as PNG or JPEG."
    why = f"We can't accept .{ending} files." if ending else "This file's name has no ending, such as .png."
    return f"{why} Send one of: {', '.join(TYPES)}."


def clean_name(name: str) -> str:
    """A name without folders, control or direction characters, quotes and second extensions that a system obeys."""
    last = unicodedata.normalize("NFC", name[-LONGEST_NAME:]).replace("\\", "/").rpartition("/")[2]
    last = re.sub(r'[<>:"|?*;%\'`$&]+', "_", clean(last)).strip(" .")
    stem, dot, extension = last.rpartition(".")
    if dot:
        last = f"{stem.replace('.', '_').strip()[: NAME_MOST - len(extension) - 1]}.{extension}"
    return f"_{last}" if DEVICE.match(last) else last[:NAME_MOST] or "file"


def download(request: "Request", services: "Services") -> Response:
    """GET /my/ticket/file/?ref=&m=&n=: a file of a ticket, as a download, or with `show=1` a picture for its page."""
    requester = sessions.require(request, services).requester
    row = ledger.by_reference(services, requester, request.args.get("ref", ""))
    message, number = (request.args.get(name, -1, type=int) for name in ("m", "n"))
    gone = Problem(404, "We couldn't find that file.")
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
    mime = contents.picture(file.data) if request.args.get("show") == "1" and len(file.data) <= PREVIEW_MOST else None
    return picture(mime, file.data) if mime else attachment(file.name, file.data)


def picture(mime: str, data: bytes) -> Response:
    """A picture for an <img> of a page here, as the kind that its content is; opened by itself nothing in it runs."""
    response = Response(data, mimetype=mime)
    response.headers["Content-Disposition"] = "inline"
    response.headers["Cache-Control"] = f"private, max-age={PREVIEW_SECONDS}"
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def attachment(name: str, data: bytes) -> Response:
    """A download that no browser shows: an agent's file may be anything."""
    name = clean_name(name)
    ascii_name = name.encode("ascii", "replace").decode().replace("?", "_")
    response = Response(data, mimetype="application/octet-stream")
    response.headers["Content-Disposition"] = f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name)}"
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
