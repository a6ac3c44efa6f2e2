#!/usr/bin/env bash
# hypercorn 0.18.0: a WSGI answer without a body is sent as 500, whatever the app said.
#
# PEP 3333 lets an app return an empty iterable; every framework does so for HEAD, 204, 304 and most redirects. hypercorn
# sends the head together with the first piece of the body (`WSGIWrapper.run_app`), so that without a piece there is no
# head, and its HTTP layer ends such an answer with 500. Nothing is logged, and a piece of no bytes is enough to be right.
# Seen: 500 for a redirect of an empty list, 302 for the same with [b""]; expected: 302 for both. What to do: return
# [b""] in a line of middleware, or take another server.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check hypercorn==0.18.0 2>/dev/null
cd "$folder"
cat > app.py <<'PYTHON'
def app(environ, start_response):
    start_response("302 Found", [("Location", "/there"), ("Content-Length", "0")])
    return [b""] if environ["PATH_INFO"] == "/piece" else []
PYTHON
"$folder/venv/bin/python" - <<'PYTHON'
import http.client
import socket
import subprocess
import sys
import time

with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
command = [sys.executable, "-m", "hypercorn", "--workers", "0", "--bind", f"127.0.0.1:{port}", "wsgi:app:app"]
server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
try:
    late = time.monotonic() + 30
    while time.monotonic() < late:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    seen = []
    for path in ("/", "/piece"):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", path)
        seen.append(connection.getresponse().status)
        connection.close()
finally:
    server.terminate()
    server.wait(10)
print("without a piece:", seen[0], "with an empty piece:", seen[1])
sys.exit(seen != [500, 302])
PYTHON
