#!/usr/bin/env bash
# Authlib 1.9.9: `client_secret_basic` sends the client's id and secret as they are.
#
# RFC 6749, section 2.3.1, has both encoded as a form's value (application/x-www-form-urlencoded) before they go into the
# Basic header, and RFC 7617 ends the user at the first colon. So a client id that is an https address, which
# providers of client metadata documents use, reaches the provider as the id `https`, a secret with `%` or `+` is decoded
# to another one by a provider that follows the RFC, and one with a letter outside ASCII is sent in latin-1.
# Seen: `https://portal.example/client:a+b%20c` in the header; expected by the RFC:
# `https%3A%2F%2Fportal.example%2Fclient:a%2Bb%2520c`. What to do: encode both before they are given to Authlib, or use
# `client_secret_post` where the provider offers it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check authlib==1.9.9 requests==2.34.2 2>/dev/null
"$folder/venv/bin/python" - <<'PYTHON'
import base64
import sys

import authlib
from authlib.integrations.requests_client import OAuth2Session
from requests import Request

print("authlib", authlib.__version__)
session = OAuth2Session("https://portal.example/client", "a+b%20c", token_endpoint_auth_method="client_secret_basic")
auth = session.client_auth("client_secret_basic")
sent = Request("POST", "https://id.example/token", data={"grant_type": "client_credentials"}, auth=auth).prepare()
header = base64.b64decode(sent.headers["Authorization"].removeprefix("Basic ")).decode("latin-1")
print("sent:", header)
print("read by a provider as the id:", header.partition(":")[0])
sys.exit(header != "https://portal.example/client:a+b%20c")
PYTHON
