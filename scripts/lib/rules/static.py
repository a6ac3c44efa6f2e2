"""Rules for hosts of files, whose functions are somewhere else or beside the files.

The site lies below its base path there: `python -m scripts.hosts.bundle` puts it so.
"""

import json
from typing import Any

from scripts.lib.rules import redirects
from scripts.lib.rules.model import FUNCTIONS, Rules

CACHE = "public, max-age=0, must-revalidate"
# Where the Cloud Run service `portal` is.
REGION = "us-central1"


def headers(rules: Rules) -> str:
    """`_headers`, for Netlify and Cloudflare. Neither adds them to what the functions answer."""
    found = {**rules.headers, "Cache-Control": CACHE}
    if any("\n" in value for value in found.values()):
        raise ValueError("a header with a line break")
    return f"{rules.base}*\n" + "".join(f"  {name}: {value}\n" for name, value in found.items())


def cloudflare(rules: Rules) -> str:
    """wrangler.jsonc: the site as assets in public/, the functions' addresses and the tick through worker.js."""
    config: dict[str, Any] = {
        "name": "portal",
        "main": "worker.js",
        "compatibility_date": "2026-09-01",
        "assets": {
            "directory": "public",
            "binding": "ASSETS",
            "not_found_handling": "404-page",
            "html_handling": "force-trailing-slash",
            "run_worker_first": [f"{rules.base}{name}/*" for name in FUNCTIONS],
        },
        "vars": {"FUNCTIONS_URL": rules.functions, "BASE": rules.base},
        "triggers": {"crons": ["* * * * *"]},
    }
    return json.dumps(config, indent=2) + "\n"


def netlify(rules: Rules) -> str:
    """`_redirects`: the functions' addresses are fetched from where they are."""
    lines = [f"{rules.base}{name}/*  {rules.functions}{rules.base}{name}/:splat  200!" for name in FUNCTIONS]
    moved = [f"/  {rules.base}  302!"] if rules.base != "/" else []
    old = redirects.netlify(rules)
    return "\n".join([*moved, *old, *lines, f"/*  {rules.base}404.html  404", ""])


def vercel(rules: Rules) -> str:
    """vercel.json: the site in public/, the functions in api/index.py, the tick as a cron with CRON_SECRET."""
    base = rules.base
    parts = "|".join(FUNCTIONS)
    config: dict[str, Any] = {
        "$schema": "https://openapi.vercel.sh/vercel.json",
        "framework": None,
        "buildCommand": "",
        "outputDirectory": "public",
        # A page needs its last slash for the links in it; an address of the functions has its own.
        "redirects": [
            *redirects.vercel(rules),
            {"source": f"{base}((?!(?:{parts})/)(?:[^.]*/)?[^./]+)", "destination": f"{base}$1/", "permanent": True},
        ],
        "rewrites": [{"source": f"{base}:part({parts})/:rest*", "destination": "/api/index"}],
        "headers": [
            {
                "source": f"{base}((?!(?:{parts})/).*)",
                "headers": [{"key": name, "value": value} for name, value in rules.headers.items()],
            }
        ],
        "functions": {"api/index.py": {"maxDuration": 60, "excludeFiles": "public/**"}},
        "crons": [{"path": f"{base}api/tick", "schedule": "* * * * *"}],
    }
    if base != "/":
        config["redirects"].append({"source": "/", "destination": base, "permanent": False})
    return json.dumps(config, indent=2) + "\n"


def firebase(rules: Rules) -> str:
    """firebase.json: the site in public/, the functions as the Cloud Run service `portal`."""
    found = [{"key": name, "value": value} for name, value in {**rules.headers, "Cache-Control": CACHE}.items()]
    not_functions = f"{rules.base}!({'|'.join(FUNCTIONS)})"
    moved = [{"source": "/", "destination": rules.base, "type": 302}] if rules.base != "/" else []
    service = {"serviceId": "portal", "region": REGION}
    config: dict[str, Any] = {
        "hosting": {
            "public": "public",
            "ignore": ["firebase.json", "**/.*"],
            # Only files: an address of the functions keeps its own end.
            "trailingSlash": True,
            "headers": [
                {"source": source, "headers": found}
                for source in (rules.base, not_functions, f"{not_functions}/**", "/404.html")
            ],
            "rewrites": [{"source": f"{rules.base}{name}/**", "run": service} for name in FUNCTIONS],
            "redirects": [*moved, *redirects.firebase(rules)],
        }
    }
    return json.dumps(config, indent=2) + "\n"
