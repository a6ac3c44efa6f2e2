"""Put a host's bundle on the internet: `python -m scripts.hosts.deploy HOST FOLDER [--preview]`, or `make deploy`.

Brings the store up to date first where DATABASE_URL is set, since new functions need it; then runs the host's own
program. What a host needs of the environment is in `needs` of HOSTS; what is missing is said before anything is done.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.lib.rules.static import REGION


@dataclass(frozen=True)
class Host:
    """What a deploy needs of the environment, and its commands, run in the bundle's folder. `$NAME` in a command is the
    environment's. `previews` are the commands for a preview; a host without them has none."""

    needs: tuple[str, ...]
    commands: tuple[tuple[str, ...], ...]
    previews: tuple[tuple[str, ...], ...] = ()


NPX = ("npx", "--yes")
VERCEL = (*NPX, "vercel@64.0.2", "deploy", "--yes", "--token", "$VERCEL_TOKEN")
NETLIFY = (*NPX, "netlify-cli@27.10.2", "deploy", "--site", "$NETLIFY_SITE_ID", "--dir")
WRANGLER = (*NPX, "wrangler@4.164.0")
FIREBASE = (*NPX, "firebase-tools@15.34.2", "deploy", "--only", "hosting", "--project")
# What functions need of their environment on a host that has no file for it.
FUNCTIONS = ("PUBLIC_ORIGIN", "SECRET_KEYS", "TICK_TOKEN", "DATABASE_URL")
GIVEN = tuple(f"{name}=${name}" for name in (*FUNCTIONS, "SMTP_URL", "MAIL_FROM"))
AZURE, AZURE_APP = ("az", "functionapp"), ("--name", "$AZURE_APP", "--resource-group", "$AZURE_GROUP")
# Netlify's proxy adds the caller, Azure's front adds Netlify.
HOPS, BUILT_THERE = "TRUSTED_HOPS=2", ("--build-remote", "true")
HOSTS = {
    "aws": Host(
        ("AWS_REGION", *FUNCTIONS),
        (
            (
                *("sam", "deploy", "--template-file", "template.json", "--stack-name", "portal", "--resolve-s3"),
                *("--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset", "--no-fail-on-empty-changeset"),
                "--parameter-overrides",
                *("PublicOrigin=$PUBLIC_ORIGIN", "SecretKeys=$SECRET_KEYS", "TickToken=$TICK_TOKEN"),
                *("DatabaseUrl=$DATABASE_URL", "SmtpUrl=$SMTP_URL", "MailFrom=$MAIL_FROM"),
            ),
            # Nothing is deleted: an open page may still ask for a file of the build before.
            ("aws", "s3", "sync", "site", "s3://$SITE_BUCKET", "--cache-control", "public, max-age=0, must-revalidate"),
            ("aws", "cloudfront", "create-invalidation", "--distribution-id", "$DISTRIBUTION", "--paths", "/*"),
        ),
    ),
    "vercel": Host(("VERCEL_TOKEN", "VERCEL_ORG_ID", "VERCEL_PROJECT_ID"), ((*VERCEL, "--prod"),), (VERCEL,)),
    "netlify": Host(("NETLIFY_AUTH_TOKEN", "NETLIFY_SITE_ID"), ((*NETLIFY, ".", "--prod"),), ((*NETLIFY, "."),)),
    "cloudflare": Host(
        ("CLOUDFLARE_API_TOKEN", "CLOUDFLARE_ACCOUNT_ID"),
        ((*WRANGLER, "deploy"),),
        ((*WRANGLER, "versions", "upload"),),
    ),
    "firebase": Host(
        ("GOOGLE_APPLICATION_CREDENTIALS", "FIREBASE_PROJECT"),
        ((*FIREBASE, "$FIREBASE_PROJECT"),),
    ),
    "google": Host(
        ("GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_PROJECT", *FUNCTIONS),
        (
            (
                *("gcloud", "run", "deploy", "portal", "--source", "functions", "--quiet"),
                *("--set-build-env-vars", f"GOOGLE_PYTHON_VERSION={sys.version_info.major}.{sys.version_info.minor}.x"),
                *("--project", "$GOOGLE_PROJECT", "--region", REGION, "--allow-unauthenticated"),
                # A list of keys has commas in it, so another text stands between the variables.
                *("--set-env-vars", "^##^" + "##".join((*GIVEN, "TRUSTED_HOPS=1", "COOKIE_NAME=__session"))),
            ),
            (*FIREBASE, "$GOOGLE_PROJECT"),
        ),
    ),
    "azure": Host(
        ("AZURE_APP", "AZURE_GROUP", "NETLIFY_AUTH_TOKEN", "NETLIFY_SITE_ID", *FUNCTIONS),
        (
            # Azure has no static host that hands on /my/*.
            ("sh", "-c", "cd functions && python3 -m zipfile -c ../functions.zip *"),
            (*AZURE, "config", "appsettings", "set", *AZURE_APP, "--output", "none", "--settings", *GIVEN, HOPS),
            (*AZURE, "deployment", "source", "config-zip", *AZURE_APP, "--src", "functions.zip", *BUILT_THERE),
            (*NETLIFY, "public", "--prod"),
        ),
    ),
    "machine": Host(
        ("MACHINE", "COMMIT"),
        (
            # The commit that was built and tested, and no later one.
            ("ssh", "$MACHINE", "cd /srv/portal && git fetch --quiet && git checkout --quiet $COMMIT && make machine"),
            ("ssh", "$MACHINE", "systemctl restart portal.service && systemctl reload caddy || systemctl reload nginx"),
        ),
    ),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Exit 2 for what is missing, else the code of the first command that failed."""
    parser = argparse.ArgumentParser(prog="python -m scripts.hosts.deploy", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("host", choices=sorted(HOSTS))
    parser.add_argument("folder", type=Path, help="the bundle's folder")
    parser.add_argument("--preview", action="store_true", help="an address of its own, for a look at a change")
    given = parser.parse_args(argv)
    host = HOSTS[given.host]
    commands = host.previews if given.preview else host.commands
    faults = missing(given.host, host, commands, os.environ)
    if faults:
        print("\n".join(faults), file=sys.stderr)
        return 2
    if os.environ.get("DATABASE_URL") and not given.preview:
        done = subprocess.run([sys.executable, "-m", "scripts.migrate"], check=False)
        if done.returncode:
            return done.returncode
    for command in commands:
        done = subprocess.run(filled(command, os.environ), cwd=given.folder, check=False)
        if done.returncode:
            print(f"{command[0]} ended with {done.returncode}; nothing after it was done.", file=sys.stderr)
            return done.returncode
    return 0


def missing(name: str, host: Host, commands: Sequence[Sequence[str]], environ: Mapping[str, str]) -> list[str]:
    """A sentence for each thing without which the deploy cannot begin."""
    faults = [f"Set {variable}: the deploy to {name} needs it." for variable in host.needs if not environ.get(variable)]
    if not commands:
        faults.append(f"{name} has no previews.")
    programs = sorted({command[0] for command in commands if shutil.which(command[0]) is None})
    return faults + [f"Install {program}: the deploy to {name} runs it." for program in programs]


def filled(command: Sequence[str], environ: Mapping[str, str]) -> list[str]:
    """A command with the environment's values in place of its `$NAME`s; empty for what is not set."""
    return [re.sub(r"\$([A-Z][A-Z_]+)", lambda match: environ.get(match[1], ""), word) for word in command]


if __name__ == "__main__":
    raise SystemExit(main())
