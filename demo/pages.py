"""The HTML pages of the demo's services, each marked as a demo."""

from markupsafe import Markup, escape
from werkzeug import Response

PAGE = Markup("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title} (demo)</title>
<style>
  body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 42rem; margin: 0 auto; padding: 1rem; color: #1c1c28; }}
  .demo {{ background: #ffe08a; padding: .25rem .75rem; border-radius: .25rem; }}
  button {{ font: inherit; padding: .5rem 1rem; margin: .25rem .5rem .25rem 0; min-height: 44px; }}
  pre {{ white-space: pre-wrap; overflow-wrap: anywhere; background: #f3f3f6; padding: 1rem; }}
  label, li {{ display: block; padding: .35rem 0; }}
</style>
<p class="demo">Demo: {what}. Nothing here leaves this computer.</p>
<main>
<h1>{title}</h1>
{body}
</main>
</html>
""")


def page(title: str, what: str, body: Markup, status: int = 200) -> Response:
    """An HTML page that says which service it stands in for; `body` is markup, all else is escaped."""
    text = PAGE.format(title=escape(title), what=escape(what), body=body)
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return Response(text, status, headers, mimetype="text/html")
