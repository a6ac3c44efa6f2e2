"""A help desk that speaks a vendor's API: `python -m demo.helpdesks PORT` is Zendesk, `NAME PORT SEED` one of DESKS
that fails by chance.

`/state` is what its agents have, `/environ` the variables of a portal that speaks to it.
"""

import json
import random
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple, Protocol

from werkzeug.wrappers import Request, Response

from demo import server
from demo.helpdesks import freshdesk, front, help_scout, intercom, zendesk
from demo.helpdesks.faults import Faults
from demo.helpdesks.storm import Storm

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class Desk(Protocol):
    """A vendor's fake."""

    faults: Faults

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]: ...

    def state(self) -> dict[str, list[list[str]]]:
        """Subject -> the texts in it, a list for each ticket of that subject."""


class Fake(NamedTuple):
    """How a fake is made, and the variables by which a portal finds it; `api` is the one for its address."""

    make: Callable[[], Desk]
    api: str
    variables: dict[str, str]


DESKS = {
    "zendesk": Fake(zendesk.Zendesk, "ZENDESK_API", zendesk.VARIABLES),
    "help_scout": Fake(help_scout.HelpScout, "HELPSCOUT_API", help_scout.VARIABLES),
    "intercom": Fake(intercom.Intercom, "INTERCOM_API", intercom.VARIABLES),
    "front": Fake(front.Front, "FRONT_API", front.VARIABLES),
    "freshdesk": Fake(freshdesk.Freshdesk, "FRESHDESK_API", freshdesk.VARIABLES),
}


def create_app(desk: Desk, name: str = "zendesk") -> "WSGIApplication":
    """The desk's API, and beside it what no vendor has."""
    storm = desk.faults if isinstance(desk.faults, Storm) else None

    def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        request = Request(environ)
        own = storm.answer(request) if storm else None
        if request.path == "/state":
            own = Response(json.dumps(desk.state()), mimetype="application/json")
        elif request.path == "/environ":
            fake = DESKS[name]
            found = {"HELPDESK": name, **fake.variables, fake.api: request.host_url.rstrip("/")}
            own = Response(json.dumps(found), mimetype="application/json")
        return (own or desk)(environ, start_response)

    return app


def failing(name: str, seed: str) -> Desk:
    """A fake that fails by chance."""
    desk = DESKS[name].make()
    usual = desk.faults
    desk.faults = Storm(usual.wait_header, usual.refusal, chance=random.Random(seed))  # noqa: S311
    return desk


def main(arguments: list[str]) -> None:
    if len(arguments) == 1:
        server.serve(create_app(zendesk.Zendesk()), int(arguments[0]))
    else:
        name, port, seed = arguments
        server.serve(create_app(failing(name, seed), name), int(port))


if __name__ == "__main__":
    main(sys.argv[1:])
