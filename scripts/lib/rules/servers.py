"""Rules for the web servers of one machine, nginx and Caddy."""

from scripts.lib.rules import redirects
from scripts.lib.rules.model import FUNCTIONS, Rules


def nginx(rules: Rules) -> str:
    """For the `server` block of hosts/machine/nginx.conf, which names the cache."""
    headers = "\n".join(f"  add_header {name} {_quoted(value)} always;" for name, value in rules.headers.items())
    base = rules.base
    moved = f"location = / {{ return 302 {base}; }}\n" if base != "/" else ""
    return f"""{moved}{redirects.nginx(rules)}location {base} {{
  alias {rules.site}/;
  index index.html;
  error_page 404 {base}404.html;
  add_header Cache-Control "public, max-age=0, must-revalidate" always;
{headers}
}}
location ~ ^{base}api/(v2|status)/ {{
{_nginx_proxy(rules)}
  proxy_cache status;
  # Any other parameter would be an address of its own, and a way past the cache.
  proxy_cache_key $uri?$arg_component;
  proxy_cache_lock on;
  proxy_cache_background_update on;
}}
location ~ ^{base}({"|".join(FUNCTIONS)})/ {{
{_nginx_proxy(rules)}
}}
"""


def _nginx_proxy(rules: Rules) -> str:
    # Only what nginx itself says of a portal that does not answer: the functions' own 503 keeps the typed text.
    return f"""  proxy_pass {rules.functions};
  proxy_http_version 1.1;
  proxy_set_header Host $http_host;
  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
  proxy_set_header X-Forwarded-Proto $scheme;
  proxy_set_header Connection "";
  proxy_read_timeout 60s;
  error_page 502 504 {rules.base}unavailable/index.html;"""


def caddy(rules: Rules) -> str:
    """For the site's block of hosts/machine/Caddyfile."""
    headers = "\n".join(f"\t\t{name} {_quoted(value)}" for name, value in rules.headers.items())
    base, below = rules.base, rules.base.rstrip("/")
    paths = " ".join(f"{base}{name}/*" for name in FUNCTIONS)
    moved = f"redir / {base} 302\nredir {below} {base} 302\n" if below else ""
    strip = f"\turi strip_prefix {below}\n" if below else ""
    return f"""{moved}{redirects.caddy(rules)}encode zstd gzip
@functions path {paths}
handle @functions {{
	reverse_proxy {rules.functions}
}}
handle {base}* {{
{strip}	header {{
		Cache-Control "public, max-age=0, must-revalidate"
{headers}
	}}
	# Caddy gives files to any method, and says 200.
	@writes not method GET HEAD
	respond @writes "Method not allowed" 405
	file_server {{
		root {rules.site}
	}}
}}
handle {{
	error 404
}}
handle_errors {{
	header {{
		Cache-Control "no-store"
{headers}
	}}
	# Only what Caddy itself says of a portal that does not answer.
	@down expression `{{http.error.status_code}} in [502, 503, 504]`
	rewrite @down /unavailable/index.html
	@missing expression `{{http.error.status_code}} == 404`
	rewrite @missing /404.html
	file_server {{
		root {rules.site}
	}}
}}
"""


def _quoted(value: str) -> str:
    """A header's value as nginx and Caddy read it; raises ValueError for what would end the quotes."""
    if set('"\\\n${}') & set(value):
        raise ValueError(f"{value!r} cannot stand in a server's configuration")
    return f'"{value}"'
