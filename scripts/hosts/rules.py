"""Write a host's rules for the site from its build: `python -m scripts.hosts.rules HOST [--functions ADDRESS]`.

They are the headers of build/headers.json and the way to the functions, in the host's own words. Make them at each
deploy: the content policy names the theme's inline scripts by their hashes. Printed, or written where `--out` says.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from scripts.lib.rules import aws, redirects, servers, static
from scripts.lib.rules.model import Rules


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.hosts.rules", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("host", choices=sorted(MAKERS))
    parser.add_argument("--functions", default="http://127.0.0.1:8000", help="scheme, host and port of the functions")
    parser.add_argument("--build", type=Path, default=Path("build"), help="the build's folder")
    parser.add_argument("--site", type=Path, default=Path("site"), help="the site's folder")
    parser.add_argument("--out", type=Path, help="the file to write")
    given = parser.parse_args(argv)
    if not (given.build / "headers.json").is_file():
        print(f"{given.build}/headers.json is missing: run `make build` first.", file=sys.stderr)
        return 1
    text = MAKERS[given.host](read(given.build, given.functions.rstrip("/"), given.site))
    if given.out:
        given.out.write_text(text, "utf-8")
    else:
        sys.stdout.write(text)
    return 0


def read(build: Path, functions: str, site: Path) -> Rules:
    """What a build says."""
    [(pattern, headers)] = json.loads((build / "headers.json").read_text("utf-8")).items()
    moved = build / "redirects.json"
    # A build from before there were any has none.
    redirects = json.loads(moved.read_text("utf-8")) if moved.is_file() else []
    return Rules(
        pattern.removesuffix("*"), headers, functions, str(site.resolve()), tuple((old, to) for old, to in redirects)
    )


# Host -> what makes its file. The file's name is in the guide.
MAKERS: dict[str, Callable[[Rules], str]] = {
    "nginx": servers.nginx,
    "caddy": servers.caddy,
    "headers": static.headers,
    "cloudflare": static.cloudflare,
    "cloudflare-redirects": redirects.cloudflare,
    "netlify": static.netlify,
    "vercel": static.vercel,
    "firebase": static.firebase,
    "aws": aws.template,
}


if __name__ == "__main__":
    raise SystemExit(main())
