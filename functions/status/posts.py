"""On-call's page: open an incident or post an update that everybody sees within seconds.

The session's scope (`status_write`) decides who may.
"""

from dataclasses import replace
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
    from collections.abc import Mapping, Sequence

    from werkzeug.wrappers import Response

    from functions.http import Request
    from functions.services import Services
    from functions.signin.sessions import Session
    from portal.status import Board, Update

SCOPE = "status_write"
FIELDS = ("id", "title", "impact", "status", "body", "next_update_in", "after")
JSON_LIMIT = 20_000
SLOWER = (
    "Somebody else has posted in the meantime. Look at what they wrote, and send yours again if it is still needed."
)


class Overtaken(Exception):
    """Somebody else wrote `updates`, which the writer had not seen."""

    def __init__(self, updates: "Sequence[Update]") -> None:
        super().__init__(SLOWER)
        self.updates = updates


def posts_page(request: "Request", services: "Services") -> "Response":
    """GET /my/status/: a form for each open incident, and one for a new one."""
    _require(request, services)
    return _render(services, posted=request.args.get("posted") == "1")


def post(request: "Request", services: "Services") -> "Response":
    """POST /api/status/incidents, form or JSON: without `id` a new incident (title, impact, status, body, components,
    next_update_in minutes), else an update of it. With `after`, the time (unix ms) of the last update that the writer
    saw, a newer one of somebody else is a conflict. 303 or 201 with the incident's id; 422, 409 or 403."""
    session = _require(request, services)
    limit(services, "status post", session.requester.subject, times=60, per_seconds=600)
    given = _given(request)
    try:
        one = _written(services, given)
    except Refused as error:
        if wants_json(request):
            raise Problem(422, "Look at the marked fields.", fields=error.fields) from error
        return _render(services, status=422, wrong=error.fields, given=given)
    except Overtaken as error:
        if wants_json(request):
            raise Problem(409, SLOWER, fields={"body": _said(error.updates)}) from error
        return _render(services, status=409, wrong={"id": SLOWER}, given=given, others=error.updates)
    if wants_json(request):
        return json_response({"id": one.incident.id}, 201)
    return see_other(services.url("my/status/?posted=1"))


def _written(services: "Services", given: "Mapping[str, Any]") -> Stored:
    """The incident with the post, written; raises Refused, or Overtaken when somebody else was faster."""
    board, known = _both(services)
    components = _components(given["components"], board)
    if given["id"]:
        before, one = _updated(known, given, components, services.now())
    else:
        before, one = (), _opened(given, components, services.now())
    if not incident_store.save(services.store, one, services.now()):
        _, known = _both(services)
        now = known[one.incident.id].incident.updates if one.incident.id in known else ()
        raise Overtaken([update for update in now if update not in before])
    return one


def _opened(given: "Mapping[str, Any]", components: dict[str, str], now: int) -> Stored:
    status = given["status"] or "investigating"
    return Stored(
        incidents.opened(
            given["title"], given["impact"], given["body"], components, now, status, given["next_update_in"]
        )
    )


def _updated(
    known: "Mapping[str, Stored]", given: "Mapping[str, Any]", components: dict[str, str], now: int
) -> "tuple[Sequence[Update], Stored]":
    """The updates that were read, and the incident with one more."""
    one = known.get(given["id"])
    if one is None:
        raise Refused({"id": f"There is no incident {given['id'][:80]!r}."})
    before = one.incident.updates
    changed = incidents.updated(
        one.incident, given["status"], given["body"], now, components, given["impact"], given["next_update_in"]
    )
    if given["after"].isdecimal():
        unseen = [update for update in before if update.at > int(given["after"][:20])]
        if unseen:
            raise Overtaken(unseen)
    return before, replace(one, incident=changed)


def _said(updates: "Sequence[Update]") -> str:
    return "They wrote: " + " / ".join(f"{update.status}: {update.body}" for update in updates)


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


def _both(services: "Services") -> "tuple[Board, dict[str, Stored]]":
    found = incident_store.both(services)
    if found is None:
        raise Problem(404, "This portal has no status page.")
    return found


def _render(services: "Services", status: int = 200, **context: Any) -> "Response":
    board, known = _both(services)
    given = context.get("given", {})
    if given and given["id"] not in known:
        context["given"] = given | {"id": ""}  # what was typed comes back in the form for something new
    return pages.render(
        services,
        "Post to the status page",
        "status/posts.html",
        status,
        active=[one for one in board.incidents if one.active or one.id == given.get("id")],
        components=board.components,
        impacts=IMPACTS,
        statuses=STATUSES,
        states=SAYABLE,
        **{"wrong": {}, "given": {}, "posted": False, "others": (), **context},
    )
