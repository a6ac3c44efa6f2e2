#!/usr/bin/env bash
# recurly 4.81.0 (npm): the OpenAPI description that it ships refuses every valid code, by patterns with slashes.
#
# `openapi/api.yaml` writes patterns as Ruby does: `pattern: /^[a-z0-9_+-]+$/`, some with the flag `i` behind. In OpenAPI
# a pattern is the expression alone, so the slashes stand for themselves, and a `^` after one can never match. No plan
# code is valid then; a proxy or a generated client that checks answers rejects all of
# them, while mocks (which make values from examples) look right.
# What to do: take the slashes away before the description is used: s,pattern: /(.*)/i?$,pattern: '\1',
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
(cd "$folder" && npm pack --silent recurly@4.81.0 >/dev/null && tar xzf recurly-4.81.0.tgz)
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check PyYAML==6.0.2 jsonschema==4.25.1 2>/dev/null
"$folder/venv/bin/python" - "$folder/package/openapi/api.yaml" <<'PYTHON'
import sys

import yaml
from jsonschema import Draft4Validator

with open(sys.argv[1], encoding="utf-8") as file:
    description = yaml.safe_load(file)


def patterns(found):
    if isinstance(found, dict):
        if isinstance(found.get("pattern"), str):
            yield found["pattern"]
        found = list(found.values())
    if isinstance(found, list):
        for one in found:
            yield from patterns(one)


every = list(patterns(description))
slashed = [one for one in every if one.startswith("/")]
code = description["components"]["schemas"]["PlanCode"]
faults = [error.message for error in Draft4Validator(code).iter_errors("team")]
mended = code | {"pattern": code["pattern"].strip("/")}
print(f"{len(slashed)} of {len(every)} patterns stand between slashes, such as {slashed[0]}")
print("plan code 'team':  ", *faults)
print("without slashes:   ", "valid" if Draft4Validator(mended).is_valid("team") else "invalid")
sys.exit(not (slashed and faults and Draft4Validator(mended).is_valid("team")))
PYTHON
