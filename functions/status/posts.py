"""On-call's page: open an incident or post an update that everybody sees within seconds.

The session's scope (`status_write`) decides who may.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from functions import pages
from functions.errors import Problem
from functions.http import json_response, read_json, see_other, wants_json
from functions.rate import limit
from functions.signin import own_facts, sessions
from functions.status import incident_store, tell
from functions.status.incident_store import Stored
from portal.clock import DAY_MS
from portal.status import OPERATIONAL, OVER, PHASES, incidents, notice
from portal.status.incidents import STATUSES, Refused
from portal.status.summary import WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from werkzeug.wrappers import Response

    from functions.http import Request
    from functions.services import Services
    from functions.signin.sessions import Session
    from portal.status import Board, Incident, Update

FIELDS = ("id", "title", "impact", "status", "body", "next_update_in", "started_at", "started_ago", "after")
# Minutes after which somebody usually posts; another start is typed as a time.
AGO = (5, 10, 20, 30, 60)
JSON_LIMIT = 20_000
SLOWER = "Someone else posted an update first. Read it, then publish yours again if it is still needed."
IMPACT_WORDS = {
    "none": "None",
    "minor": "Minor: slow, or errors now and then",
    "major": "Major: some customers or functions affected",
    "critical": "Critical: most customers can't work",
}
# For so long an incident that is over is listed, for what is to be added.
LISTED_MS = 7 * DAY_MS


class Overtaken(Exception):
    """Somebody else wrote `updates`, which the writer had not seen."""

    def __init__(self, updates: "Sequence[Update]") -> None:
        super().__init__(SLOWER)
        self.updates = updates


def posts_page(request: "Request", services: "Services") -> "Response":
    """GET /my/status/: the incidents, and one form: for an update of the incident `id`, else for a new one."""
    _require(request, services)
    return _render(services, chosen=request.args.get("id", ""), posted=request.args.get("posted") == "1")


def post(request: "Request", services: "Services") -> "Response":
    """POST /api/status/incidents, form or JSON: without `id` a new incident (title, impact, status, body, components,
    next_update_in minutes, started_at or started_ago minutes), else an update of it. With `after`, the time (unix ms)
    of the last update that the writer saw, a newer one of somebody else is a conflict. 303 or 201 with the incident's
    id; 422, 409 or 403. The page's form says with `boxes` that `component` are the affected ones, and with `preview`
    that nothing is published yet."""
    session = _require(request, services)
    limit(services, "status post", session.requester.subject, times=60, per_seconds=600)
    given = _given(request)
    given["started_at"] = given["started_at"] or _ago(given["started_ago"], services.now())
    try:
        if given["preview"]:
            return _render(services, given=given, preview=_preview(services, _draft(services, given)))
        one = _written(services, given)
    except Refused as error:
        if wants_json(request):
            raise Problem(422, "Check the marked fields.", fields=error.fields) from error
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
    draft = _draft(services, given)
    one = draft.one
    if not incident_store.save(services.store, one, services.now()):
        _, known = _both(services)
        now = known[one.incident.id].incident.updates if one.incident.id in known else ()
        raise Overtaken([update for update in now if update not in draft.before])
    return one


class Draft(NamedTuple):
    """A post as it would be written: the updates before it, the incident with it, and the board that it is on."""

    before: "Sequence[Update]"
    one: Stored
    board: "Board"


def _draft(services: "Services", given: "Mapping[str, Any]") -> Draft:
    """Raises Refused, or Overtaken when there is an update that the writer has not seen."""
    board, known = _both(services)
    components = _components(given["components"], board)
    if given["boxes"]:
        _components(dict.fromkeys(given["ticked"], ""), board)
        incident = known[given["id"]].incident if given["id"] in known else None
        components = incidents.ticked(given["ticked"], given["status"], given["impact"], incident)
    if not given["id"]:
        return Draft((), _opened(given, components, services.now()), board)
    before, one = _updated(known, given, components, services.now())
    return Draft(before, one, board)


def _preview(services: "Services", draft: Draft) -> dict[str, Any]:
    """What customers will read: on the status page, and by email."""
    incident, board = draft.one.incident, draft.board
    update = incident.updates[-1]
    states = incident.states.items()
    names = {one.id: one.name for one in board.ever}
    return {
        "title": incident.title,
        "phase": PHASES[update.status],
        "body": update.body,
        "next_update_by": update.next_update_by,
        "started_at": incident.started_at,
        "components": [(names[key], WORDS[state]) for key, state in states if key in names],
        "subject": f"[{services.portal['product']} status] {notice.subject(incident, update, board)}",
        "audience": tell.audience(services, set(incident.states)),
        "mails": services.mailer.configured,
    }


def _opened(given: "Mapping[str, Any]", components: dict[str, str], now: int) -> Stored:
    status = given["status"] or "investigating"
    said = (given["title"], given["impact"], given["body"])
    return Stored(incidents.opened(*said, components, now, status, given["next_update_in"], given["started_at"]))


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
    return "They wrote: " + " / ".join(f"{PHASES[update.status]}: {update.body}" for update in updates)


def _given(request: "Request") -> dict[str, Any]:
    """The fields of form or JSON, all as text, `components` as id -> state, and what only the page's form has."""
    own: dict[str, Any] = {"boxes": False, "ticked": [], "preview": False}
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
        own = {"boxes": "boxes" in data, "ticked": data.getlist("component"), "preview": "preview" in data}
    fields = {name: str(data.get(name) or "") for name in FIELDS}
    if own["boxes"] and fields["status"] in OVER:
        fields["impact"] = ""  # hidden there: chosen before the status, and of no effect that the writer sees
    return {**fields, "components": components, **own}


