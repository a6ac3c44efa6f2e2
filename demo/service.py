"""The product that the portal watches: healthy until someone switches it off."""

import sys
from typing import TYPE_CHECKING

from markupsafe import Markup
from werkzeug import Request, Response
from werkzeug.utils import redirect

from demo import pages, server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_BODY = Markup("""<p>The service is <strong>{state}</strong>.
The portal looks every ten seconds and shows a change within 90.</p>
<form method="post" action="/{switch}"><button>Switch it {switch}</button></form>
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
                body = _BODY.format(state=word, switch=switch)
                return pages.page("The demo service", "the product that the portal watches", body)
            case "POST", "/on" | "/off":
                state["on"] = request.path == "/on"
                return redirect("/", 303)
        return Response("Not found\n", 404)

    return app


if __name__ == "__main__":
    server.serve(create_app(), int(sys.argv[1]))
