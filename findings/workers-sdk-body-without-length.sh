#!/usr/bin/env bash
# workers-runtime-sdk 1.9.5 with Werkzeug 3.1.9, in Pyodide 314.0.7: a body without a Content-Length is read as empty.
#
# A request of HTTP/2, or one in chunks, needs no Content-Length (RFC 9113, section 8.1.1), and the SDK's WSGI adapter
# streams it: `wsgi.input` is the body, without CONTENT_LENGTH and without `wsgi.input_terminated`. PEP 3333 says nothing
# of such a body, so Werkzeug (and Flask with it) reads none of it unless the server promises that the stream ends. The
# app sees a form without fields and answers as if nothing had been typed; the ASGI adapter hands the same body over.
# Seen: Werkzeug reads 0 bytes, and the stream itself has all 11; expected: the body, or `wsgi.input_terminated`. What to
# do: set environ["wsgi.input_terminated"] = True in a line of middleware, since a Worker's stream does end.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
printf '{"private": true, "type": "module"}' > package.json
npm install --silent --no-audit --no-fund node@24.21.0 pyodide@314.0.7
python3 -m venv venv
venv/bin/python -m pip install --quiet --disable-pip-version-check --target packages werkzeug==3.1.9 2>/dev/null
venv/bin/python -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --python-version 3.12 \
  --dest wheels workers-runtime-sdk==1.9.5 2>/dev/null
for wheel in wheels/*.whl; do python3 -m zipfile -e "$wheel" sdk; done
cat > app.mjs <<'JAVASCRIPT'
import { loadPyodide } from "pyodide";
const python = await loadPyodide();
for (const name of ["packages", "sdk"]) {
  python.FS.mkdirTree(`/${name}`);
  python.mountNodeFS(`/${name}`, `${process.cwd()}/${name}`);
}
python.registerJsModule("_pyodide_entrypoint_helper", {});
python.registerJsModule("_cloudflare_compat_flags", {});
const fetch = await python.runPythonAsync(`
import sys
sys.path[:0] = ["/sdk", "/packages"]
from werkzeug.wrappers import Request, Response
from workers import wsgi

def app(environ, start_response):
    read = len(Request(environ).get_data())
    left = len(environ["wsgi.input"].read())
    says = f"Werkzeug {read}, left {left}, length {environ.get('CONTENT_LENGTH')}"
    return Response(says)(environ, start_response)

async def fetch(request):
    return await wsgi.fetch(app, request, {})

fetch
`);
const bytes = new TextEncoder().encode("subject=Hi!");
const body = new ReadableStream({ start(stream) { stream.enqueue(bytes); stream.close(); } });
const headers = { "Content-Type": "application/x-www-form-urlencoded" };
const answer = await fetch(new Request("https://example.org/", { method: "POST", body, headers, duplex: "half" }));
const seen = await answer.text();
console.log(seen);
process.exit(seen === "Werkzeug 0, left 11, length None" ? 0 : 1);
JAVASCRIPT
node_modules/.bin/node --experimental-wasm-jspi app.mjs
