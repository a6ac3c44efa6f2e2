"""On-call's page: open an incident or post an update that everybody sees within seconds.

The session's scope (`status_write`) decides who may.
"""

from typing import TYPE_CHECKING, Any

from functions import pages
from functions.errors import Problem
from functions.http import json_response, read_json, see_other, wants_json
from functions.rate import limit
from functions.signin import sessions
from functions.status import incident_store
from functions.status.incident_store import Stored
from portal.status import incidents
from portal.status.incidents import IMPACTS, SAYABLE, STATUSES, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.wrappers import Response

    from functions.http import Request
    from functions.services import Services
    from functions.signin.sessions import Session
    from portal.status import Board

SCOPE = "status_write"
FIELDS = ("id", "title", "impact", "status", "body", "next_update_in")
JSON_LIMIT = 20_000
SLOWER = (
    "Somebody else has posted in the meantime. Look at what they wrote, and send yours again if it is still needed."
)


def posts_page(request: "Request", services: "Services") -> "Response":
    """GET /my/status/: a form for each open incident, and one for a new one."""
    _require(request, services)
    return _render(services, posted=request.args.get("posted") == "1")


def post(request: "Request", services: "Services") -> "Response":
    """POST /api/status/incidents, form or JSON: without `id` a new incident (title, impact, status, body, components,
    next_update_in minutes), else an update of it. 303 or 201 with the incident's id; 422, 409 or 403."""
    session = _require(request, services)
    limit(services, "status post", session.requester.subject, times=60, per_seconds=600)
    given = _given(request)
    board = _board(services)
    try:
        one = _stored(services, board, given)
    except Refused as error:
        if wants_json(request):
            raise Problem(422, "Look at the marked fields.", fields=error.fields) from error
        return _render(services, status=422, wrong=error.fields, given=given)
    if not incident_store.save(services.store, one, services.now()):
        if wants_json(request):
            raise Problem(409, SLOWER)
        return _render(services, status=409, wrong={"id": SLOWER}, given=given)
    if wants_json(request):
        return json_response({"id": one.incident.id}, 201)
    return see_other(services.url("my/status/?posted=1"))


def _stored(services: "Services", board: "Board", given: "Mapping[str, Any]") -> Stored:
    components = _components(given["components"], board)
    now = services.now()
    if not given["id"]:
        status = given["status"] or "investigating"
        return Stored(
            incidents.opened(
                given["title"], given["impact"], given["body"], components, now, status, given["next_update_in"]
            )
        )
    known = next((incident for incident in board.incidents if incident.id == given["id"]), None)
    if known is None:
        raise Refused({"id": f"There is no incident {given['id'][:80]!r}."})
    row = incident_store.find(services.store, known.id)
    changed = incidents.updated(
        known, given["status"], given["body"], now, components, given["impact"], given["next_update_in"]
    )
    return Stored(changed, row.seen, row.revision) if row else Stored(changed)


def _given(request: "Request") -> dict[str, Any]:
    """The fields of form or JSON, all as text, and `components` as id -> state."""
    if request.mimetype == "application/json":
        data = read_json(request, JSON_LIMIT)
        if not isinstance(data, dict):
            raise Problem(400, "The body is not a JSON object.")
        states = data.get("components") or {}
        if not isinstance(states, dict):
            raise Problem(400, "components is not an object of id: state.")
        components = {str(key): str(state) for key, state in states.items()}
    else:
        data = request.form
        components = {
            name.partition(":")[2]: state for name, state in data.items() if name.startswith("component:") and state
        }
    fields = {name: str(data.get(name) or "") for name in FIELDS}
    return {**fields, "components": components}


def _components(states: "Mapping[str, str]", board: "Board") -> dict[str, str]:
    known = [component.id for component in board.components]
    unknown = sorted(set(states) - set(known))
    if unknown:
        raise Refused({"components": f"There is no component {unknown[0][:80]!r}; known: {', '.join(known)}."})
    return dict(states)


def _require(request: "Request", services: "Services") -> "Session":
    session = sessions.require(request, services)
    if SCOPE not in session.requester.scopes:
        raise Problem(403, "Only people on call can post here. Your account administrator can make you one of them.")
    return session


def _board(services: "Services") -> "Board":
    board = incident_store.board(services)
    if board is None:
        raise Problem(404, "This portal has no status page.")
    return board


def _render(services: "Services", status: int = 200, **context: Any) -> "Response":
    board = _board(services)
    return pages.render(
        services,
        "Post to the status page",
        "status/posts.html",
        status,
        active=[incident for incident in board.incidents if incident.active],
        components=board.components,
        impacts=IMPACTS,
        statuses=STATUSES,
        states=SAYABLE,
        **{"wrong": {}, "given": {}, "posted": False, **context},
    )
