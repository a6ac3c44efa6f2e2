#!/usr/bin/env bash
# @stoplight/prism-cli 5.14.2: one property with `nullable` and no `type` switches the check of the whole answer off.
#
# In OpenAPI 3.0 `{"anyOf": [{"type": "object"}], "nullable": true}` is usual; Stripe's description writes every optional
# object so. Prism hands it to Ajv, which refuses `nullable` without `type`; Prism then leaves the answer unchecked, with no
# violation and no line in its log, and a proxy with `--errors` passes anything. A wrong field beside it is not found
# either: "0 violations" of such a description says nothing about its answers, while paths and missing routes are still
# reported, so it looks alive. `"enum": [null]` with `nullable` does the same.
# What to do: before the description is used, write null as a choice, {"anyOf": [X, {"type": "string", "nullable": true,
# "maxLength": 0}]}, and let a test answer something wrong once, to see that it is found.
set -euo pipefail
folder=$(mktemp -d)
server= prism=
trap 'kill $server $prism 2>/dev/null || true; rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" @stoplight/prism-cli@5.14.2 >/dev/null
cat >"$folder/api.yaml" <<'YAML'
openapi: 3.0.3
info: {title: Two properties, version: "1"}
paths:
  /typed:
    get:
      responses:
        "200":
          description: ok
          content:
            application/json:
              schema:
                type: object
                properties:
                  name: {type: string}
                  owner: {type: object, nullable: true}
  /untyped:
    get:
      responses:
        "200":
          description: ok
          content:
            application/json:
              schema:
                type: object
                properties:
                  name: {type: string}
                  owner: {anyOf: [{type: object}], nullable: true}
  /choice:
    get:
      responses:
        "200":
          description: ok
          content:
            application/json:
              schema:
                type: object
                properties:
                  name: {type: string}
                  owner: {anyOf: [{type: object}, {type: string, nullable: true, maxLength: 0}]}
YAML
python3 - "$folder/upstream" <<'PYTHON' &
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Server(BaseHTTPRequestHandler):
    def do_GET(self):
        data = b'{"name": 5, "owner": null}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
with open(sys.argv[1], "w") as file:
    file.write(str(server.server_port))
server.serve_forever()
PYTHON
server=$!
until [ -s "$folder/upstream" ]; do sleep 0.2; done
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$folder/node_modules/.bin/prism" proxy "$folder/api.yaml" "http://127.0.0.1:$(cat "$folder/upstream")" -h 127.0.0.1 -p "$port" >"$folder/log" 2>&1 &
prism=$!
until curl -s -o "$folder/first" "http://127.0.0.1:$port/typed"; do sleep 0.5; done
violations() { curl -s -D - -o "$folder/body" "http://127.0.0.1:$port/$1" | grep -ci "sl-violations" || true; }
typed=$(violations typed) untyped=$(violations untyped) choice=$(violations choice)
echo "an answer whose name is a number; answers with violations:"
echo "  owner {type: object, nullable: true}:            $typed"
echo "  owner {anyOf: [object], nullable: true}:         $untyped"
echo "  owner {anyOf: [object, empty string or null]}:   $choice"
grep -ci "nullable" "$folder/log" | sed 's/^/lines in the log about it: /' || true
[ "$typed" = 1 ] && [ "$untyped" = 0 ] && [ "$choice" = 1 ]