def _ago(minutes: str, now: int) -> str:
    """The start that somebody chose as so many minutes ago, as they would type it; empty for any other text."""
    if minutes not in map(str, AGO):
        return ""
    return datetime.fromtimestamp(now / 1000 - int(minutes) * 60, UTC).strftime("%Y-%m-%dT%H:%M")


def _components(states: "Mapping[str, str]", board: "Board") -> dict[str, str]:
    known = [component.id for component in board.components]
    unknown = sorted(set(states) - set(known))
    if unknown:
        raise Refused(
            {"components": f"There is no component {unknown[0][:80]!r}. The components are: {', '.join(known)}."}
        )
    return dict(states)


def _require(request: "Request", services: "Services") -> "Session":
    session = sessions.require(request, services)
    if own_facts.ON_CALL not in session.requester.scopes:
        raise Problem(403, "Only on-call team members can post here. Ask your account administrator for access.")
    return session


def _both(services: "Services") -> "tuple[Board, dict[str, Stored]]":
    found = incident_store.both(services)
    if found is None:
        raise Problem(404, "This portal has no status page.")
    return found


def _render(services: "Services", status: int = 200, chosen: str = "", **context: Any) -> "Response":
    board, known = _both(services)
    given = context.get("given", {})
    chosen = str(given.get("id", chosen))
    incident = known[chosen].incident if chosen in known else None
    recent = services.now() - LISTED_MS
    over = [one for one in board.incidents if not one.active and (one.resolved_at or 0) >= recent]
    return pages.render(
        services,
        "Status updates",
        "status/posts.html",
        status,
        active=[_listed(one, board) for one in board.incidents if one.active],
        over=[_listed(one, board) for one in over],
        incident=incident,
        ticked=given["ticked"] if given else sorted(incidents.wrong(incident)) if incident else [],
        components=board.components,
        impacts=IMPACT_WORDS,
        minutes_ago=AGO,
        statuses={key: PHASES[key] for key in (STATUSES if incident else STATUSES[:3])},
        phases=PHASES,
        **{"wrong": {}, "given": {}, "posted": False, "others": (), "preview": None, **context},
    )


def _listed(incident: "Incident", board: "Board") -> dict[str, Any]:
    names = [one.name for one in board.components if incident.states.get(one.id, OPERATIONAL) != OPERATIONAL]
    return {
        "id": incident.id,
        "title": incident.title,
        "phase": PHASES[incident.status],
        "components": names,
        "started_at": incident.started_at,
        "last": incident.updates[-1] if incident.updates else None,
    }
