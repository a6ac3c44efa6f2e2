#!/usr/bin/env bash
# chargebee 3.29.0 (Python): with retries on, a dictionary of headers that is used twice sends one idempotency key twice.
#
# A call takes headers as its third argument, for example {"chargebee-event-email": "all-disabled"}, which programs keep
# as a constant. The client writes its own headers into that same dictionary. With a retry configuration that is enabled
# it makes an idempotency key for a POST that has none, and writes it there, too. The next POST with the dictionary finds
# a key and keeps it: two different changes, to 7 and then to 9 seats, go out under one key. Chargebee answers the second
# with the first one's answer, or refuses it, so the change is lost. The API key (Authorization) is in the dictionary
# afterwards as well, where a log of "our own headers" shows it.
# What to do: give each call a new dictionary, or a key of your own for each change.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check chargebee==3.29.0 2>/dev/null
"$folder/venv/bin/python" - <<'PYTHON'
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from chargebee import Chargebee
from chargebee.retry_config import RetryConfig

asked = []


class Server(BaseHTTPRequestHandler):
    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        asked.append((form["subscription_items[quantity][0]"][0], self.headers.get("chargebee-idempotency-key")))
        data = json.dumps({"subscription": {"id": "s", "status": "active"}, "customer": {"id": "c"}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments):
        pass


def two_changes(retries, headers):
    client = Chargebee("test_key", "site")
    client.env.api_endpoint = f"http://127.0.0.1:{server.server_port}/api/v2"
    client.env.protocol = "http"
    client.update_retry_config(RetryConfig(enabled=retries))
    asked.clear()
    for seats in (7, 9):
        items = {"subscription_items": [{"item_price_id": "team", "quantity": seats}]}
        client.Subscription.update_for_items("s", items, headers())
    return [(seats, key and key[:8]) for seats, key in asked]


server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
Chargebee.verify_ca_certs = False  # the server here speaks HTTP
OURS = {"chargebee-event-email": "all-disabled"}
shared = two_changes(True, lambda: OURS)
apart = two_changes(True, lambda: {"chargebee-event-email": "all-disabled"})
print("retries on, one dictionary: ", shared)
print("retries on, one for each:   ", apart)
print("left in our dictionary:     ", sorted(OURS))
same = shared[0][1] == shared[1][1] and shared[0][1] and apart[0][1] != apart[1][1]
sys.exit(not (same and "Authorization" in OURS))
PYTHON
