#!/usr/bin/env bash
# PyGithub 2.10.0: a field that the server left out of a list costs a request for each item; a 304 is no error, no data.
#
# `get_releases()` is one request for a page. Reading an attribute that was in its answer costs nothing. Reading one that
# was not (an older GitHub Enterprise has fewer fields than github.com) sends `GET` to each item's own address, without a
# word: 3 releases, 3 more requests, and so 300 for 300. Other attributes are then known for the item.
# A conditional request (`If-None-Match`) that is answered 304 raises nothing and returns the headers and None for the
# data, which reads like an empty answer; the status is not in what is returned.
# What to do: take fields that may be absent from the list's own JSON (`requestJsonAndCheck`), count requests in a test, and
# read None for the data as "nothing changed".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check PyGithub==2.10.0 2>/dev/null
"$folder/venv/bin/python" - <<'PYTHON'
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import github

asked = []


class Server(BaseHTTPRequestHandler):
    def do_GET(self):
        asked.append(self.path)
        here = f"http://127.0.0.1:{self.server.server_port}/repos/acme/app"
        releases = [{"id": n, "url": f"{here}/releases/{n}", "tag_name": f"v{n}", "body": "x"} for n in range(3)]
        body = {"id": 1, "url": here, "full_name": "acme/app"}
        if "/releases" in self.path:
            number = self.path.rpartition("/releases")[2].lstrip("/").partition("?")[0]
            body = releases[int(number)] | {"target_commitish": "main"} if number else releases
        same = self.headers.get("If-None-Match") == '"1"'
        data = b"" if same else json.dumps(body).encode()
        self.send_response(304 if same else 200)
        self.send_header("ETag", '"1"')
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = github.Github(base_url=f"http://127.0.0.1:{server.server_port}", retry=None, seconds_between_requests=None)
repository = client.get_repo("acme/app")
asked.clear()
releases = list(repository.get_releases())
listed = len(asked)
there = [release.body for release in releases], len(asked) - listed
absent = [release.target_commitish for release in releases], len(asked) - listed - there[1]
headers, data = client.requester.requestJsonAndCheck("GET", "/repos/acme/app/releases", headers={"If-None-Match": '"1"'})
print("list:", listed, "request; a field that was in it:", there[1], "more; one that was not:", absent[1], "more")
print("304: data", data, "and status", headers.get("status"))
sys.exit((listed, there[1], absent[1], data, headers.get("status")) != (1, 0, 3, None, None))
PYTHON
