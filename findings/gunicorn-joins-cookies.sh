#!/usr/bin/env bash
# gunicorn 27.0.1: two `Cookie:` lines of one request reach the app as one text with a comma between them.
#
# RFC 9110, section 5.3, lets a recipient join lines of a list with a comma, and names Set-Cookie as one that is none; a
# cookie's value may hold a comma in practice, and RFC 6265, section 4.2.1, puts "; " between pairs. RFC 9113, section
# 8.2.3, has proxies that split cookies for HTTP/2 join them with "; " before anything else sees them. Where a proxy does
# not, the app reads one cookie whose value is `1,session=abc`, and nobody is signed in.
# Seen: `a=1,session=abc`; expected: `a=1; session=abc`. What to do: join them in the proxy, or take them apart in the
# app before it reads a cookie. waitress 3.0.2 does the same, with `, `.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check gunicorn==27.0.1 2>/dev/null
cd "$folder"
cat > app.py <<'PYTHON'
def app(environ, start_response):
    body = environ["HTTP_COOKIE"].encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
PYTHON
"$folder/venv/bin/python" - <<'PYTHON'
import socket
import subprocess
import sys
import time

with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
server = subprocess.Popen(
    [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--log-level", "error", "app:app"]
)
try:
    late = time.monotonic() + 30
    while time.monotonic() < late:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(
            b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nCookie: a=1\r\nCookie: session=abc\r\n\r\n"
        )
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
finally:
    server.terminate()
    server.wait(10)
seen = answer.rpartition(b"\r\n\r\n")[2].decode()
print("the app reads:", seen)
sys.exit(seen != "a=1,session=abc")
PYTHON
