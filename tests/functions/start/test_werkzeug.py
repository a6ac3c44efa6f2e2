"""What a cold function leaves out of Werkzeug's imports, and that all of it is there for who asks."""

import json
import subprocess
import sys
from typing import Any

from functions import WERKZEUG

# What the modules left out would bring with them.
BROUGHT = {"ast", "calendar", "dis", "http.server", "locale", "lzma", "shutil", "socket", "socketserver", "ssl"}
UPLOAD = r"""
import io
from functions.http import Request
PART = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
def upload(size):
    body = PART + b"x" * size + b"\r\n--b--\r\n"
    return Request({
        "REQUEST_METHOD": "POST", "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body)),
        "CONTENT_TYPE": "multipart/form-data; boundary=b",
    }).files["file"]
"""


def test_a_form_with_a_file_is_read_without_what_werkzeug_imports_for_other_things():
    found = cold(
        f"{UPLOAD}\nimport sys, functions.app\nwords = upload(9).read().decode()",
        words="words",
        imported=f"[name for name in {sorted({*WERKZEUG, *BROUGHT})} if name in sys.modules]",
    )

    assert found == {"words": "x" * 9, "imported": []}


def test_who_imports_what_was_left_out_gets_the_real_module():
    found = cold("import importlib, functions", **{f"m{i}": _file(name) for i, name in enumerate(WERKZEUG)})

    for name, file in zip(WERKZEUG, found.values(), strict=True):
        assert file.removesuffix(".py").removesuffix("/__init__").endswith("/" + name.replace(".", "/"))


def test_werkzeug_itself_gets_what_was_left_out_when_it_needs_it():
    found = cold(
        f"{UPLOAD}\nfrom urllib.parse import urlsplit\nfrom werkzeug import http, utils\nfile = upload(600_000)",
        read="http.parse_date('Sat, 28 Nov 2026 10:00:00 GMT').isoformat()",
        written="http.http_date(1795860000)",
        large="[type(file.stream).__name__, len(file.read())]",
        guessed="utils.mimetypes.guess_type('a.png')[0]",
        modules="[*utils.find_modules('werkzeug.middleware')][0]",
        address="urlsplit('http://[::1]:80/').hostname",
    )

    assert found == {
        "read": "2026-11-28T10:00:00+00:00",
        "written": "Sat, 28 Nov 2026 10:00:00 GMT",
        "large": ["SpooledTemporaryFile", 600_000],
        "guessed": "image/png",
        "modules": "werkzeug.middleware.dispatcher",
        "address": "::1",
    }


def test_a_dataclass_made_afterwards_is_described_by_its_fields():
    found = cold(
        "import dataclasses, functions\nnote = dataclasses.make_dataclass('Note', [('text', str)])",
        doc="note.__doc__",
    )

    assert found == {"doc": "Note(text: str)"}


def test_what_was_imported_before_stays_as_it_was():
    found = cold("import email.utils, tempfile\nbefore = email.utils\nimport functions", same="email.utils is before")

    assert found == {"same": True}


def _file(name: str) -> str:
    return f"importlib.import_module({name!r}).__file__"


def cold(code: str, **asked: str) -> dict[str, Any]:
    """What the expressions in `asked` are after this code in a fresh interpreter. `-S` leaves out what the test
    environment itself imports at its start, and with it the packages' folder."""
    wanted = ", ".join(f"{name!r}: {expression}" for name, expression in asked.items())
    text = f"import sys\nsys.path[:] = {sys.path!r}\n{code}\nimport json\nprint(json.dumps({{{wanted}}}))"
    done = subprocess.run([sys.executable, "-S", "-c", text], capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))
