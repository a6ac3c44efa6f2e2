"""Incidents from on-call's terminal: `python -m scripts.incident open|update|resolve|sync`.

`open`, `update` and `resolve` write status/incidents/*.md, which a build publishes. What was posted on the portal
itself (/my/status/, POST /api/status/incidents) or opened by the checks is public within seconds; `sync` writes that
into the same files, so that Git stays the record. Running it twice changes nothing the second time.
"""

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import requests

from portal.errors import ContentError
from portal.status import Incident, Update, files, incidents
from portal.status.incident_files import render
from portal.status.incidents import IMPACTS, SAYABLE, STATUSES, Refused
from portal.status.merge import extended

TIMEOUT_SECONDS = 20


class IncidentError(Exception):
    """A sentence for the person at the terminal."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0, or 2 after printing what is wrong."""
    options = _parser().parse_args(arguments)
    now = int(time.time() * 1000)
    try:
        folder = Folder(options.folder)
        if options.command == "sync":
            print("\n".join(sync(folder, fetch(options.portal))) or "nothing new")
            return 0
        body = options.body if options.body is not None else sys.stdin.read()
        states = folder.states(options.component)
        if options.command == "open":
            incident = incidents.opened(
                options.title, options.impact, body, states, now, options.status, options.next_in
            )
        else:
            status = "resolved" if options.command == "resolve" else options.status
            impact = getattr(options, "impact", "") or ""
            known = folder.find(options.id)
            incident = incidents.updated(known, status, body, now, states, impact, options.next_in)
        print(folder.write(incident))
    except (IncidentError, ContentError, Refused) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


class Folder:
    """A status/ folder. Raises IncidentError without a components.yml, ContentError for a mistake in its files."""

    def __init__(self, path: Path) -> None:
        board = files.load(path)
        if board is None:
            raise IncidentError(f"{path / files.COMPONENTS} is missing: run this where the portal's status/ is.")
        self.path = path
        self.known = [component.id for component in board.components]
        self.incidents = {incident.id: incident for incident in board.incidents}

    def states(self, pairs: Sequence[str]) -> dict[str, str]:
        """The components of --component ID=STATE."""
        states = dict(pair.partition("=")[::2] for pair in pairs)
        unknown = sorted(set(states) - set(self.known))
        if unknown:
            raise IncidentError(f"no such component: {', '.join(unknown)}; known: {', '.join(sorted(self.known))}")
        return states

    def find(self, incident_id: str) -> Incident:
        if incident_id not in self.incidents:
            active = ", ".join(one.id for one in self.incidents.values() if one.active) or "none is open"
            raise IncidentError(f"there is no incident {incident_id!r} in {self.path}/incidents/; open: {active}")
        return self.incidents[incident_id]

    def write(self, incident: Incident) -> Path:
        """Write the incident to its file, once the build's own parser has read it."""
        file = self._file(incident.id)
        text = render(incident)
        files.parse_incident(text, file.as_posix(), self.known)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def _file(self, incident_id: str) -> Path:
        """The file with this id, whatever its name."""
        for file in (self.path / "incidents").glob("*.md"):
            text = file.read_text("utf-8")
            if files.parse_incident(text, file.as_posix(), self.known).id == incident_id:
                return file
        return self.path / "incidents" / f"{incident_id}.md"


def sync(folder: Folder, live: Sequence[Incident]) -> list[str]:
    """Write the portal's incidents and updates that no build had yet; returns the names of the changed files."""
    changed = []
    for incident in live:
        known = folder.incidents.get(incident.id)
        newer = extended(known, incident) if known else incident
        if newer != known and not all(update.built for update in incident.updates):
            changed.append(folder.write(newer).name)
    return changed


def fetch(portal: str) -> list[Incident]:
    """The incidents of a running portal, oldest first, from its public JSON; raises IncidentError."""
    url = f"{portal.rstrip('/')}/api/v2/incidents.json"
    try:
        response = requests.get(url, timeout=TIMEOUT_SECONDS, headers={"Accept": "application/json"})
        response.raise_for_status()
        found = [_incident(item) for item in response.json()["incidents"]]
    except (requests.RequestException, KeyError, TypeError, ValueError) as error:
        raise IncidentError(
            f"{url} gave no list of incidents ({type(error).__name__}); is it this portal's address?"
        ) from error
    return found[::-1]


def _incident(item: Mapping[str, Any]) -> Incident:
    updates = tuple(
        Update(
            _ms(update["display_at"]),
            update["status"],
            update["body"],
            {one["code"]: one["new_status"] for one in update["affected_components"]},
            _ms(update["next_update_by"]) if update.get("next_update_by") else None,
            _ms(update["updated_at"])
            if update.get("updated_at", update["display_at"]) != update["display_at"]
            else None,
            update.get("recorded", False),
        )
        for update in reversed(item["incident_updates"])
    )
    return Incident(
        id=item["id"],
        title=item["name"],
        status=item["status"],
        impact=item["impact"],
        started_at=_ms(item["started_at"]),
        resolved_at=_ms(item["resolved_at"]) if item["resolved_at"] else None,
        components=dict(updates[0].components) if updates else {},
        updates=updates,
        source=item.get("source", "manual"),
    )


def _ms(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp()) * 1000


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.incident", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, default=Path("status"), help="the portal's status/ folder")
    commands = parser.add_subparsers(dest="command", required=True)
    new = commands.add_parser("open", help="write a new incident")
    new.add_argument("title")
    new.add_argument("--impact", choices=IMPACTS, required=True)
    new.add_argument("--status", choices=STATUSES[:3], default="investigating")
    update = commands.add_parser("update", help="add an update to an incident")
    update.add_argument("id")
    update.add_argument("--status", choices=STATUSES, required=True)
    update.add_argument("--impact", choices=IMPACTS)
    resolve = commands.add_parser("resolve", help="say that it is over")
    resolve.add_argument("id")
    for command in (new, update, resolve):
        command.add_argument("--body", help="what customers should know, in Markdown (else from standard input)")
        command.add_argument(
            "--component", action="append", default=[], metavar="ID=STATE", help=f"STATE: {', '.join(SAYABLE)}"
        )
        command.add_argument("--next-in", default="", metavar="MINUTES", help="when customers hear more at the latest")
    collect = commands.add_parser("sync", help="write what was posted on the portal into the files")
    collect.add_argument("portal", help="the portal's address, e.g. https://help.acme.com")
    return parser


if __name__ == "__main__":
    sys.exit(main())
