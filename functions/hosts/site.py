"""The built site's files over WSGI, with the headers of its build: for a machine that has no other web server."""

import mimetypes
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from werkzeug.security import safe_join
from werkzeug.utils import send_file
from werkzeug.wrappers import Request, Response

from functions.http import SAFE_METHODS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

# What Python 3.11 does not know where the system has no table of its own.
TYPES = {".woff2": "font/woff2", ".webp": "image/webp", ".avif": "image/avif", ".ics": "text/calendar"}
# Names stay the same from build to build: a browser asks each time whether a file is still the same one.
CACHE = "public, max-age=0, must-revalidate"


class Site:
    """The files of `folder` below `base`, a path with a slash at both ends; `headers` go with each answer."""

    def __init__(self, folder: Path, base: str, headers: Mapping[str, str]) -> None:
        self.folder = folder
        self.base = base
        self.headers = headers

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        request = Request(environ)
        response = self._answer(request)
        response.headers.extend(self.headers)
        response.headers["Cache-Control"] = CACHE
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if request.method not in SAFE_METHODS:
            return Response("Method not allowed\n", 405, {"Allow": "GET, HEAD"}, mimetype="text/plain")
        path = request.root_path + request.path
        if path in {"/", self.base.rstrip("/")} and self.base != "/":
            return Response(status=302, headers={"Location": self.base})
        file = self._file(path) if path.startswith(self.base) else None
        if file is None:
            return self._missing(request)
        if file.is_dir():
            if not path.endswith("/"):
                return Response(status=308, headers={"Location": f"{self.base}{file.relative_to(self.folder)}/"})
            file = file / "index.html"
        if not file.is_file():
            return self._missing(request)
        return send_file(file, request.environ, mimetype=_type(file), conditional=True)

    def _file(self, path: str) -> Path | None:
        """What the address names, always inside the folder; None when it cannot be a file's."""
        found = safe_join(str(self.folder), path.removeprefix(self.base))
        return None if found is None or "\0" in found else Path(found)

    def _missing(self, request: Request) -> Response:
        page = self.folder / "404.html"
        if not page.is_file():
            return Response("Not found\n", 404, mimetype="text/plain")
        response = send_file(page, request.environ, mimetype="text/html", etag=False)
        response.status_code = 404
        return response


def _type(file: Path) -> str:
    return TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
