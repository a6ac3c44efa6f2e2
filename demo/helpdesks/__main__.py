"""A help desk that speaks Zendesk's API: `python -m demo.helpdesks PORT`; `/state` is what its agents have."""

import json
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from demo import server
from demo.helpdesks.zendesk import Zendesk

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def create_app(desk: Zendesk) -> "WSGIApplication":
    """The desk's API, and beside it `/state`: subject -> the texts in it, a list for each ticket of that subject."""

    def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ["PATH_INFO"] != "/state":
            return desk(environ, start_response)
        found: dict[str, list[list[str]]] = {}
        for ticket in list(desk.tickets):
            texts = [comment["body"] for comment in desk.comments.get(ticket["id"], [])]
            found.setdefault(ticket["subject"], []).append(texts)
        return Response(json.dumps(found), mimetype="application/json")(environ, start_response)

    return app


if __name__ == "__main__":
    server.serve(create_app(Zendesk()), int(sys.argv[1]))
