"""All hosts by the name that the guide's table gives them, and what is known of each."""

from tests.hosts.runtimes import RUNTIMES
from tests.hosts.servers import HEAVY, LIGHT, Host

HOSTS: dict[str, Host] = LIGHT | HEAVY | RUNTIMES
# These run in `make hosts` only.
HEAVY_HOSTS = {*HEAVY, *RUNTIMES}
# A file is no store there: the platform's variables make the functions refuse SQLite.
NEEDS_POSTGRESQL = {*RUNTIMES}
# The site is on another host, or has a server of its own.
FUNCTIONS_ONLY = {"mkdocs serve", "Cloudflare (Worker)", *RUNTIMES}
# (host, case) -> what is different there, and what makes it harmless. A test fails when it no longer is.
DIFFERENT = {
    ("Vercel", "two_cookie_lines"): "keeps the last of two lines; its own edge hands over one line",
}
