"""The product that the portal watches and sends customers to: healthy until someone switches it off."""

import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from markupsafe import Markup
from werkzeug import Request, Response
from werkzeug.utils import redirect

from demo import pages, server
from portal.urls import LOOPBACK

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

BODY = Markup("""<p>The service is <strong>{state}</strong>.
The portal looks every ten seconds and shows a change within 90.</p>
<form method="post" action="/{switch}"><button>Switch it {switch}</button></form>
""")

ACCOUNT = Markup("""<p>In your own product, this is the page where a customer changes this.
Here nothing can be changed.</p>
<p><a href="{back}">Back to the portal</a></p>
""")


def create_app() -> "WSGIApplication":
    """The service: `GET /health` answers 200 or 503, `POST /off` and `POST /on` switch it."""
    state = {"on": True}

    @Request.application
    def app(request: Request) -> Response:
        match request.method, request.path:
            case "GET", "/health":
                return Response("ok\n") if state["on"] else Response("switched off\n", 503)
            case "GET", "/":
                word, switch = ("on", "off") if state["on"] else ("off", "on")
                body = BODY.format(state=word, switch=switch)
                return pages.page("The demo service", "the product that the portal watches", body)
            case "GET", path if path.startswith("/account/"):
                back = request.args.get("back", "")
                parts = urlsplit(back)
                safe = back if parts.scheme == "http" and parts.hostname in LOOPBACK else "/"
                job = path.split("/")[2].replace("-", " ")
                return pages.page(f"Your product: {job}", "where the account page leads", ACCOUNT.format(back=safe))
            case "POST", "/on" | "/off":
                state["on"] = request.path == "/on"
                return redirect("/", 303)
        return Response("Not found\n", 404)

    return app


if __name__ == "__main__":
    server.serve(create_app(), int(sys.argv[1]))
