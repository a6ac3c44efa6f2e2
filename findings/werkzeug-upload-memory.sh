#!/usr/bin/env bash
# Werkzeug 3.1.9: many small files of one form all stay in memory, however large the form is.
#
# `Request._get_file_stream` says that it returns a temporary file when the total content length is above 500 KB, since
# "only the total content length matters". Where `tempfile.SpooledTemporaryFile` exists, which is on every Python that
# Werkzeug runs on, the total is not looked at: each file is spooled by its own size, with 500 KB (512,000 bytes) of
# memory for each. Seen: a form of 40 MB with 100 files keeps all 40 MB in memory and none on the disk; expected, by the
# documentation: 100 temporary files. What to do: set `max_content_length` or `max_form_parts` by the memory that a
# worker has, or return a temporary file from `_get_file_stream` of a Request of one's own.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/python -m pip install --quiet --disable-pip-version-check werkzeug==3.1.9 2>/dev/null
cat > upload.py <<'PYTHON'
import io
from importlib.metadata import version

from werkzeug.wrappers import Request

FILES, SIZE = 100, 400_000
part = b'--b\r\nContent-Disposition: form-data; name="f"; filename="a.bin"\r\n\r\n' + b"x" * SIZE + b"\r\n"
body = part * FILES + b"--b--\r\n"
request = Request(
    {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": "multipart/form-data; boundary=b",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
)
files = request.files.getlist("f")
on_disk = sum(file.stream._rolled for file in files)
print(f"Werkzeug {version('werkzeug')}: {len(files)} files, {len(body) / 1e6:.0f} MB together, {on_disk} on the disk")
raise SystemExit(0 if (len(files), on_disk) == (FILES, 0) else 1)
PYTHON
venv/bin/python upload.py
